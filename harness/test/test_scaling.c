#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/scaling.h"
#include "near.h"
#include "synthetic_run.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

enum { ROUNDS = 20, TASKS = 1000 };

#define TASK_NS 1e6 /* with one worker */

static const uint32_t powers[] = {1, 2, 4, 8};

static struct synthetic synthetic;
static struct be_series_list list;
static struct be_scaling scaling;

static int teardown(void **state)
{
    (void)state;
    be_scaling_finish(&scaling);
    be_series_list_finish(&list);
    synthetic_finish(&synthetic);
    return 0;
}

/* What a task takes with that many workers, as a share of what it takes with one. */
struct law {
    double serial;
    double contention;
    double coherency;
};

static double law_time(const struct law *law, double workers)
{
    double amdahl = law->serial + (1 - law->serial) / workers;
    return amdahl *
           (1 + law->contention * (workers - 1) + law->coherency * workers * (workers - 1));
}

/*
 * Pools of these worker counts in a block, ROUNDS of them, each time with its own noise. A pool
 * with one worker takes 1.5 times as long as the reference.
 */
static void pools_add(const struct law *law, const uint32_t *workers, size_t count, double noise)
{
    uint32_t reference = synthetic_add_block(&synthetic, 0, workers, count, 100, TASKS);

    for (uint32_t round = 0; round < ROUNDS; round++) {
        synthetic_add(&synthetic, reference, round, TASKS * TASK_NS / 1.5, 0);
        for (uint32_t i = 0; i < count; i++) {
            double wall_ns = TASKS * TASK_NS * law_time(law, workers[i]);
            wall_ns *= exp(noise * synthetic_normal(&synthetic));
            synthetic_add(&synthetic, reference + 1 + i, round, wall_ns, 0);
        }
    }
    synthetic_analyse(&synthetic);
}

static const struct be_scaling *scale(uint32_t workers_max)
{
    struct be_error error;

    be_scaling_finish(&scaling);
    be_series_list_finish(&list);
    assert_int_equal(be_series_scaling(&synthetic.run, &list, NULL), BE_OK);
    assert_int_equal(list.count, 1);
    if (be_scaling_create(&synthetic.resampler, &synthetic.summaries, &list.items[0], workers_max,
                          &scaling, &error) != BE_OK) {
        fail_msg("%s", error.message);
    }
    return &scaling;
}

#define assert_exact(estimate, value, tolerance)                                                   \
    do {                                                                                           \
        assert_true((estimate).known && (estimate).bounded);                                       \
        assert_near((estimate).median, value, tolerance);                                          \
        assert_near((estimate).low, value, tolerance);                                             \
        assert_near((estimate).high, value, tolerance);                                            \
    } while (0)

static bool covers(const struct be_estimate *estimate, double value)
{
    assert_true(estimate->known && estimate->bounded);
    return estimate->low <= value && value <= estimate->high;
}

static void serial_fractions_without_noise_are_exact(void **state)
{
    static const double fractions[] = {.05, .2};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(fractions); i++) {
        pools_add(&(struct law){.serial = fractions[i]}, powers, COUNT_OF(powers), 0);
        const struct be_scaling *found = scale(0);
        assert_int_equal(found->fitted, 4);
        assert_true(found->relative && found->includes_clock_loss);
        assert_false(found->weak);
        assert_exact(found->serial_fraction, fractions[i], 1e-7);
        assert_false(found->points[0].karp_flatt.known);
        for (size_t j = 1; j < COUNT_OF(powers); j++) {
            assert_int_equal(found->points[j].workers, powers[j]);
            assert_exact(found->points[j].karp_flatt, fractions[i], 1e-7);
        }
        /* Amdahl's law is the Universal Scalability Law without coherency. */
        assert_exact(found->usl_contention, fractions[i], 1e-6);
        assert_exact(found->usl_coherency, 0, 1e-7);
        synthetic_finish(&synthetic);
    }
}

