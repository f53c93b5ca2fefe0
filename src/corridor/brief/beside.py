"""Tables that stand beside a brief, for spreadsheets: what each way costs."""

from __future__ import annotations

from typing import Any

from corridor import report
from corridor.brief.view import View
from corridor.report.routes import route_record


def tables(view: View) -> dict[str, list[dict[str, Any]]]:
    """Name of a table to its rows, each with scenario, day and what is assumed against the law."""
    outcome = view.main.outcome
    routes = [route for sale in view.main.sales for route in {*sale.lawful.values(), *sale.anyhow.values()}]
    routes.sort(key=lambda route: (route.commodity, route.generalised, route.gateway, route.entry))
    document = {**report.heading(outcome), "costs": [route_record(outcome, route) for route in routes]}
    return report.tables_of(document)
