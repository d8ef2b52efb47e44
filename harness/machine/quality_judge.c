/* What two readings say about the sample between them. */
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "machine/quality_parts.h"

static const double suspect_share = .02;
static const double rejected_share = .10;
static const double suspect_ticks = 2;

/* The chance that ticks alone show more than this many standard deviations is about 1 in 700. */
static const double sampling_deviations = 3;

/* Two readings, and the signals that both hold and that did not run backwards. */
struct span {
    const struct be_quality_reading *before;
    const struct be_quality_reading *after;
    unsigned watched;
    double cpu_ns; /* time between them x CPUs used */
};

enum be_sample_state be_quality_share_state(double share)
{
    return share > rejected_share  ? BE_SAMPLE_REJECTED
           : share > suspect_share ? BE_SAMPLE_SUSPECT
                                   : BE_SAMPLE_CLEAN;
}

void be_quality_verdict_add(struct be_quality_verdict *verdict, enum be_sample_state state,
                            const char *format, ...)
{
    size_t length = strlen(verdict->reason);
    va_list arguments;

    if (state > verdict->state) {
        verdict->state = state;
    }
    if (length > 0 && length < sizeof(verdict->reason) - 2) {
        memcpy(verdict->reason + length, "; ", 3);
        length += 2;
    }
    va_start(arguments, format);
    vsnprintf(verdict->reason + length, sizeof(verdict->reason) - length, format, arguments);
    va_end(arguments);
}

static struct span span_make(const struct be_quality_reading *before,
                             const struct be_quality_reading *after)
{
    const struct {
        unsigned signal;
        bool backwards;
    } checks[] = {
        {BE_QUALITY_STEAL, after->steal_ns < before->steal_ns || after->cpus != before->cpus},
        {BE_QUALITY_THROTTLED, after->throttled_ns < before->throttled_ns},
        {BE_QUALITY_OTHERS, after->busy_ns < before->busy_ns || after->cpus != before->cpus},
        {BE_QUALITY_PRESSURE, after->waited_ns < before->waited_ns},
        {BE_QUALITY_HEAT, after->heat_count < before->heat_count},
        {BE_QUALITY_SWAP, after->swap_pages < before->swap_pages},
    };
    struct span span = {before, after, before->watched & after->watched,
                        (double)(after->at_ns - before->at_ns) * before->cpus};

    for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
        span.watched &= checks[i].backwards ? ~checks[i].signal : ~0U;
    }
    return span;
}

/*
 * What ticks can show for a sample that is alone: each of n ticks hits it with the chance p of the
 * share that it was busy, so their number scatters by the root of n p (1 - p).
 */
static double sampling_noise_ns(const struct span *span, double own_ns)
{
    double tick_ns = (double)be_quality_tick_ns();
    double busy = fmin(1, own_ns / span->cpu_ns);

    return sampling_deviations * sqrt(span->cpu_ns * tick_ns * busy * (1 - busy));
}

/* What others took on the CPUs used, from a sample that wanted them. */
static double others_ns(const struct span *span)
{
    const struct be_quality_reading *before = span->before;
    const struct be_quality_reading *after = span->after;
    double own = (double)(after->own_ns - before->own_ns);
    double others = (double)(after->busy_ns - before->busy_ns) - own;

    if (!(span->watched & BE_QUALITY_OTHERS) || others <= sampling_noise_ns(span, own)) {
        return 0;
    }
    if (span->watched & BE_QUALITY_RUNNABLE) {
        double tasks = fmax(1, fmax((double)before->runnable, (double)after->runnable));
        others = fmin(others, own * tasks);
    }
    if (span->watched & BE_QUALITY_PRESSURE) {
        double waited = (double)(after->waited_ns - before->waited_ns);
        others = fmin(others, waited * before->machine_cpus);
    }
    return others;
}

/* CPU time that a sample did not get. */
struct loss {
    const char *to;
    double ns;
    double of_ns; /* that it is a share of */
};

static double loss_share(const struct loss *loss)
{
    return loss->of_ns > 0 ? loss->ns / loss->of_ns : 0;
}

static uint64_t grown(const struct span *span, enum be_quality_signal signal, uint64_t before,
                      uint64_t after)
{
    return span->watched & signal ? after - before : 0;
}

