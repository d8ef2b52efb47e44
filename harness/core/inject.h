/*
 * What a pass does beyond its tasks, on purpose: a known fault, to see whether the figures find it.
 * It changes no result. Threads: plain data.
 *
 *     none
 *     serial:5%       the dispatcher computes the first 5 % of the tasks, then the pool the rest
 *     cost:2us        each task costs its worker 2 us more CPU time, outside the workload
 *     imbalance:30%   whoever computes the last task repeats it for 30 % of an even share of tasks
 */
#ifndef BE_CORE_INJECT_H
#define BE_CORE_INJECT_H

#include <stdint.h>

#include "core/status.h"
#include "core/units.h"

enum be_inject_kind {
    BE_INJECT_NONE,
    BE_INJECT_SERIAL,
    BE_INJECT_COST,
    BE_INJECT_IMBALANCE,
};

struct be_inject {
    enum be_inject_kind kind;
    uint32_t share_permille; /* SERIAL: 1 .. 999; IMBALANCE: 1 .. 10,000 */
    uint64_t cost_ns;        /* COST: 1 .. 1 s */
};

/* *inject is written on success only. Errors: BE_EINVAL, saying what would be right. */
enum be_status be_inject_parse(const char *text, struct be_inject *inject, struct be_error *error);

/* The canonical text, which parses back: "serial:12.5%". Writes into text and returns it. */
const char *be_inject_format(const struct be_inject *inject, char text[BE_UNITS_TEXT_BYTES]);

/* How many of a pass's tasks the dispatcher computes by itself: below `tasks`. */
uint64_t be_inject_serial_tasks(const struct be_inject *inject, uint64_t tasks);

/* How often the last of a pass's tasks is repeated: a share of tasks / workers, rounded. */
uint64_t be_inject_repeats(const struct be_inject *inject, uint64_t tasks, uint32_t workers);

#endif
