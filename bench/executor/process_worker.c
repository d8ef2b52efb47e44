#include "executor/process_worker.h"

#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "counter/tally.h"
#include "executor/fault.h"
#include "executor/worker.h"
#include "memory.h"

/*
 * Answers wait for each other, to share a write, but no longer than this and one task. A write
 * costs some microseconds and may take the processor from a worker, so this is far above both.
 */
enum { ANSWERS_WAIT_NS = 2000000 };

/* Messages computed between two looks at the clock, at most. */
enum { LOOK_APART_MAX = 16 };

struct process_worker {
    struct be_worker worker;
    const struct be_executor *pool; /* as it was when this worker was started */
    struct be_end *end;
    struct be_tally *tally;
    struct be_coder coder;
    uint64_t *requests;    /* of one message, decoded; room for the largest, as in the next two */
    uint64_t *results;     /* before they are encoded */
    unsigned char *failed; /* a byte a task, all 0 between messages */
    struct be_stamp reads;
    struct be_stamp writes;
    struct be_lap lap;
    struct be_stage_stamps stamps; /* of the message that is being answered, if it is stamped */
    bool is_stamped;               /* and was not sent yet */
    struct be_fault fault;
    bool garbles;      /* its answers, from now on */
    uint64_t coalesce; /* answers that leave together, at most */
    uint64_t since_ns; /* of the last read or write: answers have waited no longer than that */
    uint32_t computed; /* messages since then */
    uint32_t look_at;  /* how many of them until it looks at the clock */
    bool leaves;       /* was told to */
};

/* Has tasks at hand, or may have, and starts the wait of their answers anew. */
static void answers_begin(struct process_worker *self)
{
    self->since_ns = be_clock_now_ns();
    self->computed = 0;
    self->look_at = 1;
    be_worker_begin(&self->worker, self->since_ns);
}

/*
 * Whether the answers so far should go before another message is computed. Looks at the clock after
 * 1, 3, 7, 15 ... messages, so that many short tasks do not pay for it and the first long one is
 * seen.
 */
static bool answers_are_due(struct process_worker *self)
{
    if (self->computed == 0) {
        return false;
    }
    if (self->end->ops->pending(self->end) >= BE_END_PENDING_BYTES / 2) {
        return true;
    }
    if (self->computed >= self->coalesce) {
        return true;
    }
    if (self->computed < self->look_at) {
        return false;
    }
    uint32_t apart = self->computed + 1;
    self->look_at += apart < LOOK_APART_MAX ? apart : LOOK_APART_MAX;
    return be_clock_now_ns() - self->since_ns >= ANSWERS_WAIT_NS;
}

static void stage_stamp(struct process_worker *self, const struct be_frame *asked,
                        enum be_stage_stamp stamp)
{
    if (asked->stamped) {
        be_stage_stamp(&self->stamps, stamp);
    }
}

static enum be_status answers_write(struct process_worker *self)
{
    struct be_worker *worker = &self->worker;
    uint64_t now_ns = be_clock_now_ns();

    worker->account->end_ns = now_ns;
    be_worker_end(worker, now_ns);
    be_lap_begin(&self->lap, be_stamp_due(&self->writes));
    enum be_status status = self->end->ops->flush(self->end, NULL);
    if (self->is_stamped) {
        be_stage_stamp(&self->stamps, BE_STAMP_RESULT_SENT);
        worker->account->stages = self->stamps;
        self->is_stamped = false;
    }
    be_lap_end(&self->lap, &worker->meter.send_ns);
    return status;
}

/* Says that the codec fails at one of these tasks, or at its result. */
static enum be_status tasks_refuse(struct process_worker *self, const struct be_frame *asked)
{
    struct be_frame *answer = self->end->ops->prepare(self->end, 0);

    if (!answer) {
        return BE_ENOMEM;
    }
    *answer =
        (struct be_frame){.kind = BE_FRAME_REFUSED, .first = asked->first, .count = asked->count};
    self->end->ops->put(self->end);
    memset(self->failed, 0, asked->count);
    self->computed++;
    return BE_OK;
}

