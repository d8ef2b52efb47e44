#include "transport/end.h"

enum be_status be_end_signal(struct be_end *end, enum be_frame_kind kind, struct be_error *error)
{
    struct be_frame *frame = end->ops->prepare(end, 0);

    if (!frame) {
        return be_error_set(error, BE_ENOMEM, "out of memory for a frame");
    }
    *frame = (struct be_frame){.kind = (uint16_t)kind};
    end->ops->put(end);
    return end->ops->flush(end, error);
}

void be_end_close(struct be_end *end)
{
    if (end) {
        end->ops->close(end);
    }
}
