"""Every parameter that a value table may hold, and who needs it."""

from __future__ import annotations

from typing import NamedTuple


class Parameter(NamedTuple):
    """What a value table may hold.

    Attributes
    ----------
    table
        The table whose rows hold it.
    subject
        What its ``subject`` column refers to.
    unit
        The coherent unit that it is converted into at the door.
    sense
        +1 if a larger value raises generalised cost, -1 if it lowers it, 0 if neither: decides which bound is the
        dear one.
    linear
        Whether generalised cost or price is linear in it, so that sensitivity to it is exact.
    minimum, maximum
        Range in the coherent unit.
    meaning
        One line.
    """

    table: str
    subject: str
    unit: str
    sense: int
    linear: bool
    minimum: float
    maximum: float
    meaning: str


_INF = float("inf")


def _p(
    table: str, subject: str, unit: str, sense: int, linear: bool, minimum: float, maximum: float, meaning: str
) -> Parameter:
    return Parameter(table, subject, unit, sense, linear, minimum, maximum, meaning)


COST_SHARES = "cost_shares"
"""The table that no plan rests on: it says who keeps how much of what is paid, not what is paid."""

PARAMETERS: dict[str, Parameter] = {
    # what a link costs and how long it takes; the subject is the link or the tariff it names
    "length": _p("lengths", "link", "km", +1, True, 0.001, 40_000, "length of the link"),
    "rate": _p(
        "tariffs", "link", "USD/t-km", +1, True, 0, 10, "freight rate, wagons or trucks and their empty return included"
    ),
    "haul_charge": _p(
        "tariffs", "link", "USD/t", +1, True, 0, 1000, "the part of a freight tariff that does not depend on distance"
    ),
    "handling_charge": _p("tariffs", "link", "USD/t", +1, True, 0, 1000, "loading, unloading or transloading"),
    "gauge_break_charge": _p(
        "tariffs", "link", "USD/t", +1, True, 0, 1000, "change of gauge, by bogie exchange or transloading"
    ),
    "border_charge": _p("tariffs", "link", "USD/t", +1, True, 0, 1000, "customs, inspection and other official fees"),
    "port_charge": _p("tariffs", "link", "USD/t", +1, True, 0, 1000, "stevedoring, storage and dues on cargo"),
    "other_charge": _p(
        "tariffs", "link", "USD/t", +1, True, 0, 1000, "tolls, premiums and charges that fit no other part"
    ),
    "ad_valorem_share": _p(
        "tariffs", "link", "share", +1, True, 0, 1, "insurance and risk premium, share of the value at loading"
    ),
    "speed": _p(
        "times", "link", "km/h", -1, False, 0.1, 200, "commercial speed on the way, halts on the line included"
    ),
    "dwell": _p("times", "link", "h", +1, True, 0, 24 * 365, "standing time"),
    "dwell_spread": _p("times", "link", "h", +1, True, 0, 24 * 365, "standard deviation of the standing time"),
    "capital_cost": _p("capital", "link", "MUSD", +1, True, 0, 1e6, "what a planned link costs to build"),
    "capital_cost_per_km": _p(
        "capital", "link", "MUSD/km", +1, True, 0, 1e3, "what a planned line costs to build, per km"
    ),
    "capital_life": _p("capital", "link", "yr", -1, False, 1, 200, "years over which the capital is recovered"),
    "capital_volume": _p(
        "capital", "link", "Mt/yr", -1, False, 1e-6, 1e4, "traffic over which the capital is recovered"
    ),
    # what tied-up money costs
    "capital_rate": _p(
        "finance", "cargo", "share/yr", +1, True, 0, 1, "return forgone on cargo under way, share of its value"
    ),
    "holding_rate": _p(
        "finance", "cargo", "share/yr", +1, True, 0, 1, "insurance, storage and decay of cargo, share of its value"
    ),
    "service_factor": _p(
        "finance", "cargo", "sd", +1, True, 0, 5, "standard deviations of late arrival that stock is held against"
    ),
    "discount_rate": _p(
        "finance", "works", "share/yr", +1, False, 0, 1, "rate at which the capital of what is built is recovered"
    ),
    # facilities
    "capacity": _p("capacities", "facility", "Mt/yr", 0, True, 0, 1e4, "what the facility can pass in a year"),
    "background": _p("capacities", "facility", "Mt/yr", 0, True, 0, 1e4, "traffic on it that the study does not model"),
    # sellers and buyers
    "output": _p("mines", "mine", "Mt/yr", 0, True, 0, 1e4, "what the mine can ship in a year, wet tonnes"),
    "cash_cost": _p(
        "mines", "mine", "USD/t", 0, True, 0, 1e5, "cash cost of a tonne loaded at the mine, royalty apart"
    ),
    "quality_premium": _p(
        "mines", "mine", "USD/t", 0, True, -1e5, 1e5, "what a tonne of this mine fetches above the standard grade"
    ),
    "intake": _p("demand", "bid", "Mt/yr", 0, True, 0, 1e4, "most that the buyer takes in a year"),
    "price_factor": _p("demand", "bid", "share", 0, True, 0, 10, "bid over reference, for quality and delivery term"),
    "price_differential": _p(
        "demand", "bid", "USD/t", 0, True, -1e5, 1e5, "what is added to it, for freight and quality"
    ),
    # commodities
    "moisture": _p("quality", "commodity", "share", 0, False, 0, 0.5, "water in the shipped tonne"),
    "payable": _p(
        "quality", "commodity", "share", 0, False, 0, 1, "payable metal in a dry tonne: grade times payability"
    ),
    "treatment_charge": _p("quality", "commodity", "USD/t", 0, True, -1e4, 1e4, "treatment charge per dry tonne"),
    "refining_charge": _p(
        "quality", "commodity", "USD/t", 0, True, -1e5, 1e5, "refining charge per tonne of payable metal"
    ),
    "value_factor": _p(
        "quality", "commodity", "share", 0, True, 0, 10, "value of a shipped tonne at loading over its price reference"
    ),
    "royalty": _p("quality", "commodity", "share", 0, True, 0, 1, "royalty, share of the value at loading"),
    "handling_loss": _p(
        "quality", "commodity", "share", +1, True, 0, 0.5, "lost each time that the cargo is transloaded or shipped"
    ),
    "usual_lot": _p("quality", "commodity", "t", -1, False, 1, 1e6, "usual size of a shipment by sea"),
    # prices
    "price": _p(
        "prices",
        "price_reference",
        "USD/t",
        0,
        True,
        0,
        1e7,
        "market price; per tonne of metal, dry tonne or tonne as quoted",
    ),
    # ports and ships
    "draft": _p("ports", "port", "m", -1, False, 1, 40, "deepest laden draft that the berth permits"),
    "ship_length": _p("ports", "port", "m", -1, False, 10, 500, "longest ship that the berth permits"),
    "cargo_rate": _p("ports", "port", "t/day", -1, False, 10, 1e6, "cargo worked in a day alongside, waiting included"),
    "call_charge": _p(
        "ports", "port", "USD/call", +1, True, 0, 1e6, "pilots, lines and agents, whatever the ship's size"
    ),
    "port_dues": _p(
        "ports",
        "port",
        "USD/t",
        +1,
        True,
        0,
        1000,
        "tonnage dues and tugs a call, for each tonne of the ship's deadweight",
    ),
    "ice_season": _p(
        "ports", "port", "h", +1, False, 0, 24 * 366, "part of the year when ships wait for an icebreaker"
    ),
    "ice_delay": _p("ports", "port", "h", +1, False, 0, 24 * 100, "how long a ship waits for it in that season"),
    "deadweight": _p("ships", "ship", "t", 0, False, 100, 5e5, "cargo, fuel and stores at the laden draft"),
    "laden_draft": _p("ships", "ship", "m", 0, False, 1, 40, "draft at full load"),
    "overall_length": _p("ships", "ship", "m", 0, False, 10, 500, "length overall"),
    "immersion": _p("ships", "ship", "t/cm", 0, False, 1, 500, "tonnes that sink the ship by a centimetre"),
    "stores": _p(
        "ships", "ship", "t", 0, False, 0, 1e4, "fuel, water and stores on board: deadweight that is not cargo"
    ),
    "ship_speed": _p("ships", "ship", "km/h", -1, False, 5, 60, "service speed"),
    "sea_fuel": _p("ships", "ship", "t/day", +1, True, 0, 500, "fuel burnt a day at sea"),
    "port_fuel": _p("ships", "ship", "t/day", +1, True, 0, 100, "fuel burnt a day in port"),
    "charter": _p("ships", "ship", "USD/day", +1, True, 0, 1e6, "time charter"),
    "fuel_price": _p("ships", "fuel", "USD/t", +1, True, 0, 1e4, "price of ship's fuel"),
    # greenhouse gases
    "emission_factor": _p(
        "emissions",
        "link",
        "kg/t-km",
        +1,
        True,
        0,
        5,
        "kg CO2e for a tonne over a km by rail or road, from the well to the wheel, empty return included",
    ),
    "handling_emission": _p("emissions", "link", "kg/t", +1, True, 0, 1000, "kg CO2e of handling a tonne"),
    "fuel_emission": _p(
        "emissions", "fuel", "kg/t", +1, True, 0, 10_000, "kg CO2e of a tonne of ship's fuel, from the well to the wake"
    ),
    "carbon_price": _p(
        "emissions", "gas", "USD/t", +1, True, 0, 10_000, "price of a tonne of CO2e, charged on all that is emitted"
    ),
    # who is paid
    "cost_share": _p(
        COST_SHARES, "payee", "share", +1, True, 0, 3, "resource cost, share of what is charged; the rest is a transfer"
    ),
    "partner_share": _p(COST_SHARES, "payee", "share", 0, True, 0, 1, "the partner's share of what is left over it"),
    "entry_share": _p(
        COST_SHARES, "payee", "share", 0, True, 0, 1, "share of a border's charge that the country entered takes"
    ),
    # money
    "exchange_rate": _p(
        "fx", "currency", "1/USD", 0, False, 1e-6, 1e6, "units of the currency for a dollar, mean of the year"
    ),
    "price_index": _p("price_index", "index", "index", 0, False, 1e-3, 1e6, "price level of the year"),
}

