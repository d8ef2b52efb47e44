/*
 * The floors of a machine: what one operation of each probe takes, from several launches. Threads:
 * plain data with one owner.
 */
#ifndef BE_ANALYSIS_FLOORS_H
#define BE_ANALYSIS_FLOORS_H

#include <stddef.h>

#include "analysis/stats.h"

struct be_floor {
    char name[32];         /* the probe's */
    const char *between;   /* how near the two PUs are, such as "same L3"; NULL: one PU; static */
    struct be_estimate ns; /* of one operation; known unless `unavailable` says why not */
    char unavailable[160];
    bool siblings; /* the two PUs are of one core */
};

/* init with {0}; finish frees. */
struct be_floors {
    struct be_floor *items; /* owned; in the order of the runner's table, the nearest pair first */
    size_t count;
};

void be_floors_finish(struct be_floors *floors);

/*
 * The floor of that name: the nearest known one between cores of their own, else one between
 * siblings, else one that is not known. NULL: there is none.
 */
const struct be_floor *be_floors_find(const struct be_floors *floors, const char *name);

/*
 * W, waking a worker that sleeps, as floor `wake`: what one turn of `futex-wake` takes less the
 * system call of who wakes. Unavailable for the reason of the one of them that is.
 */
struct be_floor be_floors_wake(const struct be_floors *floors);

#endif
