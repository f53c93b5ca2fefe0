"""Blocks of draws answered by several processes of this machine; those of a process that is lost are redone."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool

from corridor.errors import NoAnswerError, UsageError
from corridor.sensitivity.run import Executor, Job, answer_block

MOST_LOSSES = 5
"""After so many losses of a process something kills them all, and starting anew would not end."""

AHEAD = 2
"""Blocks that are handed out for each worker: one under way, one waiting."""


def local(workers: int) -> Executor:
    """Answer by several processes.

    Parameters
    ----------
    workers
        How many.

    Raises
    ------
    UsageError
        If there would be none.
    """
    if workers < 1:
        raise UsageError(f"--workers {workers}: write a whole number above 0.")

    def answer(job: Job, blocks: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        todo = dict.fromkeys(blocks)
        losses = 0
        while todo:
            try:
                for block, content in _answered(workers, job, list(todo)):
                    del todo[block]
                    yield block, content
            except BrokenProcessPool:
                losses += 1
                if losses > MOST_LOSSES:
                    raise NoAnswerError(
                        f"worker processes were lost {losses} times: is memory short? Finished blocks are kept; try "
                        "fewer --workers."
                    ) from None

    return answer


def _answered(workers: int, job: Job, blocks: Sequence[int]) -> Iterator[tuple[int, bytes]]:
    waiting = iter(blocks)
    # spawned, not forked: a copy of a process with threads and an open solver may hang
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_leave_interrupts_to_the_first)
    under_way: dict[Future[bytes], int] = {}
    try:
        while True:
            while len(under_way) < AHEAD * workers and (block := next(waiting, None)) is not None:
                under_way[pool.submit(answer_block, job, block)] = block
            if not under_way:
                return
            for done in wait(under_way, return_when=FIRST_COMPLETED).done:
                content = done.result()
                yield under_way.pop(done), content
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _leave_interrupts_to_the_first() -> None:
    """Ctrl-C reaches every process of the terminal: the first one ends the run, the others what they are at."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
