/*
 * A sample as rows: what the store's own files share to put samples in and to hold them against
 * their hash. Not for others.
 */
#ifndef BE_STORE_SAMPLE_H
#define BE_STORE_SAMPLE_H

#include "core/buffer.h"
#include "core/run.h"
#include "store/store_query.h"

/* Statements that put samples of one run in, made once for many of them. */
struct be_sample_writer {
    const struct be_run *run; /* borrowed */
    size_t events;            /* of the run, stored so far */
    size_t position;          /* of the next sample within the run */
    struct be_query sample;
    struct be_query event;
    struct be_query counter;
    struct be_query transcript;
};

/* The caller finishes the writer also after an error. */
enum be_status be_sample_writer_init(struct be_sample_writer *writer, const struct be_store *store,
                                     const struct be_run *run, struct be_error *error);
void be_sample_writer_finish(struct be_sample_writer *writer);

/* Within the caller's transaction. After an error nothing more can be put. */
enum be_status be_sample_writer_put(struct be_sample_writer *writer, const struct be_sample *sample,
                                    const struct be_buffer *transcript, struct be_error *error);

/* What the store holds of a transcript's bytes. */
uint64_t be_transcript_hash(const char *lines, size_t bytes);

/* Over all that is stored of a sample. transcript_hash: NULL when there is none. */
uint64_t be_sample_hash(const struct be_run *run, const struct be_sample *sample,
                        const uint64_t *transcript_hash);

#endif
