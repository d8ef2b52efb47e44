/* Verdicts of comparisons whose answer is known. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/comparison.h"
#include "near.h"

enum { PAIRS_MAX = 24, ROWS_MAX = 160 };

/* Pairs whose median is `center`, less than `reach` away from it on both sides in turn. */
struct series {
    size_t count;
    double center;
    double reach;
};

static struct be_pairs pairs_fill(double *ratios, const struct series *series)
{
    for (size_t i = 0; i < series->count; i++) {
        size_t pair = i / 2 + 1;
        double away = series->reach * (double)pair / PAIRS_MAX;
        ratios[i] = series->center + (i % 2 ? away : -away);
    }
    return (struct be_pairs){ratios, series->count};
}

static void judge_all(const struct series *series, size_t count, struct be_comparison *rows)
{
    static double ratios[ROWS_MAX][PAIRS_MAX];
    struct be_pairs pairs[ROWS_MAX];

    for (size_t i = 0; i < count; i++) {
        pairs[i] = pairs_fill(ratios[i], &series[i]);
    }
    assert_int_equal(be_comparison_judge(pairs, count, BE_COMPARISON_MARGIN, rows, NULL), BE_OK);
}

static void confirm_all(const struct series *series, size_t count, struct be_comparison *rows)
{
    double ratios[ROWS_MAX][PAIRS_MAX];
    struct be_pairs pairs[ROWS_MAX];

    for (size_t i = 0; i < count; i++) {
        pairs[i] = pairs_fill(ratios[i], &series[i]);
    }
    assert_int_equal(be_comparison_confirm(pairs, count, rows, NULL), BE_OK);
}

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static void verdicts_of_both_stages(void **state)
{
    static const struct {
        const char *name;
        struct series first;
        bool flagged;
        struct series confirm;
        enum be_verdict verdict;
    } cases[] = {
        {"slower twice", {20, .05, .02}, true, {20, .04, .02}, BE_REGRESSED},
        {"faster twice", {20, -.05, .02}, true, {20, -.04, .02}, BE_IMPROVED},
        {"slower once", {20, .05, .02}, true, {20, 0, .02}, BE_INCONCLUSIVE},
        {"slower, then faster", {20, .05, .02}, true, {20, -.05, .02}, BE_INCONCLUSIVE},
        {"faster, then slower", {20, -.05, .02}, true, {20, .05, .02}, BE_INCONCLUSIVE},
        {"slower, not measured again", {20, .05, .02}, true, {0, 0, 0}, BE_INCONCLUSIVE},
        {"slower, hardly measured again", {20, .05, .02}, true, {5, .05, .02}, BE_INCONCLUSIVE},
        {"a little slower once", {20, .015, .002}, true, {20, 0, .002}, BE_EQUIVALENT},
        {"a little slower, then noise", {20, .015, .002}, true, {20, 0, .6}, BE_INCONCLUSIVE},
        {"at most 3 % faster", {20, -.012, .06}, false, {20, 1, 0}, BE_INCONCLUSIVE},
        {"slower for sure, below the margin", {20, .008, .002}, false, {20, 1, 0}, BE_EQUIVALENT},
        {"slower or not", {20, .03, .6}, false, {20, 1, 0}, BE_INCONCLUSIVE},
        {"the same", {20, 0, .01}, false, {20, 1, 0}, BE_EQUIVALENT},
        {"in fewer pairs than an interval takes", {5, .5, 0}, false, {20, 1, 0}, BE_NOT_JUDGED},
        {"in no pairs", {0, 0, 0}, false, {20, 1, 0}, BE_NOT_JUDGED},
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct be_comparison row;
        judge_all(&cases[i].first, 1, &row);
        if (row.flagged != cases[i].flagged) {
            fail_msg("%s: flagged %d", cases[i].name, row.flagged);
        }
        if (row.flagged) {
            assert_int_equal(row.verdict, BE_INCONCLUSIVE);
        }
        confirm_all(&cases[i].confirm, 1, &row);
        if (row.verdict != cases[i].verdict) {
            fail_msg("%s: verdict %d", cases[i].name, row.verdict);
        }
        assert_int_equal(isnan(row.visible), row.verdict == BE_NOT_JUDGED);
    }
}

static void a_change_is_relative_to_the_base(void **state)
{
    const struct series series = {6, log(2), 0};
    struct be_comparison row;
    (void)state;

    judge_all(&series, 1, &row);
    assert_near(row.change.relative.median, 1, 1e-12);
    assert_near(row.change.relative.low, 1, 1e-12);
    assert_near(row.change.relative.high, 1, 1e-12);
    assert_near(row.change.spread, 0, 1e-12);
    assert_near(row.change.p, 2. / 64, 1e-12);
}

/* Nine of ten slower, the tenth a little faster: p is 4/1024, but the interval ends at the tenth.
 */
static void a_change_whose_interval_holds_none_is_not_flagged(void **state)
{
    const double ratios[] = {.02, .03, -.001, .04, .05, .06, .02, .03, .04, .05};
    const struct be_pairs pairs = {ratios, COUNT_OF(ratios)};
    struct be_comparison row;
    (void)state;

    assert_int_equal(be_comparison_judge(&pairs, 1, BE_COMPARISON_MARGIN, &row, NULL), BE_OK);
    assert_near(row.change.p, 4. / 1024, 1e-12);
    assert_true(row.change.relative.median > .03 && row.change.relative.low < 0);
    assert_int_equal(row.verdict, BE_INCONCLUSIVE);
    assert_false(row.flagged);
}

