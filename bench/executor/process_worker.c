#include "executor/process_worker.h"

#include <string.h>

#include "core/clock.h"
#include "executor/channel.h"
#include "executor/worker.h"

/*
 * Answers wait for each other, to share a write, but no longer than this and one task. A write
 * costs some microseconds and may take the processor from a worker, so this is far above both.
 */
enum { ANSWERS_WAIT_NS = 2000000 };

/* Messages computed between two looks at the clock, at most. */
enum { LOOK_APART_MAX = 16 };

struct process_worker {
    struct be_worker worker;
    struct be_channel channel;
    uint64_t since_ns; /* of the last read or write: answers have waited no longer than that */
    uint32_t computed; /* messages since then */
    uint32_t look_at;  /* how many of them until it looks at the clock */
};

/* Starts the wait of answers anew. */
static void answers_begin(struct process_worker *self, uint64_t now_ns)
{
    self->since_ns = now_ns;
    self->computed = 0;
    self->look_at = 1;
}

/*
 * Whether the answers so far should go. Looks at the clock after 1, 3, 7, 15 ... messages, so that
 * many short tasks do not pay for it and the first long one is seen.
 */
static bool answers_are_due(struct process_worker *self)
{
    if (be_channel_pending(&self->channel) >= BE_CHANNEL_BYTES / 2) {
        return true;
    }
    if (++self->computed < self->look_at) {
        return false;
    }
    uint32_t apart = self->computed + 1;
    self->look_at += apart < LOOK_APART_MAX ? apart : LOOK_APART_MAX;
    return be_clock_now_ns() - self->since_ns >= ANSWERS_WAIT_NS;
}

static enum be_status answers_write(struct process_worker *self)
{
    uint64_t now_ns = be_clock_now_ns();

    self->worker.account->end_ns = now_ns;
    answers_begin(self, now_ns);
    return be_channel_flush(&self->channel, NULL);
}

/* Computes one message into the place of its answer. */
static enum be_status tasks_answer(struct process_worker *self, const struct be_frame *asked,
                                   const void *requests)
{
    const struct breakeven_workload *workload = self->worker.env->workload;
    struct be_account *account = self->worker.account;
    struct breakeven_turns nobody = {NULL};
    size_t reply_bytes = (size_t)asked->count * workload->reply_bytes;
    size_t failed_bytes = be_frame_failed_bytes(asked->count);
    unsigned char *replies = be_channel_prepare(&self->channel, reply_bytes + failed_bytes);

    if (!replies) {
        return BE_ENOMEM;
    }
    struct be_batch batch = {requests, replies, replies + reply_bytes, asked->count};
    memset(batch.failed, 0, failed_bytes);
    be_batch_compute(&batch, workload, 0, asked->count, &nobody);
    bool failures = memchr(batch.failed, 1, asked->count) != NULL;

    struct be_frame answer = *asked;
    answer.failures = failures;
    answer.bytes = reply_bytes + (failures ? failed_bytes : 0);
    be_channel_put(&self->channel, &answer);
    if (account->tasks == 0) {
        account->start_ns = self->since_ns;
    }
    account->tasks += asked->count;
    return BE_OK;
}

static enum be_status frame_answer(struct process_worker *self, const struct be_frame *asked,
                                   const void *payload)
{
    if (asked->kind == BE_FRAME_TASKS) {
        enum be_status status = tasks_answer(self, asked, payload);
        return status == BE_OK && answers_are_due(self) ? answers_write(self) : status;
    }
    be_worker_count(&self->worker, asked->kind == BE_FRAME_COUNT_START);
    return be_channel_signal(&self->channel, asked->kind, NULL);
}

/* Answers whatever one read brings. Does not return BE_OK at the end of the connection. */
static enum be_status frames_serve(struct process_worker *self)
{
    struct be_frame asked;
    const void *payload;

    be_channel_await(&self->channel);
    enum be_status status = be_channel_receive(&self->channel, NULL);
    answers_begin(self, be_clock_now_ns());
    while (status == BE_OK && (payload = be_channel_next(&self->channel, &asked))) {
        status = frame_answer(self, &asked, payload);
    }
    if (status == BE_OK && be_channel_pending(&self->channel) > 0) {
        status = answers_write(self);
    }
    return status;
}

void be_process_worker_run(const struct be_executor_env *env, uint32_t index, int fd)
{
    struct process_worker self;

    be_channel_init(&self.channel, fd);
    /* One that could not start has said so in its account; the dispatcher looks there. */
    be_worker_init(&self.worker, env, index);
    enum be_status status = be_channel_signal(&self.channel, BE_FRAME_READY, NULL);
    while (status == BE_OK) {
        status = frames_serve(&self);
    }
    be_worker_finish(&self.worker);
    be_channel_finish(&self.channel);
}
