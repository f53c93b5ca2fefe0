"""Tables on a date -> Network: nodes, directed edges, facilities."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from corridor.earth import great_circle_km
from corridor.schema import Commodity, Link, Node
from corridor.tables import Tables
from corridor.values import holds


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
        return float(great_circle_km(a.longitude_deg, a.latitude_deg, b.longitude_deg, b.latitude_deg))


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
