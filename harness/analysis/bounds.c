#include "analysis/bounds.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

enum { EXACT_TASKS_MAX = 12 };

/* What workers have been given, as a heap: the least loaded one first. */
struct loads {
    double *items; /* owned */
    size_t count;
};

static void loads_sink(struct loads *loads)
{
    size_t i = 0;

    for (;;) {
        size_t least = i;
        for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < loads->count; child++) {
            if (loads->items[child] < loads->items[least]) {
                least = child;
            }
        }
        if (least == i) {
            return;
        }
        double moved = loads->items[i];
        loads->items[i] = loads->items[least];
        loads->items[least] = moved;
        i = least;
    }
}

/* When the last worker ends, if each task in turn goes to the worker that is free first. */
static enum be_status list_makespan(const double *sizes, size_t tasks, size_t workers,
                                    double *makespan, struct be_error *error)
{
    struct loads loads = {calloc(workers, sizeof(loads.items[0])), workers};

    if (!loads.items) {
        return be_error_set(error, BE_ENOMEM, "out of memory for %zu workers", workers);
    }
    double last = 0;
    for (size_t i = 0; i < tasks; i++) {
        loads.items[0] += sizes[i];
        last = fmax(last, loads.items[0]);
        loads_sink(&loads);
    }
    free(loads.items);
    *makespan = last;
    return BE_OK;
}

/* A search over who gets which task. */
struct search {
    const double *sizes; /* descending */
    size_t tasks;
    size_t workers;
    double floor; /* no order ends before this */
    double best;  /* the earliest end found so far */
    double loads[EXACT_TASKS_MAX];
};

/* Branches on the worker of task `index`, dropping whatever cannot end before the best so far. */
static void search_branch(struct search *search, size_t index, double last)
{
    if (index == search->tasks) {
        search->best = last;
        return;
    }
    for (size_t w = 0; w < search->workers && search->best > search->floor; w++) {
        double load = search->loads[w];
        double end = load + search->sizes[index];
        if (end < search->best) {
            search->loads[w] = end;
            search_branch(search, index + 1, fmax(last, end));
            search->loads[w] = load;
        }
        if (load == 0) {
            return; /* The other idle workers are the same choice again. */
        }
    }
}

/* The tasks as numbers that can be added up without overflow. */
struct work {
    double *sizes; /* owned */
    size_t tasks;
    size_t workers; /* no more than tasks: the others stay idle */
    double sum;
    double longest;
};

static enum be_status work_init(struct work *work, const uint64_t *steps, size_t tasks,
                                uint32_t workers, struct be_error *error)
{
    *work = (struct work){.tasks = tasks, .workers = workers < tasks ? workers : tasks};
    if (workers == 0) {
        return be_error_set(error, BE_EINVAL, "no workers: at least 1 is needed");
    }
    for (size_t i = 0; i < tasks; i++) {
        work->sum += (double)steps[i];
        work->longest = fmax(work->longest, (double)steps[i]);
    }
    if (work->longest <= 0) {
        return be_error_set(error, BE_ENODATA, "no steps to share among %u workers", workers);
    }
    work->sizes = calloc(tasks + 1, sizeof(work->sizes[0]));
    if (!work->sizes) {
        return be_error_set(error, BE_ENOMEM, "out of memory for %zu tasks", tasks);
    }
    for (size_t i = 0; i < tasks; i++) {
        work->sizes[i] = (double)steps[i];
    }
    return BE_OK;
}

static int size_compare_descending(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a < b) - (a > b);
}

enum be_status be_bounds_in_order(const uint64_t *steps, size_t tasks, uint32_t workers,
                                  double *speedup, struct be_error *error)
{
    struct work work;
    double makespan = 0;
    enum be_status status = work_init(&work, steps, tasks, workers, error);

    if (status != BE_OK) {
        return status;
    }
    status = list_makespan(work.sizes, tasks, work.workers, &makespan, error);
    if (status == BE_OK) {
        *speedup = work.sum / makespan;
    }
    free(work.sizes);
    return status;
}

enum be_status be_bounds_best(const uint64_t *steps, size_t tasks, uint32_t workers,
                              double *speedup, struct be_error *error)
{
    struct work work;
    double makespan = 0;
    enum be_status status = work_init(&work, steps, tasks, workers, error);

    if (status != BE_OK) {
        return status;
    }
    assert(work.sizes);
    qsort(work.sizes, tasks, sizeof(work.sizes[0]), size_compare_descending);
    status = list_makespan(work.sizes, tasks, work.workers, &makespan, error);
    if (status == BE_OK && tasks <= EXACT_TASKS_MAX) {
        struct search search = {
            .sizes = work.sizes,
            .tasks = tasks,
            .workers = work.workers,
            .floor = fmax(work.longest, work.sum / (double)work.workers),
            .best = makespan,
        };
        assert(search.workers <= EXACT_TASKS_MAX);
        search_branch(&search, 0, 0);
        makespan = search.best;
    }
    if (status == BE_OK) {
        *speedup = work.sum / makespan;
    }
    free(work.sizes);
    return status;
}
