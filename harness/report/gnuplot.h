/*
 * gnuplot: the one place that runs it. Inside this folder only. Threads: safe, but it forks.
 */
#ifndef BE_REPORT_GNUPLOT_H
#define BE_REPORT_GNUPLOT_H

#include "core/buffer.h"
#include "core/status.h"

/*
 * Runs `gnuplot --default-settings [-e command] script` inside folder, without a shell, for at most
 * 60 s, and appends what it prints. command may be NULL.
 *
 * Errors: BE_EUNAVAILABLE when there is no gnuplot, BE_ETIMEOUT, BE_ESYSTEM, BE_EINPUT with what
 * gnuplot said when it failed.
 */
enum be_status be_gnuplot_run(const char *folder, const char *command, const char *script,
                              struct be_buffer *printed, struct be_error *error);

#endif
