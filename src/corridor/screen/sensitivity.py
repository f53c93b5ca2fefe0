"""What one or two parameters change, on a terminal."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from corridor.screen.parts import NOT_ADVICE, number, significant, table, title, way
from corridor.study import Outcome


def along_parameter(outcome: Outcome, document: dict[str, Any]) -> RenderableType:
    """A scenario along one parameter: where corridors carry, what changes where."""
    parameter = document["parameter"]
    unit = parameter["unit"]
    parts: list[RenderableType] = [title(outcome, f"Break-even: {parameter['name']}")]
    past = parameter["history"]
    today = f"Today {significant(parameter['today'])} {unit} ({parameter['basis']}, {parameter['year']})"
    if past:
        today += f"; months of {past['first']}–{past['last']}: {significant(past['low'])}–{significant(past['high'])}"
    else:
        today += f"; range {significant(parameter['low'])}–{significant(parameter['high'])}"
    parts += [Text(f"{today}."), Text("")]
    ranges = table("corridor", "carries from", "to", unit, right=("carries from", "to"))
    for row in document["ranges"]:
        ranges.add_row(row["corridor"], significant(row["from"]), significant(row["to"]), "")
    parts += [Text("Where a corridor carries anything", style="bold"), ranges, Text("")]
    worth = {stop["at"]: stop["net_value_musd_per_yr"] for stop in document["stops"]}
    turns = table("at", "net value", "what", "", "Mt/yr", right=("at", "net value", "Mt/yr"))
    shown: float | None = None
    for turn in document["turns"]:
        new = turn["at"] != shown
        shown = turn["at"]
        tonnes = f"{number(turn['before'], 2)} → {number(turn['after'], 2)}"
        place = (significant(shown), number(worth.get(shown), 1)) if new else ("", "")
        turns.add_row(*place, f"{turn['kind']} {turn['name']}", turn["what"], tonnes)
    parts.append(Text(f"What changes as it rises ({unit}; net value million USD/yr)", style="bold"))
    parts.append(turns if turns.row_count else Text("  nothing in this range"))
    how = (
        "Exact: net value is a straight line between these points. "
        if document["exact"]
        else f"Not linear: bracketed, each to within {significant(document['known_to_within'])} {unit}. "
    )
    parts += [Text(""), Text(how + "Only what is lawful is used. " + NOT_ADVICE, style="dim")]
    return Group(*parts)


def needed(outcome: Outcome, document: dict[str, Any]) -> RenderableType:
    """What would have to change for a target to carry anything."""
    near = document["nearest"]
    cargo = f" {document['commodity']}" if document["commodity"] else " anything"
    parts: list[RenderableType] = [
        title(outcome, f"What would have to change for {document['target']} to carry{cargo}")
    ]
    route = f"{near['commodity']} from {near['origin']} to {near['market']} by {way(near['gateway'], near['entry'])}"
    gap = number(near["behind_usd_per_t"])
    behind = (
        f"Nearest: {route} ({near['law_status']}), {gap} USD/t behind the best plan: so much it would have to be paid."
    )
    parts += [Text(behind), Text("")]
    rows = table("parameter", "today", "needed", "change", "its range", right=("today", "needed", "change"))
    for row in document["needed"]:
        within = "within" if row["within_its_range"] else "beyond"
        change = "–" if row["change_share"] is None else f"{row['change_share']:+.0%}"
        rows.add_row(
            f"{row['parameter']} ({row['unit']})", significant(row["today"]), significant(row["needed"]), change, within
        )
    parts.append(Text("One parameter at a time, all else as it is", style="bold"))
    far = document["looked_as_far_as_times_the_range"]
    nothing = f"  None would be enough, from the least it may be to {far:g} times its range."
    parts.append(rows if rows.row_count else Text(nothing))
    parts += [Text(""), Text(f"Only what is lawful is used. {NOT_ADVICE}", style="dim")]
    return Group(*parts)


def regime(outcome: Outcome, document: dict[str, Any]) -> RenderableType:
    """The plane of two parameters: how much of it goes to whom, and where today is."""
    parts: list[RenderableType] = [title(outcome, "Regime: who carries what in a plane of two parameters")]
    for axis in ("x", "y"):
        of = document[axis]
        ends = f"{significant(of['from'])} to {significant(of['to'])} {of['unit']}; today {significant(of['today'])}"
        parts.append(Text(f"{axis}: {of['name']}, {ends}"))
    shares: dict[tuple[str, ...], list[float]] = defaultdict(lambda: [0.0, 0.0, float("inf"), 0.0])
    for row in document["areas"]:
        held = shares[tuple(row["carries"])]
        held[0], held[1] = held[0] + row["share"], held[1] + 1
        held[2], held[3] = min(held[2], row["mtpa"]), max(held[3], row["mtpa"])
    rows = table("who carries", "share of the plane", "plans", "Mt/yr", right=("share of the plane", "plans", "Mt/yr"))
    for carriers, (share, plans, low, high) in sorted(shares.items(), key=lambda item: -item[1][0]):
        span = f"{number(low, 2)}–{number(high, 2)}"
        rows.add_row(" + ".join(carriers) or "nobody", f"{share:.1%}", f"{plans:.0f}", span)
    what = document["commodity"] or "everything"
    how = (
        f"Exact: {len(document['areas'])} polygons, one best plan in each. --format json writes them. "
        if document["exact"]
        else f"Not linear in both, or in their product: {len(document['areas'])} samples, no exact borders. "
    )
    parts += [Text(""), Text(f"Of {what}", style="bold"), rows, Text("")]
    parts.append(Text(how + "Only what is lawful is used. " + NOT_ADVICE, style="dim"))
    return Group(*parts)
