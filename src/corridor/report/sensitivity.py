"""Sensitivity -> documents: what parameters change, and what would have to change."""

from __future__ import annotations

from collections.abc import Sequence

from corridor.report.document import Document, finite, heading
from corridor.sensitivity import breakeven
from corridor.sensitivity.along import Along, ranges_of
from corridor.sensitivity.breakeven import Needed
from corridor.sensitivity.parameters import Parameter
from corridor.sensitivity.regime import Regime
from corridor.study import Outcome


def along_parameter(outcome: Outcome, found: Along, commodity: str | None, target: str | None) -> Document:
    """Document of a scenario along one parameter.

    ``stops`` are where the plan changes, ``stretches`` what corridors carry between them, ``turns`` what changes at
    each (where capacities move: from the middle of one stretch to that of the next), ``ranges`` where a corridor or the
    target carries anything.
    """
    corridors = list(outcome.study.file.corridors) + ([target] if target else [])
    first = found.stretches[0].low, found.stretches[-1].high
    return {
        **heading(outcome),
        "parameter": _parameter(outcome, found.parameter),
        "from": first[0],
        "to": first[1],
        "exact": found.exact,
        "known_to_within": found.bracket,
        "commodity": commodity,
        "stops": [{"at": stop.at, "net_value_musd_per_yr": stop.net_value} for stop in found.stops],
        "stretches": [
            {"from": stretch.low, "to": stretch.high, "corridor": corridor, "commodity": what, "mtpa": mtpa}
            for stretch in found.stretches
            for (corridor, what), mtpa in sorted(stretch.corridors().items())
            if commodity in (None, what)
        ],
        "turns": [turn._asdict() for turn in breakeven.turns(found, commodity)],
        "ranges": [
            {"corridor": corridor, "from": low, "to": high}
            for corridor in dict.fromkeys(corridors)
            for low, high in ranges_of(found, corridor, commodity)
        ],
    }


def _parameter(outcome: Outcome, parameter: Parameter) -> Document:
    row = parameter.row
    past = breakeven.history(outcome, parameter)
    return {
        "name": parameter.name,
        "unit": row.unit,
        "year": row.year,
        "today": row.central,
        "low": row.low,
        "high": row.high,
        "basis": row.basis,
        "source": row.source,
        "place": parameter.place,
        "history": past and past._asdict(),
    }


def needed(
    outcome: Outcome, target: str, commodity: str | None, found: Sequence[Needed], near: breakeven.Nearest
) -> Document:
    """Document of what would have to change for a target to carry anything, one parameter at a time."""
    return {
        **heading(outcome),
        "target": target,
        "commodity": commodity,
        "nearest": {
            "origin": near.route.origin,
            "commodity": near.route.commodity,
            "market": near.route.market,
            "gateway": near.route.gateway,
            "entry": near.route.entry,
            "behind_usd_per_t": finite(near.behind_usd_per_t),
            "law_status": near.route.law_status,
        },
        "looked_as_far_as_times_the_range": breakeven.FAR,
        "needed": [
            {
                "parameter": change.parameter.name,
                "unit": change.parameter.row.unit,
                "today": change.parameter.row.central,
                "needed": change.needed,
                "change_share": finite(change.change),
                "known_to_within": change.bracket,
                "within_its_range": change.within_range,
                "low": change.parameter.row.low,
                "high": change.parameter.row.high,
                "basis": change.parameter.row.basis,
                "place": change.parameter.place,
                "carries": list(change.commodities),
            }
            for change in found
        ],
    }


def regime(outcome: Outcome, found: Regime) -> Document:
    """Document of the plane of two parameters, in the manner of GeoJSON: a feature for each polygon.

    Coordinates are values of both parameters; ``winner`` is the corridor that carries most. ``areas`` has the same
    polygons as rows.
    """
    areas = [
        {
            "share": area.share,
            "winner": area.winner or None,
            "carries": list(area.carriers),
            "mtpa": sum(area.tonnes.values()),
            **{f"{corridor}_mtpa": area.tonnes.get(corridor, 0.0) for corridor in outcome.study.file.corridors},
        }
        for area in found.areas
    ]
    rings = [[*area.corners.tolist(), area.corners[0].tolist()] for area in found.areas]
    return {
        **heading(outcome),
        "x": {**_parameter(outcome, found.x), "from": found.x_ends[0], "to": found.x_ends[1]},
        "y": {**_parameter(outcome, found.y), "from": found.y_ends[0], "to": found.y_ends[1]},
        "commodity": found.commodity,
        "exact": found.exact,
        "areas": [
            {**row, "corners": "; ".join(f"{a:.6g} {b:.6g}" for a, b in ring)}
            for row, ring in zip(areas, rings, strict=True)
        ],
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": row, "geometry": {"type": "Polygon", "coordinates": [ring]}}
            for row, ring in zip(areas, rings, strict=True)
        ],
    }
