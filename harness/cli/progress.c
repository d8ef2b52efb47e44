#include "cli/progress.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "analysis/precision.h"
#include "core/clock.h"
#include "core/units.h"
#include "report/report.h"

enum { BAR_CELLS = 20, WIDTH_DEFAULT = 100 };

static const uint64_t redraw_ns = UINT64_C(200000000);
static const uint64_t line_ns = UINT64_C(10000000000);

void be_progress_init(struct be_progress *progress, bool quiet)
{
    const char *term = getenv("TERM");

    *progress = (struct be_progress){
        .quiet = quiet,
        .terminal = isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0,
    };
}

static size_t terminal_width(void)
{
    struct winsize size;

    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
        return size.ws_col;
    }
    return WIDTH_DEFAULT;
}

static const char *left_format(uint64_t left_ns, char text[BE_UNITS_TEXT_BYTES])
{
    uint64_t seconds = (left_ns + 500000000) / 1000000000;

    if (seconds >= 120) {
        snprintf(text, BE_UNITS_TEXT_BYTES, "%" PRIu64 " min %" PRIu64 " s", seconds / 60,
                 seconds % 60);
    } else {
        snprintf(text, BE_UNITS_TEXT_BYTES, "%" PRIu64 " s", seconds);
    }
    return text;
}

/* What was measured last: "processes x4 10 us", "null" for an overhead companion. */
static void configuration_format(const struct be_configuration *configuration, char *text,
                                 size_t bytes)
{
    char grain[BE_UNITS_TEXT_BYTES] = "";

    if (configuration->role == BE_ROLE_OVERHEAD || configuration->role == BE_ROLE_UNCOUNTED) {
        snprintf(grain, sizeof(grain), " %s", be_role_name(configuration->role));
    } else if (configuration->grain_asked_ns > 0) {
        grain[0] = ' ';
        be_units_format_exact_duration(grain + 1, configuration->grain_asked_ns);
    }
    snprintf(text, bytes, "%s x%" PRIu32 "%s", configuration->executor, configuration->workers,
             grain);
}

/* What it costs, before anything is spent: "520 samples and more · about 48 s, at most 75 s". */
static void price_print(const struct be_sweep_progress *sweep)
{
    char expected[BE_UNITS_TEXT_BYTES];
    char most[BE_UNITS_TEXT_BYTES];
    bool more = sweep->searches || sweep->most.samples > sweep->expected.samples;

    fprintf(stderr, "%zu samples%s · about %s", sweep->expected.samples, more ? " and more" : "",
            left_format(sweep->expected.ns, expected));
    if (sweep->most.ns > sweep->expected.ns) {
        fprintf(stderr, ", at most %s", left_format(sweep->most.ns, most));
    }
}

static void plan_print(const struct be_sweep_progress *sweep)
{
    const struct be_run *run = sweep->run;
    uint32_t first = be_precision_next_look(0);

    fprintf(stderr, "%s%s · %zu configurations x ", strcmp(run->plan, "run") == 0 ? "" : "sweep ",
            run->plan, run->configuration_count);
    if (run->rounds > first) {
        fprintf(stderr, "%" PRIu32 " to ", first);
    }
    fprintf(stderr, "%" PRIu32 " rounds%s · ", run->rounds,
            sweep->searches ? " + break-even search" : "");
    if (sweep->resumed > 0) {
        fprintf(stderr, "resumes run %" PRId64 " at %zu (same plan, build, machine and boot) · ",
                run->id, sweep->done);
    }
    price_print(sweep);
    fprintf(stderr, " · run %" PRId64 "\n", run->id);
}

/*
 * "so far": the answer from what there is. It costs a summary of all samples, so it is renewed when
 * there are a quarter more of them.
 */
static void answer_renew(struct be_progress *progress, const struct be_run *run)
{
    struct be_results results = {0};
    struct be_buffer text = {0};

    if (be_results_create(run, &results, NULL) != BE_OK) {
        return;
    }
    if (be_report_answer(&results, &text, NULL) == BE_OK && !text.failed) {
        snprintf(progress->answer, sizeof(progress->answer), "%s", be_buffer_text(&text));
        progress->answer[strcspn(progress->answer, "\n")] = '\0';
    }
    be_buffer_finish(&text);
    be_results_finish(&results);
}

static void line_format(const struct be_sweep_progress *sweep, char *text, size_t bytes)
{
    char bar[BAR_CELLS + 1];
    char left[BE_UNITS_TEXT_BYTES];
    char what[128];
    char widest[32] = "";
    size_t full = sweep->total ? sweep->done * BAR_CELLS / sweep->total : 0;

    memset(bar, '.', BAR_CELLS);
    memset(bar, '#', full < BAR_CELLS ? full : BAR_CELLS);
    bar[BAR_CELLS] = '\0';
    configuration_format(sweep->measured, what, sizeof(what));
    if (isfinite(sweep->widest)) {
        snprintf(widest, sizeof(widest), " · widest ±%.1f %%", sweep->widest * 100);
    }
    snprintf(text, bytes, "[%s] %zu/%zu · %s%s%s · %zu failed, %zu re-run, %zu dropped · %s left",
             bar, sweep->done, sweep->total,
             sweep->phase == BE_SWEEP_SEARCH ? "break-even search: " : "", what, widest,
             sweep->failed, sweep->rerun, sweep->dropped, left_format(sweep->expected.ns, left));
}

/* Cuts a line of UTF-8 to `width` columns; every character here is one column wide. */
static void line_cut(char *text, size_t width)
{
    size_t columns = 0;

    for (char *p = text; *p; p++) {
        bool starts = ((unsigned char)*p & 0xc0) != 0x80;
        if (starts && columns++ == width) {
            *p = '\0';
            return;
        }
    }
}

static void lines_draw(struct be_progress *progress, const char *line)
{
    char first[512];
    char second[512];
    size_t width = terminal_width();

    snprintf(first, sizeof(first), "%s", line);
    snprintf(second, sizeof(second), "so far: %s",
             progress->answer[0] ? progress->answer : "the first round is not done");
    line_cut(first, width - 1);
    line_cut(second, width - 1);
    be_progress_end(progress);
    fprintf(stderr, "%s\n%s\n", first, second);
    progress->lines = 2;
}

void be_progress_show(void *context, const struct be_sweep_progress *sweep)
{
    struct be_progress *progress = context;
    uint64_t now_ns = be_clock_now_ns();
    char line[512];

    progress->done = sweep->done;
    progress->total = sweep->total;
    if (progress->quiet) {
        return;
    }
    if (sweep->stage == BE_SWEEP_PLANNED) {
        plan_print(sweep);
        progress->drawn_ns = now_ns;
        return;
    }
    size_t samples = sweep->run->sample_count;
    if (progress->terminal && samples >= sweep->run->configuration_count &&
        samples >= progress->answered_samples / 4 * 5) {
        progress->answered_samples = samples;
        answer_renew(progress, sweep->run);
    }
    if (now_ns - progress->drawn_ns < (progress->terminal ? redraw_ns : line_ns)) {
        return;
    }
    progress->drawn_ns = now_ns;
    line_format(sweep, line, sizeof(line));
    if (progress->terminal) {
        lines_draw(progress, line);
    } else {
        fprintf(stderr, "%s\n", line);
    }
}

void be_progress_end(struct be_progress *progress)
{
    for (; progress->lines > 0; progress->lines--) {
        fputs("\033[A\033[2K", stderr);
    }
}
