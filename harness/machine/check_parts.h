/*
 * What the checks of check_*.c are written with.
 */
#ifndef BE_MACHINE_CHECK_PARTS_H
#define BE_MACHINE_CHECK_PARTS_H

#include <stdbool.h>

#include "machine/check.h"

#define BE_CHECK(row) void be_check_##row(const struct be_facts *, struct be_check_result *);
#include "machine/check.def"
#undef BE_CHECK

/* Who decides about what this process runs in, the innermost first. */
enum be_place {
    BE_PLACE_SLURM,
    BE_PLACE_PBS,
    BE_PLACE_LSF,
    BE_PLACE_KUBERNETES,
    BE_PLACE_CONTAINER, /* docker or podman */
    BE_PLACE_OTHER_CONTAINER,
    BE_PLACE_VIRTUAL,
    BE_PLACE_PLAIN,
    BE_PLACE_COUNT,
};

enum be_place be_place_find(const struct be_facts *facts);

/* Sets state and found, as printf would write it. */
__attribute__((format(printf, 3, 4))) void
be_check_say(struct be_check_result *result, enum be_check_state state, const char *format, ...);

/*
 * Sets the remedy of this place. NULL in the table: none. In "docker …" the name of the engine that
 * is used takes docker's place.
 */
void be_check_mend(const struct be_facts *facts, const char *const remedies[BE_PLACE_COUNT],
                   struct be_check_result *result);

/*
 * Sets as remedy a command that changes the running kernel: of the machine that a container runs
 * on, of the node that administrators look after where a job runs.
 */
void be_check_mend_kernel(const struct be_facts *facts, const char *command,
                          struct be_check_result *result);

#endif
