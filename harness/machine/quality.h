/*
 * The quality watch: what took CPU time away from a sample. Read before and after, then judged.
 *
 * Watched here: steal time of the CPUs used (/proc/stat) and throttling by the CPU quota of any
 * control group above this process. A reading takes well under 0.2 ms on an ordinary machine: the
 * files stay open. Threads: a watch has one owner; judging is pure.
 */
#ifndef BE_MACHINE_QUALITY_H
#define BE_MACHINE_QUALITY_H

#include <stdint.h>

#include "core/run.h"
#include "core/status.h"

struct be_quality;

/* Which signals a reading holds. One that is missing was unreadable: its loss is unknown. */
enum be_quality_signal {
    BE_QUALITY_STEAL = 1 << 0,
    BE_QUALITY_THROTTLED = 1 << 1,
};

struct be_quality_reading {
    unsigned watched;         /* be_quality_signal bits */
    uint32_t cpus;            /* that steal_ns is the sum of */
    uint64_t steal_ns;        /* with BE_QUALITY_STEAL only */
    double throttled_cpus;    /* that throttled_ns is a share of: the quota's, at most `cpus` */
    uint64_t throttled_ns;    /* with BE_QUALITY_THROTTLED only: all groups and CPUs together */
    uint64_t throttled_count; /* periods in which it happened */
};

enum { BE_QUALITY_REASON_BYTES = 160 };

struct be_quality_verdict {
    enum be_sample_state state;           /* clean, suspect or rejected */
    unsigned watched;                     /* clean says no more than that these were */
    char reason[BE_QUALITY_REASON_BYTES]; /* "" when clean */
};

/*
 * Opens what there is to watch below root ("" is this machine). What is not there is not watched.
 * Errors: BE_ENOMEM.
 */
enum be_status be_quality_create(const char *root, struct be_quality **quality,
                                 struct be_error *error);
void be_quality_destroy(struct be_quality *quality);

/*
 * Reads now. pus are the workers' OS indexes (doubles are counted once, -1 is left out); with
 * dispatcher_pu they name the CPUs whose steal counts. None at all: every CPU of the machine.
 */
void be_quality_read(struct be_quality *quality, const int32_t *pus, uint32_t pu_count,
                     int32_t dispatcher_pu, struct be_quality_reading *reading);

/*
 * Judges two readings of the same CPUs. Lost = steal + throttled, each as a share of elapsed_ns x
 * CPUs: suspect above 2 % and 2 clock ticks, rejected when it is also above 10 %. Steal is counted
 * in ticks, so up to two of them say nothing, however short the sample. A signal that either
 * reading lacks, or that ran backwards, is not watched.
 */
void be_quality_judge(const struct be_quality_reading *before,
                      const struct be_quality_reading *after, uint64_t elapsed_ns,
                      struct be_quality_verdict *verdict);

/* "steal, throttling", "steal", "throttling" or "nothing". */
const char *be_quality_watched_name(unsigned watched);

#endif
