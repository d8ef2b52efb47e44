/* A sample as rows. */
#include "store/store_sample.h"

#include <endian.h>
#include <math.h>
#include <string.h>

#include "core/hash.h"

static const char doing[] = "cannot store a sample";

/*
 * FNV-1a's step, but over eight bytes at once: a product a byte would be a large part of loading a
 * run. Each step can be undone, so that no change of one number goes unseen; the shift brings upper
 * bits, which a product never moves down, to where the next step spreads them.
 */
static uint64_t count_hash(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * UINT64_C(0x100000001b3);
    return hash ^ hash >> 32;
}

/* Unknown has one hash, though there are many NANs. */
static uint64_t value_hash(uint64_t hash, double value)
{
    uint64_t bits = UINT64_MAX;

    if (isfinite(value)) {
        memcpy(&bits, &value, sizeof(bits));
    }
    return count_hash(hash, bits);
}

/* With its length, so that two texts in a row cannot be cut elsewhere. */
static uint64_t text_hash(uint64_t hash, const char *text)
{
    size_t length = strlen(text);

    hash = count_hash(hash, length);
    for (size_t at = 0; at < length; at += sizeof(uint64_t)) {
        uint64_t bytes = 0;
        memcpy(&bytes, &text[at], length - at < sizeof(bytes) ? length - at : sizeof(bytes));
        hash = count_hash(hash, le64toh(bytes));
    }
    return hash;
}

uint64_t be_transcript_hash(const char *lines, size_t bytes)
{
    return be_hash_bytes(BE_HASH_SEED, lines, bytes);
}

uint64_t be_sample_hash(const struct be_run *run, const struct be_sample *sample,
                        const uint64_t *transcript_hash)
{
    const uint64_t counts[] = {
        (uint64_t)run->id,  sample->configuration, sample->round,       (uint64_t)sample->state,
        sample->started_ns, sample->elapsed_ns,    sample->overhead_ns, sample->commit_ns,
        sample->wall_ns,    sample->cold_wall_ns,  sample->cpu_ns,
    };
    uint64_t hash = BE_HASH_SEED;

    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        hash = count_hash(hash, counts[i]);
    }
    hash = text_hash(hash, sample->reason ? sample->reason : "");
    for (size_t i = 0; i < BE_VALUE_COUNT; i++) {
        hash = value_hash(hash, sample->values[i]);
    }
    for (uint32_t i = 0; i < sample->counter_count; i++) {
        const struct be_counter_sum *sum = &sample->counters[i];
        const struct be_event *event = &run->events[sum->event];
        hash = text_hash(hash, event->name);
        hash = count_hash(hash, (uint64_t)event->state);
        hash = text_hash(hash, event->reason);
        hash = value_hash(hash, sum->value);
        hash = value_hash(hash, sum->share);
    }
    return transcript_hash ? count_hash(hash, *transcript_hash) : hash;
}

/* The number that a query about the run gives. */
static enum be_status number_read(const struct be_store *store, const struct be_run *run,
                                  const char *sql, size_t *number, struct be_error *error)
{
    struct be_query query;
    bool row = false;
    enum be_status status = be_query_prepare(&query, store, sql, doing, error);

    if (status == BE_OK) {
        be_query_bind_count(&query, (uint64_t)run->id);
        status = be_query_step(&query, &row, error);
    }
    if (status == BE_OK) {
        *number = (size_t)be_query_count(&query, INT64_MAX);
    }
    be_query_finish(&query);
    return status;
}

enum be_status be_sample_writer_init(struct be_sample_writer *writer, const struct be_store *store,
                                     const struct be_run *run, struct be_error *error)
{
    static const char insert[] = "INSERT INTO sample (run, position, configuration, round, state, "
                                 "reason, started_ns, elapsed_ns,"
                                 " overhead_ns, commit_ns, wall_ns, cold_wall_ns, cpu_ns, "
#define BE_VALUE(name, meaning) #name ", "
#include "core/value.def"
#undef BE_VALUE
                                 "transcript_hash, hash) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,"
#define BE_VALUE(name, meaning) "?,"
#include "core/value.def"
#undef BE_VALUE
                                 "?,?)";
    *writer = (struct be_sample_writer){.run = run};
    enum be_status status =
        number_read(store, run, "SELECT count(*) FROM event WHERE run = ?", &writer->events, error);

    if (status == BE_OK) {
        status = number_read(store, run,
                             "SELECT coalesce(max(position) + 1, 0) FROM sample WHERE run = ?",
                             &writer->position, error);
    }
    if (status == BE_OK) {
        status = be_query_prepare(&writer->sample, store, insert, doing, error);
    }
    if (status == BE_OK) {
        status = be_query_prepare(&writer->event, store, "INSERT INTO event VALUES (?,?,?,?,?)",
                                  doing, error);
    }
    if (status == BE_OK) {
        status = be_query_prepare(&writer->counter, store,
                                  "INSERT INTO counter_sum VALUES (?,?,?,?,?)", doing, error);
    }
    if (status == BE_OK) {
        status = be_query_prepare(&writer->transcript, store, "INSERT INTO transcript VALUES (?,?)",
                                  doing, error);
    }
    return status;
}

