/*
 * Faults on purpose: what parameter `fault` makes a worker do, to measure how its loss is found and
 * made good. "kill:every=1000" strikes at tasks 999, 1999 ... of a pass, each the first time that
 * it is tried, so that it comes out right the second time. A worker does all of it to itself.
 *
 *     kill     it is killed          garbage  it answers what makes no sense
 *     stop     it is stopped         slow     it takes 10 ms longer, and answers
 *
 * Threads: pure functions.
 */
#ifndef BE_BENCH_FAULT_H
#define BE_BENCH_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/params.h"
#include "executor/executor.h"
#include "transport/end.h"

#define BE_FAULT_CHOICES "none kill:every=N stop:every=N garbage:every=N slow:every=N"

enum be_fault_kind {
    BE_FAULT_NONE,
    BE_FAULT_KILL,
    BE_FAULT_STOP,
    BE_FAULT_GARBAGE,
    BE_FAULT_SLOW,
};

struct be_fault {
    enum be_fault_kind kind;
    uint64_t every; /* tasks */
};

/* Reads a canonical value of the parameter. */
struct be_fault be_fault_read(const char *value);

/* Whether it strikes at one of these tasks, which were tried so often before. */
static inline bool be_fault_strikes(const struct be_fault *fault, uint64_t first, uint32_t count,
                                    uint32_t tries)
{
    return fault->kind != BE_FAULT_NONE && tries == 0 &&
           (first + count) / fault->every > first / fault->every;
}

/*
 * Does it, in the worker, before it computes; garbage is left to be_fault_garble. When that was is
 * in the account's fault_ns, unless the worker survived it.
 */
void be_fault_strike(const struct be_fault *fault, struct be_account *account);

/* Makes nonsense of an answer of as many bytes. */
void be_fault_garble(struct be_frame *answer);

#endif
