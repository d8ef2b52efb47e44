/*
 * Pairs of numbers: the input of the gcd workloads. Threads: no shared state.
 */
#ifndef BE_CORE_PAIRS_H
#define BE_CORE_PAIRS_H

#include <stddef.h>
#include <stdint.h>

#include "core/status.h"

struct be_pair {
    uint64_t a;
    uint64_t b;
};

struct be_pairs {
    struct be_pair *items; /* owned */
    size_t count;
};

/* Frees the items and makes it empty again. */
void be_pairs_finish(struct be_pairs *pairs);

/*
 * Reads a CSV file with two columns of whole numbers, 1 .. 2^64-1; a first line that holds no digit
 * is a header; empty lines are skipped; at most 256 MiB. Errors: BE_EINPUT with "file:line: …",
 * BE_ENOTFOUND, BE_EIO, BE_ENOMEM.
 */
enum be_status be_pairs_read(const char *path, struct be_pairs *pairs, struct be_error *error);

/*
 * Reads "1963309 2265973, 2030677 3814172": pairs separated by commas, numbers by blanks, as plan
 * files write them. Errors: BE_EINPUT, BE_ENOMEM.
 */
enum be_status be_pairs_parse(const char *text, struct be_pairs *pairs, struct be_error *error);

/* FNV-1a over the little-endian numbers in order: the identity of an input. */
uint64_t be_pairs_hash(const struct be_pairs *pairs);

#endif
