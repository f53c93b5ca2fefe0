"""All that a brief is computed from: the scenario that it tells of, others beside it, and many draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from corridor import report
from corridor.brief import evidence
from corridor.brief.case import Case
from corridor.brief.facts import Evidence, Fact
from corridor.brief.glimpse import Glimpse, glimpse
from corridor.brief.numbers import Numbers
from corridor.errors import InputError, NoAnswerError, UsageError
from corridor.wording import money, percent, range_of

if TYPE_CHECKING:
    from corridor.sensitivity.regime import Regime

Length = Literal["brief", "full"]


@dataclass(frozen=True)
class View:
    """What a brief is made from.

    Attributes
    ----------
    main
        The scenario that it tells of.
    others
        Scenarios beside it.
    draws
        What many draws of the main scenario say; None where nothing may be shipped.
    tornado
        What each number alone does at its ends, in the short form each assumed one; None where nothing may be shipped.
    seed
        Of the draws.
    length
        How much is told.
    command
        What makes it again, but for the files that it is written to.
    with_png
        Whether figures are drawn as PNG too, for those who cannot draw SVG.
    """

    main: Case
    others: tuple[Glimpse, ...]
    draws: Mapping[str, Any] | None
    tornado: Mapping[str, Any] | None
    seed: int
    length: Length
    command: str
    with_png: bool = False

    @cached_property
    def numbers(self) -> Numbers:
        """Facts of the main scenario."""
        return Numbers(self.main)

    @cached_property
    def own(self) -> Glimpse:
        """The main scenario, as the others are looked at."""
        return glimpse(self.main)

    @cached_property
    def as_if_lifted(self) -> Glimpse | None:
        """The first scenario of the same day in which measures are treated as if lifted; None if this one is one."""
        day = self.main.outcome.as_of
        lifted = (other for other in self.others if other.lifted and other.day == day)
        return None if self.main.lifted else next(lifted, None)

    @property
    def full(self) -> bool:
        """Whether everything is told."""
        return self.length == "full"

    @cached_property
    def of_draws(self) -> Evidence:
        """What the draws rest on."""
        return evidence.of_draws(self.main.outcome, self.n_draws, self.seed)

    @cached_property
    def of_tornado(self) -> Evidence:
        """What the numbers taken alone rest on."""
        words = ("sensitivity", "--method", "tornado")
        return evidence.of_tables(self.main.outcome, "tornado", "each number alone at its ends", *words)

    @cached_property
    def netbacks(self) -> report.Document:
        """The best sale of every mine at every price."""
        found = report.netback(self.main.outcome)
        return {name: found[name] for name in ("prices", "best_by_price")}  # its routes are many, and not told

    @cached_property
    def frontier(self) -> report.Document | None:
        """The price of depending less on one country; None where nothing is shipped, or nothing enters a country."""
        from corridor.report.strategy import frontier as document_of
        from corridor.strategy.frontier import frontier as found_in

        try:
            return document_of(self.main.outcome, found_in(self.main.outcome))
        except NoAnswerError:
            return None

    @cached_property
    def closures(self) -> report.Document | None:
        """What closures cost; None in the short form, and where nothing is shipped."""
        from corridor.report.strategy import disrupt as document_of
        from corridor.strategy.disrupt import disrupt as found_in

        if not self.full:
            return None
        try:
            return document_of(self.main.outcome, found_in(self.main.outcome))
        except NoAnswerError:
            return None

    @cached_property
    def gains(self) -> report.Document | None:
        """Who gains; None where the study does not say who is paid."""
        from corridor.report.gains import gains as document_of
        from corridor.strategy.gains import gains as found_in

        try:
            return document_of(self.main.outcome, found_in(self.main.outcome))
        except (InputError, UsageError):  # no tables of payees, or too many countries
            return None

    @cached_property
    def plane(self) -> Regime | None:
        """Price of the largest mine's product and the tariff that moves its gap most: who carries where in their plane.

        None in the short form, or where there is no such tariff.
        """
        from corridor.sensitivity.regime import plane_of

        sale = self.main.flagship
        if self.tornado is None or not self.full or sale is None:
            return None
        gaps = [
            g for g in self.tornado["gaps"] if g["commodity"] == sale.commodity and g["input"].startswith("tariffs:")
        ]
        widest = max(gaps, key=_width, default=None)
        if widest is None:
            return None
        price = self.main.outcome.network.commodities[sale.commodity].price_reference
        try:
            return plane_of(self.main.outcome, sale.commodity, (price, None, None), (widest["input"], None, None))
        except UsageError:  # a price without a history has no range
            return None

    @property
    def planes_winners(self) -> set[str]:
        """Corridors that carry most somewhere in that plane."""
        return {area.winner for area in self.plane.areas if area.winner} if self.plane else set()

    @property
    def n_draws(self) -> int:
        """How many draws there were."""
        return int(self.draws["net_value"][0]["draws"]) if self.draws else 0

    @cached_property
    def draws_fact(self) -> Fact:
        """How many draws there were."""
        return self.numbers.count("draws", self.n_draws, "as asked for", self.of_draws)

    @cached_property
    def best_shares(self) -> dict[str, dict[str, float]]:
        """Commodity to corridor to the share of draws in which its first tonne goes there and earns something."""
        found: dict[str, dict[str, float]] = {}
        for row in self.draws["corridors"] if self.draws else ():
            found.setdefault(row["commodity"], {})[row["corridor"]] = row["best_share"]
        return found

    def best_share(self, commodity: str, corridor: str) -> Fact:
        """A share of the draws."""
        share = self.best_shares[commodity][corridor]
        formula = "share of the draws in which the first tonne goes by the corridor and earns something"
        return self.numbers.fact(f"best_share/{commodity}/{corridor}", share, percent, "share", formula, self.of_draws)

    def shares(self, key: str, low: float, high: float) -> Fact:
        """From the least to the most of some shares of draws."""
        ends = percent(low), percent(high)
        shown = ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"
        formula = (
            "shares of the draws in which the first tonne goes by the corridor and earns something: least and most"
        )
        return Fact(f"{self.main.scenario}/shares/{key}", shown, None, "share", formula, self.of_draws, low, high)

    def net_value_range(self) -> Fact:
        """Between which net values nine of ten draws lie."""
        told = self.draws["net_value"][0] if self.draws else {}
        low, high, median = told["p5"], told["p95"], told["p50"]
        shown = range_of(low, high, money)
        formula = "fifth and ninety-fifth percentile of net value over the draws"
        key = f"{self.main.scenario}/net_value_range"
        return Fact(key, shown, median, "million USD/yr", formula, self.of_draws, low, high)


def _width(gap: Mapping[str, Any]) -> float:
    """How far a gap moves; 0 where one of its ends is not known."""
    ends = gap["gap_low_usd_per_t"], gap["gap_high_usd_per_t"]
    return 0.0 if None in ends else abs(ends[1] - ends[0])
