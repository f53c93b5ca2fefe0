"""The regions of a plane: by hand, and against solving anew at points that they have not seen."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from corridor import FlowProblem, InfeasibleError, Prepared, UsageError, solve
from corridor.flow.regions import regions
from strategies import columns, flow_problems, money
from test_engines import two_neighbours
from test_flow import CLOSE, washery


def test_two_prices_by_hand() -> None:
    # south pays 40 to 80, north 40 to 80; both cost 5 on the way and 20 at the mine: all 10 t go where more is paid
    base = two_neighbours(bid_price=[40, 40])
    found = regions(Prepared(base), base.replace(bid_price=[80, 40]), base.replace(bid_price=[40, 80]))
    assert len(found.regions) == 2
    assert [region.area for region in found.regions] == pytest.approx([0.5, 0.5])
    south = next(region for region in found.regions if region.plan.sales[0] > 0)
    assert south.plan.sales == pytest.approx([10, 0])
    corners = {tuple(np.round(corner, 9).tolist()) for corner in south.corners}
    assert corners == {(0.0, 0.0), (1.0, 0.0), (1.0, 1.0)}


def test_doing_nothing_is_a_region_too() -> None:
    base = two_neighbours(bid_price=[5, 5])
    found = regions(Prepared(base), base.replace(bid_price=[45, 5]), base.replace(bid_price=[5, 45]))
    idle = next(region for region in found.regions if region.plan.net_value == 0)
    assert idle.area == pytest.approx(0.25)  # both below 25, half-way
    assert sum(region.area for region in found.regions) == pytest.approx(1)


def test_a_plane_of_capacities_is_refused() -> None:
    with pytest.raises(UsageError, match="costs and prices differ, and nothing else"):
        regions(Prepared(washery()), washery(facility_capacity=[4]), washery(bid_price=[1, 1]))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(flow_problems(least_bids=1), st.sampled_from(["edges", "paths"]), st.data())
def test_the_regions_hold_everywhere(problem: FlowProblem, engine: str, data: st.DataObject) -> None:
    toward_x = problem.replace(
        bid_price=data.draw(columns(money.map(lambda price: 50 - 5 * price), problem.count("bid")))
    )
    toward_y = problem.replace(offer_cost=data.draw(columns(money, problem.count("offer"))))
    try:
        found = regions(Prepared(problem, engine=engine), toward_x, toward_y)
    except InfeasibleError:
        assume(False)
        raise
    assert sum(region.area for region in found.regions) == pytest.approx(1, abs=1e-6)
    for x, y in data.draw(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=3, max_size=3)):
        there = problem.replace(
            bid_price=problem.bid_price + x * (toward_x.bid_price - problem.bid_price),
            offer_cost=problem.offer_cost + y * (toward_y.offer_cost - problem.offer_cost),
        )
        value = solve(there, engine="edges").net_value
        region = max(found.regions, key=lambda r: inside(r.corners, np.array([x, y])))
        plan = region.plan
        earned = there.bid_price @ plan.sales - there.offer_cost @ plan.purchases - there.edge_cost @ plan.flows
        assert earned == pytest.approx(value, abs=1e-5)


def inside(corners: np.ndarray, point: np.ndarray) -> float:
    """How far inside a convex polygon a point is: the least of the signed areas with its sides."""
    sides = np.roll(corners, -1, axis=0) - corners
    to = point - corners
    length = np.maximum(np.linalg.norm(sides, axis=1), 1e-12)
    return float(np.min((sides[:, 0] * to[:, 1] - sides[:, 1] * to[:, 0]) / length))


def test_no_change_is_one_region() -> None:
    found = regions(Prepared(washery()), washery(), washery())
    assert [region.area for region in found.regions] == [1.0]
    assert found.regions[0].plan.net_value == pytest.approx(375, abs=CLOSE)
