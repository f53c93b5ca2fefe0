"""Published cases beside the model: how far apart they are, and whether the ranges meet."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from corridor import units
from corridor.errors import Fault, InputError, UsageError, did_you_mean
from corridor.evidence.ask import Answer, CaseError, ask
from corridor.evidence.days import Days
from corridor.paths import Floats
from corridor.schema import Case
from corridor.study import Study

NEAR, VERY_NEAR = 0.05, 0.03
"""Shares of the published figure within which a case is counted as near."""

Span = tuple[float, float, float]


class Compared(NamedTuple):
    """A published case beside the model's answer.

    Attributes
    ----------
    case
        What was published and asked.
    scenario, as_of, as_if_lifted
        Of what the model was asked; measures that the scenario treats as lifted.
    published, model
        Low, central and high in the unit of the case.
    answer
        The model's, for the way and its legal status.
    """

    case: Case
    scenario: str
    as_of: str
    as_if_lifted: tuple[str, ...]
    published: Span
    model: Span
    answer: Answer

    @property
    def overlap(self) -> bool:
        """Whether the two ranges have a value in common."""
        return self.published[0] <= self.model[2] and self.model[0] <= self.published[2]

    @property
    def difference(self) -> float:
        """The model's central value less the published one."""
        return self.model[1] - self.published[1]

    @property
    def relative(self) -> float:
        """The difference as a share of the published value."""
        return self.difference / abs(self.published[1]) if self.published[1] else float("inf")

    @property
    def fitted(self) -> bool:
        """Whether a number of the tables rests on the case, so that it proves nothing."""
        return bool(self.case.used_for_fitting)

    @property
    def counted(self) -> bool:
        """Whether the published figure is more than an assumption."""
        return self.case.basis != "assumed"


class Group(NamedTuple):
    """Cases of one quantity, fitted or not: how many, how many meet, and how far they lie off."""

    quantity: str
    fitted: bool
    cases: int
    overlaps: int
    median_relative_error: float
    largest_relative_error: float
    within_3_percent: int
    within_5_percent: int


class Validation(NamedTuple):
    """All cases that could be compared, and what is wrong with the others."""

    rows: tuple[Compared, ...]
    faulty: tuple[tuple[Case, tuple[Fault, ...]], ...]

    @property
    def faults(self) -> list[Fault]:
        """What is wrong with the cases that could not be asked."""
        return [fault for _, own in self.faulty for fault in own]

    def counted(self, *, fitted: bool) -> list[Compared]:
        """Cases that count: those that a number of the tables rests on, or the others."""
        return [row for row in self.rows if row.counted and row.fitted == fitted]

    def groups(self) -> list[Group]:
        """Cases that count by quantity, those of all quantities together at the end; fitted ones apart."""
        found = []
        for fitted in (False, True):
            rows = self.counted(fitted=fitted)
            names = dict.fromkeys(_kind(row.case) for row in rows)
            by_name = {name: [row for row in rows if _kind(row.case) == name] for name in names}
            found += [_group(name, fitted, own) for name, own in {**by_name, "all": rows}.items() if own]
        return found


def _kind(case: Case) -> str:
    """What is counted together: the quantity, differences and ratios apart."""
    return {"minus": "difference", "over": "ratio", None: case.quantity}[case.relation]


def _group(name: str, fitted: bool, rows: Sequence[Compared]) -> Group:
    errors = [abs(row.relative) for row in rows]
    return Group(
        quantity=name,
        fitted=fitted,
        cases=len(rows),
        overlaps=sum(row.overlap for row in rows),
        median_relative_error=statistics.median(errors),
        largest_relative_error=max(errors),
        within_3_percent=sum(error <= VERY_NEAR for error in errors),
        within_5_percent=sum(error <= NEAR for error in errors),
    )


