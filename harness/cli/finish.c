#include "cli/finish.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/context.h"
#include "core/io.h"
#include "report/format.h"
#include "report/report.h"
#include "report/words.h"

enum { WIDTH = 100 };

enum be_status be_finish_folder(const char *out, const char *database, const struct be_run *run,
                                char **folder, struct be_error *error)
{
    const char *slash = strrchr(database, '/');
    int length = 0;

    if (out) {
        *folder = strdup(out);
    } else {
        length = asprintf(folder, "%.*srun-%" PRId64, slash ? (int)(slash - database + 1) : 0,
                          database, run->id);
    }
    if (length < 0 || !*folder) {
        *folder = NULL;
        return be_error_set(error, BE_ENOMEM, "out of memory for a path");
    }
    return BE_OK;
}

/* Lets "latest" beside a run's folder point to it, replaced at once so that it is never missing. */
static enum be_status latest_point(const char *folder, struct be_error *error)
{
    char link[PATH_MAX];
    char beside[PATH_MAX];
    const char *slash = strrchr(folder, '/');
    const char *name = slash ? slash + 1 : folder;
    int parent = (int)(name - folder);

    if (snprintf(link, sizeof(link), "%.*slatest", parent, folder) >= PATH_MAX ||
        snprintf(beside, sizeof(beside), "%.*s.latest-%d", parent, folder, (int)getpid()) >=
            PATH_MAX) {
        return be_error_set(error, BE_EIO, "path too long: '%s'", folder);
    }
    unlink(beside);
    if (symlink(name, beside) < 0 || rename(beside, link) < 0) {
        enum be_status status =
            be_error_errno(error, BE_EIO, "cannot point '%s' to '%s'", link, name);
        unlink(beside);
        return status;
    }
    return BE_OK;
}

enum be_status be_finish_report(const struct be_results *results, const char *folder, size_t *plots,
                                struct be_error *error)
{
    struct be_report_result result = {0};
    char ours[32];
    const char *slash = strrchr(folder, '/');
    enum be_status status = be_report_write(results, folder, BE_PLOTS_FOLDER, &result, error);

    if (status == BE_OK && result.plots_missing > 0) {
        fprintf(stderr, "breakeven: %zu plot%s not drawn: %s\n", result.plots_missing,
                be_words_plural(result.plots_missing), result.plot_error.message);
    }
    *plots = result.plots_drawn;
    snprintf(ours, sizeof(ours), "run-%" PRId64, results->run->id);
    if (status == BE_OK && strcmp(slash ? slash + 1 : folder, ours) == 0) {
        status = latest_point(folder, error);
    }
    return status;
}

enum be_status be_finish_write(const struct be_buffer *text, struct be_error *error)
{
    enum be_status status = be_buffer_check(text, error);

    if (status == BE_OK && (fwrite(be_buffer_text(text), 1, text->length, stdout) != text->length ||
                            fflush(stdout) != 0)) {
        status = be_error_errno(error, BE_EIO, "cannot write to standard output");
    }
    return status;
}

enum be_status be_finish_print(const struct be_results *results, struct be_error *error)
{
    struct be_buffer text = {0};
    struct be_buffer curve = {0};
    enum be_status status = be_report_term(results, WIDTH, &text, error);

    if (status == BE_OK) {
        status = be_report_curve(results, BE_PLOTS_FOLDER, WIDTH, &curve, error);
    }
    if (status == BE_OK && curve.length > 0) {
        be_buffer_printf(&text, "\n%s", be_buffer_text(&curve));
    }
    if (status == BE_OK) {
        status = be_finish_write(&text, error);
    }
    be_buffer_finish(&curve);
    be_buffer_finish(&text);
    return status;
}

enum be_status be_finish_export(const struct be_results *results, const char *format,
                                struct be_buffer *text, struct be_error *error)
{
    const struct be_format_ops *ops = be_format_find(format);

    if (!ops) {
        return be_error_set(error, BE_EUSAGE,
                            "--format: '%s' is not a format; see breakeven list "
                            "formats",
                            format);
    }
    return ops->write(results, text, error);
}

const char *be_finish_shorten(const char *path)
{
    char here[PATH_MAX];
    size_t length;

    if (!getcwd(here, sizeof(here))) {
        return path;
    }
    length = strlen(here);
    return strncmp(path, here, length) == 0 && path[length] == '/' ? path + length + 1 : path;
}
