/*
 * Euclid's algorithm, which the gcd workloads share. Threads: a pure function.
 */
#ifndef BE_BENCH_GCD_H
#define BE_BENCH_GCD_H

#include <stdint.h>

/* The greatest common divisor; the other number where one is 0. */
static inline uint64_t be_gcd(uint64_t a, uint64_t b)
{
    while (b != 0) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

#endif
