"""What speaks for the numbers, on a terminal."""

from __future__ import annotations

from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from corridor.screen.parts import NOT_ADVICE, number, significant, table, title
from corridor.study import Outcome


def validation(outcome: Outcome, document: dict[str, Any]) -> RenderableType:
    """Published cases beside the model, misses first."""
    parts: list[RenderableType] = [title(outcome, "Published cases beside the model, each on its own day")]
    listed = table("", "case", "published", "model", "unit", right=("published", "model"))
    for row in document["rows"]:
        listed.add_row(_mark(row), _case(row), _span(row, "published"), _span(row, "model"), row["unit"])
    parts += [listed, Text("")]
    groups = table(
        "quantity", "cases", "meet", "median error", "largest", right=("cases", "meet", "median error", "largest")
    )
    for group in document["summary"]:
        name = f"{group['quantity']}{' (fitted)' if group['fitted'] else ''}"
        errors = (_percent(group[key]) for key in ("median_relative_error", "largest_relative_error"))
        groups.add_row(name, str(group["cases"]), str(group["overlaps"]), *errors)
    parts += [groups, Text("")]
    parts.append(Text(_how(document), style="dim"))
    return Group(*parts)


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"


def _mark(row: dict[str, Any]) -> str:
    if row["fault"]:
        return "?"
    mark = "" if row["overlap"] else "✗"
    return f"{mark}f" if row["fitted"] else mark if row["counted"] else f"{mark}–"


def _case(row: dict[str, Any]) -> str:
    lifted = " AS IF LIFTED, NOT THE LAW" if row["case_as_if_lifted"] else ""
    law = f" [{row['law_status']}]" if row["law_status"] in ("barred", "unclear") else ""
    if row["fault"]:
        return f"{row['name']}: {row['fault']}"
    why = f" — {row['why']}" if row["why"] and not row["overlap"] else ""
    return f"{row['name']} ({row['year']}){law}{lifted}{why}"


def _span(row: dict[str, Any], of: str) -> str:
    if row[of] is None:
        return "–"
    low, central, high = (significant(row[key]) for key in (f"{of}_low", of, f"{of}_high"))
    return f"{central} {low}–{high}"


def _how(document: dict[str, Any]) -> str:
    share = document["unfitted_overlap_share"]
    meet = "none" if share is None else f"{document['unfitted_overlaps']} of {document['unfitted']} ({share:.0%})"
    error = _percent(document["median_error_of_unfitted_costs"])
    return (
        f"Ranges meet in {meet} cases on which no number rests; median error of their costs {error}. ✗ ranges do not "
        "meet; f a number rests on the case, which proves nothing; ? it could not be asked; – the published figure is "
        "an assumption, and is not counted. Model: central value, and percentiles 5 and 95 of "
        f"{number(document['draws'], 0)} draws of all numbers within their ranges. {NOT_ADVICE}"
    )


def backcasts(outcome: Outcome, document: dict[str, Any]) -> RenderableType:
    """Years solved as they were, beside what was shipped."""
    years = sorted({row["year"] for row in document["rows"]})
    what = f"Back-cast: {', '.join(map(str, years))}, each with its own links, law and numbers"
    parts: list[RenderableType] = [title(outcome, what)]
    right = ("observed", "model", "width", "off by", "rival")
    for year in years:
        rows = table("", "what", *right, right=right)
        for row in (row for row in document["rows"] if row["year"] == year):
            what = f"{row['commodity']} {' + '.join(row['places']) or 'in all'}".replace("_", " ")
            share = row["unit"] == "share"
            rival = "" if row["rival"] is None else f"{row['rival_error']:+.1f} ({row['rival_year']})"
            off = f"{row['error']:+.0%}" if share else f"{row['error']:+.2f}"
            width = f"{row['model_width']:.0%}" if share else f"{row['model_width']:.2f}"
            spans = (_tonnes(row, of, share=share) for of in ("observed", "model"))
            rows.add_row("" if row["overlap"] else "✗", what, *spans, width, off, rival)
        parts += [Text(str(year), style="bold"), rows]
    numbers = ("crossings", "mean error", "width", "meet", "rival's", "R²")
    fits = table("year", "by crossing", *numbers, right=numbers)
    for fit in document["fits"]:
        beside = fit["rival_mean_absolute_error"]
        rival = "–" if beside is None else f"{beside:.2f} to {fit['error_beside_rival']:.2f}"
        squared = "–" if fit["r_squared"] is None else f"{fit['r_squared']:.2f}"
        cells = (f"{fit['mean_absolute_error']:.2f}", f"{fit['mean_width']:.2f}", str(fit["overlaps"]), rival, squared)
        fits.add_row(str(fit["year"]), fit["commodity"].replace("_", " "), str(fit["crossings"]), *cells)
    parts += [Text(""), fits, Text("")]
    how = (
        "Mt a year, or shares of the commodity's total. ✗ ranges do not meet. Width: of the model's range, percentiles "
        f"5 and 95 of {document['draws']} draws. Rival: last known year's share times this year's total, off by how "
        "much, and of which year it is; below, its mean error to the model's on the crossings where it exists. R² "
        "where four or more crossings were observed; those only told together count as one. "
        f"{document['overlaps']} of {document['figures']} figures meet. What a mine can dig in a year is given, not "
        f"found: the total of one that sells all of it is no proof. {NOT_ADVICE}"
    )
    parts.append(Text(how, style="dim"))
    return Group(*parts)


