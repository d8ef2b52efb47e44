/*
 * Comparing doubles in tests: cmocka 1.1.5 compares floats only. A NAN is near nothing.
 */
#ifndef BE_TEST_NEAR_H
#define BE_TEST_NEAR_H

#include <math.h>

#define assert_near(actual, expected, tolerance)                                                   \
    do {                                                                                           \
        double actual_ = (actual);                                                                 \
        double expected_ = (expected);                                                             \
        if (!(fabs(actual_ - expected_) <= (tolerance))) {                                         \
            fail_msg("%s is %.17g, not %.17g", #actual, actual_, expected_);                       \
        }                                                                                          \
    } while (0)

#endif
