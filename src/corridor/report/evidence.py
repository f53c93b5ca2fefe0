"""What speaks for the numbers -> documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from corridor.errors import Fault
from corridor.evidence.ask import PERCENTILES
from corridor.evidence.backcast import DRAWS as BACKCAST_DRAWS
from corridor.evidence.backcast import Backcast, Shipped
from corridor.evidence.calibrate import Calibration, median_error
from corridor.evidence.days import DRAWS, SEED
from corridor.evidence.quality import Grounded, Work
from corridor.evidence.validate import Compared, Group, Validation
from corridor.report.document import Document, finite, heading
from corridor.schema import BASES, Basis, Case
from corridor.sensitivity.parameters import parameters
from corridor.study import Outcome


def validation(outcome: Outcome, found: Validation) -> Document:
    """Document of the published cases beside the model; misses first, among them the widest first."""
    unfitted, fitted = found.counted(fitted=False), found.counted(fitted=True)
    costs = next((group for group in found.groups() if (group.quantity, group.fitted) == ("cost", False)), None)
    meets = sum(row.overlap for row in unfitted)
    return {
        **heading(outcome),
        "model_range": f"percentiles {PERCENTILES[0]} and {PERCENTILES[1]} of draws of all numbers within their ranges",
        "draws": DRAWS,
        "seed": SEED,
        "cases": len(found.rows),
        "unfitted": len(unfitted),
        "unfitted_overlaps": meets,
        "unfitted_overlap_share": meets / len(unfitted) if unfitted else None,
        "median_error_of_unfitted_costs": finite(costs.median_relative_error) if costs else None,
        "fitted": len(fitted),
        "fitted_overlaps": sum(row.overlap for row in fitted),
        "faults": len(found.faulty),
        "not_counted": len(found.rows) - len(unfitted) - len(fitted),
        "summary": [_group(group) for group in found.groups()],
        "rows": [
            *(faulty(case, faults) for case, faults in found.faulty),
            *(compared(row) for row in sorted(found.rows, key=_misses_first)),
        ],
    }


def _misses_first(row: Compared) -> tuple[bool, float, str]:
    return row.overlap, -abs(row.relative), row.case.id


def _group(group: Group) -> Document:
    errors = {name: finite(getattr(group, name)) for name in ("median_relative_error", "largest_relative_error")}
    return {**group._asdict(), **errors}


def compared(row: Compared) -> Document:
    """One published case beside the model."""
    return {
        **_asked(row.case),
        "scenario": row.scenario,
        "as_of": row.as_of,
        "model_low": row.model[0],
        "model": row.model[1],
        "model_high": row.model[2],
        "difference": row.difference,
        "relative_difference": finite(row.relative),
        "overlap": row.overlap,
        "counted": row.counted,
        "law_status": row.answer.law_status,
        "case_as_if_lifted": list(row.as_if_lifted),
        "links": list(row.answer.links),
        "fault": "",
    }


def faulty(case: Case, faults: Sequence[Fault]) -> Document:
    """One published case that the model could not be asked, and why."""
    nothing = dict.fromkeys(("model_low", "model", "model_high", "difference", "relative_difference", "overlap"))
    return {
        **_asked(case),
        "scenario": case.scenario or "",
        "as_of": case.as_of.isoformat() if case.as_of else "",
        **nothing,
        "counted": False,
        "law_status": "",
        "case_as_if_lifted": [],
        "links": [],
        "fault": "; ".join(str(fault) for fault in faults),
    }


def _asked(case: Case) -> Document:
    low, central, high = case.published or (None, None, None)
    return {
        "case": case.id,
        "name": case.name,
        "quantity": case.quantity,
        "relation": case.relation or "",
        "other": case.other or "",
        "year": case.year,
        "price_year": case.year,
        "commodity": case.commodity or "",
        "origin": case.origin or "",
        "market": case.market or "",
        "via": list(case.via),
        "kinds": list(case.kinds),
        "parts": list(case.parts),
        "parameter": case.parameter,
        "unit": case.unit,
        "published_low": low,
        "published": central,
        "published_high": high,
        "fitted": bool(case.used_for_fitting),
        "used_for_fitting": list(case.used_for_fitting),
        "why": case.why,
        "source": case.source,
        "basis": case.basis,
        "grade": case.grade,
        "note": case.note,
    }


def backcasts(outcome: Outcome, found: Backcast) -> Document:
    """Document of years solved as they were, beside what was shipped."""
    return {
        **heading(outcome),
        "model_range": f"percentiles {PERCENTILES[0]} and {PERCENTILES[1]} of plans for draws of all numbers",
        "draws": BACKCAST_DRAWS,
        "figures": len(found.rows),
        "overlaps": sum(row.overlap for row in found.rows),
        "fits": [fit._asdict() for fit in found.fits()],
        "rows": [_shipped(row) for row in found.rows],
    }


def _shipped(row: Shipped) -> Document:
    shipment = row.shipment
    return {
        "year": shipment.year,
        "as_of": f"{shipment.year}-06-30",
        "price_year": shipment.year,
        "commodity": shipment.commodity,
        "measure": shipment.measure,
        "places": list(shipment.places),
        "unit": "share" if "percent" in shipment.unit or shipment.unit == "share" else "Mt/yr",
        "observed_low": row.observed[0],
        "observed": row.observed[1],
        "observed_high": row.observed[2],
        "model_low": row.model[0],
        "model": row.model[1],
        "model_high": row.model[2],
        "model_width": row.width,
        "error": row.error,
        "overlap": row.overlap,
        "rival": row.rival,
        "rival_error": row.rival_error,
        "rival_year": row.rival_year,
        "source": shipment.source,
        "basis": shipment.basis,
        "grade": shipment.grade,
        "note": shipment.note,
    }


def calibration(outcome: Outcome, found: Calibration, scenario_toml: str) -> Document:
    """Document of a fit: numbers and cases before and after, and the scenario as text."""
    return {
        **heading(outcome),
        "squares_before": found.squares_before,
        "squares_after": found.squares_after,
        "told_apart": found.told_apart,
        "others": len(found.others),
        "others_median_error_before": median_error(found.others, after=False),
        "others_median_error_after": median_error(found.others, after=True),
        "parameters": [
            {
                "parameter": fit.parameter.name,
                "unit": fit.parameter.row.unit,
                "low": fit.parameter.row.low,
                "before": fit.parameter.row.central,
                "after": fit.value,
                "high": fit.parameter.row.high,
                "at_bound": fit.at_bound,
                "basis": fit.parameter.row.basis,
                "place": fit.parameter.place,
            }
            for fit in found.fitted
        ],
        "cases": [
            {
                "case": anchor.case.id,
                "name": anchor.case.name,
                "year": anchor.case.year,
                "unit": anchor.case.unit,
                "published": anchor.case.central,
                "before": anchor.before,
                "after": anchor.after,
                "fitted_to": fitted_to,
            }
            for fitted_to, anchors in ((True, found.anchors), (False, found.others))
            for anchor in anchors
        ],
        "scenario_toml": scenario_toml,
    }


def quality(
    outcome: Outcome, counts: Mapping[tuple[Basis, str], int], routes: Sequence[Grounded], work: Sequence[Work]
) -> Document:
    """Document of how well the numbers are grounded."""
    return {
        **heading(outcome),
        "numbers": sum(counts.values()),
        "grades": [
            {"basis": basis, "grade": grade, "numbers": number}
            for (basis, grade), number in sorted(counts.items(), key=lambda item: (BASES.index(item[0][0]), item[0][1]))
        ],
        "routes": [
            {
                "commodity": one.route.commodity,
                "origin": one.route.origin,
                "market": one.route.market,
                "corridor": one.route.corridor,
                "gateway": one.route.gateway,
                "entry": one.route.entry,
                "law_status": one.route.law_status,
                "usable": one.route.usable,
                "generalised_usd_per_t": one.route.generalised,
                **{f"{basis}_share": share for basis, share in one.shares.items()},
                "most_assumed": one.assumed[0].subject if one.assumed else "",
                "most_assumed_parameter": one.assumed[0].parameter if one.assumed else "",
                "most_assumed_usd_per_t": one.assumed[0].usd_per_t if one.assumed else 0.0,
            }
            for one in routes
        ],
        "assumptions": [_work(one) for one in work],
        "parameters": [
            {
                "parameter": name,
                **parameter.row.model_dump(
                    include={"low", "central", "high", "unit", "year", "source", "basis", "grade"}
                ),
                "place": parameter.place,
            }
            for name, parameter in parameters(outcome).items()
        ],
        "flips": [
            {"input": one.name, "commodity": commodity, "place": "; ".join(p.place for p in one.parameters)}
            for one in work
            for commodity in one.flips
        ],
    }


def _work(work: Work) -> Document:
    first = work.parameters[0].row
    return {
        "input": work.name,
        "commodity": work.commodity,
        "best": work.best,
        "lead_usd_per_t": work.lead,
        "lead_low_usd_per_t": work.low,
        "lead_high_usd_per_t": work.high,
        "takes_usd_per_t": finite(work.takes),
        "takes_share": finite(work.takes_share),
        "flips": list(work.flips),
        "headline_usd_per_t": work.headline_usd_per_t,
        "low": first.low,
        "central": first.central,
        "high": first.high,
        "unit": first.unit,
        "rows": [parameter.place for parameter in work.parameters],
        "note": first.note,
    }
