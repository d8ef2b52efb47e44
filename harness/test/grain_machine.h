/*
 * A machine on which a pool of P workers takes (w + cost)/P a task, and `start` longer when it is
 * cold: break-even is at cost/(P - 1), METG(x) at cost/(1 - x).
 */
#ifndef BE_TEST_GRAIN_MACHINE_H
#define BE_TEST_GRAIN_MACHINE_H

#include "synthetic_run.h"

struct grain_machine {
    double cost_ns;  /* a task */
    double start_ns; /* of the pool */
    double noise;    /* standard deviation of ln T */
    uint32_t rounds;
};

enum { MACHINE_TASKS = 10000 };

static inline double machine_noise(struct synthetic *synthetic, const struct grain_machine *machine)
{
    return exp(machine->noise * synthetic_normal(synthetic));
}

/* Measures a grain on these worker counts, as a block of its own with a step a ns. */
static inline void machine_measure(struct synthetic *synthetic, const struct grain_machine *machine,
                                   uint64_t grain_ns, const uint32_t *workers, size_t count)
{
    struct be_run *run = &synthetic->run;
    double w = (double)grain_ns;
    uint32_t block = run->configuration_count > 0
                         ? run->configurations[run->configuration_count - 1].block + 1
                         : 0;
    uint32_t reference =
        synthetic_add_block(synthetic, block, workers, count, grain_ns, MACHINE_TASKS);

    for (uint32_t i = 0; i <= count; i++) {
        run->configurations[reference + i].grain_asked_ns = grain_ns;
    }
    for (uint32_t round = 0; round < machine->rounds; round++) {
        synthetic_add(synthetic, reference, round,
                      MACHINE_TASKS * w * machine_noise(synthetic, machine), 0);
        for (uint32_t i = 0; i < count; i++) {
            double wall_ns = MACHINE_TASKS * (w + machine->cost_ns) / workers[i] *
                             machine_noise(synthetic, machine);
            synthetic_add(synthetic, reference + 1 + i, round, wall_ns,
                          wall_ns + machine->start_ns);
        }
    }
}

struct grain_range {
    double first_ns;
    double last_ns;
    double per_decade;
};

/* The grains that a plan would have, first and last included. */
static inline void machine_measure_range(struct synthetic *synthetic,
                                         const struct grain_machine *machine,
                                         struct grain_range range, const uint32_t *workers,
                                         size_t count)
{
    double decades = log10(range.last_ns / range.first_ns);

    for (int i = 0; i <= (int)lround(decades * range.per_decade); i++) {
        machine_measure(synthetic, machine,
                        (uint64_t)llround(range.first_ns * pow(10, (double)i / range.per_decade)),
                        workers, count);
    }
}

#endif
