"""Sections of a brief, each made from a view."""

from __future__ import annotations

from collections.abc import Callable

from corridor.brief.document import Section
from corridor.brief.sections.change import change
from corridor.brief.sections.comparison import compared
from corridor.brief.sections.costs import costs
from corridor.brief.sections.dependence import dependence
from corridor.brief.sections.focus import needed
from corridor.brief.sections.glance import glance
from corridor.brief.sections.law import law
from corridor.brief.sections.limits import limits
from corridor.brief.sections.scenarios import scenarios
from corridor.brief.sections.sureness import sureness
from corridor.brief.view import View

SECTIONS: tuple[Callable[[View], Section | None], ...] = (
    glance,
    compared,
    costs,
    sureness,
    change,
    needed,
    dependence,
    scenarios,
    law,
    limits,
)
"""In their order; None where a section has nothing to say."""
