/*
 * Figures as text for people: a value with its unit, and its interval in the same unit. Inside this
 * folder only. Threads: pure functions.
 */
#ifndef BE_REPORT_SHOWN_H
#define BE_REPORT_SHOWN_H

#include "analysis/crossing.h"
#include "analysis/stats.h"

enum be_shown_kind {
    BE_SHOWN_TIME,    /* ns, as "134.9 ms" */
    BE_SHOWN_GRAIN,   /* ns, as "1.10 us" */
    BE_SHOWN_RATIO,   /* "3.71" */
    BE_SHOWN_PERCENT, /* a ratio, as "93 %" */
    BE_SHOWN_RATE,    /* "74,129" */
    BE_SHOWN_BYTES,   /* "3.00 MiB" */
};

struct be_shown {
    char value[48];    /* "-" when it is not known */
    char interval[80]; /* "(3.68 .. 3.73)"; "" when there is none */
};

struct be_shown be_shown_of(enum be_shown_kind kind, const struct be_estimate *estimate);

/* The same for a number without an interval; NAN is not known. */
struct be_shown be_shown_of_value(enum be_shown_kind kind, double value);

/*
 * Where a curve reaches its level: "1.10 us" and "(1.00 .. 1.20)", an end beyond what was measured
 * as "<1.00" or ">1.20"; "always down to 50.0 ns", "never up to 1.00 ms".
 */
struct be_shown be_shown_of_crossing(const struct be_crossing *crossing);

#endif
