/*
 * One session of a sweep: what has to be at hand while samples are made. Between sweep.c, which
 * decides what comes next, and session.c, which makes one sample.
 */
#ifndef BE_MEASURE_SESSION_H
#define BE_MEASURE_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/run.h"
#include "core/status.h"
#include "machine/quality.h"
#include "measure/price.h"
#include "measure/sweep.h"
#include "measure/usual.h"

struct be_session {
    const struct be_sweep *sweep;
    struct be_run *run;
    struct be_quality *quality;
    char *topology_xml;
    struct be_truth *truths; /* one a configuration */
    size_t truth_count;
    struct be_usual *usuals; /* one a configuration */
    size_t usual_count;
    uint64_t commit_ns;  /* of the sample before */
    uint64_t started_ns; /* be_clock_now_ns */
    uint64_t earlier_ns; /* elapsed time of earlier sessions */
};

/* The run must have its configurations. On failure nothing is left to finish. */
enum be_status be_session_init(const struct be_sweep *sweep, struct be_run *run,
                               uint64_t started_ns, struct be_session *session,
                               struct be_error *error);
void be_session_finish(struct be_session *session);

/* Takes up configurations that were added to the run since. Errors: as be_session_init. */
enum be_status be_session_extend(struct be_session *session, struct be_error *error);

/*
 * Makes one sample and stores it. A sample that fails is stored as such and is no error here.
 * Errors: BE_EINTERRUPTED (nothing is stored), those of the store, BE_ENOMEM.
 */
enum be_status be_session_sample(struct be_session *session, uint32_t configuration, uint32_t round,
                                 struct be_error *error);

/* What a sample of this configuration should take, in ns: a guess (price.h). */
uint64_t be_session_expected_ns(const struct be_session *session,
                                const struct be_configuration *configuration);

#endif