NEEDED_BY_LINK: dict[str, tuple[str, ...]] = {
    "rail": ("length", "rate", "speed"),
    "road": ("length", "rate", "speed"),
    "sea": ("length", "ad_valorem_share"),
    "border": ("border_charge", "dwell", "dwell_spread"),
    "gauge_break": ("gauge_break_charge", "dwell", "dwell_spread"),
    "transload": ("handling_charge", "dwell"),
    "port": ("port_charge", "dwell", "dwell_spread"),
}
"""What a link of a kind must have; it may have every other charge too."""

NEEDED_OF_EMISSIONS: dict[str, tuple[str, ...]] = {"rail": ("emission_factor",), "road": ("emission_factor",)}
"""What a link of a kind must have besides, where the study has a table of emissions; sea links need their fuel's."""

CARBON = "co2e"
"""Subject of the carbon price."""

CARGO, WORKS = "cargo", "works"
"""Subjects of what tied-up money costs: in goods under way, and in what was built."""

NEEDED_BY_CARGO = ("capital_rate", "holding_rate", "service_factor")
"""What every commodity must have: a row of its own, of its group, or one for all."""

NEEDED_BY_COMMODITY = ("value_factor", "royalty", "handling_loss", "usual_lot")

METAL_GROUP = "concentrate"
"""Commodities of this group are priced by their payable metal."""

NEEDED_BY_METAL = ("payable", "treatment_charge", "refining_charge")

NEEDED_BY_MINE = ("output", "cash_cost", "quality_premium")

NEEDED_BY_BID = ("intake", "price_factor", "price_differential")

NEEDED_BY_PORT = ("draft", "cargo_rate", "call_charge", "port_dues")

KNOWN_OF_PORT = ("ship_length", "ice_season", "ice_delay")
"""What a port may have besides: a longest ship, and ice."""

NEEDED_BY_SHIP = (
    "deadweight",
    "laden_draft",
    "overall_length",
    "immersion",
    "stores",
    "ship_speed",
    "sea_fuel",
    "port_fuel",
    "charter",
)

LOSSY = ("transload", "gauge_break", "port")
"""Kinds of link on which ``handling_loss`` is lost."""
