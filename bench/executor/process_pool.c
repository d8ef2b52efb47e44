#include "executor/process_pool.h"

#include <string.h>

#include "core/clock.h"
#include "executor/feed.h"

/* Sends what waits for a worker; what does not fit goes when its link has room again. */
static enum be_status process_flush(struct be_executor *pool, uint32_t index,
                                    struct be_error *error)
{
    struct be_process *process = &pool->processes[index];

    if (process->end->ops->flush(process->end, NULL) != BE_OK) {
        return be_child_explain(&process->child, error);
    }
    bool is_choked = process->end->ops->pending(process->end) > 0;
    if (pool->stages && !is_choked) {
        be_stages_sent(pool->stages, index);
    }
    if (is_choked == process->is_choked) {
        return BE_OK;
    }
    process->is_choked = is_choked;
    return be_waiter_want_room(&pool->waiter, index, is_choked, error);
}

/* What a message of the tasks from `first` on holds: themselves, or in `place` where they lie. */
static const uint64_t *requests_of(const struct be_executor *pool, uint64_t first,
                                   uint64_t place[BE_PLACE_NUMBERS])
{
    if (pool->transport->in_place) {
        be_place_tell(pool->env, pool->batch, first, place);
        return place;
    }
    return (const uint64_t *)pool->batch->requests + be_request_numbers(pool, first);
}

/* Of this batch, not yet handed out. */
static uint64_t tasks_left(const struct be_executor *pool)
{
    return pool->batch->tasks - pool->next + pool->again.tasks;
}

/* The next message; what is run again goes first. */
static struct be_flight message_next(struct be_executor *pool, uint64_t now_ns)
{
    uint64_t first = pool->next;
    uint64_t left = pool->batch->tasks - first;
    uint64_t count = left < pool->chunk ? left : pool->chunk;

    if (pool->again.count > 0) {
        return be_again_take(&pool->again);
    }
    pool->next += count;
    return (struct be_flight){first, pool->next, now_ns, (uint32_t)count, 0};
}

/* The codec failed at it. Its tasks are tried one by one, and one alone has failed. */
static enum be_status message_refuse(struct be_executor *pool, const struct be_flight *message,
                                     const char *what, struct be_error *error)
{
    struct be_flight alone = *message;
    struct be_error cause;

    pool->wants_feed = true; /* where nothing was sent, nothing may come */
    if (message->count > 1) {
        alone.count = 1;
        return be_again_put(&pool->again, &alone, error);
    }
    be_error_fill(&cause, BE_EINPUT, "codec '%s' cannot %s", pool->coder.codec->row.name, what);
    be_tasks_give_up(pool, message, &cause);
    return BE_OK;
}

/* A worker's codec failed at its oldest message. */
static enum be_status refusal_merge(struct be_executor *pool, struct be_process *process,
                                    struct be_error *error)
{
    struct be_flight message = *be_flights_oldest(&process->flights);

    message.end = message.first + message.count;
    be_flights_answered(&process->flights);
    return message_refuse(pool, &message, "decode it, or encode its result", error);
}

static enum be_status chunk_put(struct be_executor *pool, uint32_t index, uint64_t now_ns,
                                struct be_error *error)
{
    struct be_process *process = &pool->processes[index];
    struct be_flight message = message_next(pool, now_ns);
    size_t numbers = be_request_numbers(pool, message.count);
    uint64_t place[BE_PLACE_NUMBERS];
    const uint64_t *requests = requests_of(pool, message.first, place);
    struct be_end *end = process->end;
    struct be_frame *frame = end->ops->prepare(end, be_codec_room(pool->coder.codec, numbers));

    if (!frame) {
        return be_error_set(error, BE_ENOMEM, "out of memory for a frame");
    }
    size_t bytes = be_coder_pack(&pool->coder, requests, numbers, frame + 1);
    if (bytes == 0) {
        return message_refuse(pool, &message, "encode it", error);
    }
    *frame = (struct be_frame){.kind = BE_FRAME_TASKS,
                               .first = message.first,
                               .count = message.count,
                               .tries = (uint8_t)message.tries,
                               .bytes = bytes};
    frame->stamped = pool->stages && be_stages_begin(pool->stages, index, now_ns);
    end->ops->put(end);
    be_flights_put(&process->flights, &message);
    be_batching_add(&pool->batching, message.count);
    return BE_OK;
}

