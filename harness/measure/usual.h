/*
 * What the kernel usually does to a configuration's samples, so that one to which it did more can
 * be told. Some switches are inherent where the dispatcher shares a core: only the configuration's
 * own samples can say how many. Threads: plain data with one owner.
 */
#ifndef BE_MEASURE_USUAL_H
#define BE_MEASURE_USUAL_H

#include <stdint.h>

#include "core/run.h"
#include "machine/quality.h"

enum { BE_USUAL_MIN = 8, BE_USUAL_MAX = 32, BE_USUAL_VALUES = 5 };

/* The latest samples of one configuration. init with {0}. */
struct be_usual {
    uint32_t count; /* samples added; the latest BE_USUAL_MAX are kept */
    double values[BE_USUAL_VALUES][BE_USUAL_MAX];
};

void be_usual_add(struct be_usual *usual, const double values[BE_VALUE_COUNT]);

/*
 * Adds to a verdict: suspect where a value is above the earlier samples' median + 5 MAD. Judged are
 * voluntary and involuntary switches, major faults, migrations, and the time that members waited
 * for a core, each once BE_USUAL_MIN samples know it. A count's MAD is taken as at least 1 and at
 * least the root of the median, which is how counts scatter; a time is at least 1 ms and 2 % of
 * that of the sample's cores above the median.
 */
void be_usual_judge(const struct be_usual *usual, const struct be_sample *sample,
                    struct be_quality_verdict *verdict);

#endif
