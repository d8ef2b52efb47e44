/*
 * Figures as text for people: a value with its unit, and its interval in the same unit. Inside this
 * folder only. Threads: pure functions.
 */
#ifndef BE_REPORT_SHOWN_H
#define BE_REPORT_SHOWN_H

#include "analysis/stats.h"

enum be_shown_kind {
    BE_SHOWN_TIME,    /* ns, as "134.9 ms" */
    BE_SHOWN_RATIO,   /* "3.71" */
    BE_SHOWN_PERCENT, /* a ratio, as "93 %" */
    BE_SHOWN_RATE,    /* "74,129" */
};

struct be_shown {
    char value[40];    /* "-" when it is not known */
    char interval[80]; /* "(3.68 .. 3.73)"; "" when there is none */
};

struct be_shown be_shown_of(enum be_shown_kind kind, const struct be_estimate *estimate);

/* The same for a number without an interval; NAN is not known. */
struct be_shown be_shown_of_value(enum be_shown_kind kind, double value);

#endif
