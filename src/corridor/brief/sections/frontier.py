"""The price of depending less on one country, and what its closure would cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from corridor.brief import evidence
from corridor.brief.document import Block, Column, Name, Paragraph, Runs, Table
from corridor.brief.facts import Evidence, Fact
from corridor.brief.text import listed, say, sentence
from corridor.brief.view import View
from corridor.wording import money, percent, tonnes

MOST_CLOSURES = 8
"""So many closures are told: the dearest."""


def price_of_dependence(view: View) -> Iterator[Block]:
    """What it costs to send less to or through the country that has most."""
    found = view.frontier
    if found is None:
        return
    first, last = found["points"][0], found["points"][-1]
    whose = _countries(view, first["at_cap"])
    formula = "its tonnes, entering in transit or for sale, over all tonnes; one tonne may count in several countries"
    share = _fact(view, "share", first["cap"], percent, "share", formula)
    if len(found["points"]) == 1:
        yield Paragraph(
            sentence(
                "the country that most tonnes enter is {whose} with {share}, and that cannot be less while as much is "
                "shipped.",
                whose=whose,
                share=share,
            )
        )
        return
    prices = [point["price_to_next_musd_per_point"] for point in found["points"][:-1]]
    formula = "slope of the exact curve of net value against the largest share, with the tonnes shipped held"
    yield Paragraph(
        sentence(
            "the country that most tonnes enter is {whose} with {share}. While as much is shipped, that can fall to "
            "{least} and no further; it costs {cost} million USD a year, {price} for a percentage point at "
            "first{last}.",
            whose=whose,
            share=share,
            least=_fact(view, "least", last["cap"], percent, "share", "least largest share while as much is shipped"),
            cost=_fact(
                view, "cost", last["cost_musd_per_yr"], money, "million USD/yr", "net value lost on the way there"
            ),
            price=_fact(view, "price_first", prices[0], money, "million USD/yr per point", formula),
            last=()
            if len(prices) == 1
            else say(
                " and {price} at last",
                price=_fact(view, "price_last", prices[-1], money, "million USD/yr per point", formula),
            ),
        )
    )


def closures(view: View) -> Iterator[Block]:
    """What it would cost if a country, crossing or port closed for a year."""
    found = view.closures
    if found is None:
        return
    stopping = [one for one in found["closures"] if one["stopped_today_mtpa"] > 0]
    if not stopping:
        return
    stopping.sort(key=lambda one: -one["loss_rerouted_musd_per_yr"])
    rows = tuple(
        (
            _countries(view, [one["closed"]]),
            (_closed(view, one, "stopped_today_mtpa", tonnes, "Mt/yr", "what the plan sends there"),),
            (_closed(view, one, "loss_rerouted_musd_per_yr", money, "million USD/yr", "lost by the plan made anew"),),
            (_closed(view, one, "loss_today_musd_per_yr", money, "million USD/yr", "lost where nothing is re-routed"),),
        )
        for one in stopping[:MOST_CLOSURES]
    )
    heads = ("Closed for a year", "Mt/yr that it stops", "lost, all re-routed", "lost, nothing re-routed")
    columns = tuple(Column((head,), numbers=head != heads[0]) for head in heads)
    note = say("Million USD a year against the undisturbed plan; the dearest closures. Only what is lawful is used.")
    yield Table("closures", ("What a closure would cost",), columns, rows, note)


def _behind(view: View, command: str) -> Evidence:
    return evidence.of_tables(view.main.outcome, command, f"what corridor {command} computes", command)


def _fact(view: View, key: str, value: float, shown: Any, unit: str, formula: str) -> Fact:
    return view.numbers.fact(f"frontier/{key}", value, shown, unit, formula, _behind(view, "frontier"))


def _closed(view: View, one: Mapping[str, Any], field: str, shown: Any, unit: str, formula: str) -> Fact:
    key = f"closure/{one['kind']}/{one['closed']}/{field}"
    return view.numbers.fact(key, one[field], shown, unit, formula, _behind(view, "disrupt"))


def _countries(view: View, codes: list[str]) -> Runs:
    """Countries by their names, crossings and ports by theirs."""
    known = view.main.outcome.country_names
    return listed([(Name(known[code]) if code in known else view.main.names.place(code),) for code in codes])
