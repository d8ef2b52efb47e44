/*
 * What the store's own files share: the connection, and statements whose parameters are bound and
 * whose columns are read in order. Not for others.
 *
 * Binding and reading note the first thing that goes wrong and go on; step reports what went wrong
 * while binding, check what went wrong while reading a row.
 */
#ifndef BE_STORE_QUERY_H
#define BE_STORE_QUERY_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/status.h"

/* How long a call waits for another process that holds the database. */
enum { BE_STORE_BUSY_MS = 5000 };

struct be_store {
    sqlite3 *db;
    char *path;
};

/* results/schema.sql */
extern const char be_store_schema[];

/* Says why SQLite's latest call failed while `doing` ("cannot store a sample"). Never BE_OK. */
enum be_status be_store_fail(const struct be_store *store, const char *doing,
                             struct be_error *error);

/* Runs statements that give no rows. */
enum be_status be_store_execute(const struct be_store *store, const char *sql, const char *doing,
                                struct be_error *error);

/* Ends a transaction: commits when status is BE_OK, else rolls back. Returns what came out. */
enum be_status be_store_end(const struct be_store *store, enum be_status status, const char *doing,
                            struct be_error *error);

/*
 * Makes the tables of an empty database (BE_ENOTFOUND instead when it must not `make` them), and
 * checks one of `bytes` bytes: whose it is, its schema, its pages.
 */
enum be_status be_store_check(const struct be_store *store, bool make, uint64_t bytes,
                              struct be_error *error);

struct be_query {
    const struct be_store *store;
    sqlite3_stmt *statement;
    const char *doing;
    int parameter; /* the last one bound */
    int column;    /* the next one to read */
    int bind_code; /* the first SQLite error while binding */
    bool wrong;    /* a column of this row held what it cannot hold */
    bool no_memory;
};

enum be_status be_query_prepare(struct be_query *query, const struct be_store *store,
                                const char *sql, const char *doing, struct be_error *error);
void be_query_finish(struct be_query *query);

void be_query_bind_count(struct be_query *query, uint64_t value);
void be_query_bind_known(struct be_query *query, uint64_t value); /* 0 means unknown: NULL */
void be_query_bind_real(struct be_query *query, double value);    /* 0 means unknown: NULL */
void be_query_bind_value(struct be_query *query, double value);   /* NAN means unknown: NULL */
void be_query_bind_hash(struct be_query *query, uint64_t value);
void be_query_bind_text(struct be_query *query, const char *text);
void be_query_bind_bytes(struct be_query *query, const char *text, size_t bytes);

/* *row: whether there is a (further) row. */
enum be_status be_query_step(struct be_query *query, bool *row, struct be_error *error);
/* For a statement that gives no rows; finishes the query in any case. */
enum be_status be_query_run(struct be_query *query, struct be_error *error);
/* Makes the statement ready to be bound and stepped once more. */
void be_query_reset(struct be_query *query);

uint64_t be_query_count(struct be_query *query, uint64_t max);
uint64_t be_query_known(struct be_query *query, uint64_t max); /* NULL: 0 */
double be_query_real(struct be_query *query);                  /* NULL: 0 */
double be_query_value(struct be_query *query);                 /* NULL: NAN */
uint64_t be_query_hash(struct be_query *query);
bool be_query_null(struct be_query *query); /* skips the column if it is NULL */
/* A text without NUL; valid until the next step. NULL for anything else, which is wrong. */
const char *be_query_word(struct be_query *query);
char *be_query_text(struct be_query *query); /* a copy, the caller's */
char *be_query_text_or_null(struct be_query *query);
/* Valid until the next step; NULL for NULL. */
const char *be_query_bytes(struct be_query *query, size_t *bytes);

/* After a row was read: BE_ENOMEM, or BE_ECORRUPT that calls the row "`kind` `id`". */
enum be_status be_query_check(const struct be_query *query, const char *kind, uint64_t id,
                              struct be_error *error);

#endif
