/*
 * JSON: one object with the run's summaries; harness/test/golden/export.json shows all members.
 * They stand in a fixed order and later versions only add to them. What is unknown is null; whole
 * numbers above 2^53 are decimal strings.
 */
#include <math.h>
#include <string.h>
#include <time.h>

#include "core/json.h"
#include "report/findings_json.h"
#include "report/format.h"
#include "report/member.h"

enum { SCHEMA_VERSION = 1 };

/* No clock or counter is known better, and compilers differ in the digits after these. */
enum { NUMBER_DIGITS = 12 };

/* A count of which 0 says that it is not known. */
static json_t *known_count(uint64_t value)
{
    return value > 0 ? be_json_count(value) : json_null();
}

static json_t *pu_value(int32_t pu)
{
    return pu >= 0 ? json_integer(pu) : json_null();
}

static json_t *params_object(const struct be_params *params)
{
    json_t *object = json_object();

    for (size_t i = 0; i < params->count; i++) {
        json_t *value = be_member_text(params->entries[i].value);
        if (json_object_set_new(object, params->entries[i].key, value) != 0) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

static json_t *counter_object(const struct be_counter_summary *counter)
{
    const struct be_member members[] = {
        {"value", be_json_real(counter->value)},
        {"state", json_string(be_counter_state_name(counter->state))},
        {"share", be_json_real(counter->share)},
        {"spread", be_json_real(counter->spread)},
        {"reason", be_member_text(counter->reason[0] != '\0' ? counter->reason : NULL)},
    };
    return be_member_object(members, BE_MEMBERS(members));
}

static json_t *counters_object(const struct be_summary *summary)
{
    json_t *object = json_object();

    for (size_t i = 0; i < summary->counter_count; i++) {
        json_t *value = counter_object(&summary->counters[i]);
        if (json_object_set_new(object, summary->counters[i].name, value) != 0) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

static json_t *pus_array(const struct be_summary *summary)
{
    json_t *array = json_array();

    for (size_t i = 0; i < summary->pu_count; i++) {
        if (json_array_append_new(array, pu_value(summary->pus[i])) != 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

static json_t *quality_object(const struct be_summary *summary)
{
    const struct be_member members[] = {
        {"clean", be_json_count(summary->clean)},
        {"suspect", be_json_count(summary->suspect)},
        {"rejected", be_json_count(summary->rejected)},
        {"failed", be_json_count(summary->failed)},
        {"unavailable", be_json_count(summary->unavailable)},
        {"rerun", be_json_count(summary->rerun)},
        {"dropped", be_json_count(summary->dropped)},
    };
    return be_member_object(members, BE_MEMBERS(members));
}

static json_t *configuration_object(const struct be_summary *summary, const struct be_model *model)
{
    const struct be_configuration *configuration = summary->configuration;
    const struct be_member members[] = {
        {"id", json_string(configuration->id)},
        {"role", json_string(be_role_name(configuration->role))},
        {"block", be_json_count(configuration->block)},
        {"params", params_object(&configuration->params)},
        {"workload", be_member_text(configuration->workload)},
        {"executor", be_member_text(configuration->executor)},
        {"workers", be_json_count(configuration->workers)},
        {"placement", be_member_text(configuration->placement)},
        {"grain_asked_ns", known_count(configuration->grain_asked_ns)},
        {"grain_ns", be_member_median(&summary->grain_ns)},
        {"steps", known_count(configuration->steps)},
        {"tasks", be_json_count(configuration->tasks)},
        {"chunk", known_count(configuration->chunk)},
        {"bound_order",
         be_json_real(configuration->bound_order > 0 ? configuration->bound_order : NAN)},
        {"bound_best",
         be_json_real(configuration->bound_best > 0 ? configuration->bound_best : NAN)},
        {"samples", be_json_count(summary->samples)},
        {"wall_ns", be_member_estimate(&summary->wall_ns)},
        {"cold_wall_ns", be_member_estimate(&summary->cold_wall_ns)},
        {"speedup", be_member_estimate(&summary->speedup)},
        {"cold_speedup", be_member_estimate(&summary->cold_speedup)},
        {"predicted_speedup", be_json_real(summary->predicted_speedup)},
        {"efficiency", be_member_estimate(&summary->efficiency)},
        {"ipc_overhead_ns", be_member_estimate(&summary->ipc_overhead_ns)},
        {"ipc_overhead_ratio", be_member_estimate(&summary->ipc_overhead_ratio)},
        {"overhead_ns_per_task", be_member_estimate(&summary->overhead_ns_per_task)},
        {"tasks_per_s", be_member_estimate(&summary->tasks_per_s)},
        {"cpu_ns", be_member_median(&summary->cpu_ns)},
        {"relative_speedup", be_member_estimate(&summary->relative_speedup)},
        {"equal_frequency_speedup", be_member_estimate(&summary->equal_speedup)},
        {"counted", be_findings_json_counted(summary)},
        {"values", be_findings_json_values(summary)},
        {"budget", be_findings_json_budget(&summary->budget)},
        {"model", be_findings_json_model(model)},
        {"flags", be_findings_json_flags(&summary->flags)},
        {"counters", counters_object(summary)},
        {"pus", pus_array(summary)},
        {"dispatcher_pu", pu_value(summary->dispatcher_pu)},
        {"distinct_pus", known_count(summary->distinct_pus)},
        {"quality", quality_object(summary)},
        {"failures", json_array()},
        {"unavailable", be_member_text(summary->why_unavailable)},
    };
    return be_member_object(members, BE_MEMBERS(members));
}

/* Adds each failed sample to its configuration's failures. */
static bool failures_append(const struct be_run *run, json_t *configurations)
{
    for (size_t i = 0; i < run->sample_count; i++) {
        const struct be_sample *sample = &run->samples[i];
        if (sample->state != BE_SAMPLE_FAILED) {
            continue;
        }
        const struct be_member members[] = {
            {"round", be_json_count(sample->round)},
            {"reason", be_member_text(sample->reason)},
        };
        json_t *failures =
            json_object_get(json_array_get(configurations, sample->configuration), "failures");
        if (json_array_append_new(failures, be_member_object(members, BE_MEMBERS(members))) != 0) {
            return false;
        }
    }
    return true;
}

static json_t *configurations_array(const struct be_results *results)
{
    const struct be_summaries *summaries = &results->summaries;
    json_t *array = json_array();

    for (size_t i = 0; i < summaries->count; i++) {
        if (json_array_append_new(array, configuration_object(&summaries->items[i],
                                                              &results->findings.models[i])) != 0) {
            json_decref(array);
            return NULL;
        }
    }
    if (!failures_append(results->run, array)) {
        json_decref(array);
        return NULL;
    }
    return array;
}

/* ISO 8601 in UTC; null for a time that no calendar has. */
static json_t *time_value(int64_t seconds)
{
    char text[64];
    struct tm utc;

    if (!gmtime_r(&seconds, &utc) ||
        strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc) == 0) {
        return json_null();
    }
    return json_string(text);
}

/* A run that is only planned has no number yet, and has not begun. */
static json_t *run_object(const struct be_run *run)
{
    bool stored = run->id != 0;
    const struct be_member members[] = {
        {"id", stored ? json_integer(run->id) : json_null()},
        {"handle", stored ? json_sprintf("%lld", (long long)run->id) : json_null()},
        {"label", be_member_text(run->label)},
        {"started_at", time_value(run->started_at)},
        {"elapsed_ns", known_count(run->elapsed_ns)},
        {"machine_key", be_member_text(run->machine_key)},
        {"build_id", be_member_text(run->build_id)},
        {"plan", be_member_text(run->plan)},
        {"seed", be_json_count(run->seed)},
        {"rounds", be_json_count(run->rounds)},
        {"status", stored ? json_string(be_run_status_name(run->status)) : json_null()},
    };
    return be_member_object(members, BE_MEMBERS(members));
}

static enum be_status machine_value(const struct be_run *run, json_t **machine,
                                    struct be_error *error)
{
    struct be_error cause;

    if (!run->machine_json) {
        *machine = json_null();
        return BE_OK;
    }
    if (be_json_parse(run->machine_json, strlen(run->machine_json), machine, &cause) != BE_OK) {
        return be_error_set(error, BE_ECORRUPT, "run %lld: its machine is %s", (long long)run->id,
                            cause.message);
    }
    return BE_OK;
}

static int buffer_append(const char *text, size_t bytes, void *buffer)
{
    be_buffer_append(buffer, text, bytes);
    return 0;
}

static enum be_status json_write(const struct be_results *results, struct be_buffer *out,
                                 struct be_error *error)
{
    json_t *machine = NULL;
    enum be_status status = machine_value(results->run, &machine, error);

    if (status != BE_OK) {
        return status;
    }
    const struct be_member members[] = {
        {"schema_version", json_integer(SCHEMA_VERSION)},
        {"run", run_object(results->run)},
        {"machine", machine},
        {"configurations", configurations_array(results)},
        {"precision", be_findings_json_precision(results)},
        {"grain_series", be_findings_json_grains(results)},
        {"scaling_series", be_findings_json_scalings(results)},
    };
    json_t *root = be_member_object(members, BE_MEMBERS(members));
    size_t flags = JSON_INDENT(2) | JSON_REAL_PRECISION(NUMBER_DIGITS);
    if (!root || json_dump_callback(root, buffer_append, out, flags) != 0) {
        json_decref(root);
        return be_error_set(error, BE_ENOMEM, "out of memory for JSON of %zu configurations",
                            results->summaries.count);
    }
    be_buffer_puts(out, "\n");
    json_decref(root);
    return be_buffer_check(out, error);
}

const struct be_format_ops be_format_json = {
    .name = "json",
    .summary = "one object: the run, its machine and every configuration's figures",
    .extension = "json",
    .write = json_write,
};
