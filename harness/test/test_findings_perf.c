/* labels: perf */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/findings.h"
#include "core/clock.h"
#include "grain_machine.h"

enum { SECOND_NS = 1000000000 };

/* Summaries and all that follows from them, of 13 grains with 8 worker counts each. */
static uint64_t findings_time(uint32_t rounds)
{
    static const uint32_t workers[] = {1, 2, 4, 8, 16, 32, 64, 128};
    const struct grain_machine machine = {
        .cost_ns = 3000, .start_ns = 1e6, .noise = .02, .rounds = rounds};
    struct synthetic synthetic = {0};
    struct be_summaries summaries;
    struct be_findings findings;

    be_rng_init(&synthetic.rng, 1);
    machine_measure_range(&synthetic, &machine, (struct grain_range){110, 1.1e5, 4}, workers, 8);
    uint64_t start_ns = be_clock_now_ns();
    assert_int_equal(be_summaries_create(&synthetic.run, &summaries, NULL), BE_OK);
    uint64_t summed_ns = be_clock_now_ns();
    assert_int_equal(be_findings_create(&synthetic.run, &summaries, &findings, NULL), BE_OK);
    uint64_t end_ns = be_clock_now_ns();
    print_message("%zu samples: summaries %.1f ms, findings %.1f ms\n", synthetic.run.sample_count,
                  (double)(summed_ns - start_ns) / 1e6, (double)(end_ns - summed_ns) / 1e6);
    be_findings_finish(&findings);
    be_summaries_finish(&summaries);
    synthetic_finish(&synthetic);
    return end_ns - start_ns;
}

static void a_hundred_thousand_samples_within_a_second(void **state)
{
    (void)state;
    assert_true(findings_time(855) < SECOND_NS);
}

static void a_million_samples_within_ten_seconds(void **state)
{
    (void)state;
    assert_true(findings_time(8548) < UINT64_C(10) * SECOND_NS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hundred_thousand_samples_within_a_second),
        cmocka_unit_test(a_million_samples_within_ten_seconds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
