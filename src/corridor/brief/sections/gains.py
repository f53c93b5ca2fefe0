"""Who gains: what the countries make together, and how it may be divided."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from corridor.brief import evidence
from corridor.brief.document import Block, Column, Name, Paragraph, Runs, Table
from corridor.brief.facts import Evidence, Fact
from corridor.brief.text import listed, plural, say, sentence
from corridor.brief.view import View
from corridor.wording import money, percent, range_of

NOTHING_MUSD = 0.05
"""What is shown as nothing."""


def gains(view: View) -> Iterator[Block]:
    """Shares by Shapley's rule; in the full form the range of each and what tariffs leave it."""
    found = view.gains
    if found is None:
        return
    if found["grand_coalition_musd_per_yr"] <= NOTHING_MUSD:
        yield Paragraph(say("No coalition of the countries gains anything."))
        return
    yield Paragraph((*_shares(view, found), *_idle(found)))
    if view.full:
        yield _table(view, found)


def _behind(view: View) -> Evidence:
    tables = ("payees.csv", "cost_shares.csv", "countries.csv")
    what = "what every coalition of countries can make, with the range of cost shares"
    return evidence.of_tables(view.main.outcome, "gains", what, "gains", rows=tables)


def _fact(view: View, key: str, value: float, formula: str, ends: tuple[float, float] | None = None) -> Fact:
    return view.numbers.fact(f"gains/{key}", value, money, "million USD/yr", formula, _behind(view), ends)


def _shares(view: View, found: Mapping[str, Any]) -> Runs:
    """Who gains which share of the whole."""
    formula = "Shapley value over what all can make together, at resource cost"
    gaining = [player for player in found["players"] if player["shapley_musd_per_yr"] > NOTHING_MUSD]
    gaining.sort(key=lambda player: -player["shapley_musd_per_yr"])
    told = [
        say(
            "{who} {gets}{share}",
            gets="" if i else "gets ",
            who=Name(player["country"]),
            share=view.numbers.fact(
                f"gains/share/{player['code']}", player["shapley_share"], percent, "share", formula, _behind(view)
            ),
        )
        for i, player in enumerate(gaining)
    ]
    whole = _fact(
        view, "together", found["grand_coalition_musd_per_yr"], "best surplus at resource cost of all players"
    )
    return sentence(
        "by Shapley's rule, which pays each country what it adds on average to those before it, {told} of the {whole} "
        "million USD a year that all can make together at resource cost. It weighs bargaining positions and forecasts "
        "no tariff.",
        told=listed(told),
        whole=whole,
    )


def _idle(found: Mapping[str, Any]) -> Runs:
    """Who adds nothing."""
    idle = [player for player in found["players"] if player["shapley_musd_per_yr"] <= NOTHING_MUSD]
    if not idle:
        return ()
    why = ": no lawful way crosses {it}" if not any(player["moves"] for player in idle) else ""
    return say(
        " {who} {adds} nothing{why}.",
        who=listed([(Name(player["country"]),) for player in idle]),
        adds=plural(len(idle), "adds", "add"),
        why=why.format(it=plural(len(idle), "it", "them")),
    )


def _table(view: View, found: Mapping[str, Any]) -> Table:
    rows: list[tuple[Runs, ...]] = []
    for player in found["players"]:
        code = player["code"]
        value, low, high = (
            player[f"shapley{end}_musd_per_yr"] for end in ("", "_at_low_cost_shares", "_at_high_cost_shares")
        )
        core = range_of(player["core_low_musd_per_yr"], player["core_high_musd_per_yr"], money)
        formula = "least and most in any division to which no coalition objects"
        rows.append(
            (
                (Name(player["country"]),),
                (_fact(view, f"value/{code}", value, "Shapley value", (min(low, high), max(low, high))),),
                (
                    Fact(
                        f"{view.main.scenario}/gains/core/{code}",
                        core,
                        None,
                        "million USD/yr",
                        formula,
                        _behind(view),
                        player["core_low_musd_per_yr"],
                        player["core_high_musd_per_yr"],
                    ),
                ),
                (_fact(view, f"adds/{code}", player["added_to_all_others_musd_per_yr"], "added to all others"),),
                (
                    _fact(
                        view, f"income/{code}", player["income_at_tariffs_musd_per_yr"], "income at the tariffs charged"
                    ),
                ),
            )
        )
    heads = ("Country", "Shapley value (range)", "core, from and to", "adds last", "at tariffs")
    columns = tuple(Column((head,), numbers=head != "Country") for head in heads)
    note = say(
        "Million USD a year. Ranges: cost shares at their low and high. Core: what each gets in divisions to which no "
        "coalition objects. Adds last: what the others gain by its joining. At tariffs: what it gets as things are."
    )
    return Table("gains", ("Who gains",), columns, tuple(rows), note)
