"""A job's passes: a cold one, then a pool for warm-up and timed ones; and what is known of them."""

import os
import resource
import time

import job as jobs
import tasks


class Measurement:
    def __init__(self, job):
        self.job = job
        self.passes = []
        self.first = None  # results of the first pass
        self.first_checksum = None

    def keep(self, kind, wall_ns, cpu_ns, results):
        """Results are compared, and hashed at the end: nothing of it is timed."""
        if self.first is None:
            self.first = results
        # Which worker did what is not to be seen from outside of these pools.
        self.passes.append(
            {
                "type": "pass", "kind": kind, "wall_ns": wall_ns, "cpu_ns": cpu_ns,
                "tasks": len(results), "failed": 0, "workers": [],
                "checksum": None if results == self.first else jobs.fnv_1a(results),
            }
        )

    def cold(self):
        """The pool's start and its end are timed with the pass, as a program would have them."""
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu_ns = time.process_time_ns()
        start_ns = time.monotonic_ns()
        pool = self.job.executor(self.job, False)
        results = pool.run()
        workers_ns = pool.cpu_ns() - time.process_time_ns()
        pool.stop()
        wall_ns = time.monotonic_ns() - start_ns
        cpu_ns = time.process_time_ns() - cpu_ns
        # A fork server keeps the times of its children to itself: then what they had used before.
        now = resource.getrusage(resource.RUSAGE_CHILDREN)
        reaped = now.ru_utime + now.ru_stime - usage.ru_utime - usage.ru_stime
        self.keep("cold", wall_ns, cpu_ns + max(workers_ns, int(reaped * 1e9)), results)

    def warm(self):
        job = self.job
        start_ns = time.monotonic_ns()
        pool = job.executor(job, True)
        self.pool_start_ns = time.monotonic_ns() - start_ns
        for index in range(job.warmup + job.passes):
            cpu_ns = pool.cpu_ns()
            start_ns = time.monotonic_ns()
            results = pool.run()
            wall_ns = time.monotonic_ns() - start_ns
            cpu_ns = pool.cpu_ns() - cpu_ns
            self.keep("warmup" if index < job.warmup else "timed", wall_ns, cpu_ns, results)
        self.workers = places(pool.ids(), job.pus)
        pool.stop()

    def run(self):
        job = self.job
        if job.executor.parallel:
            tasks.pin(job.dispatcher_pu)
        if job.cold:
            self.cold()
        self.warm()
        checksum = jobs.fnv_1a(self.first)
        for one in self.passes:
            one["checksum"] = "%016x" % (checksum if one["checksum"] is None else one["checksum"])

    def done(self):
        job = self.job
        own = place(os.getpid(), job.dispatcher_pu) if job.executor.parallel else self.workers[0]
        dispatcher = {**own, "counters": {}}
        counters = {
            name: {"state": "unavailable", "reason": "breakeven-cpython counts nothing"}
            for name in job.counters
            if name != "default"
        }
        for worker in self.workers:
            worker["counters"] = counters
        return {
            "type": "done", "pool_start_ns": self.pool_start_ns, "dispatcher": dispatcher,
            "workers": self.workers, "gauges": gauges(job),
        }


def gauges(job):
    """What is known; not the largest process of a fork server, which reaps them itself."""
    count = len(job.pairs)
    known = {"chunk_most": min(job.chunk, count), "chunk_mean": count / -(-count // job.chunk)}
    if job.start != "forkserver":
        both = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        known["peak_rss_bytes"] = max(resource.getrusage(who).ru_maxrss for who in both) << 10
    return known


def place(thread, asked):
    """Where a thread was to be, is bound to, and was seen last; -1: unknown or none."""
    bound = os.sched_getaffinity(thread)
    with open(f"/proc/{thread}/stat", encoding="utf-8", errors="replace") as file:
        seen = int(file.read().rpartition(")")[2].split()[36])
    return {"pu_asked": asked, "pu_bound": min(bound) if len(bound) == 1 else -1, "pu_seen": seen}


def places(threads, pus):
    """Workers take PUs as they come, so it is by what they are bound to that they are matched."""
    ordered = sorted(threads, key=lambda thread: min(os.sched_getaffinity(thread)))
    return [place(*pair) for pair in zip(ordered, sorted(pus) or [-1] * len(ordered))]