/* How much this worker is to be fed, by what it did since it was last asked. */
static struct be_feed process_portion(struct be_executor *pool, struct be_process *process,
                                      uint64_t now_ns)
{
    if (be_feed_is_single(&pool->rule)) {
        return be_feed_single(&pool->rule);
    }
    if (process->answered > 0) {
        be_speed_note(&process->speed, process->answered, now_ns - process->noted_ns);
        process->noted_ns = now_ns;
        process->answered = 0;
    }
    return be_feed_decide(&pool->rule, &process->speed, tasks_left(pool));
}

/*
 * Sends a worker half of what it may hold once there is room for that, as many frames together as
 * may be: so one half is computed while the other one travels.
 */
static enum be_status process_feed(struct be_executor *pool, uint32_t index, struct be_error *error)
{
    struct be_process *process = &pool->processes[index];
    uint64_t now_ns = be_clock_now_ns();
    struct be_feed feed = process_portion(pool, process, now_ns);
    uint64_t together = 0;
    enum be_status status = BE_OK;

    pool->now_ns = now_ns;
    if (process->flights.tasks + feed.half > feed.limit || tasks_left(pool) == 0 ||
        process->is_choked || !process->is_ready) {
        return BE_OK;
    }
    uint64_t before = process->flights.tasks;
    for (uint64_t sent = 0; status == BE_OK && sent < feed.half && tasks_left(pool) > 0 &&
                            process->flights.messages < pool->window &&
                            process->end->ops->pending(process->end) < BE_END_PENDING_BYTES;
         sent = process->flights.tasks - before) {
        pool->chunk = feed.half - sent < feed.chunk ? feed.half - sent : feed.chunk;
        status = chunk_put(pool, index, now_ns, error);
        if (status == BE_OK && ++together % pool->coalesce == 0) {
            status = process_flush(pool, index, error);
        }
    }
    pool->batching.flushes += together > 0 ? (together - 1) / pool->coalesce + 1 : 0;
    if (process->flights.tasks > pool->batching.held_most) {
        pool->batching.held_most = process->flights.tasks;
    }
    return status == BE_OK ? process_flush(pool, index, error) : status;
}

/* Whether it can be the next answer of this worker; its payload is looked at later. */
static bool reply_is_sane(const struct be_executor *pool, const struct be_process *process,
                          const struct be_frame *frame)
{
    return frame->kind == BE_FRAME_TASKS &&
           be_flights_expect(&process->flights, frame->first, frame->count) &&
           (!frame->stamped || pool->stages) &&
           (!frame->failures || frame->bytes > be_frame_failed_bytes(frame->count));
}

/* False: the payload is not what a reply is made of. */
static bool reply_merge(struct be_executor *pool, const struct be_frame *frame,
                        const unsigned char *payload, struct be_stage_stamps *stamps)
{
    const struct be_batch *batch = pool->batch;
    size_t reply_bytes = pool->env->workload->reply_bytes;
    size_t bytes = frame->bytes - (frame->failures ? be_frame_failed_bytes(frame->count) : 0);
    const char *results = (const char *)be_coder_unpack(
        &pool->coder, payload, bytes, be_reply_numbers(pool, frame->count), pool->results);
    char *replies = (char *)batch->replies + frame->first * reply_bytes;
    const unsigned char *failed = payload + bytes;

    if (!results) {
        return false;
    }
    if (frame->stamped) {
        be_stage_stamp(stamps, BE_STAMP_RESULT_DECODED);
    }
    if (!frame->failures && !pool->transport->in_place) {
        memcpy(replies, results, frame->count * reply_bytes);
    }
    for (uint32_t i = 0; frame->failures && i < frame->count; i++) {
        if (failed[i]) {
            batch->failed[frame->first + i] = 1;
        } else {
            memcpy(replies + i * reply_bytes, results + i * reply_bytes, reply_bytes);
        }
    }
    if (frame->stamped) {
        be_stage_stamp(stamps, BE_STAMP_MERGED);
    }
    pool->merged += frame->count;
    return true;
}

