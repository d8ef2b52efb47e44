/* Puts runs and samples in, one transaction each. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/json.h"
#include "store/store.h"
#include "store/store_query.h"
#include "store/store_sample.h"

static const char run_doing[] = "cannot store the run";
static const char sample_doing[] = "cannot store a sample";

/* "@last" and "@last~1" mean something else already. */
enum be_status be_store_check_label(const char *label, struct be_error *error)
{
    if (label && (label[0] == '\0' || strcmp(label, "last") == 0 ||
                  strncmp(label, "last~", strlen("last~")) == 0)) {
        return be_error_set(error, BE_EINVAL, "'%s' cannot be a label: '@%s' means something else",
                            label, label);
    }
    return BE_OK;
}

static enum be_status run_insert(const struct be_store *store, const struct be_run *run,
                                 struct be_error *error)
{
    struct be_query query;
    char seed[24];
    enum be_status status = be_query_prepare(
        &query, store,
        "INSERT INTO run (plan, plan_text, label, machine_key, machine_json, boot_id, build_id,"
        " seed, started_at, elapsed_ns, rounds, status) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
        run_doing, error);

    if (status != BE_OK) {
        return status;
    }
    snprintf(seed, sizeof(seed), "%" PRIu64, run->seed);
    be_query_bind_text(&query, run->plan);
    be_query_bind_text(&query, run->plan_text);
    be_query_bind_text(&query, run->label);
    be_query_bind_text(&query, run->machine_key);
    be_query_bind_text(&query, run->machine_json);
    be_query_bind_text(&query, run->boot_id);
    be_query_bind_text(&query, run->build_id);
    be_query_bind_text(&query, seed);
    be_query_bind_count(&query, (uint64_t)run->started_at);
    be_query_bind_count(&query, run->elapsed_ns);
    be_query_bind_count(&query, run->rounds);
    be_query_bind_text(&query, be_run_status_name(run->status));
    return be_query_run(&query, error);
}

static enum be_status configuration_insert(const struct be_store *store, int64_t run_id,
                                           const struct be_run *run, size_t position,
                                           struct be_error *error)
{
    const struct be_configuration *configuration = &run->configurations[position];
    struct be_query query;
    json_t *map = be_json_from_params(&configuration->params);
    char *params = map ? json_dumps(map, JSON_COMPACT) : NULL;

    json_decref(map);
    if (!params) {
        return be_error_set(error, BE_ENOMEM, "out of memory storing a run");
    }
    enum be_status status = be_query_prepare(
        &query, store, "INSERT INTO configuration VALUES (?,?,?,?,?,?,?,?,?,?)", run_doing, error);
    if (status == BE_OK) {
        be_query_bind_count(&query, (uint64_t)run_id);
        be_query_bind_count(&query, position);
        be_query_bind_text(&query, configuration->id);
        be_query_bind_text(&query, params);
        be_query_bind_text(&query, be_role_name(configuration->role));
        be_query_bind_count(&query, configuration->block);
        be_query_bind_known(&query, configuration->grain_asked_ns);
        be_query_bind_known(&query, configuration->pu_count);
        be_query_bind_real(&query, configuration->bound_order);
        be_query_bind_real(&query, configuration->bound_best);
        status = be_query_run(&query, error);
    }
    free(params);
    return status;
}

enum be_status be_store_begin_run(struct be_store *store, struct be_run *run,
                                  struct be_error *error)
{
    enum be_status status = be_store_check_label(run->label, error);
    int64_t id = 0;

    if (status == BE_OK) {
        status = be_store_execute(store, "BEGIN IMMEDIATE", run_doing, error);
    }
    if (status != BE_OK) {
        return status;
    }
    status = run_insert(store, run, error);
    id = sqlite3_last_insert_rowid(store->db);
    for (size_t i = 0; status == BE_OK && i < run->configuration_count; i++) {
        status = configuration_insert(store, id, run, i, error);
    }
    status = be_store_end(store, status, run_doing, error);
    if (status == BE_OK) {
        run->id = id;
    }
    return status;
}

/* That the run is there and has as many configurations as the caller thinks. */
static enum be_status configurations_count(const struct be_store *store, const struct be_run *run,
                                           size_t expected, struct be_error *error)
{
    struct be_query query;
    bool row = false;
    enum be_status status = be_query_prepare(
        &query, store, "SELECT count(*) FROM configuration WHERE run = ?", run_doing, error);

    be_query_bind_count(&query, (uint64_t)run->id);
    if (status == BE_OK) {
        status = be_query_step(&query, &row, error);
    }
    if (status == BE_OK && be_query_count(&query, INT64_MAX) != expected) {
        status =
            be_error_set(error, BE_ENOTFOUND, "no run %" PRId64 " of %zu configurations in '%s'",
                         run->id, expected, store->path);
    }
    be_query_finish(&query);
    return status;
}

enum be_status be_store_add_configurations(struct be_store *store, const struct be_run *run,
                                           size_t first, struct be_error *error)
{
    enum be_status status = be_store_execute(store, "BEGIN IMMEDIATE", run_doing, error);

    if (status != BE_OK) {
        return status;
    }
    status = configurations_count(store, run, first, error);
    for (size_t i = first; status == BE_OK && i < run->configuration_count; i++) {
        status = configuration_insert(store, run->id, run, i, error);
    }
    return be_store_end(store, status, run_doing, error);
}

enum be_status be_store_add_sample(struct be_store *store, const struct be_run *run,
                                   const struct be_sample *sample,
                                   const struct be_buffer *transcript, uint64_t *commit_ns,
                                   struct be_error *error)
{
    struct be_sample_writer writer;
    uint64_t begin_ns = be_clock_now_ns();
    enum be_status status = be_store_execute(store, "BEGIN IMMEDIATE", sample_doing, error);

    if (status != BE_OK) {
        return status;
    }
    status = be_sample_writer_init(&writer, store, run, error);
    if (status == BE_OK) {
        status = be_sample_writer_put(&writer, sample, transcript, error);
    }
    be_sample_writer_finish(&writer);
    status = be_store_end(store, status, sample_doing, error);
    if (status == BE_OK && commit_ns) {
        *commit_ns = be_clock_now_ns() - begin_ns;
    }
    return status;
}

enum be_status be_store_set_status(struct be_store *store, int64_t run_id,
                                   enum be_run_status run_status, uint64_t elapsed_ns,
                                   struct be_error *error)
{
    struct be_query query;
    enum be_status status =
        be_query_prepare(&query, store, "UPDATE run SET status = ?, elapsed_ns = ? WHERE id = ?",
                         "cannot store the state of a run", error);

    if (status != BE_OK) {
        return status;
    }
    be_query_bind_text(&query, be_run_status_name(run_status));
    be_query_bind_count(&query, elapsed_ns);
    be_query_bind_count(&query, (uint64_t)run_id);
    status = be_query_run(&query, error);
    if (status == BE_OK && sqlite3_changes(store->db) == 0) {
        status =
            be_error_set(error, BE_ENOTFOUND, "no run %" PRId64 " in '%s'", run_id, store->path);
    }
    return status;
}
