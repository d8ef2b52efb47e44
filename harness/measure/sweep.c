#include "measure/sweep.h"

#include <inttypes.h>
#include <math.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "analysis/figures.h"
#include "analysis/relatives.h"
#include "analysis/stats.h"
#include "core/clock.h"
#include "measure/ledger.h"
#include "measure/lock.h"
#include "measure/rerun.h"
#include "measure/search.h"
#include "measure/session.h"
#include "measure/sweep_plan.h"
#include "plan/order.h"

/* No stage of the search begins that would end beyond so many per cent of the time budget. */
enum { SEARCH_SHARE = 75 };

/* How far a sweep is. */
struct advance {
    struct be_ledger ledger;
    struct be_rerun rerun;
    bool searches; /* there is a search for break-evens */
    enum be_sweep_phase phase;
    size_t resumed;        /* samples that earlier sessions stored */
    struct be_price price; /* of the samples of this session */
};

static uint64_t spent_ns(const struct be_session *session)
{
    return be_clock_now_ns() - session->started_ns + session->earlier_ns;
}

/* What is left of so many per cent of the time budget. */
static uint64_t room_ns(const struct be_session *session, unsigned share)
{
    uint64_t budget_ns = session->sweep->plan->time_budget_ns;
    uint64_t until_ns = budget_ns > 0 ? budget_ns / 100 * share : UINT64_MAX;
    uint64_t spent = spent_ns(session);

    return spent < until_ns ? until_ns - spent : 0;
}

static bool budget_spent(const struct be_session *session)
{
    return room_ns(session, 100) == 0;
}

/* What a sample takes on average, of all configurations that are still launched. */
static uint64_t pace_find(const struct be_session *session, const struct advance *advance)
{
    const struct be_run *run = session->run;
    uint64_t sum_ns = 0;
    size_t count = 0;

    for (uint32_t i = 0; i < run->configuration_count; i++) {
        if (!be_ledger_given_up(&advance->ledger, i)) {
            sum_ns += be_session_expected_ns(session, &run->configurations[i]);
            count++;
        }
    }
    return be_price_correct_ns(&advance->price, count > 0 ? sum_ns / count : 0);
}

/* The price of so many samples, or of those that the time budget has room for. */
static struct be_sweep_price price_find(const struct be_session *session,
                                        const struct advance *advance, size_t samples)
{
    uint64_t left_ns = room_ns(session, 100);
    uint64_t pace_ns = pace_find(session, advance);

    if (samples * pace_ns > left_ns) {
        return (struct be_sweep_price){(size_t)(left_ns / pace_ns), left_ns};
    }
    return (struct be_sweep_price){samples, samples * pace_ns};
}

static void progress_tell(const struct be_session *session, const struct advance *advance,
                          enum be_sweep_stage stage, const struct be_configuration *measured)
{
    const struct be_sweep *sweep = session->sweep;
    const struct be_ledger *ledger = &advance->ledger;

    if (sweep->progress) {
        size_t done = be_ledger_done(ledger);
        size_t total = be_ledger_total(ledger);
        size_t most = (size_t)session->run->rounds * session->run->configuration_count;
        const struct be_sweep_progress progress = {
            .stage = stage,
            .phase = advance->phase,
            .searches = advance->searches,
            .run = session->run,
            .measured = measured,
            .done = done,
            .total = total,
            .widest = ledger->widest,
            .resumed = advance->resumed,
            .failed = ledger->failed,
            .rerun = advance->rerun.replaced,
            .dropped = advance->rerun.dropped,
            .elapsed_ns = be_clock_now_ns() - session->started_ns,
            .expected = price_find(session, advance, total - done),
            .most = price_find(session, advance, most > done ? most - done : 0),
        };
        sweep->progress(sweep->context, &progress);
    }
}

static enum be_status interrupt_check(const struct be_sweep *sweep, struct be_error *error)
{
    struct pollfd interrupt = {.fd = sweep->interrupt_fd, .events = POLLIN};

