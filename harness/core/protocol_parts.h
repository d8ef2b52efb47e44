/*
 * Parts of reading what a runner answers. Errors: BE_EPROTOCOL naming the key.
 */
#ifndef BE_CORE_PROTOCOL_PARTS_H
#define BE_CORE_PROTOCOL_PARTS_H

#include "core/protocol.h"

/* Named numbers of an object; a list of them ends at a NULL key. */
struct be_count_member {
    const char *key;
    uint64_t *value;
};

enum be_status be_counts_parse(const json_t *object, const struct be_count_member *members,
                               struct be_error *error);

/* Numbers that a runner may leave unsaid, which leaves them as they are. */
enum be_status be_counts_parse_said(const json_t *object, const struct be_count_member *members,
                                    struct be_error *error);

/* An object that may be left unsaid: NULL then. */
enum be_status be_object_get_said(const json_t *object, const char *key, const json_t **member,
                                  struct be_error *error);

/* The line `done`. record->complete is set where it is a good one. */
enum be_status be_done_parse(const json_t *object, struct be_sample_record *record,
                             struct be_error *error);

#endif
