#include "measure/rerun.h"

static bool is_disturbed(const struct be_sample *sample)
{
    return sample->state == BE_SAMPLE_SUSPECT || sample->state == BE_SAMPLE_REJECTED;
}

/* Whether a later sample of the same configuration is among them. */
static bool is_replaced(const struct be_sample *samples, size_t count, size_t index)
{
    for (size_t i = index + 1; i < count; i++) {
        if (samples[i].configuration == samples[index].configuration) {
            return true;
        }
    }
    return false;
}

bool be_rerun_wanted(const struct be_rerun *rerun, const struct be_sample *samples, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (is_disturbed(&samples[i]) && !is_replaced(samples, count, i)) {
            return rerun->useless_in_row < BE_RERUN_USELESS_MAX;
        }
    }
    return false;
}

void be_rerun_note(struct be_rerun *rerun, const struct be_sample *samples, size_t count)
{
    enum be_sample_state before = BE_SAMPLE_CLEAN; /* the worst of those replaced */
    enum be_sample_state now = BE_SAMPLE_CLEAN;    /* the worst of the last attempt */
    size_t replaced = 0;
    size_t usable = 0;

    for (size_t i = 0; i < count; i++) {
        bool earlier = is_replaced(samples, count, i);
        enum be_sample_state *worst = earlier ? &before : &now;
        replaced += earlier;
        usable += !earlier && be_sample_is_measured(&samples[i]);
        if (is_disturbed(&samples[i]) && samples[i].state > *worst) {
            *worst = samples[i].state;
        }
    }
    rerun->replaced += replaced;
    rerun->dropped += now == BE_SAMPLE_REJECTED ? usable : 0;
    if (replaced > 0) {
        rerun->useless_in_row = now < before ? 0 : rerun->useless_in_row + 1;
    } else if (now == BE_SAMPLE_CLEAN) {
        rerun->useless_in_row = 0;
    }
}

/* A block's samples of one round were made, and so stored, back to back. */
void be_rerun_take_up(struct be_rerun *rerun, const struct be_run *run, size_t count)
{
    const struct be_sample *samples = run->samples;

    for (size_t first = 0, end = 0; first < count; first = end) {
        uint32_t block = run->configurations[samples[first].configuration].block;
        while (end < count && samples[end].round == samples[first].round &&
               run->configurations[samples[end].configuration].block == block) {
            end++;
        }
        be_rerun_note(rerun, &samples[first], end - first);
    }
}
