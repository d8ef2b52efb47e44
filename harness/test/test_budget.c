#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/budget.h"
#include "core/rng.h"
#include "core/values.h"
#include "near.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* A pass of 1,000 of these, so that T·C is 1,000 a PU; long enough to be split. */
#define UNIT_NS 10000.

struct pass {
    double pus;
    double serial;
    double compute;
    double codec;
    double send;
    double receive;
    double merge;
    double busy;
    double start_idle;
    double tail_idle;
    double dispatcher_cpu; /* 0: not known */
    uint32_t workers;      /* 0: one a PU */
};

static struct be_sample sample_of(const struct pass *pass)
{
    struct be_sample sample = {.wall_ns = (uint64_t)(1000 * UNIT_NS)};

    be_values_clear(sample.values);
    sample.values[BE_VALUE_distinct_pus] = pass->pus;
    sample.values[BE_VALUE_compute_ns] = pass->compute * UNIT_NS;
    sample.values[BE_VALUE_codec_ns] = pass->codec * UNIT_NS;
    sample.values[BE_VALUE_send_ns] = pass->send * UNIT_NS;
    sample.values[BE_VALUE_receive_ns] = pass->receive * UNIT_NS;
    sample.values[BE_VALUE_merge_ns] = pass->merge * UNIT_NS;
    sample.values[BE_VALUE_busy_ns] = pass->busy * UNIT_NS;
    sample.values[BE_VALUE_start_idle_ns] = pass->start_idle * UNIT_NS;
    sample.values[BE_VALUE_tail_idle_ns] = pass->tail_idle * UNIT_NS;
    sample.values[BE_VALUE_dispatcher_cpu_ns] =
        pass->dispatcher_cpu > 0 ? pass->dispatcher_cpu * UNIT_NS : NAN;
    return sample;
}

static struct be_budget budget_of(const struct pass *passes, size_t count)
{
    struct be_sample samples[8];
    struct be_budget_sample inputs[8];
    struct be_budget budget;

    assert_true(count <= COUNT_OF(samples));
    for (size_t i = 0; i < count; i++) {
        samples[i] = sample_of(&passes[i]);
        inputs[i] = (struct be_budget_sample){
            .sample = &samples[i],
            .serial_ns = passes[i].serial * UNIT_NS,
            .workers = passes[i].workers > 0 ? passes[i].workers : (uint32_t)passes[i].pus,
        };
    }
    assert_int_equal(be_budget_compute(inputs, count, &budget, NULL), BE_OK);
    return budget;
}

static double parts_sum(const struct be_budget *budget)
{
    double sum = 0;
    for (size_t i = 0; i < BE_BUDGET_PART_COUNT; i++) {
        sum += budget->parts[i];
    }
    return sum;
}

static double verdict_sum(const struct be_budget *budget)
{
    double sum = budget->reached;
    for (size_t i = 0; i < BE_LOSS_COUNT; i++) {
        sum += budget->losses[i];
    }
    return sum;
}

