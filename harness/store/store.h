/*
 * The store: every run and every sample, in one SQLite file, kept from the moment add returns.
 *
 * A database comes from outside and is checked before it is believed. Threads: one owner at a time;
 * several processes may have it open, one writes at a time and the others wait some seconds.
 * Errors: BE_ECORRUPT for what is damaged or is no database of ours, BE_EINCOMPARABLE for another
 * schema, BE_EIO when the disk is full or fails, or when another process holds the database; each
 * names the path. What a call that failed wanted to store is not there at all; everything before
 * it is. Strings taken out are the caller's (free), as are the structs that hold them.
 */
#ifndef BE_STORE_H
#define BE_STORE_H

#include <stddef.h>
#include <stdint.h>

#include "core/buffer.h"
#include "core/run.h"
#include "core/status.h"

/* The longest text in a database: a transcript, a plan, a machine. */
#define BE_STORE_TEXT_BYTES_MAX (64 << 20)

struct be_store;

enum be_store_mode {
    BE_STORE_READ,  /* must exist; nothing is added */
    BE_STORE_WRITE, /* made, with its folder, when it is not there; readable by its owner only */
};

/*
 * Where the database is: `asked` (--db) if not NULL; in a checkout of this project
 * results/breakeven.db of that checkout; else breakeven/breakeven.db in the XDG state folder. Makes
 * nothing. Errors: BE_EUSAGE when there is no home to put it in, BE_ENOMEM.
 */
enum be_status be_store_default_path(const char *asked, char **path, struct be_error *error);

/* Errors: BE_ENOTFOUND for BE_STORE_READ when nothing was stored yet. */
enum be_status be_store_open(const char *path, enum be_store_mode mode, struct be_store **store,
                             struct be_error *error);
void be_store_close(struct be_store *store); /* NULL is legal */

/* As it was given to open; owned by the store. */
const char *be_store_path(const struct be_store *store);

/* Errors: BE_EINVAL for a label that cannot be a handle ("", "last", "last~1"); NULL is none. */
enum be_status be_store_check_label(const char *label, struct be_error *error);

/*
 * Stores the run and its configurations, without samples, in one transaction, and sets run->id.
 * Errors: those of be_store_check_label.
 */
enum be_status be_store_begin_run(struct be_store *store, struct be_run *run,
                                  struct be_error *error);

/*
 * Stores the run's configurations from `first` on, in one transaction: a run may get more while it
 * is measured. Errors: BE_ENOTFOUND when the store has not exactly `first` of that run.
 */
enum be_status be_store_add_configurations(struct be_store *store, const struct be_run *run,
                                           size_t first, struct be_error *error);

/*
 * Stores one sample of the run, with what came of its counters, in one transaction: on return it
 * survives a crash of the program and of the machine. transcript: the runner's lines as received,
 * any bytes, NULL if there was no runner; sample->record is not read. *commit_ns (may be NULL): how
 * long the store took.
 */
enum be_status be_store_add_sample(struct be_store *store, const struct be_run *run,
                                   const struct be_sample *sample,
                                   const struct be_buffer *transcript, uint64_t *commit_ns,
                                   struct be_error *error);

/* Errors: BE_ENOTFOUND. */
enum be_status be_store_set_status(struct be_store *store, int64_t run_id,
                                   enum be_run_status run_status, uint64_t elapsed_ns,
                                   struct be_error *error);

/*
 * The run that a handle means: "12"; "@last", the newest; "@last~1", the one before; "@LABEL", the
 * newest with that label. Errors: BE_ENOTFOUND, BE_EUSAGE for text that is no handle.
 */
enum be_status be_store_resolve(struct be_store *store, const char *handle, int64_t *run_id,
                                struct be_error *error);

/* How much of each sample is loaded. */
enum be_store_detail {
    /* Values and counters. Only the last good sample of each configuration has its record, since
     * that says which PUs were used. */
    BE_STORE_VALUES,
    BE_STORE_RECORDS, /* all records too; one that was not measured has none */
};

/*
 * Reads a whole run into *run, which must be empty; the caller finishes it also after an error.
 * Errors: BE_ENOTFOUND; BE_ECORRUPT naming the configuration or sample that cannot be right.
 */
enum be_status be_store_load_run(struct be_store *store, int64_t run_id,
                                 enum be_store_detail detail, struct be_run *run,
                                 struct be_error *error);

/* A run in one line. */
struct be_store_row {
    int64_t id;
    char *plan;
    char *label; /* NULL: none */
    char *machine_key;
    int64_t started_at;
    uint64_t elapsed_ns;
    enum be_run_status status;
    uint64_t configuration_count;
    uint64_t sample_count;
};

/* All runs, the newest first. Finish takes what list gave. */
enum be_status be_store_list_runs(struct be_store *store, struct be_store_row **rows, size_t *count,
                                  struct be_error *error);
void be_store_rows_finish(struct be_store_row *rows, size_t count);

/* What two runs must share for one to go on where the other stopped. */
struct be_store_key {
    const char *plan_text;
    const char *build_id;
    const char *machine_key;
    const char *boot_id;
};

/*
 * The newest unfinished run with an equal key; *run_id is 0 when there is none. An empty text is
 * unknown and equals nothing. An unfinished run may also be one that another process measures right
 * now: the caller holds the lock of the CPUs before it resumes.
 */
enum be_status be_store_find_resumable(struct be_store *store, const struct be_store_key *key,
                                       int64_t *run_id, struct be_error *error);

#endif
