"""A study on any day: its scenarios moved to another date and another year's dollars, with draws of the values."""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Mapping

import numpy as np

from corridor.paths import Floats
from corridor.schema import Value
from corridor.sensitivity.draws import every_input
from corridor.sensitivity.pert import pert
from corridor.study import Outcome, Study
from corridor.values import Drawn, Values

DRAWS = 1024
SEED = 1


class Days:
    """A study, asked on many days; each day is set up once.

    Parameters
    ----------
    study
        With all its scenarios.
    draws
        How many draws of the values there are.
    scenario
        Whose changes hold where none is named; the study's default if None.
    """

    def __init__(self, study: Study, draws: int = DRAWS, scenario: str | None = None) -> None:
        self.study, self.draws = study, draws
        self.scenario = scenario or study.file.default_scenario
        self._outcomes: dict[tuple[str, dt.date, int], Outcome] = {}
        self._values: dict[tuple[str, dt.date, int], Values] = {}
        self._drawn: dict[int, tuple[Value, Floats]] = {}

    def day_of(self, scenario: str | None, as_of: dt.date | None, year: int) -> tuple[str, dt.date]:
        """Scenario and day where they are not named: its own day if that lies in the year, else 30 June."""
        name = scenario or self.scenario
        own = self.study.run(name).as_of
        return name, as_of or (own if own.year == year else dt.date(year, 6, 30))

    def outcome(self, scenario: str, as_of: dt.date, year: int) -> Outcome:
        """A scenario's changes on a day, in dollars of a year.

        Raises
        ------
        UsageError
            If there is no such scenario.
        InputError
            If the tables lack what the day needs.
        """
        key = scenario, as_of, year
        if key not in self._outcomes:
            self._outcomes[key] = self._moved(*key)
        return self._outcomes[key]

    def _moved(self, scenario: str, as_of: dt.date, year: int) -> Outcome:
        own = self.study.run(scenario)
        if (own.as_of, own.price_year) == (as_of, year):
            return own
        content = self.study.file.scenarios[scenario].model_dump(exclude_none=True, exclude={"as_of", "price_year"})
        name = f"{scenario}-{as_of}-{year}"
        return self.study.with_scenario(name, **content, as_of=as_of, price_year=year).run(name)

    def drawn(self, scenario: str, as_of: dt.date, year: int) -> Values:
        """The numbers of a day with draws of every one that has a range.

        Each lies within its low, central and high by a PERT distribution, all rates of one operator together. A number
        has the same shares whatever else is drawn, on every day: cases can be set against each other.
        """
        key = scenario, as_of, year
        if key not in self._values:
            tables = self.outcome(*key).tables
            self._values[key] = Values(tables, as_of, year, self.draws, self.draw_of(*key))
        return self._values[key]

    def draw_of(self, scenario: str, as_of: dt.date, year: int) -> Drawn:
        """The draws of each row of a day's tables."""
        outcome = self.outcome(scenario, as_of, year)
        inputs = every_input(outcome)
        name_of = {id(p.row): each.name for each in inputs for p in each.parameters}
        return lambda row: self._draw(row, name_of)

    def _draw(self, row: Value, name_of: Mapping[int, str]) -> Floats | None:
        if row.low == row.high:
            return None
        if id(row) not in self._drawn:
            name = name_of.get(id(row), f"{row.subject}:{row.parameter}:{row.year}")
            self._drawn[id(row)] = row, pert(row, shares(name, self.draws))
        return self._drawn[id(row)][1]


def shares(name: str, draws: int, seed: int = SEED) -> Floats:
    """Shares within 0 and 1, one in each of as many equal strata, in an order that the name decides."""
    rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
    return np.asarray((rng.permutation(draws) + rng.random(draws)) / draws)
