/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values as .reg text: the spelling that regedit uses, and that nothing is lost on the way there and back. */
#include "test.h"

#include <offwin/reg.h>

#include "base/alloc.h"
#include "base/utf16.h"

static void each_value_is_spelled_as_regedit_does(void **state)
{
        static const struct {
                const char *name;
                uint32_t type;
                const char *data;
                size_t size;
                const char *want;
        } all[] = {
                { "", OW_REG_SZ, "x\0\0", 4, "@=\"x\"" },
                { "a\\b\"c", OW_REG_SZ, "\\\0\"\0\0", 6, "\"a\\\\b\\\"c\"=\"\\\\\\\"\"" },
                { "a", OW_REG_SZ, "\xac\x20\0", 4, "\"a\"=\"\xe2\x82\xac\"" },
                { "a", OW_REG_SZ, "\0", 2, "\"a\"=\"\"" },
                { "a", OW_REG_SZ, "", 0, "\"a\"=hex(1):" },
                { "a", OW_REG_SZ, "x", 2, "\"a\"=hex(1):78,00" },                      /* no NUL */
                { "a", OW_REG_SZ, "x\0\0", 3, "\"a\"=hex(1):78,00,00" },               /* odd */
                { "a", OW_REG_SZ, "x\0\0\0\0", 6, "\"a\"=hex(1):78,00,00,00,00,00" },  /* two NULs */
                { "a", OW_REG_SZ, "\n\0\0", 4, "\"a\"=hex(1):0a,00,00,00" },
                { "a", OW_REG_SZ, "\0\xd8\0", 4, "\"a\"=hex(1):00,d8,00,00" },         /* lone high surrogate */
                { "a", OW_REG_SZ, "\0\xdc\0", 4, "\"a\"=hex(1):00,dc,00,00" },         /* lone low surrogate */
                { "a", OW_REG_SZ, "\x3d\xd8\x00\xde\0", 6, "\"a\"=\"\xf0\x9f\x98\x80\"" },
                { "a", OW_REG_DWORD, "\xef\xbe\xad\xde", 4, "\"a\"=dword:deadbeef" },
                { "a", OW_REG_DWORD, "\1", 1, "\"a\"=hex(4):01" },
                { "a", OW_REG_BINARY, "", 0, "\"a\"=hex:" },
                { "a", OW_REG_BINARY, "\0\xff", 2, "\"a\"=hex:00,ff" },
                { "a", OW_REG_EXPAND_SZ, "%\0\0", 4, "\"a\"=hex(2):25,00,00,00" },
                { "a", OW_REG_QWORD, "\1\0\0\0\0\0\0", 8, "\"a\"=hex(b):01,00,00,00,00,00,00,00" },
                { "a", 0xffff0012, "\1", 1, "\"a\"=hex(ffff0012):01" },
        };

        for (size_t i = 0; i < OW_COUNT(all); i++) {
                OW_AUTO_FREE char *text = NULL;

                assert_ok(ow_reg_format_value(all[i].name, all[i].type, all[i].data, all[i].size, true, &text, &err));
                assert_string_equal(text, all[i].want);
        }
}

/* The time zone value of every Windows shows where regedit breaks: 23 bytes, then 25 on each line. */
static void hex_data_is_broken_where_regedit_breaks_it(void **state)
{
        OW_AUTO_FREE char *wrapped = NULL;
        OW_AUTO_FREE char *flat = NULL;
        OW_AUTO_FREE char *edge = NULL;
        uint8_t data[80] = { 0 };

        assert_ok(ow_reg_format_value("TZI", OW_REG_BINARY, data, 23 + 25 + 2, true, &wrapped, &err));
        assert_string_equal(wrapped, "\"TZI\"=hex:"
                            "00,00,00,00,00,00,00,00,00,00,00,00,00,00,00,00,00,00,00,00,00,00,00,\\"
                            "\r\n  00,00,00,00,00,00,00,00,00,00,00,00,00,00,00,00,00,00,00,00,00,00,00,00,00,\\"
                            "\r\n  00,00");
        assert_ok(ow_reg_format_value("TZI", OW_REG_BINARY, data, 23, true, &edge, &err));
        assert_null(strchr(edge, '\\'));
        assert_ok(ow_reg_format_value("TZI", OW_REG_BINARY, data, sizeof data, false, &flat, &err));
        assert_null(strchr(flat, '\r'));
        assert_int_equal(strlen(flat), 10 + 3 * sizeof data - 1);
}

