/*
 * Text for people to numbers and back: the only place that knows a unit other than ns and bytes.
 * Threads: pure functions. Errors: BE_EINVAL, the message quoting the text and saying what would
 * be right.
 */
#ifndef BE_CORE_UNITS_H
#define BE_CORE_UNITS_H

#include <stddef.h>
#include <stdint.h>

#include "core/status.h"

enum { BE_UNITS_TEXT_BYTES = 32 };

/* A whole number, decimal digits only, 0 .. 2^64-1. */
enum be_status be_units_parse_count(const char *text, uint64_t *value, struct be_error *error);

/*
 * "250ns", "10us", "1.5ms", "2s", "3min"; a bare number has no unit and is refused. In ns, below
 * 2^63; what is not a whole number of ns is refused.
 */
enum be_status be_units_parse_duration(const char *text, uint64_t *ns, struct be_error *error);

/* "64", "64B", "4KiB", "1.5MiB", "1GiB". In bytes, as durations are in ns. */
enum be_status be_units_parse_size(const char *text, uint64_t *bytes, struct be_error *error);

/* "1%", "0.5 %"; the sign is needed. *ratio: .01 for 1 %. */
enum be_status be_units_parse_percent(const char *text, double *ratio, struct be_error *error);

/*
 * A list of worker counts: "1,2,4", "1..8" (every one), "1..128*2" (times 2, the end included),
 * "max" (replaced by max_workers). *values is owned by the caller (free); ascending, no doubles.
 */
enum be_status be_units_parse_workers(const char *text, uint64_t max_workers, uint64_t **values,
                                      size_t *count, struct be_error *error);

/*
 * A list of grains: "1us,10us", "1us..1ms/4" (4 a decade, both ends included). In ns; *values is
 * owned by the caller (free); ascending, no doubles.
 */
enum be_status be_units_parse_grains(const char *text, uint64_t **values, size_t *count,
                                     struct be_error *error);

/*
 * For people, three significant digits and a unit: "1.23 us", "134.9 ms" is four where the digits
 * before the point are three. Writes into text (BE_UNITS_TEXT_BYTES) and returns it.
 */
const char *be_units_format_duration(char *text, double ns);

/* Exact and without a space, so that it parses back: "10us", "1500ns". */
const char *be_units_format_exact_duration(char *text, uint64_t ns);

/* "64 B", "4 KiB", "1.5 MiB": three significant digits, fewer where they say all. */
const char *be_units_format_size(char *text, uint64_t bytes);

/* Thousands separated by commas: "74,129". */
const char *be_units_format_count(char *text, uint64_t value);

#endif