def validate(study: Study, cases: Sequence[Case], file: str, scenario: str | None = None) -> Validation:
    """Set published cases beside the model.

    Parameters
    ----------
    study
        With its scenarios; each case is asked on its own day and in dollars of its own year.
    cases
        Rows of a file of cases.
    file
        What messages call it.
    scenario
        Of cases that name none; the study's default if None.

    Returns
    -------
    Validation
        A case that cannot be asked is a fault; the others are compared all the same.
    """
    days = Days(study, scenario=scenario)
    by_id: dict[str, Case] = {}
    for case in cases:
        by_id.setdefault(case.id, case)
    asked_for = {case.other for case in cases}
    rows: list[Compared] = []
    faulty: list[tuple[Case, tuple[Fault, ...]]] = []
    for case in cases:
        if case.published is None and case.id in asked_for:
            continue
        try:
            rows.append(_compared(days, case, by_id))
        except (CaseError, UsageError, InputError) as wrong:
            faulty.append((case, tuple(_faults(file, case, wrong))))
    return Validation(tuple(rows), tuple(faulty))


def _faults(file: str, case: Case, wrong: CaseError | UsageError | InputError) -> list[Fault]:
    """Why a case could not be asked, and where that stands."""
    if isinstance(wrong, InputError):
        return [Fault(file, case.number, "year", f"cannot be asked: {fault}") for fault in wrong.faults]
    at_fault = wrong.column if isinstance(wrong, CaseError) else "parameter" if case.parameter else "scenario"
    return [Fault(file, case.number, at_fault, str(wrong))]


def _compared(days: Days, case: Case, by_id: Mapping[str, Case]) -> Compared:
    if by_id[case.id] is not case:
        raise CaseError("id", f'"{case.id}" stands in row {by_id[case.id].number} already. Ids must differ.')
    if case.published is None:
        raise CaseError("central", "empty, and no other case speaks of this one. Give low, central and high.")
    answer = related(days, case, by_id)
    factor = in_unit_of(days, case, answer.unit)
    scenario, as_of = days.day_of(case.scenario, case.as_of, case.year)
    low, central, high = answer.span
    return Compared(
        case=case,
        scenario=scenario,
        as_of=as_of.isoformat(),
        as_if_lifted=days.study.run(scenario).lifted_measures,
        published=case.published,
        model=(low * factor, central * factor, high * factor),
        answer=answer,
    )


def related(days: Days, case: Case, by_id: Mapping[str, Case]) -> Answer:
    """The model's answer, less or over that of the other case where one is named."""
    own = ask(days, case)
    if case.relation is None or case.other is None:
        return own
    other = by_id.get(case.other)
    if other is None:
        raise CaseError("other", f'"{case.other}" is no case of this file.{did_you_mean(case.other, sorted(by_id))}')
    if other.relation is not None:
        raise CaseError("other", f'"{case.other}" has a relation itself: name a case that stands alone.')
    beside = ask(days, other)
    if beside.unit != own.unit:
        raise CaseError("other", f'"{case.other}" is in {beside.unit}, this one in {own.unit}.')
    if case.relation == "minus":
        return _with(own, own.unit, own.central - beside.central, own.draws - beside.draws, beside)
    if not beside.central:
        raise CaseError("other", f'"{case.other}" is 0 in the model: there is no ratio to it.')
    return _with(own, "share", own.central / beside.central, own.draws / beside.draws, beside)


def _with(own: Answer, unit: str, central: float, draws: Floats, beside: Answer) -> Answer:
    return own._replace(unit=unit, central=float(central), draws=draws, links=(*own.links, *beside.links))


def in_unit_of(days: Days, case: Case, coherent: str) -> float:
    """What a coherent value is multiplied by to stand in the unit of the case."""
    try:
        unit, factor, currency = units.parse(case.unit)
    except KeyError:
        words = ", ".join(units.known(coherent))
        raise CaseError("unit", f'"{case.unit}" is no unit that is known; here it is one of {words}.') from None
    if unit != coherent:
        words = ", ".join(units.known(coherent))
        raise CaseError("unit", f'"{case.unit}" does not fit what is asked, which is in {coherent}: write {words}.')
    if currency is None:
        return 1 / factor
    scenario, as_of = days.day_of(case.scenario, case.as_of, case.year)
    try:
        return days.outcome(scenario, as_of, case.year).values.exchange_rate(currency, case.year) / factor
    except KeyError:
        raise CaseError("unit", f"fx.csv has no rate of {currency} for {case.year}. Add a sourced one.") from None
