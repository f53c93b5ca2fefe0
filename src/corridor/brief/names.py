"""Names of a study as they stand in a sentence: corridors, commodities, places, scenarios, days."""

from __future__ import annotations

import datetime as dt
from functools import cached_property

from corridor.brief.document import Name
from corridor.study import Outcome

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


class Names:
    """Names of the tables of a scenario."""

    def __init__(self, outcome: Outcome) -> None:
        self._outcome = outcome

    @cached_property
    def _nodes(self) -> dict[str, str]:
        return {node.id: node.name for node in self._outcome.study.tables["nodes"]}

    @cached_property
    def _commodities(self) -> dict[str, str]:
        return {commodity.id: commodity.name for commodity in self._outcome.tables["commodities"]}

    def corridor(self, corridor: str) -> Name:
        """``rason`` is Rason."""
        return Name(from_id(corridor))

    def commodity(self, commodity: str) -> Name:
        """As in the middle of a sentence: small, unless its second letter is a capital as in LNG."""
        name = self._commodities.get(commodity, from_id(commodity))
        return Name(name if name[1:2].isupper() else name[:1].lower() + name[1:])

    def place(self, place: str) -> Name:
        """A node by its name without what stands in brackets, a crossing by its id."""
        name = self._nodes.get(place)
        if name is None:
            return Name(from_id(place))
        return Name(name.split(" (")[0] or name)

    def parameter(self, name: str) -> Name:
        """A number of the tables: ``tariffs:ubtz:rate:coal`` is the rate of ubtz (coal)."""
        _, subject, parameter, *rest = name.split(":")
        of = self._nodes.get(subject) or self._commodities.get(subject) or subject.replace("_", " ")
        cargo = f" ({self._commodities.get(rest[0], rest[0].replace('_', ' ')).lower()})" if rest else ""
        return Name(f"{parameter.replace('_', ' ')} of {of}{cargo}")

    def way(self, gateway: str, entry: str) -> Name:
        """Gateway, and the crossing before it where that is another place."""
        first = self.place(gateway).text
        return Name(first if entry in {"", gateway} else f"{first} by {self.place(entry).text}")


def from_id(name: str) -> str:
    """An id as a name: ``zamyn_uud_erenhot`` is Zamyn Uud Erenhot."""
    return " ".join(word[:1].upper() + word[1:] for word in name.replace("-", " ").replace("_", " ").split())


def day(date: dt.date) -> str:
    """A day for reading: 31 December 2025."""
    return f"{date.day} {MONTHS[date.month - 1]} {date.year}"
