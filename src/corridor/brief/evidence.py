"""What stands behind the numbers of a route, of a plan and of many draws: rows, sources, and how much is assumed."""

from __future__ import annotations

import shlex
from collections import Counter, defaultdict
from collections.abc import Iterable

from corridor.brief.facts import ASSUMED, Evidence
from corridor.ledger import Item
from corridor.plan import NEGLIGIBLE_MTPA
from corridor.routes import Route
from corridor.schema import BASES, VALUE_TABLES
from corridor.sensitivity.parameters import Parameter
from corridor.study import Outcome
from corridor.values import Figure

TONNES = ("output", "intake")
"""What bounds tonnes is behind no price."""


class Dollars:
    """Adds up dollars by basis, and the rows behind them."""

    def __init__(self) -> None:
        self._by_basis: dict[str, float] = defaultdict(float)
        self._rows: Counter[str] = Counter()
        self._sources: Counter[str] = Counter()

    def item(self, item: Item, weight: float = 1.0) -> None:
        """A line of a ledger."""
        if item.part is not None:
            self._by_basis[item.basis] += abs(item.span[1]) * weight
        self.figures(item.figures)

    def amount(self, dollars: float, figures: Iterable[Figure]) -> None:
        """Dollars with the numbers that they were computed from: their basis is the worst of these."""
        behind = tuple(figures)
        basis = max((figure.row.basis for figure in behind), key=BASES.index, default=ASSUMED)
        self._by_basis[basis] += abs(dollars)
        self.figures(behind)

    def figures(self, figures: Iterable[Figure]) -> None:
        """Rows without dollars of their own."""
        for figure in figures:
            self._rows[figure.place] += 1
            self._sources[figure.row.source] += 1

    def evidence(self, key: str, what: str, command: str) -> Evidence:
        """All of it as evidence."""
        total = sum(self._by_basis.values())
        shares = {str(basis): self._by_basis.get(basis, 0.0) / total for basis in BASES} if total else None
        rows = tuple(sorted(self._rows, key=_place))
        sources = tuple(sorted(self._sources, key=lambda source: (-self._sources[source], source)))
        return Evidence(key, what, command, rows, sources, shares)


def _place(row: str) -> tuple[str, int]:
    table, _, number = row.partition(":")
    return table, int(number or 0)


def of_route(outcome: Outcome, route: Route) -> Evidence:
    """What a route's cost rests on."""
    behind = Dollars()
    commodity = outcome.network.commodities[route.commodity]
    for e in route.edges:
        for item in outcome.cost_model.ledger(e, commodity):
            behind.item(item)
    words = ["explain", route.origin, route.market, "--commodity", route.commodity]
    words += [word for place in dict.fromkeys([route.entry, route.gateway]) if place for word in ("--via", place)]
    by = " and ".join(dict.fromkeys(filter(None, [route.gateway, route.entry])))
    ends = (route.commodity, route.origin, route.market, route.gateway, route.entry)
    return behind.evidence(
        "route:" + ":".join((outcome.scenario, *ends)),
        f"{route.commodity} from {route.origin} to {route.market} by {by}",
        command(outcome, *words),
    )


def of_plan(outcome: Outcome) -> Evidence:
    """What the best plan rests on: costs of all that moves, of what is mined, and prices of what is sold."""
    behind, plan = Dollars(), outcome.plan
    for (name, e), mtpa in plan.carried().items():
        for item in outcome.cost_model.ledger(e, outcome.network.commodities[name]):
            behind.item(item, mtpa)
    solution = plan.solution
    for seller, sold in zip(plan.sellers, solution.purchases.tolist(), strict=True):
        if sold > NEGLIGIBLE_MTPA:
            behind.amount(seller.cost * sold, (f for f in seller.figures if f.row.parameter not in TONNES))
    for buyer, bought in zip(plan.buyers, solution.sales.tolist(), strict=True):
        if bought > NEGLIGIBLE_MTPA:
            behind.amount(buyer.price * bought, (f for f in buyer.figures if f.row.parameter not in TONNES))
    return behind.evidence(f"plan:{outcome.scenario}", "the best lawful plan", command(outcome, "solve"))


def of_draws(outcome: Outcome, draws: int, seed: int) -> Evidence:
    """What many draws rest on: every number that has a range."""
    words = ("sensitivity", "--draws", str(draws), "--seed", str(seed))
    return Evidence(
        f"draws:{outcome.scenario}",
        f"{draws} draws of every number that has a range",
        command(outcome, *words),
        tuple(f"{table}.csv" for table in VALUE_TABLES if outcome.tables[table]),
    )


def of_row(outcome: Outcome, parameter: Parameter) -> Evidence:
    """A row of the tables."""
    row = parameter.row
    key, what = f"row:{outcome.scenario}:{parameter.name}", f"{row.parameter} of {row.subject}"
    return Evidence(key, what, command(outcome, "sources"), (parameter.place,), (row.source,))


def of_tables(outcome: Outcome, key: str, what: str, *words: str, rows: Iterable[str] = ()) -> Evidence:
    """What is counted or read in the tables, with the command that shows it."""
    return Evidence(f"{key}:{outcome.scenario}", what, command(outcome, *words), tuple(rows))


def command(outcome: Outcome, *words: str) -> str:
    """A command of corridor for a scenario, as it is typed."""
    file = outcome.study.file
    scenario = () if outcome.scenario == file.default_scenario else ("--scenario", outcome.scenario)
    return shlex.join(["corridor", *words, *scenario])
