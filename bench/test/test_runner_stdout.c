/* What a library prints does not reach the protocol. */
#include "bench_process.h"

static void a_library_that_prints_cannot_corrupt_the_protocol(void **state)
{
    static const char spec[] = "{\"protocol\":1,\"params\":{\"workload\":\"null\","
                               "\"executor\":\"serial\",\"tasks\":\"10\"}}\n";
    static const char *const noises[] = {"loaded, unbuffered",   "loaded, buffered",
                                         "called, unbuffered",   "called, buffered",
                                         "unloaded, unbuffered", "unloaded, buffered"};
    struct bench_said said = bench_run(NULL, BE_NOISY_LIBRARY, spec, strlen(spec));
    struct be_sample_record record = {0};
    (void)state;

    assert_int_equal(said.exit_code, 0);
    assert_int_equal(be_sample_record_parse(said.output, strlen(said.output), &record, NULL),
                     BE_OK);
    assert_true(record.complete);
    /* It did print, and nothing of it was lost. */
    for (size_t i = 0; i < sizeof(noises) / sizeof(noises[0]); i++) {
        assert_non_null(strstr(said.notes, noises[i]));
    }
    be_sample_record_finish(&record);
    bench_said_finish(&said);
}

static void describe_is_kept_clean_too(void **state)
{
    struct bench_said said = bench_run("--describe", BE_NOISY_LIBRARY, "", 0);
    json_t *object = NULL;
    (void)state;

    assert_int_equal(said.exit_code, 0);
    assert_int_equal(be_json_parse(said.output, strlen(said.output), &object, NULL), BE_OK);
    json_decref(object);
    bench_said_finish(&said);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_library_that_prints_cannot_corrupt_the_protocol),
        cmocka_unit_test(describe_is_kept_clean_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
