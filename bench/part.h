/*
 * Parts of an executor: a parameter of its own names the row of another table, which brings
 * parameters too. Threads: constant.
 */
#ifndef BE_BENCH_PART_H
#define BE_BENCH_PART_H

#include <stddef.h>

#include "core/buffer.h"
#include "core/params.h"

/* What every such row begins with. */
struct be_row {
    const char *name;
    const char *summary;
    const struct be_param *params; /* ended by a row whose name is NULL */
};

struct be_part {
    const char *name;                          /* of the parameter, a choice without `choices` */
    const struct be_row *(*row)(size_t index); /* NULL: there are no more */
};

/* Ended by a part whose name is NULL. */
extern const struct be_part be_part_table[];

/* The part that a parameter chooses, or NULL. */
const struct be_part *be_part_find(const char *param);

/* The row of that name, or NULL. */
const struct be_row *be_part_row(const struct be_part *part, const char *name);

/* Adds the names of all rows, separated by blanks. */
void be_part_names(const struct be_part *part, struct be_buffer *names);

#endif
