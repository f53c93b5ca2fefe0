"""Real geography: from sources of the world's railways, roads and seas to graphs, lengths and shapes."""

from corridor.geodata.graph import MODES, GeoGraph

__all__ = ["MODES", "GeoGraph"]
