/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Many values of one key: each is found, in either case, whatever was edited between. */
#include "base/le.h"
#include "base/macros.h"
#include "hive-model.h"
#include "hive/hive.h"

enum { NAMES = 200, STEPS = 6000 };

static uint32_t next(uint32_t *seed)
{
        *seed = *seed * 1664525u + 1013904223u;
        return *seed >> 8;
}

/* Small and capital letters in turn; one in four beyond ASCII. */
static const char *name_of(uint32_t number, bool capital)
{
        static char text[32];
        const char *letter = number % 4 ? "" : capital ? "\xc3\x84" : "\xc3\xa4";

        (void)snprintf(text, sizeof text, capital ? "%sNAME%u" : "%sname%u", letter, number);
        return text;
}

/* What the list itself says, gone through one by one. */
static void require_values(ow_hive *h, ow_key key, const uint32_t *numbers, size_t n)
{
        uint32_t index = 0;
        ow_value value;
        size_t i = 0;

        while (ow_hive_next_value(h, key, &index, &value, NULL) > 0) {
                uint32_t type;
                ow_blob blob;

                assert_ok(ow_hive_read_value(h, value, &type, &blob, &err));
                assert_true(i < n);
                assert_int_equal(ow_le32_at(blob.p), numbers[i]);
                ow_blob_done(&blob);
                i++;
        }
        assert_int_equal(i, n);
}

static size_t place_of(const uint32_t *numbers, size_t n, uint32_t number)
{
        size_t i = 0;

        while (i < n && numbers[i] != number)
                i++;
        return i;
}

/* Sets, deletes and looks up; another key is now and then worked on as well, or one is renamed. */
static void values_are_found_in_any_order(void **state)
{
        uint32_t numbers[NAMES], seed = 1;
        ow_key key, other;
        size_t n = 0;
        ow_hive *h;

        assert_ok(ow_hive_new(5, "root", NULL, 0, &h, &err));
        assert_ok(ow_hive_create_key(h, ow_hive_root(h), "k", &key, NULL, &err));
        assert_ok(ow_hive_create_key(h, ow_hive_root(h), "other", &other, NULL, &err));
        for (unsigned i = 0; i < STEPS; i++) {
                uint32_t number = next(&seed) % NAMES, what = next(&seed) % 32;
                const char *name = name_of(number, what & 1);
                ow_le32 data = ow_le32_of(number);
                size_t at = place_of(numbers, n, number);
                ow_value value;

                if (what < 12) {
                        assert_ok(ow_hive_set_value(h, key, name, OW_REG_DWORD, &data, sizeof data, &err));
                        if (at == n)
                                numbers[n++] = number;
                } else if (what < 20) {
                        assert_int_equal(ow_hive_delete_value(h, key, name, NULL), at < n);
                        if (at < n)
                                memmove(numbers + at, numbers + at + 1, (--n - at) * sizeof *numbers);
                } else if (what < 30) {
                        assert_int_equal(ow_hive_find_value(h, key, name, &value, NULL), at < n);
                } else if (what == 30) {
                        assert_ok(ow_hive_set_value(h, other, name, OW_REG_DWORD, &data, sizeof data, &err));
                } else {
                        assert_ok(ow_hive_rename_key(h, key, i % 2 ? "k" : "a longer name than before", &key, &err));
                }
                if (i % 50 == 0)
                        require_values(h, key, numbers, n);
        }
        require_values(h, key, numbers, n);
        assert_int_equal(check_hive(h).faults + check_hive(h).lost_cells, 0);
        ow_hive_close(h);
}

/* A key in the place of a deleted one, with as many values, has none of the old ones. */
static void a_new_key_has_only_its_own_values(void **state)
{
        ow_value value;
        ow_hive *h;
        ow_key key;

        assert_ok(ow_hive_new(5, "root", NULL, 0, &h, &err));
        for (uint32_t round = 0; round < 4; round++) {
                assert_ok(ow_hive_create_key(h, ow_hive_root(h), "k", &key, NULL, &err));
                for (uint32_t i = 0; i < 40; i++) {
                        const char *name = name_of(100 * round + i, false);

                        assert_int_equal(ow_hive_find_value(h, key, name, &value, NULL), 0);
                        assert_ok(ow_hive_set_value(h, key, name, OW_REG_DWORD, "1234", 4, &err));
                        assert_int_equal(ow_hive_find_value(h, key, name, &value, NULL), 1);
                }
                assert_int_equal(ow_hive_find_value(h, key, name_of(100 * round - 100, false), &value, NULL), 0);
                assert_ok(ow_hive_delete_key(h, key, &err));
        }
        ow_hive_close(h);
}

/* Of two values with one name the first counts; when it goes, the other one comes to light, as in a short list. */
static void of_two_values_with_one_name_the_first_counts(void **state)
{
        struct hive_value twin;
        ow_value first, second, value;
        uint8_t *letter;
        ow_hive *h;
        ow_key key;

        assert_ok(ow_hive_new(5, "root", NULL, 0, &h, &err));
        assert_ok(ow_hive_create_key(h, ow_hive_root(h), "k", &key, NULL, &err));
        for (uint32_t i = 0; i < 40; i++) {
                char name[] = { 'n', (char)('0' + i), '\0' };

                assert_ok(ow_hive_set_value(h, key, name, OW_REG_DWORD, "1234", 4, &err));
        }
        assert_int_equal(ow_hive_find_value(h, key, "n5", &first, NULL), 1);
        assert_int_equal(ow_hive_find_value(h, key, "n9", &second, NULL), 1);
        assert_ok(hive_value_decode(h, second.cell, &twin, &err));
        letter = h->image.bytes + (twin.name.p - h->image.bytes);
        letter[1] = '5';
        hive_find_forget(h);
        for (unsigned i = 0; i < 3; i++) {
                assert_int_equal(ow_hive_find_value(h, key, "N5", &value, NULL), 1);
                assert_int_equal(value.cell, first.cell);
                assert_int_equal(ow_hive_find_value(h, key, "n9", &value, NULL), 0);
        }
        assert_int_equal(check_hive(h).faults, 1);
        assert_int_equal(ow_hive_delete_value(h, key, "n5", NULL), 1);
        assert_int_equal(ow_hive_find_value(h, key, "n5", &value, NULL), 1);
        assert_int_equal(value.cell, second.cell);
        assert_int_equal(ow_hive_delete_value(h, key, "n5", NULL), 1);
        assert_int_equal(ow_hive_find_value(h, key, "n5", &value, NULL), 0);
        assert_int_equal(check_hive(h).faults, 0);
        ow_hive_close(h);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(values_are_found_in_any_order),
                cmocka_unit_test(a_new_key_has_only_its_own_values),
                cmocka_unit_test(of_two_values_with_one_name_the_first_counts),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
