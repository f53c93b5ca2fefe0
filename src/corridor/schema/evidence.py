"""Rows of what was published or observed, which the model is held against."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from corridor.schema.words import (
    Basis,
    Date,
    Grade,
    Identifier,
    Number,
    Optional,
    Quantity,
    Row,
    Text,
    Words,
    Year,
    blank_to_none,
)


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
    relation: Annotated[Literal["minus", "over"] | None, BeforeValidator(blank_to_none)] = Field(
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
