"""Every column of every table: unit, range, key and meaning.

A data folder has two sorts of tables. *Structure* tables say what there is (nodes, links, bids, rules ...)
and hold no costs. *Value* tables all have the columns of :class:`Value`: one row a number, with its range, unit,
year, dates, source and basis. The parameters that they may hold stand in :data:`PARAMETERS`.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, ClassVar, Literal, NamedTuple, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

Basis = Literal["observed", "published", "estimated", "assumed"]
Grade = Literal["A", "B", "C", "D"]
LinkKind = Literal["rail", "road", "sea", "border", "gauge_break", "transload", "port"]
Effect = Literal["open", "conditional", "unclear", "barred"]

Quantity = Literal[
    "cost",
    "generalised",
    "time",
    "distance",
    "speed",
    "moving_speed",
    "cost_per_km",
    "parcel",
    "bid",
    "netback",
    "cost_share",
    "parameter",
]

BASES: tuple[Basis, ...] = ("observed", "published", "estimated", "assumed")
"""From the best grounded to the worst."""

EFFECTS: tuple[Effect, ...] = ("open", "conditional", "unclear", "barred")
"""From the mildest to the strictest: a route has the strictest of its links."""

PARTS = (
    "haul",
    "handling",
    "gauge_break",
    "border",
    "port",
    "ocean",
    "ad_valorem",
    "loss",
    "time",
    "reliability",
    "carbon",
    "capital",
    "other",
)
"""The parts of generalised cost, in the order in which they are reported."""

NOT_CASH = ("time", "reliability", "carbon")
"""Parts that steer the choice of route but that nobody is invoiced for."""

PAID = ("haul", "handling", "gauge_break", "border", "port", "ocean", "other")
"""Parts that somebody charges and may keep in part. The others are used up: insurance, loss, time, what was built."""


def _blank_to_none(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


def _split(value: object) -> object:
    return tuple(value.split()) if isinstance(value, str) else value


def _refuse_reversed(valid_from: dt.date | None, valid_until: dt.date | None) -> None:
    if valid_from and valid_until and valid_from > valid_until:
        raise ValueError(f"valid_until ({valid_until}) lies before valid_from ({valid_from})")


Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.\-]*$", max_length=80)]
Text = Annotated[str, Field(min_length=1)]
Date = Annotated[dt.date | None, BeforeValidator(_blank_to_none)]
Optional = Annotated[Identifier | None, BeforeValidator(_blank_to_none)]
Words = Annotated[tuple[str, ...], BeforeValidator(_split)]
Amount = Annotated[Annotated[float, Field(ge=0)] | None, BeforeValidator(_blank_to_none)]
Share = Annotated[Annotated[float, Field(gt=-1)] | None, BeforeValidator(_blank_to_none)]
Number = Annotated[float | None, BeforeValidator(_blank_to_none)]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Year = Annotated[int, Field(ge=1900, le=2100)]


def refuse_control_characters(value: object) -> object:
    """Refuse what would steer a terminal or break a line."""
    if isinstance(value, str) and not value.isprintable():
        hidden = next(character for character in value if not character.isprintable())
        raise ValueError(f"holds the control character {hidden!r}. Remove it")
    return value


class Row(BaseModel):
    """Common to all tables: frozen, no unknown columns."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, allow_inf_nan=False)
    number: ClassVar[int] = 0
    """Row of the file, as the spreadsheet shows it; 0 if it comes from no file."""

    def in_row(self, number: int) -> Self:
        """Say in which row of the file it stands."""
        self.__dict__["number"] = number  # no column, and asked for so often that a private attribute is too slow
        return self


class Source(Row):
    """sources.csv: who said it, and where."""

    id: Identifier = Field(description="key")
    citation: Text = Field(description="author or body, title, date")
    address: str = Field(default="", description="web address, or blank where there is none")
    note: str = ""


class Commodity(Row):
    """commodities.csv: what is shipped."""

    id: Identifier = Field(description="key")
    name: Text
    group: Identifier = Field(description="coal, ore, concentrate, mineral: rows for a group hold for its members")
    hs_code: Annotated[str, Field(pattern=r"^\d{4,10}$")] = Field(description="Harmonised System code, 4 to 10 digits")
    price_reference: Identifier = Field(description="price that the value of a tonne at loading follows")
    price_basis: Literal["wet", "dry"] = Field(description="whether the reference is quoted per wet or per dry tonne")
    source: Identifier
    note: str = ""


