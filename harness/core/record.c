#include "core/record.h"

#include <stdlib.h>
#include <string.h>

#include "core/names.h"

static const char *const counter_states[] = {"counted", "scaled", "not counting", "unavailable"};
static const char *const pass_kinds[] = {"cold", "warmup", "timed"};

BE_NAMES_DEFINE(counter_state, "state of a counter", counter_states)
BE_NAMES_DEFINE(pass_kind, "kind of pass", pass_kinds)

bool be_counter_is_time(const char *name)
{
    size_t length = strlen(name);

    return (length > 5 && strcmp(name + length - 5, "-time") == 0) ||
           (length > 6 && strcmp(name + length - 6, "-clock") == 0);
}

const char *be_gauge_name(enum be_gauge gauge)
{
    static const char *const names[BE_GAUGE_COUNT] = {
#define BE_GAUGE(name, meaning) #name,
#include "core/gauge.def"
#undef BE_GAUGE
    };
    return names[gauge];
}

enum be_status be_counters_copy(const struct be_counter_value *values, uint32_t count,
                                struct be_counters *counters, struct be_error *error)
{
    struct be_counter_value *items = calloc(count + 1, sizeof(*items));

    if (!items) {
        return be_error_set(error, BE_ENOMEM, "out of memory for counters");
    }
    memcpy(items, values, count * sizeof(*items));
    *counters = (struct be_counters){.items = items, .count = count};
    return BE_OK;
}

void be_pass_record_finish(struct be_pass_record *pass)
{
    free(pass->workers);
    *pass = (struct be_pass_record){0};
}

void be_sample_record_finish(struct be_sample_record *record)
{
    for (size_t i = 0; i < record->pass_count; i++) {
        be_pass_record_finish(&record->passes[i]);
    }
    for (size_t i = 0; record->workers && i < record->worker_count; i++) {
        free(record->workers[i].counters.items);
    }
    free(record->passes);
    free(record->workers);
    free(record->dispatcher.counters.items);
    *record = (struct be_sample_record){0};
}

static int count_compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static uint64_t timed_median(const struct be_sample_record *record, size_t offset)
{
    uint64_t *values = calloc(record->pass_count + 1, sizeof(*values));
    uint64_t median = 0;
    size_t count = 0;

    if (!values) {
        return 0;
    }
    for (size_t i = 0; i < record->pass_count; i++) {
        if (record->passes[i].kind == BE_PASS_TIMED) {
            memcpy(&values[count++], (const char *)&record->passes[i] + offset, sizeof(*values));
        }
    }
    qsort(values, count, sizeof(*values), count_compare);
    if (count > 0) {
        uint64_t low = values[(count - 1) / 2];
        median = low + (values[count / 2] - low) / 2;
    }
    free(values);
    return median;
}

uint64_t be_sample_record_wall_ns(const struct be_sample_record *record)
{
    return timed_median(record, offsetof(struct be_pass_record, wall_ns));
}

uint64_t be_sample_record_cpu_ns(const struct be_sample_record *record)
{
    return timed_median(record, offsetof(struct be_pass_record, cpu_ns));
}

size_t be_sample_record_timed_count(const struct be_sample_record *record)
{
    size_t count = 0;

    for (size_t i = 0; i < record->pass_count; i++) {
        count += record->passes[i].kind == BE_PASS_TIMED;
    }
    return count;
}

const struct be_pass_record *be_sample_record_pass(const struct be_sample_record *record,
                                                   enum be_pass_kind kind)
{
    for (size_t i = 0; i < record->pass_count; i++) {
        if (record->passes[i].kind == kind) {
            return &record->passes[i];
        }
    }
    return NULL;
}
