/* Workers that were lost and replaced. */
#include "core/units.h"
#include "report/words.h"

static void count_put(const struct be_estimate *count, const char *what, struct be_buffer *out)
{
    char text[BE_UNITS_TEXT_BYTES];

    be_buffer_printf(out, "%s %s", be_units_format_count(text, (uint64_t)(count->median + .5)),
                     what);
}

static void time_put(const struct be_estimate *time_ns, const char *what, struct be_buffer *out)
{
    char text[BE_UNITS_TEXT_BYTES];

    if (time_ns->known) {
        be_buffer_printf(out, ", %s after %s", what,
                         be_units_format_duration(text, time_ns->median));
    }
}

static bool has_losses(const struct be_estimate *values)
{
    return values[BE_VALUE_workers_replaced].known &&
           (values[BE_VALUE_workers_replaced].median >= .5 ||
            values[BE_VALUE_tasks_given_up].median >= .5);
}

void be_words_losses(const struct be_view *view, struct be_buffer *out)
{
    size_t told = 0;

    for (size_t i = 0; i < view->summaries->count; i++) {
        const struct be_summary *summary = &view->summaries->items[i];
        const struct be_estimate *values = summary->values;
        if (summary->configuration->role != BE_ROLE_MEASURED || !has_losses(values)) {
            continue;
        }
        be_buffer_puts(out, told++ > 0 ? ". " : "Losses a sample: ");
        be_words_configuration(view, i, out);
        be_buffer_puts(out, ": ");
        count_put(&values[BE_VALUE_workers_replaced], "workers replaced", out);
        time_put(&values[BE_VALUE_loss_detection_p50_ns], "known", out);
        time_put(&values[BE_VALUE_worker_replacement_p50_ns], "another ready", out);
        be_buffer_puts(out, "; ");
        count_put(&values[BE_VALUE_tasks_rerun], "tasks run again", out);
        be_buffer_puts(out, ", ");
        count_put(&values[BE_VALUE_tasks_given_up], "given up", out);
    }
    if (told > 0) {
        be_buffer_puts(out, ".");
    }
}
