#include "report/view.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/buffer.h"
#include "core/units.h"

static bool in_a_series(const struct be_configuration *configuration)
{
    return configuration->role == BE_ROLE_MEASURED && strcmp(configuration->executor, "null") != 0;
}

/* Text of a buffer as the caller's own; NULL when out of memory. */
static char *buffer_take(struct be_buffer *buffer)
{
    if (buffer->failed || !buffer->data) {
        be_buffer_finish(buffer);
        return NULL;
    }
    return buffer->data;
}

static int tasks_compare(const void *a, const void *b)
{
    const struct be_configuration *x = ((const struct be_view_task *)a)->reference->configuration;
    const struct be_configuration *y = ((const struct be_view_task *)b)->reference->configuration;
    int workload = strcmp(x->workload, y->workload);

    if (workload != 0) {
        return workload;
    }
    if (x->grain_asked_ns != y->grain_asked_ns) {
        return x->grain_asked_ns < y->grain_asked_ns ? -1 : 1;
    }
    if (x->steps != y->steps) {
        return x->steps < y->steps ? -1 : 1;
    }
    return (x->block > y->block) - (x->block < y->block);
}

/*
 * "10 us" where a grain was asked for, else "4 tasks"; then whatever else tells tasks apart, which
 * is all there is to say of those that compute nothing.
 */
static char *task_label(const struct be_view *view, const struct be_configuration *configuration)
{
    struct be_buffer label = {0};
    char text[BE_UNITS_TEXT_BYTES];

    if (configuration->grain_asked_ns > 0) {
        be_units_format_exact_duration(text, configuration->grain_asked_ns);
        int digits = (int)strspn(text, "0123456789");
        if (digits > 3) {
            be_buffer_puts(&label,
                           be_units_format_duration(text, (double)configuration->grain_asked_ns));
        } else {
            be_buffer_printf(&label, "%.*s %s", digits, text, text + digits);
        }
    } else if (strcmp(configuration->workload, "null") != 0) {
        be_buffer_printf(&label, "%s tasks", be_units_format_count(text, configuration->tasks));
    }
    for (size_t i = 0; i < configuration->params.count; i++) {
        const struct be_params_entry *entry = &configuration->params.entries[i];
        bool varies = false;
        if (strcmp(entry->key, "tasks") == 0 || strcmp(entry->key, "steps") == 0) {
            continue;
        }
        for (size_t k = 0; k < view->task_count && !varies; k++) {
            const char *other =
                be_params_get(&view->tasks[k].reference->configuration->params, entry->key);
            varies = other && strcmp(other, entry->value) != 0;
        }
        if (varies) {
            bool is_size = strcmp(entry->key, "payload") == 0;
            uint64_t bytes = be_params_get_count(&configuration->params, entry->key, 0);
            be_buffer_printf(&label, "%s%s", label.length > 0 ? ", " : "",
                             is_size ? be_units_format_size(text, bytes) : entry->value);
        }
    }
    if (label.length == 0) {
        be_buffer_puts(&label, "empty tasks");
    }
    return buffer_take(&label);
}

/* Whether the plan lists grains, and this is none of them: then the search for break-even added it.
 */
static bool is_searched(const struct be_view *view, uint64_t grain_ns)
{
    const json_t *grains = json_object_get(json_object_get(view->plan, "axes"), "grain");

    for (size_t i = 0; i < json_array_size(grains); i++) {
        const char *text = json_string_value(json_array_get(grains, i));
        uint64_t planned_ns = 0;
        if (text && be_units_parse_duration(text, &planned_ns, NULL) == BE_OK &&
            planned_ns == grain_ns) {
            return false;
        }
    }
    return grain_ns > 0 && json_array_size(grains) > 0;
}

static enum be_status view_tasks(struct be_view *view)
{
    size_t count = view->summaries->count;
    view->tasks = calloc(count + 1, sizeof(view->tasks[0]));
    view->planned = calloc(count + 1, sizeof(view->planned[0]));