    return poll(&interrupt, 1, 0) > 0 ? be_error_set(error, BE_EINTERRUPTED, "interrupted") : BE_OK;
}

static enum be_status one_measure(struct be_session *session, struct advance *advance,
                                  uint32_t configuration, uint32_t round, struct be_error *error)
{
    const struct be_run *run = session->run;
    uint64_t begin_ns = be_clock_now_ns();
    enum be_status status = interrupt_check(session->sweep, error);

    if (status == BE_OK) {
        status = be_session_sample(session, configuration, round, error);
    }
    if (status != BE_OK) {
        return status;
    }
    size_t done = be_ledger_done(&advance->ledger);
    be_ledger_note(&advance->ledger, &run->samples[run->sample_count - 1]);
    advance->price.spent_ns += be_clock_now_ns() - begin_ns;
    if (be_ledger_done(&advance->ledger) > done) {
        advance->price.samples++;
        advance->price.expected_ns +=
            be_session_expected_ns(session, &run->configurations[configuration]);
    }
    progress_tell(session, advance, BE_SWEEP_SAMPLED, &run->configurations[configuration]);
    return BE_OK;
}

/* The members of one block, in the order of a round. */
struct members {
    const uint32_t *items;
    size_t count;
};

/* All samples of a block in one round, back to back. */
static enum be_status block_measure(struct be_session *session, struct advance *advance,
                                    const struct members *members, uint32_t round,
                                    struct be_error *error)
{
    enum be_status status = BE_OK;

    for (size_t i = 0; status == BE_OK && i < members->count; i++) {
        if (!be_ledger_given_up(&advance->ledger, members->items[i])) {
            status = one_measure(session, advance, members->items[i], round, error);
        }
    }
    return status;
}

/*
 * A block in one round; once more, whole, when something disturbed it and there is time. Where an
 * earlier session was stopped in between or amid the second time, only that is left to do.
 */
static enum be_status block_settle(struct be_session *session, struct advance *advance,
                                   const struct members *members, uint32_t round,
                                   struct be_error *error)
{
    const struct be_run *run = session->run;
    const struct be_ledger_last *last = &advance->ledger.last;
    bool resumed =
        last->round == round && last->block == run->configurations[members->items[0]].block;
    size_t first = resumed ? last->begin : run->sample_count;
    enum be_status status = block_measure(session, advance, members, round, error);

    if (status == BE_OK && !(resumed && last->attempts > 0) && !budget_spent(session) &&
        be_rerun_wanted(&advance->rerun, run->samples + first, run->sample_count - first)) {
        status = block_measure(session, advance, members, round, error);
    }
    be_rerun_note(&advance->rerun, run->samples + first, run->sample_count - first);
    return status;
}

/* The members of the block that begins at order[first]. */
static struct members members_find(const struct be_run *run, const uint32_t *order, size_t first)
{
    uint32_t block = run->configurations[order[first]].block;
    size_t end = first;

    while (end < run->configuration_count && run->configurations[order[end]].block == block) {
        end++;
    }
    return (struct members){order + first, end - first};
}

/* One round of all blocks that want it, or as many of them as the budget allows. */
static enum be_status round_measure(struct be_session *session, struct advance *advance,
                                    uint32_t round, struct be_error *error)
{
    const struct be_run *run = session->run;
    struct members members;
    enum be_status status = BE_OK;
    uint32_t *order = calloc(run->configuration_count + 1, sizeof(*order));

    if (!order) {
        return be_error_set(error, BE_ENOMEM, "out of memory for an order");
    }
    be_order_round(run->seed, round, run->configurations, run->configuration_count, order);
    for (size_t i = 0; i < run->configuration_count; i += members.count) {
        uint32_t block = run->configurations[order[i]].block;
        members = members_find(run, order, i);
        if (!be_ledger_due(&advance->ledger, block, round)) {
            continue;
        }
        if (budget_spent(session)) {
            break;
        }
        status = block_settle(session, advance, &members, round, error);
        if (status != BE_OK) {
            break;
        }
        be_ledger_close(&advance->ledger, block, round);
    }
    free(order);
    return status;
}

