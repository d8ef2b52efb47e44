/* Every codec: numbers become bytes and the same numbers again, and nothing else is taken for them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec/codec.h"
#include "core/rng.h"

enum { MANY = 5000 };

/* Of every size, from 0 to the largest there is. */
static void numbers_draw(uint64_t seed, size_t count, uint64_t *numbers)
{
    struct be_rng rng;

    be_rng_init(&rng, seed);
    for (size_t i = 0; i < count; i++) {
        uint64_t number = be_rng_next(&rng);
        numbers[i] = i % 5 == 0 ? UINT64_MAX : number >> (i % 64);
    }
}

/* In memory of just the size that the codec asks for, so that a sanitizer sees what is beyond. */
static void expect_round_trip(const struct be_codec_ops *codec, size_t count)
{
    uint64_t *numbers = calloc(count + 1, sizeof(uint64_t));
    uint64_t *scratch = calloc(count + 1, sizeof(uint64_t));
    size_t room = be_codec_room(codec, count);
    void *payload = malloc(room);

    numbers_draw(count, count, numbers);
    size_t bytes = be_codec_pack(codec, numbers, count, payload);
    assert_in_range(bytes, 1, room);
    assert_int_equal(bytes % 8, 0);
    const uint64_t *back = be_codec_unpack(codec, payload, bytes, count, scratch);
    assert_non_null(back);
    assert_memory_equal(back, numbers, count * sizeof(uint64_t));
    free(payload);
    free(scratch);
    free(numbers);
}

static void numbers_survive(void **state)
{
    const size_t counts[] = {1, 2, 3, 15, 16, 1000, MANY};

    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        expect_round_trip(*state, counts[i]);
    }
}

static void another_count_is_refused(void **state)
{
    const struct be_codec_ops *codec = *state;
    uint64_t numbers[8];
    uint64_t scratch[16];
    char payload[1024];

    numbers_draw(1, 8, numbers);
    size_t bytes = be_codec_pack(codec, numbers, 8, payload);
    assert_null(be_codec_unpack(codec, payload, bytes, 7, scratch));
    assert_null(be_codec_unpack(codec, payload, bytes, 9, scratch));
    assert_null(be_codec_unpack(codec, payload, 0, 8, scratch));
}

/* Every truncation is refused, or the same numbers; a thousand random changes are survived. */
static void damage_does_no_harm(void **state)
{
    enum { COUNT = 8, CHANGES = 1000 };
    const struct be_codec_ops *codec = *state;
    uint64_t numbers[COUNT];
    uint64_t scratch[COUNT];
    struct be_rng rng;

    numbers_draw(2, COUNT, numbers);
    be_rng_init(&rng, 3);
    for (size_t i = 0; i < CHANGES; i++) {
        unsigned char *payload = malloc(be_codec_room(codec, COUNT));
        size_t bytes = be_codec_pack(codec, numbers, COUNT, payload);
        if (i < bytes) {
            unsigned char *cut = memcpy(malloc(i + 1), payload, i);
            const uint64_t *back = be_codec_unpack(codec, cut, i, COUNT, scratch);
            if (back) { /* no more than blanks were cut off */
                assert_memory_equal(back, numbers, sizeof(numbers));
            }
            free(cut);
        }
        payload[be_rng_below(&rng, bytes)] = (unsigned char)be_rng_next(&rng);
        (void)be_codec_unpack(codec, payload, bytes, COUNT, scratch);
        free(payload);
    }
}

static void what_is_no_list_of_numbers_is_refused(void **state)
{
    static const struct {
        const char *codec;
        const char *payload;
    } cases[] = {
        {"json", "[1,-2]  "},
        {"json", "[1,2.5] "},
        {"json", "[1,null]"},
        {"json", "{\"a\":1} "},
        {"json", "[1,2] x "},
        {"json", "[1,\"a\"]"},
        {"msgpack", "\x92\x01\xff\x20\x20\x20\x20\x20"}, /* -1 */
        {"msgpack", "\x92\x01\xc0\x20\x20\x20\x20\x20"}, /* nil */
        {"msgpack", "\x01\x02\x20\x20\x20\x20\x20\x20"}, /* no array */
        {"msgpack", "\xdc\xff\xff\x20\x20\x20\x20\x20"}, /* a longer one */
    };
    uint64_t scratch[2];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_null(
            be_codec_unpack(be_codec_find(cases[i].codec), cases[i].payload, 8, 2, scratch));
    }
}

int main(void)
{
    int failed = 0;

    for (size_t i = 0; be_codec_table[i]; i++) {
        void *codec = (void *)be_codec_table[i];
        const struct CMUnitTest tests[] = {
            cmocka_unit_test_prestate(numbers_survive, codec),
            cmocka_unit_test_prestate(another_count_is_refused, codec),
            cmocka_unit_test_prestate(damage_does_no_harm, codec),
        };
        failed += cmocka_run_group_tests_name(be_codec_table[i]->row.name, tests, NULL, NULL);
    }
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_no_list_of_numbers_is_refused)};
    return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