class Node(Row):
    """nodes.csv: places; a place where modes or gauges meet is several nodes joined by links."""

    id: Identifier = Field(description="key")
    name: Text
    native_name: str = Field(default="", description="as people there write it, for maps; blank: the name alone")
    kind: Literal["mine", "station", "yard", "port", "market"]
    country: Country = Field(description="ISO 3166 two letters; the territory that the node lies in")
    gauge: Annotated[
        Literal[1520, 1435] | None, BeforeValidator(lambda v: int(v) if str(v).strip().isdigit() else _blank_to_none(v))
    ] = Field(default=None, description="track gauge, mm; blank where there is no track")
    latitude_deg: float = Field(ge=-90, le=90)
    longitude_deg: float = Field(ge=-180, le=180)
    source: Identifier
    basis: Basis
    note: str = ""


class Link(Row):
    """links.csv: what costs or takes time between two nodes."""

    id: Identifier = Field(description="key")
    from_node: Identifier
    to_node: Identifier
    kind: LinkKind
    country: Country = Field(description="where the cost of the link arises")
    operator: Identifier = Field(description="who runs it; rules and shared tariffs refer to it")
    tariff: Optional = Field(
        default=None, description="name under which shared values stand, where the link has none of its own"
    )
    crossing: Optional = Field(default=None, description="border links: the crossing's name")
    direction: Literal["forward", "both"] = Field(description="both: cargo may also go from to_node to from_node")
    commodities: Words = Field(
        default=(), description="commodities or groups that may use it, space separated; blank: all"
    )
    facility: Optional = Field(default=None, description="whose capacity it uses; blank: no limit is modelled")
    status: Literal["open", "planned"] = Field(description="planned links carry cargo only where a scenario opens them")
    valid_from: Date = Field(
        default=None,
        description="first day on which it is open; blank: before 2010 or, of a planned link, no day is set",
    )
    valid_until: Date = Field(default=None, description="last day; blank: still open")
    source: Identifier
    note: str = ""

    @model_validator(mode="after")
    def _dates(self) -> Link:
        _refuse_reversed(self.valid_from, self.valid_until)
        return self


class Bid(Row):
    """bids.csv: who buys what, where, on which price and delivery term."""

    id: Identifier = Field(description="key")
    node: Identifier = Field(description="where the price is quoted: the delivery term is the node")
    commodity: Identifier
    price_reference: Identifier
    delivery_term: Literal["FCA", "DAP", "FOB", "CFR"]
    main_market: Annotated[Literal["yes", "no"], Field(description="yes for the one market that the summary shows")]
    source: Identifier
    note: str = ""


class Value(Row):
    """A value table: one number a row."""

    subject: Identifier = Field(description="id of the link, tariff, facility, mine, bid, ... that has the value")
    commodity: Optional = Field(
        default=None, description="commodity or group that it holds for; blank: all. The narrower row holds"
    )
    parameter: Identifier = Field(description="one of the parameters of this table")
    low: float
    central: float
    high: float
    unit: Text
    year: Year = Field(description="year that the figure speaks of; for money, the year of its prices")
    valid_from: Date = None
    valid_until: Date = None
    source: Identifier
    locator: str = Field(default="", description="page, table or row in the source")
    basis: Basis
    grade: Grade
    note: str = ""

    @model_validator(mode="after")
    def _ordered(self) -> Value:
        if not self.low <= self.central <= self.high:
            raise ValueError(f"low {self.low:g}, central {self.central:g}, high {self.high:g} must not descend")
        _refuse_reversed(self.valid_from, self.valid_until)
        return self


