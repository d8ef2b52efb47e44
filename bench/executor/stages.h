/*
 * Where the time of a message goes, stage by stage, from its submission to its result.
 *
 * For a pool of processes at window 1: one message is under way with a worker, so that what lies
 * between two stamps is one thing and nothing waits in line. One message in so many is stamped, and
 * says so in its frame; the worker's stamps come back in its account, and are taken when its next
 * message has come, since the last of them is made after the answer has left.
 *
 * Who is woken by a system call may run before that call returns: a message counts as sent when the
 * other side has it at the latest. What a reading of the clock takes is taken off the stages inside
 * one process; in a wake-up there is some of one. Threads: the dispatcher.
 */
#ifndef BE_BENCH_STAGES_H
#define BE_BENCH_STAGES_H

#include <stdbool.h>
#include <stdint.h>

#include "core/clock.h"
#include "core/record.h"
#include "executor/latency.h"
#include "executor/stamp.h"

enum be_stage_stamp {
    BE_STAMP_SUBMITTED,
    BE_STAMP_ENCODED,
    BE_STAMP_SENT,
    BE_STAMP_WORKER_WOKE, /* and has the message */
    BE_STAMP_DECODED,
    BE_STAMP_COMPUTED,
    BE_STAMP_RESULT_ENCODED,
    BE_STAMP_RESULT_SENT,
    BE_STAMP_DISPATCHER_WOKE, /* and has the answer */
    BE_STAMP_RESULT_DECODED,
    BE_STAMP_MERGED, /* in order: at its index */
    BE_STAMP_COUNT,
};

/* Between two stamps each. */
enum { BE_STAGE_COUNT = BE_STAMP_COUNT - 1 };

struct be_stage_stamps {
    uint64_t at_ns[BE_STAMP_COUNT];
};

static inline void be_stage_stamp(struct be_stage_stamps *stamps, enum be_stage_stamp stamp)
{
    stamps->at_ns[stamp] = be_clock_now_ns();
}

struct be_stage_message;

struct be_stages {
    struct be_stamp due; /* drawn when an answer has come, which is between two messages */
    bool is_wanted;      /* of the next message */
    uint64_t reading_ns;
    struct be_stage_message *messages; /* owned; the one of each worker that is under way */
    struct be_latency_histogram took[BE_STAGE_COUNT];
    uint64_t refused; /* messages whose stamps were not in order: never, while no worker dies */
};

/* NULL: out of memory. */
struct be_stages *be_stages_create(uint32_t workers, const struct be_clock_costs *costs);
void be_stages_destroy(struct be_stages *stages);

/*
 * A message to that worker was submitted then and is encoded now. Returns whether it is stamped;
 * not two in a row are.
 */
bool be_stages_begin(struct be_stages *stages, uint32_t worker, uint64_t submitted_ns);

/* All that was put for that worker has left. */
void be_stages_sent(struct be_stages *stages, uint32_t worker);

/*
 * An answer of that worker has come, stamped or not; `said` is what its account holds. Returns
 * where the rest of the dispatcher's stamps go.
 */
struct be_stage_stamps *be_stages_came(struct be_stages *stages, uint32_t worker, bool is_stamped,
                                       const struct be_stage_stamps *said);

/* Forgets all messages so far, or says what they came to. */
void be_stages_clear(struct be_stages *stages);
void be_stages_tell(const struct be_stages *stages, struct be_gauges *gauges);

#endif
