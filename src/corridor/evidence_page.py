"""What speaks for the numbers -> docs/validation.md, so that the page cannot say other than the commands do."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from corridor.evidence.backcast import backcast
from corridor.evidence.quality import MOST, Grounded, Work, grades, grounded, work_list
from corridor.evidence.validate import validate
from corridor.report.evidence import backcasts, validation
from corridor.report.routes import summary
from corridor.schema import BASES
from corridor.screen.parts import significant
from corridor.study import Outcome, read_study

_HEAD = """# Validation

Written by `make docs` from `data/rason/validation.csv` and the model; `make check` fails where they differ.
`corridor validate` prints the same, and `corridor validate --cases FILE` asks cases of your own: a case is a row
([columns](data-dictionary.md)).

What others have published, and what the committed study says of the same thing on the same day, in dollars of the same
year. No number was bent to meet a case. Where a number rests on a case, the case proves nothing: such cases are
*fitted*, and counted apart. A case whose published side is only an assumption is told and not counted.

The model's value has every number at its centre. Its range has the percentiles 5 and 95 of {draws:,} draws, in which
each number lies within its own low, central and high (PERT; all rates of one operator move together), on the way that
is the cheapest at the centre. Ranges *meet* where they have a value in common. A single published value has a range of
our own around it where the remark says so, else none.
"""


_BACKCAST = """## Years as they were

`corridor backcast` solves 2013, 2015, 2017, 2019, 2021, 2023 and 2024 with the links, capacities, law and prices of
each year, and sets the plan beside what was shipped (`data/rason/shipments.csv`). No capacity of a crossing and no
traffic taken off it was typed from the same year's throughput: it is what was stated, planned or aimed at, or what
other years had carried; in 2020 to 2022 it is that of the closures, from trucks a day. What a mine can dig is given, so
that its total is no proof where it sells all of it. Where months were made a year, or freight stands for coal, the
remark says so, and the observed range is as wide as that leaves it. The *rival* is the last known year's share of the
total times this year's total, which no forecast knows beforehand. R² stands where four or more crossings were
observed; below 0 the mean would have been nearer. Crossings that were only told together count as one.

The model's range has the percentiles 5 and 95 of plans for 64 draws of all numbers, and the central plan's value where
that lies beyond them; *width* is its length, *meet* how many crossings' ranges have a value in common."""

_GROUNDS = """## What the cost of the headline routes rests on

`corridor sources --audit` prints this for any scenario. Scenario `{scenario}`, as of {as_of}: of each commodity from
its largest mine to its main market, the cheapest route of each corridor. A dollar counts as its worst input."""

_WORK = """### Work list

The lead of a commodity is how far its best corridor's first tonne lies ahead of the next corridor's, USD/t. These are
the assumed numbers whose range, alone, takes most of a lead away: where the next published figure would tell most."""


def evidence_page(outcome: Outcome) -> str:
    """Markdown text of the page."""
    past = backcasts(outcome, backcast(outcome.study, outcome.study.tables["shipments"]))
    document = validation(outcome, validate(outcome.study, outcome.study.tables["validation"], "validation.csv"))
    rows = document["rows"]
    parts = [_HEAD.format(draws=document["draws"]), "## In short", _short(document), _groups(document["summary"])]
    counted = [row for row in rows if row["counted"] and not row["fitted"]]
    chosen = {
        "Where the ranges do not meet": [row for row in counted if not row["overlap"]],
        "Where they meet": [row for row in counted if row["overlap"]],
        "Fitted: a number rests on the case": [row for row in rows if row["counted"] and row["fitted"]],
        "Not counted: the published side is an assumption": [row for row in rows if not row["counted"]],
    }
    parts += [f"## {heading}\n\n{_cases(own)}" for heading, own in chosen.items() if own]
    parts += [_BACKCAST, _fits(past["fits"]), _shipped(past["rows"])]
    headline = [route for block in summary(outcome) for route in (*block["lawful"], *block["not_lawful"])]
    parts += [_GROUNDS.format(scenario=outcome.scenario, as_of=outcome.as_of), _grades(outcome)]
    grounds = grounded(outcome, headline)
    parts += [_routes(grounds), *_work(work_list(outcome, grounds))]
    parts.append(f"## Sources\n\n{_sources(outcome, [*rows, *past['rows']])}")
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _short(document: dict[str, Any]) -> str:
    return (
        f"{document['cases']} cases; of {document['unfitted']} on which no number rests the ranges meet in "
        f"{document['unfitted_overlaps']} ({document['unfitted_overlap_share']:.0%}), and of "
        f"{document['fitted']} fitted ones in {document['fitted_overlaps']}. The median error of unfitted costs is "
        f"{document['median_error_of_unfitted_costs']:.0%}."
    )


def _groups(groups: Iterable[dict[str, Any]]) -> str:
    return _table(
        ("asked", "", "cases", "meet", "median error", "largest", "within 3 %", "within 5 %"),
        [
            (
                group["quantity"].replace("_", " "),
                "fitted" if group["fitted"] else "",
                str(group["cases"]),
                str(group["overlaps"]),
                *(_percent(group[key]) for key in ("median_relative_error", "largest_relative_error")),
                str(group["within_3_percent"]),
                str(group["within_5_percent"]),
            )
            for group in groups
        ],
    )


