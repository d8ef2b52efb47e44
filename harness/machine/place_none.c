#include <stddef.h>

#include "machine/placement.h"

const struct be_placement_ops be_placement_none = {
    .name = "none",
    .summary = "nothing is pinned: the kernel decides",
    .order = NULL,
};
