/*
 * The machine code of trial division as an optimising compiler makes it: one division at a time, of
 * either width, and no vectors. That it goes through its candidates is seen in test_workloads.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SKIPPED = 77 };

struct code {
    int narrow_divisions;
    int wide_divisions;
    int vectors;
    int instructions;
};

/* Reads one line such as "  4f:  div    %rcx". */
static void line_count(const char *line, struct code *code)
{
    const char *division = strstr(line, "div ");

    code->instructions++;
    if (strstr(line, "%xmm") || strstr(line, "%ymm") || strstr(line, "%zmm")) {
        code->vectors++;
    }
    if (division) {
        bool wide = strstr(division, "%r") && !strstr(division, "d\n");
        code->wide_divisions += wide;
        code->narrow_divisions += !wide;
    }
}

static void trial_divides_one_candidate_at_a_time(void **state)
{
    struct code code = {0};
    char line[512];
    bool inside = false;
    FILE *listing = fopen(BE_TRIAL_LISTING, "re");
    (void)state;

    assert_non_null(listing);
    while (fgets(line, sizeof(line), listing)) {
        if (strstr(line, ">:")) {
            inside = strstr(line, "<gcd_trial_run>:");
        } else if (inside && line[0] == ' ') {
            line_count(line, &code);
        }
    }
    assert_int_equal(fclose(listing), 0);
    /* Each width divides both numbers by the candidate. */
    assert_true(code.instructions > 20);
    assert_true(code.narrow_divisions >= 2);
    assert_true(code.wide_divisions >= 2);
    assert_int_equal(code.vectors, 0);
}

int main(void)
{
#ifndef __x86_64__
    puts("skipped: knows the instructions of x86-64 only");
    return SKIPPED;
#endif
    if (BE_TRIAL_LISTING[0] == '\0') {
        puts("skipped: there was no objdump to list it with");
        return SKIPPED;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trial_divides_one_candidate_at_a_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
