"""The benchmark's own parts are right: its networks, its rule, its peers. What it times is asserted nowhere."""

from __future__ import annotations

import numpy as np
import pytest

from allocation import allocate
from corridor import FlowProblem, solve
from draws import ONE_PRICE, PRIMAL, SIX_PRICES, WITH_CAPACITIES, _by_curve, _together, changes_of, peer_of
from instances import SIZES, binding, instance, shape
from peers import METHODS, OURS

SMALL = instance(SIZES["S"])


@pytest.mark.parametrize(("size", "columns", "rows"), [("S", 5_220, 1_606), ("M", 185_879, 54_554)])
def test_networks_have_the_stated_size(size: str, columns: int, rows: int) -> None:
    assert shape(instance(SIZES[size])) == pytest.approx((columns, rows), rel=0.002)


def test_a_network_depends_on_its_seed_alone() -> None:
    again, other = instance(SIZES["S"]), instance(SIZES["S"], seed=2)
    assert SMALL.same_network(again)
    assert np.array_equal(SMALL.edge_cost, again.edge_cost)
    assert not np.array_equal(SMALL.edge_cost, other.edge_cost)


def test_the_harder_variant_differs_in_nothing_but_capacities_of_railways() -> None:
    harder = instance(SIZES["S"], rail_tightness=0.01)
    assert np.array_equal(harder.edge_cost, SMALL.edge_cost)
    assert np.array_equal(harder.facility_capacity[: SMALL.count("facility")], SMALL.facility_capacity)
    assert binding(solve(harder)) > binding(solve(SMALL))


def test_the_rule_scales_back_and_sends_the_rest_another_way() -> None:
    problem = FlowProblem(
        n_states=4,
        edge_from=[0, 1, 2, 0],
        edge_to=[2, 2, 3, 3],
        edge_cost=[1.0, 2.0, 1.0, 30.0],
        facility_capacity=[3.0],
        use_edge=[2],
        use_facility=[0],
        offer_state=[0, 1],
        offer_most=4.0,
        offer_cost=10.0,
        bid_state=[3],
        bid_most=8.0,
        bid_price=50.0,
    )
    # 4 Mt/yr each by the crossing, which has room for 3: 1.5 each; then 2.5 from the first mine the dear way round
    net_value, tonnes, rounds = allocate(problem)
    assert (net_value, tonnes, rounds) == (pytest.approx(1.5 * 38 + 1.5 * 37 + 2.5 * 10), pytest.approx(5.5), 2)
    assert net_value < solve(problem).net_value  # the second mine should have all the room: it has no other way


@pytest.mark.parametrize("order", ["cost", "margin"])
def test_the_rule_never_beats_the_optimum(order: str) -> None:
    assert 0 < allocate(SMALL, order).net_value < solve(SMALL).net_value  # type: ignore[arg-type]


@pytest.mark.parametrize("peer", [name for name in METHODS if not name.startswith(("OR-Tools", "linopy"))])
def test_peers_solve_the_same_problem(peer: str, capfd: pytest.CaptureFixture[str]) -> None:
    method = METHODS[peer]
    outcome = method.run(method.ready(SMALL), 60.0)
    assert outcome.finished
    assert outcome.objective == pytest.approx(METHODS[OURS].run(SMALL, 60.0).objective, rel=1e-9)
    capfd.readouterr()  # HiGHS prints a banner


def test_the_curve_and_draws_solved_together_agree_on_one_price() -> None:
    changes = {name: column[:20] for name, column in changes_of(SMALL, ONE_PRICE, 0).items()}
    by_curve, together = _by_curve(SMALL)(changes), _together(SMALL)(changes)
    assert by_curve.net_value == pytest.approx(together.net_value, rel=1e-9)
    assert together.certified == len(together.net_value)


@pytest.mark.parametrize("what", [SIX_PRICES, WITH_CAPACITIES])
def test_draws_solved_together_agree_with_highs(what: str) -> None:
    changes = {name: column[:10] for name, column in changes_of(SMALL, what, 0).items()}
    by_highs = peer_of(PRIMAL, SMALL)
    values = [by_highs({name: column[draw] for name, column in changes.items()}) for draw in range(10)]
    assert _together(SMALL)(changes).net_value == pytest.approx(values, rel=1e-9)
