/*
 * A folder that a test writes a report into, and what is asked about its files. Each test program
 * uses one at a time: folder_setup and folder_teardown go with every test.
 */
#ifndef BE_TEST_REPORT_FOLDER_H
#define BE_TEST_REPORT_FOLDER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/io.h"
#include "report/gnuplot.h"
#include "report/plot.h"
#include "report/report.h"
#include "report_fixture.h"

#define PLOTS BE_SOURCE_DIR "/plots"

enum { FILE_BYTES_MAX = 16 << 20 };

/* All but those of transports and of what was counted. */
enum { PLOTS_OF_TASKS = BE_PLOT_COUNT - 2 };

static char folder[64];

static int folder_setup(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/breakeven-report-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int folder_remove_one(const char *path, const struct stat *found, int kind, struct FTW *walk)
{
    (void)found;
    (void)kind;
    (void)walk;
    return remove(path);
}

static int folder_teardown(void **state)
{
    (void)state;
    return nftw(folder, folder_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static inline void gnuplot_or_skip(void)
{
    struct be_buffer printed = {0};
    struct be_error error;

    if (be_gnuplot_run("/", NULL, "/dev/null", &printed, &error) != BE_OK) {
        print_message("skipped: %s\n", error.message);
        skip();
    }
    be_buffer_finish(&printed);
}

/*
 * A file of the folder; the caller's (free). The test fails when it is not there. Not inlined,
 * since GCC 12 then takes what came through an out-parameter for a pointer to it.
 */
__attribute__((noinline)) static char *content(const char *name)
{
    char path[256];
    char *text = NULL;
    size_t bytes = 0;
    struct be_error error;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    if (be_io_read_file(path, FILE_BYTES_MAX, &text, &bytes, &error) != BE_OK) {
        fail_msg("%s", error.message);
    }
    return text;
}

static inline void assert_contains(const char *name, const char *wanted)
{
    char *text = content(name);

    if (!strstr(text, wanted)) {
        fail_msg("%s does not say '%s'", name, wanted);
    }
    free(text);
}

static inline void assert_lacks(const char *name, const char *unwanted)
{
    char *text = content(name);

    if (strstr(text, unwanted)) {
        fail_msg("%s says '%s'", name, unwanted);
    }
    free(text);
}

static inline void assert_exists(const char *name, bool expected)
{
    char path[256];
    struct stat found;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    if ((stat(path, &found) == 0 && found.st_size > 0) != expected) {
        fail_msg("%s is %s", path, expected ? "missing" : "there");
    }
}

static inline struct be_report_result write_report(const struct fixture *fixture)
{
    struct be_report_result result;
    struct be_error error;

    if (be_report_write(&fixture->results, folder, PLOTS, &result, &error) != BE_OK) {
        fail_msg("%s", error.message);
    }
    return result;
}

/* The tags that are open at one place of a document. */
struct open_tags {
    size_t depth;
    char names[64][32];
};

/* Where a tag ends; the test fails where it is not quoted or not closed as it should be. */
static inline const char *tag_end(const char *tag)
{
    char quote = '\0';
    const char *end = tag + 1;

    for (; *end != '\0' && (quote != '\0' || *end != '>'); end++) {
        assert_int_not_equal(*end, '<');
        if (quote == '\0' && (*end == '"' || *end == '\'')) {
            quote = *end;
        } else if (*end == quote) {
            quote = '\0';
        }
    }
    assert_int_equal(*end, '>');
    return end;
}

static inline void tag_follow(struct open_tags *open, const char *tag, const char *end)
{
    bool closes = tag[1] == '/';
    const char *name = tag + 1 + closes;
    size_t bytes = strcspn(name, " \n\t/>");

    assert_in_range(bytes, 1, sizeof(open->names[0]) - 1);
    if (closes) {
        assert_true(open->depth > 0);
        const char *opened = open->names[--open->depth];
        if (strncmp(opened, name, bytes) != 0 || opened[bytes] != '\0') {
            fail_msg("<%s> is closed by </%.*s>", opened, (int)bytes, name);
        }
    } else if (end[-1] != '/') {
        assert_true(open->depth < sizeof(open->names) / sizeof(open->names[0]));
        snprintf(open->names[open->depth++], sizeof(open->names[0]), "%.*s", (int)bytes, name);
    }
}

/*
 * Well-formed: every tag is closed by its own name, every attribute is quoted, and no '<' or '&'
 * stands for itself.
 */
static inline void assert_well_formed(const char *name)
{
    struct open_tags open = {0};
    char *text = content(name);

    for (const char *p = text; *p; p++) {
        if (*p == '&') {
            assert_in_range(strcspn(p, ";"), 2, 8);
        }
        if (*p == '<') {
            const char *end = tag_end(p);
            if (p[1] != '!' && p[1] != '?') {
                tag_follow(&open, p, end);
            }
            p = end;
        }
    }
    assert_int_equal(open.depth, 0);
    free(text);
}

#endif