    if (!view->tasks || !view->planned) {
        return BE_ENOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        const struct be_summary *summary = &view->summaries->items[i];
        if (summary->configuration->role == BE_ROLE_REFERENCE) {
            view->tasks[view->task_count++].reference = summary;
        }
    }
    qsort(view->tasks, view->task_count, sizeof(view->tasks[0]), tasks_compare);
    for (size_t i = 0; i < view->task_count; i++) {
        const struct be_configuration *configuration = view->tasks[i].reference->configuration;
        view->tasks[i].label = task_label(view, configuration);
        view->tasks[i].searched = is_searched(view, configuration->grain_asked_ns);
        if (!view->tasks[i].label) {
            return BE_ENOMEM;
        }
        if (!view->tasks[i].searched) {
            view->planned[view->planned_count++] = i;
        }
    }
    return BE_OK;
}

/*
 * What makes a series: all parameters but those that say where on an axis a point stands, and but
 * those of the task, which the serial reference has too.
 */
static enum be_status series_params(const struct be_configuration *configuration,
                                    const struct be_configuration *reference,
                                    struct be_params *params)
{
    static const char *const positions[] = {"workload", "workers", "tasks", "steps"};
    static const char *const own[] = {"executor", "placement", "chunk"};
    enum be_status status = be_params_merge(params, &configuration->params, NULL);

    for (size_t i = 0; i < reference->params.count; i++) {
        const char *key = reference->params.entries[i].key;
        bool keep = false;
        for (size_t k = 0; k < sizeof(own) / sizeof(own[0]); k++) {
            keep = keep || strcmp(key, own[k]) == 0;
        }
        if (!keep) {
            be_params_remove(params, key);
        }
    }
    for (size_t i = 0; i < sizeof(positions) / sizeof(positions[0]); i++) {
        be_params_remove(params, positions[i]);
    }
    return status;
}

/* Finds the series of these parameters or adds it; takes the parameters over. */
static size_t view_series_index(struct be_view *view, struct be_params *params)
{
    struct be_view_series *added = &view->series[view->series_count];

    be_params_id(params, added->id);
    for (size_t i = 0; i < view->series_count; i++) {
        if (strcmp(view->series[i].id, added->id) == 0) {
            be_params_finish(params);
            return i;
        }
    }
    added->params = *params;
    return view->series_count++;
}

static enum be_status series_name(const struct be_view *view, struct be_view_series *series)
{
    struct be_buffer label = {0};
    const char *executor = be_params_get(&series->params, "executor");

    be_buffer_puts(&label, executor);
    for (size_t i = 0; i < series->params.count; i++) {
        const struct be_params_entry *entry = &series->params.entries[i];
        bool varies = false;
        for (size_t k = 0; k < view->series_count && !varies; k++) {
            const struct be_params *other = &view->series[k].params;
            const char *value = be_params_get(other, entry->key);
            varies = value && strcmp(value, entry->value) != 0 &&
                     strcmp(be_params_get(other, "executor"), executor) == 0;
        }
        if (varies) {
            bool is_transport = strcmp(entry->key, "transport") == 0;
            be_buffer_printf(&label, ", %s%s%s", is_transport ? "" : entry->key,
                             is_transport ? "" : " ", entry->value);
        }
    }
    series->label = buffer_take(&label);
    return series->label ? BE_OK : BE_ENOMEM;
}

static int cells_compare(const void *a, const void *b)
{
    const struct be_view_cell *x = a;
    const struct be_view_cell *y = b;

    if (x->task != y->task) {
        return x->task < y->task ? -1 : 1;
    }
    if (x->series != y->series) {
        return x->series < y->series ? -1 : 1;
    }
    return (x->workers > y->workers) - (x->workers < y->workers);
}

static size_t view_task_of(const struct be_view *view, uint32_t block)
{
    size_t task = 0;

    while (task < view->task_count && view->tasks[task].reference->configuration->block != block) {
        task++;
    }
    return task;
}

static enum be_status view_cells(struct be_view *view)
{
    size_t count = view->summaries->count;
    view->cells = calloc(count + 1, sizeof(view->cells[0]));
    view->series = calloc(count + 1, sizeof(view->series[0]));
    view->cell_of = calloc(count + 1, sizeof(view->cell_of[0]));

