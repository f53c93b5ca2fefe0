"""An outcome -> documents: what commands print and write, as plain records.

What needs more than the plan and the routes stands in a module of its own, to be imported where it is asked for.
"""

from __future__ import annotations

from corridor.report.document import Document, heading, known, known_word, tables_of
from corridor.report.netbacks import netback
from corridor.report.plan import next_best, solve
from corridor.report.routes import asked, compare, explain, summary
from corridor.report.tables import finding_record, sources

__all__ = [
    "Document",
    "asked",
    "compare",
    "explain",
    "finding_record",
    "heading",
    "known",
    "known_word",
    "netback",
    "next_best",
    "solve",
    "sources",
    "summary",
    "tables_of",
]
