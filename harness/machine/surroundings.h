/*
 * What this process runs in: a container, a batch job. It decides what can be changed about a
 * machine, and by whom. Threads: pure functions of files and of the environment given.
 */
#ifndef BE_MACHINE_SURROUNDINGS_H
#define BE_MACHINE_SURROUNDINGS_H

#include <stdint.h>

enum be_container {
    BE_CONTAINER_NONE,
    BE_CONTAINER_DOCKER,
    BE_CONTAINER_PODMAN,
    BE_CONTAINER_KUBERNETES,
    BE_CONTAINER_OTHER, /* some other kind: LXC, systemd-nspawn */
};

enum be_scheduler { BE_SCHEDULER_NONE, BE_SCHEDULER_SLURM, BE_SCHEDULER_PBS, BE_SCHEDULER_LSF };

struct be_surroundings {
    enum be_container container;
    enum be_scheduler scheduler;
    char job[64];       /* its id; "" outside a job */
    int64_t job_cores;  /* allotted on this node; -1: not known */
    int64_t job_left_s; /* until the scheduler ends the job; -1: not known */
};

/*
 * environment: "NAME=value" strings, ended by NULL, as environ(7) has them. now_s: seconds since
 * 1970, which job_left_s is from.
 */
void be_surroundings_capture(const char *root, const char *const *environment, int64_t now_s,
                             struct be_surroundings *surroundings);

/* "docker", "podman", "Kubernetes", "some container"; NULL for none. */
const char *be_container_name(enum be_container container);

/* "Slurm", "PBS", "LSF"; NULL for none. */
const char *be_scheduler_name(enum be_scheduler scheduler);

#endif
