#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/json.h"
#include "golden.h"
#include "report/format.h"
#include "run_builder.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

enum { SERIAL, THREADS, THREADS_NULL, PROCESSES };

static struct be_run run;

static void configurations_add(void)
{
    builder_add_configuration(&run, BE_ROLE_REFERENCE, 0, "");
    builder_add_configuration(&run, BE_ROLE_MEASURED, 0, "executor=threads workers=2");
    builder_add_configuration(&run, BE_ROLE_OVERHEAD, 0,
                              "executor=threads workers=2 workload=null steps=0 tasks=20");
    builder_add_configuration(&run, BE_ROLE_MEASURED, 0, "executor=processes workers=2");
    struct be_configuration *threads = &run.configurations[THREADS];
    threads->grain_asked_ns = 10000;
    threads->bound_order = 1.868;
    threads->bound_best = 1.899;
    struct be_configuration *processes = &run.configurations[PROCESSES];
    be_params_set(&processes->params, "input", "a;b\\c,\"d\"", NULL);
    be_configuration_index(processes, NULL);
}

static void threads_sample_add(uint32_t round)
{
    static const struct be_counter_value counters[] = {
        {.name = "papi:PAPI_TOT_INS", .state = BE_COUNTER_COUNTED, .value = 5000},
        {.name = "papi:PAPI_TOT_CYC", .state = BE_COUNTER_SCALED, .value = 4000, .share = .5},
        {.name = "papi:PAPI_L3_TCM",
         .state = BE_COUNTER_UNAVAILABLE,
         .reason = "no such event here"},
    };
    struct be_sample *sample = builder_add_sample(&run, THREADS, round, 60000 + round, 110000);

    sample->record->pool_start_ns = 200000;
    be_gauges_set(&sample->record->gauges, BE_GAUGE_peak_rss_bytes, 0x1p60);
    for (size_t worker = 0; worker < 2; worker++) {
        for (size_t i = 0; i < COUNT_OF(counters); i++) {
            builder_count(sample, worker, counters[i]);
        }
    }
    builder_bind(&run, sample, 4, 5, 5);
    sample->cold_wall_ns = 300000;
}

/* Six rounds of a block; in the last one processes fail, in words that a spreadsheet would run. */
static int setup(void **state)
{
    static const char *const reasons[] = {"=HYPERLINK(\"evil\")", "+1", "-1", "@sum", "\ttab",
                                          "line 1\nline 2, cut"};

    (void)state;
    run = (struct be_run){
        .id = 12,
        .plan = strdup("quick"),
        .label = strdup("caf\xc3\xa9"),
        .machine_key = strdup("v1-0123456789abcdef"),
        .machine_json = strdup("{\"cpu\":\"Model \\\"X\\\"\",\"cores\":2,\"quota\":null}"),
        .build_id = strdup("4f1c2aa"),
        .seed = UINT64_MAX,
        .started_at = 1700000000,
        .elapsed_ns = 2500000000,
        .rounds = 6,
        .status = BE_RUN_INTERRUPTED,
    };
    configurations_add();
    for (uint32_t round = 0; round < 6; round++) {
        struct be_sample *serial = builder_add_sample(&run, SERIAL, round, 100000, 100100);
        serial->started_ns = UINT64_C(1000000) * round;
        serial->elapsed_ns = 900000;
        serial->overhead_ns = 4000;
        serial->commit_ns = round == 0 ? 0 : 800000;
        threads_sample_add(round);
        builder_add_sample(&run, THREADS_NULL, round, 9000, 10000);
        builder_add_sample(&run, PROCESSES, round, 0, 0)->reason = strdup(reasons[round]);
    }
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    be_run_finish(&run);
    return 0;
}

/* The run as a format writes it; free. */
static char *export_text(const char *format)
{
    struct be_results results;
    struct be_buffer out = {0};
    struct be_error error;

    assert_int_equal(be_results_create(&run, &results, &error), BE_OK);
    assert_non_null(be_format_find(format));
    if (be_format_find(format)->write(&results, &out, &error) != BE_OK) {
        fail_msg("%s", error.message);
    }
    be_results_finish(&results);
    return out.data;
}

static json_t *export_json(void)
{
    json_error_t error;
    char *text = export_text("json");
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &error);

    if (!root) {
        fail_msg("line %d: %s", error.line, error.text);
    }
    free(text);
    return root;
}

static void exports_are_as_committed(void **state)
{
    char name[64];

    (void)state;
    for (size_t i = 0; be_format_table[i]; i++) {
        char *text = export_text(be_format_table[i]->name);
        snprintf(name, sizeof(name), "export.%s", be_format_table[i]->extension);
        assert_golden(name, text);
        free(text);
    }
}

static void formats_are_found_by_name(void **state)
{
    (void)state;
    for (size_t i = 0; be_format_table[i]; i++) {
        assert_ptr_equal(be_format_find(be_format_table[i]->name), be_format_table[i]);
        assert_true(strlen(be_format_table[i]->summary) > 0);
    }
    assert_null(be_format_find("xml"));
}

