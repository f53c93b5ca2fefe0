"""Every error that corridor raises on purpose.

::

    CorridorError                exit code
    ├── UsageError               2   a command or a call was put together wrongly
    ├── InputError               3   tables or study hold faults (all of them are listed)
    ├── NoAnswerError            4   nothing is reachable, lawful or feasible
    │   └── InfeasibleError      4   a limit demands what cannot be had
    └── MissingExtraError        5   an optional package or a source is absent

A solver that stops early or a bug of ours is not a ``CorridorError``: it ends as exit code 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


class CorridorError(Exception):
    """Base of all errors that corridor raises on purpose."""

    exit_code = 1


class UsageError(CorridorError):
    """A command or a call was put together wrongly."""

    exit_code = 2


class NoAnswerError(CorridorError):
    """Nothing is reachable, lawful or feasible."""

    exit_code = 4


class InfeasibleError(NoAnswerError):
    """A limit demands what cannot be had. ``rows`` has the kind and name of each row of an irreducible conflict."""

    def __init__(self, message: str, rows: Iterable[tuple[str, str]] = ()) -> None:
        self.rows = tuple(rows)
        super().__init__(message)


class MissingExtraError(CorridorError):
    """An optional package or a source is absent."""

    exit_code = 5


@dataclass(frozen=True, order=True, slots=True)
class Fault:
    """One thing wrong with the input: where it stands, what stands there, what would be right."""

    file: str
    row: int | None
    column: str | None
    message: str

    def __str__(self) -> str:
        place = self.file if self.row is None else f"{self.file}:{self.row}"
        column = f' column "{self.column}":' if self.column else ""
        return f"{place}:{column} {self.message}"


class InputError(CorridorError):
    """Tables or study hold faults. ``faults`` has every one of them, ``outcome`` what was done all the same."""

    exit_code = 3

    def __init__(self, faults: Iterable[Fault], outcome: str = "Nothing was computed or written.") -> None:
        self.outcome = outcome
        self.faults = sorted(set(faults), key=lambda f: (f.file, f.row or 0, f.column or "", f.message))
        super().__init__("\n".join(map(str, self.faults)))


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """Return a hint that names the nearest known word, or nothing where none is near."""
    import difflib  # only needed when something is wrong

    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f' Did you mean "{near[0]}"?' if near else ""
