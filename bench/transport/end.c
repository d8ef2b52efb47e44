#include "transport/end.h"

enum be_status be_end_signal(struct be_end *end, enum be_frame_kind kind, struct be_error *error)
{
    if (!end->ops->prepare(end, 0)) {
        return be_error_set(error, BE_ENOMEM, "out of memory for a frame");
    }
    end->ops->put(end, &(struct be_frame){.kind = (uint16_t)kind});
    return end->ops->flush(end, error);
}

void be_end_close(struct be_end *end)
{
    if (end) {
        end->ops->close(end);
    }
}
