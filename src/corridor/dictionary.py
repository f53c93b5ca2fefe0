"""The schema -> docs/data-dictionary.md, so that the page cannot say other than the checks do."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any, get_args

from corridor import units
from corridor.schema import (
    CARGO,
    FILES,
    NEEDED_BY_CARGO,
    NEEDED_BY_LINK,
    NEEDED_OF_EMISSIONS,
    PARAMETERS,
    STRUCTURE_TABLES,
    WORKS,
    Row,
    Value,
)

_HEAD = """# Data dictionary

Written by `make docs` from `src/corridor/schema.py`; `make check` fails where the two differ.

A data folder holds one CSV file a table: UTF-8, a comma between cells, dates as 2015-06-22. *Structure* tables say what
there is; *value* tables hold the numbers, one a row, all with the same columns.
"""


def data_dictionary() -> str:
    """Markdown text of the data dictionary."""
    parts = [_HEAD]
    for table, model in STRUCTURE_TABLES.items():
        parts.append(f"## {table}.csv\n\n{_meaning(model)}\n\n{_columns(model)}")
    parts.append(f"## Value tables\n\n{_meaning(Value)}\n\n{_columns(Value)}")
    parts.append(
        "A row's `low` and `high` are the ends of what the number may be. `basis`: observed (a statistic), published,\n"
        "estimated (computed from published figures), assumed. `grade`: A a primary or well-attested figure, B one\n"
        "secondary source or a derivation, C weak, D unsupported. The parameters:"
    )
    lines = [
        "| table | parameter | of a | unit | may be written in | range | linear | meaning |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, p in sorted(PARAMETERS.items(), key=lambda pair: (pair[1].table, pair[0])):
        written = ", ".join(units.known(p.unit))
        span = f"{p.minimum:g} to {p.maximum:g}"
        subject = p.subject.replace("_", " ")
        linear = "yes" if p.linear else "no"
        cells = (p.table, f"`{name}`", subject, p.unit, written, span, linear, p.meaning)
        lines.append(f"| {' | '.join(cells)} |")
    parts.append("\n".join(lines))
    parts.append(
        "Units with USD may be written with CNY, MNT, RUB, JPY or KRW in its place; they convert at the mean rate of\n"
        "the row's own year and are restated to dollars of the study's price year. `linear`: cost or price is\n"
        "linear in it, so that sensitivity to it can be exact. What a link must have, by kind:"
    )
    kinds = ["| kind | needs |", "|---|---|"]
    kinds += [f"| {kind} | {', '.join(f'`{name}`' for name in names)} |" for kind, names in NEEDED_BY_LINK.items()]
    parts.append("\n".join(kinds))
    of_emissions = ", ".join(f"{kind} `{name}`" for kind, names in NEEDED_OF_EMISSIONS.items() for name in names)
    parts.append(
        "A study may have no `emissions.csv`: then nothing is said of emissions. With one, links need besides:\n"
        f"{of_emissions}; and the ships' fuel its `fuel_emission`."
    )
    of_cargo = ", ".join(f"`{name}`" for name in NEEDED_BY_CARGO)
    parts.append(
        f"Every study has in `finance.csv` a {of_cargo} of `{CARGO}`, for all commodities or for each; and a\n"
        f"`discount_rate` of `{WORKS}` if anything has a cost of building."
    )
    parts.append(
        "## Other files\n\nThey are no tables of a study: `corridor audit` reads `exceptions.csv`,\n"
        "`corridor sensitivity` `monthly_prices.csv` and `corridor matrix` the others, under whatever name."
    )
    parts += [f"### {name}\n\n{_meaning(model)}\n\n{_columns(model)}" for name, model in FILES.items()]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _meaning(model: type[Row]) -> str:
    return re.sub(r"\s+", " ", (model.__doc__ or "").split(":", 1)[-1].replace("``", "`")).strip()


def _columns(model: type[Row]) -> str:
    lines = ["| column | values | must be there | meaning |", "|---|---|---|---|"]
    for name, column in model.model_fields.items():
        lines.append(
            f"| `{name}` | {_values(column.annotation)} | {'yes' if column.is_required() else 'no'} "
            f"| {column.description or ''} |"
        )
    return "\n".join(lines)


def _values(annotation: Any) -> str:
    text = str(annotation)
    if "Literal" in text:
        found = get_args(annotation)
        options = [option for item in found for option in (get_args(item) or (item,)) if isinstance(option, str | int)]
        return ", ".join(map(str, options))
    for mark, word in (("date", "date"), ("tuple", "words"), ("float", "number"), ("int", "whole number")):
        if mark in text:
            return word
    return "text"


if __name__ == "__main__":
    if sys.argv[1] == "-":
        sys.stdout.write(data_dictionary())
    else:
        Path(sys.argv[1]).write_text(data_dictionary(), encoding="utf-8")
