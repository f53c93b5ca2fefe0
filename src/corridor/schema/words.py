"""Words that tables use, the types of their cells, and what all rows have in common."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, ClassVar, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

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


def blank_to_none(value: object) -> object:
    """An empty cell is none at all."""
    return None if isinstance(value, str) and not value.strip() else value


def split_words(value: object) -> object:
    """A cell of words becomes a tuple of them."""
    return tuple(value.split()) if isinstance(value, str) else value


def refuse_reversed(valid_from: dt.date | None, valid_until: dt.date | None) -> None:
    """Refuse a span that ends before it begins."""
    if valid_from and valid_until and valid_from > valid_until:
        raise ValueError(f"valid_until ({valid_until}) lies before valid_from ({valid_from})")


Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.\-]*$", max_length=80)]

Text = Annotated[str, Field(min_length=1)]

Date = Annotated[dt.date | None, BeforeValidator(blank_to_none)]

Optional = Annotated[Identifier | None, BeforeValidator(blank_to_none)]

Words = Annotated[tuple[str, ...], BeforeValidator(split_words)]

Amount = Annotated[Annotated[float, Field(ge=0)] | None, BeforeValidator(blank_to_none)]

Share = Annotated[Annotated[float, Field(gt=-1)] | None, BeforeValidator(blank_to_none)]

Number = Annotated[float | None, BeforeValidator(blank_to_none)]

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
