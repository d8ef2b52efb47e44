/* Whether an opened database is one of ours, and sound. */
#include <inttypes.h>
#include <string.h>

#include "core/buffer.h"
#include "store/store_query.h"

/*
 * A check reads the whole file, some 2.5 ms a MiB; past this size only what is read is checked, as
 * it is read: rows by their hash, and that none is missing by their positions.
 */
#define CHECKED_BYTES_MAX (UINT64_C(32) << 20)

/* The number that a PRAGMA or SELECT gives in its first row. */
static enum be_status number_read(const struct be_store *store, const char *sql, int64_t *value,
                                  struct be_error *error)
{
    struct be_query query;
    bool row = false;
    enum be_status status = be_query_prepare(&query, store, sql, "cannot read", error);

    if (status == BE_OK) {
        status = be_query_step(&query, &row, error);
    }
    if (status == BE_OK) {
        *value = row ? sqlite3_column_int64(query.statement, 0) : 0;
    }
    be_query_finish(&query);
    return status;
}

static enum be_status schema_make(const struct be_store *store, struct be_error *error)
{
    static const char doing[] = "cannot make the database";
    int64_t objects = 0;
    enum be_status status = be_store_execute(store, "BEGIN IMMEDIATE", doing, error);

    if (status != BE_OK) {
        return status;
    }
    /* Another process may have been faster. */
    status = number_read(store, "SELECT count(*) FROM sqlite_schema", &objects, error);
    if (status == BE_OK && objects == 0) {
        status = be_store_execute(store, be_store_schema, doing, error);
    }
    return be_store_end(store, status, doing, error);
}

/* Everything that the schema says, as text. */
static enum be_status schema_read(const struct be_store *store, struct be_buffer *text,
                                  struct be_error *error)
{
    struct be_query query;
    bool row = false;
    enum be_status status =
        be_query_prepare(&query, store,
                         "SELECT type || ' ' || name || ' ' || tbl_name || ' ' || "
                         "coalesce(sql, '') FROM sqlite_schema ORDER BY type, name",
                         "cannot read", error);

    while (status == BE_OK) {
        status = be_query_step(&query, &row, error);
        if (status != BE_OK || !row) {
            break;
        }
        size_t bytes = 0;
        const char *object = be_query_bytes(&query, &bytes);
        be_buffer_append(text, object ? object : "", object ? bytes : 0);
        be_buffer_puts(text, "\n");
    }
    be_query_finish(&query);
    return status == BE_OK ? be_buffer_check(text, error) : status;
}

static enum be_status schema_compare(const struct be_store *store, const struct be_store *model,
                                     struct be_error *error)
{
    struct be_buffer theirs = {0};
    struct be_buffer ours = {0};
    enum be_status status = schema_read(store, &theirs, error);

    if (status == BE_OK) {
        status = schema_read(model, &ours, error);
    }
    if (status == BE_OK && strcmp(be_buffer_text(&theirs), be_buffer_text(&ours)) != 0) {
        status = be_error_set(error, BE_ECORRUPT,
                              "'%s' is damaged: its tables are not those that breakeven makes",
                              store->path);
    }
    be_buffer_finish(&theirs);
    be_buffer_finish(&ours);
    return status;
}

/* That the database was made by this program, and not by a newer one. */
static enum be_status identity_check(const struct be_store *store, const struct be_store *model,
                                     struct be_error *error)
{
    int64_t id = 0;
    int64_t our_id = 0;
    int64_t version = 0;
    int64_t our_version = 0;
    enum be_status status = number_read(store, "PRAGMA application_id", &id, error);

    if (status == BE_OK) {
        status = number_read(model, "PRAGMA application_id", &our_id, error);
    }
    if (status == BE_OK) {
        status = number_read(store, "PRAGMA user_version", &version, error);
    }
    if (status == BE_OK) {
        status = number_read(model, "PRAGMA user_version", &our_version, error);
    }
    if (status == BE_OK && id != our_id) {
        return be_error_set(error, BE_ECORRUPT, "'%s' is a database of another program",
                            store->path);
    }
    if (status == BE_OK && version > our_version) {
        return be_error_set(error, BE_EINCOMPARABLE,
                            "'%s' was written by a newer breakeven: schema %" PRId64
                            ", and this one reads up to %" PRId64,
                            store->path, version, our_version);
    }
    if (status == BE_OK && version < our_version) {
        return be_error_set(error, BE_EINCOMPARABLE,
                            "'%s' was written by an older breakeven: schema %" PRId64
                            ", and this one reads %" PRId64
                            "; that one still reads it, and --db FILE names a new one",
                            store->path, version, our_version);
    }
    return status;
}

/*
 * integrity_check, since quick_check does not hold an index against its table: one flipped bit in
 * an index would hide a sample. It costs little more (.14 s against .12 s for 40,000 samples).
 */
static enum be_status content_check(const struct be_store *store, struct be_error *error)
{
    struct be_query query;
    bool row = false;
    enum be_status status =
        be_query_prepare(&query, store, "PRAGMA integrity_check(1)", "cannot check", error);

    if (status == BE_OK) {
        status = be_query_step(&query, &row, error);
    }
    if (status == BE_OK) {
        size_t bytes = 0;
        const char *verdict = row ? be_query_bytes(&query, &bytes) : NULL;
        if (!verdict || strcmp(verdict, "ok") != 0) {
            status = be_error_set(error, BE_ECORRUPT, "'%s' is damaged: %s", store->path,
                                  verdict ? verdict : "it cannot be checked");
        }
    }
    be_query_finish(&query);
    return status;
}

/* Holds the database against an empty one made from the schema just now. */
static enum be_status database_check(const struct be_store *store, uint64_t bytes,
                                     struct be_error *error)
{
    static char model_path[] = "the schema";
    struct be_store model = {.path = model_path};
    enum be_status status = BE_OK;

    if (sqlite3_open(":memory:", &model.db) != SQLITE_OK) {
        status = be_store_fail(&model, "cannot open", error);
    }
    if (status == BE_OK) {
        status = be_store_execute(&model, be_store_schema, "cannot make", error);
    }
    if (status == BE_OK) {
        status = identity_check(store, &model, error);
    }
    if (status == BE_OK && bytes <= CHECKED_BYTES_MAX) {
        status = content_check(store, error);
    }
    if (status == BE_OK) {
        status = schema_compare(store, &model, error);
    }
    sqlite3_close(model.db);
    return status;
}

enum be_status be_store_check(const struct be_store *store, bool make, uint64_t bytes,
                              struct be_error *error)
{
    int64_t pages = 0;
    enum be_status status = number_read(store, "PRAGMA page_count", &pages, error);

    if (status == BE_OK && pages == 0) {
        status = make ? schema_make(store, error)
                      : be_error_set(error, BE_ENOTFOUND, "'%s' is empty: nothing was stored yet",
                                     store->path);
    }
    return status == BE_OK ? database_check(store, bytes, error) : status;
}