/* What schema version 1 promised: a name that goes away breaks those who read it. */
static const char *const promised[] = {
    "schema_version",
    "run.id",
    "run.handle",
    "run.started_at",
    "run.machine_key",
    "run.plan",
    "run.seed",
    "run.status",
    "machine",
    "configurations",
    "configuration.id",
    "configuration.role",
    "configuration.block",
    "configuration.params.executor",
    "configuration.workload",
    "configuration.executor",
    "configuration.workers",
    "configuration.placement",
    "configuration.grain_ns",
    "configuration.steps",
    "configuration.tasks",
    "configuration.chunk",
    "configuration.samples",
    "configuration.wall_ns.median",
    "configuration.wall_ns.low",
    "configuration.wall_ns.high",
    "configuration.cold_wall_ns.median",
    "configuration.speedup.median",
    "configuration.efficiency.median",
    "configuration.ipc_overhead_ns.median",
    "configuration.overhead_ns_per_task.median",
    "configuration.tasks_per_s.median",
    "configuration.cpu_ns",
    "configuration.counted.instructions_per_task.median",
    "configuration.equal_frequency_speedup.low",
    "configuration.counters.papi:PAPI_TOT_INS.value",
    "configuration.counters.papi:PAPI_TOT_INS.state",
    "configuration.counters.papi:PAPI_TOT_INS.reason",
    "configuration.pus",
    "configuration.quality.clean",
    "configuration.quality.suspect",
    "configuration.quality.rejected",
    "configuration.failures",
    "configuration.relative_speedup.median",
    "configuration.values.peak_rss_bytes",
    "configuration.values.latency_p99_ns",
    "configuration.budget.reached_percent",
    "configuration.budget.losses_percent.unexplained",
    "configuration.budget.parts_percent.remainder",
    "configuration.model.predicted_break_even_ns",
    "configuration.model.saturation_workers",
    "configuration.flags.raised",
    "precision.wanted",
    "precision.within",
    "grain_series",
    "scaling_series",
};

static void json_has_what_its_version_promises(void **state)
{
    (void)state;
    json_t *root = export_json();
    json_t *threads = json_array_get(json_object_get(root, "configurations"), THREADS);
    assert_int_equal(json_integer_value(json_object_get(root, "schema_version")), 1);
    for (size_t i = 0; i < COUNT_OF(promised); i++) {
        char path[64];
        char *rest = path;
        snprintf(path, sizeof(path), "%s", promised[i]);
        json_t *value = strncmp(path, "configuration.", 14) == 0 ? threads : root;
        rest += value == threads ? 14 : 0;
        for (char *key = strtok_r(rest, ".", &rest); key; key = strtok_r(NULL, ".", &rest)) {
            value = json_object_get(value, key);
        }
        if (!value) {
            fail_msg("no %s", promised[i]);
        }
    }
    json_decref(root);
}

static void text_that_is_not_utf8_stays_json(void **state)
{
    (void)state;
    free(run.label);
    run.label = strdup("caf\xe9");
    json_t *root = export_json();
    const json_t *label = json_object_get(json_object_get(root, "run"), "label");
    assert_string_equal(json_string_value(label), "caf?");
    json_decref(root);
}

static void a_run_without_anything_is_still_json(void **state)
{
    struct be_run nothing = {.id = 1};
    struct be_run kept = run;

    (void)state;
    run = nothing;
    json_t *root = export_json();
    run = kept;
    assert_true(json_is_null(json_object_get(root, "machine")));
    assert_int_equal(json_array_size(json_object_get(root, "configurations")), 0);
    json_decref(root);
}

static void a_machine_that_is_no_json_is_corrupt(void **state)
{
    struct be_results results;
    struct be_buffer out = {0};
    struct be_error error;

    (void)state;
    free(run.machine_json);
    run.machine_json = strdup("{\"cpu\":");
    assert_int_equal(be_results_create(&run, &results, &error), BE_OK);
    assert_int_equal(be_format_find("json")->write(&results, &out, &error), BE_ECORRUPT);
    assert_non_null(strstr(error.message, "run 12: its machine"));
    assert_int_equal(out.length, 0);
    be_results_finish(&results);
}

/* Cells of the row at *text as RFC 4180 reads them; moves *text behind it. */
static size_t row_cells_count(const char **text)
{
    size_t count = 1;
    bool quoted = false;

    for (; **text != '\0' && (quoted || **text != '\n'); ++*text) {
        quoted = quoted != (**text == '"');
        count += !quoted && **text == ',';
    }
    *text += **text == '\n';
    return count;
}

static void csv_rows_have_the_cells_of_the_header(void **state)
{
    size_t rows = 0;

    (void)state;
    char *text = export_text("csv");
    const char *rest = text;
    size_t columns = row_cells_count(&rest);
    for (; *rest != '\0'; rows++) {
        assert_int_equal(row_cells_count(&rest), columns);
    }
    assert_int_equal(rows, run.sample_count);
    free(text);
}

/* A reason holds what a runner wrote; a CSV is also read with cat. */
static void csv_commands_no_terminal(void **state)
{
    (void)state;
    free(run.samples[0].reason);
    run.samples[0].reason = strdup("a\033[2Jb\177");
    char *text = export_text("csv");
    assert_non_null(strstr(text, ",a?[2Jb?,"));
    free(text);
}

#define export_test(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        export_test(exports_are_as_committed),
        export_test(formats_are_found_by_name),
        export_test(json_has_what_its_version_promises),
        export_test(text_that_is_not_utf8_stays_json),
        export_test(a_run_without_anything_is_still_json),
        export_test(a_machine_that_is_no_json_is_corrupt),
        export_test(csv_rows_have_the_cells_of_the_header),
        export_test(csv_commands_no_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
