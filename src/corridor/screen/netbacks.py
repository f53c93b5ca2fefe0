"""Netbacks against price on a terminal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from corridor.screen.parts import LEAST_SHOWN_USD_PER_T, NOT_ADVICE, number, table, title, way
from corridor.study import Outcome

SHOWN_CHANGE = 0.1
"""Share by which a price is moved to show how little a choice moves with it."""


def netback(outcome: Outcome, document: dict[str, Any], *, full: bool) -> RenderableType:
    """Netback against price: shut-in prices, the best sale by price, and where corridors change places.

    Without ``full`` the best sale of each corridor from each mine; else every route.
    """
    parts: list[RenderableType] = [title(outcome, "Netback against price")]
    prices = {row["price_reference"]: row for row in document["prices"]}
    groups: dict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in document["routes"]:
        groups[row["commodity"], row["origin"], row["price_reference"]].append(row)
    for (commodity, origin, reference), rows in groups.items():
        parts.append(Text(f"{commodity}: {origin}, along {_price_words(prices[reference])}", style="bold"))
        mine = (origin, commodity, reference)
        own = {
            name: [row for row in document[name] if (row["origin"], row["commodity"], row["price_reference"]) == mine]
            for name in ("switches", "best_by_price")
        }
        parts += _every_route(rows) if full else [_shut_ins(_leading(rows))]
        parts.append(Text(f"  Best sale: {_by_price(own['best_by_price'])}."))
        main = {row["bid"] for row in rows if row["main_market"] or full}
        told = (row for row in own["switches"] if not row["fixed_sale"] or row["bid"] in main)
        parts += [Text(f"  {_switch_words(row)}.") for row in _worth_telling(told)]
        parts.append(Text(""))
    parts.append(Text(NETBACK_LEGEND + NOT_ADVICE, style="dim"))
    return Group(*parts)


NETBACK_LEGEND = (
    "Netback: bid less generalised cost, by which routes are chosen. Mine: cash cost and royalty there. Shut-in: the "
    "price at which the netback covers the mine, as the plan decides; cash: at which bid less what is invoiced does. > "
    "pays above that price, < below; always, never: at every price above 0, at none. To one buyer price moves the "
    "choice only by insurance, loss and the value of time. ✗ marks what may not be used as the law stands, or finds no "
    "room: what is said of it holds only if it could be. Shared capacities are not looked at here: solve does. "
)


def _price_words(price: Mapping[str, Any]) -> str:
    low, high = (number(price[f"history_{end}_usd_per_t"], 0) for end in ("low", "high"))
    years = f"{price['history_from']}–{price['history_until']}"
    return f"{price['price_reference']} {number(price['price_usd_per_t'])} ({years}: {low}–{high})"


def _leading(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The best available sale of each corridor, and the best of those corridors that have none."""
    best: dict[str, dict[str, Any]] = {}
    for row in sorted(rows, key=lambda row: (not row["available"], -row["decision_netback_usd_per_t"])):
        best.setdefault(row["corridor"], row)
    return [*best.values()]


def _shut_ins(rows: Sequence[dict[str, Any]]) -> RenderableType:
    right = ("netback", "mine", "shut-in", "cash")
    made = table("", "sale: gateway < entry", *right, "law", right=right)
    for row in rows:
        mark = row["corridor"] if row["available"] else f"{row['corridor']} ✗"
        sale = f"{row['market']}: {way(row['gateway'], row['entry'])}"
        made.add_row(mark, sale, *_netback_cells(row), style="" if row["available"] else "dim")
    return made


