/*
 * The sentences of a report, the same wherever it is read. Plain text: whoever prints them escapes
 * them. Inside this folder only. Threads: pure functions.
 */
#ifndef BE_REPORT_WORDS_H
#define BE_REPORT_WORDS_H

#include "core/buffer.h"
#include "report/view.h"

/* "10 rounds", or "7 of 10 rounds" when the time budget or a signal ended it: rounds begun. */
void be_words_rounds(const struct be_view *view, struct be_buffer *out);

/* "10,000 tasks of 50.1 us", or "4 task lengths, 1 us .. 1 ms". */
void be_words_task(const struct be_view *view, struct be_buffer *out);

/* "chunk 1, placement cores; processes: window 64": what all series share, then their own. */
void be_words_constants(const struct be_view *view, struct be_buffer *out);

/* The answer: one sentence. */
void be_words_answer(const struct be_view *view, struct be_buffer *out);

/* "907 samples clean, 5 suspect, 3 re-run, 0 dropped, 0 failed" and how long it took. */
void be_words_quality(const struct be_view *view, struct be_buffer *out);

/* How wide the intervals of the speedups are; nothing where there are none. */
void be_words_precision(const struct be_view *view, struct be_buffer *out);

/* "processes x2" or "processes x2, 10 us" where there are several tasks. */
void be_words_cell(const struct be_view *view, const struct be_view_cell *cell,
                   struct be_buffer *out);

/* What whole tasks allow at the most workers, where that is less than them; else nothing. */
void be_words_bound(const struct be_view *view, struct be_buffer *out);

/* Core time a task that was lost, and how much of it on messages; nothing when unknown. */
void be_words_overhead(const struct be_summary *summary, struct be_buffer *out);

/* The value of a counter over a pass, or why there is none. */
void be_words_counter(const struct be_counter_summary *counter, struct be_buffer *out);

/* All counters over a pass, and why some are missing; nothing when none was asked for. */
void be_words_counters(const struct be_summary *summary, struct be_buffer *out);

#endif
