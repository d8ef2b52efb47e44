/* labels: stress */
/* 10,000 workers killed: every result is right, and nothing is left of any of them. */
#include "executor_fixture.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include "core/clock.h"
#include "memory.h"
#include "workload/workload_table.h"

enum { TASKS = 10000, EVERY = 100, PASSES = 100, SETTLED = 10, KILLS = TASKS / EVERY * PASSES };

/* A run of the tool takes no more memory than this while workers come and go. */
enum { MORE_BYTES_MAX = 1 << 20 };

static void ten_thousand_kills_leave_nothing_behind(void **state)
{
    const char *const params[] = {"fault", "kill:every=100", NULL};
    const struct breakeven_workload *workload = be_workload_find("gcd-euclid");
    struct be_batch batch = batch_alloc(workload, TASKS);
    uint64_t *expected = calloc(TASKS, sizeof(*expected));
    struct breakeven_turns nobody = {NULL};
    uint64_t start_ns = be_clock_now_ns();
    uint64_t before_bytes = 0;
    int descriptors = 0;
    struct fixture f;

    (void)state;
    assert_non_null(expected);
    workload->generate(1, 9, TASKS, (void *)batch.requests, workload->request_bytes);
    workload->run(batch.requests, workload->request_bytes, expected, TASKS, &nobody);
    fixture_params = params;
    fixture_start(&f, be_executor_find("processes"), workload, 2, 1);
    fixture_params = NULL;
    assert_int_equal(f.ops->count(f.executor, true, &f.error), BE_OK);
    for (int pass = 0; pass < PASSES; pass++) {
        memset(batch.replies, 0, TASKS * sizeof(*expected));
        assert_int_equal(fixture_run(&f, &batch), BE_OK);
        assert_memory_equal(batch.replies, expected, TASKS * sizeof(*expected));
        if (pass == SETTLED) {
            descriptors = descriptors_open();
            before_bytes = be_memory_pss_bytes();
        }
    }
    assert_int_equal(f.ops->count(f.executor, false, &f.error), BE_OK);
    assert_true(f.gauges.said[BE_GAUGE_workers_replaced].value == KILLS);
    assert_true(f.gauges.said[BE_GAUGE_tasks_given_up].value == 0);
    assert_int_equal(descriptors_open(), descriptors);
    assert_true(be_memory_pss_bytes() < before_bytes + MORE_BYTES_MAX);
    printf(
        "%d kills in %.1f s: known after %.0f us, replaced after %.0f us, %.0f tasks run again\n",
        KILLS, (double)(be_clock_now_ns() - start_ns) / 1e9,
        f.gauges.said[BE_GAUGE_loss_detection_p50_ns].value / 1e3,
        f.gauges.said[BE_GAUGE_worker_replacement_p50_ns].value / 1e3,
        f.gauges.said[BE_GAUGE_tasks_rerun].value);
    fixture_end(&f);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
    free(expected);
    batch_free(&batch);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(ten_thousand_kills_leave_nothing_behind)};

    fixture_serve(argc, argv, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
