/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The text of an INF: encodings, lines, sections, tokens. */
#include "inf-sample.h"

#include "base/alloc.h"
#include "base/buffer.h"
#include "base/utf16.h"

static void lines_are_keys_and_fields(void **state)
{
        ow_inf *inf = inf_parsed(INF_HEAD "[S]\n"
                                          " key = a , b,, \"c , ; d\" , \"say \"\"hi\"\"\" ; comment\n"
                                          "alone\n"
                                          "HKR,,Name,,\"a=b\", c=d\n"
                                          "long = one, \\ ; goes on\n"
                                          "   two, three\\\\\n"
                                          " four\n"
                                          "path = \"C:\\dir\\\",x\n"
                                          "back = C:\\dir\\x\n"
                                          "open = \"to the end ; really\n"
                                          "empty =\n"
                                          "bare",
                                 0);
        ow_inf_section s;

        assert_true(ow_inf_find(inf, "s", &s));
        assert_string_equal(s.name, "S");
        assert_int_equal(s.count, 9);
        assert_string_equal(ow_inf_key(inf, s.first), "key");
        assert_int_equal(ow_inf_field_count(inf, s.first), 5);
        assert_string_equal(ow_inf_field(inf, s.first, 0), "a");
        assert_string_equal(ow_inf_field(inf, s.first, 1), "b");
        assert_string_equal(ow_inf_field(inf, s.first, 2), "");
        assert_string_equal(ow_inf_field(inf, s.first, 3), "c , ; d");
        assert_string_equal(ow_inf_field(inf, s.first, 4), "say \"hi\"");
        assert_string_equal(ow_inf_field(inf, s.first, 5), "");
        assert_null(ow_inf_key(inf, s.first + 1));
        assert_string_equal(ow_inf_field(inf, s.first + 1, 0), "alone");
        assert_null(ow_inf_key(inf, s.first + 2));
        assert_string_equal(ow_inf_field(inf, s.first + 2, 4), "a=b");
        assert_string_equal(ow_inf_field(inf, s.first + 2, 5), "c=d");
        assert_int_equal(ow_inf_field_count(inf, s.first + 3), 3);
        assert_string_equal(ow_inf_field(inf, s.first + 3, 1), "two");
        assert_string_equal(ow_inf_field(inf, s.first + 3, 2), "threefour");
        assert_int_equal(ow_inf_line_number(inf, s.first + 3), 7);
        assert_string_equal(inf_get(inf, "S", "path", 0), "C:\\dir\\");
        assert_string_equal(inf_get(inf, "S", "back", 0), "C:\\dir\\x");
        assert_string_equal(inf_get(inf, "S", "open", 0), "to the end ; really");
        assert_string_equal(inf_get(inf, "S", "empty", 0), "");
        assert_string_equal(ow_inf_field(inf, s.first + 8, 0), "bare");
        ow_inf_free(inf);
}

static void parts_of_a_section_are_one(void **state)
{
        ow_inf *inf =
                inf_parsed("before = nothing\n" INF_HEAD "[a]\nx=1\n[b]\ny=2\n[ A ] ; again\nz=3\n[B\nw=4\n", 0);
        ow_inf_section a;

        assert_int_equal(ow_inf_section_count(inf), 3);
        assert_true(ow_inf_find(inf, "A", &a));
        assert_int_equal(a.count, 2);
        assert_string_equal(ow_inf_key(inf, a.first), "x");
        assert_string_equal(ow_inf_key(inf, a.first + 1), "z");
        assert_string_equal(inf_get(inf, "b", "W", 0), "4");
        assert_string_equal(inf_get(inf, "c", "w", 0), "(absent)");
        ow_inf_free(inf);
}

static void tokens_become_strings(void **state)
{
        static const char text[] =
                INF_HEAD "[S]\n"
                         "a = %one%, \"<%ONE%>\", %one%%two%, 100%%, %none%, %12%\\x.sys, %13%\\x.sys, 5% of, %a;b%\n"
                         "%one% = key\n"
                         "[Strings]\n"
                         "one = first\n"
                         "two = \"%one%\"\n"
                         "\"a;b\" = odd\n"
                         "[Strings.0407]\n"
                         "one = erstes\n"
                         "[Strings.0009]\n"
                         "one = neutral\n";
        static const struct {
                uint16_t language;
                const char *one;
        } languages[] = {
                { 0, "first" }, { 0x0407, "erstes" }, { 0x0c07, "erstes" }, { 0x0409, "neutral" }, { 0x0411, "first" }
        };

        for (size_t i = 0; i < OW_COUNT(languages); i++) {
                ow_inf *inf = inf_parsed(text, languages[i].language);

                assert_string_equal(inf_get(inf, "S", "a", 0), languages[i].one);
                ow_inf_free(inf);
        }
        ow_inf *inf = inf_parsed(text, 0);

        assert_string_equal(inf_get(inf, "S", "a", 1), "<first>");
        assert_string_equal(inf_get(inf, "S", "a", 2), "first%one%"); /* what a string says is not replaced again */
        assert_string_equal(inf_get(inf, "S", "a", 3), "100%");
        assert_string_equal(inf_get(inf, "S", "a", 4), "%none%");
        assert_string_equal(inf_get(inf, "S", "a", 5), "%SystemRoot%\\System32\\drivers\\x.sys");
        assert_string_equal(inf_get(inf, "S", "a", 6), "%13%\\x.sys");
        assert_string_equal(inf_get(inf, "S", "a", 7), "5% of");
        assert_string_equal(inf_get(inf, "S", "a", 8), "odd");
        assert_string_equal(inf_get(inf, "S", "first", 0), "key");
        ow_inf_free(inf);
}

