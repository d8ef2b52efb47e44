/*
 * The kernel's perf_event interface: one event of the calling thread, read with the time that it
 * counted, and a refusal put into words. Threads: an event is used by the thread that opened it.
 */
#ifndef BE_BENCH_PERF_H
#define BE_BENCH_PERF_H

#include <stdbool.h>
#include <stdint.h>

#include "core/record.h"
#include "core/status.h"

/* As read(2) gives it. */
struct be_perf_reading {
    uint64_t value;
    uint64_t enabled_ns; /* the event was switched on and its thread ran */
    uint64_t running_ns; /* of that, it had a counter */
};

/*
 * Opens an event (perf_event_attr's type and config) of the calling thread, not of its children,
 * switched off. Returns a CLOEXEC descriptor, or -1 with errno.
 */
int be_perf_open(uint32_t type, uint64_t config, bool user_only);

/* Returns false, with errno, when the event cannot be read. */
bool be_perf_read(int fd, struct be_perf_reading *reading);

/*
 * What an event counted between two readings, or why it is not known. A count of part of the time
 * is SCALED to the whole.
 */
void be_perf_judge(const struct be_perf_reading *start, const struct be_perf_reading *stop,
                   struct be_counter_value *value);

/*
 * Whether hardware events can be counted in user mode. Errors: BE_ENOTFOUND, there are none;
 * BE_EUNAVAILABLE, the kernel refuses them to this user.
 */
enum be_status be_perf_hardware_check(struct be_error *error);

/* Why be_perf_open failed with this errno, and the remedy. */
void be_perf_explain(int error_number, char reason[BE_COUNTER_REASON_BYTES]);

#endif