static void lost_judge(const struct span *span, struct be_quality_verdict *verdict)
{
    const struct be_quality_reading *before = span->before;
    const struct be_quality_reading *after = span->after;
    const struct loss losses[] = {
        {"other programs", others_ns(span), span->cpu_ns},
        {"the hypervisor", (double)grown(span, BE_QUALITY_STEAL, before->steal_ns, after->steal_ns),
         span->cpu_ns},
        {"a CPU quota",
         (double)grown(span, BE_QUALITY_THROTTLED, before->throttled_ns, after->throttled_ns),
         span->cpu_ns / before->cpus * before->throttled_cpus},
    };
    double lost_ns = 0;
    double lost = 0;
    char text[128] = "";

    for (size_t i = 0; i < sizeof(losses) / sizeof(losses[0]); i++) {
        size_t length = strlen(text);
        lost_ns += losses[i].ns;
        lost += loss_share(&losses[i]);
        if (losses[i].ns > 0) {
            snprintf(text + length, sizeof(text) - length, "%s%.1f %% to %s", length ? ", " : "",
                     100 * loss_share(&losses[i]), losses[i].to);
        }
    }
    enum be_sample_state state = be_quality_share_state(lost);
    if (lost_ns > suspect_ticks * (double)be_quality_tick_ns() && state != BE_SAMPLE_CLEAN) {
        be_quality_verdict_add(verdict, state, "lost %.1f %% of its CPU time: %s", 100 * lost,
                               text);
    }
}

static const char *supply_name(uint32_t supplies)
{
    return supplies > 0 ? "mains" : "battery";
}

/* What changes how fast the machine is, rather than how much of it the sample has. */
static void changes_judge(const struct span *span, struct be_quality_verdict *verdict)
{
    const struct be_quality_reading *before = span->before;
    const struct be_quality_reading *after = span->after;
    uint64_t heat = grown(span, BE_QUALITY_HEAT, before->heat_count, after->heat_count);
    uint64_t pages = grown(span, BE_QUALITY_SWAP, before->swap_pages, after->swap_pages);

    if (heat > 0) {
        be_quality_verdict_add(verdict, BE_SAMPLE_SUSPECT,
                               "heat slowed its cores %" PRIu64 " times", heat);
    }
    if (pages > 0) {
        be_quality_verdict_add(verdict, BE_SAMPLE_SUSPECT, "the machine swapped %" PRIu64 " pages",
                               pages);
    }
    if ((span->watched & BE_QUALITY_CLOCK) && after->clock_khz != before->clock_khz) {
        be_quality_verdict_add(verdict, BE_SAMPLE_SUSPECT,
                               "the highest clock of its cores went from %.2f to %.2f GHz",
                               (double)before->clock_khz / before->cpus / 1e6,
                               (double)after->clock_khz / after->cpus / 1e6);
    }
    if ((span->watched & BE_QUALITY_POWER) && !after->supplies != !before->supplies) {
        be_quality_verdict_add(verdict, BE_SAMPLE_SUSPECT, "the power went from %s to %s",
                               supply_name(before->supplies), supply_name(after->supplies));
    }
}

void be_quality_judge(const struct be_quality_reading *before,
                      const struct be_quality_reading *after, struct be_quality_verdict *verdict)
{
    struct span span = span_make(before, after);

    *verdict = (struct be_quality_verdict){.state = BE_SAMPLE_CLEAN, .watched = span.watched};
    lost_judge(&span, verdict);
    changes_judge(&span, verdict);
}

void be_quality_judge_places(const struct be_sample_record *record,
                             struct be_quality_verdict *verdict)
{
    for (size_t i = 0; i < record->worker_count; i++) {
        const struct be_worker_record *worker = &record->workers[i];
        if (worker->pu_bound >= 0 && worker->pu_seen >= 0 && worker->pu_seen != worker->pu_bound) {
            be_quality_verdict_add(verdict, BE_SAMPLE_SUSPECT,
                                   "worker %zu ran on CPU %" PRId32 ", bound to CPU %" PRId32, i,
                                   worker->pu_seen, worker->pu_bound);
            return;
        }
    }
}

void be_quality_judge_losses(const struct be_sample_record *record,
                             struct be_quality_verdict *verdict)
{
    const struct be_gauge_said *lost = &record->gauges.said[BE_GAUGE_workers_replaced];

    if (lost->known && lost->value > 0) {
        be_quality_verdict_add(verdict, BE_SAMPLE_SUSPECT, "%.0f workers were lost and replaced",
                               lost->value);
    }
}

const char *be_quality_watched_names(unsigned watched, char *text)
{
    static const char *const names[] = {
        "steal", "throttling",   "other programs", "runnable tasks", "CPU pressure",
        "heat",  "clock limits", "swap",           "power",          "waiting for cores",
    };
    size_t length = 0;

    text[0] = '\0';
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (watched & (1U << i)) {
            length += (size_t)snprintf(text + length, BE_QUALITY_NAMES_BYTES - length, "%s%s",
                                       length ? ", " : "", names[i]);
        }
    }
    if (length == 0) {
        snprintf(text, BE_QUALITY_NAMES_BYTES, "nothing");
    }
    return text;
}
