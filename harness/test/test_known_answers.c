/*
 * Known answers, end to end: the real programs measure tasks that sleep, whose speedup is known on
 * any machine, with faults that were put there on purpose, and the figures have to find them.
 *
 * Tasks of 2 ms wake up some 60 us late, in serial as in a pool, so that ratios hold. Where other
 * programs took the cores meanwhile they wake up whenever they may, and what is expected is ten
 * times less exact.
 */
#include <inttypes.h>
#include <sched.h>

#include "measured_run.h"

enum { ROUNDS = 6 };

static const uint32_t worker_counts[] = {1, 2, 4, 8};

enum { WORKER_COUNTS = sizeof(worker_counts) / sizeof(worker_counts[0]) };

/* 160 tasks leave whole tasks to 8 workers after a serial part of 5 % and of 20 %. */
static struct measured_run scaling;

static int scaling_measure(void **state)
{
    if (folder_make(state) != 0) {
        return -1;
    }
    measured_run_make(&scaling,
                      "--workload sleep --executor threads --workers 1,2,4,8 --grain 2ms "
                      "--tasks 160 --inject none,serial:5%,serial:20% --placement none "
                      "--passes 1 --warmup 0 --cold off --rounds 6",
                      8);
    return 0;
}

static int scaling_forget(void **state)
{
    measured_run_finish(&scaling);
    return folder_remove(state);
}

static void sleeping_tasks_speed_up_by_the_number_of_workers(void **state)
{
    (void)state;

    for (size_t i = 0; i < WORKER_COUNTS; i++) {
        double workers = worker_counts[i];
        const struct be_summary *summary =
            summary_of(&scaling, "threads", worker_counts[i], "none");
        assert_int_equal(summary->samples, ROUNDS);
        expect_near(&scaling, "speedup", summary->speedup.median, workers, .02 * workers);
        expect_near(&scaling, "balance", summary->values[BE_VALUE_balance].median, 1, .05);
    }
}

/* S = 1 / (f + (1 - f) / P), and the budget says that it was lost before the first task. */
static void a_serial_part_costs_what_amdahl_says(void **state)
{
    static const struct {
        const char *inject;
        double fraction;
    } cases[] = {{"serial:5%", .05}, {"serial:20%", .2}};
    (void)state;

    for (size_t k = 0; k < 2; k++) {
        double f = cases[k].fraction;
        for (size_t i = 0; i < WORKER_COUNTS; i++) {
            double workers = worker_counts[i];
            const struct be_summary *summary =
                summary_of(&scaling, "threads", worker_counts[i], cases[k].inject);
            double expected = 1 / (f + (1 - f) / workers);
            expect_near(&scaling, "speedup", summary->speedup.median, expected, .02 * expected);
            double pass_ns = summary->wall_ns.median * workers;
            expect_near(&scaling, "part of the pass before the first task",
                        summary->values[BE_VALUE_start_idle_ns].median / pass_ns, f * expected,
                        .02);
        }
    }
}

/*
 * Handing out and waking up are a serial part too: half a per cent beside the interval, which is
 * narrow where little else runs, is let pass.
 */
static bool holds(const struct be_estimate *estimate, double value)
{
    double slack = scaling.calm ? .005 : .1;
    return estimate->known && estimate->low - slack <= value && value <= estimate->high + slack;
}

