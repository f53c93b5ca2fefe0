"""Every number that a brief prints, with what it was computed from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from corridor.schema import BASES

ASSUMED = BASES[-1]
"""The basis of what nobody measured or published."""


@dataclass(frozen=True)
class Evidence:
    """What some facts rest on.

    Attributes
    ----------
    key
        Name that facts refer to it by.
    what
        What was computed, in words.
    command
        The command that prints it again, with all that stands behind it.
    rows
        Rows of tables, as ``tariffs.csv:23``.
    sources
        Ids of sources, the most used first.
    basis_shares
        Share of the dollars by the basis that they rest on; empty where that has no meaning.
    """

    key: str
    what: str
    command: str
    rows: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    basis_shares: Mapping[str, float] | None = None

    @property
    def assumed_share(self) -> float | None:
        """Share of the dollars that rests on assumed numbers; None where that has no meaning."""
        return self.basis_shares.get(ASSUMED, 0.0) if self.basis_shares else None

    def record(self) -> dict[str, Any]:
        """For the file of facts."""
        shares = dict(self.basis_shares) if self.basis_shares else None
        return {
            "key": self.key,
            "what": self.what,
            "command": self.command,
            "rows": list(self.rows),
            "sources": list(self.sources),
            "basis_shares": shares,
        }


@dataclass(frozen=True)
class Fact:
    """A number of a brief.

    Attributes
    ----------
    key
        Its name; a brief has each but once.
    shown
        As it is printed, with its range where it has one.
    value
        Unrounded; None where there is no single one.
    unit
        Of the value.
    formula
        How it was computed, in words.
    behind
        What it rests on.
    low, high
        Its range, unrounded; None where none is printed.
    """

    key: str
    shown: str
    value: float | str | None
    unit: str
    formula: str
    behind: Evidence
    low: float | None = None
    high: float | None = None

    def record(self) -> dict[str, Any]:
        """For the file of facts."""
        return {
            "key": self.key,
            "shown": self.shown,
            "value": self.value,
            "unit": self.unit,
            "low": self.low,
            "high": self.high,
            "formula": self.formula,
            "evidence": self.behind.key,
            "assumed_share": self.behind.assumed_share,
        }


def ledger(facts: Iterable[Fact]) -> dict[str, Fact]:
    """Facts by key, in the order in which they are printed.

    Raises
    ------
    RuntimeError
        If two facts have one key and are not the same.
    """
    found: dict[str, Fact] = {}
    for fact in facts:
        known = found.setdefault(fact.key, fact)
        if known != fact:
            raise RuntimeError(f"two facts are called {fact.key}: {known.shown} and {fact.shown}")
    return found