def _every_route(rows: Sequence[dict[str, Any]]) -> list[RenderableType]:
    """All routes by place of sale, those that may not be used apart."""
    parts: list[RenderableType] = []
    by_bid: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_bid[row["bid"]].append(row)
    right = ("netback", "mine", "shut-in", "cash")
    for sales in by_bid.values():
        first = sales[0]
        bid = f"{first['market']} ({first['delivery_term']} {number(first['bid_usd_per_t'])} USD/t)"
        parts.append(Text(f"  {bid}", style="bold"))
        for available in (True, False):
            chosen = [row for row in sales if row["available"] == available]
            if chosen:
                made = table("", "gateway < entry", *right, "law", right=right)
                for row in chosen:
                    mark = row["corridor"] if available else f"{row['corridor']} ✗"
                    ends = way(row["gateway"], row["entry"])
                    made.add_row(mark, ends, *_netback_cells(row), style="" if available else "dim")
                parts += [made] if available else [Text("  not available:", style="bold"), made]
    return parts


def _netback_cells(row: Mapping[str, Any]) -> list[str]:
    return [
        number(row["decision_netback_usd_per_t"]),
        number(row["mine_cost_usd_per_t"]),
        _at(row["shut_in_case"], row["shut_in_usd_per_t"]),
        _at(row["cash_shut_in_case"], row["cash_shut_in_usd_per_t"]),
        row["law_status"],
    ]


def _at(case: str, price: float | None) -> str:
    """A break-even price, with the side on which it pays."""
    return case if price is None else f"{'<' if case == 'below' else '>'} {number(price)}"


def _by_price(pieces: Sequence[Mapping[str, Any]]) -> str:
    """Best sale from the lowest price to the highest."""
    told = []
    for piece in pieces:
        sale = f"{piece['corridor']} at {piece['market']}" if piece["sells"] else "nothing pays"
        tied = f" (and {len(piece['ties'])} as good)" if piece["ties"] else ""
        start = f"from {number(piece['from_usd_per_t'])} " if piece["from_usd_per_t"] else ""
        told.append(f"{start}{sale}{tied}")
    return f"{'; '.join(told)}; searched up to {number(pieces[-1]['to_usd_per_t'], 0)}" if told else "none"


def _worth_telling(switches: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Pairs of available routes, and beside them corridors that have no available one."""
    rows = [*switches]
    may = {(row["fixed_sale"] and row["bid"], row["corridor"]) for row in rows}
    may |= {(row["fixed_sale"] and row["bid"], row["other_corridor"]) for row in rows if row["available"]}
    return [r for r in rows if r["available"] or (r["fixed_sale"] and r["bid"], r["other_corridor"]) not in may]


def _switch_words(row: Mapping[str, Any]) -> str:
    """One pair in a sentence: who is ahead, by how much, and where that changes."""
    one, other = row["corridor"], row["other_corridor"]
    if not row["available"]:
        other = f"{other} ({'no room' if row['other_usable'] else row['other_law_status']})"
    if row["fixed_sale"]:
        where = f"To {row['market']}"
    else:
        where = f"Anywhere ({one} at {row['market']}, {other} at {row['other_market']})"
    case, price, ahead = row["switch_case"], row["switch_usd_per_t"], row["ahead_usd_per_t"]
    lead, behind = (one, other) if ahead >= 0 else (other, one)
    said = f"{where}: {lead} is {number(abs(ahead))} ahead of {behind}"
    if case == "tie":
        return f"{where}: {one} and {other} are as good as each other; price cannot matter"
    if not row["price_matters"]:
        return f"{said}; price cannot matter"
    moves = row["ahead_per_usd"] * row["price_usd_per_t"] * SHOWN_CHANGE
    by = f"{moves:+.2f}" if abs(moves) >= LEAST_SHOWN_USD_PER_T else f"less than {LEAST_SHOWN_USD_PER_T}"
    moved = f" ({SHOWN_CHANGE:.0%} on the price moves that by {by})" if row["fixed_sale"] else ""
    if price is None:
        return f"{said}, as at every price{moved}"
    below, above = (one, other) if case == "below" else (other, one)
    years = f"above it in {row['switch_years_above']} of {row['switch_years']} years"
    times = "" if row["switch_over_price"] is None else f"{number(row['switch_over_price'], 2)} x today's, "
    return f"{said}{moved}; {below} leads below {number(price)}, {above} above ({times}{years})"
