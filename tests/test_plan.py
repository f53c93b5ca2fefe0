"""The plan's answers against plans that are solved anew, and against sums that must agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest

import corridor
from corridor import report
from corridor.errors import NoAnswerError, UsageError
from corridor.flow import solve
from corridor.plan import FORCED_MTPA, NEGLIGIBLE_MTPA, Plan
from corridor.routes import Route
from corridor.study import Outcome, Study

Edit = Callable[..., None]


@pytest.fixture(scope="module")
def essay(rason: Study) -> Outcome:
    return rason.run("essay")


def read(project: Path) -> Outcome:
    return corridor.read_study(project / "models" / "study.toml").run()


def add_rows(edit: Edit, table: str, before: str, *rows: str) -> None:
    edit(f"data/{table}.csv", before, "".join(f"{row}\n" for row in rows) + before)


def add_coal_mine(edit: Edit, country: str, leads_to: str, cost: int) -> None:
    """A far mine of coal."""
    number = "2020,,,example,,assumed,D,"
    add_rows(edit, "nodes", "coal_mine,", f"far_mine,Far mine,mine,{country},,45.3,105,example,assumed,")
    add_rows(
        edit,
        "links",
        "load_coal,",
        f"load_far,far_mine,{leads_to},transload,LL,mines,loading,,forward,,,open,,,example,",
    )
    add_rows(
        edit,
        "mines",
        "coal_mine,coal,output",
        f"far_mine,coal,output,4,4,4,Mt/yr,{number}",
        f"far_mine,coal,cash_cost,{cost},{cost},{cost},USD/t,{number}",
        f"far_mine,coal,quality_premium,0,0,0,USD/t,{number}",
    )


def add_coal_bid(edit: Edit, node: str, intake: float, factor: float) -> None:
    """A bid for coal at so much of its price."""
    number = "2020,,,example,,assumed,D,"
    add_rows(edit, "bids", "coal_city,", f"coal_{node},{node},coal,coal_price,FOB,no,example,")
    add_rows(
        edit,
        "demand",
        "coal_city,,intake",
        f"coal_{node},,intake,{intake},{intake},{intake},Mt/yr,{number}",
        f"coal_{node},,price_factor,{factor},{factor},{factor},share,{number}",
        f"coal_{node},,price_differential,0,0,0,USD/t,{number}",
    )


@pytest.fixture
def two_origins(project: Path, edit: Edit) -> Callable[[], Outcome]:
    """The toy with a cheaper coal mine in another country, whose coal may not be loaded at the northern port."""
    add_coal_mine(edit, country="FF", leads_to="junction", cost=39)
    far_act = "far_act,Far act,1,2020-01-01,,coal,FF,north_port,,,,,barred,,,Far coal may not be loaded there.,example,"
    add_rows(edit, "rules", "ore_act,", far_act)
    return lambda: read(project)


def loss_when_forced(plan: Plan, route: Route) -> float:
    """What a tonne costs the plan if some must go by a route: the rest is solved anew without what that takes."""
    problem, taken = plan.problem, Counter(plan.network.edges[e].link.facility for e in route.edges)
    bids = np.array([buyer.bid == route.bid for buyer in plan.buyers])
    offers = np.array([(s.node, s.commodity) == (route.origin, route.commodity) for s in plan.sellers])
    rest = problem.replace(
        facility_capacity=problem.facility_capacity - FORCED_MTPA * np.array([taken[name] for name in plan.facilities]),
        bid_most=problem.bid_most - FORCED_MTPA * bids,
        offer_most=problem.offer_most - FORCED_MTPA * offers,
    )
    gain = route.bid_price - route.generalised - float(problem.offer_cost @ offers)
    return (plan.solution.net_value - solve(rest).net_value) / FORCED_MTPA - gain


def assert_forced_is_the_loss(plan: Plan, routes: Iterable[Route], *, unique_prices: bool = True) -> None:
    loss = {route: loss_when_forced(plan, route) for route in routes}
    assert loss
    assert {route: plan.forced(route) for route in loss} == pytest.approx(loss, abs=1e-4)
    for route, least in {route: plan.behind(route) for route in loss}.items():
        assert least <= loss[route] + 1e-4
        assert not unique_prices or least == pytest.approx(loss[route], abs=1e-4)


def usable(outcome: Outcome) -> list[Route]:
    return [route for route in outcome.routes if route.usable]


def test_forced_is_what_the_plan_loses_in_the_toy(toy: Study) -> None:
    outcome = toy.run("cheap-north")
    assert_forced_is_the_loss(outcome.plan, usable(outcome))


def test_forced_is_what_the_plan_loses_where_nobody_ships(project: Path, edit: Edit) -> None:
    edit("data/mines.csv", "coal_mine,coal,cash_cost,40,40,40", "coal_mine,coal,cash_cost,70,70,70")
    outcome = read(project)
    behind = {(r.market, r.gateway): outcome.plan.behind(r) for r in usable(outcome) if r.commodity == "coal"}
    by_hand = {("island", "east_port"): 3, ("east_city", "east_crossing"): 5, ("island", "north_port"): 16.5}
    assert behind == pytest.approx(by_hand)
    assert_forced_is_the_loss(outcome.plan, usable(outcome))
    rows = [row for row in report.next_best(outcome) if row["commodity"] == "coal"]
    assert [(row["corridor"], row["used"], row["behind_usd_per_t"]) for row in rows] == [
        ("east", False, pytest.approx(3)),
        ("north", False, pytest.approx(16.5)),
    ]
    offers = {offer["origin"]: offer["netback_usd_per_t"] for offer in report.solve(outcome)["offers"]}
    assert offers == pytest.approx({"coal_mine": 67, "ore_mine": 97})


def test_what_is_forced_costs_more_than_prices_say_where_several_prices_fit(project: Path, edit: Edit) -> None:
    """Mine and island are both full at 1.5 Mt: which of them is scarce? A tonne for the city takes 27 and gives 15."""
    edit("data/mines.csv", "coal_mine,coal,output,4,4,4", "coal_mine,coal,output,1.5,1.5,1.5")
    edit("data/demand.csv", "coal_city,,price_factor,0.8,0.8,0.8", "coal_city,,price_factor,0.7,0.7,0.7")
    outcome = read(project)
    assert_forced_is_the_loss(outcome.plan, usable(outcome), unique_prices=False)
    [city] = [route for route in usable(outcome) if route.market == "east_city"]
    assert outcome.plan.behind(city) <= outcome.plan.forced(city) == pytest.approx(27 - 15)
    rows = [row for row in report.next_best(outcome) if row["commodity"] == "coal"]
    assert [(row["market"], row["gateway"], row["used"], row["behind_usd_per_t"]) for row in rows] == [
        ("island", "east_port", True, 0),
        ("island", "north_port", True, 0),
        ("east_city", "east_crossing", False, pytest.approx(12)),
    ]


def test_the_nearest_routes_are_those_that_cost_least(rason: Study) -> None:
    """On the default day prices are not unique; of each corridor no route near the front costs less than the listed."""
    outcome = rason.run("today")
    plan = outcome.plan
    rows = {(row["commodity"], row["corridor"], row["used"]): row for row in report.next_best(outcome)}
    ranked = sorted((plan.behind(route), route) for route in usable(outcome) if not plan.uses(route))
    assert_forced_is_the_loss(plan, [route for _, route in ranked[:200:5]], unique_prices=False)
    for _, route in ranked[:200:5]:
        row = rows.get((route.commodity, route.corridor, True)) or rows[route.commodity, route.corridor, False]
        assert row["behind_usd_per_t"] <= plan.forced(route) + 1e-3
        nearest = min(r["behind_usd_per_t"] for (c, _, used), r in rows.items() if c == route.commodity and not used)
        assert nearest <= plan.forced(route) + 1e-3


def test_forced_is_what_the_plan_loses_in_the_essay(essay: Outcome) -> None:
    by_need = sorted(usable(essay), key=lambda r: (essay.plan.behind(r), r.origin, r.market, r.gateway, r.entry))
    nearest: dict[tuple[str, str, str], Route] = {}
    for route in by_need:
        nearest.setdefault((route.origin, route.commodity, route.corridor), route)
    assert len(nearest) > 40
    assert_forced_is_the_loss(essay.plan, [*nearest.values(), *by_need[::97]])
    idle = {s.node for s, bought in zip(essay.plan.sellers, essay.plan.solution.purchases, strict=True) if not bought}
    assert "khuut" in idle
    assert all(essay.plan.behind(route) > 1 for route in usable(essay) if route.origin == "khuut")


def test_a_barred_route_stands_before_the_plan_by_what_its_bar_costs(project: Path, edit: Edit) -> None:
    edit("data/capacities.csv", "border_east,,capacity,2.5,2.5,2.5", "border_east,,capacity,0.5,0.5,0.5")
    outcome = read(project)
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
    outcome = read(project)
    east = [route for route in usable(outcome) if route.commodity == "coal" and route.corridor == "east"]
    sold = {buyer.bid: sale for buyer, sale in zip(outcome.plan.buyers, outcome.plan.solution.sales, strict=True)}
    assert [outcome.plan.behind(route) for route in east] == pytest.approx([0, 0])
    used = {route.bid: outcome.plan.uses(route) for route in east}
    assert used["coal_city"] == (sold["coal_city"] > 0)
    assert used["coal_island"] == (sold["coal_island"] > 1)  # beyond what comes by the north
    rows = {r["market"]: r for r in report.next_best(outcome) if (r["commodity"], r["corridor"]) == ("coal", "east")}
    assert {market: row["behind_usd_per_t"] for market, row in rows.items()} == dict.fromkeys(rows, 0)
    assert {market: row["used"] for market, row in rows.items()} == {r.market: used[r.bid] for r in east}


def test_cargo_that_only_passes_is_not_the_mines_and_not_the_buyers(project: Path, edit: Edit) -> None:
    """A cheaper mine ships through the coal mine and past a buyer who bids too little."""
    add_coal_mine(edit, country="LL", leads_to="coal_mine", cost=30)
    add_coal_bid(edit, "junction", intake=1, factor=0.2)
    outcome = read(project)
    coal = [route for route in usable(outcome) if route.commodity == "coal"]
    used = {(route.origin, route.market) for route in coal if outcome.plan.uses(route)}
    assert used == {("far_mine", "island"), ("far_mine", "east_city")}
    behind = {(r.origin, r.market, r.gateway): outcome.plan.behind(r) for r in coal}
    at_mine = {"far_mine": 0, "coal_mine": 40 - 31}
    at_home = {"far_mine": 30 - (20 - 2), "coal_mine": 40 - (20 - 1)}
    by_hand = {key: at_home[key[0]] if key[1] == "junction" else at_mine[key[0]] for key in behind}
    assert behind == pytest.approx(by_hand)
    assert_forced_is_the_loss(outcome.plan, coal)


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
    outcome = read(project)
    offers = {offer["origin"]: offer["netback_usd_per_t"] for offer in report.solve(outcome)["offers"]}
    assert offers["ore_mine"] is None
    assert offers["coal_mine"] == pytest.approx(40)
    edit("data/rules.csv", ",,ore,,junction", ",,,,junction")
    with pytest.raises(NoAnswerError, match="no lawful way"):
        report.solve(read(project))


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
    add_coal_bid(edit, "east_port", intake=0.3, factor=0.99)
    outcome = read(project)
    sales = {sale["bid"]: sale["mtpa"] for sale in report.solve(outcome)["sales"]}
    assert sales == pytest.approx({"coal_east_port": 0.3, "coal_city": 0.2, "coal_island": 1.5, "ore_island": 1})
    assert outcome.plan.corridors() == pytest.approx(
        {("east", "coal"): 1, ("east", "ore"): 1, ("north", "coal"): 1}, abs=1e-9
    )
    assert_forced_is_the_loss(outcome.plan, usable(outcome))


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
    assert_forced_is_the_loss(plan, usable(outcome))
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


def test_a_sale_of_one_origin_is_not_the_others(two_origins: Callable[[], Outcome], edit: Edit) -> None:
    """The buyer at the junction is served by the far mine; what the other ships passes there."""
    add_coal_bid(edit, "junction", intake=1, factor=0.5)
    plan, routes = (outcome := two_origins()).plan, usable(outcome)
    home = {route.origin: route for route in routes if route.market == "junction"}
    assert {origin: plan.uses(route) for origin, route in home.items()} == {"far_mine": True, "coal_mine": False}
    assert {origin: plan.behind(route) for origin, route in home.items()} == pytest.approx(
        {"far_mine": 0, "coal_mine": 40 - 39}
    )
    assert_forced_is_the_loss(plan, routes)


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


def test_one_more_and_one_less_are_what_capacities_gain_and_lose(essay: Outcome, toy: Study) -> None:
    found = 0
    for outcome in (essay, toy.run()):
        problem, best = outcome.plan.problem, outcome.plan.solution.net_value
        for i, row in enumerate(report.solve(outcome)["facilities"]):
            for key, side in (("more_usd_per_t", 1), ("less_usd_per_t", -1)):
                capacity = problem.facility_capacity.copy()
                capacity[i] += side * 1e-3
                if capacity[i] < 0:
                    assert row[key] is None
                    continue
                gained = (solve(problem.replace(facility_capacity=capacity)).net_value - best) / (side * 1e-3)
                assert gained == pytest.approx(row[key], abs=1e-3)
                found += gained > 1
            if row["less_usd_per_t"] is not None:
                assert row["more_usd_per_t"] - 1e-6 <= row["shadow_price_usd_per_t"] <= row["less_usd_per_t"] + 1e-6
    assert found >= 2  # some capacity is scarce, or this shows nothing


def test_how_far_behind_the_plan_without_a_sale_is(essay: Outcome) -> None:
    plan = essay.plan
    for sale in report.solve(essay)["sales"]:
        bids = [buyer.bid for buyer in plan.buyers]
        most = plan.problem.bid_most.copy()
        most[bids.index(sale["bid"])] = 0
        lost = plan.solution.net_value - solve(plan.problem.replace(bid_most=most)).net_value
        assert sale["behind_usd_per_t"] * sale["mtpa"] == pytest.approx(lost, abs=1e-5)
        assert not sale["tie"]


def test_edges_on_a_link_are_those_of_both_directions_and_all_cargoes(rason: Study) -> None:
    plan = rason.run("east-rail").plan
    names = plan.problem.names("edge")
    for link in ("rail_choibalsan_khuut", "load_khuut", "rail_zuunkhatavch_bayan_ul"):
        found = [names[e] for e in plan.edges_on(link)]
        assert found
        assert found == [name for name in names if name.endswith((f" on {link}", f" on ~{link}"))]


def test_edges_on_a_link_that_no_cargo_can_use_are_none(rason: Study) -> None:
    assert list(rason.run("today").plan.edges_on("port_rajin_pier3_1520")) == []


def test_edges_on_a_link_that_is_not_open_are_an_error(rason: Study) -> None:
    with pytest.raises(UsageError, match='"rail_khuut_bichigt" is no link that is open'):
        rason.run("today").plan.edges_on("rail_khuut_bichigt")
