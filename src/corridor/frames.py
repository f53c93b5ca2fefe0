"""An outcome -> pandas frames, for notebooks and further analysis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridor import report
from corridor.study import Outcome

if TYPE_CHECKING:
    import pandas as pd


def compare(
    outcome: Outcome, *, origin: str | None = None, commodity: str | None = None, market: str | None = None
) -> pd.DataFrame:
    """Compare routes: the cheapest by every gateway and entry.

    Parameters
    ----------
    outcome
        A study under a scenario.
    origin, commodity, market
        Narrow the answer to a mine, a product, a node of sale.

    Returns
    -------
    pandas.DataFrame
        One row a route. USD/t of the price year, km, h, Mt/yr; the parts of cost stand in columns ``haul`` to
        ``other`` and add up to ``generalised_usd_per_t``.
    """
    import pandas as pd

    rows = report.compare(outcome, origin, commodity, market)["rows"]
    return pd.DataFrame(
        [{**{k: v for k, v in row.items() if k != "parts_usd_per_t"}, **row["parts_usd_per_t"]} for row in rows]
    )


def best_plan(outcome: Outcome) -> dict[str, pd.DataFrame]:
    """Solve the linear programme over everything at once.

    Parameters
    ----------
    outcome
        A study under a scenario.

    Returns
    -------
    dict of pandas.DataFrame
        ``flows``, ``sales``, ``offers``, ``facilities``, ``rents``, ``corridors``, ``next_best``:
        Mt/yr, USD/t, million USD/yr.

    Raises
    ------
    NoAnswerError
        If no lawful way leads from any mine to any buyer.
    """
    import pandas as pd

    return {name: pd.DataFrame(rows) for name, rows in report.tables_of(report.solve(outcome)).items()}


def ledger(outcome: Outcome, origin: str, market: str, *, commodity: str, via: tuple[str, ...] = ()) -> pd.DataFrame:
    """Explain one route: every dollar and hour of every link, with its rows, sources and basis.

    Parameters
    ----------
    outcome
        A study under a scenario.
    origin, market, commodity
        A mine, a node of sale, and what is shipped.
    via
        Nodes or crossings on the way, in order.

    Returns
    -------
    pandas.DataFrame
        One row an entry: USD/t, hours, and kg CO2e/t, as ``unit`` says.
    """
    import pandas as pd

    tables = report.tables_of(report.explain(outcome, origin, market, commodity, via))
    return pd.DataFrame([*tables["ledger"], *tables["emissions"]])