/* Hands an answer over, with the marks of tasks that failed behind its results. */
static void answer_put(struct process_worker *self, const struct be_frame *asked,
                       struct be_frame *answer)
{
    if (answer->failures) {
        memcpy((char *)(answer + 1) + answer->bytes, self->failed, asked->count);
        memset(self->failed, 0, asked->count);
        answer->bytes += be_frame_failed_bytes(asked->count);
    }
    if (self->garbles) {
        be_fault_garble(answer);
    }
    be_tally_computed(self->tally, asked->count, 1);
    self->tally->bytes += asked->bytes + answer->bytes;
    self->end->ops->put(self->end);
    self->computed++;
}

/* Computes one message: straight into the place of its answer where numbers travel as they are. */
static enum be_status tasks_answer(struct process_worker *self, const struct be_frame *asked,
                                   const void *payload)
{
    const struct be_executor_env *env = self->worker.env;
    struct be_account *account = self->worker.account;
    struct breakeven_turns nobody = {NULL};
    bool in_place = self->pool->transport->in_place;
    size_t numbers = be_reply_numbers(self->pool, asked->count);
    size_t room =
        be_codec_room(self->coder.codec, numbers) + be_reply_failed_bytes(self->pool, asked->count);
    stage_stamp(self, asked, BE_STAMP_WORKER_WOKE);
    const uint64_t *requests =
        be_coder_unpack(&self->coder, payload, asked->bytes,
                        be_request_numbers(self->pool, asked->count), self->requests);
    stage_stamp(self, asked, BE_STAMP_DECODED);
    if (!requests) {
        return tasks_refuse(self, asked);
    }
    struct be_frame *answer = self->end->ops->prepare(self->end, room);
    if (!answer) {
        return BE_ENOMEM;
    }
    if (account->tasks == 0) {
        account->start_ns = be_clock_now_ns();
    }
    uint64_t *results =
        self->coder.codec->encode ? self->results : (uint64_t *)(void *)(answer + 1);
    struct be_batch batch = {requests, results, self->failed, asked->count, asked->first};
    if (in_place) {
        batch = be_place_batch(env, requests, asked->first, asked->count);
    }
    uint64_t failures = be_worker_compute(&self->worker, &batch, 0, asked->count, &nobody);
    stage_stamp(self, asked, BE_STAMP_COMPUTED);
    size_t bytes = be_coder_pack(&self->coder, results, numbers, answer + 1);

    if (bytes == 0 && numbers > 0) {
        return tasks_refuse(self, asked);
    }
    stage_stamp(self, asked, BE_STAMP_RESULT_ENCODED);
    self->is_stamped |= asked->stamped;
    *answer = (struct be_frame){.kind = BE_FRAME_TASKS,
                                .first = asked->first,
                                .count = asked->count,
                                .failures = failures > 0 && !in_place,
                                .stamped = asked->stamped,
                                .bytes = bytes};
    answer_put(self, asked, answer);
    account->tasks += asked->count;
    return BE_OK;
}

/* Answers a message, in a way that tells which one it was if the worker does not survive it. */
static enum be_status message_serve(struct process_worker *self, const struct be_frame *asked,
                                    const void *payload)
{
    struct be_account *account = self->worker.account;

    account->begun = asked->first;
    if (be_fault_strikes(&self->fault, asked->first, asked->count, asked->tries)) {
        be_fault_strike(&self->fault, account);
        self->garbles = self->fault.kind == BE_FAULT_GARBAGE;
    }
    enum be_status status = tasks_answer(self, asked, payload);
    account->begun = BE_NO_TASK;
    return status;
}

static enum be_status frame_answer(struct process_worker *self, const struct be_frame *asked,
                                   const void *payload)
{
    if (asked->kind == BE_FRAME_TASKS) {
        return message_serve(self, asked, payload);
    }
    if (asked->kind == BE_FRAME_LEAVE) {
        self->leaves = true;
        return BE_OK;
    }
    be_worker_count(&self->worker, asked->kind == BE_FRAME_COUNT_START);
    if (asked->kind == BE_FRAME_COUNT_STOP) {
        self->worker.account->record.pss_bytes = be_memory_pss_bytes();
    }
    return be_end_signal(self->end, asked->kind, NULL);
}

