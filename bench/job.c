#include "job.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/buffer.h"
#include "core/units.h"
#include "part.h"
#include "requests.h"
#include "workload/workload_table.h"

#define TASKS_MAX UINT64_C(100000000)

/* Of all requests and replies: that many tasks of the smallest size. */
#define BATCH_BYTES_MAX (TASKS_MAX * 24)

/* Parameters that every spec may have, beside those of its rows. */
enum { COMMON_CHUNK, COMMON_STEPS, COMMON_TASKS, COMMON_WORKERS };

static const struct be_param common[] = {
    /* Numbers; 0 stands for one that the spec leaves out. */
    [COMMON_CHUNK] = {"chunk", BE_PARAM_COUNT, "1", 1, UINT64_MAX, "auto", "tasks a message"},
    [COMMON_STEPS] = {"steps", BE_PARAM_COUNT, "0", 0, UINT64_MAX, NULL, "steps a task"},
    [COMMON_TASKS] = {"tasks", BE_PARAM_COUNT, "0", 1, TASKS_MAX, NULL, "tasks a pass"},
    [COMMON_WORKERS] = {"workers", BE_PARAM_COUNT, "1", 1, BE_WORKERS_MAX, NULL, "workers"},
    /*
     * Words. Inject is text of its own (core/inject.h). Placement is the harness's name for what
     * the runner is given as PU numbers, and means nothing here.
     */
    {.name = "executor"},
    {.name = "inject"},
    {.name = "placement"},
    {.name = "workload"},
    {.name = NULL},
};

static const char *workload_name(size_t index)
{
    return be_workload_table[index] ? be_workload_table[index]->name : NULL;
}

static const char *executor_name(size_t index)
{
    return be_executor_table[index] ? be_executor_table[index]->name : NULL;
}

/* Says that a row is not there, and which are. */
static void row_missing(const char *kind, const char *name, const char *(*name_at)(size_t),
                        struct be_error *error)
{
    struct be_buffer names = {0};

    for (size_t i = 0; name_at(i); i++) {
        be_buffer_printf(&names, " %s", name_at(i));
    }
    if (name) {
        be_error_fill(error, BE_EINVAL, "%s: '%s' is not one of:%s", kind, name,
                      be_buffer_text(&names));
    } else {
        be_error_fill(error, BE_EINVAL, "%s: missing; it is one of:%s", kind,
                      be_buffer_text(&names));
    }
    be_buffer_finish(&names);
}

static const struct breakeven_workload *
workload_find(const char *name, const struct breakeven_workload *const *others)
{
    for (; others && *others; others++) {
        if (strcmp((*others)->name, name) == 0) {
            return *others;
        }
    }
    return be_workload_find(name);
}

static enum be_status rows_find(struct be_job *job, const struct breakeven_workload *const *others,
                                struct be_error *error)
{
    const char *workload = be_params_get(&job->spec.params, "workload");
    const char *executor = be_params_get(&job->spec.params, "executor");

    const struct breakeven_workload *row = workload ? workload_find(workload, others) : NULL;
    if (!row) {
        row_missing("workload", workload, workload_name, error);
        return BE_EINVAL;
    }
    job->sized = *row;
    job->workload = &job->sized;
    job->executor = executor ? be_executor_find(executor) : NULL;
    if (!job->executor) {
        row_missing("executor", executor, executor_name, error);
        return BE_EINVAL;
    }
    return BE_OK;
}

static bool params_have(const struct be_param *params, const char *name)
{
    while (params->name && strcmp(params->name, name) != 0) {
        params++;
    }
    return params->name;
}

/* Once job->params has all that these rows take. */
static enum be_status keys_check(const struct be_job *job, struct be_error *error)
{
    const struct be_params *given = &job->spec.params;

    for (size_t i = 0; i < given->count; i++) {
        const char *key = given->entries[i].key;
        if (params_have(common, key) || be_params_get(&job->params, key)) {
            continue;
        }
        struct be_buffer names = {0};
        for (size_t j = 0; j < job->params.count; j++) {
            be_buffer_printf(&names, " %s", job->params.entries[j].key);
        }
        for (const struct be_param *param = common; param->name; param++) {
            be_buffer_printf(&names, " %s", param->name);
        }
        be_error_fill(error, BE_EINVAL,
                      "'%s' is no parameter of workload '%s' or executor '%s'; there are:%s", key,
                      job->workload->name, job->executor->name, be_buffer_text(&names));
        be_buffer_finish(&names);
        return BE_EINVAL;
    }
    return BE_OK;
}

/* The canonical value of one parameter, its default where the spec leaves it out. */
static enum be_status value_get(const struct be_job *job, const struct be_param *param,
                                char text[BE_UNITS_TEXT_BYTES], struct be_error *error)
{
    const char *given = be_params_get(&job->spec.params, param->name);

    if (!given) {
        snprintf(text, BE_UNITS_TEXT_BYTES, "%s", param->fallback);
        return BE_OK;
    }
    return be_param_check(param, given, text, BE_UNITS_TEXT_BYTES, error);
}

