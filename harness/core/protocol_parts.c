#include "core/protocol_parts.h"

enum be_status be_counts_parse(const json_t *object, const struct be_count_member *members,
                               struct be_error *error)
{
    enum be_status status = BE_OK;

    for (; status == BE_OK && members->key; members++) {
        status = be_json_get_count(object, members->key, members->value, error);
    }
    return status;
}

enum be_status be_counts_parse_said(const json_t *object, const struct be_count_member *members,
                                    struct be_error *error)
{
    enum be_status status = BE_OK;

    for (; status == BE_OK && members->key; members++) {
        if (json_object_get(object, members->key)) {
            status = be_json_get_count(object, members->key, members->value, error);
        }
    }
    return status;
}

enum be_status be_object_get_said(const json_t *object, const char *key, const json_t **member,
                                  struct be_error *error)
{
    *member = NULL;
    return json_object_get(object, key) ? be_json_get_object(object, key, member, error) : BE_OK;
}