def _cases(rows: Iterable[dict[str, Any]]) -> str:
    return _table(
        ("case", "year", "published", "model", "unit", "off by", "remark"),
        [
            (
                _plain(row["name"]) + (" **as if lifted, not the law**" if row["case_as_if_lifted"] else ""),
                str(row["year"]),
                _span(row, "published"),
                _span(row, "model"),
                row["unit"],
                _percent(row["relative_difference"], "+"),
                _plain("; ".join(filter(None, ["" if row["overlap"] else row["why"], row["note"]]))),
            )
            for row in rows
        ],
    )


def _span(row: dict[str, Any], of: str) -> str:
    low, central, high = row[f"{of}_low"], row[of], row[f"{of}_high"]
    if low == high:
        return significant(central)
    return f"{significant(central)} ({significant(low)} to {significant(high)})"


def _fits(fits: Iterable[dict[str, Any]]) -> str:
    return _table(
        (
            *("year", "by crossing", "crossings", "mean error, Mt", "range's width, Mt", "meet"),
            *("rival's error", "model's beside it", "R²", "rival's R²"),
        ),
        [
            (
                str(fit["year"]),
                fit["commodity"],
                str(fit["crossings"]),
                f"{fit['mean_absolute_error']:.2f}",
                f"{fit['mean_width']:.2f}",
                str(fit["overlaps"]),
                *(
                    _digits(fit[key], 2)
                    for key in ("rival_mean_absolute_error", "error_beside_rival", "r_squared", "rival_r_squared")
                ),
            )
            for fit in fits
        ],
    )


def _shipped(rows: Iterable[dict[str, Any]]) -> str:
    return _table(
        ("year", "what", "observed", "model", "width", "off by", "rival off by", "ranges", "remark"),
        [
            (
                str(row["year"]),
                f"{row['commodity']} {' + '.join(row['places']) or 'in all'}",
                *(f"{row[of]:.2f} ({row[f'{of}_low']:.2f} to {row[f'{of}_high']:.2f})" for of in ("observed", "model")),
                f"{row['model_width']:.2f}",
                f"{row['error']:+.2f}",
                _digits(row["rival_error"], 2),
                "meet" if row["overlap"] else "do not meet",
                _plain("; ".join(filter(None, ["share" if row["unit"] == "share" else "", row["note"]]))),
            )
            for row in rows
        ],
    )


def _grades(outcome: Outcome) -> str:
    counts = grades(outcome)
    return _table(
        ("numbers that hold", "A", "B", "C", "D"),
        [(basis, *(str(counts.get((basis, grade), 0)) for grade in "ABCD")) for basis in BASES],
    )


def _routes(routes: Iterable[Grounded]) -> str:
    return _table(
        ("route", "by", "law", "USD/t", *BASES, "most assumed"),
        [
            (
                f"{one.route.commodity} {one.route.origin} to {one.route.market}",
                f"{one.route.corridor}: {one.route.gateway}",
                one.route.law_status,
                f"{one.route.generalised:.0f}",
                *(f"{one.shares[basis]:.0%}" for basis in BASES),
                f"{one.assumed[0].subject} {one.assumed[0].parameter}" if one.assumed else "",
            )
            for one in routes
        ],
    )


def _percent(share: float | None, sign: str = "") -> str:
    return "" if share is None else f"{share:{sign}.0%}"


def _work(work: Sequence[Work]) -> list[str]:
    flips = [f"{commodity} within the range of `{one.name}`" for one in work for commodity in one.flips]
    told = f"The best corridor changes for {'; '.join(flips)}." if flips else "No best corridor changes within one."
    listed = _table(
        ("assumed number", "of", "takes of the lead", "lead", "at its low", "at its high"),
        [
            (
                f"`{one.name}`",
                f"{one.commodity} by {one.best}",
                _percent(one.takes_share),
                *(_digits(value, 1) for value in (one.lead, one.low, one.high)),
            )
            for one in work[:MOST]
        ],
    )
    return [_WORK, listed, f"Of all assumed numbers that have a range, one at a time: {told}"]


def _digits(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def _sources(outcome: Outcome, rows: Iterable[dict[str, Any]]) -> str:
    citations = {source.id: source.citation for source in outcome.tables["sources"]}
    cited = sorted({citations[row["source"]] for row in rows}, key=str.casefold)
    return "\n".join(f"- {_plain(citation)}" for citation in cited)


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def _plain(text: str) -> str:
    """Text that a table cell of Markdown shows as it stands."""
    return text.replace("|", "\\|").replace("<", "&lt;")


if __name__ == "__main__":
    page = evidence_page(read_study().run())
    if sys.argv[1] == "-":
        sys.stdout.write(page)
    else:
        Path(sys.argv[1]).write_text(page, encoding="utf-8")
