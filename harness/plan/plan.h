/*
 * A plan: what a sweep varies, on which input, and how often it measures.
 *
 * The order of use is init, then load and set as often as needed (the last one wins), then check
 * against what a runner offers, then to_text. Threads: one owner at a time. Errors: BE_EUSAGE for a
 * key, BE_EINVAL for a value, each saying where it was written and what would be right; BE_ENOMEM.
 */
#ifndef BE_PLAN_PLAN_H
#define BE_PLAN_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buffer.h"
#include "core/pairs.h"
#include "core/protocol.h"
#include "core/run.h"
#include "core/status.h"
#include "plan/catalog.h"
#include "plan/texts.h"

enum { BE_PLAN_AXES_MAX = 64 };

/* A key whose every value is measured: workload, executor, workers, …, a row's own parameter. */
struct be_axis {
    char *key;
    struct be_texts values; /* as written; canonical and without doubles after be_plan_check */
    char *where;            /* "seed.ini:7: "; NULL for a default or a flag */
};

/* What grows with the workers of a configuration. */
enum be_plan_scaling {
    BE_SCALING_STRONG, /* nothing: as many tasks for all */
    BE_SCALING_WEAK,   /* its tasks: P workers do P times as many as the serial reference */
};

/* "strong", "weak". */
const char *be_plan_scaling_name(enum be_plan_scaling value);
enum be_status be_plan_scaling_parse(const char *name, enum be_plan_scaling *value,
                                     struct be_error *error);

/* Where the tasks of a configuration come from. */
enum be_plan_source {
    BE_PLAN_GRAINS, /* generated, for each value of axis grain */
    BE_PLAN_STEPS,  /* generated, of `steps` steps */
    BE_PLAN_PAIRS,  /* pairs in the plan */
    BE_PLAN_FILE,   /* pairs in a CSV file */
};

struct be_plan {
    char *name;
    char *summary; /* one line, may be "" */
    char *label;   /* NULL: none; names a run, so it is no part of to_text */

    struct be_axis *axes;
    size_t axis_count;

    enum be_plan_source source;
    struct be_pairs pairs; /* BE_PLAN_PAIRS; BE_PLAN_FILE once be_plan_read_input has read it */
    char *input_path;      /* BE_PLAN_FILE; else NULL */
    uint64_t steps;        /* BE_PLAN_STEPS; else 0 */
    uint64_t tasks;        /* a pass; 0: chosen for each grain, or as many as there are pairs */

    uint64_t passes;
    uint64_t warmup;
    bool cold; /* also one cold pass a sample */
    enum be_plan_scaling scaling;
    uint64_t rounds;         /* the most; below 10: neither fewer nor more */
    double precision;        /* wanted: half the interval of a speedup over it; .01 is 1 % */
    uint64_t time_budget_ns; /* 0: none */
    uint64_t timeout_ns;     /* of a sample; 0: max(10 s, 20 x planned) */
    uint64_t seed;
    struct be_texts counters; /* "backend:event", or "default" */

    /* What others published for this experiment, shown beside ours. */
    char *published_source; /* NULL: nothing */
    struct be_published {
        char *executor;
        uint64_t wall_ns;
    } * published;
    size_t published_count;
};

/* The defaults. On an error nothing is left to finish. */
enum be_status be_plan_init(struct be_plan *plan, struct be_error *error);
void be_plan_finish(struct be_plan *plan);

/*
 * Sets one key by its name: a flag's long name without its dashes. Lists have commas; cold is on or
 * off; counters may be none; input names a CSV file; grain, steps, pairs and input replace each
 * other. A value of chunk or of a row's own parameter may be for one executor: "10@processes", and
 * that executor takes no others. A key that is none of the plan's own becomes an axis, and
 * be_plan_check says when no row has such a parameter. bench/plans/README.md lists all keys. *plan
 * is as it was after an error.
 */
enum be_status be_plan_set(struct be_plan *plan, const char *name, const char *value,
                           struct be_error *error);

/*
 * Reads a plan file over what *plan holds: a path (it holds a '/' or ends in .ini), or the name of
 * a plan in `folder`. A plan file is not trusted: at most 64 KiB, and it names no file outside its
 * own folder. Errors: also BE_EINPUT for what is no plan file, BE_ENOTFOUND naming the plans there
 * are; all but the last with "file:line: ". After an error *plan can only be finished.
 */
enum be_status be_plan_load(struct be_plan *plan, const char *name, const char *folder,
                            struct be_error *error);

/* The names of the plans in a folder, sorted; the caller finishes them. Errors: BE_ENOTFOUND. */
enum be_status be_plan_list(const char *folder, struct be_texts *names, struct be_error *error);

/*
 * Reads the CSV file that the plan names, if it names one. Call it before be_plan_check.
 * Errors: those of be_pairs_read.
 */
enum be_status be_plan_read_input(struct be_plan *plan, struct be_error *error);

/* What this machine allows. */
struct be_plan_limits {
    uint64_t max_workers;   /* what "max" stands for: the effective cores */
    const char *placements; /* names separated by blanks */
};

/*
 * Holds every axis against the catalogue and makes its values canonical ("1..4" becomes 1 2 3 4).
 * Errors: also BE_EUNAVAILABLE for a row that cannot be used here, with its reason.
 */
enum be_status be_plan_check(struct be_plan *plan, const struct be_catalog *catalog,
                             const struct be_plan_limits *limits, struct be_error *error);

/*
 * Appends the plan as canonical JSON: equal text, equal plan. Report and resume read it:
 * {"name","summary","axes":{key:[values]},"input":{…},"passes","warmup","cold","scaling",
 * "rounds","precision","time_budget_ns","timeout_ns","seed","counters":[],"published":{"source","wall_ns":{executor:ns}}}
 * "published" is left out where there is none.
 */
enum be_status be_plan_to_text(const struct be_plan *plan, struct be_buffer *text,
                               struct be_error *error);

/* The axis, or NULL. */
const struct be_axis *be_plan_axis(const struct be_plan *plan, const char *key);

/*
 * Fills a spec fresh from be_spec_init for one configuration: params, input, seed, passes,
 * counters. BE_ROLE_OVERHEAD has one timed pass, no cold one and no counters, and
 * BE_ROLE_UNCOUNTED no counters. PUs, topology and
 * leash are the caller's to add; the caller finishes the spec also after an error.
 */
enum be_status be_plan_spec(const struct be_plan *plan,
                            const struct be_configuration *configuration, struct be_spec *spec,
                            struct be_error *error);

#endif
