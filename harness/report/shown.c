#include "report/shown.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "core/units.h"

/* How numbers of one figure are written: all of them alike, as their median asks for. */
struct scale {
    double factor;
    int decimals;
    const char *unit; /* with a blank before it */
};

/* The least value that rounds to 1 with so many digits, and so belongs to the next unit. */
static double rounds_to_1(int digits)
{
    return 1 - 0.5 * pow(10, -digits);
}

/* So many decimals that a value of this size has `digits` digits in all, at most 6 decimals. */
static int decimals_for(double value, int digits)
{
    double magnitude = fabs(value) / rounds_to_1(digits);
    int before = magnitude >= 1 ? (int)floor(log10(magnitude)) + 1 : 1;

    if (magnitude > 0 && magnitude < 1) {
        before = (int)floor(log10(magnitude)) + 1;
    }
    int decimals = digits - before;
    return decimals < 0 ? 0 : decimals > 6 ? 6 : decimals;
}

/* Two below 1, and more where that would say nothing, such as 0.00. */
static int decimals_for_ratio(double value)
{
    if (value >= 1) {
        return decimals_for(value, 3);
    }
    return value > 0 && value < .1 ? decimals_for(value, 2) : 2;
}

static struct scale scale_for(enum be_shown_kind kind, double value)
{
    static const struct {
        double scale;
        const char *unit;
    } times[] = {{1e9, " s"}, {1e6, " ms"}, {1e3, " us"}, {1, " ns"}};
    static const char *const sizes[] = {" B", " KiB", " MiB", " GiB"};
    int digits = kind == BE_SHOWN_TIME ? 4 : 3;
    size_t i = 0;

    switch (kind) {
    case BE_SHOWN_TIME:
    case BE_SHOWN_GRAIN:
        while (i < 3 && fabs(value) < rounds_to_1(digits) * times[i].scale) {
            i++;
        }
        return (struct scale){1 / times[i].scale, decimals_for(value / times[i].scale, digits),
                              times[i].unit};
    case BE_SHOWN_PERCENT:
        return (struct scale){100, decimals_for(100 * value, 2), " %"};
    case BE_SHOWN_RATIO:
        return (struct scale){1, decimals_for_ratio(fabs(value)), ""};
    case BE_SHOWN_BYTES:
        while (i < 3 && ldexp(fabs(value), -10 * (int)i) >= 1024) {
            i++;
        }
        return (struct scale){ldexp(1, -10 * (int)i),
                              i > 0 ? decimals_for(ldexp(value, -10 * (int)i), 3) : 0, sizes[i]};
    case BE_SHOWN_RATE:
        break;
    }
    return (struct scale){1, decimals_for(value, 4), ""};
}

/* Large numbers with commas between thousands, the others with their decimals. */
static void number_write(char *text, size_t bytes, const struct scale *scale, double value)
{
    char count[BE_UNITS_TEXT_BYTES];
    double scaled = value * scale->factor;

    if (scale->decimals == 0 && scaled >= 1000 && scaled < 1e18) {
        snprintf(text, bytes, "%s", be_units_format_count(count, (uint64_t)llround(scaled)));
    } else {
        snprintf(text, bytes, "%.*f", scale->decimals, scaled);
    }
}

struct be_shown be_shown_of(enum be_shown_kind kind, const struct be_estimate *estimate)
{
    struct be_shown shown = {.value = "-"};
    char low[32];
    char high[32];

    if (!estimate->known || !isfinite(estimate->median)) {
        return shown;
    }
    struct scale scale = scale_for(kind, estimate->median);
    number_write(low, sizeof(low), &scale, estimate->median);
    snprintf(shown.value, sizeof(shown.value), "%s%s", low, scale.unit);
    if (estimate->bounded) {
        number_write(low, sizeof(low), &scale, estimate->low);
        number_write(high, sizeof(high), &scale, estimate->high);
        snprintf(shown.interval, sizeof(shown.interval), "(%s .. %s)", low, high);
    }
    return shown;
}

struct be_shown be_shown_of_value(enum be_shown_kind kind, double value)
{
    struct be_estimate estimate = {.known = isfinite(value), .median = value};
    return be_shown_of(kind, &estimate);
}

/* "never up to 1.00 ms". */
static struct be_shown bound_shown(const char *what, double ns)
{
    struct be_shown shown = be_shown_of_value(BE_SHOWN_GRAIN, ns);
    char value[24];

    snprintf(value, sizeof(value), "%.*s", (int)sizeof(value) - 1, shown.value);
    snprintf(shown.value, sizeof(shown.value), "%s %s", what, value);
    return shown;
}

static struct be_shown place_shown(const struct be_crossing *crossing)
{
    struct be_shown shown = be_shown_of_value(BE_SHOWN_GRAIN, crossing->at_ns);
    struct scale scale = scale_for(BE_SHOWN_GRAIN, crossing->at_ns);
    char low[32];
    char high[32];

    if (crossing->bounded) {
        number_write(low, sizeof(low), &scale, crossing->low_ns);
        number_write(high, sizeof(high), &scale, crossing->high_ns);
        snprintf(shown.interval, sizeof(shown.interval), "(%s%s .. %s%s)",
                 crossing->low_open ? "<" : "", low, crossing->high_open ? ">" : "", high);
    }
    return shown;
}

struct be_shown be_shown_of_crossing(const struct be_crossing *crossing)
{
    switch (crossing->state) {
    case BE_CROSSING_INSIDE:
        return place_shown(crossing);
    case BE_CROSSING_ALWAYS:
        return bound_shown("always down to", crossing->smallest_ns);
    case BE_CROSSING_NEVER:
        return bound_shown("never up to", crossing->largest_ns);
    case BE_CROSSING_UNKNOWN:
        break;
    }
    return (struct be_shown){.value = "-"};
}
