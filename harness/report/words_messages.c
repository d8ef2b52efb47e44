/* Runs whose tasks compute nothing: what a message takes, instead of what going parallel gains. */
#include <inttypes.h>

#include "core/units.h"
#include "report/shown.h"
#include "report/words.h"

static bool is_faster(const struct be_transport_point *a, const struct be_transport_point *b)
{
    return a->rtt_ns.median < b->rtt_ns.median;
}

static bool is_slower(const struct be_transport_point *a, const struct be_transport_point *b)
{
    return is_faster(b, a);
}

static bool carries_more(const struct be_transport_point *a, const struct be_transport_point *b)
{
    return be_estimate_value(a->tasks_per_s) > be_estimate_value(b->tasks_per_s);
}

static bool has_rate(const struct be_transport_point *point)
{
    return point->tasks_per_s && point->tasks_per_s->known;
}

static bool has_round_trip(const struct be_transport_point *point)
{
    return point->rtt_ns.known;
}

/* The first of the points with that payload that is before all others; NULL: it has none. */
static const struct be_transport_point *
point_find(const struct be_transports *transports, uint64_t payload,
           bool (*counts)(const struct be_transport_point *point),
           bool (*before)(const struct be_transport_point *a, const struct be_transport_point *b))
{
    const struct be_transport_point *found = NULL;

    for (size_t i = 0; i < transports->point_count; i++) {
        const struct be_transport_point *point = &transports->points[i];
        if (point->payload == payload && counts(point) && (!found || before(point, found))) {
            found = point;
        }
    }
    return found;
}

/* "362 ns with shm-ring (3.2 times its floor)": what `times` it is said the first time only. */
static void round_trip_put(const struct be_transports *transports,
                           const struct be_transport_point *point, const char *times,
                           struct be_buffer *out)
{
    be_buffer_printf(out, "%s with %s", be_shown_of(BE_SHOWN_GRAIN, &point->rtt_ns).value,
                     transports->lines[point->line].label);
    if (point->distance.known) {
        be_buffer_printf(out, " (%s times%s)", be_shown_of(BE_SHOWN_RATIO, &point->distance).value,
                         times);
    }
}

static bool round_trips_put(const struct be_transports *transports, uint64_t payload, bool first,
                            struct be_buffer *out)
{
    const struct be_transport_point *fast =
        point_find(transports, payload, has_round_trip, is_faster);
    const struct be_transport_point *slow =
        point_find(transports, payload, has_round_trip, is_slower);
    char size[BE_UNITS_TEXT_BYTES];

    if (!fast) {
        return false;
    }
    be_buffer_printf(out, "%s of %s takes ", first ? "A round trip" : "; one",
                     be_units_format_size(size, payload));
    round_trip_put(transports, fast, first ? " its floor" : "", out);
    if (slow != fast) {
        be_buffer_puts(out, " up to ");
        round_trip_put(transports, slow, "", out);
    }
    return true;
}

static void rate_put(const struct be_transports *transports, uint64_t payload,
                     const char *separator, struct be_buffer *out)
{
    const struct be_transport_point *most = point_find(transports, payload, has_rate, carries_more);
    char size[BE_UNITS_TEXT_BYTES];

    if (most) {
        be_buffer_printf(out, "%s%s of %s with %s", separator,
                         be_shown_of(BE_SHOWN_RATE, most->tasks_per_s).value,
                         be_units_format_size(size, payload), transports->lines[most->line].label);
    }
}

/* Of the smallest and the largest payload that anything is known of. */
static bool transports_put(const struct be_transports *transports, struct be_buffer *out)
{
    uint64_t least = UINT64_MAX;
    uint64_t most = 0;

    for (size_t i = 0; i < transports->point_count; i++) {
        const struct be_transport_point *point = &transports->points[i];
        if (has_round_trip(point) || has_rate(point)) {
            least = point->payload < least ? point->payload : least;
            most = point->payload > most ? point->payload : most;
        }
    }
    bool said = round_trips_put(transports, least, true, out);
    if (most > least && round_trips_put(transports, most, !said, out)) {
        said = true;
    }
    be_buffer_puts(out, said ? "." : "");
    if (point_find(transports, least, has_rate, carries_more)) {
        be_buffer_printf(out, "%sMost messages a second with many under way: ", said ? " " : "");
        rate_put(transports, least, "", out);
        if (most > least) {
            rate_put(transports, most, ", ", out);
        }
        be_buffer_puts(out, ".");
        said = true;
    }
    return said;
}

