/*
 * A sweep beside a program that keeps its only CPU busy: the real programs, and the run says so and
 * measures its blocks again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "command_run.h"
#include "hog.h"
#include "measure/rerun.h"
#include "scratch_folder.h"
#include "store/store.h"

/* Long enough for its ticks to be told from chance: 0.2 s alone, twice that beside a hog. */
#define SWEEP                                                                                      \
    "sweep --executor serial,threads --workers 1 --grain 20us --tasks 5000 --rounds 2 --passes 2 " \
    "--warmup 0 --cold off --lock off --quiet"

static void run_load(const char *path, struct be_run *run)
{
    struct be_store *store = NULL;
    struct be_error error = {0};

    if (be_store_open(path, BE_STORE_READ, &store, &error) != BE_OK ||
        be_store_load_run(store, 1, BE_STORE_VALUES, run, &error) != BE_OK) {
        fail_msg("%s", error.message);
    }
    be_store_close(store);
}

static void a_sweep_beside_a_hog_says_so(void **state)
{
    char command[1024];
    char path[256];
    struct be_buffer output = {0};
    struct be_run run = {0};
    struct be_rerun rerun = {0};
    size_t told = 0;
    (void)state;

    assert_int_equal(hog_bind(1), 0);
    pid_t hog = hog_start(1000, 1000);
    snprintf(path, sizeof(path), "%s/hog.db", folder);
    snprintf(command, sizeof(command), "'%s' " SWEEP " --db '%s' 2>&1", BE_BREAKEVEN, path);
    int code = command_run(command, &output);
    hog_stop(hog);
    if (!command_measured(code)) {
        fail_msg("it ended with %d:\n%s", code, be_buffer_text(&output));
    }
    run_load(path, &run);
    for (size_t i = 0; i < run.sample_count; i++) {
        const struct be_sample *sample = &run.samples[i];
        if (sample->state != BE_SAMPLE_CLEAN && strstr(sample->reason, "to other programs")) {
            told++;
        } else {
            print_message("sample %zu of %zu is %s: %s\n", i, run.sample_count,
                          be_sample_state_name(sample->state),
                          sample->reason ? sample->reason : "");
        }
    }
    assert_true(told > run.sample_count / 2);
    be_rerun_take_up(&rerun, &run, run.sample_count);
    assert_true(rerun.replaced > 0);
    assert_non_null(strstr(be_buffer_text(&output), " re-run, "));
    assert_null(strstr(be_buffer_text(&output), " 0 re-run, "));
    assert_true(run.machine_json && strstr(run.machine_json, "other programs"));
    be_run_finish(&run);
    be_buffer_finish(&output);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sweep_beside_a_hog_says_so),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
