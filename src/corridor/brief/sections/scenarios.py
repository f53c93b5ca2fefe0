"""What the study's other scenarios say."""

from __future__ import annotations

from corridor.brief.document import Column, Name, Runs, Section, Table
from corridor.brief.numbers import Numbers
from corridor.brief.text import say
from corridor.brief.view import View

NONE: Runs = ("–",)


def scenarios(view: View) -> Section | None:
    """All scenarios side by side."""
    if not view.others:
        return None
    everyone = (view.numbers, *view.numbers_of_others)
    corridors = list(dict.fromkeys(c for numbers in everyone for c in numbers.case.corridors))
    focus = view.main.focus
    rows = tuple(
        (
            _name(numbers),
            (numbers.as_of,),
            *((numbers.carried(c),) if numbers.case.by_corridor.get(c) else NONE for c in corridors),
            (numbers.net_value,) if numbers.case.any_lawful else NONE,
            *([_of_focus(numbers)] if focus else []),
        )
        for numbers in everyone
    )
    columns = [Column(("Scenario",)), Column(("as of",))]
    columns += [Column(say("{who}, Mt/yr", who=view.main.names.corridor(c)), numbers=True) for c in corridors]
    columns += [Column(("million USD/yr",), numbers=True)]
    columns += [Column(say("{who}", who=view.main.names.corridor(focus)))] if focus else []
    note: Runs = say(
        "The best plan of each scenario: what goes by whom, and net value in dollars of its own price year."
    )
    if any(numbers.case.lifted for numbers in everyone):
        note = (*note, " † Counterfactual, not the law: measures are treated as if lifted.")
    return Section(
        "scenarios",
        ("Other scenarios",),
        (Table("scenarios", ("The scenarios of the study",), tuple(columns), rows, note),),
    )


def _name(numbers: Numbers) -> Runs:
    return say("{name}{mark}", name=Name(numbers.case.scenario), mark=" †" if numbers.case.lifted else "")


def _of_focus(numbers: Numbers) -> Runs:
    """What becomes of the corridor that the study asks about."""
    case = numbers.case
    if case.by_corridor.get(case.focus or ""):
        return ("carries",)
    if not case.lawful_through_focus:
        return ("no lawful way",) if case.ways_of_focus else ("no way",)
    if case.nearest is None or case.nearest.behind_usd_per_t == float("inf"):
        return ("no room",)
    return say("{gap} USD/t behind", gap=numbers.behind(case.nearest))
