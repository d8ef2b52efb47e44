/* Writes what a runner answers: hello, pass records, done or error. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/protocol.h"

void be_protocol_line(json_t *object, struct be_buffer *line)
{
    char *text = json_dumps(object, JSON_COMPACT);

    json_decref(object);
    if (!text) {
        line->failed = true;
        return;
    }
    be_buffer_puts(line, text);
    be_buffer_puts(line, "\n");
    free(text);
}

void be_hello_encode(const struct be_hello_record *hello, struct be_buffer *line)
{
    be_protocol_line(json_pack("{s:s, s:I, s:s, s:s, s:s}", "type", "hello", "protocol",
                               (json_int_t)hello->protocol, "program", hello->program, "version",
                               hello->version, "build_id", hello->build_id),
                     line);
}

/* Adds to the object, which may be NULL: then memory is out, and the line says so. */
static void count_add(json_t *object, const char *key, uint64_t value)
{
    json_object_set_new(object, key, be_json_count(value));
}

static void known_add(json_t *object, const char *key, uint64_t value)
{
    if (value > 0) {
        count_add(object, key, value);
    }
}

static void stamps_add(json_t *object, const struct be_stamps *stamps)
{
    count_add(object, "compute_ns", stamps->compute_ns);
    count_add(object, "codec_ns", stamps->codec_ns);
    count_add(object, "send_ns", stamps->send_ns);
    count_add(object, "receive_ns", stamps->receive_ns);
    count_add(object, "merge_ns", stamps->merge_ns);
    count_add(object, "spin_ns", stamps->spin_ns);
}

static json_t *pass_worker_encode(const struct be_pass_worker *worker, bool stamped)
{
    json_t *object = json_object();

    count_add(object, "tasks", worker->tasks);
    count_add(object, "cpu_ns", worker->cpu_ns);
    count_add(object, "start_ns", worker->start_ns);
    count_add(object, "end_ns", worker->end_ns);
    if (stamped) {
        stamps_add(object, &worker->stamps);
    }
    return object;
}

void be_pass_encode(const struct be_pass_record *pass, struct be_buffer *line)
{
    char checksum[BE_ID_BYTES];
    json_t *object = json_pack("{s:s, s:s}", "type", "pass", "kind", be_pass_kind_name(pass->kind));
    json_t *dispatcher = json_object();
    json_t *workers = json_array();

    count_add(dispatcher, "cpu_ns", pass->dispatcher.cpu_ns);
    if (pass->stamped) {
        stamps_add(dispatcher, &pass->dispatcher.stamps);
    }
    for (uint32_t i = 0; i < pass->worker_count; i++) {
        json_array_append_new(workers, pass_worker_encode(&pass->workers[i], pass->stamped));
    }
    snprintf(checksum, sizeof(checksum), "%016" PRIx64, pass->checksum);
    count_add(object, "wall_ns", pass->wall_ns);
    count_add(object, "cpu_ns", pass->cpu_ns);
    count_add(object, "tasks", pass->tasks);
    count_add(object, "failed", pass->failed);
    json_object_set_new(object, "checksum", json_string(checksum));
    json_object_set_new(object, "stamped", json_boolean(pass->stamped));
    json_object_set_new(object, "dispatcher", dispatcher);
    json_object_set_new(object, "workers", workers);
    be_protocol_line(object, line);
}

static json_t *counter_encode(const struct be_counter_value *value)
{
    json_t *object = json_pack("{s:s}", "state", be_counter_state_name(value->state));

    if (value->state == BE_COUNTER_COUNTED || value->state == BE_COUNTER_SCALED) {
        json_object_set_new(object, "value", be_json_count(value->value));
    } else {
        json_object_set_new(object, "reason", json_string(value->reason));
    }
    if (value->state == BE_COUNTER_SCALED) {
        json_object_set_new(object, "share", be_json_real(value->share));
    }
    return object;
}

static json_t *worker_encode(const struct be_worker_record *worker)
{
    json_t *counters = json_object();

    for (uint32_t i = 0; i < worker->counters.count; i++) {
        const struct be_counter_value *value = &worker->counters.items[i];
        json_object_set_new(counters, value->name, counter_encode(value));
    }
    json_t *object = json_pack("{s:i, s:i, s:i, s:o}", "pu_asked", worker->pu_asked, "pu_bound",
                               worker->pu_bound, "pu_seen", worker->pu_seen, "counters", counters);
    known_add(object, "pss_bytes", worker->pss_bytes);
    if (worker->watched) {
        json_t *disturbance = json_object();
        count_add(disturbance, "voluntary_switches", worker->disturbance.voluntary_switches);
        count_add(disturbance, "involuntary_switches", worker->disturbance.involuntary_switches);
        count_add(disturbance, "major_faults", worker->disturbance.major_faults);
        if (worker->disturbance.delay_known) {
            count_add(disturbance, "delay_ns", worker->disturbance.delay_ns);
        }
        if (worker->disturbance.migrations_known) {
            count_add(disturbance, "migrations", worker->disturbance.migrations);
        }
        json_object_set_new(object, "disturbance", disturbance);
    }
    return object;
}

static json_t *latency_encode(const struct be_latency *latency)
{
    json_t *object = json_object();

    count_add(object, "count", latency->count);
    count_add(object, "p50_ns", latency->p50_ns);
    known_add(object, "p99_ns", latency->p99_ns);
    known_add(object, "p999_ns", latency->p999_ns);
    count_add(object, "max_ns", latency->max_ns);
    return object;
}

static json_t *gauges_encode(const struct be_gauges *gauges)
{
    json_t *object = json_object();

    for (size_t i = 0; i < BE_GAUGE_COUNT; i++) {
        if (gauges->said[i].known) {
            double value = gauges->said[i].value;
            bool is_count = value < 0x1p53 && value == (double)(uint64_t)value;
            json_object_set_new(object, be_gauge_name((enum be_gauge)i),
                                is_count ? be_json_count((uint64_t)value) : be_json_real(value));
        }
    }
    return object;
}

void be_done_encode(const struct be_sample_record *record, struct be_buffer *line)
{
    json_t *workers = json_array();

    for (size_t i = 0; i < record->worker_count; i++) {
        json_array_append_new(workers, worker_encode(&record->workers[i]));
    }
    json_t *object = json_pack("{s:s, s:o, s:o, s:o}", "type", "done", "pool_start_ns",
                               be_json_count(record->pool_start_ns), "dispatcher",
                               worker_encode(&record->dispatcher), "workers", workers);
    if (record->task_error.status != BE_OK) {
        json_object_set_new(object, "task_error", json_string(record->task_error.message));
    }
    if (record->latency.count > 0) {
        json_object_set_new(object, "latency", latency_encode(&record->latency));
    }
    json_object_set_new(object, "gauges", gauges_encode(&record->gauges));
    be_protocol_line(object, line);
}

void be_error_encode(const struct be_error *error, struct be_buffer *line)
{
    be_protocol_line(json_pack("{s:s, s:s, s:s}", "type", "error", "status",
                               be_status_name(error->status), "message", error->message),
                     line);
}
