"""Which table holds rows of which kind."""

from __future__ import annotations

from corridor.schema.evidence import Case, Shipment
from corridor.schema.files import ElementCost, MonthlyPrice, Place, Reason
from corridor.schema.parameters import PARAMETERS
from corridor.schema.structure import Bid, Commodity, CountryName, Link, Node, Payee, Rule, Source
from corridor.schema.values import PriceStatistic, Value
from corridor.schema.words import Row

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
