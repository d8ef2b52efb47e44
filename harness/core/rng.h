/*
 * Seeded random numbers: xoshiro256** 1.0, seeded by splitmix64 (Blackman and Vigna, 2018), so that
 * an order, an input or a bootstrap can be repeated on any machine. Not for secrets.
 * Threads: one struct be_rng a thread.
 */
#ifndef BE_CORE_RNG_H
#define BE_CORE_RNG_H

#include <stdint.h>

struct be_rng {
    uint64_t s[4];
};

static inline void be_rng_init(struct be_rng *rng, uint64_t seed)
{
    for (int i = 0; i < 4; i++) {
        seed += UINT64_C(0x9e3779b97f4a7c15);
        uint64_t z = seed;
        z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
        rng->s[i] = z ^ (z >> 31);
    }
}

static inline uint64_t be_rng_rotate(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

static inline uint64_t be_rng_next(struct be_rng *rng)
{
    uint64_t *s = rng->s;
    uint64_t result = be_rng_rotate(s[1] * 5, 7) * 9;
    uint64_t t = s[1] << 17;

    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = be_rng_rotate(s[3], 45);
    return result;
}

/* Uniform in 0 .. bound-1; bound must not be 0. The bias is below 2^-32 for bounds under 2^32. */
static inline uint64_t be_rng_below(struct be_rng *rng, uint64_t bound)
{
    return (uint64_t)(((unsigned __int128)be_rng_next(rng) * bound) >> 64);
}

/* Uniform in [0, 1). */
static inline double be_rng_unit(struct be_rng *rng)
{
    return (double)(be_rng_next(rng) >> 11) * 0x1p-53;
}

#endif
