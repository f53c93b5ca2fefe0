"""The cost of cutting emissions -> a document."""

from __future__ import annotations

from corridor.report.document import Document, heading
from corridor.strategy.abatement import EMISSIONS, usd_per_t
from corridor.strategy.frontier import Frontier
from corridor.study import Outcome

KT_PER_MT = 1000.0


def abatement(outcome: Outcome, found: Frontier) -> Document:
    """Document of net value against emissions.

    ``points`` are where the price of a cut changes, from the scenario's own plan on; ``price_to_next_usd_per_t_co2e``
    is what each tonne less costs on the way to the next. ``passes`` and ``changes`` as for the frontier of dependence.
    """
    whole, first = found.cap.whole * KT_PER_MT, found.points[0]
    prices = [*usd_per_t(found), None]
    other = found.without.traced if found.without else None
    return {
        **heading(outcome),
        "by": EMISSIONS,
        "held": ", ".join(measure.name for measure, _ in found.cap.held),
        "emitted_kt_per_yr": whole,
        "least_kt_per_yr": found.traced.least * whole,
        "finding": _finding(found),
        "problems_solved": found.traced.solves,
        "points": [
            {
                "cap": point.cap,
                "co2e_kt_per_yr": point.cap * whole,
                "cut_kt_per_yr": (first.cap - point.cap) * whole,
                "net_value_musd_per_yr": point.net_value,
                "cost_musd_per_yr": first.net_value - point.net_value,
                "price_to_next_usd_per_t_co2e": price,
            }
            for point, price in zip(found.points, prices, strict=True)
        ],
        "passes": [
            {"cap": point.cap, "place": place, "commodity": commodity, "mtpa": mtpa}
            for point in found.points
            for (place, commodity), mtpa in point.passes.items()
        ],
        "changes": [{"cap": point.cap, **change._asdict()} for point in found.points for change in point.changes],
        "without": found.without and found.without.name,
        "least_without_kt_per_yr": other.least * whole if other else None,
    }


def _finding(found: Frontier) -> str:
    whole, prices = found.cap.whole * KT_PER_MT, usd_per_t(found)
    if not prices:
        return f"The plan emits {whole:,.1f} kt CO2e a year, and no other that ships as much emits less."
    first, last = found.points[0], found.points[-1]
    steps = f"{prices[0]:,.0f} USD/t CO2e"
    if len(prices) > 1:
        steps += f" at first, {prices[-1]:,.0f} at last"
    return (
        f"Emissions can fall from {whole:,.1f} to {last.cap * whole:,.1f} kt CO2e a year while as much of each "
        f"commodity is shipped; that costs {first.net_value - last.net_value:,.1f} million USD/yr: {steps}."
    )
