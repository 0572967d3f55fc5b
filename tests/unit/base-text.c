/* SPDX-License-Identifier: GPL-2.0-or-later */
/* UTF-16, GUID, FILETIME and name order. */
#include "test.h"

#include "base/alloc.h"
#include "base/filetime.h"
#include "base/guid.h"
#include "base/le.h"
#include "base/upcase.h"
#include "base/utf16.h"

static void utf16_round_trip(const uint8_t *bytes, size_t size, const char *want)
{
        OW_AUTO_BUFFER text = OW_BUFFER_INIT;
        OW_AUTO_BUFFER back = OW_BUFFER_INIT;

        ow_utf16_to_utf8((ow_view){ bytes, size }, &text);
        assert_int_equal(text.len, strlen(want));
        assert_memory_equal(text.p, want, text.len);
        assert_ok(ow_utf8_to_utf16((const char *)text.p, text.len, &back, &err));
        assert_int_equal(back.len, size);
        assert_memory_equal(back.p, bytes, size);
}

static void utf16_survives_a_round_trip(void **state)
{
        utf16_round_trip((const uint8_t *)"A\0\xe9\0\xac\x20", 6, "A\xc3\xa9\xe2\x82\xac");
        utf16_round_trip((const uint8_t *)"\x3d\xd8\x00\xde", 4, "\xf0\x9f\x98\x80");
        utf16_round_trip((const uint8_t *)"\x3d\xd8" "A\0", 4, "\xed\xa0\xbd" "A");      /* lone high */
        utf16_round_trip((const uint8_t *)"\x00\xde", 2, "\xed\xb8\x80");                /* lone low */
}

static void malformed_utf8_is_refused_at_its_byte(void **state)
{
        static const struct { const char *text; size_t size, at; } bad[] = {
                { "a\xff", 2, 1 }, { "\xc3", 1, 0 }, { "\xc0\x81", 2, 0 }, { "\xe0\x80\x80", 3, 0 },
                { "\xf5\x80\x80\x80", 4, 0 }, { "ab\xe2\x82", 4, 2 }, { "\x80", 1, 0 },
        };

        for (size_t i = 0; i < OW_COUNT(bad); i++) {
                OW_AUTO_BUFFER out = OW_BUFFER_INIT;
                ow_error err = OW_ERROR_INIT;

                assert_int_equal(ow_utf8_to_utf16(bad[i].text, bad[i].size, &out, &err), OW_E_INVAL);
                assert_int_equal(err.where, bad[i].at);
        }
}

static void the_nul_of_a_name_is_two_bytes(void **state)
{
        OW_AUTO_BUFFER out = OW_BUFFER_INIT;

        assert_ok(ow_utf8_to_utf16("a" OW_UTF8_NUL, 3, &out, &err));
        assert_true(ow_view_equal(ow_buffer_view(&out), (ow_view){ (const uint8_t *)"a\0\0\0", 4 }));
}

static void a_part_of_nothing_is_nothing(void **state)
{
        ow_view part = { (const uint8_t *)"x", 1 };

        assert_true(ow_view_from((ow_view){ NULL, 0 }, 0, &part));
        assert_null(part.p);
        assert_int_equal(part.len, 0);
}

static void text_loses_its_final_nul_only(void **state)
{
        OW_AUTO_FREE char *text = ow_utf16_text((ow_view){ (const uint8_t *)"C\0:\0\0\0\0\0", 8 });
        OW_AUTO_FREE char *odd = ow_utf16_text((ow_view){ (const uint8_t *)"C\0:", 3 });

        assert_string_equal(text, "C:");
        assert_string_equal(odd, "C");
}

