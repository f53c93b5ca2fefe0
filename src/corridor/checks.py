"""Checks that look at more than one cell: keys, references, units, ranges, dates, gauges."""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from itertools import pairwise
from typing import Any

from corridor import rules, units
from corridor.errors import Fault, did_you_mean
from corridor.schema import (
    CARBON,
    CARGO,
    PARAMETERS,
    STRUCTURE_TABLES,
    VALUE_TABLES,
    WORKS,
    Link,
    Parameter,
    Row,
    Rule,
    Value,
)

Rows = Mapping[str, tuple[Row, ...]]
PER_DRY_TONNE = ("price", "treatment_charge")
"""Parameters that may be quoted per dry tonne; elsewhere a dry tonne would be taken for a shipped one."""


def find_faults(rows: Rows, unreadable: Collection[str] = (), well: Rows | None = None) -> list[Fault]:
    """Look for faults across rows and tables.

    Parameters
    ----------
    rows
        Table name to rows.
    unreadable
        Tables of which some rows could not be read: what refers to them is not held against the referrer.
    well
        Rows that were found well and have the same ids: values that stand there too are not looked at again.

    Returns
    -------
    list of Fault
        Empty if all is well.
    """
    known = _known_ids(rows)
    faults = [*_duplicate_ids(rows), *_duplicate_values(rows, well), *_gauges(rows), *_links(rows), *_bids(rows)]
    faults += _references(rows, known, unreadable)
    faults += _proxies(rows)
    faults += _payees(rows)
    rates = {(row.subject.upper(), row.year): row.central for row in rows["fx"]}  # type: ignore[attr-defined]
    for table in VALUE_TABLES:
        before = {id(row) for row in well[table]} if well else set()
        for number, value in _numbered(rows[table]):
            if id(value) not in before:
                faults += _value_faults(f"{table}.csv", number, table, value, rates, known, unreadable)
    faults += _money(rows)
    if not unreadable:
        faults += _facilities(rows)
    stands = {"links", "nodes"}.isdisjoint(unreadable)
    if stands and (well is None or any(rows[table] is not well[table] for table in ("rules", "links", "nodes"))):
        faults += rules.faults(rows["rules"], rules.passages(rows["links"], rows["nodes"]))  # type: ignore[arg-type]
    return faults


def remarks(rows: Rows) -> list[str]:
    """Say what is no fault and yet not as it should be."""
    laws, commodities, nodes, links = (rows[table] for table in ("rules", "commodities", "nodes", "links"))
    origins = {node.country for node in nodes}  # type: ignore[attr-defined]
    return rules.contradictions(laws, rules.passages(links, nodes), commodities, origins)  # type: ignore[arg-type]


def _numbered(rows: tuple[Any, ...]) -> Iterator[tuple[int, Any]]:
    return ((row.number, row) for row in rows)


def _known_ids(rows: Rows) -> dict[str, set[str]]:
    """Ids by what a ``subject`` or a reference may point to."""
    ids = {table: {row.id for row in rows[table]} for table in STRUCTURE_TABLES}  # type: ignore[attr-defined]
    nodes: Any = rows["nodes"]
    links: Any = rows["links"]
    commodities: Any = rows["commodities"]
    values: Any = {table: rows[table] for table in VALUE_TABLES}
    sea_ends = {end for link in links if link.kind == "sea" for end in (link.from_node, link.to_node)}
    return {
        **ids,
        "link": ids["links"] | {link.tariff for link in links if link.tariff},
        "facility": {link.facility for link in links if link.facility},
        "mine": {node.id for node in nodes if node.kind == "mine"},
        "bid": ids["bids"],
        "commodity": ids["commodities"],
        "commodity or group": ids["commodities"] | {commodity.group for commodity in commodities},
        "price_reference": {value.subject for value in values["prices"]},
        "port": sea_ends,
        "ship": {value.subject for value in values["ships"]},
        # one whose price is missing is missed where it is burnt
        "fuel": {value.subject for value in values["ships"]}
        | {value.subject for value in values["emissions"] if value.parameter == "fuel_emission"},
        "gas": {CARBON},
        "cargo": {CARGO},
        "works": {WORKS},
        "index": {"usd"},
        "currency": {currency.lower() for currency in units.CURRENCIES},
        "operator": {link.operator for link in links},
        "payee": ids["payees"],
        "country": {node.country for node in nodes},
    }


def _unknown(file: str, number: int, column: str, word: str, kind: str, known: Collection[str]) -> Fault:
    return Fault(file, number, column, f'"{word}" is no {kind} of this study.{did_you_mean(word, sorted(known))}')


