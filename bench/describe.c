#include "describe.h"

#include <stdbool.h>
#include <stdio.h>

#include "core/protocol.h"
#include "counter/counter.h"
#include "executor/executor.h"
#include "identity.h"
#include "part.h"
#include "probe/probe.h"
#include "workload/workload_table.h"

static json_t *param_describe(const struct be_param *param)
{
    const struct be_part *part = be_part_find(param->name);
    struct be_buffer names = {0};

    if (part) {
        be_part_names(part, &names);
    }
    json_t *object =
        json_pack("{s:s, s:s, s:s, s:o, s:o, s:s?, s:s}", "name", param->name, "type",
                  be_param_type_name(param->type), "default", param->fallback, "min",
                  be_json_count(param->min), "max", be_json_count(param->max), "choices",
                  part ? be_buffer_text(&names) : param->choices, "help", param->help);
    be_buffer_finish(&names);
    return object;
}

static json_t *params_describe(const struct be_param *params)
{
    json_t *array = json_array();

    for (; params->name; params++) {
        json_array_append_new(array, param_describe(params));
    }
    return array;
}

static json_t *part_describe(const struct be_part *part)
{
    json_t *array = json_array();
    const struct be_row *row;

    for (size_t i = 0; (row = part->row(i)); i++) {
        json_array_append_new(array, json_pack("{s:s, s:s, s:n, s:o}", "name", row->name, "summary",
                                               row->summary, "unavailable", "params",
                                               params_describe(row->params)));
    }
    return array;
}

static json_t *workloads_describe(void)
{
    json_t *array = json_array();

    for (size_t i = 0; be_workload_table[i]; i++) {
        const struct breakeven_workload *row = be_workload_table[i];
        json_array_append_new(
            array, json_pack("{s:s, s:s, s:i, s:i, s:o, s:o, s:n, s:o}", "name", row->name,
                             "summary", row->summary, "request_bytes", (int)row->request_bytes,
                             "reply_bytes", (int)row->reply_bytes, "steps_max",
                             be_json_count(row->steps_max), "step_ns", be_json_count(row->step_ns),
                             "unavailable", "params", params_describe(be_workload_params(row))));
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
 * A backend is unavailable when none of its default events can be opened here, nor what stands in
 * for them, which is known by trying. Then fills in the reason of the first.
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
    json_t *object = json_pack("{s:I, s:s, s:s, s:s, s:o, s:o, s:o, s:o}", "protocol",
                               (json_int_t)hello.protocol, "program", hello.program, "version",
                               hello.version, "build_id", hello.build_id, "workloads",
                               workloads_describe(), "executors", executors_describe(), "counters",
                               counters_describe(), "probes", probes_describe());
    for (const struct be_part *part = be_part_table; part->name; part++) {
        char list[32];
        snprintf(list, sizeof(list), "%ss", part->name);
        json_object_set_new(object, list, part_describe(part));
    }
    be_protocol_line(object, line);
}
