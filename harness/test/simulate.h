/*
 * Seeded noise for simulations. Each kind has median 0 and is told by its name; divided by what its
 * standard deviation is where that is asked for.
 */
#ifndef BE_TEST_SIMULATE_H
#define BE_TEST_SIMULATE_H

#include <math.h>
#include <stddef.h>

#include "core/rng.h"

/* Random numbers, and the last one of a series that depends on it. */
struct source {
    struct be_rng rng;
    double last;
};

static inline double draw_normal(struct source *source)
{
    double radius = sqrt(-2 * log(1 - be_rng_unit(&source->rng)));
    return radius * cos(2 * M_PI * be_rng_unit(&source->rng));
}

/* Log-normal: a long tail of slow ones. */
static inline double draw_skewed(struct source *source)
{
    return exp(draw_normal(source)) - 1;
}

/* One in ten is ten times as far off. */
static inline double draw_spiked(struct source *source)
{
    return draw_normal(source) * (be_rng_unit(&source->rng) < .1 ? 10 : 1);
}

static inline double draw_flat(struct source *source)
{
    return 2 * be_rng_unit(&source->rng) - 1;
}

/* Ten standard deviations apart. */
static inline double draw_two_modes(struct source *source)
{
    return draw_normal(source) / 5 + (be_rng_unit(&source->rng) < .5 ? -1 : 1);
}

static inline double draw_ar1(struct source *source, double coefficient)
{
    double fresh = sqrt(1 - coefficient * coefficient) * draw_normal(source);
    source->last = coefficient * source->last + fresh;
    return source->last;
}

static inline double draw_ar1_3(struct source *source)
{
    return draw_ar1(source, .3);
}

static inline double draw_ar1_5(struct source *source)
{
    return draw_ar1(source, .5);
}

struct noise {
    const char *name;
    double (*draw)(struct source *source);
    double deviation; /* standard, of what draw returns */
};

static const struct noise noise_normal = {"normal", draw_normal, 1};
static const struct noise noise_skewed = {"skewed", draw_skewed, 2.1612};
static const struct noise noise_spiked = {"spiked", draw_spiked, 3.3015};
static const struct noise noise_flat = {"flat", draw_flat, .57735};
static const struct noise noise_two_modes = {"two modes", draw_two_modes, 1.0198};
static const struct noise noise_ar1_3 = {"AR(1) .3", draw_ar1_3, 1};
static const struct noise noise_ar1_5 = {"AR(1) .5", draw_ar1_5, 1};

/* A new series. */
static inline void source_begin(struct source *source)
{
    source->last = draw_normal(source);
}

/* Ratios around 1, of a standard deviation of `deviation` on logarithms. */
static inline void ratios_draw(struct source *source, const struct noise *noise, double deviation,
                               double *ratios, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        ratios[i] = exp(deviation / noise->deviation * noise->draw(source));
    }
}

#endif