static void guid_is_mixed_endian(void **state)
{
        static const uint8_t disk[16] = { 0x62, 0x86, 0xea, 0x9d, 0xdd, 0x5c, 0x70, 0x4e,
                                          0xac, 0xc1, 0xf3, 0x2b, 0x34, 0x4d, 0x47, 0x95 };
        char text[OW_GUID_TEXT];
        ow_guid guid;

        assert_true(ow_guid_parse("{9DEA8662-5cdd-4e70-acc1-f32b344d4795}", &guid));
        assert_memory_equal(guid.b, disk, 16);
        assert_true(ow_guid_parse("9dea8662-5cdd-4e70-acc1-f32b344d4795", &guid));
        ow_guid_format(&guid, text);
        assert_string_equal(text, "{9dea8662-5cdd-4e70-acc1-f32b344d4795}");
        assert_false(ow_guid_parse("{9dea8662-5cdd-4e70-acc1-f32b344d479}", &guid));
        assert_false(ow_guid_parse("{9dea8662-5cdd-4e70-acc1-f32b344d4795", &guid));
        assert_false(ow_guid_parse("9dea8662-5cdd-4e70-acc1-f32b344d4795x", &guid));
        assert_false(ow_guid_parse("", &guid));
}

static void filetime_reads_as_a_date(void **state)
{
        char text[OW_FILETIME_TEXT];

        ow_filetime_format(0, text);
        assert_string_equal(text, "never");
        ow_filetime_format(ow_filetime_of_unix(0), text);
        assert_string_equal(text, "1970-01-01T00:00:00Z");
        ow_filetime_format(ow_filetime_of_unix(1446456600), text);
        assert_string_equal(text, "2015-11-02T09:30:00Z");
        ow_filetime_format(ow_filetime_of_unix(951782400), text);
        assert_string_equal(text, "2000-02-29T00:00:00Z");
        ow_filetime_format(1, text);
        assert_string_equal(text, "1601-01-01T00:00:00Z");
        ow_filetime_format(UINT64_MAX, text);
        assert_string_equal(text, "far future");
}

static void names_order_as_windows_orders_them(void **state)
{
        assert_int_equal(ow_name_compare("ControlSet001", "CONTROLSET001"), 0);
        assert_true(ow_name_compare("a_b", "aZb") > 0);         /* '_' is above 'Z' once upcased */
        assert_true(ow_name_compare("Enum", "Enum2") < 0);
        assert_int_equal(ow_name_compare("\xc3\xa9t\xc3\xa9", "\xc3\x89T\xc3\x89"), 0);
        assert_int_equal(ow_upcase(0xff), 0x178);
        assert_int_equal(ow_upcase(0xf7), 0xf7);
        assert_int_equal(ow_upcase(0xb5), 0xb5);
        assert_int_equal(ow_upcase(0x3b1), 0x391);
        assert_int_equal(ow_upcase(0x44f), 0x42f);
        assert_int_equal(ow_upcase(0x131), 0x131);
}

/* Each string has its NUL, and the list one more: what is empty in it counts. */
static void a_list_has_all_its_strings(void **state)
{
        static const struct { const char *data; size_t size; const char *want; } cases[] = {
                { "", 0, "" }, { "\0", 2, "" }, { "a", 1, "" }, { "\0\0\0", 4, "|" }, { "a\0", 2, "a|" },
                { "a\0\0", 4, "a|" }, { "a\0\0\0\0", 6, "a|" }, { "a\0\0\0\0\0\0", 8, "a||" },
                { "\0\0a\0\0\0\0", 8, "|a|" }, { "a\0\0\0\0\0b\0\0\0", 10, "a||b|" },
        };

        for (size_t i = 0; i < OW_COUNT(cases); i++) {
                ow_view one, rest = ow_utf16_list((ow_view){ (const uint8_t *)cases[i].data, cases[i].size });
                OW_AUTO_BUFFER out = OW_BUFFER_INIT;

                while (ow_utf16_next_string(&rest, &one)) {
                        ow_utf16_to_utf8(one, &out);
                        ow_buffer_put_byte(&out, '|');
                }
                ow_buffer_put_byte(&out, '\0');
                assert_string_equal((char *)out.p, cases[i].want);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(utf16_survives_a_round_trip),
                cmocka_unit_test(malformed_utf8_is_refused_at_its_byte),
                cmocka_unit_test(the_nul_of_a_name_is_two_bytes),
                cmocka_unit_test(a_part_of_nothing_is_nothing),
                cmocka_unit_test(text_loses_its_final_nul_only),
                cmocka_unit_test(a_list_has_all_its_strings),
                cmocka_unit_test(guid_is_mixed_endian),
                cmocka_unit_test(filetime_reads_as_a_date),
                cmocka_unit_test(names_order_as_windows_orders_them),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
