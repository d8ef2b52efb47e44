#include "executor/stages.h"

#include <stdlib.h>

/*
 * What stamping a message costs, in readings: its own, the lines of cache that change hands, and
 * some cold ones of every histogram.
 */
enum { READINGS = BE_STAMP_COUNT + 5 + 10 * BE_STAGE_COUNT };

enum message_state {
    MESSAGE_NONE,
    MESSAGE_UNDER_WAY,
    MESSAGE_MERGED, /* the worker's stamps are in its account once it has sent another answer */
};

struct be_stage_message {
    struct be_stage_stamps stamps;
    enum message_state state;
};

struct be_stages *be_stages_create(uint32_t workers, const struct be_clock_costs *costs)
{
    struct be_stages *stages = calloc(1, sizeof(*stages));
    struct be_stage_message *messages = calloc(workers, sizeof(*messages));

    if (!stages || !messages) {
        free(stages);
        free(messages);
        return NULL;
    }
    stages->messages = messages;
    stages->is_wanted = true;
    stages->reading_ns = costs->wall_ns;
    be_stamp_init(&stages->due, READINGS * costs->wall_ns);
    return stages;
}

void be_stages_destroy(struct be_stages *stages)
{
    if (stages) {
        free(stages->messages);
        free(stages);
    }
}

bool be_stages_begin(struct be_stages *stages, uint32_t worker, uint64_t submitted_ns)
{
    struct be_stage_message *message = &stages->messages[worker];

    if (!stages->is_wanted || message->state == MESSAGE_MERGED) {
        return false;
    }
    stages->is_wanted = false;
    *message = (struct be_stage_message){.state = MESSAGE_UNDER_WAY};
    message->stamps.at_ns[BE_STAMP_SUBMITTED] = submitted_ns;
    be_stage_stamp(&message->stamps, BE_STAMP_ENCODED);
    return true;
}

void be_stages_sent(struct be_stages *stages, uint32_t worker)
{
    struct be_stage_message *message = &stages->messages[worker];

    if (message->state == MESSAGE_UNDER_WAY && message->stamps.at_ns[BE_STAMP_SENT] == 0) {
        be_stage_stamp(&message->stamps, BE_STAMP_SENT);
    }
}

static void at_the_latest(uint64_t *at_ns, uint64_t limit_ns)
{
    if (*at_ns > limit_ns) {
        *at_ns = limit_ns;
    }
}

static bool stamps_are_in_order(const struct be_stage_stamps *stamps)
{
    for (int i = 0; i < BE_STAGE_COUNT; i++) {
        if (stamps->at_ns[i] > stamps->at_ns[i + 1]) {
            return false;
        }
    }
    return true;
}

/* The end of a stage may be another's stamp, so that no more than one side made readings in it. */
static bool is_in_one_process(int stage)
{
    return stage != BE_STAMP_SENT && stage != BE_STAMP_RESULT_SENT;
}

static void message_add(struct be_stages *stages, struct be_stage_stamps *stamps)
{
    uint64_t *at_ns = stamps->at_ns;

    at_the_latest(&at_ns[BE_STAMP_SENT], at_ns[BE_STAMP_WORKER_WOKE]);
    at_the_latest(&at_ns[BE_STAMP_RESULT_SENT], at_ns[BE_STAMP_DISPATCHER_WOKE]);
    if (!stamps_are_in_order(stamps)) {
        stages->refused++;
        return;
    }
    for (int i = 0; i < BE_STAGE_COUNT; i++) {
        uint64_t took_ns = at_ns[i + 1] - at_ns[i];
        uint64_t reading_ns = is_in_one_process(i) ? stages->reading_ns : 0;
        be_latency_add(&stages->took[i], took_ns > reading_ns ? took_ns - reading_ns : 0);
    }
}

struct be_stage_stamps *be_stages_came(struct be_stages *stages, uint32_t worker, bool is_stamped,
                                       const struct be_stage_stamps *said)
{
    struct be_stage_message *message = &stages->messages[worker];

    if (message->state == MESSAGE_MERGED) {
        for (int i = BE_STAMP_WORKER_WOKE; i <= BE_STAMP_RESULT_SENT; i++) {
            message->stamps.at_ns[i] = said->at_ns[i];
        }
        message_add(stages, &message->stamps);
        message->state = MESSAGE_NONE;
    }
    if (is_stamped && message->state == MESSAGE_UNDER_WAY) {
        be_stage_stamp(&message->stamps, BE_STAMP_DISPATCHER_WOKE);
        message->state = MESSAGE_MERGED;
    } else if (be_stamp_due(&stages->due) > 0) {
        stages->is_wanted = true;
    }
    return &message->stamps;
}

void be_stages_clear(struct be_stages *stages)
{
    for (int i = 0; i < BE_STAGE_COUNT; i++) {
        stages->took[i] = (struct be_latency_histogram){0};
    }
    stages->refused = 0;
}

void be_stages_tell(const struct be_stages *stages, struct be_gauges *gauges)
{
    static const enum be_gauge told[BE_STAGE_COUNT] = {
        BE_GAUGE_stage_encode_ns,        BE_GAUGE_stage_send_ns,
        BE_GAUGE_stage_wake_ns,          BE_GAUGE_stage_decode_ns,
        BE_GAUGE_stage_compute_ns,       BE_GAUGE_stage_encode_result_ns,
        BE_GAUGE_stage_send_result_ns,   BE_GAUGE_stage_wake_dispatcher_ns,
        BE_GAUGE_stage_decode_result_ns, BE_GAUGE_stage_merge_ns,
    };
    uint64_t messages = stages->took[0].count;

    for (int i = 0; messages > 0 && i < BE_STAGE_COUNT; i++) {
        struct be_latency took;
        be_latency_summarise(&stages->took[i], &took);
        be_gauges_set(gauges, told[i], (double)took.p50_ns);
    }
    be_gauges_set(gauges, BE_GAUGE_stage_messages, (double)messages);
}