class PriceStatistic(Row):
    """price_statistics.csv: how a price moves, alone and with another, for draws of correlated prices."""

    kind: Literal["dispersion_of_levels", "volatility", "correlation_12_month", "correlation_monthly", "proxy"] = Field(
        description="standard deviation of the log of the price over the years; of its monthly changes over a year; "
        "correlation of 12-month or monthly changes of the logs; or that `reference` moves with another price and with "
        "all else only through it (`value`: their correlation), and has its dispersion where it has none of its own"
    )
    reference: Identifier = Field(description="price, as in `prices.csv`, or one that others may follow")
    other: Optional = Field(default=None, description="correlations and proxies: the other price")
    value: float = Field(ge=-1, le=10)
    observations: Annotated[int | None, BeforeValidator(_blank_to_none)] = Field(
        default=None, description="how many observations it was computed from"
    )
    source: Identifier
    locator: str = Field(default="", description="page, table or row in the source")
    basis: Basis
    grade: Grade
    note: str = ""

    @property
    def id(self) -> str:
        """What it tells of what: one row each."""
        return " ".join([self.kind, *sorted(filter(None, [self.reference, self.other]))])

    @model_validator(mode="after")
    def _of_one_or_two(self) -> PriceStatistic:
        of_two = self.kind in ("correlation_12_month", "correlation_monthly", "proxy")
        if of_two != (self.other is not None) or self.other == self.reference:
            raise ValueError(f"other: a {self.kind} tells of {'two different prices' if of_two else 'one price'}")
        if of_two and self.value > 1:
            raise ValueError(f"value {self.value:g}: a correlation lies within -1 and 1")
        if not of_two and self.value < 0:
            raise ValueError(f"value {self.value:g}: a {self.kind} is at least 0")
        return self


class Case(Row):
    """validation.csv: a published figure, and what the model is asked to set beside it: `corridor validate`."""

    id: Identifier = Field(description="key")
    name: Text = Field(description="the case in words")
    quantity: Quantity = Field(
        description="cost: cash cost of the way; generalised: with time and reliability; time; distance; "
        "speed: km over all hours; moving_speed: km over hours of movement; cost_per_km; parcel: cargo of the ship "
        "on the sea link; bid: price at `market`, of the grade of `origin` where there is one; netback: bid less cash "
        "cost; cost_share: cash cost over bid; parameter: a number of the tables"
    )
    scenario: Optional = Field(default=None, description="whose changes hold; blank: those of the study's default")
    as_of: Date = Field(
        default=None, description="day; blank: 30 June of `year`, or the scenario's own day in its year"
    )
    year: Year = Field(description="of the published figure; money is held against the model in dollars of this year")
    commodity: Optional = Field(default=None, description="what is shipped; blank: the shortest way is taken, in km")
    origin: Optional = Field(default=None, description="node where the way begins: a mine, or any other")
    market: Optional = Field(default=None, description="node where it ends: a market, or any other")
    via: Words = Field(default=(), description="nodes or crossings on the way, in order: the gateway among them")
    kinds: Words = Field(default=(), description="kinds of link that count, `!sea` all but one; blank: all")
    parts: Words = Field(
        default=(), description="parts of cost that count, `!ocean` all but one; blank: all of cash cost"
    )
    parameter: str = Field(default="", description="name of a number, as `corridor sensitivity` has it")
    relation: Annotated[Literal["minus", "over"] | None, BeforeValidator(_blank_to_none)] = Field(
        default=None, description="the figure is a difference from `other`, or a ratio to it"
    )
    other: Optional = Field(default=None, description="id of the case that `relation` speaks of")
    low: Number = Field(
        default=None, description="published; low, central and high blank: asked for another case alone"
    )
    central: Number = None
    high: Number = None
    unit: Text
    source: Identifier
    locator: str = Field(default="", description="page, table or row in the source")
    basis: Basis = Field(description="of the published figure; an assumed one is told and not counted")
    grade: Grade
    used_for_fitting: Words = Field(
        default=(), description="names of the numbers that rest on this figure; blank: none, and the case is a proof"
    )
    why: str = Field(default="", description="where the ranges do not overlap, why not")
    note: str = ""

    @property
    def published(self) -> tuple[float, float, float] | None:
        """Low, central and high; None for a row that is asked for another case alone."""
        if self.low is None or self.central is None or self.high is None:
            return None
        return self.low, self.central, self.high

    @model_validator(mode="after")
    def _whole(self) -> Case:
        ends = (self.low, self.central, self.high)
        if any(end is None for end in ends) and any(end is not None for end in ends):
            raise ValueError("give low, central and high, or none of them")
        if self.published and not self.published[0] <= self.published[1] <= self.published[2]:
            raise ValueError("low, central, high must not descend")
        if (self.relation is None) != (self.other is None):
            raise ValueError("relation and other go together")
        return self


