#include "executor_fixture.h"

#include <unistd.h>

#include "executor/place.h"
#include "workload/workload_table.h"

enum { TASKS = 10 };

/* Another mapping of the same memory, as a worker has it that is no copy of the dispatcher. */
static void tasks_are_found_wherever_the_memory_is_mapped(void **state)
{
    const struct breakeven_workload *workload = be_workload_find("touch");
    const struct be_shared_shape shape = {.workers = 1,
                                          .tasks = TASKS,
                                          .request_bytes = workload->request_bytes,
                                          .reply_bytes = workload->reply_bytes};
    struct be_shared here;
    struct be_shared there;
    uint64_t numbers[BE_PLACE_NUMBERS];
    (void)state;

    assert_int_equal(be_shared_create(&shape, &here, NULL), BE_OK);
    assert_int_equal(be_shared_attach(dup(here.fd), &shape, &there, NULL), BE_OK);
    const struct be_executor_env near = {.workload = workload, .memory = &here};
    const struct be_executor_env far = {.workload = workload, .memory = &there};
    /* Part of a pass: its tasks do not begin where the memory's do. */
    const struct be_batch batch = {(char *)here.requests + (size_t)2 * workload->request_bytes,
                                   (char *)here.replies + (size_t)2 * workload->reply_bytes,
                                   here.failed + 2, TASKS - 2, 0};
    be_place_tell(&near, &batch, 3, numbers);
    struct be_batch told = be_place_batch(&far, numbers, 3, 4);

    ((uint64_t *)told.replies)[1] = 77;
    told.failed[2] = 1;
    assert_ptr_not_equal(told.requests, batch.requests);
    assert_ptr_equal(told.requests, (char *)there.requests + (size_t)5 * workload->request_bytes);
    assert_int_equal(((uint64_t *)here.replies)[6], 77);
    assert_int_equal(here.failed[7], 1);
    assert_int_equal(told.tasks, 4);
    assert_int_equal(told.index, 3);
    be_shared_finish(&there);
    be_shared_finish(&here);
}

/* Whoever computes tasks again does not answer for marks that are not its own. */
static void marks_of_a_worker_that_ended_are_forgotten(void **state)
{
    const struct breakeven_workload *workload = be_workload_find("touch");
    const struct be_shared_shape shape = {1, TASKS, workload->request_bytes, workload->reply_bytes};
    struct be_shared memory;
    uint64_t numbers[BE_PLACE_NUMBERS];
    (void)state;

    assert_int_equal(be_shared_create(&shape, &memory, NULL), BE_OK);
    const struct be_executor_env env = {.workload = workload, .memory = &memory};
    const struct be_batch batch = {memory.requests, memory.replies, memory.failed, TASKS, 0};
    memset(memory.failed, 1, TASKS);
    be_place_tell(&env, &batch, 4, numbers);
    be_place_batch(&env, numbers, 4, 3);
    for (int i = 0; i < TASKS; i++) {
        assert_int_equal(memory.failed[i], i < 4 || i >= 7);
    }
    be_shared_finish(&memory);
}

static void what_stays_in_place_is_not_encoded(void **state)
{
    static const char *const chosen[] = {"transport", "shm-arena", "codec", "json", NULL};
    struct fixture f;
    (void)state;

    fixture_params = chosen;
    fixture_init(&f, be_executor_find("processes"), be_workload_find("null"), 2, 1);
    assert_int_equal(fixture_create(&f), BE_EUNAVAILABLE);
    assert_string_equal(f.error.message,
                        "codec 'json' is unavailable over transport 'shm-arena': tasks are "
                        "computed where they lie, as they are");
    fixture_finish(&f);
    fixture_params = NULL;
}

/* Large payloads go through each transport, or it says that they do not; none is left out. */
static int payloads_travel(const char *name, void *context)
{
    const struct breakeven_workload *row = be_workload_find("touch");
    struct breakeven_workload sized = *row;
    struct fixture f;
    (void)context;

    sized.request_bytes = row->request_bytes_max;
    fixture_init(&f, be_executor_find("processes"), &sized, 2, 1);
    f.env.tasks = 6;
    enum be_status status = fixture_create(&f);
    if (status == BE_EUNAVAILABLE && strstr(f.error.message, "is unavailable above")) {
        fixture_finish(&f);
        return 0;
    }
    assert_int_equal(status, BE_OK);
    struct be_batch batch = batch_alloc(&sized, 6);
    row->generate(1, 0, 6, (void *)batch.requests, sized.request_bytes);
    assert_int_equal(fixture_run(&f, &batch), BE_OK);
    for (int i = 0; i < 6; i++) {
        struct breakeven_turns nobody = {NULL};
        const char *request = (const char *)batch.requests + (size_t)i * sized.request_bytes;
        uint64_t sum = 0;
        row->run(request, sized.request_bytes, &sum, 1, &nobody);
        if (((uint64_t *)batch.replies)[i] != sum) {
            fail_msg("%s: task %d came out wrong", name, i);
        }
    }
    batch_free(&batch);
    fixture_end(&f);
    return 1;
}

static void payloads_of_4_mib_travel(void **state)
{
    (void)state;
    /* Every choice of every transport, but for messages that the kernel wants in one piece. */
    assert_in_range(fixture_each_transport(payloads_travel, NULL), 8, 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tasks_are_found_wherever_the_memory_is_mapped),
        cmocka_unit_test(marks_of_a_worker_that_ended_are_forgotten),
        cmocka_unit_test(what_stays_in_place_is_not_encoded),
        cmocka_unit_test(payloads_of_4_mib_travel),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
