#include "core/clock.h"
#include "probe/probe.h"

static enum be_status clock_run(struct be_probe *probe, uint64_t tasks, struct be_error *error)
{
    (void)probe;
    (void)error;

    for (uint64_t i = 0; i < tasks; i++) {
        (void)be_clock_now_ns();
    }
    return BE_OK;
}

const struct be_probe_ops be_probe_clock = {
    .name = "clock",
    .summary = "one reading of the clock that every figure comes from",
    .tasks = 4000,
    .run = clock_run,
};