class Shipment(Row):
    """shipments.csv: what was really shipped in a year, for `corridor backcast`."""

    id: Identifier = Field(description="key")
    year: Year
    commodity: Identifier = Field(description="commodity or group; all: every cargo of the study")
    measure: Literal["total", "crossing", "gateway", "corridor", "sold_in"] = Field(
        description="what `places` are: nothing for a total, else crossings out of the country of origin, berths of "
        "loading, corridors, or countries of sale"
    )
    places: Words = Field(default=(), description="counted together")
    low: float = Field(ge=0)
    central: float = Field(ge=0)
    high: float = Field(ge=0)
    unit: Text = Field(description="Mt/yr, kt/yr or percent of the commodity's total")
    source: Identifier
    locator: str = Field(default="", description="page, table or row in the source")
    basis: Basis
    grade: Grade
    note: str = ""

    @model_validator(mode="after")
    def _ordered(self) -> Shipment:
        if not self.low <= self.central <= self.high:
            raise ValueError("low, central, high must not descend")
        if bool(self.places) == (self.measure == "total"):
            raise ValueError("places: a total has none, every other measure has")
        return self


class Place(Row):
    """A file of points for cost matrices."""

    id: Text = Field(description="name; all differ")
    longitude_deg: float
    latitude_deg: float
    note: str = ""


class MonthlyPrice(Row):
    """A file of monthly prices, from which `corridor sensitivity --prices` computes dispersions and correlations."""

    month: Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")] = Field(description="as 2015-06")
    reference: Identifier = Field(description="price, as in `prices.csv`")
    price: float = Field(gt=0, description="in the same unit in all months")


class ElementCost(Row):
    """weights.csv: what an element of a transport graph costs in a country: by a tariff, a ship, or in numbers."""

    element: Literal[
        "rail", "road", "sea", "transfer", "gauge_break", "port", "border_rail", "border_road", "border_sea"
    ] = Field(description="haulage by mode, transfer between modes, change of gauge, port, or a border by mode")
    country: Annotated[str, Field(pattern=r"^([A-Z]{2}|\*)?$")] = Field(
        description="ISO 3166 two letters; * for all without a row of their own; blank at sea"
    )
    tariff: Optional = Field(default=None, description="link or tariff of the study whose numbers hold")
    stretch_tariff: Optional = Field(
        default=None,
        description="rail, road: link or tariff of the study whose `haul_charge` is paid once for each stretch in the "
        "country, half where it begins and half where it ends",
    )
    ship: Optional = Field(
        default=None, description="sea: class of ship of the study whose voyage between `berths` gives rate and charge"
    )
    berths: Words = Field(
        default=(),
        description="berths of loading and discharge whose draft, pace and dues that voyage has, and its ice",
    )
    usd_per_t_km: Amount = Field(default=None, description="rail, road, sea without a tariff or ship: rate")
    usd_per_t: Amount = Field(
        default=None,
        description="without a tariff or ship: charge; by rail and road paid once for each stretch in the country",
    )
    price_year: Annotated[Year | None, BeforeValidator(_blank_to_none)] = Field(
        default=None,
        description="year of whose dollars `usd_per_t_km` and `usd_per_t` are: needed where they are typed; they are "
        "restated to the scenario's price year",
    )
    km_per_h: Annotated[Annotated[float, Field(gt=0)] | None, BeforeValidator(_blank_to_none)] = Field(
        default=None, description="rail, road, sea without a tariff or ship: speed"
    )
    hours: Amount = Field(default=None, description="without a tariff or ship: standing time; not by rail and road")
    usable: Literal["yes", "no"] = Field(default="yes", description="no: cargo does not go there; numbers are not read")
    note: str = ""


class Reason(Row):
    """exceptions.csv: why a link's measured length may differ from the typed one, and by how much."""

    link: Identifier = Field(description="key")
    least_difference: Share = Field(
        default=None, description="measured over typed length less 1: the least that the reason covers"
    )
    most_difference: Share = Field(
        default=None, description="the most that it covers; both blank: the reason is why nothing can be measured"
    )
    reason: Annotated[Text, Field(min_length=10)]

    @model_validator(mode="after")
    def _ordered(self) -> Reason:
        least, most = self.least_difference, self.most_difference
        if (least is None) != (most is None):
            raise ValueError("give both least_difference and most_difference, or neither where nothing can be measured")
        if least is not None and most is not None and least > most:
            raise ValueError(f"least_difference {least:g} lies above most_difference {most:g}")
        return self