/* Asks for the frame that is awaited from all. */
static enum be_status process_ask(struct be_executor *pool, uint32_t index, struct be_error *error)
{
    if (be_end_signal(pool->processes[index].end, pool->awaited, error) == BE_ENOMEM) {
        return BE_ENOMEM;
    }
    return process_flush(pool, index, error);
}

static void frame_came(struct be_executor *pool, struct be_process *process)
{
    process->owes = false;
    pool->owing--;
}

/* The first frame of a worker. */
static enum be_status ready_merge(struct be_executor *pool, uint32_t index, struct be_error *error)
{
    struct be_process *process = &pool->processes[index];
    enum be_status status = be_process_welcome(pool, index, error);

    if (status == BE_OK && process->owes && pool->awaited != BE_FRAME_READY) {
        return process_ask(pool, index, error); /* the one before it was asked, and is gone */
    }
    if (process->owes && pool->awaited == BE_FRAME_READY) {
        frame_came(pool, process);
    }
    return status;
}

static enum be_status frame_merge(struct be_executor *pool, uint32_t index,
                                  const struct be_frame *frame, const void *payload,
                                  struct be_error *error)
{
    struct be_process *process = &pool->processes[index];
    struct be_stage_stamps *stamps = NULL;

    if (frame->kind == BE_FRAME_READY && !process->is_ready) {
        return ready_merge(pool, index, error);
    }
    if (frame->kind == pool->awaited && process->owes) {
        frame_came(pool, process);
        return BE_OK;
    }
    if (frame->kind == BE_FRAME_REFUSED &&
        be_flights_expect(&process->flights, frame->first, frame->count)) {
        return refusal_merge(pool, process, error);
    }
    if (pool->stages) {
        stamps =
            be_stages_came(pool->stages, index, frame->stamped, &pool->env->accounts[index].stages);
    }
    if (!reply_is_sane(pool, process, frame) || !reply_merge(pool, frame, payload, stamps)) {
        process->is_garbled = true;
        return be_error_set(error, BE_EWORKER, "worker %u sent a malformed frame", index);
    }
    if (be_stamp_due(&pool->messages)) {
        uint64_t sent_ns = be_flights_oldest(&process->flights)->sent_ns;
        be_latency_add(&pool->env->accounts[index].latency, be_clock_now_ns() - sent_ns);
    }
    be_flights_answered(&process->flights);
    process->answered += frame->count;
    process->merged += frame->count;
    return BE_OK;
}

/* Merges every reply that has come whole. */
static enum be_status replies_merge(struct be_executor *pool, uint32_t index,
                                    struct be_error *error)
{
    struct be_process *process = &pool->processes[index];
    enum be_status status = BE_OK;
    struct be_frame frame;
    const void *payload;

    while (status == BE_OK && (payload = process->end->ops->next(process->end, &frame))) {
        status = frame_merge(pool, index, &frame, payload, error);
    }
    return status;
}

static enum be_status process_receive(struct be_executor *pool, uint32_t index,
                                      struct be_error *error)
{
    struct be_process *process = &pool->processes[index];
    enum be_status status = process->end->ops->receive(process->end, error);

    be_lap_end(&pool->lap, &pool->env->meter->receive_ns);
    if (status == BE_EIO) {
        return be_child_explain(&process->child, error);
    }
    if (status == BE_OK) {
        status = replies_merge(pool, index, error);
    }
    be_lap_end(&pool->lap, &pool->env->meter->merge_ns);
    return status;
}

static enum be_status process_serve(struct be_executor *pool, const struct be_waited *waited,
                                    struct be_error *error)
{
    uint32_t index = waited->index;
    struct be_process *process = &pool->processes[index];
    enum be_status status = BE_OK;

    /* It may have been that of the one before it, lost by what happened at the same time. */
    if (waited->ended && be_child_ends(&process->child, 0)) {
        return be_child_explain(&process->child, error);
    }
    if (waited->readable) {
        status = process_receive(pool, index, error);
    }
    if (status == BE_OK && process->is_choked) {
        status = process_flush(pool, index, error);
    }
    if (status == BE_OK && pool->batch) {
        status = process_feed(pool, index, error);
    }
    be_lap_end(&pool->lap, &pool->env->meter->send_ns);
    return status;
}

