"""The plan's answers against plans that are solved anew, and against sums that must agree."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest

import corridor
from corridor import report
from corridor.errors import NoAnswerError
from corridor.flow import LimitRow, solve
from corridor.plan import NEGLIGIBLE_MTPA, Plan
from corridor.routes import Route
from corridor.study import Outcome, Study

FORCED_MTPA = 1e-3
Edit = Callable[..., None]


@pytest.fixture(scope="module")
def essay(rason: Study) -> Outcome:
    return rason.run("essay")


@pytest.fixture
def two_origins(project: Path, edit: Edit) -> Callable[[], Outcome]:
    """The toy with a cheaper coal mine in another country, whose coal may not be loaded at the northern port."""
    edit("data/nodes.csv", "coal_mine,", "far_mine,Far mine,mine,FF,,45.3,105,example,assumed,\ncoal_mine,")
    edit(
        "data/links.csv",
        "load_coal,",
        "load_far,far_mine,junction,transload,LL,mines,loading,,forward,,,open,,,example,\nload_coal,",
    )
    tail = "Mt/yr,2020,,,example,,assumed,D,\n"
    costs = tail.replace("Mt/yr", "USD/t")
    edit(
        "data/mines.csv",
        "coal_mine,coal,output",
        f"far_mine,coal,output,4,4,4,{tail}far_mine,coal,cash_cost,39,39,39,{costs}"
        f"far_mine,coal,quality_premium,0,0,0,{costs}coal_mine,coal,output",
    )
    edit(
        "data/rules.csv",
        "ore_act,",
        "far_act,Far act,1,2020-01-01,,coal,FF,north_port,,,,,barred,,,Far coal may not be loaded there.,example,\n"
        "ore_act,",
    )
    return lambda: corridor.read_study(project / "models" / "study.toml").run()


def loss_when_forced(plan: Plan, route: Route, mtpa: float = FORCED_MTPA) -> float:
    """What a tonne costs the plan if some must be bought, moved on every edge of a route, and sold: solved anew."""
    problem, origin = plan.problem, plan.network.nodes[route.origin].country
    keys = [*zip(plan.edge_of, plan.commodity_of, plan.origin_of, strict=True), *plan.handovers]
    edges = [keys.index((e, route.commodity, origin)) for e in route.edges]
    edges += [keys.index((origin, route.bid))] if (origin, route.bid) in plan.handovers else []
    bid = [buyer.bid for buyer in plan.buyers].index(route.bid)
    offer = [(seller.node, seller.commodity) for seller in plan.sellers].index((route.origin, route.commodity))
    column, least = np.ones(1, dtype=np.int64), -np.ones(1)
    limits = (
        LimitRow("sold", -mtpa, bids=column * bid, bid_coefficients=least),
        LimitRow("bought", -mtpa, offers=column * offer, offer_coefficients=least),
        *(LimitRow(f"moved on {e}", -mtpa, edges=column * e, edge_coefficients=least) for e in edges),
    )
    return (plan.solution.net_value - solve(problem.replace(limits=limits)).net_value) / mtpa


def assert_behind_is_the_loss(plan: Plan, routes: Iterable[Route]) -> None:
    behind = {route: plan.behind(route) for route in routes}
    assert behind
    assert behind == pytest.approx({route: loss_when_forced(plan, route) for route in behind}, abs=1e-3)


def usable(outcome: Outcome) -> list[Route]:
    return [route for route in outcome.routes if route.usable]


def test_behind_is_what_a_forced_tonne_costs_in_the_toy(toy: Study) -> None:
    outcome = toy.run("cheap-north")
    assert_behind_is_the_loss(outcome.plan, usable(outcome))


def test_behind_is_what_a_forced_tonne_costs_where_nobody_ships(project: Path, edit: Edit) -> None:
    edit("data/mines.csv", "coal_mine,coal,cash_cost,40,40,40", "coal_mine,coal,cash_cost,70,70,70")
    outcome = corridor.read_study(project / "models" / "study.toml").run()
    behind = {(r.market, r.gateway): outcome.plan.behind(r) for r in usable(outcome) if r.commodity == "coal"}
    by_hand = {("island", "east_port"): 3, ("east_city", "east_crossing"): 5, ("island", "north_port"): 16.5}
    assert behind == pytest.approx(by_hand)
    assert_behind_is_the_loss(outcome.plan, usable(outcome))
    rows = [row for row in report.next_best(outcome) if row["commodity"] == "coal"]
    assert [(row["corridor"], row["used"], row["behind_usd_per_t"]) for row in rows] == [
        ("east", False, pytest.approx(3)),
        ("north", False, pytest.approx(16.5)),
    ]
    offers = {offer["origin"]: offer["netback_usd_per_t"] for offer in report.solve(outcome)["offers"]}
    assert offers == pytest.approx({"coal_mine": 67, "ore_mine": 97})


def test_behind_is_what_a_forced_tonne_costs_in_the_essay(essay: Outcome) -> None:
    by_need = sorted(usable(essay), key=lambda r: (essay.plan.behind(r), r.origin, r.market, r.gateway, r.entry))
    nearest: dict[tuple[str, str, str], Route] = {}
    for route in by_need:
        nearest.setdefault((route.origin, route.commodity, route.corridor), route)
    assert len(nearest) > 40
    assert_behind_is_the_loss(essay.plan, [*nearest.values(), *by_need[::97]])
    idle = {s.node for s, bought in zip(essay.plan.sellers, essay.plan.solution.purchases, strict=True) if not bought}
    assert "khuut" in idle
    assert all(essay.plan.behind(route) > 1 for route in usable(essay) if route.origin == "khuut")


def test_a_barred_route_stands_before_the_plan_by_what_its_bar_costs(project: Path, edit: Edit) -> None:
    edit("data/capacities.csv", "border_east,,capacity,2.5,2.5,2.5", "border_east,,capacity,0.5,0.5,0.5")
    outcome = corridor.read_study(project / "models" / "study.toml").run()
    [barred] = [route for route in outcome.routes if not route.usable]
    assert outcome.plan.behind(barred) == pytest.approx(60 + 54 + 13.5 - 130)  # it would take coal's place in the north
    assert not outcome.plan.uses(barred)
    corridors = {row["corridor"] for row in report.next_best(outcome)}
    assert corridors == {"north"}  # nothing can pass the eastern border


def test_a_route_that_beats_the_plan_is_no_secret(toy: Study) -> None:
    outcome = toy.run()
    route = outcome.routes[0]
    cheaper = route._replace(parts=(route.parts[0] - 1, *route.parts[1:]))
    with pytest.raises(RuntimeError, match="the plan is not the best"):
        outcome.plan.behind(cheaper)


def test_what_is_called_used_is_shipped(essay: Outcome) -> None:
    document = report.solve(essay)
    moved = {(flow["commodity"], flow["link"]) for flow in document["flows"]}
    ships = {(offer["commodity"], offer["origin"]) for offer in document["offers"] if offer["mtpa"] > NEGLIGIBLE_MTPA}
    bought = {sale["bid"] for sale in document["sales"]}
    called_used = [route for route in usable(essay) if essay.plan.uses(route)]
    assert called_used
    for route in called_used:
        assert {(route.commodity, essay.network.edges[e].id) for e in route.edges} <= moved
        assert (route.commodity, route.origin) in ships
        assert route.bid in bought
        assert essay.plan.behind(route) == pytest.approx(0, abs=1e-6)
    assert {(route.corridor, route.commodity) for route in called_used} == {*essay.plan.corridors()}
    nearest = {}
    for row in document["next_best"]:
        assert row["used"] or row["behind_usd_per_t"] >= 0
        assert not row["used"] or (row["commodity"], row["origin"]) in ships
        nearest.setdefault(row["commodity"], row)
    assert all(nearest[commodity]["used"] for commodity, _ in ships)
    assert all(row["behind_usd_per_t"] > 0 for row in nearest.values() if row["commodity"] not in {c for c, _ in ships})


def test_a_route_that_ties_is_not_called_used(project: Path, edit: Edit) -> None:
    edit("data/demand.csv", "coal_city,,price_factor,0.8,0.8,0.8", "coal_city,,price_factor,0.82,0.82,0.82")
    edit("data/demand.csv", "coal_island,,intake,1.5,1.5,1.5", "coal_island,,intake,15,15,15")
    edit("data/demand.csv", "coal_city,,intake,1,1,1", "coal_city,,intake,15,15,15")
    outcome = corridor.read_study(project / "models" / "study.toml").run()
    east = [route for route in usable(outcome) if route.commodity == "coal" and route.corridor == "east"]
    sold = {buyer.bid: sale for buyer, sale in zip(outcome.plan.buyers, outcome.plan.solution.sales, strict=True)}
    assert [outcome.plan.behind(route) for route in east] == pytest.approx([0, 0])
    used = {route.bid: outcome.plan.uses(route) for route in east}
    assert used["coal_city"] == (sold["coal_city"] > 0)
    assert used["coal_island"] == (sold["coal_island"] > 1)  # beyond what comes by the north


def test_a_mine_is_worth_its_best_way_out(essay: Outcome) -> None:
    plan = essay.plan
    for seller, netback, bought, state in zip(
        plan.sellers, plan.netbacks(), plan.solution.purchases, plan.problem.offer_state, strict=True
    ):
        at_mine = max(seller.cost, plan.solution.node_price[state])
        own = [r for r in usable(essay) if (r.origin, r.commodity) == (seller.node, seller.commodity)]
        assert netback == pytest.approx(at_mine - min(plan.behind(route) for route in own))
        if bought > 0:
            assert netback == pytest.approx(plan.solution.node_price[state])
        else:
            assert netback <= seller.cost + 1e-6


def test_a_mine_without_a_lawful_way_has_no_netback(project: Path, edit: Edit) -> None:
    edit("data/rules.csv", ",,ore,,north_port", ",,ore,,junction")
    outcome = corridor.read_study(project / "models" / "study.toml").run()
    offers = {offer["origin"]: offer["netback_usd_per_t"] for offer in report.solve(outcome)["offers"]}
    assert offers["ore_mine"] is None
    assert offers["coal_mine"] == pytest.approx(40)
    edit("data/rules.csv", ",,ore,,junction", ",,,,junction")
    with pytest.raises(NoAnswerError, match="no lawful way"):
        report.solve(corridor.read_study(project / "models" / "study.toml").run())


def test_tonnes_by_corridor_add_up_to_sales(essay: Outcome, toy: Study, two_origins: Callable[[], Outcome]) -> None:
    for outcome in (essay, toy.run(), two_origins()):
        plan, sold = outcome.plan, dict.fromkeys(outcome.costs, 0.0)
        carried = dict.fromkeys(outcome.costs, 0.0)
        for buyer, sale in zip(plan.buyers, plan.solution.sales, strict=True):
            sold[buyer.commodity] += sale
        for (_, commodity), mtpa in plan.corridors().items():
            carried[commodity] += mtpa
        assert carried == pytest.approx(sold, abs=1e-6)
        assert sum(sold.values()) > 0


def test_a_sale_at_the_berth_counts_once_and_there(project: Path, edit: Edit) -> None:
    edit("data/bids.csv", "coal_city,", "coal_fob,east_port,coal,coal_price,FOB,no,example,\ncoal_city,")
    edit(
        "data/demand.csv",
        "coal_city,,intake",
        "coal_fob,,intake,0.3,0.3,0.3,Mt/yr,2020,,,example,,assumed,D,\n"
        "coal_fob,,price_factor,0.99,0.99,0.99,share,2020,,,example,,assumed,D,\n"
        "coal_fob,,price_differential,0,0,0,USD/t,2020,,,example,,assumed,D,\ncoal_city,,intake",
    )
    outcome = corridor.read_study(project / "models" / "study.toml").run()
    sales = {sale["bid"]: sale["mtpa"] for sale in report.solve(outcome)["sales"]}
    assert sales == pytest.approx({"coal_fob": 0.3, "coal_city": 0.2, "coal_island": 1.5, "ore_island": 1})
    assert outcome.plan.corridors() == pytest.approx(
        {("east", "coal"): 1, ("east", "ore"): 1, ("north", "coal"): 1}, abs=1e-9
    )
    assert_behind_is_the_loss(outcome.plan, usable(outcome))


def test_one_origin_needs_no_state_of_its_own(toy: Study) -> None:
    plan = toy.run().plan
    assert plan.handovers == ()
    assert plan.problem.state_names
    assert {"coal at island", "ore at junction"} <= {*plan.problem.state_names}
    assert plan.problem.edge_names
    assert "coal on rail_east" in plan.problem.edge_names
    assert len(plan.edge_of) == len(plan.problem.edge_from)


def test_each_origin_obeys_its_own_law(two_origins: Callable[[], Outcome]) -> None:
    """Far coal gains 1 on each of the 2 - 1 Mt of coal in the east; the north is left to the other mine."""
    outcome = two_origins()
    document = report.solve(outcome)
    assert document["net_value_musd_per_yr"] == pytest.approx(76.5 + 1)
    assert {offer["origin"]: offer["mtpa"] for offer in document["offers"]} == pytest.approx(
        {"far_mine": 1, "coal_mine": 1, "ore_mine": 1}
    )
    assert {sale["bid"]: sale["mtpa"] for sale in document["sales"]} == pytest.approx(
        {"coal_island": 1.5, "coal_city": 0.5, "ore_island": 1}
    )
    links = [(flow["commodity"], flow["link"]) for flow in document["flows"]]
    assert len(links) == len(set(links))
    assert {flow["mtpa"] for flow in document["flows"] if flow["link"] == "sea_north_port_island"} == {1}
    shadow = {row["facility"]: row["shadow_price_usd_per_t"] for row in document["facilities"]}
    assert shadow == pytest.approx({"border_east": 26, "rail_north_far": 11.5})


def test_several_origins_answer_like_one(two_origins: Callable[[], Outcome]) -> None:
    outcome = two_origins()
    plan = outcome.plan
    assert_behind_is_the_loss(plan, usable(outcome))
    used = {(r.origin, r.gateway) for r in usable(outcome) if plan.uses(r) and r.commodity == "coal"}
    assert {("far_mine", "east_crossing"), ("coal_mine", "north_port")} <= used
    assert not {("coal_mine", "east_crossing"), ("coal_mine", "east_port"), ("far_mine", "north_port")} & used
    assert dict(zip((s.node for s in plan.sellers), plan.netbacks(), strict=True)) == pytest.approx(
        {"far_mine": 39, "coal_mine": 40, "ore_mine": 71}
    )
    assert plan.problem.state_names
    assert {"coal of FF at junction", "coal of LL at junction", "coal for coal_island"} <= {*plan.problem.state_names}
    assert "ore at junction" in plan.problem.state_names  # from one country alone
    assert plan.problem.edge_names
    assert {"coal of FF on rail_east", "coal of FF for coal_island"} <= {*plan.problem.edge_names}


def test_a_buyer_takes_no_more_of_several_origins(two_origins: Callable[[], Outcome], edit: Edit) -> None:
    edit("data/capacities.csv", "border_east,,capacity,2.5,2.5,2.5", "border_east,,capacity,25,25,25")
    document = report.solve(two_origins())
    sales = {sale["bid"]: sale["mtpa"] for sale in document["sales"]}
    assert sales == pytest.approx({"coal_island": 1.5, "coal_city": 1, "ore_island": 1})
    assert document["net_value_musd_per_yr"] == pytest.approx(37 + 1.5 * (67 - 39) + 1 * (65 - 39))


def test_rents_add_up_to_the_net_value(essay: Outcome, toy: Study, two_origins: Callable[[], Outcome]) -> None:
    for outcome in (essay, toy.run(), two_origins()):
        document = report.solve(outcome)
        received = sum(rent["musd_per_yr"] for rent in document["rents"])
        assert received == pytest.approx(document["net_value_musd_per_yr"], rel=1e-9)