static void usl_without_noise_is_exact(void **state)
{
    static const struct law law = {.contention = .03, .coherency = .004};

    (void)state;
    pools_add(&law, powers, COUNT_OF(powers), 0);
    const struct be_scaling *found = scale(0);
    assert_exact(found->usl_contention, .03, 1e-7);
    assert_exact(found->usl_coherency, .004, 1e-7);
    assert_exact(found->usl_tasks_per_s, 1e9 / TASK_NS, 1e-3);
    assert_exact(found->usl_peak_workers, sqrt(.97 / .004), 1e-3);
    assert_true(found->usl_peak_beyond);
    assert_false(found->usl_peak_high_open);
}

static void a_peak_inside_the_data_is_no_extrapolation(void **state)
{
    static const uint32_t workers[] = {1, 2, 4, 8, 16, 32};
    static const struct law law = {.contention = .03, .coherency = .004};

    (void)state;
    pools_add(&law, workers, COUNT_OF(workers), 0);
    assert_false(scale(0)->usl_peak_beyond);
    assert_true(scale(8)->usl_peak_beyond);
}

/* Relative to the pool, whose one worker is slower than the serial reference. */
static void speedups_are_over_one_worker_of_the_pool(void **state)
{
    (void)state;
    pools_add(&(struct law){.serial = .2}, powers, COUNT_OF(powers), 0);
    const struct be_scaling *found = scale(0);
    assert_exact(found->points[0].speedup, 1, 0);
    assert_exact(found->points[1].speedup, 1 / .6, 1e-7);
    assert_exact(found->points[3].speedup, 1 / .3, 1e-7);
}

static void without_one_worker_speedups_are_over_the_reference(void **state)
{
    static const uint32_t workers[] = {2, 4, 8, 16};

    (void)state;
    pools_add(&(struct law){.serial = .2}, workers, COUNT_OF(workers), 0);
    const struct be_scaling *found = scale(0);
    assert_false(found->relative);
    assert_exact(found->points[0].speedup, 1 / .6 / 1.5, 1e-7);
    assert_exact(found->points[2].speedup, 1 / .3 / 1.5, 1e-7);
    assert_true(found->serial_fraction.known);
}

static void fits_take_what_the_machine_can_run_at_once(void **state)
{
    static const uint32_t workers[] = {1, 2, 3, 4, 8};

    (void)state;
    /* Exact up to 4 workers; 8 on 4 cores are as fast as 4. */
    uint32_t reference = synthetic_add_block(&synthetic, 0, workers, COUNT_OF(workers), 100, TASKS);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        for (uint32_t i = 0; i < COUNT_OF(workers); i++) {
            double cores = fmin(workers[i], 4);
            synthetic_add(&synthetic, reference + 1 + i, round, 1e9 * (.05 + .95 / cores), 0);
        }
    }
    synthetic_analyse(&synthetic);
    const struct be_scaling *found = scale(4);
    assert_int_equal(found->count, 5);
    assert_int_equal(found->fitted, 4);
    assert_false(found->points[4].fitted);
    assert_true(found->points[4].speedup.known && found->points[4].karp_flatt.known);
    assert_exact(found->serial_fraction, .05, 1e-7);
    assert_true(scale(0)->serial_fraction.median > .06);
}

/* Eight workers are two a core, as four of them are not. */
static void fits_take_workers_on_cores_alike(void **state)
{
    static const uint32_t workers[] = {1, 2, 3, 4, 8};

    (void)state;
    pools_add(&(struct law){.serial = .05}, workers, COUNT_OF(workers), 0);
    for (size_t i = 0; i < synthetic.summaries.count; i++) {
        synthetic.summaries.items[i].alike_workers = 4;
    }
    const struct be_scaling *found = scale(8);
    assert_int_equal(found->fitted, 4);
    assert_true(found->points[3].fitted);
    assert_false(found->points[4].fitted);
    /* Tasks that wait share nothing. */
    assert_int_equal(scale(0)->fitted, 5);
}

