/*
 * The catalogue: what a runner offers, read from what its --describe printed, with the executors
 * that other runners add to it.
 *
 * It comes from outside the harness, so everything is checked. Threads: immutable once parsed.
 * Lifetime: strings and rows belong to the catalogue that they were parsed into.
 */
#ifndef BE_PLAN_CATALOG_H
#define BE_PLAN_CATALOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/json.h"
#include "core/params.h"
#include "core/status.h"

enum be_catalog_kind {
    BE_CATALOG_WORKLOAD,
    BE_CATALOG_EXECUTOR,
    BE_CATALOG_COUNTER,   /* a backend; its events are "backend:event" */
    BE_CATALOG_PROBE,     /* a floor of the machine; a runner need not have any */
    BE_CATALOG_TRANSPORT, /* from here on parts of executors; a runner need not have any */
    BE_CATALOG_CODEC,     /* likewise */
    BE_CATALOG_START,     /* likewise: how its processes come to be */
};

enum { BE_CATALOG_KINDS = 7 };

struct be_catalog_row {
    const char *name;
    const char *summary;
    const char *unavailable; /* NULL: can be used; else the reason */
    const char *program;     /* of another runner that has this row; NULL: of this one */
    struct be_param *params; /* param_count of them; workloads, executors, parts */
    size_t param_count;

    /* Workloads. */
    uint64_t request_bytes; /* of one task */
    uint64_t reply_bytes;
    uint64_t steps_max; /* 0: a task has no steps to choose */
    uint64_t step_ns;   /* what a step takes by definition; 0: it is to be measured */

    /* Executors. */
    bool parallel;         /* takes more than one worker */
    bool computes;         /* runs the workload; else its replies stay zero */
    const char *workloads; /* those it has, separated by blanks; NULL: all */

    /* Counter backends: what "default" stands for. */
    const char **events;
    size_t event_count;

    /* Probes. */
    uint32_t workers; /* 2: it goes between two PUs */
    uint64_t tasks;   /* operations a pass */
};

struct be_catalog {
    uint64_t protocol;
    const char *program;
    const char *version;
    const char *build_id; /* hexadecimal; "" unknown */
    struct be_catalog_rows {
        struct be_catalog_row *items;
        size_t count;
    } rows[BE_CATALOG_KINDS];

    json_t *source; /* owns every string above */
};

/* "workload", "executor", "counter", "probe", "transport", "codec", "start". */
const char *be_catalog_kind_name(enum be_catalog_kind kind);

/*
 * Parses the JSON object that `breakeven-bench --describe` prints. *catalog is written on success
 * only. Errors: BE_EPROTOCOL naming what is missing or wrong, also another protocol version.
 */
enum be_status be_catalog_parse(const char *text, size_t bytes, struct be_catalog *catalog,
                                struct be_error *error);

/*
 * Adds the executors of another runner, the one at the path `program`, in place of those that were
 * added for it before. Both are borrowed, and so are the rows. Errors: BE_EPROTOCOL for a name that
 * is taken, after which none of its executors are there; BE_ENOMEM.
 */
enum be_status be_catalog_add_executors(struct be_catalog *catalog, const struct be_catalog *other,
                                        const char *program, struct be_error *error);

/* Makes it empty again; a zeroed catalogue is empty. */
void be_catalog_finish(struct be_catalog *catalog);

/* The row of that name, or NULL. */
const struct be_catalog_row *be_catalog_find(const struct be_catalog *catalog,
                                             enum be_catalog_kind kind, const char *name);

/*
 * Whether a parameter of an executor names a row of a kind: that row is a part of the executor and
 * brings parameters of its own. Fills in the kind then; it may be NULL.
 */
bool be_catalog_param_is_part(const char *param, enum be_catalog_kind *kind);

/* The parameter of that name, or NULL. */
const struct be_param *be_catalog_row_param(const struct be_catalog_row *row, const char *name);

#endif
