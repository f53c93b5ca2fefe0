"""When the answer changes: prices, and the numbers that alone turn a decision."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from corridor.brief import evidence
from corridor.brief.document import Block, Column, Name, Paragraph, Runs, Section, Table
from corridor.brief.facts import Evidence, Fact
from corridor.brief.pictures import drawn
from corridor.brief.text import joined, listed, plural, say, sentence
from corridor.brief.view import View
from corridor.wording import money, range_of, significant

NONE: Runs = ("–",)


class Along(NamedTuple):
    """The best sale of a mine's product along one reference price, within the prices of history.

    Attributes
    ----------
    origin, commodity
        Mine and product.
    price
        The reference price: today's, lowest and highest year.
    pieces
        Stretches of prices, with the corridor of the best sale; blank where nothing pays.
    """

    origin: str
    commodity: str
    price: Mapping[str, Any]
    pieces: Sequence[Mapping[str, Any]]

    @property
    def seen(self) -> list[Mapping[str, Any]]:
        """Stretches that prices of history reach."""
        low, high = self.price["history_low_usd_per_t"], self.price["history_high_usd_per_t"]
        return [piece for piece in self.pieces if piece["from_usd_per_t"] <= high and piece["to_usd_per_t"] > low]

    @property
    def corridors(self) -> list[str]:
        """Corridors of the best sale at prices of history, from the lowest price on."""
        return list(dict.fromkeys(piece["corridor"] for piece in self.seen if piece["sells"]))

    @property
    def stops(self) -> bool:
        """Whether there are prices of history at which it pays, and others at which it does not."""
        return len({piece["sells"] for piece in self.seen}) > 1


def change(view: View) -> Section | None:
    """When the answer changes."""
    if not view.main.any_lawful:
        return None
    found = list(_along(view))
    blocks: list[Block] = [*_prices(view, found), *_numbers(view), *_plane(view), *drawn(view, "change")]
    if view.full and found:
        blocks.insert(1, _table(view, found))
    return Section("change", ("When the answer changes",), tuple(blocks)) if blocks else None


def _along(view: View) -> Iterator[Along]:
    """Each mine's product along each of its reference prices."""
    prices = {record["price_reference"]: record for record in view.netbacks["prices"]}
    pieces: dict[tuple[str, str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for piece in view.netbacks["best_by_price"]:
        pieces[piece["origin"], piece["commodity"], piece["price_reference"]].append(piece)
    for (origin, commodity, reference), own in pieces.items():
        yield Along(origin, commodity, prices[reference], own)


def _behind(view: View) -> Evidence:
    return evidence.of_tables(view.main.outcome, "netback", "the best sale of every mine at every price", "netback")


def _prices(view: View, found: Sequence[Along]) -> Iterator[Block]:
    """Whether price alone changes what is the best."""
    if not found:
        return
    numbers, behind = view.numbers, _behind(view)
    products = {(one.origin, one.commodity) for one in found}
    turned = {(one.origin, one.commodity) for one in found if len(one.corridors) > 1}
    stopped = {(one.origin, one.commodity) for one in found if one.stops}
    years = {year for one in found for year in (one.price["history_from"], one.price["history_until"])}
    span = Fact(
        f"{view.main.scenario}/history",
        f"{min(years)}–{max(years)}",
        None,
        "years",
        "first and last year of the prices",
        behind,
        min(years),
        max(years),
    )
    n = numbers.count("products", len(products), "pairs of a mine and what it ships", behind)
    k = numbers.count(
        "turned",
        len(turned),
        "of them, those whose best sale goes by another corridor at some yearly price of history",
        behind,
        none="none",
    )
    m = numbers.count(
        "stopped",
        len(stopped),
        "of them, those that pay at some yearly prices of history and not at others",
        behind,
        none="none",
    )
    yield Paragraph(
        sentence(
            "of {n} {products} (a mine and what it ships), price alone would have changed the best corridor for {k} at "
            "the yearly prices of {span}, and for {m} it decided whether they pay at all. Other prices, costs and the "
            "law are held, and shared capacity is not looked at.",
            n=n,
            products=plural(len(products), "product"),
            k=k,
            span=span,
            m=m,
        )
    )


def _table(view: View, found: Sequence[Along]) -> Table:
    """From which price on what is the best."""
    names = view.main.names
    rows = []
    for one in found:
        key = f"{one.origin}/{one.commodity}/{one.price['price_reference']}"
        today, low, high = (one.price[f"{name}_usd_per_t"] for name in ("price", "history_low", "history_high"))
        rows.append(
            (
                sentence("{what}, {mine}", what=names.commodity(one.commodity), mine=names.place(one.origin)),
                (Name(one.price["price_reference"]),),
                (_dollars(view, f"price/{key}", today, "the reference price of the day"),),
                (_dollars(view, f"past/{key}", today, "yearly means of the reference price, restated", (low, high)),),
                _pays_from(view, one, key),
                _best(view, one, key),
            )
        )
    heads = ("Product", "Price", "today", "past years", "pays from", "best at prices of the past")
    columns = tuple(Column((head,), numbers=head in {"today", "past years", "pays from"}) for head in heads)
    note = say(
        "USD/t of {year}. Pays from: the lowest price at which a lawful sale covers mine and way.",
        year=view.numbers.price_year,
    )
    return Table("prices", ("What each mine's best sale is, by price",), columns, tuple(rows), note)


def _dollars(view: View, key: str, value: float, formula: str, ends: tuple[float, float] | None = None) -> Fact:
    behind = _behind(view)
    if ends is None:
        return view.numbers.fact(key, value, money, "USD/t", formula, behind)
    shown = range_of(*ends, money)
    return Fact(f"{view.main.scenario}/{key}", shown, None, "USD/t", formula, behind, *ends)


def _pays_from(view: View, one: Along, key: str) -> Runs:
    first = next((piece for piece in one.pieces if piece["sells"]), None)
    if first is None:
        return ("never",)
    if first["from_usd_per_t"] <= 0:
        return ("always",)
    formula = "lowest price at which a lawful sale covers mine and way: where the two straight lines cross"
    return (_dollars(view, f"pays_from/{key}", first["from_usd_per_t"], formula),)


def _best(view: View, one: Along, key: str) -> Runs:
    """Corridors from the lowest price of history to the highest."""
    told: list[Runs] = []
    before = None
    for piece in one.seen:
        name = piece["corridor"] if piece["sells"] else ""
        if name == before:
            continue
        who: Runs = (view.main.names.corridor(name),) if name else ("nothing pays",)
        if told:
            at = _dollars(
                view, f"turn/{key}/{len(told)}", piece["from_usd_per_t"], "price at which the best sale changes"
            )
            who = (*who, " from ", at)
        told.append(who)
        before = name
    return joined([run for i, part in enumerate(told) for run in (("; ", *part) if i else part)]) if told else NONE


def _numbers(view: View) -> Iterator[Block]:
    """Which numbers (in the short form: assumed ones), alone at an end of their range, change the best corridor."""
    if view.tornado is None:
        return
    names, numbers, behind = view.main.names, view.numbers, view.of_tornado
    kind = "uncertain" if view.full else "assumed"
    turning = [row for row in view.tornado["tornado"] if row["winner_changes"]]
    n = numbers.count(
        "inputs", len(view.tornado["tornado"]), f"{kind} numbers with a range, all rates of an operator as one", behind
    )
    k = numbers.count(
        "turning",
        len(turning),
        "of them, those that alone at an end of their range change the best corridor of a commodity",
        behind,
        none="none",
    )
    told = sentence(
        "of {n} {kind} numbers {k}, taken alone to an end of {its} range, {changes} which corridor is the best for "
        "any commodity",
        n=n,
        kind=kind,
        k=k,
        its=plural(len(turning), "its", "their"),
        changes=plural(max(len(turning), 1), "changes", "change"),
    )
    if turning:
        by = [
            say(
                "{number} for {what}",
                number=names.parameter(row["input"]),
                what=listed([(names.commodity(c),) for c in row["winner_changes"]]),
            )
            for row in turning[:5]
        ]
        told = (*told, ": ", *listed(by))
    yield Paragraph((*told, "."))


def _plane(view: View) -> Iterator[Block]:
    """Where one corridor wins all over a plane, words are enough."""
    found, winners = view.plane, view.planes_winners
    if found is None or len(winners) > 1:
        return
    names, winner = view.main.names, next(iter(winners), "")
    what = names.commodity(found.commodity or "")
    words = ("regime", "--x", found.x.name, "--y", found.y.name)
    behind = evidence.of_tables(
        view.main.outcome, "plane", "the plane of two numbers", *words, rows=(found.x.place, found.y.place)
    )

    def ends(axis: str, low: float, high: float, unit: str) -> Fact:
        shown = range_of(low, high, significant)
        return Fact(
            f"{view.main.scenario}/plane/{axis}",
            shown,
            None,
            unit,
            "from where to where it was moved",
            behind,
            low,
            high,
        )

    yield Paragraph(
        sentence(
            "wherever {x} lies within {x_ends} {x_unit} and at once {y} within {y_ends} {y_unit}, {who} carries "
            "{most}{what}{shipped}{exact}.",
            x=names.parameter(found.x.name),
            x_ends=ends("x", *found.x_ends, found.x.row.unit),
            x_unit=Name(found.x.row.unit),
            y=names.parameter(found.y.name),
            y_ends=ends("y", *found.y_ends, found.y.row.unit),
            y_unit=Name(found.y.row.unit),
            who=names.corridor(winner) if winner else "nobody",
            most="most of the " if winner else "any ",
            what=what,
            shipped="" if all(area.winner == winner for area in found.areas) else " wherever any is shipped",
            exact="" if found.exact else ", as far as samples show",
        )
    )