class Rule(Row):
    """rules.csv: what the law says of cargo on its way. Blank matching columns match everything.

    Matching columns hold words separated by spaces; a word that begins with ``!`` matches all but itself.
    """

    id: Identifier = Field(description="key")
    measure: Text = Field(description="the instrument, as scenarios name it: UNSCR 2371")
    paragraph: str = ""
    valid_from: dt.date
    valid_until: Date = None
    commodities: Words = Field(
        default=(), description="commodities, groups, or the first 2, 4, 6 ... digits of HS codes (hs2701)"
    )
    origins: Words = Field(default=(), description="countries where the cargo was mined")
    nodes: Words = Field(default=(), description="nodes at either end of the link")
    links: Words = Field(default=(), description="links")
    operators: Words = Field(default=(), description="operators of the link")
    importers: Words = Field(default=(), description="country of the node that the link delivers to")
    last_ports: Words = Field(default=(), description="country of the berth that a sea link leaves")
    effect: Effect = Field(
        description="of the rules that match and are not lifted the strictest holds; open without lifts only tells"
    )
    condition: str = Field(default="", description="what must be met, where the effect is conditional")
    lifts: Words = Field(default=(), description="ids of the rules that this one sets aside where both match")
    wording: Text = Field(description="the rule in our words")
    source: Identifier
    note: str = ""

    @model_validator(mode="after")
    def _dates(self) -> Rule:
        if self.effect == "conditional" and not self.condition:
            raise ValueError("a conditional rule must name its condition")
        _refuse_reversed(self.valid_from, self.valid_until)
        return self


class CountryName(Row):
    """countries.csv: what tables and sentences call a country; its code where it has no row."""

    id: Country = Field(description="key: ISO 3166 two letters")
    name: Text
    source: Identifier
    note: str = ""


class Payee(Row):
    """payees.csv: who receives what is charged on links, and to which country it belongs.

    A charge goes to the row whose filled matching columns all fit it; of several to the narrowest: one that names parts
    before one that does not, then one that names the link, a tariff, an operator.
    """

    id: Identifier = Field(description="key")
    name: Text
    country: Annotated[Country | None, BeforeValidator(_blank_to_none)] = Field(
        default=None, description="ISO 3166 two letters; blank: of no country of the study (ships, insurers)"
    )
    partner: Annotated[Country | None, BeforeValidator(_blank_to_none)] = Field(
        default=None, description="country that has a `partner_share` in what is left over resource cost"
    )
    state: Literal["yes", "no"] = Field(description="yes: a fee or levy of the state; no: a price of who carries")
    operators: Words = Field(default=(), description="operators of the links")
    tariffs: Words = Field(default=(), description="links, or tariffs that links name")
    parts: Words = Field(default=(), description="parts of cost that are paid to it; blank: all that are charged")
    source: Identifier
    note: str = ""

    @model_validator(mode="after")
    def _of_something(self) -> Payee:
        if not (self.operators or self.tariffs):
            raise ValueError("operators and tariffs are both empty: say whose charges it receives")
        unpaid = sorted({*self.parts} - {*PAID})
        if unpaid:
            raise ValueError(f"parts: {', '.join(unpaid)} is not charged by anyone. Charged are {', '.join(PAID)}")
        return self


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

STRUCTURE_TABLES: dict[str, type[Row]] = {
    "sources": Source,
    "commodities": Commodity,
    "nodes": Node,
    "links": Link,
    "bids": Bid,
    "rules": Rule,
    "price_statistics": PriceStatistic,
    "payees": Payee,
    "countries": CountryName,
    "validation": Case,
    "shipments": Shipment,
}
VALUE_TABLES: tuple[str, ...] = tuple(dict.fromkeys(p.table for p in PARAMETERS.values()))
TABLES: dict[str, type[Row]] = {**STRUCTURE_TABLES, **dict.fromkeys(VALUE_TABLES, Value)}

FILES: dict[str, type[Row]] = {
    "points.csv": Place,
    "weights.csv": ElementCost,
    "exceptions.csv": Reason,
    "monthly_prices.csv": MonthlyPrice,
}
"""Files which are no tables of a study."""

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
