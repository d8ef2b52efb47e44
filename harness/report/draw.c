#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/io.h"
#include "report/gnuplot.h"
#include "report/plot.h"

enum { SVG_BYTES_MAX = 64 << 20 };

/* A folder of our own, where gnuplot finds script and data and leaves its picture. */
struct scratch {
    char folder[PATH_MAX - 64];
    char script[PATH_MAX];
    char data[PATH_MAX];
    char svg[PATH_MAX];
    char script_name[64];
};

static enum be_status scratch_create(const struct be_drawing *drawing, struct scratch *scratch,
                                     struct be_error *error)
{
    const char *parent = getenv("TMPDIR");
    const char *name = drawing->plot->name;

    snprintf(scratch->folder, sizeof(scratch->folder), "%s/breakeven-plot-XXXXXX",
             parent && parent[0] ? parent : "/tmp");
    if (!mkdtemp(scratch->folder)) {
        return be_error_errno(error, BE_EIO, "cannot make folder '%s'", scratch->folder);
    }
    snprintf(scratch->script_name, sizeof(scratch->script_name), "%s.gp", name);
    snprintf(scratch->script, sizeof(scratch->script), "%s/%s.gp", scratch->folder, name);
    snprintf(scratch->data, sizeof(scratch->data), "%s/%s.dat", scratch->folder, name);
    snprintf(scratch->svg, sizeof(scratch->svg), "%s/%s.svg", scratch->folder, name);
    enum be_status status =
        be_io_write_file(scratch->script, drawing->script.data, drawing->script.length, error);
    if (status == BE_OK) {
        status = be_io_write_file(scratch->data, drawing->data.data, drawing->data.length, error);
    }
    return status;
}

static void scratch_remove(const struct scratch *scratch)
{
    unlink(scratch->script);
    unlink(scratch->data);
    unlink(scratch->svg);
    rmdir(scratch->folder);
}

static void svg_take(const struct scratch *scratch, struct be_drawing *drawing)
{
    char *text = NULL;
    size_t bytes = 0;

    if (be_io_read_file(scratch->svg, SVG_BYTES_MAX, &text, &bytes, &drawing->error) == BE_OK) {
        be_buffer_append(&drawing->svg, text, bytes);
        free(text);
    }
}

void be_drawing_draw(struct be_drawing *drawing)
{
    struct scratch scratch = {.folder = ""};
    struct be_buffer printed = {0};

    if (drawing->error.status != BE_OK) {
        return;
    }
    if (scratch_create(drawing, &scratch, &drawing->error) == BE_OK &&
        be_gnuplot_run(scratch.folder, NULL, scratch.script_name, &printed, &drawing->error) ==
            BE_OK) {
        svg_take(&scratch, drawing);
    }
    be_buffer_finish(&printed);
    scratch_remove(&scratch);
}

void be_drawing_draw_text(struct be_drawing *drawing, size_t columns, size_t rows,
                          struct be_buffer *out)
{
    struct scratch scratch = {.folder = ""};
    char command[64];

    if (drawing->error.status != BE_OK) {
        return;
    }
    snprintf(command, sizeof(command), "columns = %zu; rows = %zu", columns, rows);
    if (scratch_create(drawing, &scratch, &drawing->error) == BE_OK) {
        be_gnuplot_run(scratch.folder, command, scratch.script_name, out, &drawing->error);
    }
    scratch_remove(&scratch);
}