def _duplicate_ids(rows: Rows) -> Iterator[Fault]:
    for table in STRUCTURE_TABLES:
        first: dict[str, int] = {}
        for number, row in _numbered(rows[table]):
            if first.setdefault(row.id, number) != number:
                yield Fault(
                    f"{table}.csv", number, "id", f'"{row.id}" stands in row {first[row.id]} already. Ids must differ.'
                )


def _duplicate_values(rows: Rows, well: Rows | None) -> Iterator[Fault]:
    """For every key exactly one row may hold on any day."""
    for table in VALUE_TABLES:
        if well and rows[table] is well[table]:
            continue
        by_key: dict[tuple[str, str, str | None], list[tuple[dt.date, dt.date, int]]] = defaultdict(list)
        for number, value in _numbered(rows[table]):
            period = (value.valid_from or dt.date.min, value.valid_until or dt.date.max, number)
            by_key[value.parameter, value.subject, value.commodity].append(period)
        for (parameter, subject, commodity), periods in by_key.items():
            periods.sort()
            for earlier, later in pairwise(periods):
                if later[0] <= earlier[1]:
                    key = f"{parameter} of {subject}" + (f" for {commodity}" if commodity else "")
                    when = "until one begins" if later[0] == dt.date.min else f"on {later[0]}"
                    yield Fault(
                        f"{table}.csv",
                        later[2],
                        "valid_from",
                        f"{key} has two values {when}: the other is in row {earlier[2]}. End one.",
                    )


def _references(rows: Rows, known: dict[str, set[str]], unreadable: Collection[str]) -> Iterator[Fault]:
    single = {
        ("commodities", "source"): "sources",
        ("commodities", "price_reference"): "price_reference",
        ("nodes", "source"): "sources",
        ("links", "source"): "sources",
        ("links", "from_node"): "nodes",
        ("links", "to_node"): "nodes",
        ("bids", "source"): "sources",
        ("bids", "node"): "nodes",
        ("bids", "commodity"): "commodities",
        ("bids", "price_reference"): "price_reference",
        ("rules", "source"): "sources",
        ("price_statistics", "source"): "sources",
        ("payees", "source"): "sources",
        ("countries", "source"): "sources",
        ("validation", "source"): "sources",
        ("shipments", "source"): "sources",
    }
    several = {
        ("links", "commodities"): "commodity or group",
        ("rules", "commodities"): "commodity or group",
        ("rules", "nodes"): "nodes",
        ("rules", "links"): "links",
        ("rules", "operators"): "operator",
        ("rules", "origins"): "country",
        ("rules", "importers"): "country",
        ("rules", "last_ports"): "country",
        ("rules", "passed"): "country",
        ("rules", "lifts"): "rules",
        ("payees", "operators"): "operator",
        ("payees", "tariffs"): "link",
    }
    for (table, column), target in single.items():
        if target in unreadable or (target == "price_reference" and "prices" in unreadable):
            continue
        for number, row in _numbered(rows[table]):
            word = getattr(row, column)
            if word not in known[target]:
                yield _unknown(
                    f"{table}.csv", number, column, word, target.replace("_", " ").removesuffix("s"), known[target]
                )
    for (table, column), target in several.items():
        if target in unreadable or {"nodes", "links", "commodities"} & set(unreadable):
            continue
        for number, row in _numbered(rows[table]):
            for word in getattr(row, column):
                bare = word.removeprefix("!") if isinstance(row, Rule) else word
                if bare not in known[target] and not (
                    isinstance(row, Rule) and column == "commodities" and _is_hs(bare)
                ):
                    yield _unknown(f"{table}.csv", number, column, word, target.removesuffix("s"), known[target])


def _is_hs(word: str) -> bool:
    return word.startswith("hs") and word[2:].isdigit()


def _value_faults(
    file: str,
    number: int,
    table: str,
    value: Value,
    rates: Mapping[tuple[str, int], float],
    known: dict[str, set[str]],
    unreadable: Collection[str],
) -> Iterator[Fault]:
    parameter = PARAMETERS.get(value.parameter)
    if parameter is None or parameter.table != table:
        here = [name for name, p in PARAMETERS.items() if p.table == table]
        where = f" It belongs into {parameter.table}.csv." if parameter else did_you_mean(value.parameter, here)
        yield Fault(
            file,
            number,
            "parameter",
            f'"{value.parameter}" is no parameter of this table.{where} Here: {", ".join(here)}.',
        )
        return
    if not unreadable and value.subject not in known[parameter.subject]:
        yield _unknown(
            file, number, "subject", value.subject, parameter.subject.replace("_", " "), known[parameter.subject]
        )
    cargo = "commodity" if parameter.subject == "mine" else "commodity or group"
    if value.commodity and "commodities" not in unreadable and value.commodity not in known[cargo]:
        yield _unknown(file, number, "commodity", value.commodity, cargo, known[cargo])
    if parameter.subject == "mine" and not value.commodity:
        yield Fault(file, number, "commodity", "empty. A mine's row names what it offers.")
    if value.commodity and (table in ("capital", "fx", "price_index") or parameter.subject in ("fuel", "gas", "works")):
        yield Fault(file, number, "commodity", f'"{value.commodity}": such rows hold for all. Leave it blank.')
    if "sources" not in unreadable and value.source not in known["sources"]:
        yield _unknown(file, number, "source", value.source, "source", known["sources"])
    yield from _unit_and_range(file, number, value, parameter, rates)


