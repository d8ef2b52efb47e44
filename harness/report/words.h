/*
 * The sentences of a report, the same wherever it is read. Plain text: whoever prints them escapes
 * them. Inside this folder only. Threads: pure functions.
 */
#ifndef BE_REPORT_WORDS_H
#define BE_REPORT_WORDS_H

#include "core/buffer.h"
#include "report/view.h"

/* "s" after any count but 1. */
const char *be_words_plural(size_t count);

/* Whether what the plan varies about tasks is their length. */
bool be_words_has_scale(const struct be_view *view);

/*
 * Rounds begun: "10 rounds", "10 .. 40 rounds" where some blocks needed more, "7 of at most 12
 * rounds".
 */
void be_words_rounds(const struct be_view *view, struct be_buffer *out);

/* "10,000 tasks of 50.1 us", or "4 task lengths, 1 us .. 1 ms". */
void be_words_task(const struct be_view *view, struct be_buffer *out);

/*
 * "chunk 1, placement cores; processes: window 64": what all series share, then their own, as far
 * as the plan names it; with `before` in front of it if there is anything.
 */
void be_words_constants(const struct be_view *view, const char *before, struct be_buffer *out);

/*
 * The answer: one sentence; of a run whose tasks compute nothing two, of round trips and of
 * throughput.
 */
void be_words_answer(const struct be_view *view, struct be_buffer *out);

/*
 * Runs whose tasks compute nothing (words_messages.c): their answer, and the floors under round
 * trips with "unavailable: …" where they are not known; nothing where there are no transports.
 */
void be_words_messages(const struct be_view *view, struct be_buffer *out);
void be_words_floors(const struct be_view *view, struct be_buffer *out);

/* Whether they are, and all of a transport each. */
bool be_words_of_transports(const struct be_view *view);

/* "mqueue from 16 KiB on (…)": what is unavailable here and why; nothing where all is there. */
void be_words_unavailable(const struct be_view *view, struct be_buffer *out);

/* "907 samples clean, 5 suspect, 3 re-run, 0 dropped, 0 failed", how long it took, and why. */
void be_words_quality(const struct be_view *view, struct be_buffer *out);

/* "47 of 68 speedups within the 1 % wanted, widest ±2.4 % (…)"; nothing where there are none. */
void be_words_precision(const struct be_view *view, struct be_buffer *out);

/* "processes x2" or "processes x2, 10 us" where there are several tasks. */
void be_words_cell(const struct be_view *view, const struct be_view_cell *cell,
                   struct be_buffer *out);

/* Any configuration of the run, also one that is in no series. */
void be_words_configuration(const struct be_view *view, size_t configuration,
                            struct be_buffer *out);

/* "processes, chunk 1": a series with its chunk, where not all have the same. */
void be_words_series(const struct be_view *view, size_t series, struct be_buffer *out);

/* What whole tasks allow at the most workers, where that is less than them; else nothing. */
void be_words_bound(const struct be_view *view, struct be_buffer *out);

/*
 * "A worker process is ready after 302 us (fork), 5.31 ms (spawn, of which 4.10 ms to import)."
 * (words_start.c): each start method where it was measured first; nothing where none was.
 */
void be_words_start(const struct be_view *view, struct be_buffer *out);
bool be_words_starts_vary(const struct be_view *view);

/*
 * "Chunk auto chose 12 .. 4,731 tasks a message on average, 8,192 at most (processes)."
 * (words_chunk.c): over all tasks and workers of a series; nothing where no chunk was auto.
 */
void be_words_chunk(const struct be_view *view, struct be_buffer *out);

/*
 * "Losses a sample: processes x2: 10 workers replaced, known after 193 us, another ready after
 * 369 us; 12 tasks run again, 0 given up." (words_losses.c): each configuration that lost
 * any; nothing where none did.
 */
void be_words_losses(const struct be_view *view, struct be_buffer *out);

/*
 * What a configuration cost (words_cost.c). Core time a task that was lost, and how much of it on
 * messages; nothing when unknown.
 */
void be_words_overhead(const struct be_summary *summary, struct be_buffer *out);

/* "Where the missing 7.2 % of 4 cores' time went: …", or why that is not known. */
void be_words_missing(const struct be_summary *summary, struct be_buffer *out);

/* "92.8 % of 4 cores reached; lost: send and receive 4.2, …". The parts add up as printed. */
void be_words_verdict(const struct be_summary *summary, struct be_buffer *out);

/* "breaks even from 1.10 us a task; the dispatcher is full at 48 workers": a prediction. */
void be_words_prediction(const struct be_model *model, struct be_buffer *out);

/*
 * Where a curve reaches a level (words_grain.c): "1.10 us (1.00 .. 1.20), 3 crossings", "never up
 * to 1.00 ms", "always down to 50.0 ns", "-".
 */
void be_words_crossing(const struct be_crossing *crossing, struct be_buffer *out);

/* What that stands on, or why it is not known. */
void be_words_ground(const struct be_crossing *crossing, struct be_buffer *out);

/* What was fitted through a scaling series, or what to know about it (words_scaling.c). */
void be_words_fit(const struct be_scaling *scaling, struct be_buffer *out);

/*
 * Flags (words_flags.c). One line: which kinds were raised, and where; nothing when none was. A
 * flag that a missing interval already tells is left out.
 */
void be_words_flags(const struct be_view *view, struct be_buffer *out);

/* "trend", "two modes", …: what the flag says in a word or two. */
const char *be_words_flag_name(enum be_flag flag);

/* What a flag of a configuration saw, with its figures; nothing for those whose name says all. */
void be_words_flag(const struct be_summary *summary, enum be_flag flag, struct be_buffer *out);

/* Whether a counter's value is known; and the one of that name, or NULL. */
bool be_words_is_counted(const struct be_counter_summary *counter);
const struct be_counter_summary *be_words_counter_find(const struct be_summary *summary,
                                                       const char *name);

/* The value of a counter over a pass, or why there is none. */
void be_words_counter(const struct be_counter_summary *counter, struct be_buffer *out);

/* All counters over a pass, and why some are missing; nothing when none was asked for. */
void be_words_counters(const struct be_summary *summary, struct be_buffer *out);

/*
 * What counters come to (words_counted.c). Of one configuration beside its reference: "1.02
 * instructions per cycle; 3.90 GHz serial, 3.86 GHz with 4 workers"; nothing where no cycles are.
 */
void be_words_counted(const struct be_view *view, const struct be_view_cell *cell,
                      struct be_buffer *out);

/* Where the clock explains a loss with the most workers; nothing where it does not. */
void be_words_clock(const struct be_view *view, struct be_buffer *out);

/* What could not be counted, a sentence a reason; which counts are scaled, and from how much. */
void be_words_uncounted(const struct be_view *view, struct be_buffer *out);
bool be_words_asks_for_counters(const struct be_view *view); /* for some by name, that is */
void be_words_scaled(const struct be_view *view, struct be_buffer *out);

/* "Counting adds 0.31 % (-0.12 .. 0.71) to a pass of threads x2, 1 us."; nothing if not known. */
void be_words_counting_cost(const struct be_view *view, struct be_buffer *out);

#endif
