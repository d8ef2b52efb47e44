#include "describe.h"

#include <stdbool.h>
#include <stdio.h>

#include "core/protocol.h"
#include "counter/counter.h"
#include "executor/executor.h"
#include "identity.h"
#include "probe/probe.h"
#include "workload/workload_table.h"

static json_t *params_describe(const struct be_param *params)
{
    json_t *array = json_array();

    for (; params->name; params++) {
        json_array_append_new(
            array, json_pack("{s:s, s:s, s:s, s:o, s:o, s:s?, s:s}", "name", params->name, "type",
                             be_param_type_name(params->type), "default", params->fallback, "min",
                             be_json_count(params->min), "max", be_json_count(params->max),
                             "choices", params->choices, "help", params->help));
    }
    return array;
}

static json_t *workloads_describe(void)
{
    json_t *array = json_array();

    for (size_t i = 0; be_workload_table[i]; i++) {
        const struct breakeven_workload *row = be_workload_table[i];
        json_array_append_new(
            array,
            json_pack("{s:s, s:s, s:i, s:i, s:o, s:o, s:n, s:[]}", "name", row->name, "summary",
                      row->summary, "request_bytes", (int)row->request_bytes, "reply_bytes",
                      (int)row->reply_bytes, "steps_max", be_json_count(row->steps_max), "step_ns",
                      be_json_count(row->step_ns), "unavailable", "params"));
    }
    return array;
}

static json_t *executors_describe(void)
{
    json_t *array = json_array();

    for (size_t i = 0; be_executor_table[i]; i++) {
        const struct be_executor_ops *row = be_executor_table[i];
        json_array_append_new(
            array, json_pack("{s:s, s:s, s:b, s:b, s:n, s:o}", "name", row->name, "summary",
                             row->summary, "parallel", (row->caps & BE_EXECUTOR_PARALLEL) != 0,
                             "computes", (row->caps & BE_EXECUTOR_COMPUTES) != 0, "unavailable",
                             "params", params_describe(row->params)));
    }
    return array;
}

/*
 * A backend is unavailable when none of its default events can be opened here, which is known by
 * trying. Then fills in the reason of the first.
 */
static bool counter_is_unavailable(const struct be_counter_ops *row,
                                   char reason[BE_COUNTER_REASON_BYTES])
{
    struct be_counter_values values = {0};

    be_counter_probe(row, &values, NULL);
    for (uint32_t i = 0; i < values.count; i++) {
        if (values.items[i].state != BE_COUNTER_UNAVAILABLE) {
            return false;
        }
    }
    snprintf(reason, BE_COUNTER_REASON_BYTES, "%s",
             values.count > 0 ? values.items[0].reason : "its events cannot be opened");
    return true;
}

static json_t *counter_describe(const struct be_counter_ops *row)
{
    char reason[BE_COUNTER_REASON_BYTES];
    json_t *events = json_array();

    for (size_t i = 0; row->events[i]; i++) {
        json_array_append_new(events, json_string(row->events[i]));
    }
    return json_pack("{s:s, s:s, s:s?, s:o}", "name", row->name, "summary", row->summary,
                     "unavailable", counter_is_unavailable(row, reason) ? reason : NULL, "events",
                     events);
}

static json_t *counters_describe(void)
{
    json_t *array = json_array();

    for (size_t i = 0; be_counter_table[i]; i++) {
        json_array_append_new(array, counter_describe(be_counter_table[i]));
    }
    return array;
}

static json_t *probes_describe(void)
{
    json_t *array = json_array();

    for (size_t i = 0; be_probe_table[i]; i++) {
        const struct be_probe_ops *row = be_probe_table[i];
        json_array_append_new(array, json_pack("{s:s, s:s, s:n, s:i, s:o}", "name", row->name,
                                               "summary", row->summary, "unavailable", "workers",
                                               (int)be_probe_workers(row), "tasks",
                                               be_json_count(row->tasks)));
    }
    return array;
}

void be_describe(struct be_buffer *line)
{
    struct be_hello_record hello;

    be_identity_fill(&hello);
    be_protocol_line(json_pack("{s:I, s:s, s:s, s:s, s:o, s:o, s:o, s:o}", "protocol",
                               (json_int_t)hello.protocol, "program", hello.program, "version",
                               hello.version, "build_id", hello.build_id, "workloads",
                               workloads_describe(), "executors", executors_describe(), "counters",
                               counters_describe(), "probes", probes_describe()),
                     line);
}
