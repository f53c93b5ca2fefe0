"""A few named numbers fitted to named cases, within their ranges; what comes of it is a scenario, never a table."""

from __future__ import annotations

import json
import statistics
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from corridor.errors import InputError, NoAnswerError, UsageError, did_you_mean
from corridor.evidence.ask import CaseError
from corridor.evidence.days import Days
from corridor.evidence.validate import in_unit_of, related
from corridor.paths import Floats
from corridor.scenario import apply_scenario
from corridor.schema import Case
from corridor.sensitivity.parameters import Parameter, find_parameter
from corridor.study import Outcome, Study

AT_BOUND = 1e-6
"""A fitted number this near to an end of its range, as a share of the range, lies at it."""
TOLD_APART = 0.05
"""Of the steepest slope: numbers that move the cases alike but for less are not told apart by them."""
WIDTH = 60
"""Longer texts go over several lines of TOML."""
STEP = 1e-4
"""Of the range, for slopes: what is asked is linear in most numbers, and bends where the cheapest way changes."""


class Fitted(NamedTuple):
    """A number before and after; ``at_bound``: the cases ask for more than its range allows."""

    parameter: Parameter
    value: float
    at_bound: bool


class Anchor(NamedTuple):
    """A case, and what the model says of it before and after; in the case's unit."""

    case: Case
    before: float
    after: float


@dataclass(frozen=True)
class Calibration:
    """What came of a fit.

    Attributes
    ----------
    fitted, anchors
        The numbers, and the cases they were fitted to.
    others
        All other published cases that count: whether the fit helps where it was not made.
    told_apart
        Whether the cases decide each number, or only some sum of them.
    squares_before, squares_after
        Sum over the anchors of squared errors, as shares of the published values.
    """

    fitted: tuple[Fitted, ...]
    anchors: tuple[Anchor, ...]
    others: tuple[Anchor, ...]
    told_apart: bool
    squares_before: float
    squares_after: float


def calibrate(
    outcome: Outcome, parameters: Sequence[str], anchors: Sequence[str], cases: Sequence[Case]
) -> Calibration:
    """Fit numbers to cases by least squares of relative errors, each within its low and high.

    Parameters
    ----------
    outcome
        Whose numbers are fitted: those that hold on its day. Cases of days on which other rows hold do not depend on
        them.
    parameters, anchors
        Names of numbers, and ids of cases.
    cases
        Where the cases stand.

    Raises
    ------
    UsageError
        If a name is unknown, a number has no range, or there are more numbers than cases.
    NoAnswerError
        If no case depends on one of the numbers.
    InputError
        If a case cannot be asked.
    """
    from scipy.optimize import least_squares

    chosen = _parameters(outcome, parameters)
    by_id = {case.id: case for case in cases}
    wanted = _anchors(anchors, by_id)
    if len(chosen) > len(wanted):
        raise UsageError(
            f"{len(chosen)} numbers to {len(wanted)} cases: so many fit anything. Name more cases or fewer numbers."
        )
    low, high = (np.array([getattr(p.row, end) for p in chosen]) for end in ("low", "high"))
    published = np.array([case.central for case in wanted], dtype=float)

    def errors(shares: Floats) -> Floats:
        said = _said(_with(outcome.study, chosen, low + (high - low) * shares), wanted, by_id)
        return np.asarray((said - published) / np.abs(published))

    start = (np.array([p.row.central for p in chosen]) - low) / (high - low)
    steps = np.full(len(chosen), STEP)
    found = least_squares(errors, start, bounds=(0.0, 1.0), diff_step=steps, method="dogbox")  # which ends on bounds
    slopes = np.array(found.jac, dtype=float)
    idle = [p.name for p, slope in zip(chosen, np.abs(slopes).max(axis=0), strict=True) if slope == 0]
    if idle:
        raise NoAnswerError(f"no case depends on {', '.join(idle)}: look at the days and the ways of the cases.")
    values = low + (high - low) * found.x
    bound = np.minimum(found.x, 1 - found.x) <= AT_BOUND
    after = _with(outcome.study, chosen, values)
    others = [case for case in cases if case not in wanted and case.published and case.basis != "assumed"]
    return Calibration(
        told_apart=int(np.linalg.matrix_rank(slopes, tol=TOLD_APART * np.abs(slopes).max())) == len(chosen),
        fitted=tuple(
            Fitted(p, float(value), bool(at))
            for p, value, at in zip(chosen, values.tolist(), bound.tolist(), strict=True)
        ),
        anchors=_both(outcome.study, after, wanted, by_id),
        others=_both(outcome.study, after, others, by_id),
        squares_before=float(np.square(errors(start)).sum()),
        squares_after=float(np.square(errors(found.x)).sum()),
    )


def median_error(anchors: Sequence[Anchor], *, after: bool) -> float | None:
    """Median of the absolute relative errors, before or after the fit."""
    errors = [abs((a.after if after else a.before) / a.case.central - 1) for a in anchors if a.case.central]
    return statistics.median(errors) if errors else None


def _parameters(outcome: Outcome, names: Sequence[str]) -> list[Parameter]:
    if not names:
        raise UsageError("name at least one number to fit, by --parameter.")
    chosen = list({(p := find_parameter(outcome, name)).name: p for name in names}.values())
    fixed = [p.name for p in chosen if p.row.low == p.row.high]
    if fixed:
        raise UsageError(f"{', '.join(fixed)}: low and high are the same, so that there is nothing to fit.")
    changed = [p.name for p in chosen if all(p.row is not row for row in outcome.study.tables[p.table])]
    if changed:
        raise UsageError(f"{outcome.scenario} changes {', '.join(changed)} itself: fit in a scenario that does not.")
    return chosen


