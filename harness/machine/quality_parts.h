/*
 * The parts of a quality watch, one source of signals each. An init opens files below root; what
 * cannot be opened is not watched. A read fills its own members of a reading, and the bits of what
 * it holds. What an init left can be finished, also when it failed.
 */
#ifndef BE_MACHINE_QUALITY_PARTS_H
#define BE_MACHINE_QUALITY_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/status.h"
#include "machine/quality.h"

enum { BE_QUALITY_CPUS_MAX = 8192 };

/* The CPUs of one sample, as OS indexes. */
struct be_quality_cpus {
    bool used[BE_QUALITY_CPUS_MAX];
    uint32_t count; /* 0: every CPU of the machine */
};

/* A tick of the kernel's CPU time accounting, in ns. */
uint64_t be_quality_tick_ns(void);

/* What a share of lost CPU time makes of a sample. */
enum be_sample_state be_quality_share_state(double share);

/* -1 when it cannot be opened. */
int be_quality_open(const char *root, const char *path);

/* Reads a file from its start, at most bytes - 1; false when nothing could be read. */
bool be_quality_text_read(int fd, char *text, size_t bytes);

/* A file that holds one number; false when it does not. */
bool be_quality_number_read(int fd, uint64_t *value);

/* The number behind a key, such as "nr_throttled "; 0 when the text has no such key. */
uint64_t be_quality_text_value(const char *text, const char *key);

/* /proc/stat: STEAL and OTHERS. */
struct be_quality_stat {
    int fd;
    char *text; /* owned; holds the lines of all CPUs, which come first */
    size_t bytes;
};

enum be_status be_quality_stat_init(struct be_quality_stat *stat, const char *root,
                                    struct be_error *error);
void be_quality_stat_finish(struct be_quality_stat *stat);
void be_quality_stat_read(struct be_quality_stat *stat, const struct be_quality_cpus *cpus,
                          struct be_quality_reading *reading);

/* Control groups and waiting for CPUs: THROTTLED and PRESSURE. */
struct be_quality_group {
    bool known; /* every control group that can throttle is in fds */
    bool v2;
    int *fds; /* owned; cpu.stat of each */
    size_t count;
    double quota_cores; /* INFINITY: none in force, or unknown */
    int pressure_fd;    /* cpu.pressure of the own group (v2), else of the machine; -1: neither */
};

enum be_status be_quality_group_init(struct be_quality_group *group, const char *root,
                                     struct be_error *error);
void be_quality_group_finish(struct be_quality_group *group);
void be_quality_group_read(const struct be_quality_group *group,
                           struct be_quality_reading *reading);

/* What each core has of its own: HEAT and CLOCK. */
struct be_quality_core {
    struct be_quality_core_fds *items; /* owned; one a CPU, from CPU 0 */
    size_t count;
};

enum be_status be_quality_core_init(struct be_quality_core *core, const char *root,
                                    struct be_error *error);
void be_quality_core_finish(struct be_quality_core *core);
void be_quality_core_read(const struct be_quality_core *core, const struct be_quality_cpus *cpus,
                          struct be_quality_reading *reading);

enum { BE_QUALITY_SUPPLIES_MAX = 16 };

/* What the machine has once: RUNNABLE, SWAP and POWER; and whether it tells DELAY. */
struct be_quality_system {
    int loadavg_fd;
    int vmstat_fd;
    bool delay_told;
    int supply_fds[BE_QUALITY_SUPPLIES_MAX]; /* `online` of each external supply */
    size_t supply_count;
};

void be_quality_system_init(struct be_quality_system *system, const char *root);
void be_quality_system_finish(struct be_quality_system *system);
void be_quality_system_read(const struct be_quality_system *system,
                            struct be_quality_reading *reading);

#endif
