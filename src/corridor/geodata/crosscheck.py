"""Sea lengths of another package beside ours. Never a cost: where the two differ, ours is looked at again by hand."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import NamedTuple

from corridor.earth import great_circle_km
from corridor.errors import Fault, InputError, MissingExtraError
from corridor.geodata.places import Places

FAR_KM = 25.0
"""How far a port may lie from the node that searoute puts it on before it is told: searoute leaves that way out."""

_TURN_DEG = 360.0
_DIGITS_DEG = 4  # nodes of its network lie further apart


class Pair(NamedTuple):
    """Two ports and what we measured between them, km."""

    origin: str
    destination: str
    length_km: float


class CrossCheck(NamedTuple):
    """Our length and that of searoute.

    Attributes
    ----------
    origin, destination
        Ids.
    length_km
        Ours.
    searoute_km
        From the one's node to the other's, without the ways between ports and nodes; None where it has no way or gives
        a length of 0.
    ratio
        Searoute's over ours; None where there is none of searoute.
    note
        What is wrong with searoute's length; blank where nothing is known to be.
    """

    origin: str
    destination: str
    length_km: float
    searoute_km: float | None
    ratio: float | None
    note: str


class _Way(NamedTuple):
    """What searoute says: length, and the nodes where the way begins and ends; None where it has no way."""

    km: float
    ends: tuple[tuple[float, float], tuple[float, float]] | None


def searoute_check(places: Places, pairs: Sequence[Pair]) -> list[CrossCheck]:
    """Hold sea lengths against those of searoute.

    Its known traps are told: a length of 0 (both ports on one node, or no way under its restrictions), a port on the
    same node as another one, a port far from its node.

    Parameters
    ----------
    places
        Ports of the pairs.
    pairs
        With our lengths.

    Returns
    -------
    list of CrossCheck
        In the order of the pairs.

    Raises
    ------
    MissingExtraError
        If searoute is not installed.
    InputError
        Lists every port of a pair that is no place, and every length that is not above 0.

    Notes
    -----
    searoute, Apache License 2.0, has its network with it and asks no server. It keeps to its own restriction, the
    Northwest Passage closed; it knows nothing of rows typed by hand.
    """
    known = {name: i for i, name in enumerate(places.id.tolist())}
    faults = [
        Fault("pairs", row, None, f'"{name}" is none of the places.')
        for row, pair in enumerate(pairs, start=1)
        for name in pair[:2]
        if name not in known
    ]
    faults += [
        Fault("pairs", row, "length_km", f"{pair.length_km:g} is no length above 0.")
        for row, pair in enumerate(pairs, start=1)
        if not 0 < pair.length_km < math.inf
    ]
    if faults:
        raise InputError(faults)
    at = {name: (float(places.longitude_deg[i]), float(places.latitude_deg[i])) for name, i in known.items()}
    ways = [_way(at[pair.origin], at[pair.destination]) for pair in pairs]
    node = {
        name: end
        for pair, way in zip(pairs, ways, strict=True)
        if way.ends
        for name, end in zip(pair[:2], way.ends, strict=True)
    }
    return [_judged(pair, way, at, node) for pair, way in zip(pairs, ways, strict=True)]


def _way(start: tuple[float, float], stop: tuple[float, float]) -> _Way:
    try:
        from searoute import searoute
    except ImportError:
        raise MissingExtraError(
            "searoute is not installed. Install it with: pip install corridor[crosscheck]"
        ) from None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns where it has no way; that is told with the pair
        found = searoute([*start], [*stop])
    line = found["geometry"]["coordinates"]
    # of a way across the antimeridian the longitudes run on
    ends = [
        (round((x + 180.0) % _TURN_DEG - 180.0, _DIGITS_DEG), round(y, _DIGITS_DEG))
        for x, y in line[:: len(line) - 1 or 1]
    ]
    return _Way(float(found["properties"]["length"]), (ends[0], ends[-1]) if ends else None)


def _judged(
    pair: Pair, way: _Way, at: dict[str, tuple[float, float]], node: dict[str, tuple[float, float]]
) -> CrossCheck:
    if way.ends is None:
        return CrossCheck(*pair, None, None, "no way")
    notes = []
    for name in pair[:2]:
        others = sorted(other for other, end in node.items() if end == node[name] and other not in pair[:2])
        if others:
            notes.append(f"{name} is on one node with {', '.join(others)}")
        away = float(great_circle_km(*at[name], *node[name]))
        if away > FAR_KM:
            notes.append(f"{name} is {away:.0f} km from its node")
    if node[pair.origin] == node[pair.destination]:
        notes.insert(0, "both ends on one node")
    if not 0 < way.km < math.inf:
        return CrossCheck(*pair, None, None, "; ".join(notes or ["no length"]))
    return CrossCheck(*pair, way.km, way.km / pair.length_km, "; ".join(notes))
