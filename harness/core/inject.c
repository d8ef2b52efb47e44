#include "core/inject.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SERIAL_PERMILLE_MAX = 999, IMBALANCE_PERMILLE_MAX = 10000 };

static const uint64_t cost_ns_max = UINT64_C(1000000000);

/* "5%" or "12.5%": digits, and one more after a point. */
static bool share_parse(const char *text, uint32_t most, uint32_t *permille)
{
    size_t whole = strspn(text, "0123456789");
    const char *rest = text + whole;
    uint32_t tenths = 0;

    if (whole == 0 || whole > 4) {
        return false;
    }
    if (rest[0] == '.' && rest[1] >= '0' && rest[1] <= '9') {
        tenths = (uint32_t)(rest[1] - '0');
        rest += 2;
    }
    *permille = (uint32_t)strtoul(text, NULL, 10) * 10 + tenths;
    return strcmp(rest, "%") == 0 && *permille >= 1 && *permille <= most;
}

/* What comes after "name:", or NULL when it is another name. */
static const char *value_after(const char *text, const char *name)
{
    size_t length = strlen(name);
    return strncmp(text, name, length) == 0 && text[length] == ':' ? text + length + 1 : NULL;
}

static enum be_status parse_share(const char *value, struct be_inject parsed, uint32_t most,
                                  struct be_inject *inject, struct be_error *error)
{
    if (!share_parse(value, most, &parsed.share_permille)) {
        return be_error_set(error, BE_EINVAL,
                            "inject: '%s' is not 0.1%% .. %" PRIu32 ".%" PRIu32 "%%", value,
                            most / 10, most % 10);
    }
    *inject = parsed;
    return BE_OK;
}

static enum be_status parse_cost(const char *value, struct be_inject *inject,
                                 struct be_error *error)
{
    struct be_inject parsed = {.kind = BE_INJECT_COST};
    struct be_error cause;
    enum be_status status = be_units_parse_duration(value, &parsed.cost_ns, &cause);

    if (status != BE_OK) {
        return be_error_set(error, status, "inject: %s", cause.message);
    }
    if (parsed.cost_ns == 0 || parsed.cost_ns > cost_ns_max) {
        return be_error_set(error, BE_EINVAL, "inject: a cost of '%s' is outside 1ns .. 1s", value);
    }
    *inject = parsed;
    return BE_OK;
}

enum be_status be_inject_parse(const char *text, struct be_inject *inject, struct be_error *error)
{
    const char *value;

    if (strcmp(text, "none") == 0) {
        *inject = (struct be_inject){0};
        return BE_OK;
    }
    if ((value = value_after(text, "serial"))) {
        return parse_share(value, (struct be_inject){.kind = BE_INJECT_SERIAL}, SERIAL_PERMILLE_MAX,
                           inject, error);
    }
    if ((value = value_after(text, "imbalance"))) {
        return parse_share(value, (struct be_inject){.kind = BE_INJECT_IMBALANCE},
                           IMBALANCE_PERMILLE_MAX, inject, error);
    }
    if ((value = value_after(text, "cost"))) {
        return parse_cost(value, inject, error);
    }
    return be_error_set(
        error, BE_EINVAL,
        "inject: '%s' is not one of: none serial:PERCENT%% cost:DURATION imbalance:PERCENT%%",
        text);
}

static const char *share_format(const char *name, uint32_t permille, char text[BE_UNITS_TEXT_BYTES])
{
    if (permille % 10 == 0) {
        snprintf(text, BE_UNITS_TEXT_BYTES, "%s:%" PRIu32 "%%", name, permille / 10);
    } else {
        snprintf(text, BE_UNITS_TEXT_BYTES, "%s:%" PRIu32 ".%" PRIu32 "%%", name, permille / 10,
                 permille % 10);
    }
    return text;
}

const char *be_inject_format(const struct be_inject *inject, char text[BE_UNITS_TEXT_BYTES])
{
    char cost[BE_UNITS_TEXT_BYTES];

    switch (inject->kind) {
    case BE_INJECT_SERIAL:
        return share_format("serial", inject->share_permille, text);
    case BE_INJECT_IMBALANCE:
        return share_format("imbalance", inject->share_permille, text);
    case BE_INJECT_COST:
        snprintf(text, BE_UNITS_TEXT_BYTES, "cost:%.20s",
                 be_units_format_exact_duration(cost, inject->cost_ns));
        return text;
    case BE_INJECT_NONE:
        break;
    }
    snprintf(text, BE_UNITS_TEXT_BYTES, "none");
    return text;
}

uint64_t be_inject_serial_tasks(const struct be_inject *inject, uint64_t tasks)
{
    if (inject->kind != BE_INJECT_SERIAL) {
        return 0;
    }
    return (uint64_t)((double)tasks * inject->share_permille / 1000);
}

uint64_t be_inject_repeats(const struct be_inject *inject, uint64_t tasks, uint32_t workers)
{
    if (inject->kind != BE_INJECT_IMBALANCE) {
        return 0;
    }
    return (uint64_t)((double)tasks / workers * inject->share_permille / 1000 + 0.5);
}
