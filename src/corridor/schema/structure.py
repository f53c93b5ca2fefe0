"""Rows of the structure tables: what there is, and what is lawful."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from corridor.schema.words import (
    PAID,
    Basis,
    Country,
    Date,
    Effect,
    Identifier,
    LinkKind,
    Optional,
    Row,
    Text,
    Words,
    blank_to_none,
    refuse_reversed,
)


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
        Literal[1520, 1435] | None, BeforeValidator(lambda v: int(v) if str(v).strip().isdigit() else blank_to_none(v))
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
        refuse_reversed(self.valid_from, self.valid_until)
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
    passed: Words = Field(
        default=(), description="countries where the cargo has been before, that of the node it leaves too"
    )
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
        refuse_reversed(self.valid_from, self.valid_until)
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
    country: Annotated[Country | None, BeforeValidator(blank_to_none)] = Field(
        default=None, description="ISO 3166 two letters; blank: of no country of the study (ships, insurers)"
    )
    partner: Annotated[Country | None, BeforeValidator(blank_to_none)] = Field(
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
