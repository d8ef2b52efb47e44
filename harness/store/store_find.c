/* Which runs there are, and which one is meant. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/units.h"
#include "store/store.h"
#include "store/store_query.h"

static const char doing[] = "cannot look for a run";

/* Runs a query for one id; 0 when it finds none. */
static enum be_status id_find(struct be_query *query, int64_t *id, struct be_error *error)
{
    bool row = false;
    enum be_status status = be_query_step(query, &row, error);

    if (status == BE_OK) {
        *id = row ? sqlite3_column_int64(query->statement, 0) : 0;
    }
    be_query_finish(query);
    return status;
}

/* How many runs before the newest "last" or "last~N" means; false when it is a label. */
static bool last_parse(const char *text, uint64_t *back)
{
    *back = 0;
    return strcmp(text, "last") == 0 ||
           (strncmp(text, "last~", strlen("last~")) == 0 &&
            be_units_parse_count(text + strlen("last~"), back, NULL) == BE_OK);
}

enum be_status be_store_resolve(struct be_store *store, const char *handle, int64_t *run_id,
                                struct be_error *error)
{
    struct be_query query = {0};
    uint64_t number = 0;
    int64_t id = 0;
    enum be_status status = BE_OK;

    if (handle[0] == '@' && last_parse(handle + 1, &number)) {
        status = be_query_prepare(
            &query, store, "SELECT id FROM run ORDER BY id DESC LIMIT 1 OFFSET ?", doing, error);
        be_query_bind_count(&query, number);
    } else if (handle[0] == '@' && handle[1] != '\0') {
        status = be_query_prepare(&query, store, "SELECT max(id) FROM run WHERE label = ?", doing,
                                  error);
        be_query_bind_text(&query, handle + 1);
    } else if (be_units_parse_count(handle, &number, NULL) == BE_OK) {
        status = be_query_prepare(&query, store, "SELECT id FROM run WHERE id = ?", doing, error);
        be_query_bind_count(&query, number);
    } else {
        return be_error_set(error, BE_EUSAGE,
                            "'%s' is no run: 12, @last, @last~1 or @LABEL would be", handle);
    }
    if (status == BE_OK) {
        status = id_find(&query, &id, error);
    }
    if (status == BE_OK && id == 0) {
        status = be_error_set(error, BE_ENOTFOUND, "no run '%s' in '%s'", handle, store->path);
    }
    if (status == BE_OK) {
        *run_id = id;
    }
    return status;
}

enum be_status be_store_find_resumable(struct be_store *store, const struct be_store_key *key,
                                       int64_t *run_id, struct be_error *error)
{
    struct be_query query;
    enum be_status status = be_query_prepare(
        &query, store,
        "SELECT id FROM run WHERE plan_text = ? AND build_id = ? AND machine_key = ?"
        " AND boot_id = ? AND '' NOT IN (plan_text, build_id, machine_key, boot_id)"
        " AND status <> ? ORDER BY id DESC LIMIT 1",
        doing, error);

    if (status != BE_OK) {
        return status;
    }
    be_query_bind_text(&query, key->plan_text);
    be_query_bind_text(&query, key->build_id);
    be_query_bind_text(&query, key->machine_key);
    be_query_bind_text(&query, key->boot_id);
    be_query_bind_text(&query, be_run_status_name(BE_RUN_DONE));
    return id_find(&query, run_id, error);
}

static void row_read(struct be_query *query, struct be_store_row *row, char **status_name)
{
    row->id = (int64_t)be_query_count(query, INT64_MAX);
    row->plan = be_query_text(query);
    row->label = be_query_text_or_null(query);
    row->machine_key = be_query_text(query);
    row->started_at = (int64_t)be_query_count(query, INT64_MAX);
    row->elapsed_ns = be_query_count(query, INT64_MAX);
    *status_name = be_query_text(query);
    row->configuration_count = be_query_count(query, INT64_MAX);
    row->sample_count = be_query_count(query, INT64_MAX);
    if (*status_name && be_run_status_parse(*status_name, &row->status, NULL) != BE_OK) {
        query->wrong = true;
    }
}

/* Appends the row that the query stands on. */
static enum be_status rows_append(struct be_query *query, struct be_store_row **rows, size_t *count,
                                  struct be_error *error)
{
    char *status_name = NULL;
    struct be_store_row *grown = realloc(*rows, (*count + 1) * sizeof(**rows));

    if (!grown) {
        return be_error_set(error, BE_ENOMEM, "out of memory listing runs");
    }
    *rows = grown;
    struct be_store_row *row = &grown[(*count)++];
    *row = (struct be_store_row){0};
    row_read(query, row, &status_name);
    free(status_name);
    return be_query_check(query, "run", (uint64_t)row->id, error);
}

enum be_status be_store_list_runs(struct be_store *store, struct be_store_row **rows, size_t *count,
                                  struct be_error *error)
{
    struct be_query query;
    struct be_store_row *found = NULL;
    size_t found_count = 0;
    bool more = false;
    enum be_status status =
        be_query_prepare(&query, store,
                         "SELECT id, plan, label, machine_key, started_at, elapsed_ns, status,"
                         " (SELECT count(*) FROM configuration WHERE configuration.run = r.id),"
                         " (SELECT count(*) FROM sample WHERE sample.run = r.id)"
                         " FROM run AS r ORDER BY id DESC",
                         "cannot list runs", error);

    if (status == BE_OK) {
        status = be_query_step(&query, &more, error);
    }
    while (status == BE_OK && more) {
        status = rows_append(&query, &found, &found_count, error);
        if (status == BE_OK) {
            status = be_query_step(&query, &more, error);
        }
    }
    be_query_finish(&query);
    if (status != BE_OK) {
        be_store_rows_finish(found, found_count);
        return status;
    }
    *rows = found;
    *count = found_count;
    return BE_OK;
}

void be_store_rows_finish(struct be_store_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(rows[i].plan);
        free(rows[i].label);
        free(rows[i].machine_key);
    }
    free(rows);
}
