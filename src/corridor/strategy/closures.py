"""What may close for a year: border crossings, berths, countries; and the best plan that is made for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from corridor.errors import NoAnswerError, UsageError, did_you_mean
from corridor.flow import FlowSolution
from corridor.paths import Floats, Ints
from corridor.plan import Plan
from corridor.study import Outcome


class Closure(NamedTuple):
    """Something that no cargo passes for a year.

    Attributes
    ----------
    kind, name
        ``crossing``, ``port`` (a berth), ``country``, or ``node`` where one was named.
    edges
        Columns of the plan's problem that it shuts.
    """

    kind: str
    name: str
    edges: Ints


def closures(outcome: Outcome, names: Sequence[str] = ()) -> tuple[Closure, ...]:
    """List what may close: all that lawful cargo may pass, or what is named.

    Parameters
    ----------
    outcome
        The scenario.
    names
        Crossings, nodes or countries; if none is given every border crossing, every berth and every country but those
        where all mines lie.

    Raises
    ------
    UsageError
        If there is no such place.
    NoAnswerError
        If nothing lawful passes a place that is named, or any at all.
    """
    found = _all(outcome)
    if not names:
        usual = tuple(one for one in found.values() if one.kind != "node" and len(one.edges))
        if not usual:
            raise NoAnswerError(f"no lawful cargo crosses a border in {outcome.scenario}: nothing can close.")
        return usual
    for name in names:
        if name not in found:
            hint = did_you_mean(name, sorted(found)) or did_you_mean(name.upper(), sorted(found))
            hint = hint or f" There are: {', '.join(one.name for one in found.values() if one.kind != 'node')}."
            raise UsageError(f'"{name}" is no crossing, node or country of this study that could close.{hint}')
        if not len(found[name].edges):
            raise NoAnswerError(f"no lawful cargo can pass {name} in {outcome.scenario}: closing it changes nothing.")
    return tuple(found[name] for name in dict.fromkeys(names))


def _all(outcome: Outcome) -> dict[str, Closure]:
    """By name; a crossing before a node of the same name."""
    plan, nodes = outcome.plan, outcome.network.nodes
    home = {nodes[seller.node].country for seller in outcome.sellers}
    abroad = sorted({node.country for node in nodes.values()} - (home if len(home) == 1 else set()))
    edges = [plan.network.edges[e] for e in plan.edge_of]
    tail, head = np.array([edge.tail for edge in edges]), np.array([edge.head for edge in edges])
    left = np.array([nodes[edge.tail].country for edge in edges])
    entered = np.array([nodes[edge.head].country for edge in edges])
    crossing = np.array([edge.link.crossing or "" if edge.link.kind == "border" else "" for edge in edges])
    berths = {edge.tail for edge in edges if edge.link.kind == "sea"}
    crossings = {edge.link.crossing or "" for edge in outcome.network.edges if edge.link.kind == "border"}
    found = {name: Closure("crossing", name, np.flatnonzero(crossing == name)) for name in sorted(crossings - {""})}
    for node in sorted(nodes):
        kind = "port" if node in berths else "node"
        found.setdefault(node, Closure(kind, node, np.flatnonzero((tail == node) | (head == node))))
    for country in abroad:
        found[country] = Closure(
            "country", country, np.flatnonzero((left != entered) & ((left == country) | (entered == country)))
        )
    return found


def rerouted(plan: Plan, closed: Iterable[Closure]) -> list[FlowSolution]:
    """The best plan with each closure, all else free to change."""
    return [plan.prepared.resolve(edge_capacity=_shut(plan.problem.edge_capacity, one)) for one in closed]


def _shut(capacity: Floats, closure: Closure) -> Floats:
    shut = capacity.copy()
    shut[closure.edges] = 0.0
    return shut