def _unit_and_range(
    file: str, number: int, value: Value, parameter: Parameter, rates: Mapping[tuple[str, int], float]
) -> Iterator[Fault]:
    try:
        coherent, factor, currency = units.parse(value.unit)
    except KeyError:
        fits = ", ".join(units.known(parameter.unit))
        message = f'"{value.unit}" is no unit known here. For {value.parameter} write one of {fits}.'
        yield Fault(file, number, "unit", message)
        return
    if coherent != parameter.unit or ("dmt" in value.unit and value.parameter not in PER_DRY_TONNE):
        fits = ", ".join(units.known(parameter.unit))
        yield Fault(file, number, "unit", f'"{value.unit}" does not measure {value.parameter}. Write one of {fits}.')
        return
    if value.parameter == "exchange_rate" and value.unit != f"{value.subject.upper()}/USD":
        yield Fault(
            file, number, "unit", f'"{value.unit}" is no rate of {value.subject}. Write {value.subject.upper()}/USD.'
        )
        return
    if currency not in (None, "USD"):
        factor /= rates.get((currency, value.year), math.inf)  # without a rate there is a fault of its own
    for column in ("low", "central", "high"):
        figure = getattr(value, column)
        if figure < 0 <= parameter.minimum:
            yield Fault(
                file,
                number,
                column,
                f"{figure:g} is negative. {value.parameter} must be at least {parameter.minimum:g} {parameter.unit}.",
            )
        elif factor and not parameter.minimum <= figure * factor <= parameter.maximum:
            span = f"{parameter.minimum:g} to {parameter.maximum:g} {parameter.unit}"
            yield Fault(
                file,
                number,
                column,
                f"{figure:g} {value.unit} is out of range: {value.parameter} lies within {span}. Is the unit right?",
            )


def _gauges(rows: Rows) -> Iterator[Fault]:
    gauge: dict[str, int | None] = {node.id: node.gauge for node in rows["nodes"]}  # type: ignore[attr-defined]
    for number, link in _numbered(rows["links"]):
        if link.from_node not in gauge or link.to_node not in gauge:
            continue
        ends = gauge[link.from_node], gauge[link.to_node]
        apart = None not in ends and ends[0] != ends[1]
        if link.kind != "gauge_break" and (apart or (link.kind == "rail" and None in ends)):
            yield Fault(
                "links.csv",
                number,
                "kind",
                f"a {link.kind} link joins nodes of one gauge; these have {ends[0]} and {ends[1]}. Use gauge_break.",
            )
        if link.kind == "gauge_break" and (None in ends or ends[0] == ends[1]):
            yield Fault(
                "links.csv",
                number,
                "kind",
                f"a gauge break joins nodes of two gauges; these have {ends[0]} and {ends[1]}.",
            )


def _links(rows: Rows) -> Iterator[Fault]:
    capital: dict[str, set[str]] = defaultdict(set)
    for value in rows["capital"]:
        capital[value.subject].add(value.parameter)  # type: ignore[attr-defined]
    leaving = {
        end: number
        for number, link in _numbered(rows["links"])
        for end in (link.from_node, *([link.to_node] if link.direction == "both" and link.kind != "sea" else []))
    }
    for number, row in _numbered(rows["links"]):
        link: Link = row
        if link.kind == "sea" and link.to_node in leaving:
            message = (
                f'"{link.to_node}" has a way onward (row {leaving[link.to_node]}). Sea links end at a place of sale.'
            )
            yield Fault("links.csv", number, "to_node", message)
        if link.from_node == link.to_node:
            yield Fault(
                "links.csv", number, "to_node", f'"{link.to_node}" is where the link begins. A link joins two nodes.'
            )
        if link.kind == "border" and not link.crossing:
            yield Fault("links.csv", number, "crossing", "empty. A border link names its crossing.")
        have = capital[link.id] | capital[link.tariff or ""]
        if link.status == "planned" and link.kind in ("rail", "road") and not _paid_for(have):
            message = f'"{link.id}" is planned and has no capital_cost with life and volume in capital.csv. '
            yield Fault("links.csv", number, "status", f"{message}What is not built is not free.")


