"""CPMM indicators -> a document."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from statistics import median

from corridor.cpmm import Crossing, Section
from corridor.cpmm import cpmm as indicators
from corridor.report.document import Document, heading
from corridor.report.routes import asked
from corridor.study import Outcome
from corridor.values import Span


def cpmm(
    outcome: Outcome, origin: str | None = None, commodity: str | None = None, market: str | None = None
) -> Document:
    """Document of the CAREC CPMM indicators of routes, filtered where names are given.

    ``corridors`` has the medians over the usable routes of each corridor and mode, ``crossings`` TFI1 and TFI2,
    ``sections`` TFI3 and TFI4 of every route, usable or not, by road and by rail.

    Raises
    ------
    UsageError
        If a name is none of the study's.
    """
    routes, _ = asked(outcome, origin, commodity, market)
    found = indicators(outcome, routes)
    return {
        **heading(outcome),
        "direction": "outbound",
        "corridors": _corridors(found.sections, found.crossings, outcome),
        "crossings": [_crossing(crossing) for crossing in found.crossings],
        "sections": [_section(section) for section in found.sections],
    }


def _corridors(sections: Iterable[Section], crossings: Iterable[Crossing], outcome: Outcome) -> list[Document]:
    by: dict[tuple[str, str], list[Section]] = defaultdict(list)
    for section in sections:
        if section.route.usable:
            by[section.route.corridor, section.mode].append(section)
    at = {(c.crossing, c.mode, cargo): c for c in crossings for cargo in c.commodities}
    rows = []
    for (corridor, mode), own in sorted(by.items()):
        ways = ((section.route.commodity, outcome.network.edges[e]) for section in own for e in section.route.edges)
        passed = {at[key] for cargo, edge in ways if (key := (edge.link.crossing or "", mode, cargo)) in at}
        rows.append(
            {
                "corridor": corridor,
                "mode": mode,
                "routes": len(own),
                "crossings": len({crossing.crossing for crossing in passed}),
                "tfi1_h": _median(c.tfi1_h[1] for c in passed),
                "tfi2_usd": _median(c.tfi2_usd[1] for c in passed),
                "tfi3_usd_per_500_km_20_t": _median(section.tfi3_usd for section in own),
                "tfi4_swd_km_per_h": _median(section.swd_km_per_h for section in own),
                "tfi4_swod_km_per_h": _median(section.swod_km_per_h for section in own),
            }
        )
    return rows


def _median(values: Iterable[float]) -> float | None:
    found = list(values)
    return median(found) if found else None


def _crossing(crossing: Crossing) -> Document:
    return {
        "crossing": crossing.crossing,
        "mode": crossing.mode,
        **_span("tfi1_h", crossing.tfi1_h),
        **_span("tfi2_usd_per_20_t", crossing.tfi2_usd),
        **_span("gauge_break_h", crossing.gauge_break_h),
        **_span("gauge_break_usd_per_20_t", crossing.gauge_break_usd),
        "commodities": list(crossing.commodities),
        "basis": crossing.basis,
        "usable": crossing.usable,
    }


def _span(name: str, span: Span) -> Document:
    low, central, high = span
    return {name: central, f"{name}_low": low, f"{name}_high": high}


def _section(section: Section) -> Document:
    route = section.route
    return {
        "origin": route.origin,
        "commodity": route.commodity,
        "market": route.market,
        "gateway": route.gateway,
        "entry": route.entry,
        "corridor": route.corridor,
        "law_status": route.law_status,
        "usable": route.usable,
        "mode": section.mode,
        "distance_km": section.distance_km,
        "moving_h": section.moving_h,
        "standing_h": section.standing_h,
        "cash_usd_per_t": section.cash_usd_per_t,
        "tfi3_usd_per_500_km_20_t": section.tfi3_usd,
        "tfi4_swd_km_per_h": section.swd_km_per_h,
        "tfi4_swod_km_per_h": section.swod_km_per_h,
    }
