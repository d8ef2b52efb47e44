#include "probe_runner.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/units.h"
#include "pin.h"
#include "probe/probe.h"

enum { WORKERS_MAX = 2 };

/* Nothing that is worth a pass of its own does more. */
static const uint64_t tasks_max = UINT64_C(100000000);

/* A probe at work. */
struct sounding {
    const struct be_probe_ops *ops;
    uint64_t tasks;
    uint32_t workers;
    struct be_pin *pin;
    struct be_probe *probe;
    struct be_sample_record record;

    pthread_t peer; /* the second worker */
    pthread_barrier_t peer_ready;
    enum be_status peer_status; /* of binding itself */
    struct be_error peer_error;
    clockid_t peer_clock; /* its CPU time */
};

bool be_probe_is_asked(const struct be_spec *spec)
{
    return be_params_get(&spec->params, "probe") != NULL;
}

static enum be_status keys_check(const struct be_spec *spec, struct be_error *error)
{
    for (size_t i = 0; i < spec->params.count; i++) {
        const char *key = spec->params.entries[i].key;
        if (strcmp(key, "probe") != 0 && strcmp(key, "tasks") != 0 && strcmp(key, "workers") != 0) {
            return be_error_set(error, BE_EINVAL,
                                "'%s' is no parameter of a probe; there are: probe tasks workers",
                                key);
        }
    }
    if (spec->cold || spec->counter_count > 0 || spec->pairs.count > 0 || spec->input_path) {
        return be_error_set(error, BE_EINVAL, "a probe has no cold pass, counters or input");
    }
    return BE_OK;
}

static enum be_status number_get(const struct be_spec *spec, const char *key, uint64_t fallback,
                                 uint64_t *number, struct be_error *error)
{
    const char *text = be_params_get(&spec->params, key);
    struct be_error cause;

    *number = fallback;
    if (text && be_units_parse_count(text, number, &cause) != BE_OK) {
        return be_error_set(error, BE_EINVAL, "%s: %s", key, cause.message);
    }
    return BE_OK;
}

/* Whether two workers can run at the same time. */
static bool pus_are_two(const struct be_spec *spec)
{
    cpu_set_t set;

    if (spec->pu_count == 2) {
        return spec->pus[0] != spec->pus[1];
    }
    return sched_getaffinity(0, sizeof(set), &set) != 0 || CPU_COUNT(&set) > 1;
}

static enum be_status workers_read(struct sounding *sounding, const struct be_spec *spec,
                                   struct be_error *error)
{
    uint32_t takes = be_probe_workers(sounding->ops);
    uint64_t workers = 0;
    enum be_status status = number_get(spec, "workers", takes, &workers, error);

    if (status != BE_OK) {
        return status;
    }
    if (workers != takes) {
        return be_error_set(error, BE_EINVAL, "workers: probe '%s' has %" PRIu32 ", not %" PRIu64,
                            sounding->ops->name, takes, workers);
    }
    if (spec->pu_count > 0 && spec->pu_count != workers) {
        return be_error_set(error, BE_EINVAL,
                            "'pus' has %" PRIu32 " PU numbers for %" PRIu64 " workers",
                            spec->pu_count, workers);
    }
    if (workers > 1 && !pus_are_two(spec)) {
        return be_error_set(error, BE_EUNAVAILABLE,
                            "probe '%s' goes between two PUs, and here is only one",
                            sounding->ops->name);
    }
    sounding->workers = (uint32_t)workers;
    return BE_OK;
}

static enum be_status tasks_read(struct sounding *sounding, const struct be_spec *spec,
                                 struct be_error *error)
{
    enum be_status status =
        number_get(spec, "tasks", sounding->ops->tasks, &sounding->tasks, error);

    if (status == BE_OK && (sounding->tasks < 1 || sounding->tasks > tasks_max)) {
        status = be_error_set(error, BE_EINVAL, "tasks: %" PRIu64 " is outside 1 .. %" PRIu64,
                              sounding->tasks, tasks_max);
    }
    if (status == BE_OK && sounding->tasks % sounding->workers != 0) {
        status = be_error_set(error, BE_EINVAL,
                              "tasks: %" PRIu64 " is odd, and the workers of probe '%s' take turns",
                              sounding->tasks, sounding->ops->name);
    }
    return status;
}

static enum be_status ops_find(struct sounding *sounding, const struct be_spec *spec,
                               struct be_error *error)
{
    const char *name = be_params_get(&spec->params, "probe");
    struct be_buffer names = {0};

    sounding->ops = be_probe_find(name);
    if (sounding->ops) {
        return BE_OK;
    }
    for (size_t i = 0; be_probe_table[i]; i++) {
        be_buffer_printf(&names, " %s", be_probe_table[i]->name);
    }
    be_error_fill(error, BE_EINVAL, "probe: '%s' is not one of:%s", name, be_buffer_text(&names));
    be_buffer_finish(&names);
    return BE_EINVAL;
}

static enum be_status record_allocate(struct sounding *sounding, const struct be_spec *spec,
                                      struct be_error *error)
{
    struct be_sample_record *record = &sounding->record;
    size_t passes = (size_t)spec->passes + spec->warmup;

    record->passes = calloc(passes, sizeof(*record->passes));
    record->workers = calloc(sounding->workers, sizeof(*record->workers));
    record->worker_count = sounding->workers;
    record->dispatcher = (struct be_worker_record){.pu_asked = -1, .pu_bound = -1, .pu_seen = -1};
    return record->passes && record->workers
               ? BE_OK
               : be_error_set(error, BE_ENOMEM, "out of memory for %zu passes", passes);
}

