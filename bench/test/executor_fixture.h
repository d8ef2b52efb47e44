/*
 * An executor as the runner makes it, for tests: a row, a workload, default parameters, nothing
 * pinned, no counters unless a plan is given.
 */
#ifndef BE_TEST_EXECUTOR_FIXTURE_H
#define BE_TEST_EXECUTOR_FIXTURE_H

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "core/params.h"
#include "executor/executor.h"
#include "pin.h"

struct fixture {
    const struct be_executor_ops *ops;
    struct be_executor_env env;
    struct be_meter meter;
    struct be_params params;
    struct be_pin *pin;
    struct be_executor *executor;
    struct be_error error;
};

/* Everything but the executor itself. */
static inline void fixture_init(struct fixture *f, const struct be_executor_ops *ops,
                                const struct breakeven_workload *workload, uint32_t workers,
                                uint64_t chunk)
{
    struct be_spec spec = {.dispatcher_pu = -1};

    *f = (struct fixture){.ops = ops};
    for (const struct be_param *param = ops->params; param->name; param++) {
        assert_int_equal(be_params_set(&f->params, param->name, param->fallback, NULL), BE_OK);
    }
    assert_int_equal(be_pin_create(&spec, &f->pin, &f->error), BE_OK);
    f->env = (struct be_executor_env){
        .workload = workload,
        .params = &f->params,
        .workers = ops->caps & BE_EXECUTOR_PARALLEL ? workers : 1,
        .chunk = chunk,
        .pin = f->pin,
        .meter = &f->meter,
    };
    be_clock_costs_measure(&f->env.clock_costs);
    f->env.accounts = mmap(NULL, f->env.workers * sizeof(struct be_account), PROT_READ | PROT_WRITE,
                           MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(f->env.accounts, MAP_FAILED);
}

/* Pins as this spec says, in place of not at all. */
static inline void fixture_pin(struct fixture *f, const struct be_spec *spec)
{
    be_pin_destroy(f->pin);
    f->pin = NULL;
    assert_int_equal(be_pin_create(spec, &f->pin, &f->error), BE_OK);
    f->env.pin = f->pin;
}

static inline void fixture_finish(struct fixture *f)
{
    munmap(f->env.accounts, f->env.workers * sizeof(struct be_account));
    be_pin_destroy(f->pin);
    be_params_finish(&f->params);
}

static inline enum be_status fixture_create(struct fixture *f)
{
    return f->ops->create(&f->env, &f->executor, &f->error);
}

static inline void fixture_destroy(struct fixture *f)
{
    f->ops->destroy(f->executor);
    f->executor = NULL;
}

/* init and create, and destroy and finish. */
static inline void fixture_start(struct fixture *f, const struct be_executor_ops *ops,
                                 const struct breakeven_workload *workload, uint32_t workers,
                                 uint64_t chunk)
{
    fixture_init(f, ops, workload, workers, chunk);
    if (fixture_create(f) != BE_OK) {
        fail_msg("%s: %s", ops->name, f->error.message);
    }
}

static inline void fixture_end(struct fixture *f)
{
    fixture_destroy(f);
    fixture_finish(f);
}

/* A pass as the runner makes it, with the accounts zeroed before. */
static inline enum be_status fixture_run(struct fixture *f, const struct be_batch *batch)
{
    for (uint32_t i = 0; i < f->env.workers; i++) {
        struct be_account *account = &f->env.accounts[i];
        account->tasks = account->start_ns = account->end_ns = 0;
    }
    return f->ops->run(f->executor, batch, &f->error);
}

/* A batch of `tasks` zeroed requests and replies; batch_free frees it. */
static inline struct be_batch batch_alloc(const struct breakeven_workload *workload, uint64_t tasks)
{
    return (struct be_batch){
        .requests = calloc(tasks + 1, workload->request_bytes),
        .replies = calloc(tasks + 1, workload->reply_bytes),
        .failed = calloc(tasks + 1, 1),
        .tasks = tasks,
    };
}

static inline void batch_free(struct be_batch *batch)
{
    free((void *)batch->requests);
    free(batch->replies);
    free(batch->failed);
}

/* The entries of a folder; 0 when it cannot be read. */
static inline int entries_count(const char *path)
{
    DIR *folder = opendir(path);
    int count = 0;

    while (folder && readdir(folder)) {
        count++;
    }
    if (folder) {
        closedir(folder);
    }
    return count;
}

/* Open descriptors; with ".", ".." and the folder's own. */
static inline int descriptors_open(void)
{
    return entries_count("/proc/self/fd");
}

#endif
