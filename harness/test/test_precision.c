#include "analysis/precision.h"
#include "near.h"
#include "summary_fixture.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static void looks_double_from_ten(void **state)
{
    static const struct {
        uint32_t rounds;
        uint32_t look;
    } looks[] = {{0, 10},  {9, 10},  {10, 20},   {11, 20},          {20, 40},
                 {39, 40}, {40, 80}, {160, 320}, {1000000, 1310720}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(looks); i++) {
        assert_int_equal(be_precision_next_look(looks[i].rounds), looks[i].look);
    }
    /* There is no later one in 32 bits; it must come to an end. */
    assert_true(be_precision_next_look(UINT32_MAX) > 0);
}

static void half_the_interval_over_the_median(void **state)
{
    struct be_estimate estimate = {
        .known = true, .bounded = true, .median = 4, .low = 3.9, .high = 4.02};

    (void)state;
    assert_near(be_precision_half_width(&estimate), .015, 1e-12);
    estimate.bounded = false;
    assert_true(isinf(be_precision_half_width(&estimate)));
    assert_true(isinf(be_precision_half_width(&(struct be_estimate){0})));
}

/*
 * Ten rounds in which threads take 1,000 ns and, by turns, up to `spread` more or less; the serial
 * reference always takes 2,000.
 */
static void rounds_fill(uint32_t configuration, uint64_t spread)
{
    for (uint32_t round = 0; round < 10; round++) {
        uint64_t wall_ns = 1000 + (round % 2 == 0 ? spread * round / 10 : 0) -
                           (round % 2 == 1 ? spread * round / 10 : 0);
        builder_add_sample(&run, configuration, round, wall_ns, wall_ns);
    }
}

static double *widths_of(double level)
{
    double *widths = NULL;
    struct be_error error;

    if (be_precision_widths_create(&run, level, &widths, &error) != BE_OK) {
        fail_msg("%s", error.message);
    }
    return widths;
}

static void widths_are_those_of_speedups(void **state)
{
    (void)state;
    rounds_fill(SERIAL, 0);
    rounds_fill(THREADS, 100);
    rounds_fill(THREADS_NULL, 300);
    double *widths = widths_of(.95);
    assert_true(isnan(widths[SERIAL]));
    assert_true(isnan(widths[THREADS_NULL]));
    assert_near(widths[THREADS], be_precision_half_width(&summarize(THREADS)->speedup), 0);
    assert_true(widths[THREADS] > .01 && widths[THREADS] < .1);
    free(widths);

    double *wider = widths_of(BE_PRECISION_STOP_LEVEL);
    assert_true(wider[THREADS] >= be_precision_half_width(&summaries.items[THREADS].speedup));
    free(wider);
}

static void a_block_is_reached_when_all_of_it_is(void **state)
{
    (void)state;
    uint32_t other = builder_add_configuration(&run, BE_ROLE_REFERENCE, 1, "steps=1000");
    uint32_t more = builder_add_configuration(&run, BE_ROLE_MEASURED, 1,
                                              "steps=1000 executor=threads workers=2");
    uint32_t pinned = builder_add_configuration(
        &run, BE_ROLE_MEASURED, 1, "steps=1000 executor=threads workers=2 placement=cores");
    rounds_fill(SERIAL, 0);
    rounds_fill(THREADS, 0);
    rounds_fill(other, 0);
    rounds_fill(more, 0);
    rounds_fill(pinned, 200);

    double *widths = widths_of(BE_PRECISION_STOP_LEVEL);
    assert_true(be_precision_block_reached(&run, widths, 0, .01));
    assert_false(be_precision_block_reached(&run, widths, 1, .01));
    assert_true(be_precision_block_reached(&run, widths, 1, .5));

    struct be_precision precision;
    be_precision_count(widths, run.configuration_count, .01, &precision);
    assert_int_equal(precision.judged, 3);
    assert_int_equal(precision.within, 2);
    assert_int_equal(precision.unbounded, 0);
    assert_near(precision.widest, widths[pinned], 0);
    assert_int_equal(precision.widest_configuration, pinned);
    free(widths);

    summarize(pinned);
    be_precision_of(&summaries, .01, &precision);
    assert_int_equal(precision.judged, 3);
    assert_int_equal(precision.within, 2);
    assert_int_equal(precision.widest_configuration, pinned);
}

static void without_an_interval_nothing_is_reached(void **state)
{
    struct be_precision precision;

    (void)state;
    builder_add_sample(&run, SERIAL, 0, 1000, 1000);
    builder_add_sample(&run, THREADS, 0, 500, 500);
    double *widths = widths_of(BE_PRECISION_STOP_LEVEL);
    assert_true(isinf(widths[THREADS]));
    assert_false(be_precision_block_reached(&run, widths, 0, 1e9));
    be_precision_count(widths, run.configuration_count, .01, &precision);
    assert_int_equal(precision.judged, 1);
    assert_int_equal(precision.within, 0);
    assert_int_equal(precision.unbounded, 1);
    assert_true(isnan(precision.widest));
    free(widths);
}

/* Rejected rounds are left out, as they are of the report. */
static void what_computes_nothing_is_not_judged(void **state)
{
    struct be_precision precision;
    uint32_t nothing = builder_add_configuration(&run, BE_ROLE_MEASURED, 0, "executor=null");

    (void)state;
    rounds_fill(SERIAL, 0);
    rounds_fill(nothing, 500);
    double *widths = widths_of(.98);
    assert_true(isnan(widths[nothing]));
    free(widths);
    summarize(nothing);
    be_precision_of(&summaries, .01, &precision);
    assert_int_equal(precision.judged, 1);
}

static void a_dropped_round_is_not_counted(void **state)
{
    (void)state;
    rounds_fill(SERIAL, 0);
    rounds_fill(THREADS, 0);
    for (uint32_t round = 10; round < 12; round++) {
        builder_add_sample(&run, SERIAL, round, 1000, 1000);
        builder_add_sample(&run, THREADS, round, 9000, 9000)->state = BE_SAMPLE_REJECTED;
    }
    double *widths = widths_of(BE_PRECISION_STOP_LEVEL);
    assert_near(widths[THREADS], 0, 0);
    free(widths);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(looks_double_from_ten),
        cmocka_unit_test(half_the_interval_over_the_median),
        summary_test(widths_are_those_of_speedups),
        summary_test(a_block_is_reached_when_all_of_it_is),
        summary_test(without_an_interval_nothing_is_reached),
        summary_test(what_computes_nothing_is_not_judged),
        summary_test(a_dropped_round_is_not_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
