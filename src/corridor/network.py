"""Tables on a date -> Network: nodes, directed edges, facilities."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from corridor.schema import Commodity, Link, Node
from corridor.tables import Tables
from corridor.values import holds

EARTH_RADIUS_KM = 6371.0


class Edge(NamedTuple):
    """A link in one direction."""

    link: Link
    tail: str
    head: str

    @property
    def id(self) -> str:
        """The link's id, with ``~`` before it where it is used against its direction."""
        return self.link.id if self.tail == self.link.from_node else f"~{self.link.id}"


@dataclass(frozen=True, slots=True)
class Network:
    """What is open on a date.

    Attributes
    ----------
    nodes
        By id.
    edges
        One for each direction in which a link may be used.
    commodities
        By id.
    """

    nodes: dict[str, Node]
    edges: tuple[Edge, ...]
    commodities: dict[str, Commodity]

    def takes(self, link: Link, commodity: Commodity) -> bool:
        """Tell whether a link accepts the commodity."""
        allowed = link.commodities
        return not allowed or commodity.id in allowed or commodity.group in allowed

    def useful(self, commodity: Commodity, markets: Collection[str]) -> npt.NDArray[np.bool_]:
        """Tell which edges take a commodity; sea edges only if they lead to one of its markets."""
        return np.array(
            [
                self.takes(edge.link, commodity) and (edge.link.kind != "sea" or edge.head in markets)
                for edge in self.edges
            ],
            dtype=bool,
        )

    def great_circle_km(self, one: str, other: str) -> float:
        """Distance between two nodes over the sphere, km."""
        a, b = self.nodes[one], self.nodes[other]
        lat_a, lat_b = math.radians(a.latitude_deg), math.radians(b.latitude_deg)
        half_dlat, half_dlon = (lat_b - lat_a) / 2, math.radians(b.longitude_deg - a.longitude_deg) / 2
        chord = math.sin(half_dlat) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin(half_dlon) ** 2
        return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(chord)))


def build_network(tables: Tables, as_of: dt.date) -> Network:
    """Take the links that are open on a day.

    Parameters
    ----------
    tables
        Checked tables.
    as_of
        The day.

    Returns
    -------
    Network
    """
    edges = []
    for link in tables["links"]:
        if link.status == "open" and holds(link.valid_from, link.valid_until, as_of):
            edges.append(Edge(link, link.from_node, link.to_node))
            if link.direction == "both":
                edges.append(Edge(link, link.to_node, link.from_node))
    return Network(
        nodes={node.id: node for node in tables["nodes"]},
        edges=tuple(edges),
        commodities={commodity.id: commodity for commodity in tables["commodities"]},
    )
