#include "analysis/transports.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/series.h"
#include "core/buffer.h"

/* What the points of a line differ in, beside what a task is. */
static bool is_position(const char *key)
{
    return be_key_describes_task(key) || strcmp(key, "window") == 0 || strcmp(key, "workers") == 0;
}

/* Whether it says what a message of a transport takes. */
static bool is_about_messages(const struct be_configuration *configuration)
{
    return configuration->role == BE_ROLE_MEASURED &&
           strcmp(configuration->workload, "null") == 0 && configuration->chunk == 1 &&
           be_params_get(&configuration->params, "payload") &&
           be_params_get(&configuration->params, "transport");
}

static bool is_round_trip(const struct be_summary *summary)
{
    const struct be_configuration *configuration = summary->configuration;

    return configuration->workers == 1 &&
           be_params_get_count(&configuration->params, "window", 0) == 1 &&
           summary->pu_count == 1 && summary->pus[0] >= 0 && summary->dispatcher_pu >= 0 &&
           summary->pus[0] != summary->dispatcher_pu;
}

static bool same_line(const struct be_params *a, const struct be_params *b)
{
    for (size_t i = 0; i < a->count; i++) {
        const struct be_params_entry *entry = &a->entries[i];
        const char *other = be_params_get(b, entry->key);
        if (!is_position(entry->key) && (!other || strcmp(other, entry->value) != 0)) {
            return false;
        }
    }
    return true;
}

/* While lines and points are found. */
struct maker {
    struct first {
        const struct be_params *params; /* of the configuration that a line began with */
    } * firsts;                         /* one a line */
    struct be_transports made;
};

static size_t line_of(struct maker *maker, const struct be_params *params)
{
    size_t i = 0;

    while (i < maker->made.line_count && !(same_line(params, maker->firsts[i].params) &&
                                           same_line(maker->firsts[i].params, params))) {
        i++;
    }
    if (i == maker->made.line_count) {
        const char *wake = be_params_get(params, "wake");
        maker->firsts[i].params = params;
        maker->made.lines[i].spins = wake && strcmp(wake, "futex") != 0;
        maker->made.line_count++;
    }
    return i;
}

/* The transport, and what else tells it from other lines of it. */
static char *line_label(const struct maker *maker, size_t line)
{
    const struct be_params *params = maker->firsts[line].params;
    const char *transport = be_params_get(params, "transport");
    struct be_buffer label = {0};

    be_buffer_puts(&label, transport);
    for (size_t i = 0; i < params->count; i++) {
        const struct be_params_entry *entry = &params->entries[i];
        bool varies = false;
        for (size_t k = 0; k < maker->made.line_count && !is_position(entry->key); k++) {
            const char *other = be_params_get(maker->firsts[k].params, entry->key);
            varies = varies ||
                     (strcmp(be_params_get(maker->firsts[k].params, "transport"), transport) == 0 &&
                      other && strcmp(other, entry->value) != 0);
        }
        if (varies) {
            be_buffer_printf(&label, ", %s %s", entry->key, entry->value);
        }
    }
    if (label.failed) {
        be_buffer_finish(&label);
    }
    return label.data;
}

static struct be_transport_point *point_of(struct maker *maker, size_t line, uint64_t payload)
{
    struct be_transports *made = &maker->made;

    for (size_t i = 0; i < made->point_count; i++) {
        if (made->points[i].line == line && made->points[i].payload == payload) {
            return &made->points[i];
        }
    }
    made->points[made->point_count] = (struct be_transport_point){.line = line, .payload = payload};
    return &made->points[made->point_count++];
}

static struct be_estimate scaled(struct be_estimate estimate, double factor)
{
    estimate.median *= factor;
    estimate.low *= factor;
    estimate.high *= factor;
    return estimate;
}

/* Of several with more than one message under way: the most workers, then the largest window. */
static bool is_more(const struct be_summary *a, const struct be_summary *b)
{
    if (a->configuration->workers != b->configuration->workers) {
        return a->configuration->workers > b->configuration->workers;
    }
    return be_params_get_count(&a->configuration->params, "window", 0) >
           be_params_get_count(&b->configuration->params, "window", 0);
}

static bool between(const struct be_summary *summary, const int32_t pus[2])
{
    int32_t a = summary->pus[0];
    int32_t b = summary->dispatcher_pu;

    return (a == pus[0] && b == pus[1]) || (a == pus[1] && b == pus[0]);
}

static void point_add(struct maker *maker, const struct be_summary *summary, const int32_t pus[2])
{
    const struct be_configuration *configuration = summary->configuration;
    size_t line = line_of(maker, &configuration->params);
    struct be_transport_point *point =
        point_of(maker, line, be_params_get_count(&configuration->params, "payload", 0));
    const struct be_estimate *limit =
        maker->made.lines[line].spins ? &maker->made.line_ns : &maker->made.wake_ns;

    if (summary->why_unavailable) {
        point->why_unavailable = summary->why_unavailable;
    }
    if (is_round_trip(summary)) {
        point->rtt_ns = scaled(summary->wall_ns, 1 / (double)configuration->tasks);
        if (limit->known && between(summary, pus)) {
            point->distance = scaled(point->rtt_ns, 1 / limit->median);
        }
    } else if (be_params_get_count(&configuration->params, "window", 0) != 1 &&
               (!point->many || is_more(summary, point->many))) {
        point->many = summary;
        point->tasks_per_s = &summary->tasks_per_s;
    }
}

static int points_compare(const void *left, const void *right)
{
    const struct be_transport_point *a = left;
    const struct be_transport_point *b = right;

    if (a->line != b->line) {
        return a->line < b->line ? -1 : 1;
    }
    return (a->payload > b->payload) - (a->payload < b->payload);
}

enum be_status be_transports_create(const struct be_run *run, const struct be_summaries *summaries,
                                    const struct be_way *way, struct be_transports *transports,
                                    struct be_error *error)
{
    size_t most = run->configuration_count + 1;
    struct maker maker = {
        .firsts = calloc(most, sizeof(*maker.firsts)),
        .made = {.lines = calloc(most, sizeof(*maker.made.lines)),
                 .points = calloc(most, sizeof(*maker.made.points)),
                 .line_ns = scaled(way->cache_line_ns, 2),
                 .wake_ns = scaled(way->futex_wake_ns, 2)},
    };
    bool good = maker.firsts && maker.made.lines && maker.made.points;

    for (size_t i = 0; good && i < summaries->count; i++) {
        if (is_about_messages(summaries->items[i].configuration)) {
            point_add(&maker, &summaries->items[i], way->pus);
        }
    }
    for (size_t i = 0; good && i < maker.made.line_count; i++) {
        maker.made.lines[i].label = line_label(&maker, i);
        good = maker.made.lines[i].label;
    }
    free(maker.firsts);
    if (!good) {
        be_transports_finish(&maker.made);
        return be_error_set(error, BE_ENOMEM, "out of memory for transports");
    }
    qsort(maker.made.points, maker.made.point_count, sizeof(*maker.made.points), points_compare);
    *transports = maker.made;
    return BE_OK;
}

void be_transports_finish(struct be_transports *transports)
{
    for (size_t i = 0; i < transports->line_count; i++) {
        free(transports->lines[i].label);
    }
    free(transports->lines);
    free(transports->points);
    *transports = (struct be_transports){0};
}
