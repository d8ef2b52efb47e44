"""CPython's pools, each behind the same few functions: start and stop, and all tasks once."""

import itertools
import multiprocessing
import os
import queue
import shutil
import sys
import threading
import time
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial

import tasks

START_METHODS = ("fork", "spawn", "forkserver")
FREE_THREADED = not getattr(sys, "_is_gil_enabled", lambda: True)()


def version_missing(major, minor):
    if sys.version_info >= (major, minor):
        return None
    return "needs CPython %d.%d, this is %d.%d" % (major, minor, *sys.version_info[:2])


class Serial:
    """No pool: the main thread does every task."""

    params = ()
    parallel = False

    @staticmethod
    def unavailable():
        return None

    def __init__(self, job, ready):
        self.job = job
        if job.pus:
            os.sched_setaffinity(0, {job.pus[0]})

    def run(self):
        return list(map(self.job.work, self.job.pairs))

    def stop(self):
        pass

    def ids(self):
        """What the kernel calls the workers: threads of this process, or other processes."""
        return [threading.get_native_id()]

    def cpu_ns(self):
        """Of this process and its workers."""
        return time.process_time_ns()


class Pool(Serial):
    """What the pools have in common. `ready`: start them to the last worker before any task."""

    params = ()
    parallel = True

    def __init__(self, job, ready):
        self.job = job
        self.pool = self.create(job.workers, *self.beginning(ready))
        if ready:
            # No worker is through its beginning before all are there, so each task starts one.
            self.map(abs, range(job.workers))

    def map(self, work, items):
        return list(self.pool.map(work, items))

    def beginning(self, ready):
        """What each worker does first, and with what."""
        job = self.job
        pus = self.queue()
        for pu in job.pus or [-1] * job.workers:
            pus.put(pu)
        return self.begin, (pus, self.barrier(job.workers) if ready else None)

    def stop(self):
        self.pool.shutdown()


class Threads(Pool):
    queue = queue.SimpleQueue
    barrier = threading.Barrier
    begin = staticmethod(tasks.thread_begin)

    def create(self, workers, begin, begin_args):
        return ThreadPoolExecutor(workers, initializer=begin, initargs=begin_args)

    def run(self):
        job = self.job
        if job.chunk == 1:
            return list(self.pool.map(job.work, job.pairs))
        # Its map hands out single tasks, so chunks are made as ProcessPoolExecutor makes them.
        chunks = [job.pairs[at : at + job.chunk] for at in range(0, len(job.pairs), job.chunk)]
        parts = self.pool.map(partial(tasks.chunk_run, job.work), chunks)
        return list(itertools.chain.from_iterable(parts))

    def ids(self):
        main = threading.main_thread()
        return [thread.native_id for thread in threading.enumerate() if thread is not main]


class FreeThreads(Threads):
    """For this one the runner turns into a build without the lock, where it is none itself."""

    @staticmethod
    def program():
        names = (f"python3.{minor}t" for minor in range(20, 12, -1))
        return next(filter(None, map(shutil.which, names)), None)

    @staticmethod
    def unavailable():
        if FREE_THREADED or FreeThreads.program():
            return None
        return "needs a free-threaded build: a python3.13t or later on PATH"


class Interpreters(Threads):
    """Threads with an interpreter each, which share descriptors but no objects."""

    @staticmethod
    def unavailable():
        return version_missing(3, 14)

    def beginning(self, ready):
        job = self.job
        pus = os.pipe()
        there = os.pipe()
        for pu in job.pus or [-1] * job.workers:
            os.write(pus[1], tasks.pu_bytes(pu))
        folder = os.path.dirname(tasks.__file__)
        code = f"import sys; sys.path.insert(0, {folder!r}); import tasks; "
        code += f"tasks.interpreter_begin({pus[0]}, {there}, {job.workers if ready else 0})"
        return exec, (code,)

    def create(self, workers, begin, begin_args):
        from concurrent.futures import InterpreterPoolExecutor

        return InterpreterPoolExecutor(workers, initializer=begin, initargs=begin_args)


class Processes(Pool):
    params = ("start",)
    begin = staticmethod(tasks.process_begin)

    def __init__(self, job, ready):
        self.context = multiprocessing.get_context(job.start)
        self.queue = self.context.SimpleQueue
        self.barrier = self.context.Barrier
        super().__init__(job, ready)

    def create(self, workers, begin, begin_args):
        return ProcessPoolExecutor(workers, self.context, begin, begin_args)

    def run(self):
        return list(self.pool.map(self.job.work, self.job.pairs, chunksize=self.job.chunk))

    def ids(self):
        return [process.pid for process in multiprocessing.active_children()]

    def cpu_ns(self):
        # The clock of another process is numbered so: see clock_getcpuclockid(3).
        clocks = [~pid << 3 | 2 for pid in self.ids()]
        return time.process_time_ns() + sum(map(time.clock_gettime_ns, clocks))


class MultiprocessingPool(Processes):
    LOOK_S = 1

    def create(self, workers, begin, begin_args):
        pool = self.context.Pool(workers, begin, begin_args)
        self.started = set(self.ids())
        return pool

    def map(self, work, items, chunk=1):
        """As its own does it, but that waits for ever for a task whose worker was lost."""
        result = self.pool.map_async(work, items, chunk)
        while not result.ready():
            result.wait(self.LOOK_S)
            if not result.ready() and set(self.ids()) != self.started:
                raise BrokenExecutor("a process of the pool ended while it had tasks")
        return result.get()

    def run(self):
        return self.map(self.job.work, self.job.pairs, self.job.chunk)

    def stop(self):
        self.pool.close()
        self.pool.join()


EXECUTORS = {
    "cpython-serial": Serial,
    "cpython-threads": Threads,
    "cpython-free-threads": FreeThreads,
    "cpython-interpreters": Interpreters,
    "cpython-processes": Processes,
    "cpython-pool": MultiprocessingPool,
}
