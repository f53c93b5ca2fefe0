"""Every chart, from results to SVG, PNG or PDF: the only rooms that know matplotlib.

A chart is a function from what was computed to a :class:`~corridor.figures.style.Picture`, whose title is a claim that
follows from the numbers, whichever way they fall.
"""

from __future__ import annotations

from pathlib import Path

from corridor.errors import UsageError, did_you_mean
from corridor.figures.netback import netback
from corridor.figures.regime import regime_of
from corridor.figures.style import FORMS, Picture

__all__ = ["FIGURES", "Picture", "form_of", "netback", "regime_of"]

FIGURES = ("netback", "regime")
"""What ``corridor figure`` can draw by name."""


def form_of(name: str, place: Path) -> str:
    """Form in which a figure is written to a place, both names being known.

    Raises
    ------
    UsageError
        If there is no such figure, or no such form.
    """
    if name not in FIGURES:
        raise UsageError(f'there is no figure "{name}".{did_you_mean(name, FIGURES)} There are: {", ".join(FIGURES)}.')
    form = place.suffix.removeprefix(".").lower()
    if form not in FORMS:
        ending = f'"{place.suffix}"' if place.suffix else "no ending"
        raise UsageError(f"{place} has {ending}: a figure is written as {', '.join(f'.{known}' for known in FORMS)}.")
    return form
