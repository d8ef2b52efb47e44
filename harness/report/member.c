#include "report/member.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

json_t *be_member_object(const struct be_member *members, size_t count)
{
    json_t *object = json_object();
    bool failed = false;

    for (size_t i = 0; i < count; i++) {
        failed = json_object_set_new(object, members[i].key, members[i].value) != 0 || failed;
    }
    if (failed) {
        json_decref(object);
        return NULL;
    }
    return object;
}

json_t *be_member_append(json_t *array, json_t *value)
{
    if (json_array_append_new(array, value) != 0) {
        json_decref(array);
        return NULL;
    }
    return array;
}

json_t *be_member_text(const char *text)
{
    if (!text) {
        return json_null();
    }
    json_t *value = json_string(text);
    if (value) {
        return value;
    }
    char *ascii = strdup(text);
    if (!ascii) {
        return NULL;
    }
    for (char *c = ascii; *c; c++) {
        if ((unsigned char)*c > 127) {
            *c = '?';
        }
    }
    value = json_string(ascii);
    free(ascii);
    return value;
}

json_t *be_member_median(const struct be_estimate *estimate)
{
    return be_json_real(estimate->known ? estimate->median : NAN);
}

json_t *be_member_estimate(const struct be_estimate *estimate)
{
    bool bounded = estimate->known && estimate->bounded;
    const struct be_member members[] = {
        {"median", be_member_median(estimate)},
        {"low", be_json_real(bounded ? estimate->low : NAN)},
        {"high", be_json_real(bounded ? estimate->high : NAN)},
    };
    return be_member_object(members, BE_MEMBERS(members));
}
