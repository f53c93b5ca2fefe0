"""The curve of net value along a line: by hand, and against solving anew at points that it has not seen."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from corridor import FlowProblem, InfeasibleError, Prepared, UsageError, solve
from corridor.flow.curve import Curve, _Line, _Tangent, curve
from strategies import columns, flow_problems, grid_problem, money, tonnes
from test_flow import CLOSE, washery

often = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
engines = st.sampled_from(["edges", "paths"])


def test_a_price_by_hand() -> None:
    # The price abroad falls from 100 to 20; at home it stays 65. By road it pays down to 65 + 25, by rail to 65 + 10:
    # of 8 Mt washed 3 go by rail, 2 by road and 3 stay; from 90 down 3 by rail and 5 stay; from 75 down all stay.
    prepared = Prepared(washery())
    found = curve(prepared, washery(bid_price=[20, 65]))
    assert found.convex
    assert 100 - 80 * found.breaks == pytest.approx([100, 90, 75, 20])
    assert found.values == pytest.approx([375, 325, 280, 280])
    assert [plan.sales.tolist() for plan in found.plans] == [
        pytest.approx([5, 3]),
        pytest.approx([3, 5]),
        pytest.approx([0, 8]),
    ]
    assert found.slopes() == pytest.approx([-80 * 5, -80 * 3, 0])


def test_a_capacity_by_hand() -> None:
    # the line from 0 to 10: each tonne by rail saves 15 while any goes by road (5 of them), then nothing
    found = curve(Prepared(washery(facility_capacity=[0])), washery(facility_capacity=[10]))
    assert not found.convex
    assert 10 * found.breaks == pytest.approx([0, 5, 10])
    assert found.values == pytest.approx([330, 405, 405])
    assert [plan.flows[1] for plan in found.plans] == pytest.approx([0, 5, 5])


def test_parallel_tangents_do_not_cross(monkeypatch: pytest.MonkeyPatch) -> None:
    # rounding can part two tangents of one slope by more than the tolerance: there is nothing to find in between
    line = _Line.of(Prepared(washery(facility_capacity=[0])), washery(facility_capacity=[10]))
    start, end = line.solve(0.0), line.solve(1.0)
    apart = {0.0: _Tangent(0.0, 330.0, 75.0), 1.0: _Tangent(1.0, 405.1, 75.0)}
    monkeypatch.setattr(line, "tangent", lambda point: apart[point.at])
    assert line.between(start, end, 1e-6) == []


def test_no_change_is_one_piece() -> None:
    found = curve(Prepared(washery()), washery())
    assert found.breaks.tolist() == [0, 1]
    assert found.values == pytest.approx([375, 375])


def test_a_line_needs_one_network_and_one_kind_of_change() -> None:
    with pytest.raises(UsageError, match="neither convex nor concave"):
        curve(Prepared(washery()), washery(bid_price=[1, 1], bid_most=[1, 1]))
    with pytest.raises(UsageError, match="different networks"):
        curve(Prepared(washery()), washery(edge_to=[1, 2, 0]))


def holds_everywhere(found: Curve, problem: FlowProblem, toward: FlowProblem, places: list[float]) -> None:
    """Net value at places of one's own is what the curve says, and the plan of a piece earns it."""
    for at in places:
        mixed = {
            name: (1 - at) * getattr(problem, name) + at * getattr(toward, name)
            for name in ("edge_cost", "bid_price", "offer_cost", "bid_most", "offer_most")
        }
        there = problem.replace(**mixed)
        value = solve(there, engine="edges").net_value
        assert found.value(at) == pytest.approx(value, abs=CLOSE)
        piece = min(int(np.searchsorted(found.breaks, at, side="right")) - 1, len(found.breaks) - 2)
        if found.convex:
            plan = found.plans[piece]
            earned = there.bid_price @ plan.sales - there.offer_cost @ plan.purchases - there.edge_cost @ plan.flows
        else:
            left, right = found.breaks[piece : piece + 2]
            share = (at - left) / (right - left)
            one, two = found.plans[piece : piece + 2]
            earned = (1 - share) * one.net_value + share * two.net_value
        assert earned == pytest.approx(value, abs=CLOSE)


@often
@given(flow_problems(least_bids=1), engines, st.data())
def test_the_curve_in_prices_holds_everywhere(problem: FlowProblem, engine: str, data: st.DataObject) -> None:
    toward = problem.replace(
        bid_price=data.draw(columns(money.map(lambda price: 50 - 5 * price), problem.count("bid"))),
        offer_cost=data.draw(columns(money, problem.count("offer"))),
    )
    try:
        found = curve(Prepared(problem, engine=engine), toward)
    except InfeasibleError:
        assume(False)
        raise
    assert np.all(np.diff(found.slopes()) >= -CLOSE)
    holds_everywhere(found, problem, toward, data.draw(st.lists(st.floats(0, 1), min_size=3, max_size=3)))


@often
@given(flow_problems(least_bids=1), engines, st.data())
def test_the_curve_in_bounds_holds_everywhere(problem: FlowProblem, engine: str, data: st.DataObject) -> None:
    problem = problem.replace(limits=[limit for limit in problem.limits if limit.bound >= 0])
    toward = problem.replace(
        bid_most=data.draw(columns(tonnes, problem.count("bid"))),
        offer_most=data.draw(columns(tonnes, problem.count("offer"))),
    )
    found = curve(Prepared(problem, engine=engine), toward)
    assert found.convex == bool(
        np.array_equal(toward.bid_most, problem.bid_most) and np.array_equal(toward.offer_most, problem.offer_most)
    )
    assert np.all(np.diff(found.slopes()) <= CLOSE)
    holds_everywhere(found, problem, toward, data.draw(st.lists(st.floats(0, 1), min_size=3, max_size=3)))


def test_a_large_network_takes_about_two_solves_a_breakpoint() -> None:
    problem = grid_problem(20, 3)
    found = curve(Prepared(problem), problem.replace(bid_price=problem.bid_price * 0.3))
    assert len(found.breaks) > 30
    assert found.solves <= 2 * len(found.breaks) + 2
    holds_everywhere(found, problem, problem.replace(bid_price=problem.bid_price * 0.3), [0.123, 0.5, 0.87])
