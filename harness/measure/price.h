/*
 * What samples will take, told before they are made: a guess from one serial launch a block, put
 * right by what samples took so far. Pure functions. Threads: no shared state.
 */
#ifndef BE_MEASURE_PRICE_H
#define BE_MEASURE_PRICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/run.h"
#include "plan/plan.h"

/* What is known of a configuration's tasks before it is measured: from one serial launch. */
struct be_truth {
    bool known;         /* false: that launch failed */
    uint64_t checksum;  /* of their results */
    uint64_t pass_ns;   /* a serial pass; 0: not known */
    uint64_t launch_ns; /* all of the launch but the pass, such as making the input; 0: not known */
};

/* A sample of the configuration, whose tasks the truth is of. A peer is a program of its own. */
uint64_t be_price_sample_ns(const struct be_plan *plan,
                            const struct be_configuration *configuration,
                            const struct be_truth *truth, bool is_peer);

/* What its messages take in one pass, of that; 0 where there are none. */
double be_price_messages_ns(const struct be_configuration *configuration, bool is_peer);

/* Of the samples made so far. */
struct be_price {
    size_t samples;       /* without those that were replaced */
    uint64_t expected_ns; /* of these, as be_price_sample_ns has them */
    uint64_t spent_ns;    /* on all, replaced ones included */
};

/* What is expected to take expected_ns, at the pace so far; the same while that says too little. */
uint64_t be_price_correct_ns(const struct be_price *price, uint64_t expected_ns);

#endif
