#include "store/store_query.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum be_status be_store_execute(const struct be_store *store, const char *sql, const char *doing,
                                struct be_error *error)
{
    return sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK
               ? BE_OK
               : be_store_fail(store, doing, error);
}

enum be_status be_store_end(const struct be_store *store, enum be_status status, const char *doing,
                            struct be_error *error)
{
    if (status == BE_OK) {
        status = be_store_execute(store, "COMMIT", doing, error);
    }
    /* Some errors have rolled back by themselves; then there is nothing left to end. */
    if (!sqlite3_get_autocommit(store->db)) {
        sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    }
    return status;
}

enum be_status be_query_prepare(struct be_query *query, const struct be_store *store,
                                const char *sql, const char *doing, struct be_error *error)
{
    *query = (struct be_query){.store = store, .doing = doing};
    return sqlite3_prepare_v2(store->db, sql, -1, &query->statement, NULL) == SQLITE_OK
               ? BE_OK
               : be_store_fail(store, doing, error);
}

void be_query_finish(struct be_query *query)
{
    sqlite3_finalize(query->statement);
    query->statement = NULL;
}

static void bound(struct be_query *query, int code)
{
    if (query->bind_code == SQLITE_OK) {
        query->bind_code = code;
    }
}

void be_query_bind_count(struct be_query *query, uint64_t value)
{
    query->parameter++;
    bound(query, value > INT64_MAX ? SQLITE_TOOBIG
                                   : sqlite3_bind_int64(query->statement, query->parameter,
                                                        (sqlite3_int64)value));
}

void be_query_bind_known(struct be_query *query, uint64_t value)
{
    if (value > 0) {
        be_query_bind_count(query, value);
    } else {
        bound(query, sqlite3_bind_null(query->statement, ++query->parameter));
    }
}

void be_query_bind_real(struct be_query *query, double value)
{
    query->parameter++;
    bound(query, value > 0 ? sqlite3_bind_double(query->statement, query->parameter, value)
                           : sqlite3_bind_null(query->statement, query->parameter));
}

void be_query_bind_value(struct be_query *query, double value)
{
    query->parameter++;
    bound(query, isfinite(value) ? sqlite3_bind_double(query->statement, query->parameter, value)
                                 : sqlite3_bind_null(query->statement, query->parameter));
}

void be_query_bind_hash(struct be_query *query, uint64_t value)
{
    bound(query, sqlite3_bind_int64(query->statement, ++query->parameter, (sqlite3_int64)value));
}

void be_query_bind_text(struct be_query *query, const char *text)
{
    be_query_bind_bytes(query, text, text ? strlen(text) : 0);
}

void be_query_bind_bytes(struct be_query *query, const char *text, size_t bytes)
{
    /* Not copied: what is bound outlives the statement in every caller. */
    bound(query, sqlite3_bind_text64(query->statement, ++query->parameter, text, bytes,
                                     SQLITE_STATIC, SQLITE_UTF8));
}

enum be_status be_query_step(struct be_query *query, bool *row, struct be_error *error)
{
    if (query->bind_code == SQLITE_TOOBIG) {
        return be_error_set(error, BE_EINVAL,
                            "%s in '%s': a number above 2^63-1 or a text that is too long",
                            query->doing, query->store->path);
    }
    if (query->bind_code != SQLITE_OK) {
        return be_store_fail(query->store, query->doing, error);
    }
    int code = sqlite3_step(query->statement);
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        return be_store_fail(query->store, query->doing, error);
    }
    *row = code == SQLITE_ROW;
    query->column = 0;
    query->wrong = false;
    return BE_OK;
}

enum be_status be_query_run(struct be_query *query, struct be_error *error)
{
    bool row = false;
    enum be_status status = be_query_step(query, &row, error);

    be_query_finish(query);
    return status;
}

void be_query_reset(struct be_query *query)
{
    sqlite3_reset(query->statement);
    query->parameter = 0;
    query->bind_code = SQLITE_OK;
}

uint64_t be_query_count(struct be_query *query, uint64_t max)
{
    int column = query->column++;
    sqlite3_int64 value = sqlite3_column_int64(query->statement, column);

    if (sqlite3_column_type(query->statement, column) != SQLITE_INTEGER || value < 0 ||
        (uint64_t)value > max) {
        query->wrong = true;
        return 0;
    }
    return (uint64_t)value;
}

bool be_query_null(struct be_query *query)
{
    bool null = sqlite3_column_type(query->statement, query->column) == SQLITE_NULL;

    query->column += null;
    return null;
}

uint64_t be_query_known(struct be_query *query, uint64_t max)
{
    return be_query_null(query) ? 0 : be_query_count(query, max);
}

double be_query_value(struct be_query *query)
{
    double value = sqlite3_column_double(query->statement, query->column);

    /* Most values are neither 0 nor NULL, which reads as 0. */
    if (value == 0 && be_query_null(query)) {
        return NAN;
    }
    query->column++;
    query->wrong |= !isfinite(value);
    return value;
}

uint64_t be_query_hash(struct be_query *query)
{
    return (uint64_t)sqlite3_column_int64(query->statement, query->column++);
}

double be_query_real(struct be_query *query)
{
    if (be_query_null(query)) {
        return 0;
    }
    double value = sqlite3_column_double(query->statement, query->column++);
    query->wrong |= !(value > 0 && value < 1e300);
    return value;
}

char *be_query_text_or_null(struct be_query *query)
{
    return be_query_null(query) ? NULL : be_query_text(query);
}

const char *be_query_word(struct be_query *query)
{
    size_t bytes = 0;
    const char *text = be_query_bytes(query, &bytes);

    /* Text with a NUL would be read as less than it is. */
    if (!text || strlen(text) != bytes) {
        query->wrong = true;
        return NULL;
    }
    return text;
}

char *be_query_text(struct be_query *query)
{
    const char *text = be_query_word(query);
    char *copy = text ? strdup(text) : NULL;

    query->no_memory |= text && !copy;
    return copy;
}

const char *be_query_bytes(struct be_query *query, size_t *bytes)
{
    int column = query->column++;
    const char *text = (const char *)sqlite3_column_text(query->statement, column);

    *bytes = (size_t)sqlite3_column_bytes(query->statement, column);
    query->no_memory |= !text && sqlite3_column_type(query->statement, column) != SQLITE_NULL;
    return text;
}

enum be_status be_query_check(const struct be_query *query, const char *kind, uint64_t id,
                              struct be_error *error)
{
    if (query->no_memory) {
        return be_error_set(error, BE_ENOMEM, "out of memory reading '%s'", query->store->path);
    }
    if (query->wrong) {
        return be_error_set(error, BE_ECORRUPT,
                            "'%s' is damaged: %s %" PRIu64 " holds a value that cannot be",
                            query->store->path, kind, id);
    }
    return BE_OK;
}
