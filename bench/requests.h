/*
 * Generated tasks of a given distribution (core/distribution.h). Threads: pure functions.
 */
#ifndef BE_BENCH_REQUESTS_H
#define BE_BENCH_REQUESTS_H

#include <stdint.h>

#include "breakeven/workload.h"
#include "core/distribution.h"
#include "core/status.h"

struct be_requests_wish {
    enum be_distribution distribution;
    uint64_t seed;
    uint64_t steps; /* of a task, on average; at least 1 unless fixed */
    uint64_t tasks;
};

/*
 * Writes `tasks` requests, of tasks x steps together, in an order drawn from the seed; the same for
 * the same seed. Beyond the first 1024 requests are copies of these: drawing one afresh costs more
 * than a small task. Errors: BE_EINVAL when the largest has more steps than the workload can have.
 */
enum be_status be_requests_generate(const struct breakeven_workload *workload,
                                    const struct be_requests_wish *wish, void *requests,
                                    struct be_error *error);

#endif