def _anchors(ids: Sequence[str], by_id: Mapping[str, Case]) -> list[Case]:
    if not ids:
        raise UsageError("name at least one case to fit to, by --case.")
    unknown = [name for name in ids if name not in by_id or by_id[name].published is None]
    if unknown:
        hint = did_you_mean(unknown[0], [name for name, case in by_id.items() if case.published])
        raise UsageError(f'"{unknown[0]}" is no case with a published value.{hint}')
    zero = [name for name in ids if not by_id[name].central]
    if zero:
        raise UsageError(f"{', '.join(zero)}: the published value is 0, so that there is no relative error.")
    return [by_id[name] for name in dict.fromkeys(ids)]


def _with(study: Study, chosen: Sequence[Parameter], values: Floats) -> Study:
    """The study with other central values in some rows of its tables, and so in every scenario."""
    value_of = {(p.table, p.row.number): value for p, value in zip(chosen, values.tolist(), strict=True)}
    tables = study.tables
    for table in {p.table for p in chosen}:
        rows = tuple(
            row.model_copy(update={"central": value_of[table, row.number]}).in_row(row.number)
            if (table, row.number) in value_of
            else row
            for row in tables[table]
        )
        tables = tables.replace(table, rows)
    by_scenario = {}
    for name, scenario in study.file.scenarios.items():
        by_scenario[name], faults = apply_scenario(study.path.name, name, scenario, tables)
        if faults:
            raise InputError(faults)
    return replace(study, tables=tables, by_scenario=MappingProxyType(by_scenario))


def _said(study: Study, cases: Sequence[Case], by_id: Mapping[str, Case]) -> Floats:
    """What the model says of cases, each in its unit."""
    days = Days(study, draws=1)
    said = []
    for case in cases:
        try:
            answer = related(days, case, by_id)
            said.append(answer.central * in_unit_of(days, case, answer.unit))
        except CaseError as wrong:
            raise UsageError(f"case {case.id} cannot be asked: {wrong.column}: {wrong}") from None
    return np.array(said)


def _both(before: Study, after: Study, cases: Sequence[Case], by_id: Mapping[str, Case]) -> tuple[Anchor, ...]:
    said = (_said(study, cases, by_id).tolist() for study in (before, after))
    return tuple(Anchor(*row) for row in zip(cases, *said, strict=True))


def scenario_text(outcome: Outcome, found: Calibration, name: str) -> str:
    """The fit as a scenario for the study file: TOML text; what the scenario of ``outcome`` changes is kept.

    Parameters
    ----------
    outcome
        The scenario that was fitted.
    found
        The fit.
    name
        What the new scenario is called.
    """
    own = outcome.study.file.scenarios[outcome.scenario]
    fitted_to = ", ".join(anchor.case.id for anchor in found.anchors)
    reason = f"As {outcome.scenario}, with numbers fitted by least squares to {fitted_to}, within their ranges."
    head: dict[str, object] = {"reason": reason, "as_of": outcome.as_of, "price_year": outcome.price_year}
    if own.assume:
        head |= {"assume": own.assume, "lifts_measures": own.lifts_measures}
    changes = [change.model_dump(exclude_none=True) for change in own.changes]
    changes += [_change(fit, fitted_to) for fit in found.fitted]
    lines = [f"[scenarios.{name}]", *_entries(head)]
    for change in changes:
        tables = {key: value for key, value in change.items() if isinstance(value, Mapping)}
        lines += ["", f"[[scenarios.{name}.changes]]"]
        lines += _entries({key: value for key, value in change.items() if key not in tables})
        for key, table in tables.items():
            lines += [f"[scenarios.{name}.changes.{key}]", *_entries(table)]
    return "\n".join(lines) + "\n"


def _change(fit: Fitted, fitted_to: str) -> dict[str, object]:
    """What a scenario says of a fitted number: which row, and its new centre."""
    row = fit.parameter.row
    where = {
        "subject": row.subject,
        "parameter": row.parameter,
        "commodity": row.commodity or "",
        "valid_from": str(row.valid_from or ""),
        "valid_until": str(row.valid_until or ""),
    }
    note = f"fitted to {fitted_to}; {row.central:g} before"
    put = {"central": fit.value, "basis": "estimated", "grade": "C", "note": note}
    return {"table": fit.parameter.table, "where": where, "set": put}


def _entries(table: Mapping[str, object]) -> list[str]:
    return [f"{key} = {_toml(value)}" for key, value in table.items()]


def _toml(value: object) -> str:
    """A value of TOML; long texts and lists go over several lines, so that a terminal shows all of them."""
    if isinstance(value, list | tuple):
        return f"[\n{''.join(f'    {_toml(item)},{chr(10)}' for item in value)}]"
    if isinstance(value, str):
        escaped = json.dumps(value, ensure_ascii=False)  # TOML escapes as JSON does
        if len(escaped) <= WIDTH:
            return escaped
        folded = textwrap.wrap(escaped[1:-1], WIDTH, break_long_words=False, break_on_hyphens=False)
        return '"""\\\n' + "".join(f"    {line} \\\n" for line in folded[:-1]) + f'    {folded[-1]}"""'
    return str(value).lower() if isinstance(value, bool) else str(value)