static void three_worker_counts_are_too_few(void **state)
{
    (void)state;
    pools_add(&(struct law){.serial = .2}, powers, COUNT_OF(powers), 0);
    const struct be_scaling *found = scale(4);
    assert_int_equal(found->fitted, 3);
    assert_false(found->serial_fraction.known || found->usl_contention.known);
    assert_false(found->usl_peak_workers.known || found->usl_peak_beyond);
    assert_exact(found->points[2].karp_flatt, .2, 1e-7);
}

static void what_was_not_measured_is_not_fitted(void **state)
{
    static const uint32_t workers[] = {1, 2, 4, 8, 16};

    (void)state;
    pools_add(&(struct law){.serial = .05}, workers, COUNT_OF(workers), 0);
    synthetic_forget(&synthetic);
    for (size_t i = 0; i < synthetic.run.sample_count; i++) {
        if (synthetic.run.samples[i].configuration == 3) {
            synthetic.run.samples[i].state = BE_SAMPLE_FAILED;
        }
    }
    synthetic_analyse(&synthetic);
    const struct be_scaling *found = scale(0);
    assert_int_equal(found->fitted, 4);
    assert_false(found->points[2].fitted || found->points[2].speedup.known ||
                 found->points[2].karp_flatt.known);
    assert_exact(found->serial_fraction, .05, 1e-7);
}

static void weak_scaling_compares_tasks_a_second(void **state)
{
    char params[64];

    (void)state;
    for (uint32_t i = 0; i < COUNT_OF(powers); i++) {
        snprintf(params, sizeof(params), "executor=threads workers=%u tasks=%u", powers[i],
                 TASKS * powers[i]);
        builder_add_configuration(&synthetic.run, BE_ROLE_MEASURED, 0, params);
    }
    for (uint32_t round = 0; round < ROUNDS; round++) {
        for (uint32_t i = 0; i < COUNT_OF(powers); i++) {
            synthetic_add(&synthetic, i, round, 1e9 * powers[i] * (.05 + .95 / powers[i]), 0);
        }
    }
    synthetic_analyse(&synthetic);
    const struct be_scaling *found = scale(0);
    assert_true(found->weak && found->relative);
    assert_exact(found->points[3].speedup, 1 / (.05 + .95 / 8), 1e-7);
    assert_exact(found->serial_fraction, .05, 1e-7);
}

/* Gives all samples of a configuration a clock, as a share of the nominal one. */
static void clock_set(uint32_t configuration, double share)
{
    for (size_t i = 0; i < synthetic.run.sample_count; i++) {
        struct be_sample *sample = &synthetic.run.samples[i];
        if (sample->configuration == configuration) {
            synthetic_count(&synthetic, sample, "papi:PAPI_REF_CYC", 1e9);
            synthetic_count(&synthetic, sample, "papi:PAPI_TOT_CYC", 1e9 * share);
        }
    }
}

static const struct be_scaling *scale_again(void)
{
    synthetic_forget(&synthetic);
    synthetic_analyse(&synthetic);
    return scale(0);
}

/* With 8 workers the clock falls by a tenth; what that costs is no serial fraction. */
static void fits_are_at_equal_frequency_where_cycles_are_counted(void **state)
{
    static const double clocks[] = {1.2, 1.2, 1.15, 1.08};

    (void)state;
    uint32_t reference = synthetic_add_block(&synthetic, 0, powers, COUNT_OF(powers), 100, TASKS);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        for (uint32_t i = 0; i < COUNT_OF(powers); i++) {
            double cycles = 1e9 * (.05 + .95 / powers[i]);
            synthetic_add(&synthetic, reference + 1 + i, round, cycles * clocks[0] / clocks[i], 0);
        }
    }
    synthetic_analyse(&synthetic);
    assert_true(scale(0)->includes_clock_loss);
    assert_true(scaling.serial_fraction.low > .06);

    for (uint32_t i = 0; i < 3; i++) {
        clock_set(reference + 1 + i, clocks[i]);
    }
    assert_true(scale_again()->includes_clock_loss);
    clock_set(reference + 4, clocks[3]);
    assert_false(scale_again()->includes_clock_loss);
    assert_exact(scaling.serial_fraction, .05, 1e-7);
    assert_exact(scaling.points[3].karp_flatt, .05, 1e-7);
    assert_exact(scaling.usl_contention, .05, 1e-6);
    assert_near(scaling.points[3].speedup.median, .9 / (.05 + .95 / 8), 1e-6);
}

