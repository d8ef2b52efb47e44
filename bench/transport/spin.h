/*
 * Looking again and again for a while. Threads: a spin has one owner.
 */
#ifndef BE_BENCH_SPIN_H
#define BE_BENCH_SPIN_H

#include <stdbool.h>
#include <stdint.h>

#include "core/clock.h"

/*
 * About what parking and being woken take, so that who spins in vain waits twice as long at most
 * (Karlin, Li, Manasse and Owicki, 1991).
 */
#define BE_SPIN_NS       UINT64_C(50000)
#define BE_SPIN_FOR_EVER UINT64_MAX

enum {
    BE_SPIN_EAGER_LOOKS = 512, /* without a pause: what a quick answer takes, about a microsecond */
    BE_SPIN_LOOKS = 64,        /* between two readings of the clock, from then on */
};

struct be_spin {
    uint64_t budget_ns;
    uint64_t began_ns; /* 0: the clock was not read yet */
    uint32_t looks;
};

static inline void be_spin_begin(struct be_spin *spin, uint64_t budget_ns)
{
    *spin = (struct be_spin){.budget_ns = budget_ns};
}

/*
 * After a look in vain: whether to look again. Lets a sibling on the core go first, but for the
 * first looks: what is answered at once is seen at once, and a pause lasts half a transfer or more.
 */
static inline bool be_spin_goes_on(struct be_spin *spin)
{
    if (spin->budget_ns == 0) {
        return false;
    }
    if (spin->looks < BE_SPIN_EAGER_LOOKS) {
        spin->looks++;
        return true;
    }
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
    if (++spin->looks % BE_SPIN_LOOKS != 0 || spin->budget_ns == BE_SPIN_FOR_EVER) {
        return true;
    }
    uint64_t now_ns = be_clock_now_ns();
    if (spin->began_ns == 0) {
        spin->began_ns = now_ns;
    }
    return now_ns - spin->began_ns < spin->budget_ns;
}

#endif