static enum be_status number_get(const struct be_job *job, const struct be_param *param,
                                 uint64_t *number, struct be_error *error)
{
    char text[BE_UNITS_TEXT_BYTES];
    enum be_status status = value_get(job, param, text, error);

    return status == BE_OK ? be_units_parse_count(text, number, error) : status;
}

static enum be_status param_fill(struct be_job *job, const struct be_param *param,
                                 struct be_error *error)
{
    char text[BE_UNITS_TEXT_BYTES];
    enum be_status status = value_get(job, param, text, error);

    return status == BE_OK ? be_params_set(&job->params, param->name, text, error) : status;
}

/* A part's name, then the parameters that it brings. */
static enum be_status part_fill(struct be_job *job, const struct be_param *param,
                                const struct be_part *part, struct be_error *error)
{
    const char *given = be_params_get(&job->spec.params, param->name);
    const struct be_row *row = be_part_row(part, given ? given : param->fallback);

    if (!row) {
        struct be_buffer names = {0};
        be_part_names(part, &names);
        be_error_fill(error, BE_EINVAL, "%s: '%s' is not one of: %s", part->name, given,
                      be_buffer_text(&names));
        be_buffer_finish(&names);
        return BE_EINVAL;
    }
    enum be_status status = be_params_set(&job->params, part->name, row->name, error);
    for (const struct be_param *own = row->params; status == BE_OK && own->name; own++) {
        status = param_fill(job, own, error);
    }
    return status;
}

static enum be_status params_fill(struct be_job *job, struct be_error *error)
{
    enum be_status status = BE_OK;

    for (const struct be_param *param = job->executor->params; status == BE_OK && param->name;
         param++) {
        const struct be_part *part = be_part_find(param->name);
        status = part ? part_fill(job, param, part, error) : param_fill(job, param, error);
    }
    for (const struct be_param *param = be_workload_params(job->workload);
         status == BE_OK && param->name; param++) {
        status = param_fill(job, param, error);
    }
    job->sized.request_bytes =
        (uint32_t)be_params_get_count(&job->params, "payload", job->sized.request_bytes);
    return status;
}

static enum be_status workers_read(struct be_job *job, struct be_error *error)
{
    const struct be_spec *spec = &job->spec;
    uint64_t workers = 0;
    enum be_status status = number_get(job, &common[COMMON_WORKERS], &workers, error);

    if (status != BE_OK) {
        return status;
    }
    if (workers > 1 && !(job->executor->caps & BE_EXECUTOR_PARALLEL)) {
        return be_error_set(error, BE_EINVAL, "workers: executor '%s' has 1 worker, not %" PRIu64,
                            job->executor->name, workers);
    }
    if (spec->pu_count > 0 && spec->pu_count != workers) {
        return be_error_set(error, BE_EINVAL,
                            "'pus' has %" PRIu32 " PU numbers for %" PRIu64 " workers",
                            spec->pu_count, workers);
    }
    job->workers = (uint32_t)workers;
    return BE_OK;
}

static enum be_status inject_read(struct be_job *job, struct be_error *error)
{
    const char *text = be_params_get(&job->spec.params, "inject");
    enum be_status status = text ? be_inject_parse(text, &job->inject, error) : BE_OK;

    if (status == BE_OK && job->inject.kind != BE_INJECT_NONE &&
        !(job->executor->caps & BE_EXECUTOR_PARALLEL)) {
        status = be_error_set(error, BE_EINVAL, "inject: executor '%s' is no pool and takes none",
                              job->executor->name);
    }
    return status;
}

/* Once it is known how many tasks there are. */
static enum be_status memory_create(struct be_job *job, struct be_error *error)
{
    const struct be_shared_shape shape = {
        .workers = job->workers,
        .tasks = job->tasks,
        .request_bytes = job->workload->request_bytes,
        .reply_bytes = job->workload->reply_bytes,
    };

    if (job->tasks > BATCH_BYTES_MAX / (shape.request_bytes + shape.reply_bytes)) {
        return be_error_set(error, BE_EINVAL,
                            "tasks: %" PRIu64 " with %zu bytes each, and %zu for their results, "
                            "are more than %" PRIu64 " bytes",
                            job->tasks, shape.request_bytes, shape.reply_bytes, BATCH_BYTES_MAX);
    }
    return be_shared_create(&shape, &job->memory, error);
}

static enum be_status file_read(struct be_job *job, struct be_error *error)
{
    struct be_spec *spec = &job->spec;
    enum be_status status = be_pairs_read(spec->input_path, &spec->pairs, error);

    if (status == BE_OK && be_pairs_hash(&spec->pairs) != spec->input_hash) {
        status = be_error_set(error, BE_EINPUT,
                              "'%s' is not the input that was planned: its hash is %" PRIu64
                              ", not %" PRIu64,
                              spec->input_path, be_pairs_hash(&spec->pairs), spec->input_hash);
    }
    return status;
}

_Static_assert(sizeof(struct be_pair) == sizeof(struct breakeven_pair), "pairs are requests");

