"""The frontier is what solving anew under each cap gives; the smallest cap is one that GLPK meets and no less."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import corridor.cli
import glpk
from corridor import FlowProblem, InfeasibleError, LimitRow, NoAnswerError, solve, write_lp
from corridor.plan import NEGLIGIBLE_MTPA
from corridor.strategy.cap import Cap, Measure, hhi, trace
from corridor.strategy.frontier import Frontier, frontier
from corridor.strategy.shares import by_gateway, dependence
from corridor.strategy.shipments import shipments
from corridor.study import Study
from strategies import flow_problems

often = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)

CHOICES = [
    ("today", "country", "all", "tonnes"),
    ("today", "country", "all", "value"),
    ("today", "country", "transit", "tonnes"),
    ("essay", "corridor", "all", "tonnes"),
    ("essay", "country", "all", "value"),
    ("sanctions-lifted", "corridor", "all", "value"),
]


def under_cap(problem: FlowProblem, cap: Cap, share: float, slack: float = 0.0) -> FlowProblem:
    """The same question put in plain limits, without the column that the frontier moves."""
    parts = [problem.count("edge"), problem.count("edge") + problem.count("bid")]
    limits = []

    def limit(name: str, bound: float, per_column: np.ndarray) -> None:
        edges, bids, offers = np.split(per_column, parts)
        every = [np.arange(len(part)) for part in (edges, bids, offers)]
        limits.append(LimitRow(name, bound, every[0], edges, every[1], bids, every[2], offers))

    for i, measure in enumerate(cap.family):
        limit(f"cap {i}", share * cap.whole, measure.per_column)
    for i, (measure, amount) in enumerate(cap.held):
        limit(f"most {i}", amount + slack, measure.per_column)
        limit(f"least {i}", slack - amount, -measure.per_column)
    return problem.replace(limits=(*problem.limits, *limits))


def judged(problem: FlowProblem, place: Path) -> float | None:
    """Net value by GLPK."""
    write_lp(problem, place / "judge.mps")
    return glpk.net_value(place / "judge.mps")


def test_by_hand_the_city_takes_what_the_island_does_not(toy: Study) -> None:
    # The island buys 2.5 of 3 Mt; half a Mt of coal can go to the city instead, for 2 USD/t less. Then the eastern
    # border is the larger share, full and needed: 2 of 3 Mt.
    found = frontier(toy.run())
    assert [point.cap for point in found.points] == pytest.approx([2.5 / 3, 2 / 3])
    assert [point.net_value for point in found.points] == pytest.approx([76.5, 75.5])
    assert found.points[0].shares == pytest.approx({"EE": 2 / 3, "II": 2.5 / 3, "NN": 1 / 3})
    assert found.points[0].at_cap == ("II",)
    assert set(found.points[1].at_cap) == {"EE", "II"}
    assert found.prices == pytest.approx([0.06])
    assert found.unit_prices == pytest.approx([2])
    sales = {change.name: change.after - change.before for change in found.points[1].changes if change.kind == "sale"}
    assert sales == pytest.approx({"coal_island": -0.5, "coal_city": 0.5})
    assert found.points[0].passes == pytest.approx(
        {
            ("east_crossing", "coal"): 1,
            ("east_crossing", "ore"): 1,
            ("east_port", "ore"): 1,
            ("north_crossing", "coal"): 1,
            ("north_port", "coal"): 1,
            ("east_port", "coal"): 0.5,
        }
    )


def test_by_hand_in_transit_alone(toy: Study) -> None:
    # 1.5 Mt leave the eastern country by sea, of which half a Mt can stay there
    found = frontier(toy.run(), count="transit")
    assert [point.cap for point in found.points] == pytest.approx([1.5 / 3, 1 / 3])
    assert found.points[0].shares == pytest.approx({"EE": 0.5, "NN": 1 / 3})


def test_by_hand_corridors_cannot_change_where_all_ways_are_full(toy: Study) -> None:
    found = frontier(toy.run(), by="corridor", without="north")
    assert [point.cap for point in found.points] == pytest.approx([2 / 3])
    assert found.points[0].shares == pytest.approx({"east": 2 / 3, "north": 1 / 3})
    assert found.without is not None
    assert found.without.traced is None  # without the north 3 Mt cannot be shipped
    assert [row[2] for row in found.contribution()] == [None]


def test_by_hand_gateways(toy: Study) -> None:
    # the eastern port loads 1.5 of 3 Mt, the northern 1, and half a Mt crosses the border to the city
    found = frontier(toy.run(), by="gateway")
    assert [point.cap for point in found.points] == pytest.approx([0.5, 1 / 3])
    assert [point.net_value for point in found.points] == pytest.approx([76.5, 75.5])
    assert found.points[0].shares == pytest.approx({"east_port": 0.5, "east_crossing": 1 / 6, "north_port": 1 / 3})
    assert found.points[1].shares == pytest.approx({"east_port": 1 / 3, "east_crossing": 1 / 3, "north_port": 1 / 3})


@pytest.mark.parametrize("scenario", ["today", "essay"])
def test_gateways_are_those_of_the_ways(rason: Study, scenario: str) -> None:
    outcome = rason.run(scenario)
    plan, nodes = outcome.plan, outcome.network.nodes
    found = frontier(outcome, by="gateway")
    _, layers = by_gateway(outcome)
    assert found.points[0].net_value == pytest.approx(plan.solution.net_value)
    for i in (0, len(found.points) // 2, -1):
        point, tonnes = found.points[i], dict[str, float]()
        shipped = shipments(layers.problem, found.traced.plans[i])
        assert shipped.net_value == pytest.approx(point.net_value, abs=1e-4)
        for columns, mtpa, _ in shipped.each():
            taken = [int(layers.column[c]) for c in columns if c < len(layers.column) and layers.column[c] >= 0]
            edges = [outcome.network.edges[plan.edge_of[c]] for c in taken if c < len(plan.edge_of)]
            sea = [edge.tail for edge in edges if edge.link.kind == "sea"]
            out = [e.link.crossing or "" for e in edges if nodes[e.tail].country == "MN" != nodes[e.head].country]
            [gateway] = sea or out
            tonnes[gateway] = tonnes.get(gateway, 0.0) + mtpa
        assert {k: v / found.cap.whole for k, v in tonnes.items()} == pytest.approx(point.shares, abs=1e-6)
        assert sum(point.shares.values()) == pytest.approx(1, abs=1e-6)
        assert sum(change.after - change.before for change in point.changes if change.kind == "sale") == pytest.approx(
            0, abs=1e-5
        )


def test_a_cap_of_ones_own_lies_on_the_straight_line(toy: Study) -> None:
    found = frontier(toy.run())
    value, price, shares = found.at(0.75)
    assert value == pytest.approx(75.5 + 0.5 * 1)
    assert price == pytest.approx(0.06)
    assert max(shares.values()) == pytest.approx(0.75)
    assert found.at(0.9)[:2] == pytest.approx((76.5, 0))
    assert found.at(2.5 / 3)[1] == pytest.approx(0.06)
    assert found.at(2 / 3)[1] is None


def test_hhi_is_of_shares_that_add_up_to_one() -> None:
    assert hhi([0.5, 0.5]) == pytest.approx(5000)
    assert hhi([1.0, 1.0]) == pytest.approx(5000)
    assert hhi([0.7, 0.2, 0.1]) == pytest.approx(4900 + 400 + 100)
    assert hhi([]) == 0


@pytest.mark.parametrize("choice", CHOICES)
def test_every_point_of_the_study_is_an_independent_solve(rason: Study, choice: tuple[str, ...]) -> None:
    scenario, by, count, measure = choice
    outcome = rason.run(scenario)
    found = frontier(outcome, by, count, measure)  # type: ignore[arg-type]
    problem = outcome.plan.problem
    assert found.points[0].net_value == pytest.approx(outcome.plan.solution.net_value)
    assert found.traced.solves <= 3 * max(2, len(found.points))
    slopes = found.traced.slopes()
    assert np.all(slopes > 0)
    assert np.all(np.diff(slopes) > 0)
    middles = [(one.cap + other.cap) / 2 for one, other in zip(found.points, found.points[1:], strict=False)]
    for share in [*(point.cap for point in found.points), *middles]:
        alone = solve(under_cap(problem, found.cap, share * (1 + 1e-12), 1e-9), engine="edges")
        assert found.traced.value(share) == pytest.approx(alone.net_value, rel=1e-7)
        plan = found.traced.plan(share)
        assert found.cap.largest(plan) <= share + 1e-8
        for held, amount in found.cap.held:
            assert held.of(plan) == pytest.approx(amount, rel=1e-8)
    below = under_cap(problem, found.cap, found.traced.least - 1e-6)
    with pytest.raises(InfeasibleError):
        solve(below, engine="edges")


def test_shares_by_corridor_are_the_plans_and_add_up_to_one(rason: Study) -> None:
    outcome = rason.run("essay")
    cap = dependence(outcome, by="corridor")
    solution = trace(outcome.plan.problem, cap, cap.largest(outcome.plan.solution)).plans[-1]
    tonnes: dict[str, float] = {}
    for (corridor_name, _), mtpa in outcome.plan.corridors(solution).items():
        tonnes[corridor_name] = tonnes.get(corridor_name, 0.0) + mtpa
    shares = cap.shares(solution)
    assert shares == pytest.approx({name: mtpa / cap.whole for name, mtpa in tonnes.items()})
    assert sum(shares.values()) == pytest.approx(1)


def test_shares_by_country_are_border_entries(rason: Study) -> None:
    plan = rason.run("today").plan
    cap = dependence(rason.run("today"))
    entries: dict[str, float] = {}
    for (_, e), mtpa in plan.carried().items():
        edge = plan.network.edges[e]
        left, entered = (plan.network.nodes[node].country for node in (edge.tail, edge.head))
        if entered not in {left, "MN"}:
            entries[entered] = entries.get(entered, 0.0) + mtpa
    assert cap.shares(plan.solution) == pytest.approx({name: mtpa / cap.whole for name, mtpa in entries.items()})
    assert cap.whole == pytest.approx(float(plan.solution.purchases.sum()))


@pytest.mark.parametrize("scenario", ["today", "essay", "east-rail", "sanctions-lifted"])
def test_no_shipment_of_the_study_enters_a_country_twice(rason: Study, scenario: str) -> None:
    # what docs/method.md says: so counting entries counts each tonne once for each country
    outcome = rason.run(scenario)
    plan, nodes = outcome.plan, outcome.network.nodes
    for point in frontier(outcome).points:
        for columns, _, _ in shipments(plan.problem, point.plan).each():
            edges = [outcome.network.edges[plan.edge_of[c]] for c in columns if c < len(plan.edge_of)]
            ends = [(nodes[edge.tail].country, nodes[edge.head].country) for edge in edges]
            entered = [head for tail, head in ends if tail != head]
            assert len(entered) == len(set(entered))


def test_the_tables_of_a_counterfactual_say_so_in_every_row(tmp_path: Path) -> None:
    arguments = ["--scenario", "sanctions-lifted", "--format", "csv", "-o", str(tmp_path / "out")]
    assert corridor.cli.main(["frontier", *arguments]) == 0
    with (tmp_path / "out" / "points.csv").open(encoding="utf-8") as file:
        rows = [*csv.DictReader(file)]
    assert len(rows) > 1
    assert all("UNSCR 2371" in row["as_if_lifted"] for row in rows)
    assert float(rows[0]["shares.CN"]) == pytest.approx(float(rows[0]["cap"]))
    assert {path.name for path in (tmp_path / "out").iterdir()} >= {"changes.csv", "passes.csv", "with_and_without.csv"}


def test_rason_is_worth_nothing_that_the_law_bars_and_nothing_less_where_it_is_open(rason: Study) -> None:
    barred = frontier(rason.run("today"), without="rason")
    assert barred.without is not None
    assert not barred.without.lawful
    assert all(value == other for _, value, other in barred.contribution())
    essay = rason.run("essay")
    open_then = frontier(essay, by="corridor", without="rason")
    assert open_then.without is not None
    assert open_then.without.traced is not None
    assert open_then.without.lawful
    assert 0 < open_then.traced.least <= open_then.without.traced.least + 1e-9
    assert all(value >= other - 1e-6 for _, value, other in open_then.contribution() if other is not None)


def test_closing_a_corridor_is_a_problem_without_its_edges(rason: Study) -> None:
    outcome = rason.run("essay")
    found = frontier(outcome, by="corridor", measure="value", without="rason")
    assert found.without is not None
    assert found.without.traced is not None
    plan, nodes = outcome.plan, outcome.network.nodes
    shut = [
        any(nodes[node].country == "KP" for node in (plan.network.edges[e].tail, plan.network.edges[e].head))
        for e in plan.edge_of
    ] + [False] * len(plan.handovers)
    problem = plan.problem.replace(edge_capacity=np.where(shut, 0.0, plan.problem.edge_capacity))
    for share in found.without.traced.caps:
        alone = solve(under_cap(problem, found.cap, share * (1 + 1e-12), 1e-9), engine="edges")
        assert found.without.traced.value(share) == pytest.approx(alone.net_value, rel=1e-7)


def test_a_rule_in_the_table_moves_the_frontier(toy: Study, edit: Callable[..., None], project: Path) -> None:
    # Ore barred in the east too leaves coal alone: 1.5 Mt to the island (1 by the north), the city takes 1.
    edit("data/rules.csv", "north_port", "north_port east_port")
    found = frontier(corridor.read_study(project / "models" / "study.toml").run())
    assert found.points[0].net_value < frontier(toy.run()).points[0].net_value
    assert found.cap.whole == pytest.approx(2.5)


@often
@given(flow_problems(least_bids=1), st.data())
def test_random_frontiers_are_concave_and_hold_everywhere(problem: FlowProblem, data: st.DataObject) -> None:
    problem = problem.replace(limits=[limit for limit in problem.limits if limit.bound >= 0])
    best = solve(problem)
    total = float(best.purchases.sum())
    assume(total > 0.1)
    n_edges, n_columns = problem.count("edge"), sum(problem.count(kind) for kind in ("edge", "bid", "offer"))
    family = []
    for i in range(data.draw(st.integers(1, 3))):
        per_column = np.zeros(n_columns)
        per_column[: n_edges + problem.count("bid")] = data.draw(
            st.lists(
                st.sampled_from([0.0, 1.0, 1.0, 2.5]),
                min_size=n_edges + problem.count("bid"),
                max_size=n_edges + problem.count("bid"),
            )
        )
        family.append(Measure(f"measure {i}", per_column))
    shipped = np.append(np.zeros(n_columns - problem.count("offer")), np.ones(problem.count("offer")))
    cap = Cap(tuple(family), total, "t", ((Measure("shipped", shipped), total),))
    first = cap.largest(best)
    found = trace(problem, cap, first)
    assert found.values[0] == pytest.approx(best.net_value, abs=1e-6)
    if len(found.caps) > 1:
        assert np.all(np.diff(found.slopes()) >= -1e-6)
    places = [first, found.least, found.least + data.draw(st.floats(0, 1)) * (first - found.least)]
    for share in places:
        alone = solve(under_cap(problem, cap, share + 1e-9, 1e-8), engine="edges")
        assert found.value(min(max(share, found.least), first)) == pytest.approx(alone.net_value, abs=1e-3)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(problem=flow_problems(least_bids=1))
def test_glpk_meets_the_smallest_cap_and_no_smaller_one(problem: FlowProblem, tmp_path: Path) -> None:
    problem = problem.replace(limits=())
    best = solve(problem)
    total = float(best.purchases.sum())
    assume(total > 0.1)
    n_edges, n_rest = problem.count("edge"), problem.count("bid") + problem.count("offer")
    halves = np.arange(n_edges) % 2
    family = tuple(Measure(f"half {i}", np.append((halves == i) * 1.0, np.zeros(n_rest))) for i in (0, 1))
    shipped = np.append(np.zeros(n_edges + problem.count("bid")), np.ones(problem.count("offer")))
    cap = Cap(family, total, "t", ((Measure("shipped", shipped), total),))
    found = trace(problem, cap, cap.largest(best))
    assert judged(under_cap(problem, cap, found.least + 1e-6, 1e-7), tmp_path) is not None
    middle = (found.caps[0] + found.least) / 2
    assert judged(under_cap(problem, cap, middle, 1e-9), tmp_path) == pytest.approx(found.value(middle), abs=1e-3)
    if found.least > 1e-4:
        assert judged(under_cap(problem, cap, found.least - 1e-4, 1e-7), tmp_path) is None


def test_a_cap_that_cannot_be_kept_names_the_smallest(rason: Study) -> None:
    found = frontier(rason.run("today"))
    with pytest.raises(NoAnswerError, match=r"smallest feasible one is 96\.3"):
        found.traced.plan(0.5)


def test_nothing_shipped_has_no_shares(toy: Study) -> None:
    dead = toy.with_scenario(
        "dead",
        reason="No mine works.",
        changes=[{"table": "mines", "where": {"parameter": "cash_cost"}, "set": {"value": 1000}}],
    )
    assert dead.run("dead").plan.solution.purchases.sum() <= NEGLIGIBLE_MTPA
    with pytest.raises(NoAnswerError, match="nothing is carried in dead"):
        frontier(dead.run("dead"))


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--only", "cn"], 2, 'Did you mean "CN"'),
        (["--only", "china", "--by", "corridor", "--without", "rasn"], 2, 'Did you mean "rason"'),
        (["--by", "corridor", "--count", "transit"], 2, "transit is counted by country"),
        (["--cap", "0.5"], 4, "the smallest feasible one is 96.36"),
        (["--cap", "-1"], 2, "write a share"),
        (["--by", "gateway", "--only", "tianjing"], 2, 'Did you mean "tianjin"'),
        (["--only", "KP"], 4, "no lawful way leads through KP"),
        (["--scenario", "todai"], 2, 'Did you mean "today"'),
    ],
)
def test_bad_input_is_told(arguments: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert corridor.cli.main(["frontier", *arguments]) == code
    assert said in capsys.readouterr().err


def test_the_document_says_what_the_curve_says(rason: Study, capsys: pytest.CaptureFixture[str]) -> None:
    assert corridor.cli.main(["frontier", "--scenario", "sanctions-lifted", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    found: Frontier = frontier(rason.run("sanctions-lifted"), without="rason")
    assert document["as_if_lifted"]
    assert [row["cap"] for row in document["points"]] == pytest.approx([point.cap for point in found.points])
    prices = [row["price_to_next_musd_per_point"] for row in document["points"]]
    assert prices[:-1] == pytest.approx(found.prices.tolist())
    assert prices[-1] is None
    cost = document["points"][-1]["cost_musd_per_yr"]
    assert f"costs {cost:,.0f} million USD/yr" in document["finding"]
    assert f"{100 * found.traced.least:.1f}%" in document["finding"]


def test_the_table_fits_80_columns_and_says_what_is_lifted(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert corridor.cli.main(["frontier", "--scenario", "sanctions-lifted", "--measure", "value"]) == 0
    shown = capsys.readouterr().out
    assert "COUNTERFACTUAL, NOT THE LAW" in shown
    assert max(map(len, shown.splitlines())) <= 80
