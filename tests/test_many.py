"""Many draws solved together agree with draws solved one by one, whatever the network holds, and are certified."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from corridor import FlowProblem, InfeasibleError, InputError, LimitRow, Prepared, UsageError, solve
from corridor.flow import highs
from strategies import columns, flow_problems, grid_problem, money, tonnes

EXACT = 1e-9
"""Share of the net value (of 1 million USD/yr, where it is less) by which two exact answers may differ."""

often = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
DRAWS = 4


def varied(problem: FlowProblem, count: int, seed: int = 0, spread: float = 0.15) -> dict[str, np.ndarray]:
    """Draws of all prices, costs and bounds of a problem."""
    rng = np.random.default_rng(seed)
    names = ("edge_cost", "bid_price", "offer_cost", "facility_capacity", "bid_most", "offer_most")
    return {
        name: getattr(problem, name) * rng.uniform(1 - spread, 1 + spread, (count, len(getattr(problem, name))))
        for name in names
    }


def agrees(problem: FlowProblem, changes: dict[str, Any], prepared: Prepared | None = None) -> Any:
    """Solve draws together, hold every one against the edge LP, and hold its plan against its bounds."""
    plans = (prepared or Prepared(problem, engine="paths")).resolve_many(**changes)
    sold, bought, moved = (plans.tonnes(kind) for kind in ("bid", "offer", "edge"))
    assert np.all(plans.certified)
    for draw in range(len(plans)):
        own = {name: column[draw] if np.ndim(column) > 1 else column for name, column in changes.items()}
        there = problem.replace(**own)
        value = solve(there, engine="edges").net_value
        assert abs(plans.net_value[draw] - value) <= EXACT * max(1.0, abs(value))
        earned = there.bid_price @ sold[draw] - there.offer_cost @ bought[draw] - there.edge_cost @ moved[draw]
        assert earned == pytest.approx(plans.net_value[draw], rel=1e-9, abs=1e-9)
        room = 1e-8
        assert np.all(sold[draw] <= there.bid_most + room)
        assert np.all(bought[draw] <= there.offer_most + room)
        assert np.all(moved[draw] <= there.edge_capacity + room)
        taken = np.bincount(
            there.use_facility, there.use_amount * moved[draw][there.use_edge], len(there.facility_capacity)
        )
        assert np.all(taken <= there.facility_capacity + room)
        left = np.zeros(there.n_states)
        np.add.at(left, there.edge_to, there.edge_gain * moved[draw])
        np.add.at(left, there.offer_state, bought[draw])
        np.subtract.at(left, there.edge_from, moved[draw])
        np.subtract.at(left, there.bid_state, sold[draw])
        assert np.abs(left).max(initial=0.0) <= room
    return plans


@often
@given(flow_problems(), st.data())
def test_any_draws_of_any_problem_agree_with_the_edge_lp(problem: FlowProblem, data: st.DataObject) -> None:
    """Ties, gains, limits that bind or demand, capacities of nothing: certified together, or solved alone."""
    strategies = {
        "bid_price": money.map(lambda price: 50 - 3 * price),
        "offer_cost": money,
        "bid_most": tonnes,
        "offer_most": tonnes,
        "facility_capacity": tonnes,
    }
    chosen = data.draw(st.lists(st.sampled_from(sorted(strategies)), min_size=1, max_size=5, unique=True))
    changes = {
        name: np.reshape(data.draw(columns(strategies[name], DRAWS * rows)), (DRAWS, rows))
        for name, rows in ((name, len(getattr(problem, name))) for name in chosen)
    }
    try:
        prepared = Prepared(problem, engine="paths")
        plans = prepared.resolve_many(**changes)
    except InfeasibleError:
        assume(False)
        raise
    assert np.all(plans.certified)
    agrees(problem, changes, prepared)


@pytest.mark.parametrize("seed", range(3))
def test_prices_costs_and_bounds_together_on_a_grid(seed: int) -> None:
    problem = grid_problem(6, 3, seed)
    plans = agrees(problem, varied(problem, 40, seed))
    assert plans.alone == 0


def test_prices_far_from_the_start_need_ways_that_are_found_on_the_way() -> None:
    problem = grid_problem(6, 3, 5)
    plans = agrees(problem, varied(problem, 40, spread=0.9))
    assert plans.alone == 0


@pytest.mark.parametrize("times", [1e-3, 1e3, 1e7, 1e9])
def test_tonnes_of_any_size_are_solved(times: float) -> None:
    """HiGHS's primal simplex takes a bound of some 1e7 for none, and calls the programme unbounded."""
    bounded = ("facility_capacity", "bid_most", "offer_most")
    for seed in range(5):
        problem = grid_problem(3, 1, seed)
        large = problem.replace(**{name: getattr(problem, name) * times for name in bounded})
        prices = varied(problem, 4, seed)["bid_price"]
        plans = Prepared(large, engine="paths").resolve_many(bid_price=prices)
        own = Prepared(problem, engine="paths").resolve_many(bid_price=prices)
        assert np.all(plans.certified)
        assert plans.net_value == pytest.approx(own.net_value * times, rel=1e-9, abs=1e-9)


