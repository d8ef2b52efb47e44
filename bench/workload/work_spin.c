/*
 * Keeps a core busy for as many ns as it has steps, of the time of its own thread: a task whose
 * cost is known. Right within some tens of ns, a reading of the clock: what is asked for below some
 * 100 ns takes about 100 ns.
 */
#include "breakeven/workload.h"
#include "busy.h"
#include "workload/timed.h"

/* Between two checkpoints. */
enum { SLICE_NS = 10000 };

static void spin_task(uint64_t ns, struct breakeven_turns *turns)
{
    for (uint64_t spent_ns = 0; spent_ns < ns;) {
        uint64_t left_ns = ns - spent_ns;
        spent_ns += be_busy_spend(left_ns < SLICE_NS ? left_ns : SLICE_NS);
        breakeven_checkpoint(turns);
    }
}

static size_t spin_run(const void *requests, size_t request_bytes, void *replies, size_t count,
                       struct breakeven_turns *turns)
{
    uint64_t *results = replies;

    for (size_t i = 0; i < count; i++) {
        const struct breakeven_pair *pair = be_request_pair_const(requests, request_bytes, i);
        spin_task(pair->a, turns);
        results[i] = be_timed_reply(pair);
    }
    return count;
}

const struct breakeven_workload be_workload_spin = {
    .name = "spin",
    .summary = "keeps a core busy for exactly its grain, in CPU time of its own",
    .request_bytes = sizeof(struct breakeven_pair),
    .request_bytes_max = BE_REQUEST_BYTES_MAX,
    .reply_bytes = sizeof(uint64_t),
    .steps_max = BE_TIMED_STEPS_MAX,
    .step_ns = 1,
    .generate = be_timed_generate,
    .run = spin_run,
    .count_steps = be_timed_count_steps,
};
