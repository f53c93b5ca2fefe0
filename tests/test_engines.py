"""Both engines are exact, solve again without a trace, stop when they are told to, and say what they did."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corridor import (
    FlowProblem,
    FlowSolution,
    InfeasibleError,
    InputError,
    LimitRow,
    NoAnswerError,
    Prepared,
    UsageError,
    solve,
)
from corridor.flow import highs
from corridor.flow.pricing import Pricing
from strategies import columns, flow_problems, grid_problem, money, tonnes
from test_flow import CLOSE, Stated, moved, washery

EXACT = 1e-9
"""Share of the net value (of 1 million USD/yr, where it is less) by which two exact engines may differ."""

often = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
engines = pytest.mark.parametrize("engine", ["edges", "paths"])


def same_value(one: FlowSolution, other: FlowSolution) -> bool:
    return abs(one.net_value - other.net_value) <= EXACT * max(1.0, abs(one.net_value))


# --- exactness -------------------------------------------------------------------------------------------------------


@often
@given(flow_problems())
def test_paths_and_edges_find_the_same_value(problem: FlowProblem) -> None:
    try:
        by_edges = solve(problem, engine="edges")
    except InfeasibleError:
        with pytest.raises(InfeasibleError):
            solve(problem, engine="paths")
        return
    by_paths = solve(problem, engine="paths")
    assert same_value(by_edges, by_paths)
    for solution in (by_edges, by_paths):
        assert solution.status == "optimal"
        assert solution.bound == solution.rents.total
        assert solution.gap == pytest.approx(0, abs=CLOSE)


def test_a_network_that_is_large_goes_by_paths_and_one_that_is_small_by_edges() -> None:
    large = grid_problem(20, 3)
    assert solve(large).engine.startswith("path columns by HiGHS ")
    assert same_value(solve(large), solve(large, engine="edges"))
    assert solve(grid_problem(5, 1)).engine.startswith("edge LP by HiGHS ")


def test_prices_of_paths_bind_every_edge_of_a_large_network() -> None:
    problem = grid_problem(20, 3)
    solution = solve(problem, engine="paths")
    assert np.all(solution.edge_reduced_cost >= -CLOSE)
    assert np.all(np.abs(solution.edge_reduced_cost[solution.flows > CLOSE]) <= CLOSE)
    np.testing.assert_allclose(Stated.of(grid_problem(6, 2)).balance @ moved(solve(grid_problem(6, 2))), 0, atol=CLOSE)
    assert np.count_nonzero(solution.shadow_price > CLOSE) > 3  # bridges bind, or the test shows little


def test_losses_on_the_way_go_by_paths_too() -> None:
    # 10 t at the mine; the short way loses half, the long one a tenth: 100 x 0.5 - 2 = 48 against 100 x 0.9 - 20 = 70
    problem = FlowProblem(
        n_states=3,
        edge_from=[0, 0, 1],
        edge_to=[2, 1, 2],
        edge_cost=[2, 20, 0],
        edge_gain=[0.5, 0.9, 1],
        bid_state=[2],
        bid_most=[100],
        bid_price=[100],
        offer_state=[0],
        offer_most=[10],
        offer_cost=[0],
    )
    solution = solve(problem, engine="paths")
    assert solution.engine.startswith("path columns")
    assert solution.flows == pytest.approx([0, 10, 9])
    assert solution.net_value == pytest.approx(700)
    assert solution.node_price == pytest.approx([70, 100, 100])


def test_what_paths_cannot_do_edges_do_and_the_solution_says_so() -> None:
    # the contract is on the way back: a tonne has to go round and round, which no way from an offer to a bid does
    problem = FlowProblem(
        n_states=2,
        edge_from=[0, 1],
        edge_to=[1, 0],
        edge_cost=[1, 2],
        bid_state=[1],
        bid_most=[5],
        bid_price=[10],
        offer_state=[0],
        offer_most=[5],
        offer_cost=[4],
        limits=[LimitRow("back", -1, edges=[1], edge_coefficients=-1)],
    )
    solution = solve(problem, engine="paths")
    assert solution.engine.startswith("edge LP, as going round in circles pays at some prices, by HiGHS ")
    assert solution.flows == pytest.approx([6, 1])
    assert solution.net_value == pytest.approx(5 * (10 - 4 - 1) - 1 * (1 + 2))
    assert Prepared(problem, engine="paths").resolve(bid_price=[20]).net_value == pytest.approx(5 * (20 - 4 - 1) - 3)


@engines
def test_a_state_without_supply_has_a_price_at_which_nothing_pays(engine: str) -> None:
    problem = FlowProblem(
        n_states=4,
        edge_from=[0, 2],
        edge_to=[1, 1],
        edge_cost=[1, 3],
        bid_state=[1, 2],
        bid_most=[1, 1],
        bid_price=[10, 4],
        offer_state=[0],
        offer_most=[5],
        offer_cost=[2],
    )
    solution = solve(problem, engine=engine)
    assert solution.net_value == pytest.approx(7)
    assert np.all(solution.edge_reduced_cost >= -CLOSE)
    assert solution.bid_reduced_cost[1] >= -CLOSE  # or a buyer would gain from a sale that never happens
    assert solution.gap == pytest.approx(0, abs=CLOSE)


def test_an_engine_has_to_be_one_of_them() -> None:
    with pytest.raises(UsageError, match='there is no engine "simplex": write auto, edges, paths'):
        solve(washery(), engine="simplex")


def test_an_option_that_highs_ignores_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="refuses the option solver = 'no such solver'"):
        highs.engine({"solver": "no such solver"})


# --- policy: limits of every kind, by hand ---------------------------------------------------------------------------


def two_neighbours(**changes: Any) -> FlowProblem:
    """One mine (0), a market behind each of two neighbours (1, 2): the first pays 10 a tonne more after cost."""
    return FlowProblem(
        n_states=3,
        edge_from=[0, 0],
        edge_to=[1, 2],
        edge_cost=[5, 5],
        bid_state=[1, 2],
        bid_most=[100, 100],
        bid_price=[60, 50],
        offer_state=[0],
        offer_most=[10],
        offer_cost=[20],
        edge_names=["south", "north"],
    ).replace(**changes)


@engines
def test_a_share_cap_by_hand(engine: str) -> None:
    # at most 70 % of all that leaves goes south: 7 of 10, and the cap costs 10 a tonne that it turns north
    cap = LimitRow("at most 70 % south", 0, edges=[0, 1], edge_coefficients=[0.3, -0.7])
    solution = solve(two_neighbours(limits=[cap]), engine=engine)
    assert solution.engine.startswith({"edges": "edge LP by", "paths": "path columns by"}[engine])
    assert solution.flows == pytest.approx([7, 3])
    assert solution.net_value == pytest.approx(7 * 35 + 3 * 25)
    assert solution.limit_price == pytest.approx([10])  # one more: a tonne moves south, worth 10
    assert solution.rents.total == pytest.approx(solution.net_value)


@engines
def test_a_fleet_by_hand(engine: str) -> None:
    # wagon-hours: 4 a tonne south, 2 north; 24 of them carry 12 t north at 25 - or, at 35 for 4, less: so north first
    fleet = {"facility_capacity": [24], "use_edge": [0, 1], "use_facility": [0, 0], "use_amount": [4, 2]}
    solution = solve(two_neighbours(**fleet), engine=engine)
    # 10 t north take 20 and leave 4; a tonne that turns south takes 2 more and earns 10 more: 2 of them
    assert solution.flows == pytest.approx([2, 8])
    assert solution.facility_use == pytest.approx([24])
    assert solution.shadow_price == pytest.approx([5])


@engines
def test_a_minimum_contract_by_hand(engine: str) -> None:
    contract = LimitRow("north first", -4, bids=[1], bid_coefficients=-1)
    solution = solve(two_neighbours(limits=[contract]), engine=engine)
    assert solution.sales == pytest.approx([6, 4])
    assert solution.limit_price == pytest.approx([10])
    assert solution.rents.limit == pytest.approx([-40])


@engines
def test_a_carbon_cap_by_hand(engine: str) -> None:
    # 3 and 1 kg a tonne, at most 16 kg: x south and y north, 3x + y = 16, x + y = 10
    cap = LimitRow("carbon", 16, edges=[0, 1], edge_coefficients=[3, 1])
    solution = solve(two_neighbours(limits=[cap]), engine=engine)
    assert solution.flows == pytest.approx([3, 7])
    assert solution.limit_price == pytest.approx([5])


@engines
def test_nothing_to_do_is_worth_nothing(engine: str) -> None:
    empty = FlowProblem(n_states=0)
    without_bids = two_neighbours(bid_state=[], bid_most=[], bid_price=[])
    without_offers = two_neighbours(offer_state=[], offer_most=[], offer_cost=[])
    for problem in (empty, without_bids, without_offers, FlowProblem(n_states=2, facility_capacity=[3])):
        solution = solve(problem, engine=engine)
        assert solution.status == "optimal"
        assert solution.net_value == 0
        assert solution.bound == pytest.approx(0, abs=EXACT)
        assert np.all(np.isfinite(solution.node_price))


# --- solving again ---------------------------------------------------------------------------------------------------


@st.composite
def questions(draw: st.DrawFn) -> tuple[FlowProblem, dict[str, Any]]:
    """A problem and other numbers for it."""
    problem = draw(flow_problems())
    counts = {kind: problem.count(kind) for kind in ("edge", "bid", "offer", "facility")}
    changes: dict[str, Any] = {
        "bid_price": draw(columns(money.map(lambda price: 50 - 3 * price), counts["bid"])),
        "offer_cost": draw(columns(money, counts["offer"])),
        "edge_cost": (problem.edge_cost + draw(st.sampled_from([0.0, 0.25, 2.0]))).tolist(),
        "bid_most": draw(columns(tonnes, counts["bid"])),
        "offer_most": draw(columns(tonnes, counts["offer"])),
        "facility_capacity": draw(columns(st.sampled_from([0.0, 0.5, 2.0, np.inf]), counts["facility"])),
        "edge_capacity": draw(columns(st.sampled_from([np.inf, 1.0, 0.0]), counts["edge"])),
        "limits": [replace(limit, bound=limit.bound + draw(st.sampled_from([0.0, 1.0]))) for limit in problem.limits],
    }
    asked = draw(st.lists(st.sampled_from(sorted(changes)), min_size=1, unique=True))
    return problem, {column: changes[column] for column in asked}


def answered(question: Any) -> FlowSolution | None:
    try:
        return question()
    except InfeasibleError:
        return None


@engines
def test_solving_again_finds_what_solving_anew_finds_and_leaves_no_trace(engine: str) -> None:
    @often
    @given(questions())
    def agree(asked: tuple[FlowProblem, dict[str, Any]]) -> None:
        problem, changes = asked
        try:
            prepared = Prepared(problem, engine=engine)
        except InfeasibleError:
            return
        before = answered(prepared.resolve)
        there = answered(lambda: prepared.resolve(**changes))
        anew = answered(lambda: solve(problem.replace(**changes), engine=engine))
        assert (there is None) == (anew is None)
        if there is not None and anew is not None:
            assert same_value(there, anew)
            assert there.gap == pytest.approx(0, abs=CLOSE)
        again, back = answered(lambda: prepared.resolve(**changes)), answered(prepared.resolve)
        for one, other in ((there, again), (before, back)):
            assert (one is None) == (other is None)
            if one is not None and other is not None:
                assert moved(one).tolist() == moved(other).tolist()
                assert one.node_price.tolist() == other.node_price.tolist()

    agree()


@engines
def test_threads_may_ask_at_the_same_time(engine: str) -> None:
    problem = grid_problem(8, 2)
    prepared = Prepared(problem, engine=engine)
    prices = [problem.bid_price * factor for factor in np.linspace(0.5, 1.5, 16)]
    one_by_one = [prepared.resolve(bid_price=price).net_value for price in prices]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda price: prepared.resolve(bid_price=price).net_value, prices)) == one_by_one


def test_another_network_is_another_problem() -> None:
    prepared = Prepared(washery(limits=[LimitRow("cap", 9, edges=[0])]))
    for changes in ({"edge_to": [1, 2, 0]}, {"limits": []}, {"limits": [LimitRow("cap", 9, edges=[1])]}):
        with pytest.raises(UsageError, match="resolve takes other numbers, not another network"):
            prepared.resolve(**changes)
    with pytest.raises(UsageError, match="facility_capacity, facility_names: resolve takes other numbers"):
        prepared.resolve(facility_capacity=[3, 4], facility_names=None)
    with pytest.raises(InputError, match='"bid_price": has 1 rows: 2 would be right'):
        prepared.resolve(bid_price=[1])
    with pytest.raises(InputError, match="going round costs -"):
        Prepared(FlowProblem(n_states=2, edge_from=[0, 1], edge_to=[1, 0], edge_cost=1)).resolve(edge_cost=[-2, 1])


# --- stopping --------------------------------------------------------------------------------------------------------


@engines
def test_a_time_limit_gives_the_best_plan_so_far_and_a_bound(engine: str) -> None:
    problem = grid_problem(20, 3)
    best = solve(problem)
    hurried = solve(problem, engine=engine, time_limit_s=1e-6)
    assert hurried.status == "time limit"
    assert 0 <= hurried.net_value < best.net_value - 1 < hurried.bound
    assert hurried.gap == hurried.bound - hurried.net_value > 1
    np.testing.assert_allclose(moved(hurried) >= 0, True)


@engines
def test_a_time_limit_without_any_plan_is_no_answer(engine: str) -> None:
    problem = grid_problem(20, 3)
    contract = LimitRow("contract", -0.1, bids=[0], bid_coefficients=-1)
    with pytest.raises(NoAnswerError, match="No plan that meets all limits was found before the time limit"):
        solve(problem.replace(limits=[contract]), engine=engine, time_limit_s=1e-6)


def test_a_time_limit_alone_chooses_paths_since_they_know_a_bound() -> None:
    assert solve(washery(), time_limit_s=60).engine.startswith("path columns")


def test_memory_that_runs_out_gives_the_best_plan_so_far_and_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    problem, searches = grid_problem(20, 3), 0
    best, search = solve(problem), Pricing.ways

    def runs_out(*arguments: Any) -> Any:
        nonlocal searches
        searches += 1
        if searches > 2:
            raise MemoryError
        return search(*arguments)

    monkeypatch.setattr(Pricing, "ways", runs_out)
    cut_short = solve(problem, engine="paths")
    assert cut_short.status == "memory limit"
    assert 0 < cut_short.net_value < best.net_value < cut_short.bound


def test_ctrl_c_ends_a_solve_at_once() -> None:
    code = (
        "import sys; sys.path.insert(0, 'tests')\n"
        "from strategies import grid_problem; from corridor import solve\n"
        "problem = grid_problem(60, 8); print('ready', flush=True); solve(problem, engine='edges')"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        time.sleep(1.0)
        assert process.poll() is None, "the problem is too small for this test"
        pressed = time.perf_counter()
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=60)
        assert time.perf_counter() - pressed < 5  # of more than 15 s that the solve would take; a busy machine is slow
    assert process.returncode == -signal.SIGINT
    assert told.strip().endswith(b"KeyboardInterrupt")


def test_ctrl_c_is_python_s_again_afterwards() -> None:
    before = signal.getsignal(signal.SIGINT)
    solve(washery())
    assert signal.getsignal(signal.SIGINT) is before


def test_a_master_without_ways_has_no_prices_of_a_question_before() -> None:
    # Nothing pays at the base's prices, so it has no way, and where tonnes are lost none is found ahead of need: each
    # question starts from an empty master. 10 t south arrive as 9 and fetch 60 each.
    problem = two_neighbours(bid_price=[1, 1], edge_gain=0.9)
    prepared = Prepared(problem, engine="paths")
    assert prepared.solution.net_value == 0
    worth = [prepared.resolve(bid_price=price).net_value for price in ([60, 50], [60, 50], [1, 1], [60, 50])]
    assert worth == pytest.approx([290, 290, 0, 290])
