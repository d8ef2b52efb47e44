/* labels: perf */
/*
 * What the harness itself costs: launch to stored less all passes, on executor `null`, release
 * build. At most 5 ms a sample; the store's commit is reported apart.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <unistd.h>

#include "analysis/summary.h"
#include "command_run.h"
#include "scratch_folder.h"
#include "store/store.h"

static const double allowed_ns = 5e6;

static void a_sample_costs_at_most_5_ms(void **state)
{
    char command[1024];
    char path[256];
    struct be_buffer output = {0};
    struct be_store *store = NULL;
    struct be_run run = {0};
    struct be_summaries summaries = {0};
    struct be_error error = {0};
    (void)state;

    snprintf(path, sizeof(path), "%s/runs.db", folder);
    snprintf(
        command, sizeof(command),
        "'%s' sweep --executor serial,null --grain 1us..10us/9 --tasks 100 --rounds 9 --passes 1 "
        "--warmup 0 --cold off --quiet --db '%s' 2>&1",
        BE_BREAKEVEN, path);
    assert_int_equal(command_run(command, &output), 0);
    be_buffer_finish(&output);
    assert_int_equal(be_store_open(path, BE_STORE_READ, &store, &error), BE_OK);
    assert_int_equal(be_store_load_run(store, 1, BE_STORE_RECORDS, &run, &error), BE_OK);
    assert_int_equal(be_summaries_create(&run, &summaries, &error), BE_OK);
    const struct be_estimate *cost = &summaries.harness_overhead_ns;
    printf("harness: %.2f ms a sample (%.2f .. %.2f) over %zu samples; commit %.2f ms apart\n",
           cost->median / 1e6, cost->low / 1e6, cost->high / 1e6, cost->count,
           summaries.commit_ns.median / 1e6);
    assert_true(cost->count >= 100);
    assert_true(cost->median <= allowed_ns);
    be_summaries_finish(&summaries);
    be_run_finish(&run);
    be_store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sample_costs_at_most_5_ms),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
