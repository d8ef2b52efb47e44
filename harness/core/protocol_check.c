/* Holds a runner's record against what was asked for and against what can be. */
#include <inttypes.h>
#include <stdbool.h>

#include "core/inject.h"
#include "core/protocol.h"

/* CPU clocks may be read a little after the wall clock: two ticks of a 100 Hz clock. */
static const uint64_t grace_ns = UINT64_C(20000000);

/*
 * Stamps are estimates from some of the messages, so a rare disturbance may count many times; this
 * far above the pass it is no estimate any more.
 */
enum { STAMPS_FACTOR_MAX = 100 };

static enum be_status stamps_check(const struct be_stamps *stamps, uint64_t wall_ns,
                                   struct be_error *error)
{
    const uint64_t all[] = {stamps->compute_ns, stamps->codec_ns, stamps->send_ns,
                            stamps->receive_ns, stamps->merge_ns, stamps->spin_ns};

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        if (all[i] / STAMPS_FACTOR_MAX > wall_ns + grace_ns) {
            return be_error_set(error, BE_EWRONG,
                                "impossible times: stamps of %" PRIu64 " ns in a pass of %" PRIu64
                                " ns",
                                all[i], wall_ns);
        }
    }
    return BE_OK;
}

static enum be_status pass_check_dispatcher(const struct be_pass_record *pass,
                                            struct be_error *error)
{
    if (pass->dispatcher.cpu_ns > pass->wall_ns + grace_ns) {
        return be_error_set(error, BE_EWRONG,
                            "impossible times: a dispatcher of %" PRIu64
                            " ns of CPU in a pass of %" PRIu64 " ns",
                            pass->dispatcher.cpu_ns, pass->wall_ns);
    }
    return stamps_check(&pass->dispatcher.stamps, pass->wall_ns, error);
}

static enum be_status latency_check(const struct be_latency *latency, uint64_t elapsed_ns,
                                    struct be_error *error)
{
    const uint64_t rising[] = {latency->p50_ns, latency->p99_ns, latency->p999_ns, latency->max_ns};
    uint64_t before = 0;

    for (size_t i = 0; i < sizeof(rising) / sizeof(rising[0]); i++) {
        bool known = rising[i] > 0;
        if (known && (rising[i] < before || rising[i] > elapsed_ns)) {
            return be_error_set(error, BE_EWRONG,
                                "impossible times: a latency of %" PRIu64 " ns after %" PRIu64
                                " ns, in a sample that took %" PRIu64 " ns",
                                rising[i], before, elapsed_ns);
        }
        before = known ? rising[i] : before;
    }
    return BE_OK;
}

/* The tasks that the dispatcher was told to compute by itself. */
static uint64_t tasks_of_dispatcher(const struct be_pass_record *pass, const struct be_spec *spec)
{
    const char *text = be_params_get(&spec->params, "inject");
    struct be_inject inject = {0};

    if (text) {
        be_inject_parse(text, &inject, NULL);
    }
    return be_inject_serial_tasks(&inject, pass->tasks);
}

static enum be_status pass_check_workers(const struct be_pass_record *pass,
                                         const struct be_spec *spec, struct be_error *error)
{
    uint64_t tasks = tasks_of_dispatcher(pass, spec);

    for (uint32_t i = 0; i < pass->worker_count; i++) {
        const struct be_pass_worker *worker = &pass->workers[i];
        if (worker->end_ns < worker->start_ns || worker->end_ns > pass->wall_ns) {
            return be_error_set(error, BE_EWRONG,
                                "impossible times: worker %" PRIu32 " from %" PRIu64 " to %" PRIu64
                                " ns of a pass of %" PRIu64 " ns",
                                i, worker->start_ns, worker->end_ns, pass->wall_ns);
        }
        enum be_status status = stamps_check(&worker->stamps, pass->wall_ns, error);
        if (status != BE_OK) {
            return status;
        }
        tasks += worker->tasks;
    }
    if (pass->worker_count > 0 && tasks != pass->tasks) {
        return be_error_set(error, BE_EWRONG,
                            "wrong task count: %" PRIu64 " were computed, the pass merged %" PRIu64,
                            tasks, pass->tasks);
    }
    return BE_OK;
}

