/*
 * Control groups, v1 and v2: the folders whose CPU quota binds this process, which is its own group
 * and every ancestor that can be seen from here, and the quota in force. A quota is invisible to
 * nproc and to sched_getaffinity.
 *
 * Files are read below `root`: "" is this machine, tests name a folder with its own proc and sys.
 * Threads: no shared state.
 */
#ifndef BE_MACHINE_CGROUP_H
#define BE_MACHINE_CGROUP_H

#include <stdbool.h>
#include <stddef.h>

#include "core/status.h"

/* The folders of one hierarchy, this process's own first. init with {0}; finish frees. */
struct be_cgroup_chain {
    bool known;     /* false: where this process is could not be found out */
    bool v2;        /* which version the CPU controller is in; it is never in both */
    char **folders; /* owned; with root in front */
    size_t count;   /* 0: no control group limits CPU time */
};

/*
 * Finds the folders of the CPU controller. Without control groups in the kernel the chain is known
 * and empty. A chain is unknown where no mount shows this process's own group, as in a container
 * that sees another one's. *chain must be empty. Errors: BE_ENOMEM.
 */
enum be_status be_cgroup_find(const char *root, struct be_cgroup_chain *chain,
                              struct be_error *error);
void be_cgroup_chain_finish(struct be_cgroup_chain *chain);

struct be_cgroup_quota {
    bool known;   /* false: a file was unreadable or made no sense; the rest is not to be read */
    bool limited; /* false: no quota is in force; cores is not to be read */
    double cores; /* the smallest quota / period of the chain */
};

void be_cgroup_read_quota(const struct be_cgroup_chain *chain, struct be_cgroup_quota *quota);

#endif
