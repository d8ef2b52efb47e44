#include "analysis/model.h"

#include <math.h>

/* What the formulas are made of; NAN: not known. */
struct terms {
    double tasks;         /* N */
    double workers;       /* P */
    double pus;           /* C */
    double grain_ns;      /* w */
    double dispatcher_ns; /* d */
    double worker_ns;     /* v */
};

static double known_count(size_t count)
{
    return count > 0 ? (double)count : NAN;
}

/* fmax takes what is known where one is not; here that makes the result unknown too. */
static double larger(double a, double b)
{
    return isnan(a) || isnan(b) ? NAN : fmax(a, b);
}

static double task_predict(const struct terms *terms, double pool_start_ns)
{
    double d = terms->dispatcher_ns;
    double w_and_v = terms->grain_ns + terms->worker_ns;
    return larger(larger(d, w_and_v / terms->workers), (w_and_v + d) / terms->pus) +
           pool_start_ns / terms->tasks;
}

/* Where the predicted time a task is w: each of its three bounds gives one, the largest holds. */
static double breakeven_predict(const struct terms *terms, double pool_start_ns)
{
    double d = terms->dispatcher_ns;
    double v = terms->worker_ns;
    double start_ns = pool_start_ns / terms->tasks;
    double by_workers = (v + terms->workers * start_ns) / (terms->workers - 1);
    double by_pus = (v + d + terms->pus * start_ns) / (terms->pus - 1);
    return larger(d + start_ns, larger(by_workers, by_pus));
}

static struct terms terms_find(const struct be_summary *summary)
{
    double tasks = known_count(summary->configuration->tasks);
    double cpu_ns = be_estimate_value(&summary->cpu_ns);
    double dispatcher_cpu_ns = be_estimate_value(&summary->values[BE_VALUE_dispatcher_cpu_ns]);
    double compute_ns = be_estimate_value(&summary->values[BE_VALUE_compute_ns]);
    double spin_ns = be_estimate_value(&summary->values[BE_VALUE_spin_ns]);
    double worker_cpu_ns = cpu_ns - dispatcher_cpu_ns - (isfinite(spin_ns) ? spin_ns : 0);

    return (struct terms){
        .tasks = tasks,
        .workers = known_count(summary->configuration->workers),
        .pus = known_count(summary->distinct_pus),
        .grain_ns = be_estimate_value(&summary->grain_ns),
        .dispatcher_ns = dispatcher_cpu_ns / tasks,
        .worker_ns = larger((worker_cpu_ns - compute_ns) / tasks, 0),
    };
}

struct be_model be_model_predict(const struct be_summary *summary)
{
    struct terms terms = terms_find(summary);
    double wall_ns = be_estimate_value(&summary->wall_ns);
    double pool_start_ns = be_estimate_value(&summary->values[BE_VALUE_pool_start_ns]);
    struct be_model model = {
        .dispatcher_ns = terms.dispatcher_ns,
        .worker_ns = terms.worker_ns,
        .occupancy = terms.tasks * terms.dispatcher_ns / wall_ns,
        .saturation_workers = NAN,
        .task_ns = wall_ns / terms.tasks,
        .predicted_task_ns = task_predict(&terms, 0),
        .cold_task_ns = be_estimate_value(&summary->cold_wall_ns) / terms.tasks,
        .predicted_cold_task_ns = task_predict(&terms, pool_start_ns),
        .never_pays = terms.workers <= 1 || terms.pus <= 1,
        .predicted_breakeven_ns = NAN,
        .predicted_cold_breakeven_ns = NAN,
    };

    if (terms.dispatcher_ns > 0) {
        model.saturation_workers = (terms.grain_ns + terms.worker_ns) / terms.dispatcher_ns;
    }
    if (!model.never_pays) {
        model.predicted_breakeven_ns = breakeven_predict(&terms, 0);
        model.predicted_cold_breakeven_ns = breakeven_predict(&terms, pool_start_ns);
    }
    return model;
}
