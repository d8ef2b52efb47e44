/* Tasks and results that a codec fails at: they fail alone, and cost no worker. */
#include "losing.h"

#include "core/json.h"
#include "executor/process_pool.h"

/* Where tasks are computed where they lie, nothing is encoded. */
static void skip_without_encoding(void)
{
    const struct be_param transport = {.name = "transport", .fallback = "unix-stream"};

    if (be_transport_find(fixture_param(&transport))->in_place) {
        skip();
    }
}

static size_t refusing_encode(const uint64_t *numbers, size_t count, void *to)
{
    for (size_t i = 0; i < count; i++) {
        if (numbers[i] == UINT64_MAX) {
            return 0;
        }
    }
    memcpy(to, numbers, count * sizeof(*numbers));
    return count * sizeof(*numbers);
}

static size_t refusing_bytes_max(size_t count)
{
    return count * sizeof(uint64_t);
}

/* The dispatcher's codec refuses a task; the workers' is raw, which is the same otherwise. */
static void a_task_that_cannot_be_encoded_fails_alone(void **state)
{
    static const struct be_codec_ops refusing = {
        .row = {.name = "refusing"}, .bytes_max = refusing_bytes_max, .encode = refusing_encode};
    const uint64_t chunks[] = {1, 7, 100};

    (void)state;
    skip_without_encoding();
    struct be_batch batch = batch_with(&small_deeds, DEED_NOTHING, 0, 1000);
    ((uint64_t *)batch.requests)[500 * SMALL_BYTES / 8 + 1] = UINT64_MAX;
    for (size_t i = 0; i < 3; i++) {
        struct fixture f;
        losing_start(&f, &small_deeds, NULL, chunks[i]);
        f.executor->coder.codec = &refusing;
        expect_all_but(&f, &batch, 500, 1);
        assert_string_equal(f.task_error.message, "task 500: codec 'refusing' cannot encode it");
        memset(batch.failed, 0, batch.tasks);
        fixture_end(&f);
    }
    batch_free(&batch);
}

/* The next call of jansson's fails, and only that one. */
static void *no_memory(size_t bytes)
{
    (void)bytes;
    json_set_alloc_funcs(malloc, free);
    return NULL;
}

/* Where a task says so, there is no memory to encode the results of its message. */
static size_t barren_run(const void *requests, size_t request_bytes, void *replies, size_t count,
                         struct breakeven_turns *turns)
{
    (void)turns;
    for (size_t i = 0; i < count; i++) {
        if (((const char *)requests)[i * request_bytes]) {
            json_set_alloc_funcs(no_memory, free);
        }
    }
    memset(replies, 1, count * SMALL_BYTES);
    return count;
}

static const struct breakeven_workload barren = {
    .name = "barren",
    .request_bytes = SMALL_BYTES,
    .reply_bytes = SMALL_BYTES,
    .run = barren_run,
};

static void a_result_that_cannot_be_encoded_fails_alone(void **state)
{
    const char *const params[] = {"codec", "json", NULL};
    const uint64_t chunks[] = {1, 7, 100};

    (void)state;
    skip_without_encoding();
    struct be_batch batch = batch_with(&barren, DEED_KILL, 500, 1000);
    for (size_t i = 0; i < 3; i++) {
        struct fixture f;
        losing_start(&f, &barren, params, chunks[i]);
        assert_int_equal(f.ops->count(f.executor, true, &f.error), BE_OK);
        expect_all_but(&f, &batch, 500, 1);
        assert_string_equal(f.task_error.message,
                            "task 500: codec 'json' cannot decode it, or encode its result");
        assert_int_equal(f.ops->count(f.executor, false, &f.error), BE_OK);
        assert_true(f.gauges.said[BE_GAUGE_workers_replaced].value == 0);
        assert_true(f.gauges.said[BE_GAUGE_tasks_given_up].value == 1);
        memset(batch.failed, 0, batch.tasks);
        fixture_end(&f);
        expect_no_child();
    }
    batch_free(&batch);
}

static int pool_test(const char *name, void *context)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_task_that_cannot_be_encoded_fails_alone),
        cmocka_unit_test(a_result_that_cannot_be_encoded_fails_alone),
    };

    (void)context;
    return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}

int main(int argc, char **argv)
{
    static const struct breakeven_workload *const own[] = {&small_deeds, &barren, NULL};

    (void)signal(SIGPIPE, SIG_IGN);
    if (!shared_open()) {
        return 1;
    }
    fixture_serve(argc, argv, own);
    return fixture_each_transport(pool_test, NULL) + fixture_each_start(pool_test, NULL);
}
