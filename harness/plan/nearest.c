#include "plan/nearest.h"

#include <string.h>

enum { WORD_BYTES_MAX = 64 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/*
 * Optimal string alignment: Levenshtein's distance with swaps of neighbours. rows[i % 3][j] is the
 * distance of the first i letters of a to the first j of b. Both are shorter than WORD_BYTES_MAX.
 */
static size_t word_distance(const char *a, const char *b)
{
    size_t rows[3][WORD_BYTES_MAX];
    size_t a_length = strlen(a);
    size_t b_length = strlen(b);

    for (size_t j = 0; j <= b_length; j++) {
        rows[0][j] = j;
    }
    for (size_t i = 1; i <= a_length; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i - 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            row[j] = least(above[j - 1] + (a[i - 1] != b[j - 1]), least(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row[j] = least(row[j], rows[(i - 2) % 3][j - 2] + 1);
            }
        }
    }
    return rows[a_length % 3][b_length];
}

void be_nearest_offer(struct be_nearest *nearest, const char *candidate)
{
    size_t length = strlen(nearest->word);

    if (length >= WORD_BYTES_MAX || strlen(candidate) >= WORD_BYTES_MAX) {
        return;
    }
    size_t slips = length < 6 ? 1 : length / 3;
    size_t distance = word_distance(nearest->word, candidate);
    if (distance <= slips && (!nearest->found || distance < nearest->distance)) {
        nearest->found = candidate;
        nearest->distance = distance;
    }
}
