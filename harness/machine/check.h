/*
 * What on this machine would spoil a measurement, why, and the command that mends it here: a table
 * of checks on captured facts. Nothing on the machine is changed, and no check advises to switch
 * off what protects results or the system (address space layout randomisation, mitigations).
 *
 * Threads: pure functions.
 */
#ifndef BE_MACHINE_CHECK_H
#define BE_MACHINE_CHECK_H

#include "core/status.h"
#include "machine/facts.h"

enum be_check_state {
    BE_CHECK_FINE,
    BE_CHECK_SPOILS,
    BE_CHECK_UNKNOWN,
    BE_CHECK_ABSENT, /* nothing to check here, such as the battery of a machine that has none */
};

/* "fine", "spoils", "unknown", "absent"; the inverse returns BE_EINVAL for another name. */
const char *be_check_state_name(enum be_check_state value);
enum be_status be_check_state_parse(const char *name, enum be_check_state *value,
                                    struct be_error *error);

/* What a measurement may be for. */
enum be_use {
    BE_USE_SCALING = 1 << 0,   /* scaling curves */
    BE_USE_BREAKEVEN = 1 << 1, /* where going parallel begins to pay */
};

/* A remedy fits a line of its own, behind an indentation. */
enum { BE_CHECK_FOUND_BYTES = 200, BE_CHECK_REMEDY_BYTES = 91 };

struct be_check_result {
    enum be_check_state state;
    unsigned against; /* be_use bits: what a machine that spoils like this is no good for */
    char found[BE_CHECK_FOUND_BYTES];   /* what there is, and what it does to a measurement */
    char remedy[BE_CHECK_REMEDY_BYTES]; /* a command, or what to do; "" when there is none */
};

struct be_check {
    const char *name;
    void (*check)(const struct be_facts *facts, struct be_check_result *result);
};

/* The table, in the order of check.def; the last one has no name. */
extern const struct be_check be_checks[];

/* How many checks there are. */
enum {
#define BE_CHECK(row) BE_CHECK_##row,
#include "machine/check.def"
#undef BE_CHECK
    BE_CHECK_COUNT
};

/* Runs one check into *result. */
void be_check_run(const struct be_check *check, const struct be_facts *facts,
                  struct be_check_result *result);

#endif
