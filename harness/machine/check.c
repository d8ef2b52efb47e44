#include "machine/check.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "core/names.h"
#include "machine/check_parts.h"

static const char *const state_names[] = {"fine", "spoils", "unknown", "absent"};

BE_NAMES_DEFINE(check_state, "state", state_names)

const struct be_check be_checks[] = {
#define BE_CHECK(row) {#row, be_check_##row},
#include "machine/check.def"
#undef BE_CHECK
    {NULL, NULL},
};

void be_check_run(const struct be_check *check, const struct be_facts *facts,
                  struct be_check_result *result)
{
    *result = (struct be_check_result){.state = BE_CHECK_ABSENT};
    check->check(facts, result);
}

enum be_place be_place_find(const struct be_facts *facts)
{
    static const enum be_place schedulers[] = {
        [BE_SCHEDULER_SLURM] = BE_PLACE_SLURM,
        [BE_SCHEDULER_PBS] = BE_PLACE_PBS,
        [BE_SCHEDULER_LSF] = BE_PLACE_LSF,
    };
    static const enum be_place containers[] = {
        [BE_CONTAINER_DOCKER] = BE_PLACE_CONTAINER,
        [BE_CONTAINER_PODMAN] = BE_PLACE_CONTAINER,
        [BE_CONTAINER_KUBERNETES] = BE_PLACE_KUBERNETES,
        [BE_CONTAINER_OTHER] = BE_PLACE_OTHER_CONTAINER,
    };
    const struct be_surroundings *surroundings = &facts->surroundings;

    if (surroundings->scheduler != BE_SCHEDULER_NONE) {
        return schedulers[surroundings->scheduler];
    }
    if (surroundings->container != BE_CONTAINER_NONE) {
        return containers[surroundings->container];
    }
    return facts->machine->virtualised == BE_YES ? BE_PLACE_VIRTUAL : BE_PLACE_PLAIN;
}

void be_check_say(struct be_check_result *result, enum be_check_state state, const char *format,
                  ...)
{
    va_list values;

    result->state = state;
    va_start(values, format);
    vsnprintf(result->found, sizeof(result->found), format, values);
    va_end(values);
}

void be_check_mend(const struct be_facts *facts, const char *const remedies[BE_PLACE_COUNT],
                   struct be_check_result *result)
{
    static const char engine[] = "docker ";
    const char *remedy = remedies[be_place_find(facts)];

    if (!remedy) {
        return;
    }
    if (facts->surroundings.container == BE_CONTAINER_PODMAN &&
        strncmp(remedy, engine, strlen(engine)) == 0) {
        snprintf(result->remedy, sizeof(result->remedy), "podman %s", remedy + strlen(engine));
    } else {
        snprintf(result->remedy, sizeof(result->remedy), "%s", remedy);
    }
}

void be_check_mend_kernel(const struct be_facts *facts, const char *command,
                          struct be_check_result *result)
{
    static const char *const prefixes[BE_PLACE_COUNT] = {
        [BE_PLACE_SLURM] = "ask for: ",
        [BE_PLACE_PBS] = "ask for: ",
        [BE_PLACE_LSF] = "ask for: ",
        [BE_PLACE_KUBERNETES] = "on the node: ",
        [BE_PLACE_CONTAINER] = "on the host: ",
        [BE_PLACE_OTHER_CONTAINER] = "on the host: ",
        [BE_PLACE_VIRTUAL] = "",
        [BE_PLACE_PLAIN] = "",
    };

    snprintf(result->remedy, sizeof(result->remedy), "%s%s", prefixes[be_place_find(facts)],
             command);
}