static void *peer_run(void *context)
{
    struct sounding *sounding = context;

    sounding->peer_status =
        be_pin_worker(sounding->pin, 1, &sounding->record.workers[1], &sounding->peer_error);
    bool bound = sounding->peer_status == BE_OK;
    pthread_barrier_wait(&sounding->peer_ready);
    if (bound) {
        sounding->ops->answer(sounding->probe);
    }
    return NULL;
}

static enum be_status peer_start(struct sounding *sounding, struct be_error *error)
{
    pthread_barrier_init(&sounding->peer_ready, NULL, 2);
    errno = pthread_create(&sounding->peer, NULL, peer_run, sounding);
    if (errno != 0) {
        pthread_barrier_destroy(&sounding->peer_ready);
        return be_error_errno(error, BE_ESYSTEM, "pthread_create");
    }
    pthread_barrier_wait(&sounding->peer_ready);
    if (sounding->peer_status != BE_OK) {
        pthread_join(sounding->peer, NULL);
        pthread_barrier_destroy(&sounding->peer_ready);
        return be_error_set(error, sounding->peer_status, "%s", sounding->peer_error.message);
    }
    pthread_getcpuclockid(sounding->peer, &sounding->peer_clock);
    return BE_OK;
}

static void peer_stop(struct sounding *sounding)
{
    sounding->ops->stop(sounding->probe);
    pthread_join(sounding->peer, NULL);
    pthread_barrier_destroy(&sounding->peer_ready);
}

static uint64_t worker_cpu_ns(const struct sounding *sounding, uint32_t index)
{
    return index == 0 ? be_clock_thread_cpu_ns() : be_clock_read_ns(sounding->peer_clock);
}

static enum be_status pass_run(struct sounding *sounding, enum be_pass_kind kind,
                               struct be_error *error)
{
    struct be_pass_record *pass = &sounding->record.passes[sounding->record.pass_count];
    uint64_t cpu_ns[WORKERS_MAX];

    *pass = (struct be_pass_record){.kind = kind, .tasks = sounding->tasks};
    pass->workers = calloc(sounding->workers, sizeof(*pass->workers));
    if (!pass->workers) {
        return be_error_set(error, BE_ENOMEM, "out of memory for a pass");
    }
    sounding->record.pass_count++;
    pass->worker_count = sounding->workers;
    for (uint32_t i = 0; i < sounding->workers; i++) {
        cpu_ns[i] = worker_cpu_ns(sounding, i);
    }
    uint64_t start_ns = be_clock_now_ns();
    enum be_status status = sounding->ops->run(sounding->probe, sounding->tasks, error);
    pass->wall_ns = be_clock_now_ns() - start_ns;
    for (uint32_t i = 0; i < sounding->workers; i++) {
        pass->workers[i] = (struct be_pass_worker){
            .tasks = sounding->tasks / sounding->workers,
            .cpu_ns = worker_cpu_ns(sounding, i) - cpu_ns[i],
            .end_ns = pass->wall_ns,
        };
        pass->cpu_ns += pass->workers[i].cpu_ns;
    }
    return status;
}

static enum be_status passes_run(struct sounding *sounding, const struct be_spec *spec,
                                 struct be_error *error)
{
    enum be_status status = BE_OK;

    for (uint32_t i = 0; status == BE_OK && i < spec->warmup; i++) {
        status = pass_run(sounding, BE_PASS_WARMUP, error);
    }
    for (uint32_t i = 0; status == BE_OK && i < spec->passes; i++) {
        status = pass_run(sounding, BE_PASS_TIMED, error);
    }
    be_pin_look(sounding->pin, &sounding->record.workers[0]);
    return status;
}

/* The probe's own part, once all that surrounds it is there. */
static enum be_status probe_run(struct sounding *sounding, const struct be_spec *spec,
                                struct be_error *error)
{
    const struct be_probe_ops *ops = sounding->ops;
    enum be_status status = be_pin_worker(sounding->pin, 0, &sounding->record.workers[0], error);

    if (status == BE_OK && ops->create) {
        status = ops->create(&sounding->probe, error);
    }
    if (status != BE_OK) {
        return status;
    }
    if (ops->answer) {
        status = peer_start(sounding, error);
    }
    if (status == BE_OK) {
        status = passes_run(sounding, spec, error);
        if (ops->answer) {
            peer_stop(sounding);
        }
    }
    if (ops->destroy) {
        ops->destroy(sounding->probe);
    }
    return status;
}

static enum be_status record_encode(const struct sounding *sounding, struct be_buffer *lines,
                                    struct be_error *error)
{
    for (size_t i = 0; i < sounding->record.pass_count; i++) {
        be_pass_encode(&sounding->record.passes[i], lines);
    }
    be_done_encode(&sounding->record, lines);
    return be_buffer_check(lines, error);
}

enum be_status be_probe_measure(const struct be_spec *spec, struct be_buffer *lines,
                                struct be_error *error)
{
    struct sounding sounding = {0};
    enum be_status status = keys_check(spec, error);

    if (status == BE_OK) {
        status = ops_find(&sounding, spec, error);
    }
    if (status == BE_OK) {
        status = workers_read(&sounding, spec, error);
    }
    if (status == BE_OK) {
        status = tasks_read(&sounding, spec, error);
    }
    if (status == BE_OK) {
        status = record_allocate(&sounding, spec, error);
    }
    if (status == BE_OK) {
        status = be_pin_create(spec, &sounding.pin, error);
    }
    if (status == BE_OK) {
        status = probe_run(&sounding, spec, error);
    }
    if (status == BE_OK) {
        status = record_encode(&sounding, lines, error);
    }
    be_pin_destroy(sounding.pin);
    be_sample_record_finish(&sounding.record);
    return status;
}
