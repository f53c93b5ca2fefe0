"""What speaks for the numbers -> documents."""

from __future__ import annotations

from collections.abc import Sequence

from corridor.errors import Fault
from corridor.evidence.ask import PERCENTILES
from corridor.evidence.days import DRAWS, SEED
from corridor.evidence.validate import Compared, Group, Validation
from corridor.report.document import Document, heading
from corridor.schema import Case
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
        "median_error_of_unfitted_costs": costs.median_relative_error if costs else None,
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
    return group._asdict()


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
        "relative_difference": row.relative,
        "overlap": row.overlap,
        "counted": row.counted,
        "law_status": row.answer.law_status,
        "as_if_lifted": list(row.as_if_lifted),
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
        "as_if_lifted": [],
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
