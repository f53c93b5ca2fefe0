"""What a cargo may do by law: the network unfolded by what it has passed -> moves from state to state."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from corridor.law import Law, Passed
from corridor.network import Network

T = TypeVar("T")


class Cargo(NamedTuple):
    """A commodity and the country where it was mined: the law asks for both, so states are kept apart by both."""

    commodity: str
    origin: str


class Place(NamedTuple):
    """A state of the problem: a cargo at a node, or (all cargoes together) a commodity at a bid.

    Cargo that has passed a country stands apart where the law makes a difference of it, there or farther on.
    """

    commodity: str
    origin: str | None
    at: str
    passed: Passed = ()


class Move(NamedTuple):
    """A cargo that may go over an edge of the network, from state to state."""

    edge: int
    tail: Place
    head: Place


def moves_of(
    network: Network,
    law: Law,
    use: Collection[str],
    cargo: Cargo,
    finite: npt.NDArray[np.bool_],
    starts: set[str],
    ends: set[str],
) -> list[Move]:
    """Find the moves of a cargo on its lawful ways from mines to markets.

    Parameters
    ----------
    network, law, use
        Nodes and open edges; rules in force; legal statuses that the study uses.
    cargo
        What is shipped.
    finite
        Edges of the network that have a cost for it.
    starts, ends
        Mines of the cargo's origin, and places of sale.

    Returns
    -------
    list of Move
        By the edges of the network. An edge comes once for each history that the law tells apart there or farther on.
    """
    commodity, edges = network.commodities[cargo.commodity], network.edges
    leaving: dict[str, list[int]] = defaultdict(list)
    for e in np.flatnonzero(finite).tolist():
        leaving[edges[e].tail].append(e)
    allowed: dict[Passed, npt.NDArray[np.bool_]] = {}
    unfolded: dict[tuple[str, Passed], list[tuple[int, tuple[str, Passed]]]] = {}
    queue = [(start, law.after((), start)) for start in sorted(starts)]
    while queue:
        node, passed = state = queue.pop()
        if state in unfolded:
            continue
        if passed not in allowed:
            allowed[passed] = law.verdict(commodity, cargo.origin, passed).allows(use)
        steps = [e for e in leaving[node] if allowed[passed][e]]
        unfolded[state] = [(e, (edges[e].head, law.after(passed, edges[e].head))) for e in steps]
        queue += [after for _, after in unfolded[state]]
    histories = np.array([*allowed.values()]) & finite
    differ = np.flatnonzero(histories.any(axis=0) & ~histories.all(axis=0)).tolist()
    open_pairs = ((edges[e].tail, edges[e].head) for e in np.flatnonzero(histories.any(axis=0)).tolist())
    told = _leading_to(open_pairs, {edges[e].tail for e in differ})

    def place(node: str, passed: Passed) -> Place:
        abroad = tuple(country for country in passed if country != cargo.origin)  # all of it has been at home
        return Place(*cargo, node, abroad if node in told else ())

    moves = [Move(e, place(*state), place(*after)) for state, steps in unfolded.items() for e, after in steps]
    sold = {move.head for move in moves if move.head.at in ends}
    useful = _leading_to(((move.tail, move.head) for move in moves), sold)
    kept = dict.fromkeys(move for move in moves if move.head in useful)
    return sorted(kept, key=lambda move: (move.edge, move.tail.passed))


def _leading_to(pairs: Iterable[tuple[T, T]], ends: set[T]) -> set[T]:
    """Everything from which one of the ends can be reached, those too; pairs are of before and after."""
    before: dict[T, list[T]] = defaultdict(list)
    for one, other in pairs:
        before[other].append(one)
    reached, queue = set(ends), list(ends)
    while queue:
        for found in before.get(queue.pop(), ()):
            if found not in reached:
                reached.add(found)
                queue.append(found)
    return reached
