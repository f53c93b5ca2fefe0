"""Assumptions that matter most, and what the model leaves out."""

from __future__ import annotations

from collections.abc import Iterator

from corridor.brief import evidence
from corridor.brief.document import Block, Bullets, Cited, Column, Name, Paragraph, Runs, Section, Table
from corridor.brief.facts import Evidence, Fact
from corridor.brief.text import say
from corridor.brief.view import View
from corridor.sensitivity.parameters import Parameter, parameters
from corridor.wording import money, range_of, significant

MOST = 12
"""So many assumptions are told: those that move net value most."""

LEFT_OUT = (
    "Tariffs are taken as given: carriers and states do not answer each other's moves.",
    "Flows and prices are those of a year: seasons, queues of a day and storage are not modelled.",
    "Ranges are those of the tables. What nobody has written down has no range here.",
    "Each mine sells where it earns most: contracts and ownership that tie a mine to a buyer are not known.",
    "The law is read as of the day. It informs and is no legal advice. Borders imply no opinion on any territory.",
    "A planned line is paid for by the cargo that it is built for; public money is not counted.",
)
"""What a reader must know that no number says; every other one stands in the short form too."""


def limits(view: View) -> Section:
    """Assumptions and limits."""
    told = Bullets(tuple((text,) for text in LEFT_OUT)) if view.full else Paragraph((" ".join(LEFT_OUT[::2]),), "note")
    blocks: list[Block] = [*_assumed(view), told]
    return Section("limits", ("Assumptions and limits",), tuple(blocks))


def _assumed(view: View) -> Iterator[Table]:
    """The numbers that move net value most."""
    if view.tornado is None or not view.full:
        return
    outcome = view.main.outcome
    known = parameters(outcome)
    rows: list[tuple[Runs, ...]] = []
    for row in view.tornado["tornado"][:MOST]:
        parameter = known.get(row["input"])
        swing = view.numbers.fact(
            f"swing/{row['input']}",
            row["swing_musd_per_yr"],
            money,
            "million USD/yr",
            "net value with this number at one end of its range less that at the other",
            view.of_tornado,
            (row["low_musd_per_yr"], row["high_musd_per_yr"]),
        )
        if parameter is None:
            rows.append(((view.main.names.parameter(row["input"]),), ("–",), ("–",), ("–",), (swing,)))
            continue
        behind = evidence.of_row(outcome, parameter)
        rows.append(
            (
                (view.main.names.parameter(row["input"]), " ", Cited(parameter.row.source)),
                (_value(view, parameter, behind),),
                (Name(parameter.row.unit),),
                say("{basis} {grade}", basis=parameter.row.basis, grade=Name(parameter.row.grade)),
                (swing,),
            )
        )
    columns = (
        Column(("Number",)),
        Column(("value (range)",), numbers=True),
        Column(("unit",)),
        Column(("basis, grade",)),
        Column(("net value, million USD/yr",), numbers=True),
    )
    note = say(
        "The swing of net value with this number alone at its ends, and in brackets net value at the low and the high "
        "end; prices at their tenth and ninetieth percentile. Grades: A is best."
    )
    yield Table("assumptions", ("The numbers that move net value most",), columns, tuple(rows), note)


def _value(view: View, parameter: Parameter, behind: Evidence) -> Fact:
    row = parameter.row
    shown = significant(row.central)
    if row.low < row.high:
        shown += f" ({range_of(row.low, row.high, significant)})"
    key = f"{view.main.scenario}/row/{parameter.name}"
    return Fact(
        key, shown, row.central, row.unit, f"central, low and high of {parameter.place}", behind, row.low, row.high
    )
