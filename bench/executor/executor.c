#include "executor/executor.h"

#include <string.h>

#define BE_EXECUTOR(row) extern const struct be_executor_ops be_executor_##row;
#include "executor/executor.def"
#undef BE_EXECUTOR

const struct be_executor_ops *const be_executor_table[] = {
#define BE_EXECUTOR(row) &be_executor_##row,
#include "executor/executor.def"
#undef BE_EXECUTOR
    NULL,
};

const struct be_executor_ops *be_executor_find(const char *name)
{
    for (size_t i = 0; be_executor_table[i]; i++) {
        if (strcmp(be_executor_table[i]->name, name) == 0) {
            return be_executor_table[i];
        }
    }
    return NULL;
}

uint64_t be_batch_compute(const struct be_batch *batch, const struct breakeven_workload *workload,
                          uint64_t first, uint64_t count, struct breakeven_turns *turns)
{
    const char *requests = batch->requests;
    char *replies = batch->replies;
    uint64_t end = first + count;
    uint64_t failures = 0;

    for (uint64_t task = first; task < end;) {
        /* Whoever takes turns may do so after every task. */
        uint64_t wanted = turns->checkpoint ? 1 : end - task;
        uint64_t good =
            workload->run(requests + task * workload->request_bytes, workload->request_bytes,
                          replies + task * workload->reply_bytes, wanted, turns);
        task += good;
        if (good < wanted) {
            batch->failed[task++] = 1;
            failures++;
        }
        breakeven_checkpoint(turns);
    }
    return failures;
}
