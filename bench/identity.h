/*
 * Who this program is: what `hello` and --describe say. Threads: safe.
 */
#ifndef BE_BENCH_IDENTITY_H
#define BE_BENCH_IDENTITY_H

#include "core/record.h"

/* Fills all of it; build_id is "" when the program was linked without one. */
void be_identity_fill(struct be_hello_record *hello);

#endif
