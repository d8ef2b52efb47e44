/*
 * Arrays that grow by one item at a time, without a capacity beside the count. Threads: no shared
 * state.
 */
#ifndef BE_CORE_ARRAY_H
#define BE_CORE_ARRAY_H

#include <stddef.h>

/*
 * Makes room for items[count], which is zeroed: an array made by nothing but this is full when its
 * count is 0 or a power of two, and then doubles. Returns the array, moved perhaps; NULL when
 * memory is out, and then the one given is unchanged.
 */
void *be_array_grow(void *items, size_t count, size_t item_bytes);

#endif
