/*
 * An executor as the runner makes it, for tests: a row, a workload, default parameters, nothing
 * pinned, no counters unless a plan is given.
 */
#ifndef BE_TEST_EXECUTOR_FIXTURE_H
#define BE_TEST_EXECUTOR_FIXTURE_H

#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "codec/codec.h"
#include "core/params.h"
#include "executor/executor.h"
#include "part.h"
#include "pin.h"
#include "start/serve.h"
#include "start/start.h"
#include "transport/transport.h"

/* Of pools made from here on: names and values in turn, ended by NULL; NULL: defaults. */
static const char *const *fixture_params;

/* The value that the test chose, or the default. */
static inline const char *fixture_param(const struct be_param *param)
{
    for (const char *const *p = fixture_params; p && *p; p += 2) {
        if (strcmp(p[0], param->name) == 0) {
            return p[1];
        }
    }
    return param->fallback;
}

/* As a job does it: a parameter that names a part brings the part's own. */
static inline void fixture_params_set(struct be_params *params, const struct be_param *own)
{
    for (; own->name; own++) {
        const char *value = fixture_param(own);
        const struct be_part *part = be_part_find(own->name);
        assert_int_equal(be_params_set(params, own->name, value, NULL), BE_OK);
        if (part) {
            fixture_params_set(params, be_part_row(part, value)->params);
        }
    }
}

struct fixture {
    const struct be_executor_ops *ops;
    struct be_shared memory;
    struct be_executor_env env;
    struct be_meter meter;
    struct be_gauges gauges;
    struct be_error task_error;
    struct be_params params;
    struct be_spec spec; /* what a job would have been given */
    struct be_pin *pin;
    struct be_executor *executor;
    struct be_error error;
};

/* For workers that are no copies of this process. */
static inline void fixture_spec_fill(struct fixture *f)
{
    struct be_params *params = &f->spec.params;
    enum be_status status = be_params_merge(params, &f->params, NULL);

    status |= be_params_set(params, "executor", f->ops->name, NULL);
    status |= be_params_set(params, "workload", f->env.workload->name, NULL);
    status |= be_params_set_count(params, "workers", f->env.workers, NULL);
    status |= f->env.chunk == BE_CHUNK_AUTO
                  ? be_params_set(params, "chunk", "auto", NULL)
                  : be_params_set_count(params, "chunk", f->env.chunk, NULL);
    assert_int_equal(status, BE_OK);
    f->spec.passes = 1;
}

/* Everything but the executor itself. */
static inline void fixture_init(struct fixture *f, const struct be_executor_ops *ops,
                                const struct breakeven_workload *workload, uint32_t workers,
                                uint64_t chunk)
{
    *f = (struct fixture){.ops = ops};
    be_spec_init(&f->spec);
    fixture_params_set(&f->params, ops->params);
    assert_int_equal(be_pin_create(&f->spec, &f->pin, &f->error), BE_OK);
    f->env = (struct be_executor_env){
        .workload = workload,
        .params = &f->params,
        .spec = &f->spec,
        .workers = ops->caps & BE_EXECUTOR_PARALLEL ? workers : 1,
        .chunk = chunk,
        .tasks = 100000,
        .pin = f->pin,
        .meter = &f->meter,
        .gauges = &f->gauges,
        .task_error = &f->task_error,
    };
    fixture_spec_fill(f);
    be_clock_costs_measure(&f->env.clock_costs);
    const struct be_shared_shape shape = {.workers = f->env.workers,
                                          .tasks = f->env.tasks,
                                          .request_bytes = workload->request_bytes,
                                          .reply_bytes = workload->reply_bytes};
    assert_int_equal(be_shared_create(&shape, &f->memory, &f->error), BE_OK);
    f->env.memory = &f->memory;
    f->env.accounts = f->memory.accounts;
}

/* Pins as this spec says, in place of not at all. */
static inline void fixture_pin(struct fixture *f, const struct be_spec *spec)
{
    be_pin_destroy(f->pin);
    f->pin = NULL;
    assert_int_equal(be_pin_create(spec, &f->pin, &f->error), BE_OK);
    f->env.pin = f->pin;
    f->spec.pus = calloc((size_t)spec->pu_count + 1, sizeof(*spec->pus));
    f->spec.pu_count = spec->pu_count;
    f->spec.dispatcher_pu = spec->dispatcher_pu;
    f->spec.topology_xml = spec->topology_xml ? strdup(spec->topology_xml) : NULL;
    assert_non_null(f->spec.pus);
    memcpy(f->spec.pus, spec->pus, spec->pu_count * sizeof(*spec->pus));
}

