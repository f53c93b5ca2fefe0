"""One question about many draws, from what was asked to the document: inputs, blocks, answers, summary, file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from corridor.errors import UsageError
from corridor.sensitivity.blocks import Blocks, assemble
from corridor.sensitivity.design import Design, Method
from corridor.sensitivity.draws import space
from corridor.sensitivity.price_statistics import statistics_of
from corridor.sensitivity.run import Answering, Executor, Job, Tell, document, run
from corridor.study import Outcome

DRAWS: dict[Method, int] = {"montecarlo": 2048, "sobol": 256, "tornado": 1}
"""How many where none are asked for: some tens of seconds, two minutes, and as many as inputs need."""


def answer(
    outcome: Outcome,
    method: Method = "montecarlo",
    *,
    draws: int | None = None,
    seed: int = 1,
    chosen: Sequence[str] = (),
    prices: Path | None = None,
    executor: Executor | None = None,
    work: Path | None = None,
    place: Path | None = None,
    tell: Tell | None = None,
) -> dict[str, Any]:
    """Draw the parameters of a scenario many times, and say what comes of it.

    Parameters
    ----------
    outcome
        The scenario, as its files have it.
    method
        ``montecarlo``, ``sobol`` (indices) or ``tornado``.
    draws, seed
        How many draws (for indices: base points), and of which scrambling. The same in every scenario.
    chosen
        Names of parameters; all that have a range if empty.
    prices
        CSV file of monthly prices whose statistics come before the study's.
    executor
        Who answers blocks; this process if None.
    work
        Folder in which blocks are kept. Without it they lie beside ``place`` until that is written, or are not kept.
    place
        Parquet file for all draws.
    tell
        Hears of progress.

    Returns
    -------
    dict
        Tables of records and single facts, see :func:`corridor.sensitivity.run.document`.

    Raises
    ------
    UsageError
        If what is asked does not make sense, or nothing can be written.
    InputError
        If monthly prices or statistics have faults.
    NoAnswerError
        If those who answer are gone.
    KeyboardInterrupt
        When Ctrl-C is pressed; its message says where the finished blocks are.
    """
    design = Design(method, seed, DRAWS[method] if draws is None else draws)
    own = statistics_of(prices) if prices else ()
    inputs = space(outcome, chosen, own)
    job = Job.of(outcome, design, chosen, own)
    here = Answering(outcome, inputs, design)
    with _folder(work, place) as folder:
        pairs = here.evaluator.pairs
        blocks = Blocks.open(folder, design.blocks(inputs), design.block, pairs, job.identity(outcome))
        run(blocks, job, executor or here, tell)
        if place:
            assemble(blocks, blocks.count * blocks.size if method == "sobol" else design.evaluations(inputs), place)
        found = document(inputs, design, blocks)
        if place and not work:
            blocks.remove()
    return {**found, "central_musd_per_yr": here.evaluator.central}


@contextmanager
def _folder(work: Path | None, place: Path | None) -> Iterator[Path]:
    if place and place.is_dir():
        raise UsageError(f"{place} is a folder. Name a file with -o.")
    beside = place.with_name(f"{place.name}.blocks") if place else None
    folder = work or beside
    if folder is None:
        with tempfile.TemporaryDirectory() as passing:
            yield Path(passing)
        return
    try:
        yield folder
    except KeyboardInterrupt:
        raise KeyboardInterrupt(f"finished blocks are kept in {folder}; the same command goes on from there") from None
