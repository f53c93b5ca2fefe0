"""Blocks of draws answered by a Dask cluster: the only room that knows Dask."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from corridor.errors import MissingExtraError, NoAnswerError
from corridor.sensitivity.run import Executor, Job, answer_block

ANSWERS_WITHIN_S = 20.0
"""A scheduler and a first worker that take longer are taken for absent."""

RETRIES = 3
"""So often a block is tried again; that its worker was lost is the scheduler's business and not counted here."""

AHEAD = 3
"""Blocks that are handed out for each thread of the cluster."""


def cluster(address: str, answers_within_s: float = ANSWERS_WITHIN_S) -> Executor:
    """Answer by the workers of a Dask cluster, which have the same version of corridor.

    Parameters
    ----------
    address
        Of the scheduler: ``tcp://host:8786``.
    answers_within_s
        How long it may take to answer, and to have a first worker.

    Raises
    ------
    MissingExtraError
        If Dask is not installed.
    """
    try:
        import distributed
    except ImportError:
        raise MissingExtraError("--scheduler needs Dask: pip install corridor[cluster].") from None

    def answer(job: Job, blocks: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        client = _connected(distributed, address, answers_within_s)
        try:
            yield from _answered(distributed, client, job, blocks)
        except distributed.KilledWorker as error:
            raise NoAnswerError(
                f"the cluster lost every worker that took a block: {error}. Finished ones are kept."
            ) from None
        except (distributed.client.FutureCancelledError, OSError) as error:
            raise NoAnswerError(f"the scheduler at {address} is gone: {error}. Finished blocks are kept.") from None
        finally:
            client.close(timeout=answers_within_s)

    return answer


def _connected(distributed: Any, address: str, seconds: float) -> Any:
    try:
        client = distributed.Client(address, timeout=seconds)
    except (OSError, TimeoutError, ValueError, MemoryError):  # what is no scheduler may "answer" with any length
        raise NoAnswerError(
            f"no scheduler answers at {address} within {seconds:g} s. Is it running, and the address right?"
        ) from None
    try:
        client.wait_for_workers(1, timeout=seconds)
    except (OSError, TimeoutError):
        client.close()
        raise NoAnswerError(f"the scheduler at {address} has no worker after {seconds:g} s. Start one.") from None
    return client


def _answered(distributed: Any, client: Any, job: Job, blocks: Sequence[int]) -> Iterator[tuple[int, bytes]]:
    threads = max(1, sum(client.nthreads().values()))
    under_way = {}
    waiting = iter(blocks)

    def submit() -> Any:
        block = next(waiting, None)
        if block is None:
            return None
        future = client.submit(answer_block, job, block, pure=False, retries=RETRIES)
        under_way[future.key] = block
        return future

    first = [future for _ in range(AHEAD * threads) if (future := submit()) is not None]
    finished = distributed.as_completed(first)
    for future in finished:
        content = future.result()
        yield under_way.pop(future.key), content
        more = submit()
        if more is not None:
            finished.add(more)