/* The rounds below `end` that blocks want. */
static enum be_status rounds_measure(struct be_session *session, struct advance *advance,
                                     uint32_t end, struct be_error *error)
{
    uint32_t round = 0;
    enum be_status status = BE_OK;

    while (status == BE_OK && !budget_spent(session) && be_ledger_next(&advance->ledger, &round) &&
           round < end) {
        status = round_measure(session, advance, round, error);
    }
    return status;
}

/* A stage of the search, if there is one to begin: its blocks catch up with the others. */
static enum be_status stage_measure(struct be_session *session, struct advance *advance,
                                    uint32_t level, size_t *added, struct be_error *error)
{
    enum be_status status = be_search_extend(session->sweep, session->run, level,
                                             room_ns(session, SEARCH_SHARE), added, error);

    if (status == BE_OK) {
        status = be_ledger_extend(&advance->ledger, error);
    }
    if (status == BE_OK) {
        status = be_session_extend(session, error);
    }
    advance->phase = BE_SWEEP_SEARCH;
    return status == BE_OK ? rounds_measure(session, advance, level, error) : status;
}

/*
 * The search begins as soon as there are intervals, so that each of its stages has one in time;
 * what dropped rounds leave open is asked again after more.
 */
static enum be_status first_measure(struct be_session *session, struct advance *advance,
                                    struct be_error *error)
{
    uint32_t first_look = be_ledger_first_look(session->run);
    uint32_t level = be_ledger_level(&advance->ledger);
    enum be_status status = BE_OK;

    level = level < BE_ESTIMATE_BOUNDED_MIN ? BE_ESTIMATE_BOUNDED_MIN : level;
    level = level > first_look || !advance->searches ? first_look : level;
    for (; status == BE_OK && level <= first_look && !budget_spent(session); level++) {
        size_t added = advance->searches;
        advance->phase = BE_SWEEP_FIRST;
        status = rounds_measure(session, advance, level, error);
        while (status == BE_OK && added > 0) {
            status = stage_measure(session, advance, level, &added, error);
        }
    }
    return status;
}

/* Rounds and looks in turn, until all is precise enough, measured most often, or out of time. */
static enum be_status precision_measure(struct be_session *session, struct advance *advance,
                                        struct be_error *error)
{
    uint32_t round = 0;
    enum be_status status = be_ledger_look(&advance->ledger, error);

    advance->phase = BE_SWEEP_PRECISION;
    while (status == BE_OK && !budget_spent(session) && be_ledger_next(&advance->ledger, &round)) {
        status = rounds_measure(session, advance, UINT32_MAX, error);
        if (status == BE_OK) {
            status = be_ledger_look(&advance->ledger, error);
        }
    }
    return status;
}

static enum be_status phases_measure(struct be_session *session, struct advance *advance,
                                     struct be_error *error)
{
    enum be_status status = first_measure(session, advance, error);

    return status == BE_OK ? precision_measure(session, advance, error) : status;
}

/* What earlier sessions stored; the block that they measured last may lack its second time. */
static void reruns_take_up(const struct be_run *run, struct advance *advance)
{
    const struct be_ledger_last *last = &advance->ledger.last;

    be_rerun_take_up(&advance->rerun, run, last->begin);
    if (last->half_way) {
        return;
    }
    const struct be_sample *samples = run->samples + last->begin;
    size_t count = run->sample_count - last->begin;
    if (last->attempts == 1 && be_rerun_wanted(&advance->rerun, samples, count)) {
        be_ledger_reopen(&advance->ledger);
    } else {
        be_rerun_note(&advance->rerun, samples, count);
    }
}

