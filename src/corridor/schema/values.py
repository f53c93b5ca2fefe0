"""Rows of the value tables: one number each, with what it rests on."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from corridor.schema.words import (
    Basis,
    Date,
    Grade,
    Identifier,
    Optional,
    Row,
    Text,
    Year,
    blank_to_none,
    refuse_reversed,
)


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
        refuse_reversed(self.valid_from, self.valid_until)
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
    observations: Annotated[int | None, BeforeValidator(blank_to_none)] = Field(
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
