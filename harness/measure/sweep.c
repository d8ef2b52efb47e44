#include "measure/sweep.h"

#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"
#include "measure/lock.h"
#include "measure/session.h"
#include "plan/order.h"

enum { FAILURES_IN_ROW_MAX = 3 };

/* How far a sweep is. */
struct advance {
    struct be_sweep_progress progress;
    bool *stored;         /* one a (round, configuration): earlier sessions have it */
    uint64_t measured_ns; /* spent on samples of this session */
    size_t measured;      /* samples of this session */
};

static bool *stored_at(const struct advance *advance, const struct be_run *run, uint32_t round,
                       uint32_t configuration)
{
    return &advance->stored[(size_t)round * run->configuration_count + configuration];
}

/*
 * A block that was stopped half-way is measured anew, whole: its ratios are between samples that
 * ran back to back, and those of two sessions did not. It can only be that of the last sample.
 */
static void stored_drop_half_block(struct advance *advance, const struct be_run *run,
                                   const struct be_sample *last)
{
    uint32_t block = run->configurations[last->configuration].block;
    bool whole = true;

    for (uint32_t i = 0; i < run->configuration_count; i++) {
        whole &= run->configurations[i].block != block || *stored_at(advance, run, last->round, i);
    }
    for (uint32_t i = 0; !whole && i < run->configuration_count; i++) {
        if (run->configurations[i].block == block) {
            *stored_at(advance, run, last->round, i) = false;
        }
    }
}

static enum be_status advance_init(struct advance *advance, const struct be_run *run,
                                   struct be_error *error)
{
    size_t total = (size_t)run->rounds * run->configuration_count;

    *advance = (struct advance){.progress = {.run = run, .total = total}};
    advance->stored = calloc(total + 1, sizeof(*advance->stored));
    if (!advance->stored) {
        return be_error_set(error, BE_ENOMEM, "out of memory for %zu samples", total);
    }
    for (size_t i = 0; i < run->sample_count; i++) {
        const struct be_sample *sample = &run->samples[i];
        *stored_at(advance, run, sample->round, sample->configuration) = true;
        advance->progress.failed += sample->state == BE_SAMPLE_FAILED;
    }
    if (run->sample_count > 0) {
        stored_drop_half_block(advance, run, &run->samples[run->sample_count - 1]);
    }
    for (size_t i = 0; i < total; i++) {
        advance->progress.done += advance->stored[i];
    }
    advance->progress.resumed = run->sample_count;
    return BE_OK;
}

/* What is left: at the pace measured so far, or as planned while there is none; at most the budget.
 */
static uint64_t left_expect(const struct be_session *session, const struct advance *advance)
{
    const struct be_run *run = session->run;
    uint64_t budget_ns = session->sweep->plan->time_budget_ns;
    size_t left = advance->progress.total - advance->progress.done;
    uint64_t left_ns = 0;

    if (advance->measured > run->configuration_count) {
        left_ns = left * (advance->measured_ns / advance->measured);
    } else {
        for (size_t i = 0; i < run->configuration_count; i++) {
            left_ns += be_session_expected_ns(session, &run->configurations[i]);
        }
        left_ns = run->configuration_count ? left_ns / run->configuration_count * left : 0;
    }
    if (budget_ns > 0) {
        uint64_t spent_ns = be_clock_now_ns() - session->started_ns + session->earlier_ns;
        uint64_t room_ns = spent_ns < budget_ns ? budget_ns - spent_ns : 0;
        left_ns = left_ns < room_ns ? left_ns : room_ns;
    }
    return left_ns;
}

static void progress_tell(const struct be_session *session, struct advance *advance,
                          enum be_sweep_stage stage, const struct be_configuration *measured)
{
    struct be_sweep_progress *progress = &advance->progress;

    if (session->sweep->progress) {
        progress->stage = stage;
        progress->measured = measured;
        progress->elapsed_ns = be_clock_now_ns() - session->started_ns;
        progress->left_ns = left_expect(session, advance);
        session->sweep->progress(session->sweep->context, progress);
    }
}

static bool budget_spent(const struct be_session *session)
{
    uint64_t budget_ns = session->sweep->plan->time_budget_ns;
    uint64_t spent_ns = be_clock_now_ns() - session->started_ns + session->earlier_ns;

    return budget_ns > 0 && spent_ns >= budget_ns;
}

static enum be_status interrupt_check(const struct be_sweep *sweep, struct be_error *error)
{
    struct pollfd interrupt = {.fd = sweep->interrupt_fd, .events = POLLIN};

    return poll(&interrupt, 1, 0) > 0 ? be_error_set(error, BE_EINTERRUPTED, "interrupted") : BE_OK;
}

static enum be_status one_measure(struct be_session *session, struct advance *advance,
                                  uint32_t configuration, uint32_t round, struct be_error *error)
{
    uint64_t begin_ns = be_clock_now_ns();
    enum be_status status = interrupt_check(session->sweep, error);

    if (status == BE_OK) {
        status = be_session_sample(session, configuration, round, error);
    }
    if (status != BE_OK) {
        return status;
    }
    const struct be_run *run = session->run;
    advance->measured_ns += be_clock_now_ns() - begin_ns;
    advance->measured++;
    advance->progress.done++;
    advance->progress.failed += run->samples[run->sample_count - 1].state == BE_SAMPLE_FAILED;
    progress_tell(session, advance, BE_SWEEP_SAMPLED, &run->configurations[configuration]);
    return BE_OK;
}

