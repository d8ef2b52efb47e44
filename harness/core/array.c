#include "core/array.h"

#include <stdlib.h>
#include <string.h>

void *be_array_grow(void *items, size_t count, size_t item_bytes)
{
    if ((count & (count - 1)) == 0) {
        items = reallocarray(items, count > 0 ? 2 * count : 1, item_bytes);
    }
    if (items) {
        memset((char *)items + count * item_bytes, 0, item_bytes);
    }
    return items;
}