static void noise_of_two_per_cent_stays_within_the_interval(void **state)
{
    static const double fractions[] = {.05, .2};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(fractions); i++) {
        for (uint64_t seed = 1; seed <= 3; seed++) {
            be_rng_init(&synthetic.rng, seed);
            pools_add(&(struct law){.serial = fractions[i]}, powers, COUNT_OF(powers), .02);
            const struct be_scaling *found = scale(0);
            assert_true(covers(&found->serial_fraction, fractions[i]));
            assert_true(found->serial_fraction.high - found->serial_fraction.low < .02);
            synthetic_finish(&synthetic);
        }
    }
}

/* Of 1,000 runs, 935 to 967 do; so few as here scatter by 2 in 60. */
static void intervals_cover_what_is_true(void **state)
{
    enum { RUNS = 60 };
    static const struct law law = {.contention = .03, .coherency = .004};
    size_t karp_flatt = 0;
    size_t contention = 0;
    size_t coherency = 0;
    size_t serial = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= RUNS; seed++) {
        be_rng_init(&synthetic.rng, seed);
        pools_add(&(struct law){.serial = .05}, powers, COUNT_OF(powers), .02);
        synthetic.run.seed = seed;
        serial += covers(&scale(0)->serial_fraction, .05);
        karp_flatt += covers(&scaling.points[3].karp_flatt, .05);
        synthetic_finish(&synthetic);

        be_rng_init(&synthetic.rng, seed);
        pools_add(&law, powers, COUNT_OF(powers), .02);
        synthetic.run.seed = seed;
        contention += covers(&scale(0)->usl_contention, law.contention);
        coherency += covers(&scaling.usl_coherency, law.coherency);
        synthetic_finish(&synthetic);
    }
    print_message("of %d: Amdahl %zu, Karp-Flatt %zu, sigma %zu, kappa %zu\n", RUNS, serial,
                  karp_flatt, contention, coherency);
    assert_true(serial >= .85 * RUNS);
    assert_true(karp_flatt >= .85 * RUNS);
    assert_true(contention >= .85 * RUNS);
    assert_true(coherency >= .85 * RUNS);
}

/* With neither contention nor coherency, noise decides whether there is a peak. */
static void a_peak_that_is_noise_has_no_upper_end(void **state)
{
    bool seen = false;

    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        be_rng_init(&synthetic.rng, seed);
        pools_add(&(struct law){0}, powers, COUNT_OF(powers), .01);
        const struct be_scaling *found = scale(0);
        if (found->usl_peak_workers.known) {
            assert_true(isfinite(found->usl_peak_workers.high));
            seen = seen || found->usl_peak_high_open;
        } else {
            assert_false(found->usl_peak_workers.bounded || found->usl_peak_beyond);
        }
        synthetic_finish(&synthetic);
    }
    assert_true(seen);
}

#define scaling_test(function) cmocka_unit_test_teardown(function, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        scaling_test(serial_fractions_without_noise_are_exact),
        scaling_test(usl_without_noise_is_exact),
        scaling_test(a_peak_inside_the_data_is_no_extrapolation),
        scaling_test(speedups_are_over_one_worker_of_the_pool),
        scaling_test(without_one_worker_speedups_are_over_the_reference),
        scaling_test(fits_take_what_the_machine_can_run_at_once),
        scaling_test(fits_take_workers_on_cores_alike),
        scaling_test(three_worker_counts_are_too_few),
        scaling_test(what_was_not_measured_is_not_fitted),
        scaling_test(weak_scaling_compares_tasks_a_second),
        scaling_test(fits_are_at_equal_frequency_where_cycles_are_counted),
        scaling_test(noise_of_two_per_cent_stays_within_the_interval),
        scaling_test(intervals_cover_what_is_true),
        scaling_test(a_peak_that_is_noise_has_no_upper_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
