/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The map of numbers, beside arrays. */
#include "hive/map.h"

#include "base/macros.h"
#include "test.h"

enum { KEYS = 64, STEPS = 20000 };

static uint32_t next(uint32_t *seed)
{
        *seed = *seed * 1664525u + 1013904223u;
        return *seed >> 8;
}

static void last_value_put_is_the_one(void **state)
{
        uint32_t there[KEYS + 1] = { 0 }, seed = 1;
        struct hive_map map = { NULL, 0, 0, 0 };
        size_t n = 0;

        for (unsigned i = 0; i < STEPS; i++) {
                uint32_t key = 1 + next(&seed) % KEYS, value = 1 + next(&seed) % 100;

                if (next(&seed) % 3) {
                        n += there[key] == 0;
                        assert_true(hive_map_put(&map, key, value));
                        there[key] = value;
                } else {
                        n -= there[key] != 0;
                        hive_map_remove(&map, key);
                        there[key] = 0;
                }
                for (uint32_t k = 1; k <= KEYS; k++)
                        assert_int_equal(hive_map_get(&map, k), there[k]);
                assert_int_equal(map.n, n);
        }
        assert_int_equal(hive_map_get(&map, 0), 0);
        hive_map_done(&map);
}

/* Each of eight keys with any of the values 1 to 64. */
static void a_key_may_have_many_values(void **state)
{
        bool there[8][KEYS + 1] = { { false } };
        struct hive_map map = { NULL, 0, 0, 0 };
        uint32_t seed = 2;

        for (unsigned i = 0; i < STEPS; i++) {
                uint32_t k = next(&seed) % 8, value = 1 + next(&seed) % KEYS, found;
                size_t at = 0;
                unsigned n = 0;

                if (there[k][value])
                        hive_map_remove_value(&map, k + 1, value);
                else
                        assert_true(hive_map_add(&map, k + 1, value));
                there[k][value] = !there[k][value];
                k = next(&seed) % 8;
                while ((found = hive_map_next(&map, k + 1, &at)) != 0) {
                        assert_true(there[k][found]);
                        n++;
                }
                for (value = 1; value <= KEYS; value++)
                        n -= there[k][value];
                assert_int_equal(n, 0);
        }
        hive_map_done(&map);
}

static void tallies_keep_the_order_of_first_sight(void **state)
{
        static const uint32_t numbers[] = { 7, 3, 7, 0xffffffff, 3, 7, 1 };
        static const struct hive_tally_entry wanted[] = { { 7, 3 }, { 3, 2 }, { 0xffffffff, 1 }, { 1, 1 } };
        struct hive_tally tally = { .v = NULL };

        for (size_t i = 0; i < OW_COUNT(numbers); i++)
                assert_true(hive_tally_add(&tally, numbers[i]));
        assert_int_equal(tally.n, OW_COUNT(wanted));
        assert_memory_equal(tally.v, wanted, sizeof wanted);
        hive_tally_done(&tally);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(last_value_put_is_the_one),
                cmocka_unit_test(a_key_may_have_many_values),
                cmocka_unit_test(tallies_keep_the_order_of_first_sight),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
