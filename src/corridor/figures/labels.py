"""Names on a map, placed so that none lies on another: the most important first, what finds no room is left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from corridor.figures import layout
from corridor.values import Floats

GAPS_PT = (4.0, 8.0, 14.0)
"""Distances from its point at which a name is tried."""

SIDES = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1))
APART = np.array([-2.0, -0.5, 2.0, 0.5])
"""Names keep so far from each other: left, below, right, above, pt."""

LEADER_PT = 5.0
"""From this distance on a thin line leads from the name to its point."""


class Label(NamedTuple):
    """A name and where it points to.

    Attributes
    ----------
    x, y
        Points of the page.
    lines
        Texts, one below the other.
    rank
        The lower, the sooner it is placed.
    size
        Of the letters, pt.
    bold
        Whether the first line is bold.
    on
        Where it may stand, its middle on one of these points, the best first: for what fills an area. Empty: beside its
        point.
    """

    x: float
    y: float
    lines: tuple[str, ...]
    rank: float
    size: float
    bold: bool = False
    on: tuple[tuple[float, float], ...] = ()


class Placed(NamedTuple):
    """A label with its box (left, bottom, right, top), points of the page."""

    label: Label
    box: tuple[float, float, float, float]

    @property
    def leads(self) -> bool:
        """Whether a line must lead to its point."""
        left, bottom, right, top = self.box
        away = max(left - self.label.x, self.label.x - right, bottom - self.label.y, self.label.y - top)
        return not self.label.on and away >= LEADER_PT


def place(labels: Sequence[Label], points: Floats, lines: Floats, width_pt: float, height_pt: float) -> list[Placed]:
    """Place labels on a map.

    Parameters
    ----------
    labels
        In any order.
    points
        Marks that no name may cover, n x 2.
    lines
        Points along lines that names had better not cover, n x 2.
    width_pt, height_pt
        Size of the map: no name leaves it.
    """
    placed: list[Placed] = []
    taken = np.empty((0, 4))
    marks = np.column_stack([points - 2.0, points + 2.0]) if len(points) else taken
    for label in sorted(labels, key=lambda one: (one.rank, one.lines, one.x, one.y)):
        boxes = _candidates(label)
        inside = (boxes[:, :2] >= 1).all(axis=1) & (boxes[:, 2] <= width_pt - 1) & (boxes[:, 3] <= height_pt - 1)
        free = inside & ~_overlap(boxes + APART, taken).any(axis=1)
        covered = _overlap(boxes, marks).sum(axis=1) * 40.0 + _holds(boxes, lines).sum(axis=1)
        if label.on:
            free &= covered == 0
        covered = covered + 1.5 * np.arange(len(boxes))
        if not free.any():
            continue
        best = int(np.flatnonzero(free)[np.argmin(covered[free])])
        box = boxes[best]
        placed.append(Placed(label, (float(box[0]), float(box[1]), float(box[2]), float(box[3]))))
        taken = np.vstack([taken, box])
    return placed


def size_pt(label: Label) -> tuple[float, float]:
    """Width and height of a label's texts."""
    widths = [
        layout.POINTS_PER_INCH * layout.width(text, label.size, bold=label.bold and i == 0)
        for i, text in enumerate(label.lines)
    ]
    return max(widths), line_pt(label) * len(label.lines)


def line_pt(label: Label) -> float:
    """Height of one line."""
    return 1.22 * label.size


def _candidates(label: Label) -> Floats:
    """Boxes around a point, the best first."""
    width, height = size_pt(label)
    if label.on:
        return np.array([(x - width / 2, y - height / 2, x + width / 2, y + height / 2) for x, y in label.on])
    boxes = []
    for gap in GAPS_PT:
        for dx, dy in SIDES:
            reach = gap if 0 in (dx, dy) else 0.7 * gap
            x = label.x + (reach if dx > 0 else -reach - width if dx < 0 else -width / 2)
            y = label.y + (reach if dy > 0 else -reach - height if dy < 0 else -height / 2)
            boxes.append((x, y, x + width, y + height))
    return np.array(boxes)


def _overlap(boxes: Floats, others: Floats) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    """Which boxes lie on which others."""
    a, b = boxes[:, None, :], others[None, :, :]
    return np.asarray(
        (a[..., 0] < b[..., 2]) & (b[..., 0] < a[..., 2]) & (a[..., 1] < b[..., 3]) & (b[..., 1] < a[..., 3])
    )


def _holds(boxes: Floats, points: Floats) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    """Which boxes hold which points."""
    x, y = (points[None, :, 0], points[None, :, 1]) if len(points) else (np.empty((1, 0)), np.empty((1, 0)))
    b = boxes[:, :, None]
    return np.asarray((b[:, 0] < x) & (x < b[:, 2]) & (b[:, 1] < y) & (y < b[:, 3]))
