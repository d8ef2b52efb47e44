#include "schedule_fixture.h"

#include <stdio.h>

#include "plan/order.h"

static size_t role_count(const struct be_schedule *schedule, enum be_role role, uint32_t block)
{
    size_t count = 0;
    for (size_t i = 0; i < schedule->count; i++) {
        count += schedule->items[i].role == role && schedule->items[i].block == block;
    }
    return count;
}

static void counts_are_those_of_the_cross_product(void **state)
{
    static const struct {
        const char *settings[13];
        uint32_t blocks;
        size_t measured; /* in each block */
        size_t overhead;
    } cases[] = {
        {{NULL}, 1, 6, 6},                      /* 2 pools x 1, 2, 4 workers */
        {{"executor", "serial"}, 1, 0, 0},      /* the reference alone */
        {{"executor", "null,serial"}, 1, 1, 0}, /* no messages, no overhead */
        {{"executor", "threads", "workers", "2"}, 1, 1, 1},
        {{"grain", "1us,10us,100us"}, 3, 6, 6},
        {{"workload", "gcd-trial,gcd-euclid", "grain", "50ns,100ns"}, 4, 6, 6},
        {{"workload", "null", "grain", "1us,1ms"}, 1, 6, 0}, /* no steps, and its own overhead */
        {{"steps", "50"}, 1, 6, 6},
        {{"pairs", "4 6, 10 15"}, 1, 6, 6},
        {{"placement", "cores,smt", "chunk", "1,16,64"}, 1, 36, 36},
        {{"executor", "threads,processes,null", "workers", "2", "window", "1,2,3", "start",
          "fork,spawn", "chunk", "1,16"},
         1,
         15, /* threads 2, processes 12, null 1 */
         14},
        {{"executor", "processes", "workers", "2", "transport", "stream,ring"}, 1, 2, 2},
        {{"executor", "processes", "workers", "2", "transport", "stream,ring", "wake", "park,spin"},
         1,
         3, /* stream 1, ring 2 */
         3},
        {{"workload", "sleep", "jitter", "0,5", "executor", "threads", "workers", "2"}, 2, 1, 1},
        {{"workload", "gcd-euclid", "steps", "9", "distribution", "fixed,uniform"}, 2, 6, 6},
        {{"grain", "1000ns,1001ns"}, 1, 6, 6}, /* both are 500 steps */
        {{"inject", "none,serial:5%", "executor", "threads,null", "workers", "2"}, 1, 3, 2},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct be_schedule schedule;
        struct be_plan plan;
        schedule_make(&plan, cases[i].settings, &schedule);
        assert_int_equal(schedule.block_count, cases[i].blocks);
        assert_int_equal(schedule.count,
                         cases[i].blocks * (1 + cases[i].measured + cases[i].overhead));
        for (uint32_t block = 0; block < schedule.block_count; block++) {
            assert_int_equal(role_count(&schedule, BE_ROLE_REFERENCE, block), 1);
            assert_int_equal(role_count(&schedule, BE_ROLE_MEASURED, block), cases[i].measured);
            assert_int_equal(role_count(&schedule, BE_ROLE_OVERHEAD, block), cases[i].overhead);
        }
        be_schedule_finish(&schedule);
        be_plan_finish(&plan);
    }
}

static char *params_text(const struct be_params *params)
{
    struct be_buffer text = {0};
    for (size_t i = 0; i < params->count; i++) {
        be_buffer_printf(&text, i > 0 ? " %s=%s" : "%s=%s", params->entries[i].key,
                         params->entries[i].value);
    }
    return text.data;
}

/* What the plan's configurations of an executor have for a key, in order: "1 10". */
static char *values_of(const char *const *settings, const char *executor, const char *key)
{
    struct be_schedule schedule;
    struct be_plan plan;
    struct be_buffer values = {0};

    schedule_make(&plan, settings, &schedule);
    for (size_t i = 0; i < schedule.count; i++) {
        const struct be_configuration *configuration = &schedule.items[i];
        if (configuration->role == BE_ROLE_MEASURED &&
            strcmp(configuration->executor, executor) == 0) {
            be_buffer_printf(&values, "%s%s", values.length > 0 ? " " : "",
                             be_params_get(&configuration->params, key));
        }
    }
    be_schedule_finish(&schedule);
    be_plan_finish(&plan);
    return values.data;
}

