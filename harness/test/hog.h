/*
 * A CPU hog for tests: a process that is busy on the CPU given to it until it is stopped, or for
 * `busy_ms` out of every `period_ms`. It dies with the test.
 */
#ifndef BE_TEST_HOG_H
#define BE_TEST_HOG_H

#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/clock.h"

/* Binds the calling process, and so all that it starts, to the first `count` of its CPUs. */
static inline int hog_bind(int count)
{
    cpu_set_t allowed;
    cpu_set_t few;
    int left = count;

    CPU_ZERO(&few);
    if (sched_getaffinity(0, sizeof(allowed), &allowed) < 0) {
        return -1;
    }
    for (int cpu = 0; cpu < CPU_SETSIZE && left > 0; cpu++) {
        if (CPU_ISSET(cpu, &allowed)) {
            CPU_SET(cpu, &few);
            left--;
        }
    }
    return left > 0 ? -1 : sched_setaffinity(0, sizeof(few), &few);
}

static inline pid_t hog_start(uint64_t busy_ms, uint64_t period_ms)
{
    pid_t pid = fork();

    if (pid != 0) {
        return pid;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (uint64_t begin_ns = be_clock_now_ns();;) {
        uint64_t spent_ms = (be_clock_now_ns() - begin_ns) / 1000000 % period_ms;
        if (spent_ms >= busy_ms) {
            uint64_t rest_ns = (period_ms - spent_ms) * 1000000;
            struct timespec rest = {(time_t)(rest_ns / 1000000000), (long)(rest_ns % 1000000000)};
            nanosleep(&rest, NULL);
        }
    }
}

static inline void hog_stop(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

#endif
