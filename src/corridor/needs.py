"""Which numbers a scenario needs: the one place that says what may not be missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from corridor.network import Network
from corridor.schema import (
    CARGO,
    METAL_GROUP,
    NEEDED_BY_BID,
    NEEDED_BY_CARGO,
    NEEDED_BY_COMMODITY,
    NEEDED_BY_LINK,
    NEEDED_BY_METAL,
    NEEDED_BY_MINE,
    NEEDED_BY_PORT,
    NEEDED_BY_SHIP,
    NEEDED_OF_EMISSIONS,
    WORKS,
    Link,
)
from corridor.tables import Tables
from corridor.values import Values


def note_missing(values: Values, network: Network, tables: Tables, planned: Collection[str]) -> None:
    """Note a fault in ``values`` for every number that is needed and does not hold.

    Parameters
    ----------
    values
        Numbers of the date; faults are noted there, one for each number and subject, not for each use.
    network
        Links of the date.
    tables
        Mines, bids and commodities.
    planned
        Ids of links that are not built: where a scenario opens them they pay their capital.
    """
    links = list(dict.fromkeys(edge.link for edge in network.edges))
    lacking: dict[tuple[str, str], set[str]] = defaultdict(set)
    emissions = any(tables["emissions"])  # a study without the table says nothing of them; one with it says all
    for link in links:
        for parameter in (*NEEDED_BY_LINK[link.kind], *(NEEDED_OF_EMISSIONS.get(link.kind, ()) if emissions else ())):
            _note_link(values, network, link, parameter, lacking)
        for parameter in ("rate", "speed"):
            if values.holds(parameter, link.id, link.tariff) and not values.holds("length", link.id, link.tariff):
                values.miss("length", link.id, link.tariff)  # a rate without a length would cost nothing
        if link.id in planned and link.kind in ("rail", "road"):
            _note_capital(values, link)
    for (parameter, subject), cargoes in lacking.items():
        for cargo in ("",) if cargoes >= {*network.commodities} else sorted(cargoes):
            values.miss(parameter, subject, commodity=cargo or None)
    _note_ships(values, links)
    if emissions:
        _note_fuel_emission(values)
    _note_traders(values, tables)
    _note_finance(values, network)
    for facility in dict.fromkeys(link.facility for link in links if link.facility):
        for parameter in ("capacity", "background"):
            values.need(parameter, facility)


def _note_link(
    values: Values, network: Network, link: Link, parameter: str, lacking: dict[tuple[str, str], set[str]]
) -> None:
    """Gather what a link lacks under the name where it should stand: links share their tariff's numbers."""
    if values.holds(parameter, link.id, link.tariff):
        return
    for commodity in network.commodities.values():
        if network.takes(link, commodity) and not values.find(parameter, link.id, link.tariff, commodity=commodity.id):
            subject = link.id if parameter == "length" or not link.tariff else link.tariff
            lacking[parameter, subject].add(commodity.id)


def _note_capital(values: Values, link: Link) -> None:
    if not any(values.holds(name, link.id, link.tariff) for name in ("capital_cost", "capital_cost_per_km")):
        values.miss("capital_cost", link.id, link.tariff)
    for name in ("capital_life", "capital_volume"):
        values.need(name, link.id, link.tariff)


def _note_ships(values: Values, links: Collection[Link]) -> None:
    berths = dict.fromkeys(end for link in links if link.kind == "sea" for end in (link.from_node, link.to_node))
    if not berths:
        return
    ships = sorted({figure.row.subject for figure in values.of("deadweight")})
    if not ships:
        values.miss("deadweight", "any ship")
    for ship in ships:
        for parameter in NEEDED_BY_SHIP:
            values.need(parameter, ship)
    if not any(True for _ in values.of("fuel_price")):
        values.miss("fuel_price", "any fuel")
    for berth in berths:
        for parameter in NEEDED_BY_PORT:
            values.need(parameter, berth)
        if values.holds("ice_season", berth) != values.holds("ice_delay", berth):
            values.need("ice_season", berth)
            values.need("ice_delay", berth)


def _note_fuel_emission(values: Values) -> None:
    for fuel in values.of("fuel_price"):
        values.need("fuel_emission", fuel.row.subject)


def _note_finance(values: Values, network: Network) -> None:
    """What tied-up money costs, under the name of a commodity where others have it."""
    for parameter in NEEDED_BY_CARGO:
        lacking = [name for name in network.commodities if not values.find(parameter, CARGO, commodity=name)]
        for cargo in (None,) if len(lacking) == len(network.commodities) else lacking:
            values.miss(parameter, CARGO, commodity=cargo)
    if any(True for name in ("capital_cost", "capital_cost_per_km") for _ in values.of(name)):
        values.need("discount_rate", WORKS)


def _note_traders(values: Values, tables: Tables) -> None:
    """Mines, bids and what is shipped."""
    for node, cargo in dict.fromkeys((row.subject, row.commodity) for row in tables["mines"]):
        for parameter in NEEDED_BY_MINE:
            values.need(parameter, node, commodity=cargo)
    for bid in tables["bids"]:
        values.need("price", bid.price_reference)
        for parameter in NEEDED_BY_BID:
            values.need(parameter, bid.id, commodity=bid.commodity)
    for commodity in tables["commodities"]:
        metal = NEEDED_BY_METAL if commodity.group == METAL_GROUP else ()
        dry = ("moisture",) if commodity.price_basis == "dry" else ()
        for parameter in (*NEEDED_BY_COMMODITY, *metal, *dry):
            values.need(parameter, commodity.id)
        values.need("price", commodity.price_reference)
