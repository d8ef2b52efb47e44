#include "report/report.h"

#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "core/io.h"
#include "report/doc.h"
#include "report/page.h"
#include "report/plot.h"
#include "report/view.h"

static enum be_status file_write(const char *folder, const char *name, const char *extension,
                                 const struct be_buffer *text, struct be_error *error)
{
    char path[PATH_MAX];

    if (be_buffer_check(text, error) != BE_OK) {
        return BE_ENOMEM;
    }
    int length = snprintf(path, sizeof(path), "%s/%s.%s", folder, name, extension);
    if (length >= (int)sizeof(path)) {
        return be_error_set(error, BE_EIO, "path too long: '%s'", folder);
    }
    return be_io_write_file(path, be_buffer_text(text), text->length, error);
}

/* What an earlier run left beside this report would be taken for this run's. */
static void file_remove(const char *folder, const char *name, const char *extension)
{
    char path[PATH_MAX];

    snprintf(path, sizeof(path), "%s/%s.%s", folder, name, extension);
    unlink(path);
}

static enum be_status drawing_write(const struct be_drawing *drawing, const char *folder,
                                    struct be_error *error)
{
    enum be_status status = BE_OK;

    if (drawing->script.length == 0) {
        file_remove(folder, drawing->plot->name, "dat");
        file_remove(folder, drawing->plot->name, "gp");
    } else {
        status = file_write(folder, drawing->plot->name, "dat", &drawing->data, error);
        if (status == BE_OK) {
            status = file_write(folder, drawing->plot->name, "gp", &drawing->script, error);
        }
    }
    if (status == BE_OK && drawing->error.status == BE_OK) {
        return file_write(folder, drawing->plot->name, "svg", &drawing->svg, error);
    }
    file_remove(folder, drawing->plot->name, "svg");
    return status;
}

static enum be_status page_write(const struct be_view *view, const struct be_drawing *drawings,
                                 const struct be_doc_ops *ops, const char *extension,
                                 const char *folder, struct be_error *error)
{
    struct be_buffer text = {0};
    struct be_doc doc = {.ops = ops, .out = &text};

    be_page_write(view, drawings, &doc);
    enum be_status status = file_write(folder, "report", extension, &text, error);
    be_buffer_finish(&text);
    return status;
}

static enum be_status report_write(const struct be_view *view, struct be_drawing *drawings,
                                   const char *folder, const char *plots_folder,
                                   struct be_report_result *result, struct be_error *error)
{
    enum be_status status = be_io_make_folder(folder, error);

    for (size_t i = 0; status == BE_OK && i < BE_PLOT_COUNT; i++) {
        struct be_drawing *drawing = &drawings[i];
        status = be_drawing_create(view, &be_plots[i], plots_folder, drawing, error);
        if (status == BE_OK) {
            be_drawing_draw(drawing);
            status = drawing_write(drawing, folder, error);
        }
        if (drawing->error.status == BE_OK) {
            result->plots_drawn++;
        } else if (drawing->applies && result->plots_missing++ == 0) {
            result->plot_error = drawing->error;
        }
    }
    if (status == BE_OK) {
        status = page_write(view, drawings, &be_doc_html, "html", folder, error);
    }
    if (status == BE_OK) {
        status = page_write(view, drawings, &be_doc_markdown, "md", folder, error);
    }
    return status;
}

enum be_status be_report_write(const struct be_results *results, const char *folder,
                               const char *plots_folder, struct be_report_result *result,
                               struct be_error *error)
{
    struct be_report_result ignored;
    struct be_view view = {0};
    struct be_drawing drawings[BE_PLOT_COUNT] = {0};

    result = result ? result : &ignored;
    *result = (struct be_report_result){0};
    enum be_status status = be_view_create(results, &view, error);
    if (status == BE_OK) {
        status = report_write(&view, drawings, folder, plots_folder, result, error);
    }
    for (size_t i = 0; i < BE_PLOT_COUNT; i++) {
        be_drawing_finish(&drawings[i]);
    }
    be_view_finish(&view);
    return status;
}
