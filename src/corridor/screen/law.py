"""Rules and their history on a terminal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from corridor.screen.parts import headline, table
from corridor.study import Outcome

STYLES = {"barred": "red", "unclear": "yellow", "conditional": "cyan", "open": "green"}


def law(outcome: Outcome, document: dict[str, Any]) -> RenderableType:
    """The rules in force on a day by measure, and the status of a commodity at a node."""
    asked = [document[name] for name in ("commodity", "node", "mined_in") if document[name]]
    line = " · ".join(["Law", outcome.scenario, f"on {document['as_of']}", *asked])
    parts: list[RenderableType] = [headline(outcome, line)]
    if "status" in document:
        parts += _verdicts(document["status"])
    by_measure: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for rule in document["rules"]:
        by_measure[rule["measure"]].append(rule)
    for measure, rules in by_measure.items():
        aside = " (set aside by the scenario)" if rules[0]["set_aside_by_scenario"] else ""
        parts.append(Text(measure + aside, style="bold"))
        parts += [part for rule in rules for part in _rule(rule)]
    return Group(*parts, *_closing(document))


def _closing(document: dict[str, Any]) -> list[RenderableType]:
    order = "Open, conditional, unclear, barred: of the rules that match and are not lifted the strictest holds."
    return [Text(f"{order} {document['note']}", style="dim")]


def _rule(rule: dict[str, Any]) -> list[RenderableType]:
    head = Text("  ")
    if rule["paragraph"]:
        head.append(f"{rule['paragraph']}  ")
    head.append(rule["effect"], style=STYLES[rule["effect"]])
    until = f" until {rule['valid_until']}" if rule["valid_until"] else ""
    head.append(f"  since {rule['valid_from']}{until}")
    told = [f"{rule['matches'][0].upper()}{rule['matches'][1:]}: {rule['wording']}"]
    told += [f"Condition: {rule['condition']}."] if rule["condition"] else []
    told += [f"Lifts {', '.join(rule['lifts'])}."] if rule["lifts"] else []
    told += [f"Lifted by {', '.join(rule['lifted_by'])} where that matches."] if rule["lifted_by"] else []
    told += [f"({rule['note']})"] if rule["note"] else []
    return [head, Padding(Text(" ".join(told), style="dim"), (0, 0, 0, 4))]


def _verdicts(status: list[dict[str, Any]]) -> list[RenderableType]:
    """By node, what holds at best and by country of delivery."""
    if not status:
        return [Text("No way of the tables brings it there.\n")]
    parts: list[RenderableType] = []
    rows = table("by", "mined in", "to", "status", "because of")
    alike: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for row in status:
        mark = "" if row["usable"] else " ✗"
        place = row["node"], row["origin_country"], "" if row["importer"] else "at best"
        alike[*place, row["status"], mark, "; ".join(row["because_of"]) or "–"].append(row["importer"])
    for (node, country, best, found, mark, because), importers in alike.items():
        name = (node, country, best) if best else ("", "", " ".join(importers))
        rows.add_row(*name, Text(found + mark, style=STYLES[found]), because)
    parts += [rows, Text("✗: not used by this study. to: where ships from the berth deliver.\n", style="dim")]
    return parts


def timeline(outcome: Outcome, document: dict[str, Any]) -> RenderableType:
    """What began and ended, a line each, and the status of cargoes at berths in between."""
    line = " · ".join(["Law since 2006", outcome.scenario, f"until {document['as_of']}"])
    rows = table("day", "", "measure", "status", "rule")
    for change in document["changes"]:
        begins = change["event"] == "begins"
        day = "before" if change["before_the_timeline"] else change["day"]
        measure = f"{change['measure']}, {change['paragraph']}" if change["paragraph"] else change["measure"]
        lifts = f" Lifts {', '.join(change['lifts'])}." if change["lifts"] and begins else ""
        aside = " (set aside by the scenario)" if change["set_aside_by_scenario"] else ""
        effect = Text(change["effect"], style=STYLES[change["effect"]] if begins else "dim")
        told = change["wording"] + lifts if begins else "ends."
        rows.add_row(day, "+" if begins else "–", measure + aside, effect, told)
    parts: list[RenderableType] = [headline(outcome, line), rows, Text("")]
    parts.append(Text("Status of cargo that leaves a berth, to the country abroad where it is mildest", style="bold"))
    for berths, cargoes in _alike([row for row in document["spans"] if not row["importer"]]):
        parts.append(Text(", ".join(berths), style="bold"))
        for cargo, spans in cargoes:
            told = table("from", "until", "status", "because of")
            for first, until, status, because in spans:
                told.add_row(first, until, Text(status, style=STYLES[status]), because or "–")
            parts += [Padding(Text(cargo), (0, 0, 0, 2)), Padding(told, (0, 0, 0, 4))]
    return Group(*parts, Text(""), *_closing(document))


History = tuple[tuple[str, str, str, str], ...]


def _alike(rows: Sequence[dict[str, Any]]) -> list[tuple[list[str], tuple[tuple[str, History], ...]]]:
    """Berths where all cargoes have the same history together; at each the cargoes that have the same one."""
    histories: dict[str, dict[str, History]] = defaultdict(lambda: defaultdict(tuple))
    for row in rows:
        told = (row["from"], row["until"], row["status"], "; ".join(row["because_of"]))
        histories[row["node"]][f"{row['commodity']} of {row['origin_country']}"] += (told,)
    berths: dict[tuple[tuple[str, History], ...], list[str]] = defaultdict(list)
    for berth, by_cargo in histories.items():
        cargoes: dict[History, list[str]] = defaultdict(list)
        for cargo, history in by_cargo.items():
            cargoes[history].append(cargo)
        named = {
            history: "all cargo" if len(names) > 1 == len(cargoes) else ", ".join(names)
            for history, names in cargoes.items()
        }
        berths[tuple((name, history) for history, name in named.items())].append(berth)
    return [(names, profile) for profile, names in berths.items()]
