/* What others took from a sample while its members waited: known answers in ms. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "machine/quality.h"

enum { WORKERS_MAX = 3, PASSES = 2 };

static const uint64_t ms = 1000000;

struct member {
    int32_t pu;
    uint64_t cpu_ms; /* of both passes together */
    uint64_t delay_ms;
};

/* Two timed passes of 50 ms, after one that does not count. */
static struct be_quality_verdict judge(const struct member *workers, size_t worker_count,
                                       const struct member *dispatcher)
{
    struct be_pass_worker in_pass[WORKERS_MAX];
    struct be_worker_record members[WORKERS_MAX] = {{0}};
    struct be_pass_record passes[PASSES + 1];
    struct be_sample_record record = {.passes = passes,
                                      .pass_count = PASSES + 1,
                                      .workers = members,
                                      .worker_count = worker_count};
    struct be_quality_verdict verdict = {.state = BE_SAMPLE_CLEAN};

    for (size_t i = 0; i < worker_count; i++) {
        in_pass[i] = (struct be_pass_worker){.cpu_ns = workers[i].cpu_ms * ms / PASSES};
        members[i].pu_bound = workers[i].pu;
        members[i].disturbance.delay_known = true;
        members[i].disturbance.delay_ns = workers[i].delay_ms * ms;
    }
    for (size_t i = 0; i <= PASSES; i++) {
        passes[i] = (struct be_pass_record){.kind = i == 0 ? BE_PASS_WARMUP : BE_PASS_TIMED,
                                            .wall_ns = 50 * ms,
                                            .workers = in_pass,
                                            .worker_count = (uint32_t)worker_count};
        passes[i].dispatcher.cpu_ns = dispatcher ? dispatcher->cpu_ms * ms / PASSES : 0;
    }
    if (dispatcher) {
        record.dispatcher.watched = true;
        record.dispatcher.pu_bound = dispatcher->pu;
        record.dispatcher.disturbance.delay_known = true;
        record.dispatcher.disturbance.delay_ns = dispatcher->delay_ms * ms;
    }
    be_quality_judge_delays(&record, &verdict);
    return verdict;
}

static const struct {
    const char *name;
    struct member workers[WORKERS_MAX];
    size_t worker_count;
    struct member dispatcher; /* pu -1: the worker is it */
    const char *share;        /* "": clean */
    enum be_sample_state state;
} cases[] = {
    {"a core each, a moment", {{0, 98, 2}, {1, 98, 2}}, 2, {2, 10, 0}, "", BE_SAMPLE_CLEAN},
    {"a core each, beside a program on one",
     {{0, 50, 50}, {1, 60, 0}},
     2,
     {2, 10, 0},
     "16.7 %",
     BE_SAMPLE_REJECTED},
    {"serial, a little", {{3, 95, 5}}, 1, {-1, 0, 0}, "5.0 %", BE_SAMPLE_SUSPECT},
    {"serial, a program", {{3, 50, 50}}, 1, {-1, 0, 0}, "50.0 %", BE_SAMPLE_REJECTED},
    {"waiting for the dispatcher", {{0, 60, 40}, {1, 100, 0}}, 2, {0, 40, 30}, "", BE_SAMPLE_CLEAN},
    {"waiting for the dispatcher and a program",
     {{0, 34, 66}, {1, 100, 0}},
     2,
     {0, 33, 30},
     "16.5 %",
     BE_SAMPLE_REJECTED},
    {"three workers take turns",
     {{0, 34, 66}, {0, 33, 67}, {0, 33, 67}},
     3,
     {1, 1, 0},
     "",
     BE_SAMPLE_CLEAN},
    {"three take turns with a program, which takes its turn once",
     {{0, 25, 75}, {0, 25, 75}, {0, 25, 75}},
     3,
     {1, 1, 0},
     "12.5 %",
     BE_SAMPLE_REJECTED},
    {"a dispatcher that waits on a core of its own",
     {{0, 80, 0}, {1, 80, 0}},
     2,
     {2, 50, 9},
     "3.0 %",
     BE_SAMPLE_SUSPECT},
};

static void what_members_take_from_each_other_is_no_loss(void **state)
{
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        bool apart = cases[i].dispatcher.pu >= 0;
        struct be_quality_verdict verdict =
            judge(cases[i].workers, cases[i].worker_count, apart ? &cases[i].dispatcher : NULL);
        if (verdict.state != cases[i].state || !strstr(verdict.reason, cases[i].share) ||
            (cases[i].share[0] == '\0' && verdict.reason[0] != '\0')) {
            fail_msg("%s: %d '%s'", cases[i].name, (int)verdict.state, verdict.reason);
        }
    }
}

static void the_reason_says_what_happened(void **state)
{
    const struct member worker = {3, 50, 50};
    (void)state;

    assert_string_equal(judge(&worker, 1, NULL).reason,
                        "waited 50.0 % of its time for cores that others had");
}

/* A share of next to nothing may be large. */
static void a_millisecond_is_nobody_s_disturbance(void **state)
{
    struct be_pass_worker in_pass = {.cpu_ns = 100000};
    struct be_pass_record pass = {
        .kind = BE_PASS_TIMED, .wall_ns = 2 * ms, .workers = &in_pass, .worker_count = 1};
    struct be_worker_record worker = {.disturbance = {.delay_known = true, .delay_ns = 1 * ms}};
    const struct be_sample_record record = {
        .passes = &pass, .pass_count = 1, .workers = &worker, .worker_count = 1};
    struct be_quality_verdict verdict = {.state = BE_SAMPLE_CLEAN};
    (void)state;

    be_quality_judge_delays(&record, &verdict);
    assert_int_equal(verdict.state, BE_SAMPLE_CLEAN);
    worker.disturbance.delay_ns++;
    be_quality_judge_delays(&record, &verdict);
    assert_int_equal(verdict.state, BE_SAMPLE_REJECTED);
    /* Of whom it is not known, or who may be anywhere, nothing is said. */
    verdict = (struct be_quality_verdict){.state = BE_SAMPLE_CLEAN};
    worker.disturbance.delay_known = false;
    be_quality_judge_delays(&record, &verdict);
    worker.disturbance.delay_known = true;
    worker.pu_bound = -1;
    be_quality_judge_delays(&record, &verdict);
    worker.pu_bound = 1 << 20;
    be_quality_judge_delays(&record, &verdict);
    assert_int_equal(verdict.state, BE_SAMPLE_CLEAN);
}

static void workers_lost_make_a_sample_suspect(void **state)
{
    struct be_sample_record record = {0};
    struct be_quality_verdict verdict = {.state = BE_SAMPLE_CLEAN};
    (void)state;

    be_quality_judge_losses(&record, &verdict);
    be_gauges_set(&record.gauges, BE_GAUGE_workers_replaced, 0);
    be_quality_judge_losses(&record, &verdict);
    assert_int_equal(verdict.state, BE_SAMPLE_CLEAN);
    be_gauges_set(&record.gauges, BE_GAUGE_workers_replaced, 2);
    be_quality_judge_losses(&record, &verdict);
    assert_int_equal(verdict.state, BE_SAMPLE_SUSPECT);
    assert_string_equal(verdict.reason, "2 workers were lost and replaced");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_members_take_from_each_other_is_no_loss),
        cmocka_unit_test(the_reason_says_what_happened),
        cmocka_unit_test(workers_lost_make_a_sample_suspect),
        cmocka_unit_test(a_millisecond_is_nobody_s_disturbance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
