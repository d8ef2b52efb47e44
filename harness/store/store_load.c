/* Takes a whole run out: all but its samples. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/array.h"
#include "core/json.h"
#include "core/protocol.h"
#include "core/units.h"
#include "store/store.h"
#include "store/store_load.h"
#include "store/store_query.h"

static const char doing[] = "cannot read a run";

static enum be_status run_read(const struct be_store *store, int64_t run_id, struct be_run *run,
                               struct be_error *error)
{
    struct be_query query;
    bool row = false;
    enum be_status status = be_query_prepare(
        &query, store,
        "SELECT plan, plan_text, label, machine_key, machine_json, boot_id, build_id, seed,"
        " started_at, elapsed_ns, rounds, status FROM run WHERE id = ?",
        doing, error);

    be_query_bind_count(&query, (uint64_t)run_id);
    if (status == BE_OK) {
        status = be_query_step(&query, &row, error);
    }
    if (status == BE_OK && !row) {
        status =
            be_error_set(error, BE_ENOTFOUND, "no run %" PRId64 " in '%s'", run_id, store->path);
    }
    if (status == BE_OK) {
        run->id = run_id;
        run->plan = be_query_text(&query);
        run->plan_text = be_query_text(&query);
        run->label = be_query_text_or_null(&query);
        run->machine_key = be_query_text(&query);
        run->machine_json = be_query_text(&query);
        run->boot_id = be_query_text(&query);
        run->build_id = be_query_text(&query);
        char *seed = be_query_text(&query);
        run->started_at = (int64_t)be_query_count(&query, INT64_MAX);
        run->elapsed_ns = be_query_count(&query, INT64_MAX);
        run->rounds = (uint32_t)be_query_count(&query, UINT32_MAX);
        char *name = be_query_text(&query);
        query.wrong |= !seed || be_units_parse_count(seed, &run->seed, NULL) != BE_OK || !name ||
                       be_run_status_parse(name, &run->status, NULL) != BE_OK;
        free(seed);
        free(name);
        status = be_query_check(&query, "run", (uint64_t)run_id, error);
    }
    be_query_finish(&query);
    return status;
}

/* Sets params, and what repeats them, from their JSON text. */
static enum be_status params_read(const char *text, struct be_configuration *configuration,
                                  struct be_error *error)
{
    json_t *map = NULL;
    enum be_status status = be_json_parse(text, strlen(text), &map, error);

    if (status == BE_OK) {
        status = be_json_to_params(map, &configuration->params, error);
    }
    if (status == BE_OK) {
        status = be_configuration_index(configuration, error);
    }
    json_decref(map);
    return status;
}

/* Reads the row that the query stands on; its params are the id's preimage. */
static enum be_status configuration_read(struct be_query *query, size_t position,
                                         struct be_configuration *configuration,
                                         struct be_error *error)
{
    query->wrong |= be_query_count(query, UINT32_MAX) != position;
    char *id = be_query_text(query);
    char *params = be_query_text(query);
    char *role = be_query_text(query);
    configuration->block = (uint32_t)be_query_count(query, UINT32_MAX);
    configuration->grain_asked_ns = be_query_known(query, INT64_MAX);
    configuration->pu_count = (uint32_t)be_query_known(query, UINT32_MAX);
    configuration->bound_order = be_query_real(query);
    configuration->bound_best = be_query_real(query);
    query->wrong |= !role || be_role_parse(role, &configuration->role, NULL) != BE_OK;

    query->wrong |= !params || params_read(params, configuration, NULL) != BE_OK;
    query->wrong |= !id || strcmp(id, configuration->id) != 0;
    query->wrong |= configuration->workers < 1 || configuration->workers > BE_WORKERS_MAX;
    free(id);
    free(params);
    free(role);
    return be_query_check(query, "configuration", position, error);
}

static enum be_status configurations_read(const struct be_store *store, struct be_run *run,
                                          struct be_error *error)
{
    struct be_query query;
    bool row = false;
    enum be_status status = be_query_prepare(
        &query, store,
        "SELECT position, id, params, role, block, grain_asked_ns, pu_count, bound_order,"
        " bound_best FROM configuration WHERE run = ? ORDER BY position",
        doing, error);

    be_query_bind_count(&query, (uint64_t)run->id);
    if (status == BE_OK) {
        status = be_query_step(&query, &row, error);
    }
    while (status == BE_OK && row) {
        struct be_configuration *grown =
            be_array_grow(run->configurations, run->configuration_count, sizeof(*grown));
        if (!grown) {
            status = be_error_set(error, BE_ENOMEM, "out of memory reading a run");
            break;
        }
        run->configurations = grown;
        size_t position = run->configuration_count++;
        status = configuration_read(&query, position, &grown[position], error);
        if (status == BE_OK) {
            status = be_query_step(&query, &row, error);
        }
    }
    be_query_finish(&query);
    return status;
}

/* Reads the row that the query stands on. */
static enum be_status event_read(struct be_query *query, size_t position, struct be_event *event,
                                 struct be_error *error)
{
    query->wrong |= be_query_count(query, UINT32_MAX) != position;
    const char *name = be_query_word(query);
    const char *state = be_query_word(query);
    const char *reason = be_query_word(query);
    query->wrong |= !name || !memccpy(event->name, name, '\0', sizeof(event->name)) || !reason ||
                    !memccpy(event->reason, reason, '\0', sizeof(event->reason)) || !state ||
                    be_counter_state_parse(state, &event->state, NULL) != BE_OK;
    return be_query_check(query, "event", position, error);
}

static enum be_status events_read(const struct be_store *store, struct be_run *run,
                                  struct be_error *error)
{
    struct be_query query;
    bool row = false;
    enum be_status status = be_query_prepare(
        &query, store,
        "SELECT position, name, state, reason FROM event WHERE run = ? ORDER BY position", doing,
        error);

    if (status == BE_OK) {
        be_query_bind_count(&query, (uint64_t)run->id);
        status = be_query_step(&query, &row, error);
    }
    while (status == BE_OK && row) {
        struct be_event *grown = be_array_grow(run->events, run->event_count, sizeof(*grown));
        if (!grown) {
            status = be_error_set(error, BE_ENOMEM, "out of memory reading a run");
            break;
        }
        run->events = grown;
        size_t position = run->event_count++;
        status = event_read(&query, position, &grown[position], error);
        if (status == BE_OK) {
            status = be_query_step(&query, &row, error);
        }
    }
    be_query_finish(&query);
    return status;
}

enum be_status be_store_load_run(struct be_store *store, int64_t run_id,
                                 enum be_store_detail detail, struct be_run *run,
                                 struct be_error *error)
{
    /* One view of the database, though another process may add samples meanwhile. */
    enum be_status status = be_store_execute(store, "BEGIN", doing, error);

    if (status != BE_OK) {
        return status;
    }
    status = run_read(store, run_id, run, error);
    if (status == BE_OK) {
        status = configurations_read(store, run, error);
    }
    if (status == BE_OK) {
        status = events_read(store, run, error);
    }
    if (status == BE_OK) {
        status = be_samples_load(store, detail, run, error);
    }
    return be_store_end(store, status, doing, error);
}
