/*
 * The quality watch: what took time away from a sample, or changed the machine under it. Read
 * before and after, then judged. Threads: a watch has one owner; judging is pure.
 *
 * The files stay open, and a reading of both takes well under a millisecond. Left out on purpose:
 *   - interrupts: nothing tells those that the sample causes from those of others;
 *   - the current clock (scaling_cur_freq): an idle core's says nothing of a busy one's, and some
 *     kernels sleep 10 ms to find it out. Its limits are watched, and so is heat.
 */
#ifndef BE_MACHINE_QUALITY_H
#define BE_MACHINE_QUALITY_H

#include <stdint.h>

#include "core/record.h"
#include "core/run.h"
#include "core/status.h"

struct be_quality;

/* Which signals a reading holds. One that is missing was unreadable: what it did is unknown. */
enum be_quality_signal {
    BE_QUALITY_STEAL = 1 << 0,     /* /proc/stat: time that the hypervisor gave to others */
    BE_QUALITY_THROTTLED = 1 << 1, /* cpu.stat of every control group above this process */
    BE_QUALITY_OTHERS = 1 << 2,    /* /proc/stat: CPU time of programs that are not the sample's */
    BE_QUALITY_RUNNABLE = 1 << 3,  /* /proc/loadavg: tasks that run or want to */
    BE_QUALITY_PRESSURE = 1 << 4,  /* PSI: time in which a program waited for a CPU */
    BE_QUALITY_HEAT = 1 << 5,      /* thermal_throttle: cores slowed down by heat */
    BE_QUALITY_CLOCK = 1 << 6,     /* scaling_max_freq: the highest clock allowed */
    BE_QUALITY_SWAP = 1 << 7,      /* /proc/vmstat: pages swapped in and out */
    BE_QUALITY_POWER = 1 << 8,     /* power_supply: external supplies in use */
    BE_QUALITY_DELAY = 1 << 9,     /* schedstat: told by the runner, of each member */
};

/* Counters as they stand; each holds a value only with its signal. */
struct be_quality_reading {
    unsigned watched;         /* be_quality_signal bits */
    uint64_t at_ns;           /* be_clock_now_ns */
    uint32_t cpus;            /* that the sample uses */
    uint32_t machine_cpus;    /* online; with BE_QUALITY_OTHERS */
    uint64_t steal_ns;        /* of the CPUs used */
    uint64_t busy_ns;         /* of the CPUs used, by programs of all kinds; counted in ticks */
    uint64_t own_ns;          /* CPU time of this process and of all children that it reaped */
    uint64_t runnable;        /* others' tasks at this instant */
    double throttled_cpus;    /* that throttled_ns is a share of: the quota's, at most `cpus` */
    uint64_t throttled_ns;    /* all groups and CPUs together */
    uint64_t throttled_count; /* periods in which it happened */
    uint64_t waited_ns;       /* with BE_QUALITY_PRESSURE */
    uint64_t heat_count;      /* times, of the CPUs used and their packages */
    uint64_t clock_khz;       /* sum over the CPUs used */
    uint64_t swap_pages;
    uint32_t supplies; /* external power supplies in use; 0 is battery */
};

enum { BE_QUALITY_REASON_BYTES = 320, BE_QUALITY_NAMES_BYTES = 128 };

struct be_quality_verdict {
    enum be_sample_state state;           /* clean, suspect or rejected */
    unsigned watched;                     /* clean says no more than that these were */
    char reason[BE_QUALITY_REASON_BYTES]; /* "" when clean; joined by "; " */
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
 * dispatcher_pu they name the CPUs that the sample uses. None at all: every CPU allowed here.
 */
void be_quality_read(struct be_quality *quality, const int32_t *pus, uint32_t pu_count,
                     int32_t dispatcher_pu, struct be_quality_reading *reading);

/*
 * Judges two readings of the same CPUs. Lost = steal + throttled + others, each as a share of the
 * time between the readings x CPUs: suspect above 2 % and 2 clock ticks, rejected when it is also
 * above 10 %. Steal and others are counted in ticks, so up to two of them say nothing, however
 * short the sample. Others = busy - own, where it is above what sampling by ticks could make of a
 * sample alone, and at most what they can have taken:
 *   - own x their runnable tasks, at least one: CPUs are shared fairly, so that a sample waits for
 *     each of them as long as it runs itself; one that sleeps loses little;
 *   - the time that a program waited, on every CPU: where nobody waited, nothing was taken.
 * Heat, a moved clock limit, swapping and another power supply make suspect. A
 * signal that either reading lacks, or that ran backwards, is not watched.
 */
void be_quality_judge(const struct be_quality_reading *before,
                      const struct be_quality_reading *after, struct be_quality_verdict *verdict);

/* Adds to a verdict: suspect where a worker was lost, which nobody had asked for. */
void be_quality_judge_losses(const struct be_sample_record *record,
                             struct be_quality_verdict *verdict);

/* Adds to a verdict: suspect where a worker ran elsewhere than on the CPU that it was bound to. */
void be_quality_judge_places(const struct be_sample_record *record,
                             struct be_quality_verdict *verdict);

/*
 * Adds to a verdict: the time for which others had a core of the sample while one of its members,
 * bound to it, waited; as a share of the time of its cores. Suspect above 2 % and 1 ms, rejected
 * when it is also above 10 %. Not judged where a member was not bound, or its delay is not known.
 */
void be_quality_judge_delays(const struct be_sample_record *record,
                             struct be_quality_verdict *verdict);

/* Worsens a verdict to at least `state`, for a reason as printf would write it. */
__attribute__((format(printf, 3, 4))) void
be_quality_verdict_add(struct be_quality_verdict *verdict, enum be_sample_state state,
                       const char *format, ...);

/* "steal, throttling" … or "nothing". Written into text (BE_QUALITY_NAMES_BYTES) and returned. */
const char *be_quality_watched_names(unsigned watched, char *text);

#endif
