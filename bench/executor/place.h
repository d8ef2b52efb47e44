/*
 * Where the tasks of a message lie, said as offsets into the memory that the dispatcher and its
 * workers share: what travels in place of tasks that are computed where they are. Threads: pure
 * functions.
 */
#ifndef BE_BENCH_PLACE_H
#define BE_BENCH_PLACE_H

#include "executor/executor.h"

/* Numbers that say it. */
enum { BE_PLACE_NUMBERS = 3 };

/* Of the tasks from `first` of a batch on, which lies in the env's memory. */
void be_place_tell(const struct be_executor_env *env, const struct be_batch *batch, uint64_t first,
                   uint64_t numbers[BE_PLACE_NUMBERS]);

/*
 * The `count` tasks that begin there, as a batch of their own; `first` is their index in the pass.
 * Nothing is left of marks that a worker set which ended before it could answer.
 */
struct be_batch be_place_batch(const struct be_executor_env *env,
                               const uint64_t numbers[BE_PLACE_NUMBERS], uint64_t first,
                               uint64_t count);

#endif
