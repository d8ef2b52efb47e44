/*
 * The other side of program.h: what this program does as --worker.
 */
#ifndef BE_BENCH_SERVE_H
#define BE_BENCH_SERVE_H

#include "breakeven/workload.h"

/*
 * Takes a brief and orders from BE_PROGRAM_SOCKET: becomes a worker, or forks workers until nobody
 * orders any more. Does not return, unless the socket is not there: somebody tried by hand.
 * `others`: workloads beside those of the table, ended by NULL, or NULL.
 */
void be_serve(const struct breakeven_workload *const *others);

#endif
