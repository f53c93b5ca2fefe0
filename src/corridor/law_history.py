"""Dated rules over time -> what held on a day for a cargo at a place, and what changed when.

Of the law alone: every link of the tables that is built counts on every day. Whether a railway or a berth was there is
for routes to say.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from corridor.errors import UsageError, did_you_mean
from corridor.law import Law
from corridor.mildest import Status, statuses
from corridor.network import Edge, Network
from corridor.rules import Passage, speaks_of_commodity, speaks_of_origin, speaks_of_passage
from corridor.schema import Rule
from corridor.tables import Tables
from corridor.values import holds

FIRST_DAY = dt.date(2006, 1, 1)
"""Where timelines begin: before the first resolution of the Security Council on the DPRK (14 October 2006)."""

ONE_DAY = dt.timedelta(days=1)


class Span(NamedTuple):
    """A status and the days on which it held; both ends belong to it."""

    first: dt.date
    last: dt.date
    status: Status


class Change(NamedTuple):
    """A rule begins, or has ended the day before."""

    day: dt.date
    event: str
    rule: Rule


class Timeline(NamedTuple):
    """What changed, and the status of cargoes at berths in between.

    Attributes
    ----------
    first, last
        Its first and last day.
    changes
        By day; rules that began before it are there at its first day.
    spans
        By commodity, origin, berth and importer (blank: the mildest), each in the order of days without a gap.
    """

    first: dt.date
    last: dt.date
    changes: tuple[Change, ...]
    spans: tuple[Span, ...]


class LawHistory:
    """The rules of the tables on any day.

    Parameters
    ----------
    tables
        Checked tables; their links count on all days, less those that are only planned.
    lifted_measures
        Measures that a scenario sets aside by name.
    """

    def __init__(self, tables: Tables, lifted_measures: Collection[str] = ()) -> None:
        self.rules: tuple[Rule, ...] = tables["rules"]
        self.lifted_measures = tuple(lifted_measures)
        links = [link for link in tables["links"] if link.status == "open"]
        edges = [Edge(link, link.from_node, link.to_node) for link in links]
        back = [Edge(link, link.to_node, link.from_node) for link in links if link.direction == "both"]
        self.network = Network(
            {node.id: node for node in tables["nodes"]},
            (*edges, *back),
            {commodity.id: commodity for commodity in tables["commodities"]},
        )
        mines = {node.id: node.country for node in tables["nodes"] if node.kind == "mine"}
        self.origins: tuple[str, ...] = tuple(sorted(set(mines.values())))
        self.berths: tuple[str, ...] = tuple(
            dict.fromkeys(edge.tail for edge in self.network.edges if edge.link.kind == "sea")
        )

    def nodes(self, name: str) -> tuple[str, ...]:
        """Return the node of that name, or all whose names begin with it: ``rajin`` has several.

        Raises
        ------
        UsageError
            If there is none.
        """
        known = sorted(self.network.nodes)
        found = tuple(node for node in known if node == name) or tuple(n for n in known if n.startswith(f"{name}_"))
        if not found:
            near = did_you_mean(name, [*known, *sorted({node.split("_")[0] for node in known})])
            raise UsageError(f'"{name}" is no node of this study, nor do any begin so.{near}')
        return found

    def in_force(
        self, day: dt.date, commodity: str | None = None, nodes: Collection[str] = (), origins: Collection[str] = ()
    ) -> list[Rule]:
        """List the rules that hold on a day, those of lifted measures too, in the order of the table.

        Parameters
        ----------
        day
            The day.
        commodity
            Only rules that speak of it; None: all.
        nodes
            Only rules that speak of a link at one of these; none: all.
        origins
            Only rules that speak of cargo mined in one of these countries; none: all.
        """
        today = [rule for rule in self.rules if holds(rule.valid_from, rule.valid_until, day)]
        return self.speaking_of(today, commodity, nodes, origins)

    def speaking_of(
        self,
        rules: Sequence[Rule],
        commodity: str | None = None,
        nodes: Collection[str] = (),
        origins: Collection[str] = (),
    ) -> list[Rule]:
        """Keep the rules that speak of a commodity, of a link at some nodes, of cargo mined in some countries."""
        cargo = None if commodity is None else self.network.commodities[commodity]
        ways = [way for edge, way in self._passages() if {edge.tail, edge.head} & {*nodes}]
        return [
            rule
            for rule in rules
            if (cargo is None or speaks_of_commodity(rule, cargo))
            and (not origins or any(speaks_of_origin(rule, country) for country in origins))
            and (not nodes or any(speaks_of_passage(rule, way) for way in ways))
        ]

    def _passages(self) -> Iterator[tuple[Edge, Passage]]:
        nodes = self.network.nodes
        return ((edge, Passage(edge.link, nodes[edge.tail], nodes[edge.head])) for edge in self.network.edges)

    def status(self, day: dt.date, commodity: str, origin: str, node: str) -> list[Status]:
        """Say what holds on a day for a cargo at a node.

        Parameters
        ----------
        day
            The day.
        commodity
            What is shipped.
        origin
            Country where it was mined.
        node
            A berth, or any other node.

        Returns
        -------
        list of Status
            The mildest first; at a berth one more for each country that ships deliver to. Empty where no way of the
            tables leads there.
        """
        return statuses(self.network, self._law(day), self.network.commodities[commodity], origin, [node])

    def _law(self, day: dt.date) -> Law:
        return Law(self.rules, self.network, day, self.lifted_measures)

    def timeline(
        self, last: dt.date, first: dt.date = FIRST_DAY, berths: Sequence[str] = (), commodities: Sequence[str] = ()
    ) -> Timeline:
        """Follow all rules, and the status of cargoes from the countries that have mines, over time.

        Parameters
        ----------
        last, first
            Days.
        berths, commodities
            Those to follow; none: all.

        Raises
        ------
        UsageError
            If it would end before it begins.
        """
        if last < first:
            raise UsageError(f"the timeline begins on {first}; {last} lies before.")
        changes = self.changes(first, last)
        days = sorted({first, *(change.day for change in changes)})
        wanted = [self.network.commodities[name] for name in commodities or self.network.commodities]
        spans: dict[tuple[str, ...], list[Span]] = {}
        for day, end in pairwise([*days, last + ONE_DAY]):
            law = self._law(day)
            for origin in self.origins:
                for cargo in wanted:
                    for status in statuses(self.network, law, cargo, origin, berths or self.berths):
                        _extend(spans.setdefault(status[:4], []), Span(day, end - ONE_DAY, status))
        return Timeline(first, last, changes, tuple(span for own in spans.values() for span in own))

    def changes(self, first: dt.date, last: dt.date) -> tuple[Change, ...]:
        """List what begins and ends between two days; rules that are older and still hold begin on the first."""
        found = []
        for rule in self.rules:
            end = rule.valid_until + ONE_DAY if rule.valid_until else dt.date.max
            if rule.valid_from <= last and end > first:
                found.append(Change(max(rule.valid_from, first), "begins", rule))
                found += [Change(end, "ends", rule)] if end <= last else []
        return tuple(sorted(found, key=lambda change: (change.day, change.event == "begins")))


def _extend(spans: list[Span], later: Span) -> None:
    """Go on with the last span if the same rules make the same status, else begin a new one."""
    if spans and spans[-1].status == later.status:
        spans[-1] = spans[-1]._replace(last=later.last)
    else:
        spans.append(later)
