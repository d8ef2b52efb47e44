/* labels: perf */
/*
 * The smallest tasks that pools handle at half the efficiency of serial, measured: all pools at
 * four grains a decade in one interleaved sweep. Figures are printed with their intervals.
 */
#include "measured_run.h"

/* Of two workers, warm; gcd by trial division, whose grain can be chosen. */
struct target {
    const char *executor;
    const char *transport; /* "none" for threads */
    const char *coalesce;
    double metg_ns; /* at 50 %, at most */
};

static const struct target targets[] = {
    {"threads", "none", "none", 1000},
    {"processes", "shm-ring", "auto", 2000},
    {"processes", "unix-stream", "1", 10000},
    {"processes", "unix-stream", "auto", 3000},
};

static const struct be_crossing *metg_of(const struct measured_run *measured,
                                         const struct target *target)
{
    const struct be_findings *findings = &measured->findings;

    for (size_t i = 0; i < findings->grain_series.count; i++) {
        uint32_t first = findings->grain_series.items[i].members[0];
        const struct be_configuration *configuration = &measured->run.configurations[first];
        if (strcmp(configuration->executor, target->executor) == 0 &&
            configuration_has(configuration, "transport", target->transport) &&
            configuration_has(configuration, "coalesce", target->coalesce)) {
            return &findings->metgs[i].half;
        }
    }
    fail_msg("no series of %s %s", target->executor, target->transport);
    return NULL;
}

/* Prints it; whether it is at most the target. "always": reached at the smallest grain there was.
 */
static bool metg_holds(const struct measured_run *measured, const struct target *target)
{
    const struct be_crossing *metg = metg_of(measured, target);
    double at_ns = metg->state == BE_CROSSING_ALWAYS ? metg->smallest_ns : metg->at_ns;

    printf("%s, transport %s, coalesce %s: METG(50 %%) %s, %.0f ns (%.0f .. %.0f)",
           target->executor, target->transport, target->coalesce,
           be_crossing_state_name(metg->state), at_ns, metg->low_ns, metg->high_ns);
    printf("; wanted: at most %.0f ns\n", target->metg_ns);
    return at_ns <= target->metg_ns;
}

static void pools_reach_half_with_small_tasks(void **state)
{
    struct measured_run measured;
    bool hold = true;

    (void)state;
    measured_run_make(&measured,
                      "--executor threads,processes --transport unix-stream,shm-ring "
                      "--coalesce 1,auto --workers 2 --chunk 1 --grain 50ns..20us/4 --passes 1 "
                      "--warmup 1 --cold off --rounds 10",
                      0);
    for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
        hold &= metg_holds(&measured, &targets[i]);
    }
    assert_true(hold);
    measured_run_finish(&measured);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(pools_reach_half_with_small_tasks)};

    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