static void fits_recover_the_serial_part(void **state)
{
    static const struct {
        const char *inject;
        double fraction;
    } cases[] = {{"none", 0}, {"serial:5%", .05}, {"serial:20%", .2}};
    (void)state;

    for (size_t k = 0; k < 3; k++) {
        const struct be_scaling *fitted = scaling_of(&scaling, cases[k].inject);
        double f = cases[k].fraction;
        assert_int_equal(fitted->fitted, WORKER_COUNTS);
        expect_near(&scaling, "Amdahl's serial fraction", fitted->serial_fraction.median, f, .01);
        if (!holds(&fitted->serial_fraction, f)) {
            fail_msg("%s: Amdahl says %g .. %g", cases[k].inject, fitted->serial_fraction.low,
                     fitted->serial_fraction.high);
        }
        for (size_t i = 1; i < fitted->count; i++) {
            const struct be_estimate *karp_flatt = &fitted->points[i].karp_flatt;
            expect_near(&scaling, "Karp-Flatt", karp_flatt->median, f, .02);
            if (!holds(karp_flatt, f)) {
                fail_msg("%s: Karp-Flatt at %" PRIu32 " workers says %g .. %g", cases[k].inject,
                         fitted->points[i].workers, karp_flatt->low, karp_flatt->high);
            }
        }
    }
}

/* One CPU for all; whoever has the last of 40 tasks goes on for 30 % of 10 tasks more. */
static void an_imbalance_is_found_and_too_many_workers_are_flagged(void **state)
{
    struct measured_run measured;
    char flags[256];
    cpu_set_t allowed;
    size_t cpu = 0;
    (void)state;

    assert_int_equal(sched_getaffinity(0, sizeof(allowed), &allowed), 0);
    while (!CPU_ISSET(cpu, &allowed)) {
        cpu++;
    }
    snprintf(flags, sizeof(flags),
             "--workload sleep --executor threads --workers 1,4 --grain 5ms --tasks 40 "
             "--inject none,imbalance:30%% --placement none --passes 1 --warmup 0 --cold off "
             "--rounds 3 --cpus %zu",
             cpu);
    measured_run_make(&measured, flags, 4);

    const struct be_summary *even = summary_of(&measured, "threads", 4, "none");
    const struct be_summary *uneven = summary_of(&measured, "threads", 4, "imbalance:30%");
    expect_near(&measured, "balance", even->values[BE_VALUE_balance].median, 1, .05);
    expect_near(&measured, "balance", uneven->values[BE_VALUE_balance].median, (4 + .3) / 4 / 1.3,
                .05);
    expect_near(&measured, "tail", uneven->values[BE_VALUE_tail_ns].median, 3 * 5e6, 4e6);
    expect_near(&measured, "speedup", uneven->speedup.median, 4 / 1.3, .15);
    assert_true(be_flags_raised(&even->flags, BE_FLAG_OVERSUBSCRIBED));
    assert_true(be_flags_raised(&uneven->flags, BE_FLAG_OVERSUBSCRIBED));
    const struct be_summary *one = summary_of(&measured, "threads", 1, "none");
    assert_false(be_flags_raised(&one->flags, BE_FLAG_OVERSUBSCRIBED));
    measured_run_finish(&measured);
}

/* One lock: the second worker begins when the first has slept for its first task of 12 ms. */
static void a_late_start_is_found_and_flagged(void **state)
{
    struct measured_run measured;
    (void)state;

    measured_run_make(&measured,
                      "--workload sleep --executor threads-gil --workers 2 --grain 12ms "
                      "--tasks 10 --placement none --passes 1 --warmup 0 --cold off --rounds 3",
                      2);
    const struct be_summary *summary = summary_of(&measured, "threads-gil", 2, "none");
    assert_true(summary->values[BE_VALUE_start_skew_ns].median >= 11e6);
    assert_true(be_flags_raised(&summary->flags, BE_FLAG_START_SKEW));
    expect_near(&measured, "speedup", summary->speedup.median, 1, .05);
    measured_run_finish(&measured);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sleeping_tasks_speed_up_by_the_number_of_workers),
        cmocka_unit_test(a_serial_part_costs_what_amdahl_says),
        cmocka_unit_test(fits_recover_the_serial_part),
        cmocka_unit_test(an_imbalance_is_found_and_too_many_workers_are_flagged),
        cmocka_unit_test(a_late_start_is_found_and_flagged),
    };
    return cmocka_run_group_tests(tests, scaling_measure, scaling_forget);
}