/* Takes what a lost worker answered before. */
static void process_drain(struct be_executor *pool, uint32_t index)
{
    struct be_process *process = &pool->processes[index];
    uint64_t before;

    do {
        before = process->flights.messages;
        if (process->is_garbled || process->end->ops->receive(process->end, NULL) != BE_OK) {
            return;
        }
        replies_merge(pool, index, NULL);
    } while (process->flights.messages < before);
}

/* What follows from how one worker was served: BE_EWORKER, with the cause, is no error yet. */
static enum be_status served(struct be_executor *pool, uint32_t index, enum be_status status,
                             const struct be_error *cause, struct be_error *error)
{
    if (status == BE_EWORKER) {
        process_drain(pool, index);
        return be_process_replace(pool, index, cause, error);
    }
    return status == BE_OK ? BE_OK : be_error_set(error, status, "%s", cause->message);
}

/* Feeds whoever has room; again, where that made tasks that are to be handed out again. */
static enum be_status pool_feed(struct be_executor *pool, struct be_error *error)
{
    enum be_status status = BE_OK;

    do {
        pool->wants_feed = false;
        for (uint32_t i = 0; status == BE_OK && i < pool->env->workers; i++) {
            struct be_error cause;
            status = process_feed(pool, i, &cause);
            status = served(pool, i, status, &cause, error);
        }
    } while (status == BE_OK && pool->wants_feed);
    return status;
}

/* Replaces workers that are stuck. */
static enum be_status pool_look(struct be_executor *pool, struct be_error *error)
{
    enum be_status status = BE_OK;

    be_processes_pace(pool);
    for (uint32_t i = 0; status == BE_OK && i < pool->env->workers; i++) {
        struct be_error cause;
        status = be_process_look(pool, i, &cause);
        status = served(pool, i, status, &cause, error);
    }
    return status;
}

/* Waits until something happens and handles what happened. */
static enum be_status pool_wait(struct be_executor *pool, struct be_error *error)
{
    struct be_waited waited[BE_WAITED_MAX];
    struct be_meter *meter = pool->env->meter;
    uint32_t count = 0;

    be_lap_begin(&pool->lap, be_stamp_due(&pool->rounds));
    enum be_status status = be_waiter_wait(&pool->waiter, waited, &count, error);
    be_lap_end(&pool->lap, pool->waiter.spin_ns > 0 ? &meter->spin_ns : &meter->receive_ns);
    for (uint32_t i = 0; status == BE_OK && i < count; i++) {
        struct be_error cause;
        status = process_serve(pool, &waited[i], &cause);
        status = served(pool, waited[i].index, status, &cause, error);
    }
    if (count == 0 || !pool->batch) {
        pool->now_ns = be_clock_now_ns();
    }
    if (status == BE_OK && pool->now_ns >= pool->look_ns) {
        status = pool_look(pool, error);
    }
    return status == BE_OK && pool->wants_feed && pool->batch ? pool_feed(pool, error) : status;
}

enum be_status be_process_pool_await(struct be_executor *pool, enum be_frame_kind kind,
                                     struct be_error *error)
{
    enum be_status status = BE_OK;

    pool->awaited = kind;
    pool->owing = pool->env->workers;
    for (uint32_t i = 0; i < pool->env->workers; i++) {
        pool->processes[i].owes = true;
    }
    for (uint32_t i = 0; status == BE_OK && i < pool->env->workers; i++) {
        struct be_error cause;
        status = pool->processes[i].is_ready ? process_ask(pool, i, &cause) : BE_OK;
        status = served(pool, i, status, &cause, error);
    }
    while (status == BE_OK && pool->owing > 0) {
        status = pool_wait(pool, error);
    }
    return status;
}

enum be_status be_process_pool_pass(struct be_executor *pool, struct be_error *error)
{
    enum be_status status = BE_OK;

    /* Twice around: one half of what each may hold, then the other. */
    be_lap_begin(&pool->lap, 1);
    for (int half = 0; status == BE_OK && half < 2; half++) {
        status = pool_feed(pool, error);
    }
    be_lap_end(&pool->lap, &pool->env->meter->send_ns);
    while (status == BE_OK && pool->merged < pool->batch->tasks) {
        status = pool_wait(pool, error);
    }
    return status;
}
