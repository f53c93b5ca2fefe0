"""Numbers and names for reading: what figures and the brief print has the same words in both."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import cached_property

from corridor.study import Outcome

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
HUNDRED = 99.95
"""What rounds to a hundred with one decimal, and needs none."""
HALF_A_PERCENT = 0.005
WHOLE = 1 - 1e-9
"""A share from here on is all, but for rounding."""


def money(value: float) -> str:
    """Dollars for reading: no decimals from a hundred on, one below."""
    shown = f"{value:,.0f}" if abs(value) >= HUNDRED else f"{value:,.1f}"
    return minus(shown)


def minus(shown: str) -> str:
    """A number with a real minus sign; a zero has none."""
    return shown.removeprefix("-") if not shown.strip("-0.,") else shown.replace("-", "−")


def tonnes(value: float) -> str:
    """Mt for reading: what is not nothing is never shown as nothing."""
    digits = 1 if value >= 10 else 2 if value >= 0.1 else 3  # noqa: PLR2004  # about three digits are enough
    shown = f"{value:,.{digits}f}"
    return shown if float(shown.replace(",", "")) or not value else f"{value:.2g}"


def significant(value: float) -> str:
    """A number of any size to four digits, and to all of those before the point."""
    whole = f"{value:,.0f}"
    shown = whole if abs(value) >= 1000 else f"{value:.4g}"  # noqa: PLR2004  # four digits
    return minus(shown)


def percent(share: float) -> str:
    """A share for reading: what is not nothing is never shown as nothing, what is not all never as all."""
    if 0 < share < HALF_A_PERCENT:
        return "under 1\N{NO-BREAK SPACE}%"
    if 1 - HALF_A_PERCENT <= share < WHOLE:
        return "over 99\N{NO-BREAK SPACE}%"
    return f"{100 * share:.0f}\N{NO-BREAK SPACE}%"


def range_of(low: float, high: float, shown: Callable[[float], str]) -> str:
    """A range of numbers, all with the digits of the larger end."""
    if shown is money and max(abs(low), abs(high)) >= HUNDRED:
        return span(*(minus(f"{end:,.0f}") for end in (low, high)))
    return span(shown(low), shown(high))


def span(low: str, high: str) -> str:
    """A range: with words where a minus sign would be read as a dash."""
    return f"{low} to {high}" if "−" in low + high else f"{low}–{high}"


class Names:
    """Names of the tables of a scenario, as they stand in a sentence."""

    def __init__(self, outcome: Outcome) -> None:
        self._outcome = outcome

    @cached_property
    def _nodes(self) -> dict[str, str]:
        return {node.id: node.name for node in self._outcome.study.tables["nodes"]}

    @cached_property
    def _commodities(self) -> dict[str, str]:
        return {commodity.id: commodity.name for commodity in self._outcome.tables["commodities"]}

    def commodity(self, commodity: str) -> str:
        """As in the middle of a sentence: small, unless its second letter is a capital as in LNG."""
        name = self._commodities.get(commodity, from_id(commodity))
        return name if name[1:2].isupper() else name[:1].lower() + name[1:]

    def place(self, place: str) -> str:
        """A node by its name without what stands in brackets, a crossing by its id."""
        name = self._nodes.get(place)
        return from_id(place) if name is None else name.split(" (")[0] or name

    def parameter(self, name: str) -> str:
        """A number of the tables: ``tariffs:ubtz:rate:coal`` is the rate of ubtz (coal)."""
        _, subject, parameter, *rest = name.split(":")
        of = self._nodes.get(subject) or self._commodities.get(subject) or subject.replace("_", " ")
        cargo = f" ({self._commodities.get(rest[0], rest[0].replace('_', ' ')).lower()})" if rest else ""
        return f"{parameter.replace('_', ' ')} of {of}{cargo}"

    def way(self, gateway: str, entry: str) -> str:
        """Gateway, and the crossing before it where that is another place."""
        first = self.place(gateway)
        return first if entry in {"", gateway} else f"{first} by {self.place(entry)}"


def from_id(name: str) -> str:
    """An id as a name: ``rason`` is Rason, ``zamyn_uud_erenhot`` is Zamyn Uud Erenhot. A name stays as it is."""
    return " ".join(word[:1].upper() + word[1:] for word in name.replace("-", " ").replace("_", " ").split())


def day(date: dt.date) -> str:
    """A day for reading: 31 December 2025."""
    return f"{date.day} {MONTHS[date.month - 1]} {date.year}"