#define NOTHING_JUDGED "no configuration has a good sample beside its serial reference"

/* Whether a sample says what was asked for: a speedup, or of a plan without any its serial time. */
static bool any_is_judged(const struct be_run *run, const struct be_figures *figures)
{
    enum be_role asked = BE_ROLE_REFERENCE;
    bool judged = false;

    for (size_t i = 0; i < run->configuration_count; i++) {
        asked = run->configurations[i].role == BE_ROLE_MEASURED ? BE_ROLE_MEASURED : asked;
    }
    for (size_t i = 0; i < run->sample_count; i++) {
        judged = judged || (run->configurations[run->samples[i].configuration].role == asked &&
                            figures[i].use == BE_SAMPLE_USED &&
                            isfinite(figures[i].values[BE_FIGURE_SPEEDUP]));
    }
    return judged;
}

/* The last sample that is not good says most. */
static enum be_status judged_check(const struct be_run *run, struct be_error *error)
{
    struct be_relatives *relatives = NULL;
    struct be_figures *figures = NULL;
    const struct be_sample *bad = NULL;
    enum be_status status = be_relatives_find(run, &relatives, error);

    if (status == BE_OK) {
        status = be_figures_create(run, relatives, &figures, error);
    }
    for (size_t i = 0; i < run->sample_count; i++) {
        const struct be_sample *sample = &run->samples[i];
        bool is_bad = sample->state == BE_SAMPLE_REJECTED || !be_sample_is_measured(sample);
        bad = is_bad ? sample : bad;
    }
    if (status == BE_OK && !any_is_judged(run, figures)) {
        status = be_error_set(error, BE_ENODATA, NOTHING_JUDGED);
        if (bad) {
            const struct be_configuration *last = &run->configurations[bad->configuration];
            be_error_fill(error, BE_ENODATA,
                          NOTHING_JUDGED "; the last bad one, %s x%" PRIu32
                                         ": %s; breakeven doctor says more",
                          last->executor, last->workers, bad->reason);
        }
    }
    free(figures);
    free(relatives);
    return status;
}

/* Nothing was measured: the first reason says most. */
static enum be_status success_check(const struct be_run *run, struct be_error *error)
{
    for (size_t i = 0; i < run->sample_count; i++) {
        if (be_sample_is_measured(&run->samples[i])) {
            return judged_check(run, error);
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
    const struct be_plan *plan = session->sweep->plan;
    struct advance advance = {.resumed = run->sample_count,
                              .searches = be_search_applies(plan, run)};
    enum be_status status = be_ledger_init(&advance.ledger, run, plan->precision, error);

    if (status == BE_OK) {
        reruns_take_up(run, &advance);
        progress_tell(session, &advance, BE_SWEEP_PLANNED, NULL);
        status = phases_measure(session, &advance, error);
    }
    be_ledger_finish(&advance.ledger);
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
    struct be_buffer build_id = {0};
    int64_t id = 0;
    enum be_status status = be_plan_to_text(sweep->plan, &text, error);

    if (status == BE_OK) {
        status = be_sweep_build_id(sweep, &build_id, error);
    }
    if (status == BE_OK) {
        const struct be_store_key key = {.plan_text = be_buffer_text(&text),
                                         .build_id = be_buffer_text(&build_id),
                                         .machine_key = sweep->machine->key,
                                         .boot_id = boot_id ? boot_id : ""};
        status = be_store_find_resumable(sweep->store, &key, &id, error);
    }
    be_buffer_finish(&build_id);
    be_buffer_finish(&text);
    if (status != BE_OK || id == 0) {
        return status;
    }
    status = be_lock_take_run(be_store_path(sweep->store), id, lock_fd, error);
    if (status == BE_EUNAVAILABLE) {
        return BE_OK;
    }
    return status == BE_OK ? be_store_load_run(sweep->store, id, BE_STORE_VALUES, run, error)
                           : status;
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
