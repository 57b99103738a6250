"""dask as the engine: tasks carried out by the threads of this process, or by workers elsewhere.

All or none: what cannot be carried out ends the work with one clear error.  Nobody waits for ever:
work without a single worker is given up after :data:`WORKERLESS_S`.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import logging
import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from gangqu_gis.errors import InputError, UsageError
from gangqu_gis.messages import message

#: How long a scheduler may take to answer, seconds.
WAIT_S = 10
#: How long work waits for a worker to come (back) when there is none, seconds.
WORKERLESS_S = 30
#: How often that is looked at, seconds.
POLL_S = 1.0


def delayed(function: Callable[..., Any]) -> Any:
    """Return ``function`` as dask carries it out later, on a worker."""
    from dask.delayed import delayed as later

    return later(function)


class TaskError(InputError):
    """A task itself failed: not for want of workers."""


@dataclass(frozen=True, slots=True)
class Engine:
    """Who carries tasks out: the workers of a scheduler, or without one this process's threads."""

    client: Any = None
    address: str = ""

    def compute(self, tasks: Sequence[Any]) -> list[Any]:
        """Carry out tasks, all or none; what several of them need is made once.

        Raises
        ------
        InputError
            One of them failed, or no worker is left to carry them out.
        """
        if self.client is None:
            return _in_threads(tasks)
        futures = self.client.compute(list(tasks))
        try:
            return self._results(futures)
        finally:
            for future in futures:
                future.release()

    def each(self, tasks: Sequence[Any]) -> Iterator[Any]:
        """Yield the results in order; only some are asked for ahead, so that memory is bounded.

        Raises
        ------
        InputError
            As :meth:`compute` does.
        """
        if self.client is None:
            run = 2 * (os.cpu_count() or 1)
            for at in range(0, len(tasks), run):
                yield from _in_threads(tasks[at : at + run])
            return
        coming = iter(tasks)
        ahead: deque[Any] = deque()
        try:
            while True:
                for task in coming:
                    ahead.append(self.client.compute(task))
                    if len(ahead) >= self._room():
                        break
                if not ahead:
                    return
                yield self._results([ahead[0]])[0]
                ahead.popleft().release()
        finally:
            for future in ahead:
                future.release()

    def _room(self) -> int:
        """Return how many tasks are given out at a time: enough that no worker waits for us."""
        known = self.client.scheduler_info().get("workers", {}).values()
        return 4 + 2 * sum(int(worker.get("nthreads", 1)) for worker in known)

    def _results(self, futures: Sequence[Any]) -> list[Any]:
        """Wait for tasks given out, as long as there are workers.

        A result may be lost again with the worker that holds it, so that bringing it here is
        watched like the work itself.
        """
        gathering = self.client.gather(list(futures), asynchronous=True)
        coming = asyncio.run_coroutine_threadsafe(gathering, self.client.loop.asyncio_loop)
        alone: float | None = None
        while not concurrent.futures.wait([coming], POLL_S).done:
            alone = None if self._has_workers() else alone or time.monotonic()
            if alone is not None and time.monotonic() - alone > WORKERLESS_S:
                text = message("engine.no_workers", address=self.address, wait=WORKERLESS_S)
                raise InputError(text)
        with _told_plainly():
            return list(coming.result())

    def _has_workers(self) -> bool:
        if self.client.status != "running":
            return False
        try:
            return bool(self.client.nthreads())
        except Exception:
            return False  # the scheduler does not answer


@contextmanager
def engine(address: str | None) -> Iterator[Engine]:
    """Yield the workers of the dask scheduler at ``address``, or this process's threads.

    Raises
    ------
    InputError
        Nobody answers there.
    UsageError
        The extra ``dask`` is not installed.
    """
    try:
        import dask_geopandas  # noqa: F401
        import distributed
    except ImportError as error:
        raise UsageError(message("engine.not_installed")) from error
    if address is None:
        yield Engine()
        return
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)  # whatever dask complains of is said in one line of ours
    try:
        with _client(distributed, address) as client:
            yield Engine(client, address)
    finally:
        logging.disable(before)


def _client(distributed: Any, address: str) -> Any:
    try:
        return distributed.Client(address, timeout=f"{WAIT_S}s", set_as_default=False)
    except (OSError, ValueError) as error:
        raise InputError(message("engine.no_scheduler", address=address)) from error


def _in_threads(tasks: Sequence[Any]) -> list[Any]:
    import dask

    run: Any = vars(dask)["compute"]
    with _told_plainly():
        return list(run(*tasks))


@contextmanager
def _told_plainly() -> Iterator[None]:
    """Turn what a task raised into one line; our own errors stay as they are."""
    try:
        yield
    except (InputError, UsageError):
        raise
    except Exception as error:
        if type(error).__name__ == "KilledWorker":
            raise InputError(message("engine.killed")) from error
        reason = (str(error).splitlines() or [""])[0] or type(error).__name__
        raise TaskError(message("engine.failed", reason=reason)) from error
