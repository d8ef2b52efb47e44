/* labels: perf */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "analysis/bounds.h"
#include "analysis/summary.h"
#include "core/clock.h"
#include "core/rng.h"
#include "run_builder.h"

enum { SECOND_NS = 1000000000 };

static uint64_t summaries_time(const struct be_run *run, struct be_summaries *summaries)
{
    uint64_t start_ns = be_clock_now_ns();

    assert_int_equal(be_summaries_create(run, summaries, NULL), BE_OK);
    uint64_t elapsed_ns = be_clock_now_ns() - start_ns;
    print_message("%zu configurations, %zu samples: %.1f ms\n", run->configuration_count,
                  run->sample_count, (double)elapsed_ns / 1e6);
    return elapsed_ns;
}

/* 50 configurations in 5 blocks over 2,000 rounds. */
static void a_hundred_thousand_samples_within_a_second(void **state)
{
    enum { BLOCKS = 5, MEMBERS = 10, ROUNDS = 2000, SAMPLES = BLOCKS * MEMBERS * ROUNDS };
    struct be_run run = {0};
    struct be_summaries summaries;
    struct be_rng rng;
    char params[64];

    (void)state;
    for (uint32_t i = 0; i < BLOCKS * MEMBERS; i++) {
        snprintf(params, sizeof(params), "executor=threads workers=%u", i % MEMBERS + 1);
        builder_add_configuration(&run, i % MEMBERS == 0 ? BE_ROLE_REFERENCE : BE_ROLE_MEASURED,
                                  i / MEMBERS, params);
    }
    run.samples = calloc(SAMPLES, sizeof(*run.samples));
    assert_non_null(run.samples);
    run.sample_count = SAMPLES;
    be_rng_init(&rng, 1);
    for (uint32_t i = 0; i < SAMPLES; i++) {
        struct be_sample *sample = &run.samples[i];
        sample->configuration = i % (BLOCKS * MEMBERS);
        sample->round = i / (BLOCKS * MEMBERS);
        sample->wall_ns = 1000000 + be_rng_below(&rng, 65536);
        sample->cpu_ns = sample->wall_ns;
        for (uint32_t value = 0; value < BE_VALUE_COUNT; value++) {
            sample->values[value] = be_rng_unit(&rng);
        }
    }

    uint64_t elapsed_ns = summaries_time(&run, &summaries);
    assert_int_equal(summaries.items[49].speedup.count, ROUNDS);
    assert_true(elapsed_ns < SECOND_NS);
    be_summaries_finish(&summaries);
    be_run_finish(&run);
}

/* Each is held against the others to find the one with one worker and its companion. */
static void ten_thousand_configurations_of_a_block_within_a_second(void **state)
{
    enum { WORKERS = 5000 };
    struct be_run run = {0};
    struct be_summaries summaries;
    char params[64];

    (void)state;
    builder_add_configuration(&run, BE_ROLE_REFERENCE, 0, "");
    for (int workers = 1; workers <= WORKERS; workers++) {
        snprintf(params, sizeof(params), "executor=threads workers=%d", workers);
        builder_add_configuration(&run, BE_ROLE_MEASURED, 0, params);
        snprintf(params, sizeof(params), "executor=threads workers=%d workload=null", workers);
        builder_add_configuration(&run, BE_ROLE_OVERHEAD, 0, params);
    }
    run.samples = calloc(run.configuration_count, sizeof(*run.samples));
    assert_non_null(run.samples);
    run.sample_count = run.configuration_count;
    for (uint32_t i = 0; i < run.sample_count; i++) {
        run.samples[i].configuration = i;
        run.samples[i].wall_ns = 1000;
        run.samples[i].cpu_ns = UINT64_C(10) * (1 + i);
    }
    uint64_t elapsed_ns = summaries_time(&run, &summaries);
    const struct be_summary *widest = &summaries.items[run.configuration_count - 2];
    assert_true(widest->relative_speedup.known);
    assert_true(widest->ipc_overhead_ns.median == (double)run.configuration_count);
    assert_true(elapsed_ns < SECOND_NS);
    be_summaries_finish(&summaries);
    be_run_finish(&run);
}

static void bounds_of_a_hundred_thousand_tasks_within_a_second(void **state)
{
    enum { TASKS = 100000, WORKERS = 4096 };
    uint64_t *steps = calloc(TASKS, sizeof(steps[0]));
    double speedup = 0;

    (void)state;
    assert_non_null(steps);
    for (size_t i = 0; i < TASKS; i++) {
        steps[i] = 1 + i * UINT64_C(2654435761) % 65536;
    }
    uint64_t start_ns = be_clock_now_ns();
    assert_int_equal(be_bounds_in_order(steps, TASKS, WORKERS, &speedup, NULL), BE_OK);
    assert_int_equal(be_bounds_best(steps, TASKS, WORKERS, &speedup, NULL), BE_OK);
    uint64_t elapsed_ns = be_clock_now_ns() - start_ns;
    print_message("%d tasks on %d workers: %.1f ms\n", TASKS, WORKERS, (double)elapsed_ns / 1e6);
    assert_true(elapsed_ns < SECOND_NS);
    free(steps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hundred_thousand_samples_within_a_second),
        cmocka_unit_test(ten_thousand_configurations_of_a_block_within_a_second),
        cmocka_unit_test(bounds_of_a_hundred_thousand_tasks_within_a_second),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