def _paid_for(have: Collection[str]) -> bool:
    return {"capital_life", "capital_volume"} <= {*have} and bool({"capital_cost", "capital_cost_per_km"} & {*have})


def _bids(rows: Rows) -> Iterator[Fault]:
    main: dict[str, list[int]] = defaultdict(list)
    buyers: dict[str, int] = {}
    for number, bid in _numbered(rows["bids"]):
        buyers.setdefault(bid.commodity, number)
        if bid.main_market == "yes":
            main[bid.commodity].append(number)
    for commodity, number in buyers.items():
        if len(main[commodity]) != 1:
            yield Fault(
                "bids.csv",
                number,
                "main_market",
                f"{commodity} has {len(main[commodity])} bids with yes. Exactly one is what the summary shows.",
            )


def _proxies(rows: Rows) -> Iterator[Fault]:
    """A price follows one other, which has statistics of its own and follows none."""
    statistics: Any = rows["price_statistics"]
    own = {row.reference for row in statistics if row.kind == "dispersion_of_levels"}
    proxies = [row for row in statistics if row.kind == "proxy"]
    for row in proxies:
        if sum(row.reference == other.reference for other in proxies) > 1:
            message = f'"{row.reference}" has several proxies. Keep one.'
            yield Fault("price_statistics.csv", row.number, "reference", message)
        if row.other not in own or any(row.other == other.reference for other in proxies):
            message = (
                f'"{row.other}" has no dispersion_of_levels of its own, or follows another price. Name one that has.'
            )
            yield Fault("price_statistics.csv", row.number, "other", message)


def _payees(rows: Rows) -> Iterator[Fault]:
    """A charge has one payee, and one that shares with a partner says how."""
    payees: Any = rows["payees"]
    first: dict[tuple[str, str, str], int] = {}
    for number, payee in _numbered(payees):
        for operator in payee.operators or ("",):
            for tariff in payee.tariffs or ("",):
                for part in payee.parts or ("",):
                    what = operator, tariff, part
                    if first.setdefault(what, number) != number:
                        charge = " ".join(filter(None, [part or "all", "of", operator, tariff]))
                        message = f"{charge} is paid to row {first[what]} already. One receives it."
                        yield Fault("payees.csv", number, "operators", message)
    alone = {payee.id for payee in payees if not payee.partner}
    for number, value in _numbered(rows["cost_shares"]):
        if value.parameter == "partner_share" and value.subject in alone:
            message = f'"{value.subject}" has no partner in payees.csv. Name one there, or remove the row.'
            yield Fault("cost_shares.csv", number, "parameter", message)


def _facilities(rows: Rows) -> Iterator[Fault]:
    have: dict[str, set[str]] = defaultdict(set)
    for value in rows["capacities"]:
        have[value.subject].add(value.parameter)  # type: ignore[attr-defined]
    for number, link in _numbered(rows["links"]):
        missing = {"capacity", "background"} - have[link.facility] if link.facility else set()
        if missing:
            yield Fault(
                "links.csv",
                number,
                "facility",
                f'"{link.facility}" has no {" and no ".join(sorted(missing))} in capacities.csv.',
            )


def _money(rows: Rows) -> Iterator[Fault]:
    for table in ("fx", "price_index"):
        first: dict[tuple[str, int], int] = {}
        for number, value in _numbered(rows[table]):
            if first.setdefault((value.subject, value.year), number) != number:
                there = first[value.subject, value.year]
                message = f"{value.subject} of {value.year} stands in row {there} already. One mean of the year holds."
                yield Fault(f"{table}.csv", number, "year", message)
    fuels = {value.subject for value in rows["ships"] if value.parameter == "fuel_price"}  # type: ignore[attr-defined]
    if len(fuels) > 1:
        message = f"there are several fuels: {', '.join(sorted(fuels))}. Ships burn one; give the others no row."
        yield Fault("ships.csv", None, "subject", message)
    fx = {(value.subject, value.year) for value in rows["fx"]}  # type: ignore[attr-defined]
    index = {value.year for value in rows["price_index"]}  # type: ignore[attr-defined]
    for table in VALUE_TABLES:
        for number, value in _numbered(rows[table]):
            try:
                currency = units.parse(value.unit)[2]
            except KeyError:
                continue
            if currency and value.year not in index:
                yield Fault(
                    f"{table}.csv",
                    number,
                    "year",
                    f"no price index for {value.year} in price_index.csv, so dollars of that year cannot be restated.",
                )
            if currency and currency != "USD" and (currency.lower(), value.year) not in fx:
                yield Fault(
                    f"{table}.csv",
                    number,
                    "year",
                    f"no exchange rate of {currency} for {value.year} in fx.csv. Add a sourced one.",
                )
