"""What a cargo may do by law: the network unfolded by what it has passed -> moves from state to state."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from corridor.law import Law, Passed
from corridor.network import Network
from corridor.paths import reached


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

    def allowed(passed: Passed) -> npt.NDArray[np.bool_]:
        return law.verdict(commodity, cargo.origin, passed).allows(use) & finite

    unfolded = law.unfolded(starts, allowed)
    histories = np.array([allowed(passed) for passed in dict.fromkeys(here.passed for here in unfolded)])
    differ = np.flatnonzero(histories.any(axis=0) & ~histories.all(axis=0)).tolist()
    back = ((edges[e].head, edges[e].tail) for e in np.flatnonzero(histories.any(axis=0)).tolist())
    told = reached(back, {edges[e].tail for e in differ})

    def place(node: str, passed: Passed) -> Place:
        abroad = tuple(country for country in passed if country != cargo.origin)  # all of it has been at home
        return Place(*cargo, node, abroad if node in told else ())

    moves = [Move(e, place(*here), place(*there)) for here, steps in unfolded.items() for e, there in steps]
    sold = {move.head for move in moves if move.head.at in ends}
    useful = reached(((move.head, move.tail) for move in moves), sold)
    kept = dict.fromkeys(move for move in moves if move.head in useful)
    return sorted(kept, key=lambda move: (move.edge, move.tail.passed))
