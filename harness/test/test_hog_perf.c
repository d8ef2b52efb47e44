/* labels: perf */
/*
 * Speedups beside a program that comes and goes. Blocks that it disturbed are measured again or
 * dropped whole, so that what is left leans to neither side: the speedup differs from that of the
 * same two CPUs without it by less than 5 %.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis/summary.h"
#include "command_run.h"
#include "hog.h"
#include "scratch_folder.h"
#include "store/store.h"

/* A block takes about 0.2 s, and so does the hog out of each 1.5 s. */
#define SWEEP                                                                                      \
    "sweep --executor serial,threads --workers 2 --grain 20us --tasks 2500 --rounds 20 "           \
    "--passes 1 --warmup 0 --cold off --lock off --quiet"

enum { HOG_BUSY_MS = 200, HOG_PERIOD_MS = 1500 };

static const double allowed = .05;

/* What a run says of its one parallel configuration. */
struct finding {
    double speedup;
    size_t samples; /* that it comes from */
    size_t rerun;
    size_t dropped;
};

static struct finding run_read(const char *path)
{
    struct be_store *store = NULL;
    struct be_run run = {0};
    struct be_summaries summaries = {0};
    struct be_error error = {0};
    struct finding finding = {0};

    if (be_store_open(path, BE_STORE_READ, &store, &error) != BE_OK ||
        be_store_load_run(store, 1, BE_STORE_VALUES, &run, &error) != BE_OK ||
        be_summaries_create(&run, &summaries, &error) != BE_OK) {
        fail_msg("%s", error.message);
    }
    for (size_t i = 0; i < summaries.count; i++) {
        const struct be_summary *summary = &summaries.items[i];
        if (summary->configuration->role == BE_ROLE_MEASURED) {
            finding = (struct finding){summary->speedup.known ? summary->speedup.median : NAN,
                                       summary->samples, summary->rerun, summary->dropped};
        }
    }
    be_summaries_finish(&summaries);
    be_run_finish(&run);
    be_store_close(store);
    return finding;
}

static struct finding sweep(const char *name)
{
    char command[1024];
    char path[256];
    struct be_buffer output = {0};

    snprintf(path, sizeof(path), "%s/%s.db", folder, name);
    snprintf(command, sizeof(command), "'%s' " SWEEP " --db '%s' 2>&1", BE_BREAKEVEN, path);
    if (!command_measured(command_run(command, &output))) {
        fail_msg("%s", be_buffer_text(&output));
    }
    be_buffer_finish(&output);
    struct finding finding = run_read(path);
    printf("%s: speedup %.3f from %zu samples, %zu re-run, %zu dropped\n", name, finding.speedup,
           finding.samples, finding.rerun, finding.dropped);
    return finding;
}

static void a_hog_that_comes_and_goes_moves_no_speedup(void **state)
{
    (void)state;

    if (hog_bind(2) != 0) {
        printf("two CPUs are needed\n");
        skip();
    }
    struct finding quiet = sweep("quiet");
    if (quiet.samples <= quiet.dropped) {
        printf("this machine is busy already: there is nothing to compare with\n");
        skip();
    }
    pid_t hog = hog_start(HOG_BUSY_MS, HOG_PERIOD_MS);
    struct finding beside = sweep("beside");
    hog_stop(hog);
    assert_true(beside.rerun + beside.dropped > 0);
    assert_true(fabs(log(beside.speedup / quiet.speedup)) <= allowed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hog_that_comes_and_goes_moves_no_speedup),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