def _tonnes(row: dict[str, Any], of: str, *, share: bool) -> str:
    low, central, high = row[f"{of}_low"], row[of], row[f"{of}_high"]
    if share:
        return f"{central:.0%} {low:.0%}–{high:.0%}"
    return f"{central:.2f} {low:.2f}–{high:.2f}"


def calibration(outcome: Outcome, document: dict[str, Any]) -> RenderableType:
    """A fit, before and after, and the scenario as text."""
    parts: list[RenderableType] = [title(outcome, "Calibrate: least squares within the ranges")]
    numbers = table("number", "low", "before", "after", "high", "unit", right=("low", "before", "after", "high"))
    for row in document["parameters"]:
        bound = " at its end" if row["at_bound"] else ""
        cells = (significant(row[key]) for key in ("low", "before", "after", "high"))
        numbers.add_row(row["parameter"], *cells, f"{row['unit']}{bound}")
    cases = table("case", "published", "before", "after", "unit", right=("published", "before", "after"))
    for row in document["cases"]:
        if row["fitted_to"]:
            cases.add_row(row["name"], *(significant(row[k]) for k in ("published", "before", "after")), row["unit"])
    parts += [numbers, Text(""), cases, Text("")]
    if not document["told_apart"]:
        parts.append(Text("The cases do not tell these numbers apart: only some sum of them is decided.", style="bold"))
    before, after = (document[f"others_median_error_{when}"] for when in ("before", "after"))
    if before is not None and after is not None:
        parts.append(
            Text(f"Median error of the {document['others']} other cases: {before:.1%} before, {after:.1%} after.")
        )
    squares = f"{document['squares_before']:.4g} before, {document['squares_after']:.4g} after"
    parts += [Text(f"Sum of squared relative errors: {squares}. No table was changed."), Text("")]
    parts += [
        Text("For the study file:", style="bold"),
        Text(document["scenario_toml"], no_wrap=True, overflow="ignore"),
    ]
    return Group(*parts)


def quality(outcome: Outcome, document: dict[str, Any]) -> RenderableType:
    """How well the numbers are grounded, the headline routes, and what to look for first."""
    parts: list[RenderableType] = [title(outcome, f"Audit of {number(document['numbers'], 0)} numbers that hold")]
    counts: dict[str, dict[str, int]] = {}
    for row in document["grades"]:
        counts.setdefault(row["basis"], {})[row["grade"]] = row["numbers"]
    grades = table("basis", "A", "B", "C", "D", right=("A", "B", "C", "D"))
    for basis, by_grade in counts.items():
        grades.add_row(basis, *(str(by_grade.get(grade, 0)) for grade in "ABCD"))
    parts += [grades, Text("")]
    names = ("observed", "published", "estimated", "assumed")
    routes = table("headline route", "USD/t", *names, "most assumed", right=("USD/t", *names))
    for row in document["routes"]:
        barred = "" if row["usable"] else f" [{row['law_status']}]"
        shares = (f"{row[f'{name}_share']:.0%}" for name in names)
        route = f"{row['commodity']} {row['corridor']}{barred}"
        routes.add_row(route, number(row["generalised_usd_per_t"], 0), *shares, row["most_assumed"])
    parts += [Text("What the cost rests on: a dollar counts as its worst input", style="bold"), routes, Text("")]
    work = table(
        "assumed number", "takes of the lead of", "share", "lead", "low–high", right=("share", "lead", "low–high")
    )
    for row in document["assumptions"]:
        span = f"{number(row['lead_low_usd_per_t'])} to {number(row['lead_high_usd_per_t'])}"
        what = f"{row['commodity']} by {row['best']}{' FLIPS' if row['flips'] else ''}"
        share = "all" if row["takes_share"] is None else f"{row['takes_share']:.0%}"
        work.add_row(row["input"], what, share, number(row["lead_usd_per_t"]), span)
    parts += [Text("Work list: assumptions whose range alone takes most of a lead", style="bold"), work, Text("")]
    flips = [f"{row['commodity']} within the range of {row['input']}" for row in document["flips"]]
    told = f"The best corridor changes for {'; '.join(flips)}." if flips else "No best corridor changes within one."
    parts.append(Text(f"Of all assumed numbers, one at a time: {told}", style="bold" if flips else ""))
    how = (
        "Headline routes: of each commodity from its largest mine to its main market, the cheapest of each corridor. "
        "Lead: how far the best corridor's best sale lies ahead of the next one's, with the number at its centre, low "
        f"and high end; below 0 another wins. {NOT_ADVICE}"
    )
    parts.append(Text(how, style="dim"))
    return Group(*parts)
