"""What the study's other scenarios say."""

from __future__ import annotations

from corridor.brief.document import Column, Name, Runs, Section, Table
from corridor.brief.glimpse import Glimpse
from corridor.brief.text import say
from corridor.brief.view import View

NONE: Runs = ("–",)


def scenarios(view: View) -> Section | None:
    """All scenarios side by side."""
    if not view.others:
        return None
    everyone = (view.own, *view.others)
    corridors = list(dict.fromkeys([*view.main.corridors, *(c for seen in everyone for c in seen.carried)]))
    focus = view.main.focus
    rows = tuple(
        (
            say("{name}{mark}", name=Name(seen.scenario), mark="\N{NO-BREAK SPACE}†" if seen.lifted else ""),
            (seen.as_of,),
            *((seen.carried[c],) if c in seen.carried else NONE for c in corridors),
            (seen.net_value,) if seen.net_value else NONE,
            *([_of_focus(seen, focus)] if focus else []),
        )
        for seen in everyone
    )
    columns = [Column(("Scenario",)), Column(("as of",))]
    columns += [Column(say("{who}, Mt/yr", who=view.main.names.corridor(c)), numbers=True) for c in corridors]
    columns += [Column(("million USD/yr",), numbers=True)]
    columns += [Column(say("{who}", who=view.main.names.corridor(focus)))] if focus else []
    note = say("The best plan of each scenario: what goes by whom, and net value in dollars of its own price year.")
    if any(seen.lifted for seen in everyone):
        note = (*note, " † Counterfactual, not the law: measures are treated as if lifted.")
    table = Table("scenarios", ("The scenarios of the study",), tuple(columns), rows, note)
    return Section("scenarios", ("Other scenarios",), (table,))


def _of_focus(seen: Glimpse, focus: str) -> Runs:
    """What becomes of the corridor that the study asks about."""
    if focus in seen.carried:
        return ("carries",)
    if not seen.lawful:
        return ("no lawful way",) if seen.ways else ("no way",)
    return say("{gap} USD/t behind", gap=seen.gap) if seen.gap else ("no room",)