/* ---- random values, there and back ---- */

static uint32_t next(uint32_t *seed)
{
        *seed = *seed * 1664525 + 1013904223;
        return *seed >> 8;
}

/* Strings that like quotes, backslashes, line breaks, NULs and surrogates; now and then an odd size. */
static size_t random_data(uint32_t *seed, uint8_t *data, size_t max)
{
        static const uint16_t units[] = { 'a', '"', '\\', '\n', '\r', 0, 0xd800, 0xdc00, 0xe9, 0x20ac, ';', ' ',
                                          0x2028 };
        size_t size = next(seed) % (next(seed) % 8 ? 12 : max);
        bool text = next(seed) % 2;

        for (size_t i = 0; i < size; i++) {
                uint16_t unit = units[next(seed) % (next(seed) % 2 ? OW_COUNT(units) : 3)];

                data[i] = text ? (uint8_t)(unit & 0xff) : (uint8_t)next(seed);
                if (text && i + 1 < size)
                        data[++i] = (uint8_t)(unit >> 8);
        }
        if (text && size >= 2 && next(seed) % 4)
                data[(size & ~(size_t)1) - 1] = data[(size & ~(size_t)1) - 2] = 0;
        return size;
}

static void random_name(uint32_t *seed, char name[64])
{
        static const char *const parts[] = { "a", "\"", "\\", "\xc3\xa9", "\xed\xa0\x80", "\xf0\x9f\x98\x80", "=",
                                             "]", ";", "\r\n", " " };

        name[0] = '\0';
        for (uint32_t n = next(seed) % 8; n > 0; n--)
                strcat(name, parts[next(seed) % OW_COUNT(parts)]);
}

static void check_back(const char *text, size_t size, const char *name, uint32_t type, const uint8_t *data, size_t n)
{
        ow_reg_document doc;

        assert_ok(ow_reg_parse(text, size, OW_REG_NO_HEADER, &doc, &err));
        assert_int_equal(doc.n_keys, 1);
        assert_int_equal(doc.keys[0].n_values, 1);
        assert_string_equal(doc.keys[0].values[0].name, name);
        assert_int_equal(doc.keys[0].values[0].type, type);
        assert_int_equal(doc.keys[0].values[0].data.size, n);
        if (n)
                assert_memory_equal(doc.keys[0].values[0].data.p, data, n);
        ow_reg_document_done(&doc);
}

static void random_values_survive_a_round_trip(void **state)
{
        uint32_t seed = 20090714;
        uint8_t data[700];
        char name[64];

        for (unsigned i = 0; i < 20000; i++) {
                uint32_t type = next(&seed) % 16 ? next(&seed) % 13 : next(&seed) << 8;
                size_t size = random_data(&seed, data, sizeof data);
                OW_AUTO_FREE char *line = NULL;
                OW_AUTO_FREE char *text = NULL;
                OW_AUTO_BUFFER wide = OW_BUFFER_INIT;

                random_name(&seed, name);
                assert_ok(ow_reg_format_value(name, type, data, size, next(&seed) % 2, &line, &err));
                text = ow_asprintf("[K]\r\n%s\r\n", line);
                check_back(text, strlen(text), name, type, data, size);
                assert_ok(ow_utf8_to_utf16(text, strlen(text), &wide, &err));
                check_back((char *)wide.p, wide.len, name, type, data, size);
        }
}

static void a_failed_allocation_is_reported(void **state)
{
        for (size_t n = 1;; n++) {
                ow_error err = OW_ERROR_INIT;
                char *text = NULL;
                int r;

                ow_alloc_fail_from(n);
                r = ow_reg_format_value("a", OW_REG_SZ, "\xe9\0\0", 4, true, &text, &err);
                ow_alloc_fail_from(0);
                if (r == 0) {
                        ow_text_free(text);
                        break;
                }
                assert_int_equal(r, OW_E_NOMEM);
                assert_null(text);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_value_is_spelled_as_regedit_does),
                cmocka_unit_test(hex_data_is_broken_where_regedit_breaks_it),
                cmocka_unit_test(random_values_survive_a_round_trip),
                cmocka_unit_test(a_failed_allocation_is_reported),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