/*
 * What the wait for a message takes: sleeping costs a system call, which is a part of receiving,
 * and looking in vain is no work. What is before the first task of a pass began before the pass.
 */
static int64_t *await_part(struct process_worker *self, int64_t *nobodys)
{
    struct be_worker *worker = &self->worker;

    if (self->end->spin_ns == 0) {
        return &worker->meter.receive_ns;
    }
    return worker->account->tasks > 0 ? &worker->meter.spin_ns : nobodys;
}

/* Answers whatever one read brings. Does not return BE_OK at the end of the connection. */
static enum be_status frames_serve(struct process_worker *self)
{
    struct be_frame asked;
    const void *payload;
    int64_t nobodys_ns = 0;

    be_lap_begin(&self->lap, be_stamp_due(&self->reads));
    self->end->ops->await(self->end);
    be_lap_end(&self->lap, await_part(self, &nobodys_ns));
    enum be_status status = self->end->ops->receive(self->end, NULL);
    be_lap_end(&self->lap, &self->worker.meter.receive_ns);
    answers_begin(self);
    while (status == BE_OK && (payload = self->end->ops->next(self->end, &asked))) {
        if (answers_are_due(self)) {
            status = answers_write(self);
            answers_begin(self);
        }
        status = status == BE_OK ? frame_answer(self, &asked, payload) : status;
    }
    if (status == BE_OK && self->end->ops->pending(self->end) > 0) {
        status = answers_write(self);
    }
    return status;
}

static enum be_status worker_init(struct process_worker *self, const struct be_birth *birth,
                                  struct be_end *end)
{
    const struct be_executor *pool = birth->pool;
    const struct be_executor_env *env = pool->env;
    const struct be_clock_costs *costs = &env->clock_costs;

    *self = (struct process_worker){
        .pool = pool,
        .end = end,
        .tally = be_tally_mine(),
        .coalesce = pool->coalesce,
        .fault = be_fault_read(be_params_get(env->params, "fault")),
        .requests = calloc(be_request_numbers(pool, pool->chunk_max), sizeof(uint64_t)),
        .results = calloc(be_reply_numbers(pool, pool->chunk_max) + 1, sizeof(uint64_t)),
        .failed = calloc(pool->chunk_max, 1),
        .lap = {.cost_ns = costs->cpu_ns},
    };
    be_coder_init(&self->coder, pool->coder.codec, &self->worker.meter, costs);
    be_stamp_init(&self->reads, costs->wall_ns + 3 * costs->cpu_ns);
    be_stamp_init(&self->writes, costs->wall_ns + 2 * costs->cpu_ns);
    /* One that could not start has said so in its account; the dispatcher looks there. */
    be_worker_init(&self->worker, env, birth->index);
    if (pool->transport->in_place) {
        /* Or passes would pay for it, page by page. */
        be_shared_populate(env->memory, env->tasks * env->workload->request_bytes);
    }
    return self->requests && self->results && self->failed ? BE_OK : BE_ENOMEM;
}

static void worker_finish(struct process_worker *self)
{
    be_worker_finish(&self->worker);
    be_end_close(self->end);
    free(self->requests);
    free(self->results);
    free(self->failed);
}

void be_process_worker_run(const struct be_birth *birth)
{
    struct be_account *account = &birth->pool->env->accounts[birth->index];
    struct process_worker self;
    struct be_end *end;

    account->start = (struct be_start_times){
        .asked_ns = birth->asked_ns,
        .begun_ns = birth->begun_ns > 0 ? birth->begun_ns : be_clock_now_ns(),
        .imported_ns = birth->imported_ns,
    };
    enum be_status status =
        birth->pool->transport->attach(&birth->link, birth->fds, &end, &account->error);

    if (status != BE_OK) {
        return;
    }
    status = worker_init(&self, birth, end);
    account->start.ready_ns = be_clock_now_ns();
    if (status == BE_OK) {
        status = be_end_signal(end, BE_FRAME_READY, NULL);
    }
    while (status == BE_OK && !self.leaves) {
        status = frames_serve(&self);
    }
    worker_finish(&self);
}
