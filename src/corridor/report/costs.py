"""The cost table -> a document: routes side by side, with every part of cost, emissions and what is left of the bid."""

from __future__ import annotations

from collections.abc import Iterable

from corridor.report.document import Document, heading
from corridor.report.routes import route_record, summary
from corridor.routes import Route
from corridor.schema import PARTS
from corridor.study import Outcome
from corridor.units import HOURS_PER_DAY

_WAY = ("commodity", "origin", "market", "corridor", "gateway", "entry", "delivery_term", "law_status", "usable")
_MONEY = ("cash_usd_per_t", "generalised_usd_per_t", "low_usd_per_t", "high_usd_per_t")
_EMITTED = ("co2e_kg_per_t", "low_co2e_kg_per_t", "high_co2e_kg_per_t")
_LEFT = ("bid_usd_per_t", "netback_usd_per_t", "decision_netback_usd_per_t")


def costs(outcome: Outcome, routes: Iterable[Route] | None = None) -> Document:
    """Document of the cost table, one row a route; its ``costs`` are flat, for CSV and workbooks.

    Parameters
    ----------
    outcome
        A study under a scenario.
    routes
        In the order of the rows; those that ``compare`` shows without names if None.

    Notes
    -----
    A part stands in ``haul_usd_per_t`` to ``other_usd_per_t``; together they are ``generalised_usd_per_t``.
    """
    if routes is None:
        routes = [route for block in summary(outcome) for route in (*block["lawful"], *block["not_lawful"])]
    return {**heading(outcome), "costs": [_row(outcome, route) for route in routes]}


def _row(outcome: Outcome, route: Route) -> Document:
    record = route_record(outcome, route)
    return {
        **{name: record[name] for name in _WAY},
        "distance_km": route.distance_km,
        "days": route.time_h / HOURS_PER_DAY,
        **{f"{part}_usd_per_t": cost for part, cost in zip(PARTS, route.parts, strict=True)},
        **{name: record[name] for name in (*_MONEY, *_EMITTED, *_LEFT)},
    }
