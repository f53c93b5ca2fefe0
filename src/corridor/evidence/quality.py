"""How well the numbers are grounded: grades, headline routes, and the assumptions that decide most."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from corridor.errors import UsageError
from corridor.evidence.basis import Dollars, basis_shares, dollars
from corridor.routes import Route
from corridor.schema import BASES, Basis
from corridor.sensitivity.draws import Input, inputs_of
from corridor.sensitivity.parameters import Parameter, parameters
from corridor.sensitivity.question import answer
from corridor.sensitivity.run import Tell
from corridor.study import Outcome

MOST = 10
"""Assumptions on the work list."""


class Grounded(NamedTuple):
    """A headline route: share of its generalised cost by basis, and the assumed rows behind most of it."""

    route: Route
    shares: dict[Basis, float]
    assumed: tuple[Dollars, ...]


class Work(NamedTuple):
    """An assumption, and what its range moves.

    Attributes
    ----------
    name, parameters
        Of the input, and the rows that move with it.
    commodity
        The one whose lead it moves most.
    best
        Corridor that is the best for it at the centre.
    lead, low, high
        How far the best corridor lies ahead of the next, USD/t: at the centre, at either end; below 0 another wins.
    moves
        The most that an end moves the lead, USD/t.
    flips
        Commodities whose best corridor changes at an end.
    headline_usd_per_t
        Dollars of the headline routes that rest on it, all routes together.
    """

    name: str
    parameters: tuple[Parameter, ...]
    commodity: str
    best: str
    lead: float
    low: float | None
    high: float | None
    moves: float
    flips: tuple[str, ...]
    headline_usd_per_t: float


def grades(outcome: Outcome) -> dict[tuple[Basis, str], int]:
    """Basis and grade to how many numbers that hold on the day have them."""
    return Counter((p.row.basis, p.row.grade) for p in parameters(outcome).values())


def grounded(outcome: Outcome, routes: Iterable[Route]) -> list[Grounded]:
    """What the cost of each route rests on."""
    found = []
    for route in routes:
        assumed = tuple(row for row in dollars(outcome, route) if row.basis == BASES[-1])
        found.append(Grounded(route, basis_shares(outcome, route), assumed))
    return found


def work_list(outcome: Outcome, headline: Sequence[Grounded], tell: Tell | None = None) -> list[Work]:
    """Assumed numbers that have a range, with what each moves alone from end to end; the widest move first.

    Parameters
    ----------
    outcome
        The scenario.
    headline
        Its headline routes.
    tell
        Hears of progress.
    """
    assumed = [each for each in inputs_of(outcome, parameters(outcome).values()) if _is_assumed(each)]
    if not assumed:
        return []
    try:
        found = answer(outcome, "tornado", chosen=[each.name for each in assumed], tell=tell)
    except UsageError:  # none of them has a range
        return []
    of_row: dict[str, float] = defaultdict(float)
    for one in headline:
        for row in one.assumed:
            of_row[row.place] += row.usd_per_t
    widest: dict[str, Work] = {}
    flips: dict[str, set[str]] = defaultdict(set)
    by_name = {each.name: each for each in assumed}
    for gap in found["gaps"]:
        each = by_name[gap["input"]]
        if gap["winner_changes"]:
            flips[each.name].add(gap["commodity"])
        lead, low, high = gap["gap_usd_per_t"], gap["gap_low_usd_per_t"], gap["gap_high_usd_per_t"]
        moves = max(abs(end - lead) for end in (low, high) if end is not None) if (low, high) != (None, None) else 0.0
        if each.name not in widest or moves > widest[each.name].moves:
            dollars_on_it = sum(of_row[p.place] for p in each.parameters)
            widest[each.name] = Work(
                each.name, each.parameters, gap["commodity"], gap["best"], lead, low, high, moves, (), dollars_on_it
            )
    listed = [work._replace(flips=tuple(sorted(flips[work.name]))) for work in widest.values()]
    return sorted(listed, key=lambda work: (-work.moves, work.name))


def _is_assumed(each: Input) -> bool:
    return any(p.row.basis == BASES[-1] and p.row.low < p.row.high for p in each.parameters)
