/* Known answers of the hash and of the random numbers, from their authors' sources. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/hash.h"
#include "core/rng.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void fnv_1a_vectors(void **state)
{
    static const struct {
        const char *text;
        uint64_t hash;
    } vectors[] = {
        {"", UINT64_C(0xcbf29ce484222325)},
        {"a", UINT64_C(0xaf63dc4c8601ec8c)},
        {"foobar", UINT64_C(0x85944171f73967e8)},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(vectors); i++) {
        assert_int_equal(be_hash_string(BE_HASH_SEED, vectors[i].text), vectors[i].hash);
    }
    uint64_t parts = be_hash_string(be_hash_string(BE_HASH_SEED, "foo"), "bar");
    assert_int_equal(parts, UINT64_C(0x85944171f73967e8));
    assert_int_equal(be_hash_bytes(BE_HASH_SEED, "foobar!", 6), parts);
}

static void xoshiro_vectors_from_a_state(void **state)
{
    static const uint64_t expected[] = {
        UINT64_C(11520),
        UINT64_C(0),
        UINT64_C(1509978240),
        UINT64_C(1215971899390074240),
        UINT64_C(1216172134540287360),
        UINT64_C(607988272756665600),
        UINT64_C(16172922978634559625),
        UINT64_C(8476171486693032832),
        UINT64_C(10595114339597558777),
        UINT64_C(2904607092377533576),
    };
    struct be_rng rng = {{1, 2, 3, 4}};
    (void)state;

    for (size_t i = 0; i < COUNT(expected); i++) {
        assert_int_equal(be_rng_next(&rng), expected[i]);
    }
}

static void splitmix_seeds_the_state(void **state)
{
    static const struct {
        uint64_t seed;
        uint64_t state[4];
        uint64_t first[3];
    } vectors[] = {
        {0,
         {UINT64_C(0xe220a8397b1dcdaf), UINT64_C(0x6e789e6aa1b965f4), UINT64_C(0x06c45d188009454f),
          UINT64_C(0xf88bb8a8724c81ec)},
         {UINT64_C(0x99ec5f36cb75f2b4), UINT64_C(0xbf6e1f784956452a),
          UINT64_C(0x1a5f849d4933e6e0)}},
        {1,
         {UINT64_C(0x910a2dec89025cc1), UINT64_C(0xbeeb8da1658eec67), UINT64_C(0xf893a2eefb32555e),
          UINT64_C(0x71c18690ee42c90b)},
         {UINT64_C(0xb3f2af6d0fc710c5), UINT64_C(0x853b559647364cea),
          UINT64_C(0x92f89756082a4514)}},
    };
    struct be_rng rng;
    (void)state;

    for (size_t i = 0; i < COUNT(vectors); i++) {
        be_rng_init(&rng, vectors[i].seed);
        assert_memory_equal(rng.s, vectors[i].state, sizeof(rng.s));
        for (size_t j = 0; j < COUNT(vectors[i].first); j++) {
            assert_int_equal(be_rng_next(&rng), vectors[i].first[j]);
        }
    }
}

/* 60,000 throws: a count further than 500 from 10,000 is more than 5 sigma off; the seed is fixed.
 */
static void numbers_below_a_bound_are_uniform(void **state)
{
    int counts[6] = {0};
    struct be_rng rng;
    (void)state;

    be_rng_init(&rng, 7);
    for (int i = 0; i < 60000; i++) {
        uint64_t face = be_rng_below(&rng, 6);
        assert_in_range(face, 0, 5);
        counts[face]++;
    }
    for (int i = 0; i < 6; i++) {
        assert_in_range(counts[i], 9500, 10500);
    }
    for (int i = 0; i < 100; i++) {
        assert_int_equal(be_rng_below(&rng, 1), 0);
    }
}

static void unit_numbers_stay_below_one(void **state)
{
    struct be_rng rng;
    int low = 0;
    (void)state;

    be_rng_init(&rng, 7);
    for (int i = 0; i < 10000; i++) {
        double unit = be_rng_unit(&rng);
        assert_true(unit >= 0 && unit < 1);
        low += unit < 0.5;
    }
    assert_in_range(low, 4750, 5250);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fnv_1a_vectors),
        cmocka_unit_test(xoshiro_vectors_from_a_state),
        cmocka_unit_test(splitmix_seeds_the_state),
        cmocka_unit_test(numbers_below_a_bound_are_uniform),
        cmocka_unit_test(unit_numbers_stay_below_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
