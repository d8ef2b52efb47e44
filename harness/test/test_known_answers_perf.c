/* labels: perf */
/*
 * Known answers, end to end, that need cores of their own or take long: a cost a task that was put
 * there is found as overhead and as break-even, hardly any time is nobody's, and sleeping tasks on
 * processes.
 */
#include <inttypes.h>
#include <sched.h>

#include "measured_run.h"

enum { COST_NS = 2000, ATTEMPTS = 3 };

static uint32_t cpu_count(void)
{
    cpu_set_t allowed;

    assert_int_equal(sched_getaffinity(0, sizeof(allowed), &allowed), 0);
    return (uint32_t)CPU_COUNT(&allowed);
}

static void needs_two_cpus(void)
{
    if (cpu_count() < 2) {
        skip();
    }
}

/*
 * Rounds in which others took the cores are left out, as for any user. With too few left for an
 * interval nothing can be said, so there is another try, and in the end a reason.
 */
static void measure_known(struct measured_run *measured, const char *flags,
                          size_t (*rounds_find)(const struct measured_run *measured))
{
    size_t rounds = 0;

    for (int i = 0; i < ATTEMPTS; i++) {
        measured_run_make(measured, flags, 0);
        rounds = rounds_find(measured);
        if (rounds >= BE_ESTIMATE_BOUNDED_MIN) {
            measured->calm = true;
            return;
        }
        measured_run_finish(measured);
    }
    print_message("others took the cores: the last of %d sweeps has %zu good rounds, not %d\n",
                  ATTEMPTS, rounds, BE_ESTIMATE_BOUNDED_MIN);
    skip();
}

static size_t overhead_rounds(const struct measured_run *measured)
{
    size_t without = summary_of(measured, "threads", 2, "none")->overhead_ns_per_task.count;
    size_t with = summary_of(measured, "threads", 2, "cost:2us")->overhead_ns_per_task.count;
    return without < with ? without : with;
}

/* O = (2 T - N w) / N: two workers lose to each task what it was made to cost, and a claim. */
static void a_cost_is_found_as_overhead(void **state)
{
    struct measured_run measured;
    (void)state;

    needs_two_cpus();
    measure_known(&measured,
                  "--workload spin --executor threads --workers 2 --grain 20us "
                  "--inject none,cost:2us --passes 1 --warmup 1 --cold off --rounds 10",
                  overhead_rounds);
    double without_ns = summary_of(&measured, "threads", 2, "none")->overhead_ns_per_task.median;
    double with_ns = summary_of(&measured, "threads", 2, "cost:2us")->overhead_ns_per_task.median;
    printf("overhead a task: %.0f ns, with a cost of %d ns: %.0f ns\n", without_ns, COST_NS,
           with_ns);
    expect_near(&measured, "overhead", with_ns - without_ns, COST_NS, .15 * COST_NS);
    measured_run_finish(&measured);
}

/* Of the one grain series. */
static struct be_crossing warm_of(const struct measured_run *measured)
{
    if (measured->findings.grain_series.count != 1 || !measured->findings.breakevens) {
        fail_msg("one series was measured, not %zu", measured->findings.grain_series.count);
        return (struct be_crossing){0};
    }
    return measured->findings.breakevens[0].warm;
}

static size_t breakeven_rounds(const struct measured_run *measured)
{
    return warm_of(measured).rounds;
}

/* Two workers pay from w = (w + cost + claim) / 2 on. */
static void a_cost_is_found_as_break_even(void **state)
{
    struct measured_run measured;
    (void)state;

    needs_two_cpus();
    measure_known(&measured,
                  "--workload spin --executor threads --workers 2 --grain 1us,4us "
                  "--inject cost:2us --passes 1 --warmup 1 --cold off --rounds 10",
                  breakeven_rounds);
    struct be_crossing warm = warm_of(&measured);
    printf("break-even with a cost of %d ns: %.0f ns (%.0f .. %.0f)\n", COST_NS, warm.at_ns,
           warm.low_ns, warm.high_ns);
    assert_true(warm.bounded);
    assert_true(warm.above_ns / warm.below_ns < 1.5); /* it was searched for */
    expect_near(&measured, "break-even", warm.at_ns, COST_NS, .1 * COST_NS);
    measured_run_finish(&measured);
}

static const char *const pools[] = {"threads", "processes"};

static uint32_t pool_workers(void)
{
    return cpu_count() < 2 ? 1 : 2;
}

static size_t budget_rounds(const struct measured_run *measured)
{
    size_t rounds = SIZE_MAX;

    for (size_t i = 0; i < 2; i++) {
        size_t count = summary_of(measured, pools[i], pool_workers(), "none")->budget.count;
        rounds = count < rounds ? count : rounds;
    }
    return rounds;
}

/* What clocks and stamps say comes to the time of the cores. */
static void less_than_5_per_cent_of_the_budget_are_nobodys(void **state)
{
    struct measured_run measured;
    char flags[256];
    (void)state;

    snprintf(flags, sizeof(flags),
             "--workload spin --executor threads,processes --workers %" PRIu32
             " --grain 100us --passes 2 --warmup 1 --cold off --rounds 10",
             pool_workers());
    measure_known(&measured, flags, budget_rounds);
    for (size_t i = 0; i < 2; i++) {
        const struct be_budget *budget =
            &summary_of(&measured, pools[i], pool_workers(), "none")->budget;
        double remainder = budget->parts[BE_BUDGET_REMAINDER];
        printf("%s x%" PRIu32
               ", spin 100 us: compute %.2f %%, codec %.2f %%, messages %.2f %%, merge %.2f %%, "
               "idle %.2f %%, remainder %.2f %% of T x C\n",
               pools[i], pool_workers(), budget->parts[BE_BUDGET_COMPUTE],
               budget->parts[BE_BUDGET_CODEC], budget->parts[BE_BUDGET_MESSAGES],
               budget->parts[BE_BUDGET_MERGE], budget->parts[BE_BUDGET_IDLE], remainder);
        assert_true(budget->known);
        assert_true(fabs(remainder) < 5);
    }
    measured_run_finish(&measured);
}

/* 64 tasks a worker: one that ends a task later than the others is 1.6 % of the pass. */
static void sleeping_tasks_overlap_on_processes(void **state)
{
    static const uint32_t worker_counts[] = {1, 2, 4, 8};
    struct measured_run measured;
    (void)state;

    measured_run_make(&measured,
                      "--workload sleep --executor processes --workers 1,2,4,8 --grain 5ms "
                      "--tasks 512 --placement none --passes 1 --warmup 0 --cold off --rounds 3",
                      8);
    for (size_t i = 0; i < sizeof(worker_counts) / sizeof(worker_counts[0]); i++) {
        double workers = worker_counts[i];
        double speedup =
            summary_of(&measured, "processes", worker_counts[i], "none")->speedup.median;
        printf("sleeping tasks on %g processes: speedup %.3f\n", workers, speedup);
        expect_near(&measured, "speedup", speedup, workers, .02 * workers);
    }
    measured_run_finish(&measured);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cost_is_found_as_overhead),
        cmocka_unit_test(a_cost_is_found_as_break_even),
        cmocka_unit_test(less_than_5_per_cent_of_the_budget_are_nobodys),
        cmocka_unit_test(sleeping_tasks_overlap_on_processes),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