static const struct {
    const char *name;
    struct pass pass;
    double parts[BE_BUDGET_PART_COUNT]; /* compute, codec, messages, merge, idle, remainder */
    double reached;
    double losses[BE_LOSS_COUNT]; /* in the order of enum be_loss */
    double overlap;
} cases[] = {
    {"two workers on two PUs",
     {2, 1500, 1560, 20, 60, 40, 20, 1700, 50, 150, 0, 0},
     {78, 1, 5, 1, 15, 0},
     75,
     {3, 1, 5, 1, 2.5, 7.5, 0, 5, 0},
     0},
    {"compute was faster than serially",
     {2, 1500, 1400, 0, 60, 40, 20, 1700, 50, 150, 0, 0},
     {70, 0, 5, 1, 15, 9},
     75,
     {-5, 0, 5, 1, 2.5, 7.5, 0, 5, 9},
     0},
    {"stamps say more than the clocks",
     {2, 1500, 1660, 0, 60, 40, 20, 1700, 50, 150, 0, 0},
     {83, 0, 5, 1, 15, -4},
     75,
     {8, 0, 5, 1, 2.5, 7.5, 0, 5, -4},
     0},
    {"workers idle for longer than their cores",
     {2, 1500, 1560, 0, 60, 40, 20, 1700, 200, 400, 0, 0},
     {78, 0, 5, 1, 15, 1},
     75,
     {3, 0, 5, 1, 5, 10, 0, 0, 1},
     0},
    {"the dispatcher's own PU idles",
     {3, 1800, 1800, 30, 60, 60, 30, 2100, 30, 60, .dispatcher_cpu = 400, .workers = 2},
     {60, 1, 4, 1, 30, 4},
     60,
     {0, 1, 4, 1, 1, 2, 20, 7, 4},
     0},
    {"nothing is known of the dispatcher but its own PU",
     {3, 1800, 1800, 0, 30, 30, 30, 1950, 30, 60, .workers = 2},
     {60, 0, 2, 1, 35, 2},
     60,
     {0, 0, 2, 1, 5 / 9.0, 10 / 9.0, 100 / 3.0, 0, 2},
     0},
    {"four workers share two PUs",
     {2, 1900, 3800, 0, 100, 60, 40, 4000, 0, 0, 0, 0},
     {95, 0, 4, 1, 0, 0},
     95,
     {0, 0, 4, 1, 0, 0, 0, 0, 0},
     100},
    {"four workers share two PUs and their caches",
     {2, 1700, 3600, 20, 200, 120, 60, 4000, 0, 0, 0, 0},
     {90, .5, 8, 1.5, 0, 0},
     85,
     {5, .5, 8, 1.5, 0, 0, 0, 0, 0},
     100},
    {"four workers sleep on two PUs",
     {2, 3960, 3960, 0, 20, 10, 10, 4000, 0, 0, 0, 0},
     {198, 0, .75, .25, 0, -99},
     198,
     {0, 0, .75, .25, 0, 0, 0, 0, -99},
     100},
    {"one unbound worker, and a dispatcher that C does not count",
     {1, 900, 900, 0, 100, 0, 0, 1250, 0, 0, 0, 0},
     {90, 0, 8, 0, 0, 2},
     90,
     {0, 0, 8, 0, 0, 0, 0, 0, 2},
     25},
};

static void parts_of_one_sample(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct be_budget budget = budget_of(&cases[i].pass, 1);
        print_message("%s\n", cases[i].name);
        assert_true(budget.known);
        assert_int_equal(budget.count, 1);
        for (size_t k = 0; k < BE_BUDGET_PART_COUNT; k++) {
            assert_near(budget.parts[k], cases[i].parts[k], 1e-9);
        }
        assert_near(budget.reached, cases[i].reached, 1e-9);
        for (size_t k = 0; k < BE_LOSS_COUNT; k++) {
            assert_near(budget.losses[k], cases[i].losses[k], 1e-9);
        }
        assert_near(budget.overlap, cases[i].overlap, 1e-9);
    }
}

static void named_parts_are_medians_and_the_last_takes_the_rest(void **state)
{
    static const struct pass passes[] = {
        {1, 700, 700, 0, 100, 0, 0, 900, 100, 0, 0, 0},
        {1, 800, 820, 0, 90, 0, 0, 910, 0, 90, 0, 0},
        {1, 720, 760, 0, 50, 0, 20, 930, 30, 30, 0, 0},
    };

    (void)state;
    struct be_budget budget = budget_of(passes, COUNT_OF(passes));
    assert_int_equal(budget.count, 3);
    assert_near(budget.reached, 72, 1e-9);
    assert_near(budget.parts[BE_BUDGET_COMPUTE], 76, 1e-9);
    assert_near(budget.parts[BE_BUDGET_MESSAGES], 9, 1e-9);
    assert_near(budget.parts[BE_BUDGET_MERGE], 0, 1e-9);
    assert_near(budget.parts[BE_BUDGET_IDLE], 9, 1e-9);
    assert_near(budget.parts[BE_BUDGET_REMAINDER], 6, 1e-9);
    assert_near(budget.losses[BE_LOSS_COMPUTE], 2, 1e-9);
    assert_near(budget.losses[BE_LOSS_START], 3, 1e-9);
    assert_near(budget.losses[BE_LOSS_IMBALANCE], 3, 1e-9);
    assert_near(budget.losses[BE_LOSS_WAITING], 0, 1e-9);
    assert_near(budget.losses[BE_LOSS_UNEXPLAINED], 100 - 72 - 2 - 9 - 6, 1e-9);
}