def test_one_row_for_all_draws_beside_draws() -> None:
    problem = grid_problem(4, 2)
    prices = varied(problem, 5)["bid_price"]
    agrees(problem, {"bid_price": prices, "facility_capacity": problem.facility_capacity / 2})


def test_losses_and_limits_are_solved_together_too() -> None:
    problem = grid_problem(4, 2)
    lossy = problem.replace(
        edge_gain=np.full(problem.count("edge"), 0.99),
        limits=[
            LimitRow("some", 1.0, bids=[0, 1]),
            LimitRow("least", -0.5, bids=np.arange(problem.count("bid")), bid_coefficients=-1.0),
        ],
    )
    plans = agrees(lossy, {"bid_price": varied(lossy, 10)["bid_price"]})
    assert plans.alone == 0


def test_where_edges_are_the_engine_draws_are_solved_one_by_one() -> None:
    problem = grid_problem(4, 2)
    changes = {"bid_price": varied(problem, 3)["bid_price"]}
    assert agrees(problem, changes, Prepared(problem, engine="edges")).alone == 3


def test_an_edge_or_facility_without_a_bound_may_get_one() -> None:
    problem = grid_problem(4, 2)
    capacity = np.full((3, problem.count("edge")), np.inf)
    capacity[1, :5] = 0.0
    room = np.tile(problem.facility_capacity, (3, 1))
    room[2, 0] = np.inf
    assert agrees(problem, {"edge_capacity": capacity, "facility_capacity": room}).alone == 2


def test_a_draw_that_cannot_be_met_says_so() -> None:
    problem = grid_problem(4, 2)
    demanding = problem.replace(limits=[LimitRow("least", -0.1, bids=[0], bid_coefficients=-1.0)])
    most = np.tile(problem.bid_most, (3, 1))
    most[2, 0] = 0.0
    with pytest.raises(InfeasibleError, match="least"):
        Prepared(demanding, engine="paths").resolve_many(bid_most=most)


def test_the_same_draws_get_the_same_answers_whatever_was_asked_before() -> None:
    problem = grid_problem(6, 3)
    changes, others = varied(problem, 30), varied(problem, 20, seed=1)
    prepared = Prepared(problem, engine="paths")
    first = prepared.resolve_many(**changes)
    prepared.resolve(bid_price=others["bid_price"][0])
    prepared.resolve_many(**others)
    again = prepared.resolve_many(**changes)
    assert np.array_equal(first.net_value, again.net_value)
    assert np.array_equal(first.bound, again.bound)
    assert np.array_equal(first.tonnes("edge"), again.tonnes("edge"))


def test_shadow_prices_are_what_more_capacity_is_worth() -> None:
    problem = grid_problem(6, 3)
    prepared = Prepared(problem, engine="paths")
    changes = {"bid_price": varied(problem, 10)["bid_price"]}
    plans = prepared.resolve_many(**changes)
    little = 1e-3
    for facility in np.flatnonzero(plans.shadow_price.max(axis=0) > 0)[:3]:
        more, less = problem.facility_capacity.copy(), problem.facility_capacity.copy()
        more[facility] += little
        less[facility] -= little
        gained = prepared.resolve_many(**changes, facility_capacity=more).net_value - plans.net_value
        lost = plans.net_value - prepared.resolve_many(**changes, facility_capacity=less).net_value
        price = plans.shadow_price[:, facility] * little
        assert np.all(gained <= price + 1e-9)
        assert np.all(price <= lost + 1e-9)


def test_columns_to_be_read_one_by_one_are_those_asked_for() -> None:
    problem = grid_problem(4, 2)
    plans = Prepared(problem, engine="paths").resolve_many(bid_price=varied(problem, 3)["bid_price"])
    assert np.array_equal(plans.tonnes("edge", np.array([7, 2])), plans.tonnes("edge")[:, [7, 2]])
    assert plans.tonnes("offer").shape == (3, problem.count("offer"))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"edge_gain": np.ones((2, 4))}, "edge_gain"),
        ({"limits": []}, "limits"),
        ({"bid_price": np.ones(3)}, "draws x rows"),
        ({}, "draws x rows"),
    ],
)
def test_what_is_no_draw_is_told(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Prepared(grid_problem(3, 1)).resolve_many(**changes)


def test_every_wrong_number_is_told_with_its_draw() -> None:
    problem = grid_problem(3, 1)
    prices, most = varied(problem, 3)["bid_price"], varied(problem, 3)["bid_most"]
    prices[1, 0], most[2, 1] = np.nan, -1.0
    with pytest.raises(InputError) as caught:
        Prepared(problem).resolve_many(bid_price=prices, bid_most=most, offer_cost=np.ones((2, 2)))
    told = str(caught.value)
    assert "in draw 1: nan" in told
    assert "in draw 2: -1" in told
    assert "has 2 draws: 3 would be right" in told


def test_a_problem_whose_first_solve_ran_out_of_time_still_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = grid_problem(4, 2)
    with monkeypatch.context() as patched:
        patched.setattr(highs, "run", lambda *_: "kTimeLimit")
        prepared = Prepared(problem, engine="paths", time_limit_s=1.0)
    assert prepared.solution.status == "time limit"
    assert agrees(problem, {"bid_price": varied(problem, 2)["bid_price"]}, prepared).alone == 2
