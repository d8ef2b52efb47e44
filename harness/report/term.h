/*
 * Tables of the screen that ends a run, beside that of speedups. Inside this folder only. Threads:
 * pure functions.
 */
#ifndef BE_REPORT_TERM_H
#define BE_REPORT_TERM_H

#include "core/buffer.h"
#include "report/view.h"

/*
 * Of a run whose tasks compute nothing (term_messages.c): round trips and throughput by transport
 * and payload, or the time of a task where there are no transports.
 */
void be_term_messages(const struct be_view *view, size_t width, struct be_buffer *out);

#endif
