/*
 * Comparing text with a committed file of golden/. A text that changed on purpose is written anew
 * by running the test with BE_GOLDEN=update in its environment; the difference is then reviewed.
 */
#ifndef BE_TEST_GOLDEN_H
#define BE_TEST_GOLDEN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/io.h"

enum { GOLDEN_BYTES_MAX = 16 << 20 };

static inline void assert_golden(const char *name, const char *actual)
{
    char path[4096];
    char *expected = NULL;
    size_t expected_total = 0;
    const char *mode = getenv("BE_GOLDEN");
    struct be_error error;

    snprintf(path, sizeof(path), "%s/harness/test/golden/%s", BE_SOURCE_DIR, name);
    if (mode && strcmp(mode, "update") == 0) {
        assert_int_equal(be_io_write_file(path, actual, strlen(actual), &error), BE_OK);
        return;
    }
    if (be_io_read_file(path, GOLDEN_BYTES_MAX, &expected, &expected_total, &error) != BE_OK) {
        fail_msg("%s", error.message);
    }
    const char *e = expected;
    for (int line = 1; *e != '\0' || *actual != '\0'; line++) {
        size_t expected_bytes = strcspn(e, "\n");
        size_t actual_bytes = strcspn(actual, "\n");
        if (expected_bytes != actual_bytes || memcmp(e, actual, actual_bytes + 1) != 0) {
            fail_msg("%s:%d: expected '%.*s', not '%.*s'", name, line, (int)expected_bytes, e,
                     (int)actual_bytes, actual);
        }
        e += expected_bytes + (e[expected_bytes] == '\n');
        actual += actual_bytes + (actual[actual_bytes] == '\n');
    }
    free(expected);
}

#endif
