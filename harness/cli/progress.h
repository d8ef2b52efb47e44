/*
 * The progress of a sweep on stderr: on a terminal two lines that are redrawn, else one plain line
 * each 10 s. Called between samples only. Threads: main thread.
 */
#ifndef BE_CLI_PROGRESS_H
#define BE_CLI_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "measure/sweep.h"

struct be_progress {
    bool quiet;              /* nothing is shown */
    bool terminal;           /* stderr is one */
    size_t lines;            /* drawn on the terminal and to be drawn over */
    uint64_t drawn_ns;       /* when the last one was */
    char answer[256];        /* "so far" */
    size_t answered_samples; /* that it comes from */
    size_t done;             /* of `total` samples, as last told */
    size_t total;
};

void be_progress_init(struct be_progress *progress, bool quiet);

/* For be_sweep.progress; context is a struct be_progress. */
void be_progress_show(void *context, const struct be_sweep_progress *sweep);

/* Wipes what is drawn, so that the result stands alone. */
void be_progress_end(struct be_progress *progress);

#endif