static enum be_status pass_check_failed(const struct be_pass_record *pass,
                                        const struct be_error *reason, struct be_error *error)
{
    if (pass->failed == 0) {
        return BE_OK;
    }
    return be_error_set(error, BE_ETASK, "%" PRIu64 " of %" PRIu64 " tasks failed%s%s",
                        pass->failed, pass->tasks, *reason->message ? "; " : "", reason->message);
}

static enum be_status pass_check(const struct be_pass_record *pass, const struct be_spec *spec,
                                 struct be_error *error)
{
    uint64_t tasks = be_params_get_count(&spec->params, "tasks", 0);
    uint64_t workers = be_params_get_count(&spec->params, "workers", 1);

    if (pass->tasks != tasks) {
        return be_error_set(error, BE_EWRONG,
                            "wrong task count: %" PRIu64 " merged, %" PRIu64 " asked for",
                            pass->tasks, tasks);
    }
    if (pass->wall_ns == 0) {
        return be_error_set(error, BE_EWRONG, "impossible times: a pass of 0 ns");
    }
    if (pass->cpu_ns / (workers + 1) > pass->wall_ns + grace_ns) {
        return be_error_set(error, BE_EWRONG,
                            "impossible times: %" PRIu64 " ns of CPU in a pass of %" PRIu64
                            " ns with %" PRIu64 " workers",
                            pass->cpu_ns, pass->wall_ns, workers);
    }
    if (pass->kind == BE_PASS_COLD) {
        return BE_OK;
    }
    if (pass->worker_count > 0 && pass->worker_count != workers) {
        return be_error_set(error, BE_EWRONG,
                            "%" PRIu32 " workers in a pass, %" PRIu64 " asked for",
                            pass->worker_count, workers);
    }
    enum be_status status = pass_check_dispatcher(pass, error);
    return status == BE_OK ? pass_check_workers(pass, spec, error) : status;
}

static enum be_status passes_count(const struct be_sample_record *record,
                                   const struct be_spec *spec, struct be_error *error)
{
    uint32_t counts[] = {[BE_PASS_COLD] = 0, [BE_PASS_WARMUP] = 0, [BE_PASS_TIMED] = 0};

    for (size_t i = 0; i < record->pass_count; i++) {
        counts[record->passes[i].kind]++;
    }
    if (counts[BE_PASS_COLD] != (spec->cold ? 1 : 0) || counts[BE_PASS_WARMUP] != spec->warmup ||
        counts[BE_PASS_TIMED] != spec->passes) {
        return be_error_set(error, BE_EWRONG,
                            "wrong number of passes: %" PRIu32 " cold, %" PRIu32
                            " warm-up, %" PRIu32 " timed",
                            counts[BE_PASS_COLD], counts[BE_PASS_WARMUP], counts[BE_PASS_TIMED]);
    }
    return BE_OK;
}

enum be_status be_sample_record_check(const struct be_sample_record *record,
                                      const struct be_spec *spec, uint64_t elapsed_ns,
                                      struct be_error *error)
{
    uint64_t wall_ns = 0;
    uint64_t workers = be_params_get_count(&spec->params, "workers", 1);
    enum be_status status = passes_count(record, spec, error);

    if (status == BE_OK && record->worker_count != workers) {
        status = be_error_set(error, BE_EWRONG, "%zu workers reported, %" PRIu64 " asked for",
                              record->worker_count, workers);
    }
    for (size_t i = 0; status == BE_OK && i < record->pass_count; i++) {
        const struct be_pass_record *pass = &record->passes[i];
        status = pass_check_failed(pass, &record->task_error, error);
        if (status == BE_OK) {
            status = pass_check(pass, spec, error);
        }
        if (status == BE_OK && pass->checksum != record->passes[0].checksum) {
            status = be_error_set(error, BE_EWRONG,
                                  "wrong checksum: %016" PRIx64 " in pass %zu, %016" PRIx64
                                  " in the first",
                                  pass->checksum, i + 1, record->passes[0].checksum);
        }
        wall_ns = wall_ns + pass->wall_ns < wall_ns ? UINT64_MAX : wall_ns + pass->wall_ns;
    }
    if (status == BE_OK && wall_ns > elapsed_ns) {
        status = be_error_set(error, BE_EWRONG,
                              "impossible times: passes of %" PRIu64
                              " ns in a sample that took %" PRIu64 " ns",
                              wall_ns, elapsed_ns);
    }
    return status == BE_OK ? latency_check(&record->latency, elapsed_ns, error) : status;
}