void be_sample_writer_finish(struct be_sample_writer *writer)
{
    be_query_finish(&writer->sample);
    be_query_finish(&writer->event);
    be_query_finish(&writer->counter);
    be_query_finish(&writer->transcript);
}

/* Runs a statement whose parameters are bound, and makes it ready for the next row. */
static enum be_status row_put(struct be_query *query, struct be_error *error)
{
    bool row = false;
    enum be_status status = be_query_step(query, &row, error);

    be_query_reset(query);
    return status;
}

static enum be_status sample_put(struct be_sample_writer *writer, const struct be_sample *sample,
                                 const uint64_t *transcript_hash, struct be_error *error)
{
    struct be_query *query = &writer->sample;

    be_query_bind_count(query, (uint64_t)writer->run->id);
    be_query_bind_count(query, writer->position++);
    be_query_bind_count(query, sample->configuration);
    be_query_bind_count(query, sample->round);
    be_query_bind_text(query, be_sample_state_name(sample->state));
    be_query_bind_text(query, sample->reason);
    be_query_bind_count(query, sample->started_ns);
    be_query_bind_known(query, sample->elapsed_ns);
    be_query_bind_known(query, sample->overhead_ns);
    be_query_bind_known(query, sample->commit_ns);
    be_query_bind_known(query, sample->wall_ns);
    be_query_bind_known(query, sample->cold_wall_ns);
    be_query_bind_known(query, sample->cpu_ns);
    for (size_t i = 0; i < BE_VALUE_COUNT; i++) {
        be_query_bind_value(query, sample->values[i]);
    }
    if (transcript_hash) {
        be_query_bind_hash(query, *transcript_hash);
    } else {
        be_query_bind_text(query, NULL);
    }
    be_query_bind_hash(query, be_sample_hash(writer->run, sample, transcript_hash));
    return row_put(query, error);
}

/* The run's events that the store lacks. */
static enum be_status events_put(struct be_sample_writer *writer, struct be_error *error)
{
    const struct be_run *run = writer->run;
    struct be_query *query = &writer->event;
    enum be_status status = BE_OK;

    for (; status == BE_OK && writer->events < run->event_count; writer->events++) {
        const struct be_event *event = &run->events[writer->events];
        be_query_bind_count(query, (uint64_t)run->id);
        be_query_bind_count(query, writer->events);
        be_query_bind_text(query, event->name);
        be_query_bind_text(query, be_counter_state_name(event->state));
        be_query_bind_text(query, event->reason);
        status = row_put(query, error);
    }
    return status;
}

static enum be_status counters_put(struct be_sample_writer *writer, const struct be_sample *sample,
                                   int64_t sample_id, struct be_error *error)
{
    struct be_query *query = &writer->counter;
    enum be_status status = events_put(writer, error);

    for (uint32_t i = 0; status == BE_OK && i < sample->counter_count; i++) {
        be_query_bind_count(query, (uint64_t)writer->run->id);
        be_query_bind_count(query, (uint64_t)sample_id);
        be_query_bind_count(query, sample->counters[i].event);
        be_query_bind_value(query, sample->counters[i].value);
        be_query_bind_value(query, sample->counters[i].share);
        status = row_put(query, error);
    }
    return status;
}

enum be_status be_sample_writer_put(struct be_sample_writer *writer, const struct be_sample *sample,
                                    const struct be_buffer *transcript, struct be_error *error)
{
    const char *lines = transcript ? be_buffer_text(transcript) : NULL;
    uint64_t hash = lines ? be_transcript_hash(lines, transcript->length) : 0;
    enum be_status status = sample_put(writer, sample, lines ? &hash : NULL, error);
    int64_t id = sqlite3_last_insert_rowid(writer->sample.store->db);

    if (status == BE_OK) {
        status = counters_put(writer, sample, id, error);
    }
    if (status == BE_OK && lines) {
        be_query_bind_count(&writer->transcript, (uint64_t)id);
        be_query_bind_bytes(&writer->transcript, lines, transcript->length);
        status = row_put(&writer->transcript, error);
    }
    return status;
}