static void an_executor_with_values_of_its_own_has_no_others(void **state)
{
    static const struct {
        const char *key;
        const char *values;
        const char *executor;
        const char *had;
    } cases[] = {
        {"chunk", "1,8,10@processes,20@processes", "threads", "1 8"},
        {"chunk", "1,8,10@processes,20@processes", "processes", "10 20"},
        {"chunk", "10@processes", "threads", "1"},
        {"window", "5,7@processes", "processes", "7"},
        {"window", "5,7@processes", "threads-gil", "(null)"},
        {"transport", "ring@processes", "processes", "ring"},
        {"start", "spawn@processes,fork", "processes", "spawn"},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *settings[] = {"executor",   "threads,threads-gil,processes",
                                  "workers",    "2",
                                  cases[i].key, cases[i].values,
                                  NULL};
        char *had = values_of(settings, cases[i].executor, cases[i].key);
        if (strcmp(had, cases[i].had) != 0) {
            fail_msg("%s of %s: '%s', not '%s'", cases[i].key, cases[i].executor, had,
                     cases[i].had);
        }
        free(had);
    }
}

static void a_block_holds_reference_measured_and_overhead(void **state)
{
    static const struct {
        enum be_role role;
        const char *params;
    } expected[] = {
        {BE_ROLE_REFERENCE, "chunk=1 executor=serial input=seeded placement=smt steps=5000 "
                            "tasks=5000 workers=1 workload=gcd-trial"},
        {BE_ROLE_MEASURED, "chunk=16 executor=threads-gil input=seeded placement=smt steps=5000 "
                           "switch-interval=5ms tasks=5000 workers=2 workload=gcd-trial"},
        {BE_ROLE_OVERHEAD,
         "chunk=16 executor=threads-gil input=seeded payload=16 placement=smt steps=0 "
         "switch-interval=5ms tasks=20000 workers=2 workload=null"},
        {BE_ROLE_MEASURED,
         "chunk=16 coalesce=auto executor=processes input=seeded placement=smt start=spawn "
         "steps=5000 tasks=5000 transport=ring wake=park window=256 workers=2 "
         "workload=gcd-trial"},
        {BE_ROLE_OVERHEAD,
         "chunk=16 coalesce=auto executor=processes input=seeded payload=16 placement=smt "
         "start=spawn steps=0 tasks=20000 transport=ring wake=park window=256 workers=2 "
         "workload=null"},
        {BE_ROLE_MEASURED, "chunk=1 executor=null input=seeded placement=smt steps=5000 tasks=5000 "
                           "workers=1 workload=gcd-trial"},
    };
    struct be_schedule schedule;
    struct be_plan plan;
    (void)state;

    schedule_make(&plan,
                  (const char *[]){"executor", "threads-gil,serial,processes,null", "workers", "2",
                                   "grain", "10us", "chunk", "16", "placement", "smt", "start",
                                   "spawn", "transport", "ring", NULL},
                  &schedule);
    assert_int_equal(schedule.count, sizeof(expected) / sizeof(expected[0]));
    for (size_t i = 0; i < schedule.count; i++) {
        const struct be_configuration *configuration = &schedule.items[i];
        char id[BE_ID_BYTES];
        char *text = params_text(&configuration->params);
        assert_int_equal(configuration->role, expected[i].role);
        assert_string_equal(text, expected[i].params);
        assert_string_equal(configuration->id, be_params_id(&configuration->params, id));
        assert_int_equal(configuration->grain_asked_ns, 10000);
        free(text);
    }
    assert_int_equal(schedule.items[1].workers, 2);
    assert_int_equal(schedule.items[1].steps, 5000);
    assert_int_equal(schedule.items[2].tasks, 20000);
    be_schedule_finish(&schedule);
    be_plan_finish(&plan);
}

static int id_compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* An executor that sends no messages and the reference are what they are; "none" is no fault. */
static void faults_are_injected_into_pools_and_their_companions(void **state)
{
    static const char *const expected[] = {NULL, NULL, NULL, "cost:2us", "cost:2us", NULL};
    struct be_schedule schedule;
    struct be_plan plan;
    (void)state;

    schedule_make(&plan,
                  (const char *[]){"inject", "none,cost:2us", "executor", "threads,null", "workers",
                                   "2", NULL},
                  &schedule);
    assert_int_equal(schedule.count, sizeof(expected) / sizeof(expected[0]));
    for (size_t i = 0; i < schedule.count; i++) {
        assert_params(&schedule.items[i], "inject", expected[i]);
    }
    be_schedule_finish(&schedule);
    be_plan_finish(&plan);
}

