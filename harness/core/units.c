#include "core/units.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct unit {
    const char *name;
    double scale;
};

static const struct unit duration_units[] = {
    {"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"min", 60e9}, {NULL, 0},
};

static const struct unit size_units[] = {
    {"", 1}, {"B", 1}, {"KiB", 1024}, {"MiB", 1048576}, {"GiB", 1073741824}, {NULL, 0},
};

enum { LIST_MAX = 1024 };

enum be_status be_units_parse_count(const char *text, uint64_t *value, struct be_error *error)
{
    uint64_t sum = 0;

    if (*text == '\0') {
        return be_error_set(error, BE_EINVAL, "'' is not a whole number");
    }
    for (const char *p = text; *p; p++) {
        if (*p < '0' || *p > '9') {
            return be_error_set(error, BE_EINVAL, "'%s' is not a whole number", text);
        }
        uint64_t digit = (uint64_t)(*p - '0');
        if (sum > (UINT64_MAX - digit) / 10) {
            return be_error_set(error, BE_EINVAL, "'%s' is above 2^64-1", text);
        }
        sum = sum * 10 + digit;
    }
    *value = sum;
    return BE_OK;
}

/* Digits from *text on, which moves behind them; what does not fit becomes 2^64-1. */
static uint64_t digits_parse(const char **text)
{
    uint64_t value = 0;

    for (; **text >= '0' && **text <= '9'; (*text)++) {
        bool fits = value <= (UINT64_MAX - 9) / 10;
        value = fits ? value * 10 + (uint64_t)(**text - '0') : UINT64_MAX;
    }
    return value;
}

/*
 * A number with up to nine decimals as mantissa / divisor ("1.5" is 15 / 10): exact, where a double
 * would lose digits. Returns false when there is none.
 */
static bool decimal_parse(const char **text, unsigned __int128 *mantissa, uint64_t *divisor)
{
    const char *start = *text;
    uint64_t decimals = 0;
    uint64_t whole = digits_parse(text);

    *divisor = 1;
    if (*text == start) {
        return false;
    }
    if (**text == '.') {
        start = ++*text;
        decimals = digits_parse(text);
        if (*text == start || *text - start > 9) {
            return false;
        }
        for (; start < *text; start++) {
            *divisor *= 10;
        }
    }
    *mantissa = (unsigned __int128)whole * *divisor + decimals;
    return true;
}

static const struct unit *unit_find(const struct unit *units, const char *name)
{
    for (const struct unit *unit = units; unit->name; unit++) {
        if (strcmp(unit->name, name) == 0) {
            return unit;
        }
    }
    return NULL;
}

static enum be_status scaled_parse(const char *text, const struct unit *units, const char *wanted,
                                   uint64_t *value, struct be_error *error)
{
    unsigned __int128 mantissa = 0;
    uint64_t divisor = 1;
    const char *end = text;
    const struct unit *unit =
        decimal_parse(&end, &mantissa, &divisor) ? unit_find(units, end) : NULL;

    if (!unit) {
        return be_error_set(error, BE_EINVAL, "'%s' is not a %s", text, wanted);
    }
    uint64_t scale = (uint64_t)unit->scale;
    if (mantissa / divisor >= (uint64_t)INT64_MAX / scale) {
        return be_error_set(error, BE_EINVAL, "'%s' is too large", text);
    }
    if (mantissa * scale % divisor != 0) {
        return be_error_set(error, BE_EINVAL, "'%s' is not a whole number of %s", text,
                            units == size_units ? "bytes" : "ns");
    }
    *value = (uint64_t)(mantissa * scale / divisor);
    return BE_OK;
}

enum be_status be_units_parse_duration(const char *text, uint64_t *ns, struct be_error *error)
{
    return scaled_parse(text, duration_units, "duration such as 250ns, 10us, 1.5ms or 2s", ns,
                        error);
}

enum be_status be_units_parse_size(const char *text, uint64_t *bytes, struct be_error *error)
{
    return scaled_parse(text, size_units, "size such as 64, 4KiB or 1MiB", bytes, error);
}

enum be_status be_units_parse_percent(const char *text, double *ratio, struct be_error *error)
{
    unsigned __int128 mantissa = 0;
    uint64_t divisor = 1;
    const char *end = text;
    bool good = decimal_parse(&end, &mantissa, &divisor);

    end += *end == ' ';
    if (!good || strcmp(end, "%") != 0) {
        return be_error_set(error, BE_EINVAL, "'%s' is not a percentage such as 1%% or 0.5%%",
                            text);
    }
    *ratio = (double)mantissa / ((double)divisor * 100);
    return BE_OK;
}

struct list {
    uint64_t *values;
    size_t count;
};

static int list_compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static enum be_status list_add(struct list *list, uint64_t value, struct be_error *error)
{
    if (list->count == LIST_MAX) {
        return be_error_set(error, BE_EINVAL, "a list has at most %d values", LIST_MAX);
    }
    list->values[list->count++] = value;
    return BE_OK;
}

static void list_sort(struct list *list)
{
    size_t kept = 0;

    qsort(list->values, list->count, sizeof(list->values[0]), list_compare);
    for (size_t i = 0; i < list->count; i++) {
        if (kept == 0 || list->values[kept - 1] != list->values[i]) {
            list->values[kept++] = list->values[i];
        }
    }
    list->count = kept;
}

/* One element of a list, between commas; `context` is the element parser's own argument. */
typedef enum be_status element_parser(const char *text, uint64_t context, struct list *list,
                                      struct be_error *error);

static enum be_status list_parse(const char *text, element_parser *parse, uint64_t context,
                                 struct list *list, struct be_error *error)
{
    enum be_status status = BE_OK;
    char *copy = strdup(text);
    list->values = malloc(LIST_MAX * sizeof(list->values[0]));
    list->count = 0;

    if (!copy || !list->values) {
        free(copy);
        free(list->values);
        return be_error_set(error, BE_ENOMEM, "out of memory for a list");
    }
    for (char *rest = copy; status == BE_OK && rest;) {
        char *element = strsep(&rest, ",");
        status = parse(element, context, list, error);
    }
    free(copy);
    if (status != BE_OK) {
        free(list->values);
        return status;
    }
    list_sort(list);
    return BE_OK;
}

static enum be_status workers_parse_one(const char *text, uint64_t max_workers, uint64_t *value,
                                        struct be_error *error)
{
    if (strcmp(text, "max") == 0) {
        *value = max_workers;
        return BE_OK;
    }
    struct be_error ignored;
    if (be_units_parse_count(text, value, &ignored) != BE_OK || *value < 1 || *value > 4096) {
        return be_error_set(error, BE_EINVAL,
                            "'%s' is not a worker count: 1 to 4096, max, 1..8 or 1..128*2", text);
    }
    return BE_OK;
}

static enum be_status workers_parse_element(const char *text, uint64_t max_workers,
                                            struct list *list, struct be_error *error)
{
    char first[BE_UNITS_TEXT_BYTES];
    char last[BE_UNITS_TEXT_BYTES];
    const char *dots = strstr(text, "..");
    uint64_t factor = 0;
    uint64_t from = 0;
    uint64_t to = 0;

    if (!dots) {
        enum be_status status = workers_parse_one(text, max_workers, &from, error);
        return status == BE_OK ? list_add(list, from, error) : status;
    }
    const char *star = strchr(dots, '*');
    snprintf(first, sizeof(first), "%.*s", (int)(dots - text), text);
    snprintf(last, sizeof(last), "%.*s", star ? (int)(star - dots - 2) : 31, dots + 2);
    enum be_status status = workers_parse_one(first, max_workers, &from, error);
    if (status == BE_OK) {
        status = workers_parse_one(last, max_workers, &to, error);
    }
    if (status == BE_OK && star) {
        status = be_units_parse_count(star + 1, &factor, error);
    }
    if (status == BE_OK && (to < from || (star && (factor < 2 || factor > 4096)))) {
        status = be_error_set(error, BE_EINVAL, "'%s' is not a range: 1..8 or 1..128*2", text);
    }
    for (uint64_t n = from; status == BE_OK && n < to; n = star ? n * factor : n + 1) {
        status = list_add(list, n, error);
    }
    return status == BE_OK ? list_add(list, to, error) : status;
}

enum be_status be_units_parse_workers(const char *text, uint64_t max_workers, uint64_t **values,
                                      size_t *count, struct be_error *error)
{
    struct list list;
    enum be_status status = list_parse(text, workers_parse_element, max_workers, &list, error);

    if (status == BE_OK) {
        *values = list.values;
        *count = list.count;
    }
    return status;
}

static enum be_status grains_parse_range(const char *text, const char *dots, struct list *list,
                                         struct be_error *error)
{
    char first[BE_UNITS_TEXT_BYTES];
    char last[BE_UNITS_TEXT_BYTES];
    const char *slash = strchr(dots, '/');
    uint64_t from = 0;
    uint64_t to = 0;
    uint64_t a_decade = 1;

    snprintf(first, sizeof(first), "%.*s", (int)(dots - text), text);
    snprintf(last, sizeof(last), "%.*s", slash ? (int)(slash - dots - 2) : 31, dots + 2);
    enum be_status status = be_units_parse_duration(first, &from, error);
    if (status == BE_OK) {
        status = be_units_parse_duration(last, &to, error);
    }
    if (status == BE_OK && slash) {
        status = be_units_parse_count(slash + 1, &a_decade, error);
    }
    if (status == BE_OK && (from < 1 || to <= from || a_decade < 1 || a_decade > 100)) {
        status = be_error_set(error, BE_EINVAL, "'%s' is not a range of grains: 1us..1ms/4", text);
    }
    for (int i = 0; status == BE_OK; i++) {
        double value = (double)from * pow(10, (double)i / (double)a_decade);
        if (value >= (double)to * 0.999) {
            return list_add(list, to, error);
        }
        status = list_add(list, (uint64_t)llround(value), error);
    }
    return status;
}

static enum be_status grains_parse_element(const char *text, uint64_t context, struct list *list,
                                           struct be_error *error)
{
    const char *dots = strstr(text, "..");
    uint64_t ns = 0;
    (void)context;

    if (dots) {
        return grains_parse_range(text, dots, list, error);
    }
    enum be_status status = be_units_parse_duration(text, &ns, error);
    if (status == BE_OK && ns < 1) {
        status = be_error_set(error, BE_EINVAL, "'%s' is not a grain: at least 1ns", text);
    }
    return status == BE_OK ? list_add(list, ns, error) : status;
}

enum be_status be_units_parse_grains(const char *text, uint64_t **values, size_t *count,
                                     struct be_error *error)
{
    struct list list;
    enum be_status status = list_parse(text, grains_parse_element, 0, &list, error);

    if (status == BE_OK) {
        *values = list.values;
        *count = list.count;
    }
    return status;
}

static const char *scaled_format(char *text, double value, const struct unit *units)
{
    const struct unit *unit = units;

    while (unit[1].name && fabs(value) >= unit[1].scale * 0.9995) {
        unit++;
    }
    double scaled = value / unit->scale;
    int digits = fabs(scaled) >= 9.995 ? 1 : 2;
    if (unit->scale == 1 && scaled == floor(scaled)) {
        digits = 0;
    }
    snprintf(text, BE_UNITS_TEXT_BYTES, "%.*f %s", digits, scaled, unit->name);
    return text;
}

const char *be_units_format_duration(char *text, double ns)
{
    static const struct unit shown[] = {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {NULL, 0}};
    return scaled_format(text, ns, shown);
}

const char *be_units_format_exact_duration(char *text, uint64_t ns)
{
    static const struct {
        const char *name;
        uint64_t scale;
    } exact[] = {{"s", 1000000000}, {"ms", 1000000}, {"us", 1000}, {"ns", 1}};
    size_t i = 0;

    while (exact[i].scale > 1 && (ns == 0 || ns % exact[i].scale != 0)) {
        i++;
    }
    snprintf(text, BE_UNITS_TEXT_BYTES, "%" PRIu64 "%s", ns / exact[i].scale, exact[i].name);
    return text;
}

const char *be_units_format_size(char *text, uint64_t bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB"};
    double value = (double)bytes;
    size_t i = 0;

    while (i < 3 && value >= 1024) {
        value /= 1024;
        i++;
    }
    snprintf(text, BE_UNITS_TEXT_BYTES, value < 1000 ? "%.3g %s" : "%.0f %s", value, units[i]);
    return text;
}

const char *be_units_format_count(char *text, uint64_t value)
{
    char digits[BE_UNITS_TEXT_BYTES];
    int length = snprintf(digits, sizeof(digits), "%" PRIu64, value);
    char *out = text;

    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0) {
            *out++ = ',';
        }
        *out++ = digits[i];
    }
    *out = '\0';
    return text;
}
