"""What all tables on a terminal share: headline, columns, numbers, and how a way is named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from corridor.study import Outcome

NARROWEST = 80

LEAST_SHOWN_USD_PER_T = 0.01

SIGNIFICANT = 4

NOT_ADVICE = "Law: informs, is no legal advice."


def title(outcome: Outcome, what: str) -> RenderableType:
    """Headline of every table, which says so where the law is assumed away."""
    line = f"{what} · {outcome.scenario} · as of {outcome.as_of} · USD of {outcome.price_year}"
    return headline(outcome, line)


def headline(outcome: Outcome, line: str) -> RenderableType:
    """A headline with other words; what is assumed away of the law stands below it."""
    parts: list[RenderableType] = [Text(line, style="bold"), Text(outcome.study.file.title)]
    if outcome.lifted_measures:
        parts.append(
            Text(f"COUNTERFACTUAL, NOT THE LAW: as if lifted: {', '.join(outcome.lifted_measures)}", style="bold red")
        )
    return Group(*parts, Text(""))


def table(*columns: str, right: Sequence[str] = ()) -> Table:
    """A plain table; columns named in ``right`` hold numbers."""
    made = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim")
    for column in columns:
        made.add_column(
            column, justify="right" if column in right else "left", no_wrap=column in right, overflow="fold"
        )
    return made


def listed(rows: Iterable[dict[str, Any]], columns: Mapping[str, str | tuple[str, int]]) -> Table:
    """A table of records: below each heading the text under a key, or the number under a key to so many digits."""
    numbers = [heading for heading, shown in columns.items() if not isinstance(shown, str)]
    made = table(*columns, right=numbers)
    for row in rows:
        cells = (
            row[shown] if isinstance(shown, str) else number(row[shown[0]], shown[1]) for shown in columns.values()
        )
        made.add_row(*cells)
    return made


def number(value: float | None, digits: int = 1) -> str:
    """A number for reading; a dash where there is none."""
    return "–" if value is None else f"{value:,.{digits}f}"


def significant(value: float) -> str:
    """A number to four digits, and all of those before the point: parameters are of any size."""
    whole = f"{value:,.0f}"
    return whole if len(whole.lstrip("-")) > SIGNIFICANT else f"{value:.{SIGNIFICANT}g}"


def way(gateway: str, entry: str) -> str:
    """Gateway and the border crossing before it; one name where they are the same."""
    return gateway if gateway == entry else f"{gateway} < {entry}"
