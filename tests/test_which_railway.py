"""Which railway pays: the page does what it says, and whole numbers by enumeration and by hand agree with it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from functools import cache
from itertools import chain, combinations
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyomo.environ as pyo
import pytest

import corridor
from corridor import InfeasibleError, LimitRow, pyomo_model, report, solve
from corridor.cost import CapitalRecovery
from corridor.study import Outcome

Edit = Callable[..., None]
Enumeration = Callable[[str], dict[tuple[str, ...], float]]

PAGE = Path(__file__).parents[1] / "docs" / "which-railway.md"
CASES = ("east-rail", "east-rail-2015", "east-rail-lifted", "east-rail-khuut")
CLOSE = 1e-5


@pytest.fixture(scope="module")
def page() -> SimpleNamespace:
    """What the page's code defines; ``said`` pairs what the page shows with what its code printed."""
    names: dict[str, Any] = {}
    said, printed = [], ""
    for language, block in re.findall(r"```(python|text)\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL):
        if language == "text":
            said.append((block, printed))
            continue
        with redirect_stdout(io.StringIO()) as output:
            exec(compile(block, PAGE.name, "exec"), names)  # noqa: S102  # our own page
        printed = output.getvalue()
    return SimpleNamespace(**{name: value for name, value in names.items() if name != "__builtins__"}, said=said)


@pytest.fixture(scope="module")
def by_enumeration(page: SimpleNamespace) -> Enumeration:
    """Case to the net value before capital of the best plan for every set of lines that may be built."""
    return cache(lambda case: enumerated(page.study.run(case), page.planned(page.study.run(case))))


def enumerated(
    outcome: Outcome, lines: Mapping[str, CapitalRecovery], *limits: LimitRow
) -> dict[tuple[str, ...], float]:
    plan = outcome.plan
    cost = plan.problem.edge_cost.copy()
    for line, capital in lines.items():
        cost[plan.edges_on(line)] -= capital.usd_per_t[1]
    found = {}
    for built in chain.from_iterable(combinations(lines, n) for n in range(len(lines) + 1)):
        room = plan.problem.edge_capacity.copy()
        for line in set(lines) - set(built):
            room[plan.edges_on(line)] = 0.0
        try:
            found[built] = solve(plan.problem.replace(edge_cost=cost, edge_capacity=room, limits=limits)).net_value
        except InfeasibleError:
            assert limits
    return found


def net(values: Mapping[tuple[str, ...], float], lines: Mapping[str, CapitalRecovery]) -> dict[tuple[str, ...], float]:
    """Net value of every set less the central capital of what it builds."""
    return {built: value - sum(lines[line].musd_per_yr[1] for line in built) for built, value in values.items()}


# The page


def test_the_page_shows_what_its_code_prints(page: SimpleNamespace) -> None:
    assert len(page.said) > 5
    for shown, printed in page.said:
        assert shown == printed


@pytest.mark.parametrize("case", CASES)
def test_what_is_built_is_best_of_all_sets(page: SimpleNamespace, by_enumeration: Enumeration, case: str) -> None:
    outcome = page.study.run(case)
    lines, values = page.planned(outcome), by_enumeration(case)
    assert len(values) == 2**6
    for end in range(3):
        asked = {built: sum(lines[line].musd_per_yr[end] for line in built) for built in values}
        best = max(values, key=lambda built: values[built] - asked[built])
        model = page.with_decisions(outcome, end)
        assert page.best(model) == pytest.approx(values[best] - asked[best], abs=CLOSE)
        assert tuple(page.built(model)) == best


def test_what_a_line_lacks_is_what_the_best_set_with_it_loses(
    page: SimpleNamespace, by_enumeration: Enumeration
) -> None:
    tables = [printed for _, printed in page.said if "lacks" in printed]
    for case, printed in zip(("east-rail", "east-rail-khuut"), tables, strict=True):
        lines = page.planned(page.study.run(case))
        values = net(by_enumeration(case), lines)
        found = {line: float(lacks) for line, lacks in re.findall(r"(rail_\w+).*lacks *([\d.]+)", printed)}
        by_sets = {
            line: max(value for built, value in values.items() if line not in built)
            - max(value for built, value in values.items() if line in built)
            for line in lines
        }
        assert found == pytest.approx({line: max(0.0, lacks) for line, lacks in by_sets.items()}, abs=0.05 + CLOSE)


def test_what_a_constraint_of_ones_own_costs_is_what_the_best_set_under_it_loses(
    page: SimpleNamespace, by_enumeration: Enumeration
) -> None:
    outcome = page.study.run("east-rail")
    plan = outcome.plan
    out = np.concatenate([plan.edges_on(link) for link in ("border_bichigt_rail", "border_sumber")])
    limit = LimitRow("eastward", -5, edges=out, edge_coefficients=-1)
    values = net(enumerated(outcome, page.planned(outcome), limit), page.planned(outcome))
    best = max(values, key=lambda built: values[built])
    assert best == ("rail_sainshand_khuut", "rail_khuut_sumber")
    loss = max(net(by_enumeration("east-rail"), page.planned(outcome)).values()) - values[best]
    assert page.said[-1][1] == f"costs {loss:.1f} million USD/yr; built: {', '.join(best)}\n"


def test_more_lines_never_lower_what_cargo_gains(
    by_enumeration: Enumeration,
) -> None:
    values = by_enumeration("east-rail-khuut")
    for built, value in values.items():
        assert all(values[fewer] <= value + CLOSE for fewer in combinations(built, max(0, len(built) - 1)))


@pytest.mark.parametrize("case", CASES)
def test_without_decisions_pyomo_finds_the_plan(page: SimpleNamespace, case: str) -> None:
    plan = page.study.run(case).plan
    model = pyomo_model(plan.problem)
    pyo.SolverFactory("appsi_highs").solve(model)
    assert pyo.value(model.net_value) == pytest.approx(plan.solution.net_value, abs=CLOSE)


def test_the_counterfactual_says_that_it_is_none_of_the_law(page: SimpleNamespace) -> None:
    outcome = page.study.run("east-rail-lifted")
    assert set(page.study.run("sanctions-lifted").lifted_measures) < set(outcome.lifted_measures)
    by_china = outcome.route_via("khuut", "dangjin", "thermal_coal", ("tumen_namyang",))
    assert by_china.law_status == "open"
    assert report.solve(outcome)["as_if_lifted"] == list(outcome.lifted_measures)
    assert not page.study.run("east-rail").lifted_measures
    lawful = page.study.run("east-rail").route_via("khuut", "dangjin", "thermal_coal", ("tumen_namyang",))
    assert lawful.law_status == "barred"
    in_2015 = page.study.run("east-rail-2015").route_via("khuut", "dangjin", "thermal_coal", ("khasan_tumangang",))
    assert in_2015.law_status == "open"


def test_what_the_page_says_of_the_ranges(page: SimpleNamespace) -> None:
    figures = {
        row.parameter: (row.low, row.central, row.high) for row in page.study.tables["mines"] if row.subject == "khuut"
    }
    assert figures == {"output": (0, 0.5, 5), "cash_cost": (12, 20, 35), "quality_premium": (-50, -30, 0)}
    built = {row.subject: row for row in page.study.tables["capital"] if row.parameter == "capital_cost_per_km"}
    lives = {row.subject: row for row in page.study.tables["capital"] if row.parameter == "capital_life"}
    volumes = {row.subject: row for row in page.study.tables["capital"] if row.parameter == "capital_volume"}
    for line in page.planned(page.study.run("east-rail")):
        assert (built[line].low, built[line].high, built[line].year) == (2.5, 2.8, 2012)
        assert (lives[line].low, lives[line].high, lives[line].basis) == (30, 60, "assumed")
        assert volumes[line].central == 10
    assert [row.central for row in page.study.tables["finance"] if row.parameter == "discount_rate"] == [0.10]
    with_cost = {row.subject for row in page.study.tables["capital"]}
    opened = page.study.file.scenarios["east-rail"].changes[0].where["id"]
    assert {link for link in opened if link not in with_cost} == {
        link for link in opened if not link.startswith("rail_")
    }


# By hand


@pytest.fixture
def planned_north(project: Path, edit: Edit) -> Callable[[int], Outcome]:
    """The toy corridor with its northern railway yet to be built: 40 years without interest, 2 Mt/yr to pay for it."""

    def build(cost: int) -> Outcome:
        edit("data/links.csv", "rail,NN,nn_rail,nn_rail,,both,,rail_north_far,open", "@", 1)
        edit("data/links.csv", "@", "rail,NN,nn_rail,nn_rail,,both,,rail_north_far,planned", 1)
        rows = (("capital_cost", cost, "MUSD"), ("capital_life", 40, "yr"), ("capital_volume", 2, "Mt/yr"))
        path = project / "data" / "capital.csv"
        with path.open("a", encoding="utf-8") as file:
            for name, value, unit in rows:
                file.write(f"rail_north_far,,{name},{value},{value},{value},{unit},2020,,,example,,assumed,D,\n")
        study = corridor.read_study(project / "models" / "study.toml").with_scenario(
            "north-built",
            reason="The northern railway is built.",
            changes=[{"table": "links", "where": {"id": "rail_north_far"}, "set": {"status": "open"}}],
        )
        return study.run("north-built")

    return build


@pytest.mark.parametrize(
    ("cost", "charged", "value", "built", "lacks"),
    [
        # The north carries 1 Mt and adds 76.5 - 64: without it the eastern border passes 1 Mt of ore at 37 and 1 Mt of
        # coal for the island at 27.
        # At 400 million it asks for 10 a year, and a tonne for 5.
        (400, 76.5 - 5, 76.5 - 10, ["rail_north_far"], 0.0),
        # At 600 it asks for 15, and a tonne still ships for 7.5 though the line does not pay.
        (600, 76.5 - 7.5, 64, [], 2.5),
    ],
)
def test_a_line_is_built_if_it_earns_its_annuity(
    page: SimpleNamespace,
    planned_north: Callable[[int], Outcome],
    cost: int,
    charged: float,
    value: float,
    built: list[str],
    lacks: float,
) -> None:
    outcome = planned_north(cost)
    [(line, capital)] = page.planned(outcome).items()
    assert (line, capital.musd_per_yr, capital.usd_per_t) == ("rail_north_far", (cost / 40,) * 3, (cost / 80,) * 3)
    assert outcome.plan.solution.net_value == pytest.approx(charged)
    model = page.with_decisions(outcome)
    assert page.best(model) == pytest.approx(value)
    assert page.built(model) == built
    assert pyo.value(model.over[line]) == pytest.approx(len(built))
    with redirect_stdout(io.StringIO()) as output:
        page.decide(outcome)
    assert f"1.0 Mt/yr, asks{cost / 40:6.1f}, bears  12.5, lacks{lacks:6.1f}" in output.getvalue()