/* Pools without transports: "A task that computes nothing takes 61.0 ns with threads". */
static bool tasks_put(const struct be_view *view, struct be_buffer *out)
{
    uint32_t workers = be_view_most_workers(view);
    size_t said = 0;

    for (size_t i = 0; i < view->series_count; i++) {
        const struct be_summary *summary = be_view_find(view, 0, i, workers);
        if (summary && summary->wall_ns.known) {
            double task_ns = summary->wall_ns.median / (double)summary->configuration->tasks;
            be_buffer_puts(out, said++ > 0 ? ", " : "A task that computes nothing takes ");
            be_buffer_printf(out, "%s with ", be_shown_of_value(BE_SHOWN_GRAIN, task_ns).value);
            be_words_series(view, i, out);
        }
    }
    if (said > 0) {
        be_buffer_printf(out, " (time of a pass over its tasks, %" PRIu32 " worker%s).", workers,
                         be_words_plural(workers));
    }
    return said > 0;
}

bool be_words_of_transports(const struct be_view *view)
{
    for (size_t i = 0; i < view->series_count; i++) {
        if (!be_params_get(&view->series[i].params, "transport")) {
            return false;
        }
    }
    return view->messages_only && view->transports.point_count > 0;
}

void be_words_messages(const struct be_view *view, struct be_buffer *out)
{
    bool said = be_words_of_transports(view) ? transports_put(&view->transports, out)
                                             : tasks_put(view, out);

    if (!said) {
        be_buffer_puts(out, "Nothing can be told: no configuration has a good sample.");
    }
}

static void floor_put(const char *name, const struct be_estimate *floor, struct be_buffer *out)
{
    struct be_shown shown = be_shown_of(BE_SHOWN_GRAIN, floor);

    be_buffer_printf(out, "%s %s%s%s", name, shown.value, shown.interval[0] ? " " : "",
                     shown.interval);
}

/* Whether a round trip is clearly faster than what it is held against. */
static bool any_is_below(const struct be_transports *transports)
{
    for (size_t i = 0; i < transports->point_count; i++) {
        const struct be_estimate *distance = &transports->points[i].distance;
        if (distance->known && (distance->bounded ? distance->high : distance->median) < .9) {
            return true;
        }
    }
    return false;
}

void be_words_floors(const struct be_view *view, struct be_buffer *out)
{
    const struct be_transports *transports = &view->transports;

    if (transports->point_count == 0) {
        return;
    }
    if (!transports->line_ns.known && !transports->wake_ns.known) {
        be_buffer_puts(out, "unavailable: they were not measured between two cores");
        return;
    }
    floor_put("a cache line there and back 2c", &transports->line_ns, out);
    floor_put(", two wake-ups and system calls 2(W+S)", &transports->wake_ns, out);
    be_buffer_puts(out, "; between the same two cores, before the first round");
    if (any_is_below(transports)) {
        be_buffer_puts(out, ", when these were slower than later: some round trips are below");
    }
}

/* "mqueue from 16 KiB on (…)": points are by line, then payload, so the first says where it ends.
 */
static void transports_unavailable(const struct be_transports *transports, struct be_buffer *out)
{
    const struct be_transport_point *before = NULL;
    char size[BE_UNITS_TEXT_BYTES];

    for (size_t i = 0; i < transports->point_count; i++) {
        const struct be_transport_point *point = &transports->points[i];
        if (point->why_unavailable && !(before && before->line == point->line)) {
            be_buffer_printf(out, "%s%s from %s on (%s)", before ? "; " : "",
                             transports->lines[point->line].label,
                             be_units_format_size(size, point->payload), point->why_unavailable);
            before = point;
        }
    }
}

/* "processes, transport mqueue (2 of 8 configurations: …)". */
static void series_unavailable(const struct be_view *view, struct be_buffer *out)
{
    const char *separator = "";

    for (size_t i = 0; i < view->series_count; i++) {
        const char *why = NULL;
        size_t lacking = 0;
        size_t all = 0;
        for (size_t k = 0; k < view->cell_count; k++) {
            const struct be_summary *summary = view->cells[k].summary;
            if (view->cells[k].series == i) {
                all++;
                lacking += summary->why_unavailable != NULL;
                why = why ? why : summary->why_unavailable;
            }
        }
        if (why) {
            be_buffer_printf(out, "%s%s (%zu of %zu configuration%s: %s)", separator,
                             view->series[i].label, lacking, all, be_words_plural(all), why);
            separator = "; ";
        }
    }
}

void be_words_unavailable(const struct be_view *view, struct be_buffer *out)
{
    if (be_words_of_transports(view)) {
        transports_unavailable(&view->transports, out);
    } else {
        series_unavailable(view, out);
    }
}
