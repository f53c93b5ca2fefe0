"""Scores of inputs -> answers: the numbers of a block of draws, solved together and each certified."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from corridor.flow import Prepared, certified
from corridor.paths import Floats
from corridor.plan import NEGLIGIBLE_MTPA
from corridor.schema import Value
from corridor.sensitivity.draws import Space
from corridor.sensitivity.first_tonne import FirstTonne, Ways
from corridor.sensitivity.numbers import AT_ONCE, base_plan, joined, numbers
from corridor.study import Outcome
from corridor.values import Drawn

if TYPE_CHECKING:
    import pyarrow as pa

TIE_USD_PER_T = 1e-4
"""Corridors closer than this are as good as each other."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What came of some draws.

    Attributes
    ----------
    net_value, gap
        Of the best lawful plan, million USD/yr; how far its proven bound lies above it.
    mtpa
        What the plan ships, Mt/yr; pairs of commodity and corridor x draws, as all below.
    margin, netback, cost
        As in :class:`corridor.sensitivity.first_tonne.Ways`.
    """

    net_value: Floats
    gap: Floats
    mtpa: Floats
    margin: Floats
    netback: Floats
    cost: Floats


class Evaluator:
    """A scenario, laid out once, that answers scores.

    Parameters
    ----------
    outcome
        The scenario.
    space
        Its inputs.

    Attributes
    ----------
    pairs
        Commodity and corridor.
    central
        Net value at the centre of all ranges, million USD/yr.
    """

    def __init__(self, outcome: Outcome, space: Space) -> None:
        self._outcome, self._space = outcome, space
        self._plan = base_plan(outcome)
        self._first = FirstTonne(self._plan, outcome.study.file.corridors)
        # Draws lie far from the start, where path columns need fewer steps than the edge LP, though the study is small.
        self._prepared = Prepared(self._plan.problem, engine="paths")
        self.pairs = self._first.pairs
        self.central = self._prepared.solution.net_value

    def __call__(self, scores: Floats) -> Answers:
        """Answer scores (draws x inputs)."""
        drawn = self._space.drawn(scores)
        starts = range(0, len(scores), AT_ONCE)
        parts = [slice(start, min(start + AT_ONCE, len(scores))) for start in starts]
        found = [numbers(self._outcome, self._plan, part.stop - part.start, _within(drawn, part)) for part in parts]
        ways = [self._first.ways(part) for part in found]
        plans = self._prepared.resolve_many(**joined(found))
        return Answers(
            net_value=plans.net_value,
            gap=plans.gap,
            mtpa=self._first.carried(plans.tonnes("edge"), plans.tonnes("bid")),
            **{name: np.concatenate([getattr(part, name) for part in ways], axis=1) for name in Ways._fields},
        )


def _within(drawn: Drawn, part: slice) -> Drawn:
    def draws_of(row: Value) -> Floats | None:
        found = drawn(row)
        return None if found is None else found[part]

    return draws_of


def winners(pairs: tuple[tuple[str, str], ...], margin: Floats) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """By which corridor the first tonne of each commodity goes, if it earns anything; and where several are as good.

    Parameters
    ----------
    pairs, margin
        Commodity and corridor; pairs x draws.

    Returns
    -------
    best, tie
        Pairs x draws. All corridors of a tie are best.
    """
    best, tie = np.zeros(margin.shape, dtype=bool), np.zeros(margin.shape, dtype=bool)
    earned = np.where(np.isnan(margin), -np.inf, margin)
    for commodity in dict.fromkeys(name for name, _ in pairs):
        own = np.flatnonzero([name == commodity for name, _ in pairs])
        most = earned[own].max(axis=0)
        best[own] = (earned[own] >= most - TIE_USD_PER_T) & (most > 0)
        tie[own] = best[own] & (best[own].sum(axis=0) > 1)
    return best, tie


def as_table(first: int, pairs: tuple[tuple[str, str], ...], answers: Answers, said: dict[str, str | int]) -> pa.Table:
    """Tidy rows, one for each draw and pair, sorted by pair, then by draw.

    Parameters
    ----------
    first
        Number of the first draw.
    pairs, answers
        What came of the draws.
    said
        Columns that are the same in every row: scenario, date and what is assumed against the law.
    """
    import pyarrow as pa

    draws = len(answers.net_value)
    best, tie = winners(pairs, answers.margin)

    def per_pair(column: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
        return np.tile(column, len(pairs))

    def blank_if_nan(column: Floats) -> pa.Array:
        return pa.array(column.ravel(), mask=np.isnan(column).ravel())

    def repeated(words: list[str]) -> pa.Array:
        names = list(dict.fromkeys(words))
        places = np.repeat([names.index(word) for word in words], draws).astype(np.int32)
        return pa.DictionaryArray.from_arrays(places, pa.array(names, pa.string()))

    mtpa = np.where(answers.mtpa > NEGLIGIBLE_MTPA, answers.mtpa, 0.0)
    columns = {
        "draw": per_pair(np.arange(first, first + draws)),
        "commodity": repeated([commodity for commodity, _ in pairs]),
        "corridor": repeated([corridor for _, corridor in pairs]),
        "mtpa": mtpa.ravel(),
        "best": best.ravel(),
        "tie": tie.ravel(),
        "margin_usd_per_t": blank_if_nan(answers.margin),
        "netback_usd_per_t": blank_if_nan(answers.netback),
        "cost_usd_per_t": blank_if_nan(answers.cost),
        "net_value_musd_per_yr": per_pair(answers.net_value),
        "gap_musd_per_yr": per_pair(answers.gap),
        "certified": per_pair(certified(answers.net_value, answers.gap)),
    }
    constant = {name: pa.array([value] * len(mtpa.ravel())) for name, value in said.items()}
    return pa.table({**columns, **{name: array.dictionary_encode() for name, array in constant.items()}})