static inline void fixture_finish(struct fixture *f)
{
    be_shared_finish(&f->memory);
    be_spec_finish(&f->spec);
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
    enum be_status status = fixture_create(f);
    if (status == BE_EUNAVAILABLE) {
        print_message("%s\n", f->error.message);
        fixture_finish(f);
        skip();
    } else if (status != BE_OK) {
        fail_msg("%s: %s", ops->name, f->error.message);
    }
}

static inline void fixture_end(struct fixture *f)
{
    fixture_destroy(f);
    fixture_finish(f);
}

/* Runs a batch that lies elsewhere as one in the memory that workers share, where a job's is. */
static inline enum be_status fixture_run_shared(struct fixture *f, const struct be_batch *batch)
{
    const struct breakeven_workload *workload = f->env.workload;
    size_t reply_bytes = batch->tasks * workload->reply_bytes;
    struct be_batch shared = *batch;

    shared.requests = f->memory.requests;
    shared.replies = f->memory.replies;
    shared.failed = f->memory.failed;
    memcpy(f->memory.requests, batch->requests, batch->tasks * workload->request_bytes);
    memcpy(shared.replies, batch->replies, reply_bytes);
    memcpy(shared.failed, batch->failed, batch->tasks);
    enum be_status status = f->ops->run(f->executor, &shared, &f->error);
    memcpy(batch->replies, shared.replies, reply_bytes);
    memcpy(batch->failed, shared.failed, batch->tasks);
    return status;
}

/* A pass as the runner makes it, with the accounts zeroed before. */
static inline enum be_status fixture_run(struct fixture *f, const struct be_batch *batch)
{
    const char *transport = be_params_get(&f->params, "transport");

    for (uint32_t i = 0; i < f->env.workers; i++) {
        struct be_account *account = &f->env.accounts[i];
        account->tasks = account->start_ns = account->end_ns = 0;
    }
    return transport && be_transport_find(transport)->in_place
               ? fixture_run_shared(f, batch)
               : f->ops->run(f->executor, batch, &f->error);
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

/*
 * Calls for every way to make a pool of processes: each transport, with each choice of its own
 * parameters; `name` says which. Returns the sum of what the calls return.
 */
static inline int fixture_each_transport(int (*test)(const char *name, void *context),
                                         void *context)
{
    int sum = 0;

    for (size_t i = 0; be_transport_table[i]; i++) {
        const struct be_row *row = &be_transport_table[i]->row;
        const char *chosen[5] = {"transport", row->name};
        char name[96];
        fixture_params = chosen;
        sum += test(row->name, context);
        for (const struct be_param *own = row->params; own->name; own++) {
            char *choices = own->choices ? strdup(own->choices) : NULL;
            char *rest = choices;
            for (char *word; rest && (word = strsep(&rest, " "));) {
                chosen[2] = own->name;
                chosen[3] = word;
                snprintf(name, sizeof(name), "%s %s", row->name, word);
                sum += test(name, context);
            }
            free(choices);
        }
        fixture_params = NULL;
    }
    return sum;
}

/* The same for each codec but the first, the one that every transport is tried with. */
static inline int fixture_each_codec(int (*test)(const char *name, void *context), void *context)
{
    int sum = 0;

    for (size_t i = 1; be_codec_table[i]; i++) {
        const char *const chosen[] = {"codec", be_codec_table[i]->row.name, NULL};
        fixture_params = chosen;
        sum += test(chosen[1], context);
        fixture_params = NULL;
    }
    return sum;
}

/*
 * For the first line of main: does not return in a process that a pool has started as a worker.
 * others: workloads of the test, ended by NULL.
 */
static inline void fixture_serve(int argc, char **argv,
                                 const struct breakeven_workload *const *others)
{
    if (argc == 2 && strcmp(argv[1], "--worker") == 0) {
        (void)signal(SIGPIPE, SIG_IGN);
        be_serve(others);
    }
}

/* The same for each start method but the first. */
static inline int fixture_each_start(int (*test)(const char *name, void *context), void *context)
{
    int sum = 0;

    for (size_t i = 1; be_start_table[i]; i++) {
        const char *const chosen[] = {"start", be_start_table[i]->row.name, NULL};
        fixture_params = chosen;
        sum += test(chosen[1], context);
        fixture_params = NULL;
    }
    return sum;
}

/* Open descriptors; with ".", ".." and the folder's own. */
static inline int descriptors_open(void)
{
    return entries_count("/proc/self/fd");
}

#endif
