/*
 * Where the core time of a configuration went, and what it lost against its serial reference. Pure
 * functions. All parts are per cent of T·C, the wall time of a pass times the distinct PUs it ran
 * on, and a part that is no one else's takes what is missing to 100: remainder, or unexplained.
 *
 * Errors: BE_ENOMEM. Too little known is no error: `known == false`.
 */
#ifndef BE_ANALYSIS_BUDGET_H
#define BE_ANALYSIS_BUDGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/run.h"
#include "core/status.h"

/* T·C = compute + codec + messages + merge + idle + remainder. */
enum be_budget_part {
    BE_BUDGET_COMPUTE,
    BE_BUDGET_CODEC,
    BE_BUDGET_MESSAGES, /* send and receive */
    BE_BUDGET_MERGE,
    BE_BUDGET_IDLE,      /* T·C less busy time, at least 0 */
    BE_BUDGET_REMAINDER, /* signed */
    BE_BUDGET_PART_COUNT,
};

/* 100 = reached + losses. */
enum be_loss {
    BE_LOSS_COMPUTE, /* compute beyond N·w: clock, caches, shared cores; below 0: it was faster */
    BE_LOSS_CODEC,
    BE_LOSS_MESSAGES,
    BE_LOSS_MERGE,
    BE_LOSS_START,       /* idle before the first task */
    BE_LOSS_IMBALANCE,   /* idle after the last result */
    BE_LOSS_DISPATCHER,  /* idle of the dispatcher's PU, where it has one to itself (C = P + 1) */
    BE_LOSS_WAITING,     /* the rest of idle */
    BE_LOSS_UNEXPLAINED, /* signed */
    BE_LOSS_COUNT,
};

/*
 * Named parts are medians over rounds; remainder and unexplained are 100 less all others, so that
 * each sum is 100 whatever the medians are. `reached` is known where a speedup is: 100 S / C; all
 * else needs passes that were stamped.
 */
struct be_budget {
    bool known;            /* parts and losses are */
    uint64_t too_short_ns; /* a pass, where that is why they are not known; 0: it is not */
    size_t count;          /* samples they come from */
    double parts[BE_BUDGET_PART_COUNT]; /* per cent of T·C */
    double reached;                     /* N·w as per cent of T·C; NAN: not known */
    double losses[BE_LOSS_COUNT];       /* per cent of T·C */

    /*
     * Busy time beyond T·C, per cent of it: workers wait for a shared core within what their stamps
     * time, or ran on more cores than C says (unbound). Every stamped part is then scaled down to
     * the share of busy time that C cores can have given, compute to no less than N·w. 0: none.
     */
    double overlap;
};

/* One sample to be split. */
struct be_budget_sample {
    const struct be_sample *sample; /* its values: distinct_pus and the stamped ones */
    double serial_ns;               /* N·w of its block's reference in the same round; NAN */
    uint32_t workers;
};

/*
 * Stamps cost next to nothing because they time, of each kind of call, about one every 1 to 3 ms
 * where calls are short. A pass that is shorter than a few of these says nothing of its parts.
 */
#define BE_BUDGET_PASS_NS_MIN UINT64_C(5000000)

enum be_status be_budget_compute(const struct be_budget_sample *samples, size_t count,
                                 struct be_budget *budget, struct be_error *error);

/* Per cent are printed with one decimal. */
#define BE_BUDGET_STEP .1

/*
 * Rounds to multiples of BE_BUDGET_STEP so that what is printed adds up to 100 as well: remainder
 * and unexplained take what rounding leaves.
 */
void be_budget_round(struct be_budget *budget);

#endif