static enum be_status pairs_load(struct be_job *job, struct be_error *error)
{
    const struct be_pairs *pairs = &job->spec.pairs;
    enum be_status status = BE_OK;

    if (be_params_get(&job->spec.params, "distribution")) {
        return be_error_set(error, BE_EINVAL,
                            "distribution: of generated tasks; these are given, by 'pairs' or "
                            "'input'");
    }
    if (job->workload->request_bytes != sizeof(struct breakeven_pair)) {
        return be_error_set(error, BE_EINVAL, "workload '%s' does not take pairs as its input",
                            job->workload->name);
    }
    if (job->spec.input_path) {
        status = file_read(job, error);
    }
    if (status == BE_OK && job->tasks == 0) {
        job->tasks = pairs->count;
    }
    if (status == BE_OK) {
        status = memory_create(job, error);
    }
    struct be_pair *requests = job->memory.requests;
    for (uint64_t i = 0; status == BE_OK && i < job->tasks; i++) {
        requests[i] = pairs->items[i % pairs->count];
    }
    return status;
}

static enum be_status requests_generate(struct be_job *job, struct be_error *error)
{
    const struct breakeven_workload *workload = job->workload;
    const char *name = be_params_get(&job->params, "distribution");
    enum be_distribution distribution = BE_DISTRIBUTION_FIXED;
    uint64_t steps = 0;
    enum be_status status = number_get(job, &common[COMMON_STEPS], &steps, error);

    if (status == BE_OK && name) {
        status = be_distribution_parse(name, &distribution, error);
    }
    if (status != BE_OK) {
        return status;
    }
    if (job->tasks == 0) {
        return be_error_set(error, BE_EINVAL,
                            "tasks: missing; say how many, or give 'pairs' or 'input'");
    }
    if (workload->steps_max > 0 && (steps == 0 || steps > workload->steps_max)) {
        return be_error_set(error, BE_EINVAL,
                            "steps: %" PRIu64 " is outside 1 .. %" PRIu64
                            " of workload '%s'; or give 'pairs' or 'input'",
                            steps, workload->steps_max, workload->name);
    }
    status = memory_create(job, error);
    if (status == BE_OK) {
        const struct be_requests_wish wish = {distribution, job->spec.seed, steps, job->tasks};
        status = be_requests_generate(workload, &wish, job->memory.requests, error);
    }
    return status;
}

static enum be_status chunk_read(struct be_job *job, struct be_error *error)
{
    const char *given = be_params_get(&job->spec.params, "chunk");

    if (given && strcmp(given, "auto") == 0) {
        job->chunk = BE_CHUNK_AUTO;
        return BE_OK;
    }
    enum be_status status = number_get(job, &common[COMMON_CHUNK], &job->chunk, error);
    if (job->chunk > job->tasks) {
        job->chunk = job->tasks;
    }
    return status;
}

/* All but the input. */
static enum be_status job_settle(struct be_job *job, struct be_spec *spec,
                                 const struct breakeven_workload *const *others,
                                 struct be_error *error)
{
    job->spec = *spec;
    be_spec_init(spec);
    enum be_status status = rows_find(job, others, error);

    if (status == BE_OK) {
        status = params_fill(job, error);
    }
    if (status == BE_OK) {
        status = keys_check(job, error);
    }
    if (status == BE_OK) {
        status = workers_read(job, error);
    }
    if (status == BE_OK) {
        status = inject_read(job, error);
    }
    return status == BE_OK ? number_get(job, &common[COMMON_TASKS], &job->tasks, error) : status;
}

enum be_status be_job_init(struct be_job *job, struct be_spec *spec, struct be_error *error)
{
    enum be_status status = job_settle(job, spec, NULL, error);

    if (status == BE_OK) {
        status = job->spec.pairs.count > 0 || job->spec.input_path ? pairs_load(job, error)
                                                                   : requests_generate(job, error);
    }
    return status == BE_OK ? chunk_read(job, error) : status;
}

enum be_status be_job_init_worker(struct be_job *job, struct be_spec *spec,
                                  const struct breakeven_workload *const *others,
                                  struct be_error *error)
{
    enum be_status status = job_settle(job, spec, others, error);

    return status == BE_OK ? chunk_read(job, error) : status;
}

void be_job_env(const struct be_job *job, const struct be_shared *memory,
                struct be_executor_env *env)
{
    *env = (struct be_executor_env){
        .workload = job->workload,
        .params = &job->params,
        .spec = &job->spec,
        .workers = job->workers,
        .chunk = job->chunk,
        .tasks = job->tasks,
        .accounts = memory->accounts,
        .memory = memory,
        .extra = {.cost_ns = job->inject.cost_ns,
                  .repeats = be_inject_repeats(&job->inject, job->tasks, job->workers),
                  .last_task = job->tasks - 1},
    };
}

void be_job_finish(struct be_job *job)
{
    be_spec_finish(&job->spec);
    be_params_finish(&job->params);
    be_shared_finish(&job->memory);
    *job = (struct be_job){0};
}
