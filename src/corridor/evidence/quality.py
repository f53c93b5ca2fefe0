"""How well the numbers are grounded: grades, headline routes, and the assumptions that decide most."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from corridor.evidence.basis import Dollars, basis_shares, dollars
from corridor.routes import Route
from corridor.schema import BASES, Basis, Value
from corridor.sensitivity.draws import Input, every_input
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
    takes
        The most that an end takes away from the lead, USD/t; infinite where it leaves the best corridor no way.
    takes_share
        The same as a share of the lead; above 1 another corridor wins.
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
    takes: float
    takes_share: float
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


def assumed_inputs(outcome: Outcome) -> list[Input]:
    """What moves with an assumed number that has a range."""
    return [each for each in every_input(outcome) if any(_is_open(p.row) for p in each.parameters)]


def _is_open(row: Value) -> bool:
    return row.basis == BASES[-1] and row.low < row.high


def work_list(outcome: Outcome, headline: Sequence[Grounded], tell: Tell | None = None) -> list[Work]:
    """Assumed numbers that have a range, with what each takes of a lead, one at a time; the most first.

    Parameters
    ----------
    outcome
        The scenario.
    headline
        Its headline routes.
    tell
        Hears of progress.
    """
    assumed = assumed_inputs(outcome)
    if not assumed:
        return []
    found = answer(outcome, "tornado", chosen=[each.name for each in assumed], tell=tell)
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
        work = _work(each, gap, sum(of_row[p.place] for p in each.parameters))
        if each.name not in widest or work.takes_share > widest[each.name].takes_share:
            widest[each.name] = work
    listed = [work._replace(flips=tuple(sorted(flips[work.name]))) for work in widest.values()]
    return sorted(listed, key=lambda work: (-work.takes_share, work.name))


def _work(each: Input, gap: Mapping[str, Any], headline_usd_per_t: float) -> Work:
    lead, low, high = (gap[f"gap{end}_usd_per_t"] for end in ("", "_low", "_high"))
    nothing_left = math.inf if gap["winner_changes"] else -math.inf  # of the best corridor, or of all others
    takes = max(nothing_left if end is None else lead - end for end in (low, high))
    share = takes / lead if lead > 0 else math.inf if takes > 0 else 0.0
    return Work(
        each.name, each.parameters, gap["commodity"], gap["best"], lead, low, high, takes, share, (), headline_usd_per_t
    )
