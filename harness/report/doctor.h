/*
 * What `breakeven doctor` says, as lines for a terminal and as JSON.
 *
 * The lines come in pieces, so that each is shown as soon as it is known. Threads: pure functions.
 */
#ifndef BE_REPORT_DOCTOR_H
#define BE_REPORT_DOCTOR_H

#include <stdbool.h>

#include "analysis/floors.h"
#include "analysis/noise.h"
#include "core/buffer.h"
#include "core/status.h"
#include "machine/check.h"
#include "machine/facts.h"

struct be_doctor {
    struct be_facts facts;
    struct be_check_result checks[BE_CHECK_COUNT]; /* in the order of be_checks */
    bool fast;                                     /* floors and noise were left out */
    bool strict;                                   /* what spoils is a failure */
    struct be_floors floors;                       /* owned */
    struct be_noise noise;
    char unmeasured[160]; /* why floors and noise are not there; "": they are */
};

void be_doctor_finish(struct be_doctor *doctor);

/* How many checks came out like this. */
size_t be_doctor_count(const struct be_doctor *doctor, enum be_check_state state);

/* What a measurement here can be for. */
enum be_doctor_use {
    BE_DOCTOR_SCALING,
    BE_DOCTOR_BREAKEVEN,
    BE_DOCTOR_GATE,     /* telling a change of 2 % from noise */
    BE_DOCTOR_COUNTING, /* counting instructions */
    BE_DOCTOR_USES,
};

enum { BE_DOCTOR_WHY_BYTES = 96 };

/*
 * Curves and break-even are good unless a check that spoils speaks against them, or noise hides
 * changes below 5 %. A gate is good when noise lets a change of 2 % be seen and the two sides of
 * the same binary agree: what was measured counts, not what might spoil it. Counting is good when
 * instructions can be counted. why: what speaks against it, "noise" or names of checks; "" when it
 * is good. BE_UNKNOWN: it was not measured.
 */
enum be_answer be_doctor_judge(const struct be_doctor *doctor, enum be_doctor_use use,
                               char why[BE_DOCTOR_WHY_BYTES]);

/* The machine and what this runs in. host: the name of the machine, or NULL. */
void be_doctor_put_head(const struct be_facts *facts, const char *host, struct be_buffer *out);

/* One check; nothing for one that is absent. */
void be_doctor_put_check(const char *name, const struct be_check_result *result,
                         struct be_buffer *out);

void be_doctor_put_floors(const struct be_doctor *doctor, struct be_buffer *out);
void be_doctor_put_noise(const struct be_doctor *doctor, struct be_buffer *out);

/* What it is good for, and the counts. */
void be_doctor_put_end(const struct be_doctor *doctor, struct be_buffer *out);

/* All of it as one JSON object. It holds no host name. Errors: BE_ENOMEM. */
enum be_status be_doctor_put_json(const struct be_doctor *doctor, struct be_buffer *out,
                                  struct be_error *error);

#endif