/* Each executor, but no null executor and no reference, with its most workers, in the first block.
 */
static void what_counting_costs_is_measured_once_an_executor(void **state)
{
    struct be_schedule schedule;
    struct be_plan plan;
    size_t found = 0;
    (void)state;

    schedule_make(&plan,
                  (const char *[]){"counters", "default", "executor",
                                   "threads,processes,null,serial", "workers", "1,4,2", "grain",
                                   "1us,10us", "chunk", "1,16", NULL},
                  &schedule);
    for (size_t i = 0; i < schedule.count; i++) {
        const struct be_configuration *item = &schedule.items[i];
        if (item->role != BE_ROLE_UNCOUNTED) {
            assert_params(item, "counters", NULL);
            continue;
        }
        assert_params(item, "executor", found == 0 ? "threads" : "processes");
        assert_params(item, "counters", "none");
        assert_int_equal(item->workers, 4);
        assert_int_equal(item->chunk, 1);
        assert_int_equal(item->block, 0);
        assert_int_equal(item->grain_asked_ns, 1000);
        found++;
    }
    assert_int_equal(found, 2);
    be_schedule_finish(&schedule);
    be_plan_finish(&plan);
}

static void ids_are_distinct_in_a_block_and_the_same_every_time(void **state)
{
    static const char *const settings[] = {"executor",  "threads,threads-gil,processes,null",
                                           "grain",     "1us,10us",
                                           "chunk",     "1,16",
                                           "window",    "64,256",
                                           "placement", "none,cores",
                                           NULL};
    struct be_schedule schedule;
    struct be_schedule again;
    struct be_plan plan;
    struct be_plan plan_again;
    (void)state;

    schedule_make(&plan, settings, &schedule);
    schedule_make(&plan_again, settings, &again);
    const char **ids = calloc(schedule.count, sizeof(*ids));
    for (uint32_t block = 0; block < schedule.block_count; block++) {
        size_t count = 0;
        for (size_t i = 0; i < schedule.count; i++) {
            assert_string_equal(schedule.items[i].id, again.items[i].id);
            if (schedule.items[i].block == block) {
                ids[count++] = schedule.items[i].id;
            }
        }
        qsort(ids, count, sizeof(*ids), id_compare);
        for (size_t i = 1; i < count; i++) {
            assert_string_not_equal(ids[i - 1], ids[i]);
        }
    }
    free(ids);
    be_schedule_finish(&schedule);
    be_schedule_finish(&again);
    be_plan_finish(&plan);
    be_plan_finish(&plan_again);
}

static void too_many_configurations_are_refused(void **state)
{
    struct be_buffer numbers = {0};
    struct be_grains grains;
    struct be_schedule schedule;
    struct be_error error;
    struct be_plan plan;
    (void)state;

    for (int i = 1; i <= BE_TEXTS_MAX; i++) {
        be_buffer_printf(&numbers, i > 1 ? ",%d" : "%d", i);
    }
    plan_make(&plan, (const char *[]){"chunk", numbers.data, "workers", numbers.data, "window",
                                      numbers.data, NULL});
    must(be_plan_check(&plan, &catalog, &four_workers, &error), &error);
    must(be_schedule_grains(&plan, &catalog, &grains, &error), &error);
    assert_int_equal(be_schedule_expand(&plan, &catalog, &grains, &schedule, &error), BE_EUSAGE);
    assert_string_equal(error.message,
                        "the plan makes more than 100000 configurations; shorten its lists");
    be_grains_finish(&grains);
    be_buffer_finish(&numbers);
    be_plan_finish(&plan);
}

static void a_spec_says_what_its_configuration_needs(void **state)
{
    struct be_schedule schedule;
    struct be_error error;
    struct be_plan plan;
    (void)state;

    schedule_make(&plan,
                  (const char *[]){"executor", "threads", "workers", "2", "pairs", "4 6, 10 15",
                                   "passes", "5", "warmup", "2", "seed", "9", "counters", "default",
                                   NULL},
                  &schedule);
    assert_int_equal(schedule.items[schedule.count - 1].role, BE_ROLE_UNCOUNTED);
    for (size_t i = 0; i < schedule.count; i++) {
        bool overhead = schedule.items[i].role == BE_ROLE_OVERHEAD;
        struct be_spec spec;
        be_spec_init(&spec);
        must(be_plan_spec(&plan, &schedule.items[i], &spec, &error), &error);
        assert_int_equal(spec.passes, overhead ? 1 : 5);
        assert_int_equal(spec.warmup, overhead ? 1 : 2);
        assert_int_equal(spec.cold, !overhead);
        bool counts = !overhead && schedule.items[i].role != BE_ROLE_UNCOUNTED;
        assert_int_equal(spec.counter_count, counts);
        assert_null(be_params_get(&spec.params, "counters"));
        assert_int_equal(spec.pairs.count, overhead ? 0 : 2);
        assert_int_equal(spec.seed, 9);
        assert_null(be_params_get(&spec.params, "input"));
        assert_string_equal(be_params_get(&spec.params, "executor"), schedule.items[i].executor);
        be_spec_finish(&spec);
    }
    be_schedule_finish(&schedule);
    be_plan_finish(&plan);
}

