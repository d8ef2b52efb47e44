#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/findings.h"
#include "grain_machine.h"
#include "near.h"

static const uint32_t workers[] = {1, 2, 4, 8};

static struct synthetic synthetic;
static struct be_findings findings;

static int teardown(void **state)
{
    (void)state;
    be_findings_finish(&findings);
    synthetic_finish(&synthetic);
    return 0;
}

static struct be_findings find(double effective_cores)
{
    struct be_findings found;
    struct be_error error;

    synthetic_forget(&synthetic);
    synthetic_analyse(&synthetic);
    synthetic.summaries.effective_cores = effective_cores;
    if (be_findings_create(&synthetic.run, &synthetic.summaries, &found, &error) != BE_OK) {
        fail_msg("%s", error.message);
    }
    return found;
}

static void each_series_has_its_findings(void **state)
{
    static const struct grain_machine machine = {.cost_ns = 3000, .start_ns = 1e6, .rounds = 6};

    (void)state;
    machine_measure_range(&synthetic, &machine, (struct grain_range){110, 1.1e5, 4}, workers, 4);
    findings = find(8);
    assert_int_equal(findings.scaling_series.count, 13);
    assert_int_equal(findings.grain_series.count, 4);
    for (size_t i = 0; i < findings.scaling_series.count; i++) {
        assert_int_equal(findings.scalings[i].count, 4);
        assert_int_equal(findings.scalings[i].points[2].configuration,
                         findings.scaling_series.items[i].members[2]);
        /* (w + c)/P scales perfectly. */
        assert_near(findings.scalings[i].serial_fraction.median, 0, 1e-6);
    }
    for (size_t i = 0; i < findings.grain_series.count; i++) {
        const struct be_breakeven *breakeven = &findings.breakevens[i];
        assert_int_equal(findings.grain_series.items[i].count, 13);
        if (workers[i] == 1) {
            assert_int_equal(breakeven->warm.state, BE_CROSSING_NEVER);
        } else {
            assert_int_equal(breakeven->warm.state, BE_CROSSING_INSIDE);
            assert_near(breakeven->warm.at_ns * (workers[i] - 1) / 3000, 1, .04);
            assert_true(breakeven->cold.at_ns > breakeven->warm.at_ns);
        }
        assert_near(findings.metgs[i].half.at_ns / 6000, 1, .05);
    }
    assert_near(findings.models[1].task_ns, 110 + 3000, 1);
}

static void effective_cores_limit_the_fits(void **state)
{
    static const struct grain_machine machine = {.cost_ns = 3000, .rounds = 6};

    (void)state;
    machine_measure(&synthetic, &machine, 10000, workers, 4);
    findings = find(4.5);
    assert_int_equal(findings.scalings[0].fitted, 3);
    be_findings_finish(&findings);
    findings = find(.5);
    assert_int_equal(findings.scalings[0].fitted, 1);
    be_findings_finish(&findings);
    findings = find(NAN);
    assert_int_equal(findings.scalings[0].fitted, 4);
}

static void cores_are_no_limit_to_tasks_that_wait(void **state)
{
    static const struct grain_machine machine = {.cost_ns = 3000, .rounds = 6};

    (void)state;
    machine_measure(&synthetic, &machine, 10000, workers, 4);
    for (size_t i = 0; i < synthetic.run.sample_count; i++) {
        synthetic.run.samples[i].cpu_ns /= 100;
    }
    findings = find(.5);
    assert_int_equal(findings.scalings[0].fitted, 4);
}

static void the_same_run_gives_the_same_findings(void **state)
{
    static const struct grain_machine machine = {
        .cost_ns = 3000, .start_ns = 1e6, .noise = .03, .rounds = 12};

    (void)state;
    be_rng_init(&synthetic.rng, 3);
    machine_measure_range(&synthetic, &machine, (struct grain_range){110, 1.1e5, 4}, workers, 4);
    findings = find(8);
    struct be_findings again = find(8);
    synthetic.run.seed = 1;
    struct be_findings other = find(8);
    bool differs = false;
    for (size_t i = 0; i < findings.grain_series.count; i++) {
        const struct be_crossing *crossing = &findings.breakevens[i].warm;
        if (crossing->bounded) {
            assert_near(again.breakevens[i].warm.low_ns, crossing->low_ns, 0);
            assert_near(again.breakevens[i].warm.high_ns, crossing->high_ns, 0);
            assert_near(other.breakevens[i].warm.at_ns, crossing->at_ns, 0);
            differs = differs || other.breakevens[i].warm.low_ns != crossing->low_ns;
        }
    }
    assert_true(differs);
    be_findings_finish(&again);
    be_findings_finish(&other);
}

static void of_nothing_there_are_no_findings(void **state)
{
    (void)state;
    findings = find(NAN);
    assert_int_equal(findings.scaling_series.count, 0);
    assert_int_equal(findings.grain_series.count, 0);
}

static void planned_and_not_measured_is_not_known(void **state)
{
    static const struct grain_machine machine = {.rounds = 0};

    (void)state;
    machine_measure_range(&synthetic, &machine, (struct grain_range){110, 1.1e5, 4}, workers, 4);
    findings = find(NAN);
    assert_int_equal(findings.scalings[0].count, 4);
    assert_int_equal(findings.scalings[0].fitted, 0);
    assert_false(findings.scalings[0].relative || findings.scalings[0].points[1].speedup.known);
    assert_int_equal(findings.breakevens[1].warm.state, BE_CROSSING_UNKNOWN);
    assert_int_equal(findings.metgs[1].cold_ninety.state, BE_CROSSING_UNKNOWN);
    assert_true(isnan(findings.models[1].task_ns));
    assert_true(findings.models[1].never_pays);
}

#define findings_test(function) cmocka_unit_test_teardown(function, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        findings_test(each_series_has_its_findings),
        findings_test(effective_cores_limit_the_fits),
        findings_test(cores_are_no_limit_to_tasks_that_wait),
        findings_test(the_same_run_gives_the_same_findings),
        findings_test(of_nothing_there_are_no_findings),
        findings_test(planned_and_not_measured_is_not_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
