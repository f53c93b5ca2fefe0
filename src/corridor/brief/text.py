"""Sentences are templates over facts: number agreement, lists, and the words for how sure something is."""

from __future__ import annotations

import re
import string
from collections.abc import Sequence
from typing import NamedTuple

from corridor.brief.document import Name, Run, Runs
from corridor.brief.facts import Fact

DIGIT = re.compile(r"\d")
Words = Run | Runs | Sequence[Run]


def say(template: str, /, **words: Words) -> Runs:
    """Fill a template.

    Parameters
    ----------
    template
        Words of ours with fields in braces, ``{who} carries {tonnes} Mt a year``.
    **words
        What stands for each field: runs, or a sequence of them.

    Raises
    ------
    ValueError
        If the template or a string holds a digit: a number is a fact, or it stands in the tables.
    """
    runs: list[Run] = []
    for literal, name, _, _ in string.Formatter().parse(template):
        if literal:
            runs.append(literal)
        if name is not None:
            filled = words[name]
            runs += [filled] if isinstance(filled, (str, Fact, Name)) or not isinstance(filled, Sequence) else filled
    for run in runs:
        if isinstance(run, str) and DIGIT.search(run):
            raise ValueError(f"a number without a fact: {run!r}")
    return joined(runs)


def joined(runs: Sequence[Run]) -> Runs:
    """Runs with neighbouring words of ours put together."""
    found: list[Run] = []
    for run in runs:
        if isinstance(run, str) and found and isinstance(found[-1], str):
            found[-1] += run
        elif run != "":
            found.append(run)
    return tuple(found)


def sentence(template: str, /, **words: Words) -> Runs:
    """Fill a template, and let it begin with a capital letter."""
    return capitalised(say(template, **words))


def capitalised(runs: Runs) -> Runs:
    """Runs whose first letter is a capital."""
    if not runs:
        return runs
    first, *rest = runs
    if isinstance(first, str):
        first = first[:1].upper() + first[1:]
    elif isinstance(first, Name):
        first = Name(first.text[:1].upper() + first.text[1:])
    return (first, *rest)


def listed(items: Sequence[Words]) -> Runs:
    """Items with commas, and an ``and`` before the last; ``none`` where there are none."""
    parts = [item if isinstance(item, tuple) else (item,) for item in items]
    if not parts:
        return ("none",)
    runs: list[Run] = [*parts[0]]
    for i, part in enumerate(parts[1:], start=2):
        runs += [" and " if i == len(parts) else ", ", *part]
    return joined(runs)


def plural(count: float, one: str, many: str | None = None) -> str:
    """The form of a word that goes with a count: ``many`` is ``one`` with an s unless said."""
    return one if count == 1 else many or f"{one}s"


class Likelihood(NamedTuple):
    """How sure something is: from which share on, and the words for it.

    Attributes
    ----------
    least
        The least share that it is said of.
    word
        As it stands before ``to be``: ``China is very likely to be the best way``.
    """

    least: float
    word: str


LIKELIHOODS = (
    Likelihood(0.95, "almost certain"),
    Likelihood(0.80, "very likely"),
    Likelihood(0.55, "likely"),
    Likelihood(0.45, "about as likely as not"),
    Likelihood(0.20, "unlikely"),
    Likelihood(0.05, "very unlikely"),
    Likelihood(0.0, "almost certain not"),
)
"""From the surest to the least sure. A share on a border has the surer word."""


def likelihood(share: float) -> Likelihood:
    """Find the words for a share of draws, by the whole percent that is printed of it.

    Raises
    ------
    ValueError
        If it is none.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"{share} is no share")
    printed = round(100 * share) / 100
    return next(known for known in LIKELIHOODS if printed >= known.least)
