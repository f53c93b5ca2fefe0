"""A run over blocks of draws: what is missing is answered, here or by others, and comes back as it is finished."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from typing import Any

from corridor.schema import TABLES, PriceStatistic
from corridor.sensitivity import indices, montecarlo, tornado
from corridor.sensitivity.blocks import Blocks, as_bytes
from corridor.sensitivity.design import Design
from corridor.sensitivity.draws import Space, distribution, space
from corridor.sensitivity.evaluate import Evaluator, as_table
from corridor.study import Outcome, read_study

Tell = Callable[[int, int], None]
"""Hears how many blocks are finished, and of how many."""

Executor = Callable[["Job", Sequence[int]], Iterable[tuple[int, bytes]]]
"""Answers blocks of a job, in any order."""


_TABLES = "tables"


@dataclass(frozen=True, slots=True)
class Job:
    """All that another process or machine needs to answer blocks.

    Attributes
    ----------
    files
        Name and content of the study's file and tables.
    study
        Name of the study's file.
    scenario
        Its scenario.
    design, chosen, own_statistics
        Draws; chosen inputs; statistics that come before the study's.
    """

    files: tuple[tuple[str, bytes], ...]
    study: str
    scenario: str
    design: Design
    chosen: tuple[str, ...] = ()
    own_statistics: tuple[tuple[tuple[str, Any], ...], ...] = ()

    @classmethod
    def of(
        cls,
        outcome: Outcome,
        design: Design,
        chosen: Sequence[str] = (),
        own_statistics: Sequence[PriceStatistic] = (),
    ) -> Job:
        """Take up what a study read."""
        file = outcome.study.path
        folder = file.parent / outcome.study.file.data
        tables = [folder / f"{table}.csv" for table in TABLES]
        content = [(f"{_TABLES}/{path.name}", path.read_bytes()) for path in tables if path.is_file()]
        rows = tuple(tuple(row.model_dump().items()) for row in own_statistics)
        return cls(((file.name, file.read_bytes()), *content), file.name, outcome.scenario, design, tuple(chosen), rows)

    def statistics(self) -> list[PriceStatistic]:
        """The rows of own statistics."""
        return [PriceStatistic.model_validate(dict(row)) for row in self.own_statistics]

    def identity(self, outcome: Outcome) -> dict[str, Any]:
        """What decides the content of each block; how many draws there are does not."""
        own = hashlib.sha256(repr(self.own_statistics).encode()).hexdigest() if self.own_statistics else ""
        return {
            "input_hash": outcome.study.input_hash,
            "scenario": self.scenario,
            "method": self.design.method,
            "seed": self.design.seed,
            "parameters": list(self.chosen),
            "own_statistics": own,
        }


class Answering:
    """A job, laid out in this process.

    Parameters
    ----------
    outcome, space, design
        The scenario, its inputs, and the draws.
    """

    def __init__(self, outcome: Outcome, inputs: Space, design: Design) -> None:
        self.space, self.design = inputs, design
        self.evaluator = Evaluator(outcome, inputs)
        self._said: dict[str, str | int] = {
            "scenario": outcome.scenario,
            "as_of": outcome.as_of.isoformat(),
            "price_year": outcome.price_year,
            "as_if_lifted": "; ".join(outcome.lifted_measures),
        }

    def block(self, block: int) -> bytes:
        """Answer a block: a Parquet file."""
        answers = self.evaluator(self.design.scores(self.space, block))
        return as_bytes(as_table(block * self.design.block, self.evaluator.pairs, answers, self._said))

    def __call__(self, _: Job, blocks: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        """Answer blocks in this process, one after the other."""
        return ((block, self.block(block)) for block in blocks)


def answer_block(job: Job, block: int) -> bytes:
    """Answer a block in any process: the study is read there once."""
    return _laid_out(job).block(block)


@lru_cache(maxsize=1)  # one job at a time in a worker: laying it out takes as long as many draws
def _laid_out(job: Job) -> Answering:
    with tempfile.TemporaryDirectory() as folder:
        for name, content in job.files:
            path = Path(folder) / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
        outcome = read_study(Path(folder) / job.study, Path(folder) / _TABLES).run(job.scenario)
    return Answering(outcome, space(outcome, job.chosen, job.statistics()), job.design)


def run(blocks: Blocks, job: Job, executor: Executor, tell: Tell | None = None) -> int:
    """Answer the blocks that are missing, and write each as it comes back.

    Returns
    -------
    int
        How many were there before.
    """
    missing = blocks.missing()
    there = blocks.count - len(missing)
    if missing:
        for done, (block, content) in enumerate(executor(job, missing), start=1):
            blocks.write(block, content)
            if tell:
                tell(there + done, blocks.count)
    return there


def document(inputs: Space, design: Design, blocks: Blocks) -> dict[str, Any]:
    """What came of a run whose blocks are all there, with what was drawn."""
    if design.method == "montecarlo":
        found = montecarlo.summary(blocks, design.draws)
    elif design.method == "tornado":
        found = tornado.summary(blocks, inputs)
    else:
        found = indices.summary(blocks, inputs, design)
    statistics = inputs.statistics
    return {
        "method": design.method,
        "draws": design.evaluations(inputs),
        "seed": design.seed,
        "notes": "; ".join(inputs.notes),
        **found,
        "dispersions": [asdict(row) for row in statistics.dispersions],
        "correlations": [
            {"reference": one, "other": two, "value": float(statistics.correlation[i, j])}
            for (i, one), (j, two) in combinations(enumerate(statistics.references), 2)
        ],
        "inputs": [distribution(each) for each in inputs.inputs],
    }
