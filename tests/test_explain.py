"""What more and less are worth, the next-best plan, and why no plan meets all limits: each proved by solving anew."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from corridor import FlowProblem, InfeasibleError, LimitRow, Prepared, UsageError, marginal, next_best, solve
from strategies import flow_problems, grid_problem
from test_flow import CLOSE, washery

often = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
engines = st.sampled_from(["edges", "paths"])


# --- a little more, a little less ------------------------------------------------------------------------------------


def test_a_full_line_by_hand() -> None:
    # one more tonne by rail saves the road's 25 - 10, one less costs as much
    found = marginal(Prepared(washery()), "facility", "line")
    assert [found.more, found.less] == pytest.approx([15, 15])
    assert found.exact
    assert not found.tie


def test_a_line_that_is_just_enough_has_two_values() -> None:
    # 5 Mt go abroad, all by rail: more capacity is worth nothing, less sends cargo by road
    prepared = Prepared(washery(facility_capacity=[5]))
    found = marginal(prepared, "facility", 0)
    assert [found.more, found.less] == pytest.approx([0, 15])
    assert found.exact
    assert found.tie
    assert 0 <= prepared.solution.shadow_price[0] <= 15  # and which of them the solver tells is chance


def test_bids_offers_and_limits_by_hand() -> None:
    prepared = Prepared(washery(limits=[LimitRow("home first", -4, bids=[1], bid_coefficients=-1)]))
    assert marginal(prepared, "bid", "abroad").more == pytest.approx(0)
    assert marginal(prepared, "offer", "mine").more == pytest.approx(36)  # 0.8 x 75 - 4 - 20
    relaxed = marginal(prepared, "limit", "home first")
    assert [relaxed.more, relaxed.less] == pytest.approx([10, 10])  # each tonne kept at home loses 75 - 65


def test_less_than_nothing_cannot_be_had() -> None:
    prepared = Prepared(washery(facility_capacity=[0], limits=[LimitRow("some", -8, bids=[1], bid_coefficients=-1)]))
    none = marginal(prepared, "facility", "line")
    assert none.more == pytest.approx(0)  # all that the mine yields is owed at home
    assert np.isnan(none.less)
    needed = marginal(prepared, "offer", "mine")
    assert needed.less == np.inf  # then the contract cannot be kept
    free = marginal(Prepared(washery(facility_capacity=[np.inf])), "facility", 0)
    assert (free.more, free.less, free.exact) == (0, 0, True)


@often
@given(flow_problems(least_bids=1, least_facilities=1), engines, st.data())
def test_both_values_are_the_slopes_of_net_value(problem: FlowProblem, engine: str, data: st.DataObject) -> None:
    try:
        prepared = Prepared(problem, engine=engine)
    except InfeasibleError:
        assume(False)
        raise
    kind = data.draw(st.sampled_from(["facility", "bid"]))
    column = {"facility": "facility_capacity", "bid": "bid_most"}[kind]
    index = data.draw(st.integers(0, problem.count(kind) - 1))
    bounds = getattr(problem, column)
    assume(np.isfinite(bounds[index]))
    found = marginal(prepared, kind, index)
    assert found.exact
    for slope, side in ((found.more, 1), (found.less, -1)):
        step = 1e-4
        if bounds[index] + side * step < 0 or not np.isfinite(slope):
            continue
        there = bounds.copy()
        there[index] += side * step
        try:
            gained = (solve(problem.replace(**{column: there})).net_value - prepared.solution.net_value) / step
        except InfeasibleError:
            assert side < 0
            continue
        assert side * gained == pytest.approx(slope, abs=1e-3)
    if bounds[index] > 0:
        price = (
            prepared.solution.shadow_price[index] if kind == "facility" else -prepared.solution.bid_reduced_cost[index]
        )
        assert found.more - CLOSE <= max(price, 0) <= found.less + CLOSE


def test_what_is_not_there_is_refused_with_the_nearest_name() -> None:
    prepared = Prepared(washery())
    with pytest.raises(UsageError, match=r'there is no facility "lime".* Did you mean "line"\?'):
        marginal(prepared, "facility", "lime")
    with pytest.raises(UsageError, match="there is no bid 7: there are 2, counted from 0"):
        next_best(prepared, "bid", 7)
    with pytest.raises(UsageError, match='"state" is none of'):
        marginal(prepared, "state", 0)


# --- the next best ---------------------------------------------------------------------------------------------------


def test_the_next_best_plan_by_hand() -> None:
    # without the sale abroad all 8 Mt stay at home, where each earns 65 instead of 90 (3 by rail) or 75 (2 by road)
    found = next_best(Prepared(washery()), "bid", "abroad")
    assert found.behind_musd_per_year == pytest.approx(3 * 25 + 2 * 10)
    assert found.behind_usd_per_t == pytest.approx(95 / 5)
    assert found.solution is not None
    assert found.solution.sales == pytest.approx([0, 8])
    assert not found.tie
    assert next_best(Prepared(washery()), "edge", "rail").behind_musd_per_year == pytest.approx(3 * 15)


def test_a_plan_that_is_as_good_is_a_tie() -> None:
    # rail and road cost the same
    found = next_best(Prepared(washery(edge_cost=[4, 10, 10])), "edge", "rail")
    assert found.tie
    assert found.behind_musd_per_year == pytest.approx(0, abs=CLOSE)


def test_what_a_contract_needs_cannot_be_done_without() -> None:
    contract = LimitRow("abroad first", -1, bids=[0], bid_coefficients=-1)
    found = next_best(Prepared(washery(limits=[contract])), "bid", "abroad")
    assert found.solution is None
    assert found.behind_usd_per_t == np.inf


# --- conflicts -------------------------------------------------------------------------------------------------------


def without_all_but(problem: FlowProblem, rows: set[tuple[str, str]]) -> FlowProblem:
    """The problem with only those limits, capacities and bounds that are named."""

    def kept(kind: str, bounds: np.ndarray, free: float) -> np.ndarray:
        named = [(kind, problem.label(kind, i)) in rows for i in range(len(bounds))]
        return np.where(named, bounds, free)

    return problem.replace(
        limits=[limit for limit in problem.limits if ("limit", limit.name) in rows],
        facility_capacity=kept("facility", problem.facility_capacity, np.inf),
        edge_capacity=kept("edge", problem.edge_capacity, np.inf),
        bid_most=kept("bid", problem.bid_most, 1e6),
        offer_most=kept("offer", problem.offer_most, 1e6),
        edge_cost=0.0,
        bid_price=0.0,
        offer_cost=0.0,
    )


def can_be_met(problem: FlowProblem) -> bool:
    try:
        solve(problem, engine="edges")
    except InfeasibleError:
        return False
    return True


@settings(often, max_examples=200, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(flow_problems(least_bids=1), engines)
def test_a_conflict_is_one_and_none_of_its_rows_can_be_left_out(problem: FlowProblem, engine: str) -> None:
    try:
        solve(problem, engine=engine)
    except InfeasibleError as error:
        rows = set(error.rows)
    else:
        assume(False)
        raise AssertionError
    assert any(kind == "limit" for kind, _ in rows)
    assert not can_be_met(without_all_but(problem, rows))
    for row in rows:
        assert can_be_met(without_all_but(problem, rows - {row})), row


def test_two_contracts_that_take_from_each_other_are_both_named() -> None:
    abroad = LimitRow("abroad first", -4, bids=[0], bid_coefficients=-1)
    at_home = LimitRow("home first", -6, bids=[1], bid_coefficients=-1)
    idle = LimitRow("no road", 9, edges=[2])
    with pytest.raises(InfeasibleError) as error:
        solve(washery(limits=[abroad, idle, at_home]))  # 10 raw make 8 washed
    assert set(error.value.rows) == {("limit", "abroad first"), ("limit", "home first"), ("offer", "mine")}


def test_a_conflict_in_a_large_network_is_small() -> None:
    problem = grid_problem(20, 3)
    demand = LimitRow("everything east", -1e4, bids=np.arange(10), bid_coefficients=-1.0)
    with pytest.raises(InfeasibleError, match='limit "everything east" demands 10000 and can have at most') as error:
        solve(problem.replace(limits=[demand]))
    assert not can_be_met(without_all_but(problem.replace(limits=[demand]), set(error.value.rows)))
    assert replace(demand, bound=0.0).same_terms(demand)
