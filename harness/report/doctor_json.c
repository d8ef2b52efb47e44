#include <math.h>

#include "core/json.h"
#include "report/doctor.h"

enum { SCHEMA_VERSION = 1, NUMBER_DIGITS = 9 };

static json_t *text_or_null(const char *text)
{
    return text && text[0] ? json_string(text) : json_null();
}

static json_t *count_or_null(int64_t count)
{
    return count >= 0 ? be_json_count((uint64_t)count) : json_null();
}

static json_t *surroundings_json(const struct be_surroundings *surroundings)
{
    json_t *job = json_null();

    if (surroundings->scheduler != BE_SCHEDULER_NONE) {
        job = json_pack("{s:s, s:s, s:o, s:o}", "scheduler",
                        be_scheduler_name(surroundings->scheduler), "id", surroundings->job,
                        "cores", count_or_null(surroundings->job_cores), "left_s",
                        count_or_null(surroundings->job_left_s));
    }
    return json_pack("{s:o, s:o}", "container",
                     text_or_null(be_container_name(surroundings->container)), "job", job);
}

static json_t *checks_json(const struct be_doctor *doctor)
{
    json_t *array = json_array();

    for (size_t i = 0; i < BE_CHECK_COUNT; i++) {
        const struct be_check_result *result = &doctor->checks[i];
        json_array_append_new(array, json_pack("{s:s, s:s, s:o, s:o}", "name", be_checks[i].name,
                                               "state", be_check_state_name(result->state), "found",
                                               text_or_null(result->found), "remedy",
                                               text_or_null(result->remedy)));
    }
    return array;
}

static json_t *floor_json(const struct be_floor *floor)
{
    const struct be_estimate *ns = &floor->ns;
    double median = ns->known ? ns->median : (double)NAN;
    double low = ns->known && ns->bounded ? ns->low : (double)NAN;
    double high = ns->known && ns->bounded ? ns->high : (double)NAN;

    return json_pack("{s:s, s:o, s:o, s:o, s:o, s:I, s:o}", "name", floor->name, "between",
                     text_or_null(floor->between), "ns", be_json_real(median), "ns_low",
                     be_json_real(low), "ns_high", be_json_real(high), "launches",
                     (json_int_t)ns->count, "unavailable", text_or_null(floor->unavailable));
}

/* The floors as measured, and last the one that follows from two of them. */
static json_t *floors_json(const struct be_doctor *doctor)
{
    const struct be_floors *floors = &doctor->floors;
    json_t *array = json_array();

    if (doctor->unmeasured[0]) {
        return array;
    }
    for (size_t i = 0; i < floors->count; i++) {
        json_array_append_new(array, floor_json(&floors->items[i]));
    }
    const struct be_floor wake = be_floors_wake(floors);
    json_array_append_new(array, floor_json(&wake));
    return array;
}

static json_t *noise_json(const struct be_noise *noise)
{
    if (!noise->known) {
        return json_null();
    }
    return json_pack("{s:I, s:o, s:o, s:o, s:b}", "rounds", (json_int_t)noise->rounds,
                     "smallest_visible", be_json_real(noise->visible), "spread",
                     be_json_real(noise->spread), "median_change", be_json_real(noise->median),
                     "differs_from_itself", noise->biased);
}

static json_t *uses_json(const struct be_doctor *doctor)
{
    static const char *const names[] = {"scaling_curves", "break_even", "gate_2_percent",
                                        "counting_instructions"};
    json_t *object = json_object();

    for (int i = 0; i < BE_DOCTOR_USES; i++) {
        char why[BE_DOCTOR_WHY_BYTES];
        enum be_answer answer = be_doctor_judge(doctor, (enum be_doctor_use)i, why);
        json_object_set_new(object, names[i],
                            answer == BE_UNKNOWN ? json_null() : json_boolean(answer == BE_YES));
    }
    return object;
}

static int text_append(const char *text, size_t bytes, void *context)
{
    be_buffer_append(context, text, bytes);
    return 0;
}

enum be_status be_doctor_put_json(const struct be_doctor *doctor, struct be_buffer *out,
                                  struct be_error *error)
{
    const char *why = doctor->unmeasured[0] ? doctor->unmeasured : doctor->noise.reason;
    json_t *root =
        json_pack("{s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:I}", "schema_version",
                  SCHEMA_VERSION, "machine", be_machine_to_json(doctor->facts.machine),
                  "surroundings", surroundings_json(&doctor->facts.surroundings), "checks",
                  checks_json(doctor), "floors", floors_json(doctor), "noise",
                  noise_json(&doctor->noise), "unmeasured", text_or_null(why), "good_for",
                  uses_json(doctor), "spoils", (json_int_t)be_doctor_count(doctor, BE_CHECK_SPOILS),
                  "unknown", (json_int_t)be_doctor_count(doctor, BE_CHECK_UNKNOWN));
    size_t flags = JSON_INDENT(2) | JSON_REAL_PRECISION(NUMBER_DIGITS);

    if (!root || json_dump_callback(root, text_append, out, flags) != 0) {
        json_decref(root);
        return be_error_set(error, BE_ENOMEM, "out of memory for JSON");
    }
    json_decref(root);
    be_buffer_puts(out, "\n");
    return be_buffer_check(out, error);
}
