/*
 * What this runner offers: the tables as one JSON object, which the harness learns its rows from.
 */
#ifndef BE_BENCH_DESCRIBE_H
#define BE_BENCH_DESCRIBE_H

#include "core/buffer.h"

/* Appends one line; the caller asks the buffer whether it went well. */
void be_describe(struct be_buffer *line);

#endif
