"""Many-to-many cost, distance and time over a transport graph."""

from corridor.matrix.model import MatrixModel
from corridor.matrix.values import BY_STRETCH, ELEMENTS, CostMatrix, Points, Split, Weight

__all__ = ["BY_STRETCH", "ELEMENTS", "CostMatrix", "MatrixModel", "Points", "Split", "Weight"]
