#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/model.h"
#include "near.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

enum { TASKS = 1000 };

static struct be_configuration configuration;

static struct be_estimate known(double value)
{
    return (struct be_estimate){.known = true, .count = 1, .median = value};
}

/* A pass whose parts are these, in ns a task. Everything is known. */
static struct be_summary pass(uint32_t workers, size_t pus, double grain, double dispatcher,
                              double outside)
{
    struct be_summary summary = {.configuration = &configuration, .distinct_pus = pus};

    configuration.tasks = TASKS;
    configuration.workers = workers;
    summary.grain_ns = known(grain);
    summary.wall_ns = known(4000. * TASKS);
    summary.cold_wall_ns = known(5000. * TASKS);
    summary.cpu_ns = known((grain + dispatcher + outside) * TASKS);
    summary.values[BE_VALUE_dispatcher_cpu_ns] = known(dispatcher * TASKS);
    summary.values[BE_VALUE_compute_ns] = known(grain * TASKS);
    summary.values[BE_VALUE_pool_start_ns] = known(800. * TASKS);
    return summary;
}

static void costs_of_a_task(void **state)
{
    struct be_summary summary = pass(4, 4, 10000, 500, 1500);

    (void)state;
    struct be_model model = be_model_predict(&summary);
    assert_near(model.dispatcher_ns, 500, 1e-9);
    assert_near(model.worker_ns, 1500, 1e-9);
    assert_near(model.occupancy, 500. / 4000, 1e-12);
    assert_near(model.saturation_workers, 11500. / 500, 1e-12);
    assert_near(model.task_ns, 4000, 1e-9);
    assert_near(model.cold_task_ns, 5000, 1e-9);
}

/* Each of the three bounds once; cold, the start of the pool comes on top. */
static void predicted_times(void **state)
{
    static const struct {
        uint32_t workers;
        size_t pus;
        double grain, dispatcher, outside, task_ns;
    } cases[] = {
        {16, 17, 1000, 500, 200, 500},        /* the dispatcher is full */
        {4, 5, 10000, 500, 1500, 11500 / 4.}, /* the workers are */
        {4, 4, 10000, 500, 1500, 12000 / 4.}, /* the PUs are, which they share */
        {1, 1, 10000, 500, 1500, 12000},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct be_summary summary = pass(cases[i].workers, cases[i].pus, cases[i].grain,
                                         cases[i].dispatcher, cases[i].outside);
        struct be_model model = be_model_predict(&summary);
        assert_near(model.predicted_task_ns, cases[i].task_ns, 1e-9);
        assert_near(model.predicted_cold_task_ns, cases[i].task_ns + 800, 1e-9);
    }
}

/* Nothing measured is no proof that it never pays. */
static void unknown_cores_predict_nothing(void **state)
{
    struct be_summary summary = pass(2, 0, 10000, 500, 1500);

    (void)state;
    struct be_model model = be_model_predict(&summary);
    assert_false(model.never_pays);
    assert_true(isnan(model.predicted_breakeven_ns));
}

static void predicted_breakeven(void **state)
{
    static const struct {
        uint32_t workers;
        size_t pus;
        double dispatcher, outside, warm_ns, cold_ns;
    } cases[] = {
        {16, 17, 500, 200, 500, 1300},           /* by d + T0/N */
        {2, 3, 100, 1500, 1500, 1500 + 2 * 800}, /* by (v + P·T0/N)/(P - 1) */
        {2, 2, 500, 1500, 2000, 2000 + 2 * 800}, /* by (v + d + C·T0/N)/(C - 1) */
        {5, 4, 300, 1500, 600, (1500 + 300 + 4 * 800) / 3.},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct be_summary summary =
            pass(cases[i].workers, cases[i].pus, 10000, cases[i].dispatcher, cases[i].outside);
        struct be_model model = be_model_predict(&summary);
        assert_false(model.never_pays);
        assert_near(model.predicted_breakeven_ns, cases[i].warm_ns, 1e-9);
        assert_near(model.predicted_cold_breakeven_ns, cases[i].cold_ns, 1e-9);
    }
}

/* At the predicted break-even a task is predicted to take as long as it does serially. */
static void breakeven_is_where_the_prediction_meets_the_grain(void **state)
{
    (void)state;
    for (uint32_t workers = 2; workers <= 16; workers *= 2) {
        struct be_summary summary = pass(workers, workers, 10000, 300, 2500);
        struct be_model model = be_model_predict(&summary);
        double warm_ns = model.predicted_breakeven_ns;
        double cold_ns = model.predicted_cold_breakeven_ns;
        summary = pass(workers, workers, warm_ns, 300, 2500);
        assert_near(be_model_predict(&summary).predicted_task_ns, warm_ns, 1e-6);
        summary = pass(workers, workers, cold_ns, 300, 2500);
        assert_near(be_model_predict(&summary).predicted_cold_task_ns, cold_ns, 1e-6);
    }
}

static void one_worker_or_one_pu_never_pays(void **state)
{
    (void)state;
    for (uint32_t workers = 1; workers <= 2; workers++) {
        struct be_summary summary = pass(workers, 1, 10000, 500, 1500);
        struct be_model model = be_model_predict(&summary);
        assert_true(model.never_pays);
        assert_true(isnan(model.predicted_breakeven_ns));
        assert_true(isnan(model.predicted_cold_breakeven_ns));
        assert_near(model.predicted_task_ns, 12000, 1e-9);
    }
}

/* Tasks that sleep compute for longer than they use the CPU. */
static void costs_outside_compute_are_not_negative(void **state)
{
    struct be_summary summary = pass(2, 2, 10000, 500, 0);

    (void)state;
    summary.cpu_ns = known(700. * TASKS);
    assert_near(be_model_predict(&summary).worker_ns, 0, 0);
}

static void what_is_not_known_stays_unknown(void **state)
{
    struct be_summary summary = pass(2, 2, 10000, 500, 1500);

    (void)state;
    summary.values[BE_VALUE_pool_start_ns].known = false;
    struct be_model model = be_model_predict(&summary);
    assert_near(model.predicted_task_ns, 6000, 1e-9);
    assert_true(isnan(model.predicted_cold_task_ns) && isnan(model.predicted_cold_breakeven_ns));

    summary.values[BE_VALUE_compute_ns].known = false;
    model = be_model_predict(&summary);
    assert_near(model.dispatcher_ns, 500, 1e-9);
    assert_true(isnan(model.worker_ns) && isnan(model.saturation_workers));
    assert_true(isnan(model.predicted_task_ns) && isnan(model.predicted_breakeven_ns));

    summary = pass(2, 2, 10000, 0, 1500);
    assert_true(isnan(be_model_predict(&summary).saturation_workers));
    assert_near(be_model_predict(&summary).occupancy, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(costs_of_a_task),
        cmocka_unit_test(predicted_times),
        cmocka_unit_test(unknown_cores_predict_nothing),
        cmocka_unit_test(predicted_breakeven),
        cmocka_unit_test(breakeven_is_where_the_prediction_meets_the_grain),
        cmocka_unit_test(one_worker_or_one_pu_never_pays),
        cmocka_unit_test(costs_outside_compute_are_not_negative),
        cmocka_unit_test(what_is_not_known_stays_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