    if (!view->cells || !view->series || !view->cell_of) {
        return BE_ENOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        const struct be_summary *summary = &view->summaries->items[i];
        const struct be_configuration *configuration = summary->configuration;
        size_t task = view_task_of(view, configuration->block);
        struct be_params params = {0};
        if (task == view->task_count || !in_a_series(configuration)) {
            continue;
        }
        if (series_params(configuration, view->tasks[task].reference->configuration, &params) !=
            BE_OK) {
            be_params_finish(&params);
            return BE_ENOMEM;
        }
        view->cells[view->cell_count++] = (struct be_view_cell){
            .task = task,
            .series = view_series_index(view, &params),
            .workers = configuration->workers,
            .summary = summary,
        };
    }
    qsort(view->cells, view->cell_count, sizeof(view->cells[0]), cells_compare);
    for (size_t i = 0; i < view->cell_count; i++) {
        view->cell_of[view->cells[i].summary - view->summaries->items] = i + 1;
    }
    for (size_t i = 0; i < view->series_count; i++) {
        if (series_name(view, &view->series[i]) != BE_OK) {
            return BE_ENOMEM;
        }
    }
    return BE_OK;
}

/* How fast a series is with the most workers: mean ln speedup over what was planned; NAN: unknown.
 */
static double series_rank(const struct be_view *view, size_t series)
{
    double sum = 0;
    size_t count = 0;

    for (size_t i = 0; i < view->cell_count; i++) {
        const struct be_view_cell *cell = &view->cells[i];
        if (cell->series == series && cell->workers == be_view_most_workers(view) &&
            !view->tasks[cell->task].searched && cell->summary->speedup.known &&
            cell->summary->speedup.median > 0) {
            sum += log(cell->summary->speedup.median);
            count++;
        }
    }
    return count > 0 ? sum / (double)count : NAN;
}

/* Whether no other series of the same executor is faster; of equal ones the first. */
static bool is_fastest(const struct be_view *view, size_t series)
{
    const char *executor = be_params_get(&view->series[series].params, "executor");
    double rank = series_rank(view, series);

    for (size_t i = 0; i < view->series_count; i++) {
        double other = series_rank(view, i);
        if (i != series &&
            strcmp(be_params_get(&view->series[i].params, "executor"), executor) == 0 &&
            (other > rank || (other == rank && i < series) || (isnan(rank) && !isnan(other)))) {
            return false;
        }
    }
    return true;
}

static void view_styles(struct be_view *view)
{
    unsigned used = 0;

    for (size_t i = 0; i < view->series_count && used < BE_VIEW_STYLES; i++) {
        if (view->series_count <= BE_VIEW_STYLES || is_fastest(view, i)) {
            view->series[i].style = ++used;
        }
    }
}

static int workers_compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static enum be_status view_workers(struct be_view *view)
{
    size_t kept = 0;
    view->workers = calloc(view->cell_count + 1, sizeof(view->workers[0]));

    if (!view->workers) {
        return BE_ENOMEM;
    }
    for (size_t i = 0; i < view->cell_count; i++) {
        view->workers[i] = view->cells[i].workers;
    }
    qsort(view->workers, view->cell_count, sizeof(view->workers[0]), workers_compare);
    for (size_t i = 0; i < view->cell_count; i++) {
        if (kept == 0 || view->workers[kept - 1] != view->workers[i]) {
            view->workers[kept++] = view->workers[i];
        }
    }
    view->worker_count = kept;
    return BE_OK;
}

/* Tasks are sorted by workload, so equal ones are neighbours. */
static enum be_status view_workloads(struct be_view *view)
{
    struct be_buffer text = {0};
    const char *before = "";

    be_buffer_puts(&text, view->task_count == 0 ? "nothing" : "");
    for (size_t i = 0; i < view->task_count; i++) {
        const char *workload = view->tasks[i].reference->configuration->workload;
        if (strcmp(workload, before) != 0) {
            be_buffer_printf(&text, "%s%s", i > 0 ? ", " : "", workload);
        }
        before = workload;
    }
    view->workloads = buffer_take(&text);
    return view->workloads ? BE_OK : BE_ENOMEM;
}

static json_t *json_of(const char *text)
{
    json_t *value = NULL;

    if (text && be_json_parse(text, strlen(text), &value, NULL) == BE_OK &&
        !json_is_object(value)) {
        json_decref(value);
        value = NULL;
    }
    return value;
}

static enum be_status view_place(struct be_view *view)
{
    const char *text = NULL;