static void every_encoding_says_the_same(void **state)
{
        static const char utf8[] = INF_HEAD "[S]\nname = \"J\xc3\xb6rg \xe2\x82\xac\"\n";
        static const char ansi[] = INF_HEAD "[S]\nname = \"J\xf6rg \x80\"\n";
        OW_AUTO_BUFFER wide = OW_BUFFER_INIT;
        OW_AUTO_BUFFER marked = OW_BUFFER_INIT;

        ow_buffer_put(&wide, "\xff\xfe", 2);
        assert_ok(ow_utf8_to_utf16(utf8, sizeof utf8 - 1, &wide, &err));
        ow_buffer_put_text(&marked, "\xef\xbb\xbf");
        ow_buffer_put_text(&marked, utf8);
        const struct {
                const void *p;
                size_t size;
        } forms[] = { { utf8, sizeof utf8 - 1 },
                      { ansi, sizeof ansi - 1 },
                      { wide.p, wide.len },
                      { wide.p + 2, wide.len - 2 },
                      { marked.p, marked.len } };

        for (size_t i = 0; i < OW_COUNT(forms); i++) {
                ow_inf *inf = NULL;

                assert_ok(ow_inf_parse(forms[i].p, forms[i].size, 0, &inf, &err));
                assert_string_equal(inf_get(inf, "S", "name", 0), "J\xc3\xb6rg \xe2\x82\xac");
                ow_inf_free(inf);
        }
}

static void what_is_no_inf_is_told(void **state)
{
        static const struct {
                const char *text;
                size_t size;
        } bad[] = {
                { "", 0 },
                { "a = b\n", 6 },
                { "[Other]\na = b\n", 14 },
                { "[Version]\n", 10 },
                { "[Version]\nSignature=\"$Windows 3$\"\n", 33 },
                { "[Version]\nSignature=\"$CHICAGO$\"\n\0", 33 },
                { "\xfe\xff\0[", 4 },
        };
        ow_inf *inf = NULL;

        for (size_t i = 0; i < OW_COUNT(bad); i++)
                assert_fails(OW_E_FORMAT, ow_inf_parse(bad[i].text, bad[i].size, 0, &inf, &err));
        assert_null(inf);
}

/* Small texts that say a lot: each must end at its limit, not in memory. */
static void limits_hold(void **state)
{
        OW_AUTO_BUFFER text = OW_BUFFER_INIT;
        ow_inf *inf = NULL;

        ow_buffer_put_text(&text, INF_HEAD "[Strings]\nb = ");
        for (int i = 0; i < 3000; i++)
                ow_buffer_put_text(&text, "x");
        ow_buffer_put_text(&text, "\n[S]\n");
        for (int i = 0; i < 100000; i++)
                ow_buffer_put_text(&text, "%b%\n");
        assert_fails(OW_E_LIMIT, ow_inf_parse(text.p, text.len, 0, &inf, &err));
        ow_buffer_done(&text);
        text = (ow_buffer)OW_BUFFER_INIT;
        ow_buffer_put_text(&text, INF_HEAD "[Strings]\nb = xxxxxxxxxxxxxxxxxxxxxxxx\n[S]\na=");
        for (int i = 0; i < 500; i++)
                ow_buffer_put_text(&text, "%b%");
        assert_fails(OW_E_LIMIT, ow_inf_parse(text.p, text.len, 0, &inf, &err));
        while (text.len <= OW_INF_MAX_BYTES)
                ow_buffer_put_text(&text, ";;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;\n");
        assert_fails(OW_E_LIMIT, ow_inf_parse(text.p, text.len, 0, &inf, &err));
        assert_null(inf);
}

static void numbers_are_decimal_or_hex(void **state)
{
        static const char *const bad[] = { "", "0x", "x", "1f", "-1", "4294967296", "0x100000000", "1 " };
        uint32_t number = 7;

        for (size_t i = 0; i < OW_COUNT(bad); i++)
                assert_false(ow_inf_number(bad[i], &number));
        assert_int_equal(number, 7);
        assert_true(ow_inf_number("0x00010001", &number) && number == 0x10001);
        assert_true(ow_inf_number("4294967295", &number) && number == UINT32_MAX);
}

static void every_failing_allocation_is_clean(void **state)
{
        int r = OW_E_NOMEM;

        for (size_t n = 1; r != 0; n++) {
                ow_error err = OW_ERROR_INIT;
                ow_inf *inf = NULL;

                ow_alloc_fail_from(n);
                r = ow_inf_parse(inf_storage, sizeof inf_storage - 1, 0x407, &inf, &err);
                ow_alloc_fail_from(0);
                assert_true(r == 0 || r == OW_E_NOMEM);
                assert_true((r == 0) == (inf != NULL));
                ow_inf_free(inf);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(lines_are_keys_and_fields),  cmocka_unit_test(parts_of_a_section_are_one),
                cmocka_unit_test(tokens_become_strings),      cmocka_unit_test(every_encoding_says_the_same),
                cmocka_unit_test(what_is_no_inf_is_told),     cmocka_unit_test(limits_hold),
                cmocka_unit_test(numbers_are_decimal_or_hex), cmocka_unit_test(every_failing_allocation_is_clean),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
