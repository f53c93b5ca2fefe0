"""Many draws of the numbers at once, and what is drawn: the same as the scenario with these numbers, one by one."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest

from corridor.sensitivity.numbers import base_plan, by_row, numbers
from corridor.sensitivity.parameters import Parameter, moved, parameters
from corridor.study import Outcome, Study, read_study

EXACT = 1e-9


@pytest.fixture(scope="module")
def study() -> Study:
    return read_study()


def cases(outcome: Outcome) -> dict[str, dict[Parameter, float]]:
    """All parameters of a kind moved at once, kind by kind, and then all together."""
    rng = np.random.default_rng(1)
    drawn = {
        p: rng.uniform(p.row.low, p.row.high) if p.row.low < p.row.high else p.row.central * rng.uniform(0.97, 1.03)
        for p in parameters(outcome).values()
    }
    kinds: dict[str, dict[Parameter, float]] = defaultdict(dict)
    for p, value in drawn.items():
        kinds[p.row.parameter][p] = value
    return {**kinds, "all": drawn}


@pytest.mark.parametrize("scenario", ["sanctions-lifted", "east-rail"])
def test_draws_are_the_scenario_with_these_numbers_parameter_by_parameter(study, scenario):
    outcome = study.run(scenario)
    plan = base_plan(outcome)
    assert plan.solution.net_value == pytest.approx(outcome.plan.solution.net_value, rel=EXACT)
    asked = cases(outcome)
    every = {p for values in asked.values() for p in values}
    drawn = {p: np.array([values.get(p, p.row.central) for values in asked.values()]) for p in every}
    found = numbers(outcome, plan, len(asked), by_row(drawn))
    for draw, (kind, values) in enumerate(asked.items()):
        one = moved(outcome, values).plan
        problem = one.problem
        there = dict(zip(problem.edge_names, problem.edge_cost, strict=True))
        known = dict(zip(plan.problem.edge_names, found.edge_cost[draw], strict=True))
        opened = dict(zip(plan.problem.edge_names, found.edge_open[draw], strict=True))
        assert {name for name in there if not opened.get(name, True)} == set(), kind
        same = [name for name in there if name in known]
        assert len(same) > 0.95 * len(known), kind
        np.testing.assert_allclose([known[name] for name in same], [there[name] for name in same], EXACT, err_msg=kind)
        for names, column, values_of in (
            ("bid_names", "bid_price", found.bid_price),
            ("bid_names", "bid_most", found.bid_most),
            ("offer_names", "offer_cost", found.offer_cost),
            ("offer_names", "offer_most", found.offer_most),
            ("facility_names", "facility_capacity", found.facility_capacity),
        ):
            mine = dict(zip(getattr(plan.problem, names), values_of[draw], strict=True))
            for name, value in zip(getattr(problem, names), getattr(problem, column), strict=True):
                assert mine[name] == pytest.approx(value, rel=EXACT, abs=EXACT), (kind, name)
        again = plan.prepared.resolve(**found.changes(draw))
        assert again.net_value == pytest.approx(one.solution.net_value, rel=EXACT), kind


def test_a_berth_that_no_ship_can_reach_closes_in_that_draw_alone(study):
    outcome = study.run("essay")
    plan = base_plan(outcome)
    draft = parameters(outcome)["ports:rajin_pier3:draft"]
    found = numbers(outcome, plan, 2, by_row({draft: np.array([draft.row.central, 1.0])}))
    assert found.edge_open[0].all()
    closed = [name for name, is_open in zip(plan.problem.edge_names, found.edge_open[1], strict=True) if not is_open]
    assert closed
    assert all("rajin_pier3" in name for name in closed)
    solution = plan.prepared.resolve(**found.changes(1))
    assert solution.flows[~found.edge_open[1]].max() == 0
    one = moved(outcome, {draft: 1.0}).plan.solution
    assert solution.net_value == pytest.approx(one.net_value, rel=EXACT)
