"""The typed links and the measured geography check each other."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from corridor.earth import chord_km, unit_vectors
from corridor.errors import Fault, InputError
from corridor.geodata.crosscheck import CrossCheck, Pair, searoute_check
from corridor.geodata.graph import MODES, GeoGraph
from corridor.geodata.places import Places
from corridor.geodata.sea import SEA_ROUTES, read_sea_routes
from corridor.paths import Floats, Ints, WeightedGraph
from corridor.schema import Link, Node, Reason
from corridor.tables import Tables, read_rows
from corridor.units import parse

MOST_DIFFERENCE = 0.05
"""Share by which a measured railway or sea route may differ from the typed one without a written reason."""
SNAP_KM = 25.0
"""How far from a graph a node may lie: positions of stations were set by hand."""
MEASURED = ("rail", "road", "sea")
"""Kinds that have a length."""
HELD_TO_IT = ("rail", "sea")
"""Kinds that are held to the limit; roads of the graph are mostly chords."""
EXCEPTIONS = "exceptions.csv"


class Finding(NamedTuple):
    """A link's typed and measured length.

    Attributes
    ----------
    link, kind, status
        As in ``links.csv``.
    typed_km, measured_km
        The second is None where nothing could be measured.
    difference
        Measured over typed, less 1.
    verdict
        ``agrees``, ``exception`` (with its reason), ``differs`` (from the typed length, or from what its exception
        accepts), ``not measured``, ``needless exception`` (it agrees without one), or ``not judged`` (roads, planned
        lines).
    reason
        Why it may differ, or why nothing could be measured.
    line
        Longitude and latitude of its points, for maps; a straight line where nothing better is known.
    schematic
        Whether the line is straight or drawn by hand.
    """

    link: str
    kind: str
    status: str
    typed_km: float
    measured_km: float | None
    difference: float | None
    verdict: str
    reason: str
    line: Floats
    schematic: bool


def audit(tables: Tables, folder: str | Path) -> list[Finding]:
    """Measure every rail, road and sea link of a study.

    Parameters
    ----------
    tables
        The study's tables.
    folder
        Holds the committed geography: graphs, sea routes, ``exceptions.csv``.

    Returns
    -------
    list of Finding
        In the order of the tables.

    Raises
    ------
    InputError
        If a file of the geography is missing or damaged, or an exception names no link, or one that has an exception.
    """
    folder = Path(folder)
    reasons = _reasons(folder / EXCEPTIONS, {link.id for link in tables["links"] if link.kind in MEASURED})
    nodes = {node.id: node for node in tables["nodes"]}
    typed = {row.subject: row.central * parse(row.unit)[1] for row in tables["lengths"]}
    over_land = {mode: _Way(GeoGraph.read(folder, mode, shapes=True), mode) for mode in ("rail", "road")}
    by_sea = _sea(folder)
    findings = []
    for link in tables["links"]:
        if link.kind in MEASURED:
            ends = nodes[link.from_node], nodes[link.to_node]
            km, line, schematic, why = (
                by_sea.get((link.from_node, link.to_node), (None, _straight(ends), True, "not in sea_routes.parquet"))
                if link.kind == "sea"
                else over_land[link.kind].between(ends)
            )
            findings.append(_finding(link, typed[link.id], km, line, why, reasons.get(link.id), schematic=schematic))
    return findings


def faults(findings: Iterable[Finding]) -> list[Fault]:
    """What of an audit has to be mended: lengths that differ or could not be measured, and needless exceptions."""
    mend = {
        "differs": "Mend it, or say why and by how much in exceptions.csv.",
        "not measured": "Mend it or say why in exceptions.csv.",
    }
    wrong = [
        Fault("lengths.csv", None, f.link, f"{f.verdict}: {_measured(f)}. {mend[f.verdict]}")
        for f in findings
        if f.verdict in mend
    ]
    return wrong + [
        Fault(EXCEPTIONS, None, f.link, f"covers nothing any more: {_measured(f)}. Remove its row.")
        for f in findings
        if f.verdict == "needless exception"
    ]


def _measured(finding: Finding) -> str:
    if finding.measured_km is None or finding.difference is None:
        return f"typed {finding.typed_km:g} km"
    return f"typed {finding.typed_km:g} km, measured {finding.measured_km:.1f} km ({finding.difference:+.1%})"


def _reasons(path: Path, links: Collection[str]) -> dict[str, Reason]:
    """Exceptions by their link; none where there is no file."""
    rows: list[Reason] = read_rows(path, Reason)[0] if path.exists() else []
    first: dict[str, Reason] = {}
    wrong = []
    for row in rows:
        if row.link not in links:
            wrong.append(Fault(path.name, row.number, "link", f'"{row.link}" is no link that is measured.'))
        elif first.setdefault(row.link, row) is not row:
            message = f'"{row.link}" stands in row {first[row.link].number} already. Keep one.'
            wrong.append(Fault(path.name, row.number, "link", message))
    if wrong:
        raise InputError(wrong)
    return first


def cross_check(tables: Tables, findings: Sequence[Finding]) -> dict[str, CrossCheck]:
    """Lengths of searoute beside the measured sea links, by link; told, never judged and never a cost.

    Raises
    ------
    MissingExtraError
        If searoute is not installed: ``pip install corridor[crosscheck]``.
    """
    ends = {link.id: (link.from_node, link.to_node) for link in tables["links"]}
    at_sea = [(f.link, f.measured_km) for f in findings if f.kind == "sea"]
    pairs = {link: Pair(*ends[link], km) for link, km in at_sea if km is not None}
    used = {name for pair in pairs.values() for name in pair[:2]}
    nodes = [node for node in tables["nodes"] if node.id in used]
    places = Places(
        np.array([node.id for node in nodes], dtype=np.str_),
        np.array([node.longitude_deg for node in nodes]),
        np.array([node.latitude_deg for node in nodes]),
    )
    return dict(zip(pairs, searoute_check(places, list(pairs.values())), strict=True))


def _finding(
    link: Link, typed: float, km: float | None, line: Floats, why: str, reason: Reason | None, *, schematic: bool
) -> Finding:
    difference = None if km is None else km / typed - 1
    if difference is None or abs(difference) > MOST_DIFFERENCE:
        schematic = True
    verdict, told = _verdict(link, difference, reason), reason.reason if reason else why
    return Finding(link.id, link.kind, link.status, typed, km, difference, verdict, told, line, schematic)


def _verdict(link: Link, difference: float | None, reason: Reason | None) -> str:
    if difference is not None and abs(difference) <= MOST_DIFFERENCE:
        return "needless exception" if reason else "agrees"
    if reason:
        if _accepts(reason, difference):
            return "exception"
    elif link.kind not in HELD_TO_IT or link.status != "open":
        return "not judged"
    return "not measured" if difference is None else "differs"


def _accepts(reason: Reason, difference: float | None) -> bool:
    """Whether an exception covers what was measured, and not more or less than it."""
    least, most = reason.least_difference, reason.most_difference
    if difference is None or least is None or most is None:
        return difference is None and least is None
    return least <= difference <= most


class _Way:
    """Shortest ways over the edges of one mode."""

    def __init__(self, graph: GeoGraph, mode: str) -> None:
        self._graph = graph
        self._edge = np.flatnonzero(graph.mode == MODES.index(mode))
        ends = np.column_stack([graph.edge_from, graph.edge_to])[self._edge]
        self._served = np.unique(ends)
        self._km = graph.length_km[self._edge]
        self._rows = WeightedGraph(graph.n_nodes, ends)
        self._unit = unit_vectors(graph.longitude_deg[self._served], graph.latitude_deg[self._served])

    def between(self, ends: tuple[Node, Node]) -> tuple[float | None, Floats, bool, str]:
        """Length, line, whether the line is schematic, and why there is no length."""
        start, stop = (self._near(end) for end in ends)
        if start is None or stop is None:
            far = ends[0] if start is None else ends[1]
            return None, _straight(ends), True, f"{far.id} lies more than {SNAP_KM:g} km from the graph"
        if start == stop:
            return None, _straight(ends), True, "both ends fall on one node of the graph"
        [(_, tree)] = self._rows.trees(self._km, [start])
        km = float(tree.distance[0, stop])
        if not np.isfinite(km):
            return None, _straight(ends), True, "the graph has no way between its ends"
        line, schematic = self._line(tree.parent[0].astype(np.int64), stop)
        return km, line, schematic, ""

    def _near(self, place: Node) -> int | None:
        """The node nearest to a node of the study, on its gauge where it has one; None where it lies too far."""
        chord = np.linalg.norm(self._unit - unit_vectors([place.longitude_deg], [place.latitude_deg]), axis=1)
        gauge = self._graph.gauge_mm[self._served]
        fits = (gauge == place.gauge) if place.gauge else np.ones(len(gauge), dtype=bool)
        if not fits.any():
            return None
        nearest = np.flatnonzero(fits)[np.argmin(chord[fits])]
        return int(self._served[nearest]) if chord_km(chord[nearest]) <= SNAP_KM else None

    def _line(self, parent: Ints, at: int) -> tuple[Floats, bool]:
        pieces, schematic = [], False
        while parent[at] >= 0:
            before = int(parent[at])
            found = self._rows.edges_between(self._km, np.array([before]), np.array([at]))
            edge = int(self._edge[found[0]])
            line = np.asarray(self._graph.shape[edge])
            pieces.append(line if self._graph.edge_to[edge] == at else line[::-1])
            schematic |= bool(self._graph.schematic[edge])
            at = before
        return np.vstack(pieces[::-1]), schematic


def _straight(ends: tuple[Node, Node]) -> Floats:
    return np.array([[end.longitude_deg, end.latitude_deg] for end in ends])


def _sea(folder: Path) -> dict[tuple[str, str], tuple[float | None, Floats, bool, str]]:
    """Ways of sea_routes.parquet by their ends."""
    routes = read_sea_routes(folder / SEA_ROUTES)
    return {(route.origin, route.destination): (route.length_km, route.line, False, "") for route in routes}
