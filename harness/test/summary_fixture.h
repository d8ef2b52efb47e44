/* What the tests of summaries share: a run of one block, emptied after each test. */
#ifndef BE_TEST_SUMMARY_FIXTURE_H
#define BE_TEST_SUMMARY_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "analysis/summary.h"
#include "run_builder.h"

/* The block: its serial reference, two threads, and what messages alone cost them. */
enum { SERIAL, THREADS, THREADS_NULL };

static struct be_run run;
static struct be_summaries summaries;

static int setup(void **state)
{
    (void)state;
    builder_add_configuration(&run, BE_ROLE_REFERENCE, 0, "");
    builder_add_configuration(&run, BE_ROLE_MEASURED, 0, "executor=threads workers=2");
    builder_add_configuration(&run, BE_ROLE_OVERHEAD, 0,
                              "executor=threads workers=2 workload=null steps=0 tasks=20");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    be_summaries_finish(&summaries);
    be_run_finish(&run);
    run = (struct be_run){0};
    return 0;
}

static const struct be_summary *summarize(uint32_t configuration)
{
    struct be_error error;

    be_summaries_finish(&summaries);
    if (be_summaries_create(&run, &summaries, &error) != BE_OK) {
        fail_msg("%s", error.message);
    }
    assert_int_equal(summaries.count, run.configuration_count);
    return &summaries.items[configuration];
}

#define summary_test(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

#endif