/* One round; *spent is set when the time budget ended it between two blocks. */
static enum be_status round_measure(struct be_session *session, struct advance *advance,
                                    uint32_t round, uint32_t *order, bool *spent,
                                    struct be_error *error)
{
    const struct be_run *run = session->run;
    enum be_status status = BE_OK;

    be_order_round(run->seed, round, run->configurations, run->configuration_count, order);
    for (size_t i = 0; status == BE_OK && i < run->configuration_count; i++) {
        bool new_block = i == 0 || run->configurations[order[i]].block !=
                                       run->configurations[order[i - 1]].block;
        if (new_block && budget_spent(session)) {
            *spent = true;
            return BE_OK;
        }
        if (!*stored_at(advance, run, round, order[i]) &&
            session->failed_in_row[order[i]] < FAILURES_IN_ROW_MAX) {
            status = one_measure(session, advance, order[i], round, error);
        }
    }
    return status;
}

static enum be_status rounds_measure(struct be_session *session, struct advance *advance,
                                     struct be_error *error)
{
    const struct be_run *run = session->run;
    uint32_t *order = calloc(run->configuration_count + 1, sizeof(*order));
    bool spent = false;
    enum be_status status =
        order ? BE_OK : be_error_set(error, BE_ENOMEM, "out of memory for an order");

    for (uint32_t round = 0; status == BE_OK && !spent && round < run->rounds; round++) {
        status = round_measure(session, advance, round, order, &spent, error);
    }
    free(order);
    return status;
}

/* Nothing succeeded: the first failure says most. */
static enum be_status success_check(const struct be_run *run, struct be_error *error)
{
    for (size_t i = 0; i < run->sample_count; i++) {
        if (run->samples[i].state != BE_SAMPLE_FAILED) {
            return BE_OK;
        }
    }
    if (run->sample_count == 0) {
        return be_error_set(error, BE_ENODATA, "the time budget was spent before the first sample");
    }
    const struct be_configuration *first = &run->configurations[run->samples[0].configuration];
    return be_error_set(error, BE_ENODATA, "no sample succeeded; the first, %s x%" PRIu32 ": %s",
                        first->executor, first->workers, run->samples[0].reason);
}

static enum be_status session_run(struct be_session *session, struct be_error *error)
{
    struct be_run *run = session->run;
    struct advance advance;
    enum be_status status = advance_init(&advance, run, error);

    if (status == BE_OK) {
        progress_tell(session, &advance, BE_SWEEP_PLANNED, NULL);
        status = rounds_measure(session, &advance, error);
    }
    free(advance.stored);
    run->elapsed_ns = session->earlier_ns + (be_clock_now_ns() - session->started_ns);
    run->status = status == BE_OK ? BE_RUN_DONE : BE_RUN_INTERRUPTED;
    /* A store that failed has said so already; a second failure would hide the first. */
    enum be_status set = be_store_set_status(session->sweep->store, run->id, run->status,
                                             run->elapsed_ns, status == BE_OK ? error : NULL);
    if (status == BE_OK) {
        status = set;
    }
    return status == BE_OK ? success_check(run, error) : status;
}

/*
 * Loads the run that this plan would repeat, if it was left unfinished under equal conditions and
 * nobody is at it.
 */
static enum be_status run_resume(const struct be_sweep *sweep, struct be_run *run, int *lock_fd,
                                 struct be_error *error)
{
    const char *boot_id = sweep->machine->boot_id;
    struct be_buffer text = {0};
    int64_t id = 0;
    enum be_status status = be_plan_to_text(sweep->plan, &text, error);

    if (status == BE_OK) {
        const struct be_store_key key = {.plan_text = be_buffer_text(&text),
                                         .build_id = sweep->runner->catalog.build_id,
                                         .machine_key = sweep->machine->key,
                                         .boot_id = boot_id ? boot_id : ""};
        status = be_store_find_resumable(sweep->store, &key, &id, error);
    }
    be_buffer_finish(&text);
    if (status != BE_OK || id == 0) {
        return status;
    }
    status = be_lock_take_run(be_store_path(sweep->store), id, lock_fd, error);
    if (status == BE_EUNAVAILABLE) {
        return BE_OK;
    }
    return status == BE_OK ? be_store_load_run(sweep->store, id, run, error) : status;
}

static enum be_status run_begin(const struct be_sweep *sweep, struct be_run *run, int *lock_fd,
                                struct be_error *error)
{
    enum be_status status = be_sweep_plan(sweep, run, error);

    if (status == BE_OK) {
        status = be_store_begin_run(sweep->store, run, error);
    }
    return status == BE_OK ? be_lock_take_run(be_store_path(sweep->store), run->id, lock_fd, error)
                           : status;
}

enum be_status be_sweep_measure(const struct be_sweep *sweep, struct be_run *run,
                                struct be_error *error)
{
    uint64_t started_ns = be_clock_now_ns();
    struct be_session session;
    int lock_fd = -1;
    enum be_status status = sweep->fresh ? BE_OK : run_resume(sweep, run, &lock_fd, error);

    if (status == BE_OK && run->id == 0) {
        status = run_begin(sweep, run, &lock_fd, error);
    }
    if (status == BE_OK) {
        status = be_session_init(sweep, run, started_ns, &session, error);
    }
    if (status == BE_OK) {
        status = session_run(&session, error);
        be_session_finish(&session);
    }
    if (lock_fd >= 0) {
        close(lock_fd);
    }
    return status;
}
