/* Memory that processes share: whoever maps it sees the same, wherever it lies. */
#include "executor_fixture.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TASKS = 1000, WORKERS = 3, REQUEST_BYTES = 16, REPLY_BYTES = 8 };

static const struct be_shared_shape shape = {WORKERS, TASKS, REQUEST_BYTES, REPLY_BYTES};

static void parts_do_not_overlap(void **state)
{
    struct be_shared shared;

    (void)state;
    assert_int_equal(be_shared_create(&shape, &shared, NULL), BE_OK);
    size_t ends[] = {
        be_shared_offset(&shared, shared.accounts + WORKERS),
        be_shared_offset(&shared, (char *)shared.requests + (size_t)TASKS * REQUEST_BYTES),
        be_shared_offset(&shared, (char *)shared.replies + (size_t)TASKS * REPLY_BYTES),
        be_shared_offset(&shared, shared.failed + TASKS),
    };
    const void *begins[] = {shared.requests, shared.replies, shared.failed};
    for (int i = 0; i < 3; i++) {
        assert_true(ends[i] <= be_shared_offset(&shared, begins[i]));
        assert_int_equal(be_shared_offset(&shared, begins[i]) % 4096, 0);
    }
    assert_true(ends[3] <= shared.bytes);
    be_shared_finish(&shared);
}

/* Another mapping of it is all that another program would have. */
static void what_one_writes_the_other_reads(void **state)
{
    struct be_shared here;
    struct be_shared there;

    (void)state;
    assert_int_equal(be_shared_create(&shape, &here, NULL), BE_OK);
    int fd = fcntl(here.fd, F_DUPFD_CLOEXEC, 3);
    assert_int_equal(be_shared_attach(fd, &shape, &there, NULL), BE_OK);
    assert_ptr_not_equal(here.base, there.base);
    uint64_t *request = (uint64_t *)here.requests + 7;
    *request = 11;
    assert_int_equal(*(uint64_t *)be_shared_at(&there, be_shared_offset(&here, request)), 11);
    there.failed[TASKS - 1] = 1;
    assert_int_equal(here.failed[TASKS - 1], 1);
    there.accounts[WORKERS - 1].tasks = 5;
    assert_int_equal(here.accounts[WORKERS - 1].tasks, 5);
    be_shared_finish(&there);
    be_shared_finish(&here);
}

static void it_does_not_outlive_an_exec(void **state)
{
    struct be_shared shared;

    (void)state;
    assert_int_equal(be_shared_create(&shape, &shared, NULL), BE_OK);
    assert_int_equal(fcntl(shared.fd, F_GETFD), FD_CLOEXEC);
    be_shared_finish(&shared);
}

static void nothing_is_left_behind(void **state)
{
    const struct be_shared_shape absurd = {1, UINT64_MAX / 2, REQUEST_BYTES, REPLY_BYTES};
    const struct be_shared_shape huge = {1, UINT64_C(1) << 54, REQUEST_BYTES, REPLY_BYTES};
    struct be_shared shared = {0};
    struct be_error error;
    int before = descriptors_open();

    (void)state;
    assert_int_equal(be_shared_create(&absurd, &shared, &error), BE_ENOMEM);
    assert_int_not_equal(be_shared_create(&huge, &shared, &error), BE_OK);
    assert_null(shared.base);
    assert_int_equal(be_shared_create(&shape, &shared, &error), BE_OK);
    be_shared_finish(&shared);
    be_shared_finish(&shared);
    assert_int_equal(descriptors_open(), before);
}

static long faults_so_far(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_minflt;
}

/* A sanitizer would touch memory of its own for each page. */
__attribute__((no_sanitize("address", "undefined"))) static uint64_t
pages_touch(const unsigned char *pages, size_t count, size_t page_bytes)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < count; i++) {
        sum += pages[i * page_bytes];
    }
    return sum;
}

/* What was written costs whoever maps it no fault more. */
static void what_was_written_is_mapped_at_once(void **state)
{
    enum { PAGES = 1024, PAGE = 4096 };
    const struct be_shared_shape large = {1, PAGES, PAGE, PAGE};
    struct be_shared here;
    struct be_shared there;
    (void)state;

    assert_int_equal(be_shared_create(&large, &here, NULL), BE_OK);
    memset(here.requests, 1, (size_t)PAGES * PAGE);
    if (madvise(here.requests, PAGE, MADV_POPULATE_READ) < 0) {
        be_shared_finish(&here);
        skip();
    }
    assert_int_equal(be_shared_attach(dup(here.fd), &large, &there, NULL), BE_OK);
    be_shared_populate(&there, (size_t)PAGES * PAGE);
    long faults = faults_so_far();
    assert_int_equal(pages_touch(there.requests, PAGES, PAGE), PAGES);
    assert_in_range(faults_so_far() - faults, 0, 4);
    be_shared_finish(&there);
    be_shared_finish(&here);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_do_not_overlap),
        cmocka_unit_test(what_one_writes_the_other_reads),
        cmocka_unit_test(it_does_not_outlive_an_exec),
        cmocka_unit_test(nothing_is_left_behind),
        cmocka_unit_test(what_was_written_is_mapped_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
