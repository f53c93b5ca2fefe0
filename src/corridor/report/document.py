"""What all documents share: their heading, their tables, and names that were asked for."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from corridor.errors import UsageError, did_you_mean
from corridor.study import Outcome

SCHEMA_VERSION = 1

MOST_NAMES_LISTED = 30

Document = dict[str, Any]


def tables_of(document: Document) -> dict[str, list[Document]]:
    """Tables of a document for files of rows; each row says its scenario, date and what is assumed against the law."""
    said = {name: document[name] for name in ("scenario", "as_of", "price_year")}
    lifted = "; ".join(document["as_if_lifted"])
    return {
        name: [{**said, **row, "as_if_lifted": lifted} for row in rows]
        for name, rows in document.items()
        if isinstance(rows, list) and name != "as_if_lifted"
    }


def heading(outcome: Outcome) -> Document:
    """Say what a document speaks of: study, scenario, date, prices, input and what is assumed against the law."""
    return {
        "schema_version": SCHEMA_VERSION,
        "study": outcome.study.file.title,
        "scenario": outcome.scenario,
        "as_of": outcome.as_of.isoformat(),
        "price_year": outcome.price_year,
        "input_hash": outcome.study.input_hash,
        "as_if_lifted": list(outcome.lifted_measures),
    }


def finite(value: float) -> float | None:
    """A number as files can hold it: none where it is infinite or not a number."""
    return value if math.isfinite(value) else None


def known(outcome: Outcome, commodity: str | None) -> str | None:
    """Hand a commodity on if the study has it.

    Raises
    ------
    UsageError
        If it has not.
    """
    known_word(commodity, outcome.network.commodities, "commodity")
    return commodity


def known_word(word: str | None, known: Iterable[str], kind: str) -> None:
    """Check that a word, where one is said, is among those known.

    Raises
    ------
    UsageError
        If it is not; names near it are offered.
    """
    names = sorted(known)
    if word is not None and word not in names:
        listed = f" There are: {', '.join(names)}." if len(names) <= MOST_NAMES_LISTED else f" There are {len(names)}."
        raise UsageError(f'"{word}" is no {kind} of this study.{did_you_mean(word, names)}{listed}')
