#include "machine/surroundings.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/units.h"
#include "machine/procfile.h"

/* The value of a variable, or NULL. */
static const char *variable(const char *const *environment, const char *name)
{
    size_t length = name ? strlen(name) : 0;

    for (; length > 0 && *environment; environment++) {
        if (strncmp(*environment, name, length) == 0 && (*environment)[length] == '=') {
            return *environment + length + 1;
        }
    }
    return NULL;
}

/* The whole number that a variable begins with: Slurm writes "4(x2)" for 4 on each of 2 nodes. */
static int64_t variable_count(const char *const *environment, const char *name)
{
    const char *text = variable(environment, name);
    char digits[BE_UNITS_TEXT_BYTES];
    uint64_t value = 0;

    if (!text) {
        return -1;
    }
    snprintf(digits, sizeof(digits), "%.*s", (int)strspn(text, "0123456789"), text);
    bool known = be_units_parse_count(digits, &value, NULL) == BE_OK && value <= INT64_MAX;
    return known ? (int64_t)value : -1;
}

static bool file_exists(const char *root, const char *path)
{
    char full[PATH_MAX];

    return snprintf(full, sizeof(full), "%s%s", root, path) < (int)sizeof(full) &&
           access(full, F_OK) == 0;
}

static bool file_mentions(const char *root, const char *path, const char *word)
{
    char *text = be_procfile_read(root, path);
    bool found = text && strstr(text, word);

    free(text);
    return found;
}

/* A pod's container has the marks of its engine too, so Kubernetes is asked for first. */
static enum be_container container_find(const char *root, const char *const *environment)
{
    const char *declared = variable(environment, "container");

    if (variable(environment, "KUBERNETES_SERVICE_HOST") ||
        file_mentions(root, "/proc/self/cgroup", "kubepods")) {
        return BE_CONTAINER_KUBERNETES;
    }
    if (file_exists(root, "/.dockerenv") || file_mentions(root, "/proc/self/cgroup", "/docker/")) {
        return BE_CONTAINER_DOCKER;
    }
    if (file_exists(root, "/run/.containerenv") || (declared && strcmp(declared, "podman") == 0)) {
        return BE_CONTAINER_PODMAN;
    }
    return declared || file_exists(root, "/run/systemd/container") ? BE_CONTAINER_OTHER
                                                                   : BE_CONTAINER_NONE;
}

/* Where a scheduler tells about its job. Several names for cores: the first that is there counts.
 */
static const struct {
    enum be_scheduler scheduler;
    const char *id;
    const char *cores[2];
    const char *end_s; /* seconds since 1970; NULL: it does not say */
} schedulers[] = {
    {BE_SCHEDULER_SLURM,
     "SLURM_JOB_ID",
     {"SLURM_CPUS_ON_NODE", "SLURM_JOB_CPUS_PER_NODE"},
     "SLURM_JOB_END_TIME"},
    {BE_SCHEDULER_PBS, "PBS_JOBID", {"NCPUS", "PBS_NUM_PPN"}, NULL},
    {BE_SCHEDULER_LSF, "LSB_JOBID", {"LSB_DJOB_NUMPROC", NULL}, NULL},
};

static void job_find(const char *const *environment, int64_t now_s,
                     struct be_surroundings *surroundings)
{
    for (size_t i = 0; i < sizeof(schedulers) / sizeof(schedulers[0]); i++) {
        const char *id = variable(environment, schedulers[i].id);
        if (!id) {
            continue;
        }
        surroundings->scheduler = schedulers[i].scheduler;
        snprintf(surroundings->job, sizeof(surroundings->job), "%s", id);
        for (size_t j = 0; j < 2 && surroundings->job_cores < 0; j++) {
            surroundings->job_cores = variable_count(environment, schedulers[i].cores[j]);
        }
        int64_t end_s = variable_count(environment, schedulers[i].end_s);
        if (end_s >= now_s) {
            surroundings->job_left_s = end_s - now_s;
        }
        return;
    }
}

void be_surroundings_capture(const char *root, const char *const *environment, int64_t now_s,
                             struct be_surroundings *surroundings)
{
    *surroundings = (struct be_surroundings){
        .container = container_find(root, environment),
        .job_cores = -1,
        .job_left_s = -1,
    };
    job_find(environment, now_s, surroundings);
}

const char *be_container_name(enum be_container container)
{
    static const char *const names[] = {NULL, "docker", "podman", "Kubernetes", "some container"};
    return names[container];
}

const char *be_scheduler_name(enum be_scheduler scheduler)
{
    static const char *const names[] = {NULL, "Slurm", "PBS", "LSF"};
    return names[scheduler];
}