    if (!view->machine || !be_json_has_string(view->machine, "description", &text)) {
        text = "an unknown machine";
    }
    view->place = strdup(text);
    return view->place ? BE_OK : BE_ENOMEM;
}

enum be_status be_view_create(const struct be_results *results, struct be_view *view,
                              struct be_error *error)
{
    *view = (struct be_view){
        .run = results->run,
        .summaries = &results->summaries,
        .findings = &results->findings,
        .precision = results->precision,
        .weak = results->weak,
    };
    view->plan = json_of(view->run->plan_text);
    view->machine = json_of(view->run->machine_json);
    if (view_tasks(view) != BE_OK || view_cells(view) != BE_OK || view_workers(view) != BE_OK ||
        view_workloads(view) != BE_OK || view_place(view) != BE_OK ||
        be_view_add_transports(view) != BE_OK) {
        return be_error_set(error, BE_ENOMEM, "out of memory for a report");
    }
    view_styles(view);
    return BE_OK;
}

void be_view_finish(struct be_view *view)
{
    for (size_t i = 0; i < view->series_count; i++) {
        free(view->series[i].label);
        be_params_finish(&view->series[i].params);
    }
    for (size_t i = 0; i < view->task_count; i++) {
        free(view->tasks[i].label);
    }
    free(view->series);
    free(view->tasks);
    free(view->planned);
    free(view->workers);
    free(view->cells);
    free(view->cell_of);
    free(view->workloads);
    free(view->place);
    json_decref(view->plan);
    json_decref(view->machine);
    be_transports_finish(&view->transports);
    *view = (struct be_view){0};
}

const struct be_summary *be_view_find(const struct be_view *view, size_t task, size_t series,
                                      uint32_t workers)
{
    struct be_view_cell key = {.task = task, .series = series, .workers = workers};
    const struct be_view_cell *cell =
        view->cell_count > 0
            ? bsearch(&key, view->cells, view->cell_count, sizeof(view->cells[0]), cells_compare)
            : NULL;

    return cell ? cell->summary : NULL;
}

const struct be_view_cell *be_view_cell_of(const struct be_view *view, size_t configuration)
{
    size_t place = view->cell_of[configuration];
    return place > 0 ? &view->cells[place - 1] : NULL;
}

/* Index of the grain series, or SIZE_MAX. Its workers are the same for all its members. */
static size_t grain_series_find(const struct be_view *view, size_t series, uint32_t workers)
{
    size_t found = SIZE_MAX;

    for (size_t i = 0; i < view->findings->grain_series.count; i++) {
        const struct be_series *grains = &view->findings->grain_series.items[i];
        const struct be_view_cell *cell = be_view_cell_of(view, grains->members[0]);
        if (cell && cell->series == series && cell->workers == workers) {
            if (found != SIZE_MAX) {
                return SIZE_MAX;
            }
            found = i;
        }
    }
    return found;
}

const struct be_breakeven *be_view_breakeven(const struct be_view *view, size_t series,
                                             uint32_t workers)
{
    size_t index = grain_series_find(view, series, workers);
    return index < SIZE_MAX ? &view->findings->breakevens[index] : NULL;
}

const struct be_metg *be_view_metg(const struct be_view *view, size_t series, uint32_t workers)
{
    size_t index = grain_series_find(view, series, workers);
    return index < SIZE_MAX ? &view->findings->metgs[index] : NULL;
}

uint32_t be_view_most_workers(const struct be_view *view)
{
    return view->worker_count > 0 ? view->workers[view->worker_count - 1] : 0;
}

uint64_t be_view_published_ns(const struct be_view *view, const char *executor)
{
    const json_t *published = view->plan ? json_object_get(view->plan, "published") : NULL;
    const json_t *wall_ns = json_object_get(published, "wall_ns");
    uint64_t value = 0;

    return json_is_object(wall_ns) && be_json_has_count(wall_ns, executor, &value) ? value : 0;
}

const char *be_view_published_source(const struct be_view *view)
{
    const json_t *published = view->plan ? json_object_get(view->plan, "published") : NULL;
    const char *source = NULL;

    return json_is_object(published) && be_json_has_string(published, "source", &source) ? source
                                                                                         : NULL;
}
