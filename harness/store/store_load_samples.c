/* Takes the samples of a run out. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/array.h"
#include "core/protocol.h"
#include "core/values.h"
#include "store/store_load.h"
#include "store/store_query.h"
#include "store/store_sample.h"

static const char doing[] = "cannot read a run";

/* Which transcript a sample has. */
struct source {
    int64_t id; /* of its row; 0: none */
    size_t sample;
    bool hashed; /* hash holds a value */
    uint64_t hash;
};

/*
 * Two queries that go through samples and their counters in step, and one for a transcript each.
 * All but store and run are owned.
 */
struct loading {
    const struct be_store *store;
    struct be_run *run;
    struct be_query samples;
    struct be_query counters;
    struct be_query transcript;
    bool counter_left;      /* the counters stand on a row */
    int64_t counter_sample; /* whose it is */
    struct source *newest;  /* good sample, one a configuration */
};

static void loading_finish(struct loading *loading)
{
    be_query_finish(&loading->samples);
    be_query_finish(&loading->counters);
    be_query_finish(&loading->transcript);
    free(loading->newest);
}

static enum be_status counters_step(struct loading *loading, struct be_error *error)
{
    enum be_status status = be_query_step(&loading->counters, &loading->counter_left, error);

    if (status == BE_OK && loading->counter_left) {
        loading->counter_sample = (int64_t)be_query_count(&loading->counters, INT64_MAX);
    }
    return status;
}

static enum be_status loading_init(struct loading *loading, struct be_error *error)
{
    static const char select[] =
        "SELECT id, position, configuration, round, state, reason, started_ns, elapsed_ns, "
        "overhead_ns,"
        " commit_ns, wall_ns, cold_wall_ns, cpu_ns, "
#define BE_VALUE(name, meaning) #name ", "
#include "core/value.def"
#undef BE_VALUE
        "transcript_hash, hash FROM sample WHERE run = ? ORDER BY position";
    const struct be_store *store = loading->store;
    enum be_status status = be_query_prepare(&loading->samples, store, select, doing, error);

    loading->newest = calloc(loading->run->configuration_count + 1, sizeof(loading->newest[0]));
    if (status == BE_OK && !loading->newest) {
        status = be_error_set(error, BE_ENOMEM, "out of memory reading a run");
    }
    if (status == BE_OK) {
        status = be_query_prepare(&loading->counters, store,
                                  "SELECT sample, event, value, share FROM counter_sum"
                                  " WHERE run = ? ORDER BY sample, event",
                                  doing, error);
    }
    if (status == BE_OK) {
        status = be_query_prepare(&loading->transcript, store,
                                  "SELECT lines FROM transcript WHERE sample = ?", doing, error);
    }
    if (status == BE_OK) {
        be_query_bind_count(&loading->samples, (uint64_t)loading->run->id);
        be_query_bind_count(&loading->counters, (uint64_t)loading->run->id);
        status = counters_step(loading, error);
    }
    return status;
}

static enum be_status damage(const struct loading *loading, int64_t id, const char *what,
                             struct be_error *error)
{
    return be_error_set(error, BE_ECORRUPT, "'%s' is damaged: sample %" PRId64 ": %s",
                        loading->store->path, id, what);
}

/* Parses what the runner said and holds the row's times against it. */
static enum be_status record_parse(struct loading *loading, const struct source *source,
                                   const char *lines, size_t bytes, struct be_error *error)
{
    struct be_sample *sample = &loading->run->samples[source->sample];
    struct be_error cause;

    sample->record = calloc(1, sizeof(*sample->record));
    if (!sample->record) {
        return be_error_set(error, BE_ENOMEM, "out of memory for a record");
    }
    enum be_status status = be_sample_record_parse(lines, bytes, sample->record, &cause);
    if (status != BE_OK) {
        return status == BE_ENOMEM ? be_error_set(error, status, "%s", cause.message)
                                   : damage(loading, source->id, cause.message, error);
    }
    if (be_sample_record_wall_ns(sample->record) != sample->wall_ns ||
        be_sample_record_cpu_ns(sample->record) != sample->cpu_ns) {
        return damage(loading, source->id, "its times are not those that the runner said", error);
    }
    return BE_OK;
}

/* The lines of one that was not measured may be anything, but those that were stored. */
static enum be_status transcript_read(struct loading *loading, const struct source *source,
                                      struct be_error *error)
{
    struct be_query *query = &loading->transcript;
    bool measured = be_sample_is_measured(&loading->run->samples[source->sample]);
    size_t bytes = 0;
    bool row = false;

    be_query_reset(query);
    be_query_bind_count(query, (uint64_t)source->id);
    enum be_status status = be_query_step(query, &row, error);
    if (status != BE_OK) {
        return status;
    }
    const char *lines = row ? be_query_bytes(query, &bytes) : NULL;
    if (query->no_memory) {
        return be_error_set(error, BE_ENOMEM, "out of memory reading a run");
    }
    if ((lines == NULL) == source->hashed || (!lines && measured)) {
        return damage(loading, source->id, "what the runner said is missing", error);
    }
    if (lines && be_transcript_hash(lines, bytes) != source->hash) {
        return damage(loading, source->id, "what the runner said has changed", error);
    }
    return measured ? record_parse(loading, source, lines, bytes, error) : BE_OK;
}