static void groups_of_counters_become_their_events(void **state)
{
    static const char *const expected[] = {"rusage:minor-faults",
                                           "papi:PAPI_BR_INS",
                                           "papi:PAPI_BR_MSP",
                                           "rusage:voluntary-switches",
                                           "rusage:involuntary-switches",
                                           "perf_event:context-switches",
                                           "perf_event:cpu-migrations"};
    struct be_grains grains;
    struct be_schedule schedule;
    struct be_error error;
    struct be_plan plan;
    struct be_spec spec;
    (void)state;

    plan_make(&plan, (const char *[]){"counters", "rusage:minor-faults,branch,switches,branch",
                                      "grain", "1us", NULL});
    must(be_plan_check(&plan, &catalog, &four_workers, &error), &error);
    must(be_schedule_grains(&plan, &catalog, &grains, &error), &error);
    must(be_schedule_expand(&plan, &catalog, &grains, &schedule, &error), &error);
    be_spec_init(&spec);
    must(be_plan_spec(&plan, &schedule.items[0], &spec, &error), &error);
    assert_int_equal(spec.counter_count, sizeof(expected) / sizeof(expected[0]));
    for (size_t i = 0; i < spec.counter_count; i++) {
        assert_string_equal(spec.counters[i], expected[i]);
    }
    be_spec_finish(&spec);
    be_grains_finish(&grains);
    be_schedule_finish(&schedule);
    be_plan_finish(&plan);
}

static void an_input_file_is_named_with_its_hash(void **state)
{
    static const char csv[] = "a,b\n4,6\n10,15\n";
    char folder[] = "/tmp/be-plan-XXXXXX";
    char path[64];
    struct be_grains grains;
    struct be_schedule schedule;
    struct be_error error;
    struct be_plan plan;
    struct be_spec spec;
    (void)state;

    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/in.csv", folder);
    must(be_io_write_file(path, csv, strlen(csv), &error), &error);
    plan_make(&plan, (const char *[]){"input", path, NULL});
    must(be_plan_read_input(&plan, &error), &error);
    remove(path);
    remove(folder);
    must(be_plan_check(&plan, &catalog, &four_workers, &error), &error);
    must(be_schedule_grains(&plan, &catalog, &grains, &error), &error);
    must(be_schedule_expand(&plan, &catalog, &grains, &schedule, &error), &error);
    be_spec_init(&spec);
    must(be_plan_spec(&plan, &schedule.items[0], &spec, &error), &error);
    assert_string_equal(spec.input_path, path);
    assert_int_equal(spec.input_hash, be_pairs_hash(&plan.pairs));
    assert_int_equal(spec.pairs.count, 0);
    assert_int_equal(schedule.items[0].tasks, 2);
    assert_null(be_params_get(&schedule.items[0].params, "steps"));
    be_spec_finish(&spec);
    be_grains_finish(&grains);
    be_schedule_finish(&schedule);
    be_plan_finish(&plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_are_those_of_the_cross_product),
        cmocka_unit_test(an_executor_with_values_of_its_own_has_no_others),
        cmocka_unit_test(a_block_holds_reference_measured_and_overhead),
        cmocka_unit_test(faults_are_injected_into_pools_and_their_companions),
        cmocka_unit_test(what_counting_costs_is_measured_once_an_executor),
        cmocka_unit_test(ids_are_distinct_in_a_block_and_the_same_every_time),
        cmocka_unit_test(too_many_configurations_are_refused),
        cmocka_unit_test(a_spec_says_what_its_configuration_needs),
        cmocka_unit_test(groups_of_counters_become_their_events),
        cmocka_unit_test(an_input_file_is_named_with_its_hash),
    };
    return cmocka_run_group_tests(tests, catalog_setup, catalog_teardown);
}