/* 12 rounds, each slower: 2/4096, which is .0498 for the first of 102 and .0503 for that of 103. */
static void significance_is_shared_by_all_that_are_judged(void **state)
{
    struct series series[ROWS_MAX];
    struct be_comparison rows[ROWS_MAX];
    (void)state;

    for (size_t i = 0; i < ROWS_MAX; i++) {
        series[i] = i < 103 ? (struct series){12, 0, .01} : (struct series){5, .5, .01};
    }
    series[0].center = .05;
    judge_all(series, 102, rows);
    assert_true(rows[0].flagged);
    assert_near(rows[0].change.adjusted_p, 102 * 2. / 4096, 1e-12);
    judge_all(series, ROWS_MAX, rows);
    assert_near(rows[0].change.adjusted_p, 103 * 2. / 4096, 1e-12);
    assert_false(rows[0].flagged);
    assert_int_equal(rows[0].verdict, BE_INCONCLUSIVE);
    assert_int_equal(rows[1].verdict, BE_EQUIVALENT);
}

/* 6 rounds, each slower: 2/64, enough for one that is confirmed and too little for two. */
static void confirming_is_shared_by_the_flagged(void **state)
{
    const struct series first[] = {{20, .05, .02}, {20, 0, .02}, {20, .05, .02}};
    const struct series confirm[] = {{6, .05, .02}, {20, .05, .02}, {6, .05, .02}};
    struct be_comparison rows[3];
    (void)state;

    judge_all(first, 2, rows);
    confirm_all(confirm, 2, rows);
    assert_int_equal(rows[0].verdict, BE_REGRESSED);
    assert_int_equal(rows[1].verdict, BE_EQUIVALENT);
    assert_false(rows[1].confirm.relative.known);
    judge_all(first, 3, rows);
    confirm_all(confirm, 3, rows);
    assert_near(rows[0].confirm.adjusted_p, 4. / 64, 1e-12);
    assert_int_equal(rows[0].verdict, BE_INCONCLUSIVE);
    assert_int_equal(rows[2].verdict, BE_INCONCLUSIVE);
}

static void what_is_no_ratio_is_refused(void **state)
{
    const double ratios[] = {0, 0, NAN, 0, 0, 0};
    const struct be_pairs pairs = {ratios, COUNT_OF(ratios)};
    struct be_comparison row;
    struct be_null_arm arm;
    (void)state;

    assert_int_equal(be_comparison_judge(&pairs, 1, .01, &row, NULL), BE_EINVAL);
    assert_int_equal(be_null_arm_judge(&pairs, .01, &arm, NULL), BE_EINVAL);
}

static void null_arms(void **state)
{
    static const struct {
        struct series series;
        bool known;
        bool biased;
    } cases[] = {
        /* 2/1024 is not yet below .001, 2/2048 is. */
        {{10, .05, .02}, false, false}, {{11, .05, .02}, true, true},
        {{11, -.05, .02}, true, true},  {{20, .009, .002}, true, false},
        {{20, .05, 1.5}, true, false},
    };
    double ratios[PAIRS_MAX];
    (void)state;

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct be_pairs pairs = pairs_fill(ratios, &cases[i].series);
        struct be_null_arm arm;
        assert_int_equal(be_null_arm_judge(&pairs, BE_COMPARISON_MARGIN, &arm, NULL), BE_OK);
        assert_int_equal(arm.known, cases[i].known);
        assert_int_equal(arm.biased, cases[i].biased);
    }
}

static void common_mode(void **state)
{
    static const struct {
        size_t slower;
        size_t faster;
        double p;
        bool suspected;
    } cases[] = {
        {0, 0, NAN, false},         {9, 0, 1. / 512, false},    {10, 0, 1. / 1024, true},
        {0, 10, 1. / 1024, true},   {10, 1, 12. / 2048, false}, {14, 1, 16. / 32768, true},
        {5, 5, 638. / 1024, false},
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct series series[ROWS_MAX];
        struct be_comparison rows[ROWS_MAX];
        size_t count = cases[i].slower + cases[i].faster;
        for (size_t k = 0; k < count; k++) {
            series[k] = (struct series){12, k < cases[i].slower ? .004 : -.004, .01};
        }
        series[count++] = (struct series){5, .5, .01};
        series[count++] = (struct series){12, 0, .01};
        judge_all(series, count, rows);
        struct be_common_mode common = be_comparison_common_mode(rows, count);
        assert_int_equal(common.slower, cases[i].slower);
        assert_int_equal(common.faster, cases[i].faster);
        assert_int_equal(common.suspected, cases[i].suspected);
        if (isnan(cases[i].p)) {
            assert_true(isnan(common.p));
        } else {
            assert_near(common.p, cases[i].p, 1e-12);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verdicts_of_both_stages),
        cmocka_unit_test(a_change_is_relative_to_the_base),
        cmocka_unit_test(a_change_whose_interval_holds_none_is_not_flagged),
        cmocka_unit_test(significance_is_shared_by_all_that_are_judged),
        cmocka_unit_test(confirming_is_shared_by_the_flagged),
        cmocka_unit_test(what_is_no_ratio_is_refused),
        cmocka_unit_test(null_arms),
        cmocka_unit_test(common_mode),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