/* Takes the counters of the sample from where the query stands. */
static enum be_status counters_read(struct loading *loading, int64_t id, struct be_sample *sample,
                                    struct be_error *error)
{
    struct be_query *query = &loading->counters;
    struct be_counter_sum sums[BE_COUNTERS_MAX];
    uint32_t count = 0;
    enum be_status status = BE_OK;

    while (status == BE_OK && loading->counter_left && loading->counter_sample == id) {
        if (count == BE_COUNTERS_MAX) {
            return damage(loading, id, "it has too many counters", error);
        }
        sums[count].event = (uint32_t)be_query_count(query, UINT32_MAX);
        sums[count].value = be_query_value(query);
        sums[count].share = be_query_value(query);
        query->wrong |= sums[count].event >= loading->run->event_count;
        count++;
        status = be_query_check(query, "counter of sample", (uint64_t)id, error);
        if (status == BE_OK) {
            status = counters_step(loading, error);
        }
    }
    if (status != BE_OK || count == 0) {
        return status;
    }
    sample->counters = calloc(count, sizeof(sums[0]));
    if (!sample->counters) {
        return be_error_set(error, BE_ENOMEM, "out of memory reading a run");
    }
    memcpy(sample->counters, sums, count * sizeof(sums[0]));
    sample->counter_count = count;
    return BE_OK;
}

/* Reads the row that the query stands on. */
static enum be_status columns_read(struct loading *loading, struct be_sample *sample,
                                   struct source *source, uint64_t *hash, struct be_error *error)
{
    struct be_query *query = &loading->samples;

    source->id = (int64_t)be_query_count(query, INT64_MAX);
    bool follows = be_query_count(query, INT64_MAX) == source->sample;
    sample->configuration = (uint32_t)be_query_count(query, UINT32_MAX);
    sample->round = (uint32_t)be_query_count(query, UINT32_MAX);
    const char *state = be_query_word(query);
    sample->reason = be_query_text_or_null(query);
    sample->started_ns = be_query_count(query, INT64_MAX);
    sample->elapsed_ns = be_query_known(query, INT64_MAX);
    sample->overhead_ns = be_query_known(query, INT64_MAX);
    sample->commit_ns = be_query_known(query, INT64_MAX);
    sample->wall_ns = be_query_known(query, INT64_MAX);
    sample->cold_wall_ns = be_query_known(query, INT64_MAX);
    sample->cpu_ns = be_query_known(query, INT64_MAX);
    for (size_t i = 0; i < BE_VALUE_COUNT; i++) {
        sample->values[i] = be_query_value(query);
    }
    source->hashed = !be_query_null(query);
    source->hash = source->hashed ? be_query_hash(query) : 0;
    *hash = be_query_hash(query);
    query->wrong |= !state || be_sample_state_parse(state, &sample->state, NULL) != BE_OK ||
                    sample->configuration >= loading->run->configuration_count ||
                    sample->round >= loading->run->rounds;
    enum be_status status = be_query_check(query, "sample", (uint64_t)source->id, error);
    return status == BE_OK && !follows
               ? damage(loading, source->id, "one before it is missing", error)
               : status;
}

static enum be_status sample_read(struct loading *loading, enum be_store_detail detail,
                                  size_t index, struct be_error *error)
{
    struct be_sample *sample = &loading->run->samples[index];
    struct source source = {.sample = index};
    uint64_t hash = 0;
    enum be_status status = columns_read(loading, sample, &source, &hash, error);

    if (status == BE_OK) {
        status = counters_read(loading, source.id, sample, error);
    }
    if (status == BE_OK &&
        hash != be_sample_hash(loading->run, sample, source.hashed ? &source.hash : NULL)) {
        status = damage(loading, source.id, "its figures have changed", error);
    }
    if (status == BE_OK && detail == BE_STORE_RECORDS) {
        status = transcript_read(loading, &source, error);
    }
    if (sample->state == BE_SAMPLE_CLEAN || sample->state == BE_SAMPLE_SUSPECT) {
        loading->newest[sample->configuration] = source;
    }
    return status;
}

static enum be_status samples_read(struct loading *loading, enum be_store_detail detail,
                                   struct be_error *error)
{
    struct be_run *run = loading->run;
    bool row = false;
    enum be_status status = be_query_step(&loading->samples, &row, error);

    while (status == BE_OK && row) {
        struct be_sample *grown = be_array_grow(run->samples, run->sample_count, sizeof(*grown));
        if (!grown) {
            return be_error_set(error, BE_ENOMEM, "out of memory for %zu samples",
                                run->sample_count + 1);
        }
        run->samples = grown;
        status = sample_read(loading, detail, run->sample_count++, error);
        if (status == BE_OK) {
            status = be_query_step(&loading->samples, &row, error);
        }
    }
    if (status == BE_OK && loading->counter_left) {
        status =
            damage(loading, loading->counter_sample, "it has counters, but is not there", error);
    }
    return status;
}

enum be_status be_samples_load(const struct be_store *store, enum be_store_detail detail,
                               struct be_run *run, struct be_error *error)
{
    struct loading loading = {.store = store, .run = run};
    enum be_status status = loading_init(&loading, error);

    if (status == BE_OK) {
        status = samples_read(&loading, detail, error);
    }
    for (size_t i = 0; detail == BE_STORE_VALUES && i < run->configuration_count; i++) {
        if (status == BE_OK && loading.newest[i].id != 0) {
            status = transcript_read(&loading, &loading.newest[i], error);
        }
    }
    loading_finish(&loading);
    return status;
}
