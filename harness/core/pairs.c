#include "core/pairs.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/array.h"
#include "core/hash.h"
#include "core/io.h"
#include "core/units.h"

static const size_t file_bytes_max = (size_t)256 << 20;

void be_pairs_finish(struct be_pairs *pairs)
{
    free(pairs->items);
    *pairs = (struct be_pairs){0};
}

static enum be_status pairs_add(struct be_pairs *pairs, struct be_pair pair, struct be_error *error)
{
    struct be_pair *items = be_array_grow(pairs->items, pairs->count, sizeof(*items));

    if (!items) {
        return be_error_set(error, BE_ENOMEM, "out of memory for %zu pairs", pairs->count + 1);
    }
    pairs->items = items;
    pairs->items[pairs->count++] = pair;
    return BE_OK;
}

/* Cuts blanks off both ends, in place. */
static char *field_trim(char *field)
{
    while (isspace((unsigned char)*field)) {
        field++;
    }
    size_t length = strlen(field);
    while (length > 0 && isspace((unsigned char)field[length - 1])) {
        field[--length] = '\0';
    }
    return field;
}

static enum be_status number_parse(char *field, uint64_t *number, struct be_error *error)
{
    char *text = field_trim(field);
    enum be_status status = be_units_parse_count(text, number, error);

    if (status == BE_OK && *number == 0) {
        status = be_error_set(error, BE_EINPUT, "'%s' is zero", text);
    }
    return status;
}

/* One line or element; `separators` stand between its two numbers. */
static enum be_status pair_parse(char *text, const char *separators, struct be_pair *pair,
                                 struct be_error *error)
{
    char *rest = text;
    char *first = strsep(&rest, separators);
    struct be_error cause;

    if (!rest) {
        return be_error_set(error, BE_EINPUT, "one number; a pair has two");
    }
    while (isspace((unsigned char)*rest)) {
        rest++;
    }
    char *second = strsep(&rest, separators);
    if (rest) {
        return be_error_set(error, BE_EINPUT, "more than two numbers");
    }
    if (number_parse(first, &pair->a, &cause) != BE_OK ||
        number_parse(second, &pair->b, &cause) != BE_OK) {
        return be_error_set(error, BE_EINPUT, "%s; wanted is 1 to 2^64-1", cause.message);
    }
    return BE_OK;
}

static enum be_status csv_parse(char *text, const char *path, struct be_pairs *pairs,
                                struct be_error *error)
{
    size_t number = 0;

    for (char *rest = text; rest;) {
        char *line = field_trim(strsep(&rest, "\n"));
        struct be_pair pair;
        struct be_error cause;
        number++;
        if (*line == '\0' || (number == 1 && !strpbrk(line, "0123456789"))) {
            continue;
        }
        if (pair_parse(line, ",", &pair, &cause) != BE_OK) {
            return be_error_set(error, BE_EINPUT, "%s:%zu: %s", path, number, cause.message);
        }
        enum be_status status = pairs_add(pairs, pair, error);
        if (status != BE_OK) {
            return status;
        }
    }
    if (pairs->count == 0) {
        return be_error_set(error, BE_EINPUT, "%s:1: no pair in this file; wanted is 'a,b' lines",
                            path);
    }
    return BE_OK;
}

enum be_status be_pairs_read(const char *path, struct be_pairs *pairs, struct be_error *error)
{
    struct be_pairs read = {0};
    char *text = NULL;
    size_t bytes = 0;
    enum be_status status = be_io_read_file(path, file_bytes_max, &text, &bytes, error);

    if (status == BE_OK) {
        status = csv_parse(text, path, &read, error);
    }
    free(text);
    if (status != BE_OK) {
        be_pairs_finish(&read);
        return status;
    }
    *pairs = read;
    return BE_OK;
}

enum be_status be_pairs_parse(const char *text, struct be_pairs *pairs, struct be_error *error)
{
    struct be_pairs parsed = {0};
    char *copy = strdup(text);
    enum be_status status = BE_OK;

    if (!copy) {
        return be_error_set(error, BE_ENOMEM, "out of memory for pairs");
    }
    for (char *rest = copy; status == BE_OK && rest;) {
        char *element = field_trim(strsep(&rest, ","));
        struct be_pair pair;
        status = pair_parse(element, " \t\n\r", &pair, error);
        if (status == BE_OK) {
            status = pairs_add(&parsed, pair, error);
        }
    }
    free(copy);
    if (status != BE_OK) {
        be_pairs_finish(&parsed);
        return status;
    }
    *pairs = parsed;
    return BE_OK;
}

static uint64_t number_hash(uint64_t hash, uint64_t number)
{
    unsigned char bytes[8];

    for (int i = 0; i < 8; i++) {
        bytes[i] = (unsigned char)(number >> (8 * i));
    }
    return be_hash_bytes(hash, bytes, sizeof(bytes));
}

uint64_t be_pairs_hash(const struct be_pairs *pairs)
{
    uint64_t hash = BE_HASH_SEED;

    for (size_t i = 0; i < pairs->count; i++) {
        hash = number_hash(hash, pairs->items[i].a);
        hash = number_hash(hash, pairs->items[i].b);
    }
    return hash;
}