static void what_was_not_stamped_is_not_known(void **state)
{
    static const struct pass passes[] = {
        {2, 1500, NAN, NAN, NAN, NAN, NAN, NAN, 50, 150, 0, 0},
        {2, 1400, 1560, 0, 60, 40, 20, 1700, 50, 150, 0, 0},
        {2, NAN, 1560, 0, 60, 40, 20, 1700, 50, 150, 0, 0},
    };

    (void)state;
    struct be_budget none = budget_of(&passes[0], 1);
    assert_false(none.known);
    assert_near(none.reached, 75, 1e-9);
    struct be_budget some = budget_of(passes, COUNT_OF(passes));
    assert_true(some.known);
    assert_int_equal(some.count, 1);
    assert_near(some.reached, 72.5, 1e-9);
    assert_near(verdict_sum(&some), 100, 1e-9);
    struct be_budget nothing = budget_of(NULL, 0);
    assert_false(nothing.known);
    assert_true(isnan(nothing.reached));
    be_budget_round(&nothing);
    assert_true(isnan(nothing.reached));
}

static double draw_below(struct be_rng *rng, double bound)
{
    return bound * be_rng_unit(rng);
}

static bool is_rounded(double percent)
{
    double steps = percent / BE_BUDGET_STEP;
    return fabs(steps - round(steps)) < 1e-6;
}

/* Whatever the clocks said, and however it is printed. */
static void sums_are_always_a_hundred(void **state)
{
    enum { REPETITIONS = 500, SAMPLES = 5 };
    struct be_rng rng;

    (void)state;
    be_rng_init(&rng, 1);
    for (int repetition = 0; repetition < REPETITIONS; repetition++) {
        struct pass passes[SAMPLES];
        for (size_t i = 0; i < SAMPLES; i++) {
            passes[i] = (struct pass){
                .pus = (double)be_rng_below(&rng, 4) + 1,
                .serial = draw_below(&rng, 3000),
                .compute = draw_below(&rng, 3000),
                .codec = draw_below(&rng, 300),
                .send = draw_below(&rng, 500),
                .receive = draw_below(&rng, 500),
                .merge = draw_below(&rng, 100),
                .busy = draw_below(&rng, 5000),
                .start_idle = draw_below(&rng, 1000),
                .tail_idle = draw_below(&rng, 1000),
            };
        }
        struct be_budget budget = budget_of(passes, SAMPLES);
        assert_near(parts_sum(&budget), 100, 1e-9);
        assert_near(verdict_sum(&budget), 100, 1e-9);

        be_budget_round(&budget);
        assert_near(parts_sum(&budget), 100, 1e-9);
        assert_near(verdict_sum(&budget), 100, 1e-9);
        for (size_t i = 0; i < BE_LOSS_COUNT; i++) {
            assert_true(is_rounded(budget.losses[i]));
        }
    }
}

/* Of 200 tasks of .2 us next to none is timed, and what is stands for all. */
static void a_pass_too_short_for_its_stamps_is_not_split(void **state)
{
    struct be_sample sample = sample_of(&cases[0].pass);
    struct be_budget_sample input = {.sample = &sample, .serial_ns = 10000, .workers = 2};
    struct be_budget budget;
    (void)state;

    sample.wall_ns = 40000;
    assert_int_equal(be_budget_compute(&input, 1, &budget, NULL), BE_OK);
    assert_false(budget.known);
    assert_int_equal(budget.too_short_ns, 40000);
    assert_near(budget.reached, 12.5, 1e-9);
    sample.wall_ns = BE_BUDGET_PASS_NS_MIN;
    assert_int_equal(be_budget_compute(&input, 1, &budget, NULL), BE_OK);
    assert_true(budget.known);
    assert_int_equal(budget.too_short_ns, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pass_too_short_for_its_stamps_is_not_split),
        cmocka_unit_test(parts_of_one_sample),
        cmocka_unit_test(named_parts_are_medians_and_the_last_takes_the_rest),
        cmocka_unit_test(what_was_not_stamped_is_not_known),
        cmocka_unit_test(sums_are_always_a_hundred),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
