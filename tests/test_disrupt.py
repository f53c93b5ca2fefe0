"""Closures by hand on the toy corridor; plans chosen for them against programmes over every way there is."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

import corridor.cli
from corridor import FlowProblem, NoAnswerError, UsageError, solve
from corridor.report import strategy
from corridor.strategy.closures import Closure
from corridor.strategy.disrupt import disrupt, knee
from corridor.strategy.robust import Aim, cvar, robust
from corridor.strategy.shipments import as_ways, meet, shipments, values
from corridor.study import Study
from strategies import flow_problems

often = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


def test_closures_by_hand(toy: Study) -> None:
    # Today ore 1 Mt x 37, coal to the island 0.5 x 27, to the city 0.5 x 25, by the north 1 x 13.5. Re-routed: without
    # the eastern port the city takes 1 x 25 beside the north; without the island the city alone; without the north
    # eastern coal goes to the island, 1 x 27.
    found = disrupt(toy.run())
    assert {one.name: (one.kind, loss) for one, loss in zip(found.closed, found.losses("today"), strict=True)} == {
        "east_crossing": ("crossing", pytest.approx(63)),
        "north_crossing": ("crossing", pytest.approx(13.5)),
        "east_port": ("port", pytest.approx(50.5)),
        "north_port": ("port", pytest.approx(13.5)),
        "EE": ("country", pytest.approx(63)),
        "II": ("country", pytest.approx(64)),
        "NN": ("country", pytest.approx(13.5)),
    }
    assert dict(zip((one.name for one in found.closed), found.rerouted_losses(), strict=True)) == pytest.approx(
        {
            "east_crossing": 63,
            "north_crossing": 12.5,
            "east_port": 38,
            "north_port": 12.5,
            "EE": 63,
            "II": 51.5,
            "NN": 12.5,
        }
    )
    assert found.premium("today") == pytest.approx(0)
    assert found.regret("today") == pytest.approx(12.5)  # the eastern port or the island: half a Mt more for the city
    assert found.cvar("today") == pytest.approx(64)  # a tenth of seven closures is part of the worst one
    # under the smallest share (no more to the island than to the east) the city takes the other half Mt at once
    assert found.cap == pytest.approx(2 / 3)
    assert found.premium("diversified") == pytest.approx(1)
    assert found.losses("diversified")[[one.name for one in found.closed].index("II")] == pytest.approx(51.5)


def test_the_plan_of_least_regret_by_hand(toy: Study) -> None:
    # Ore and the north stay full. Of 1 Mt of eastern coal c goes to the city. If the island or the eastern port closes,
    # 25 (1 - c) is missing; if the north does, the best plan has all of it on the island, 2 a tonne better: 2 c. Both
    # are the same at c = 25/27, where a year without a closure costs 2 c - 1.
    found = disrupt(toy.run())
    plan = found.sturdiest["regret"]
    assert plan.value == pytest.approx(50 / 27, abs=1e-4)
    assert found.regret("regret") == pytest.approx(50 / 27, abs=1e-4)
    assert found.premium("regret") == pytest.approx(2 * 25 / 27 - 1, abs=1e-4)
    city = [
        one["mtpa"]
        for one in strategy.disrupt(toy.run(), found)["shipments"]
        if one["plan"] == "regret" and one["bid"] == "coal_city"
    ]
    assert city == pytest.approx([25 / 27], abs=1e-4)


def test_cvar_by_hand() -> None:
    losses = np.array([0.0, 10.0, 2.0, 0.0])
    assert cvar(losses, 0.0) == pytest.approx(3)
    assert cvar(losses, 0.5) == pytest.approx(6)
    assert cvar(losses, 0.75) == pytest.approx(10)
    assert cvar(losses, 0.9) == pytest.approx(10)
    assert cvar(losses, 0.6) == pytest.approx((10 * 0.25 + 2 * 0.15) / 0.4)


@pytest.mark.parametrize("scenario", ["today", "essay", "sanctions-lifted"])
def test_shipments_are_the_plan(rason: Study, scenario: str) -> None:
    plan = rason.run(scenario).plan
    found = shipments(plan.problem, plan.solution)
    flow = np.bincount(found.ways.column, found.ways.spread(found.mtpa), len(values(plan.problem)))
    whole = np.concatenate([plan.solution.flows, plan.solution.sales, plan.solution.purchases])
    assert flow == pytest.approx(whole, abs=1e-7)
    assert found.net_value == pytest.approx(plan.solution.net_value)


def test_what_the_study_loses_is_what_the_plan_says(rason: Study) -> None:
    outcome = rason.run("today")
    found, plan = disrupt(outcome), outcome.plan
    today = found.plans["today"]
    for i, closure in enumerate(found.closed):
        crossing = plan.solution.flows[closure.edges]
        if closure.kind == "crossing":
            assert today.stopped(found.closed)[i] == pytest.approx(float(crossing.sum()), abs=1e-6)
        shut = plan.problem.edge_capacity.copy()
        shut[closure.edges] = 0.0
        alone = solve(plan.problem.replace(edge_capacity=shut), engine="edges")
        assert found.rerouted[i] == pytest.approx(alone.net_value)
    for name in found.plans:
        assert np.all(found.losses(name) >= found.rerouted_losses() - 1e-6)
    for aim in ("cvar", "regret"):
        assert found.sturdiest[aim].proved
        reached = found.cvar(aim) if aim == "cvar" else found.regret(aim)
        assert reached == pytest.approx(found.sturdiest[aim].value, rel=1e-4)
        for other in found.plans:
            theirs = found.cvar(other) if aim == "cvar" else found.regret(other)
            assert reached <= theirs + 1e-3
    assert found.cap == pytest.approx(knee(found.traced))
    assert found.largest_share("diversified") == pytest.approx(found.cap, abs=1e-6)


def test_plans_that_are_chosen_keep_every_capacity(rason: Study) -> None:
    outcome = rason.run("essay")
    problem, found = outcome.plan.problem, disrupt(outcome)
    for shipped in found.plans.values():
        flow = np.bincount(shipped.ways.column, shipped.ways.spread(shipped.mtpa), len(values(problem)))
        edges, bids, offers = np.split(flow, np.cumsum([problem.count("edge"), problem.count("bid")]))
        use = np.bincount(problem.use_facility, edges[problem.use_edge], problem.count("facility"))
        assert np.all(use <= problem.facility_capacity + 1e-6)
        assert np.all(bids <= problem.bid_most + 1e-6)
        assert np.all(offers <= problem.offer_most + 1e-6)
        assert np.all(shipped.mtpa >= 0)


def every_way(problem: FlowProblem) -> list[list[int]]:
    """Columns of every way without a circle from an offer to a bid."""
    n_edges, n_bids = problem.count("edge"), problem.count("bid")
    found: list[list[int]] = []

    def go(state: int, seen: tuple[int, ...], columns: list[int]) -> None:
        found.extend([*columns, n_edges + int(bid)] for bid in np.flatnonzero(problem.bid_state == state))
        for edge in np.flatnonzero(problem.edge_from == state):
            head = int(problem.edge_to[edge])
            if head not in seen:
                go(head, (*seen, head), [*columns, int(edge)])

    for offer, state in enumerate(problem.offer_state.tolist()):
        go(state, (state,), [n_edges + n_bids + offer])
    return found


def by_all_ways(
    problem: FlowProblem, best: float, closed: list[Closure], rerouted: np.ndarray, aim: Aim, alpha: float
) -> float:
    """The least that can be, as one programme over every way, by SciPy."""
    ways = as_ways(every_way(problem))
    n_ways, n = ways.n_ways, len(closed)
    n_edges, n_bids = problem.count("edge"), problem.count("bid")
    column = np.zeros((len(values(problem)), n_ways))
    column[ways.column, ways.way] = 1
    margin = ways.total(values(problem))
    kept = (1 - meet(ways, closed)) * margin
    further = 1 if aim == "regret" else 1 + n
    rows, bounds = [], []
    for facility, capacity in enumerate(problem.facility_capacity.tolist()):
        used = np.zeros(len(values(problem)))
        chosen = problem.use_facility == facility
        used[problem.use_edge[chosen]] = problem.use_amount[chosen]
        if np.isfinite(capacity):
            rows.append(np.append(used @ column, np.zeros(further)))
            bounds.append(capacity)
    for first, most in ((n_edges, problem.bid_most), (n_edges + n_bids, problem.offer_most)):
        for i, bound in enumerate(most.tolist()):
            rows.append(np.append(column[first + i], np.zeros(further)))
            bounds.append(bound)
    for i in range(n):
        short = np.zeros(further)
        short[0] = -1
        if aim == "cvar":
            short[1 + i] = -1
        rows.append(np.append(-kept[i], short))
        bounds.append(-rerouted[i] if aim == "regret" else -best)
    if aim == "regret":
        rows.append(np.append(-margin, -1.0))
        bounds.append(-best)
        cost = np.append(np.zeros(n_ways), 1.0)
    else:
        cost = np.concatenate([np.zeros(n_ways), [1.0], np.full(n, 1 / ((1 - alpha) * n))])
    answer = linprog(cost, A_ub=np.array(rows), b_ub=np.array(bounds), bounds=(0, None), method="highs")
    assert answer.status == 0
    return float(answer.fun)


@often
@given(flow_problems(least_bids=1), st.sampled_from(["cvar", "regret"]), st.sampled_from([0.0, 0.5, 0.8]), st.data())
def test_no_plan_over_any_ways_does_better(problem: FlowProblem, aim: Aim, alpha: float, data: st.DataObject) -> None:
    n_edges = problem.count("edge")
    assume(n_edges > 0)
    free = {"edge_gain": 1.0, "edge_cost": np.abs(problem.edge_cost), "limits": (), "edge_capacity": np.inf}
    problem = problem.replace(**free)
    best = solve(problem)
    assume(best.net_value > 1)
    closed = [
        Closure("crossing", f"place {i}", np.array(sorted(edges), dtype=np.int64))
        for i, edges in enumerate(
            data.draw(st.lists(st.sets(st.integers(0, n_edges - 1), min_size=1, max_size=3), min_size=1, max_size=4))
        )
    ]
    made = []
    for closure in closed:
        capacity = np.full(n_edges, np.inf)
        capacity[closure.edges] = 0
        made.append(solve(problem.replace(edge_capacity=capacity)).net_value)
    rerouted = np.array(made)
    found = robust(problem, best.net_value, closed, rerouted, [shipments(problem, best)], aim, alpha)
    assert found.proved
    assert found.value == pytest.approx(by_all_ways(problem, best.net_value, closed, rerouted, aim, alpha), abs=1e-4)
    losses = best.net_value - found.shipments.kept(closed)
    premium = best.net_value - found.shipments.net_value
    regret = max(premium, float(np.max(losses - (best.net_value - rerouted))))
    assert (cvar(losses, alpha) if aim == "cvar" else regret) <= found.value + 1e-4


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--close", "zamyn_ud"], 2, "Did you mean"),
        (["--close", "cn"], 2, 'Did you mean "CN"'),
        (["--close", "rajin_pier3"], 4, "no lawful cargo can pass rajin_pier3"),
        (["--cap", "0.5"], 4, "the smallest feasible one is 96.36"),
        (["--cap", "96"], 2, "as 0.96 for 96 %"),
        (["--alpha", "1"], 2, "below 1"),
        (["--only", "XX"], 2, "is no country"),
    ],
)
def test_bad_input_is_told(arguments: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert corridor.cli.main(["disrupt", *arguments]) == code
    assert said in capsys.readouterr().err


def test_nothing_carried_has_nothing_to_lose(toy: Study) -> None:
    changes = [{"table": "mines", "where": {"parameter": "cash_cost"}, "set": {"value": 1000}}]
    dead = toy.with_scenario("dead", reason="No mine works.", changes=changes)
    with pytest.raises(NoAnswerError, match="nothing is carried"):
        disrupt(dead.run("dead"))
    with pytest.raises(UsageError, match="for the worst tenth"):
        disrupt(toy.run(), alpha=-0.1)


def test_one_closure_alone_and_the_document(rason: Study, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["disrupt", "--close", "zamyn_uud_erenhot", "--cap", "0.97", "--format", "json"]
    assert corridor.cli.main([*arguments, "--scenario", "sanctions-lifted"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["as_if_lifted"]
    [row] = document["closures"]
    found = disrupt(rason.run("sanctions-lifted"), ["zamyn_uud_erenhot"], 0.97)
    assert row["loss_today_musd_per_yr"] == pytest.approx(found.losses("today")[0])
    assert row["loss_rerouted_musd_per_yr"] == pytest.approx(found.rerouted_losses()[0])
    assert f"{found.losses('today')[0]:,.0f} million USD" in document["finding"]
    sent = [one["mtpa"] for one in document["shipments"] if one["plan"] == "today" and one["passes"]]
    assert sum(sent) == pytest.approx(row["stopped_today_mtpa"])


def test_the_table_fits_80_columns(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert corridor.cli.main(["disrupt"]) == 0
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 80
    assert "gashuunsukhait_ganqimaodu" in shown
