/*
 * The word that was probably meant, for messages. Threads: pure functions.
 */
#ifndef BE_PLAN_NEAREST_H
#define BE_PLAN_NEAREST_H

#include <stddef.h>

/* The best candidate so far; init with {.word = what was written}. */
struct be_nearest {
    const char *word;
    const char *found; /* NULL: nothing is near enough */
    size_t distance;   /* of `found` */
};

/*
 * Offers a candidate, which must outlive *nearest. Near enough is one slip (a letter added, lost,
 * changed, or two swapped) for every three letters of the word, and at least one.
 */
void be_nearest_offer(struct be_nearest *nearest, const char *candidate);

#endif
