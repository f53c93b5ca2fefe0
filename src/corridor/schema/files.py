"""Rows of files that are handed over beside the tables."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from corridor.schema.words import Amount, Identifier, Optional, Row, Share, Text, Words, Year, blank_to_none


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
    price_year: Annotated[Year | None, BeforeValidator(blank_to_none)] = Field(
        default=None,
        description="year of whose dollars `usd_per_t_km` and `usd_per_t` are: needed where they are typed; they are "
        "restated to the scenario's price year",
    )
    km_per_h: Annotated[Annotated[float, Field(gt=0)] | None, BeforeValidator(blank_to_none)] = Field(
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
