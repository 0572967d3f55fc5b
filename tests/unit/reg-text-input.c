/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How .reg text may be stored: encodings, sources, texts larger than a window. */
#include "test.h"

#include <offwin/reg.h>

#include "base/alloc.h"
#include "base/macros.h"
#include "hive-common.h"
#include "reg/text-input.h"
#include "reg/widen.h"

static ow_reg_text text_of(const void *p, size_t size)
{
        return (ow_reg_text){ .p = p, .size = size, .flags = OW_REG_NO_HEADER };
}

static void each_encoding_reads_the_same(void **state)
{
        static const struct { const char *label, *text; size_t size; unsigned codepage; } same[] = {
                { "utf-8", "A\xc3\xa9", 3, 0 },
                { "utf-8 with mark", "\xef\xbb\xbf" "A\xc3\xa9", 6, 0 },
                { "utf-8 by number", "A\xc3\xa9", 3, 65001 },
                { "utf-8 with mark, whatever the code page", "\xef\xbb\xbf" "A\xc3\xa9", 6, 1252 },
                { "utf-16", "A\0\xe9\0", 4, 0 },
                { "utf-16 with mark", "\xff\xfe" "A\0\xe9\0", 6, 0 },
                { "utf-16, whatever the code page", "\xff\xfe" "A\0\xe9\0", 6, 1252 },
                { "windows-1252", "A\xe9", 2, 1252 },
                { "cp850", "A\x82", 2, 850 },
        };

        for (size_t i = 0; i < OW_COUNT(same); i++) {
                for (unsigned from_source = 0; from_source < 2; from_source++) {
                        struct memory m = { .p = (uint8_t *)(uintptr_t)same[i].text, .size = same[i].size };
                        ow_source source = memory_source(&m);
                        ow_reg_text text = text_of(same[i].text, same[i].size);
                        struct reg_input in;

                        print_message("%s\n", same[i].label);
                        text.codepage = same[i].codepage;
                        if (from_source) {
                                text.p = NULL;
                                text.source = &source;
                        }
                        assert_ok(reg_input_open(&in, &text, &err));
                        assert_true(in.last);
                        assert_int_equal(in.len, 3);
                        assert_memory_equal(in.p, "A\xc3\xa9", 3);
                        reg_input_close(&in);
                }
        }
}

static void a_text_that_is_none_is_refused(void **state)
{
        static const struct { const char *label, *text; size_t size; int want; uint64_t where; unsigned codepage; }
        bad[] = {
                { "big-endian", "\xfe\xff\0A", 4, OW_E_FORMAT, 1, 0 },
                { "odd utf-16", "A\0\n\0B", 5, OW_E_INVAL, 2, 0 },
                { "NUL", "A\nB\0", 4, OW_E_INVAL, 2, 0 },
                { "NUL unit", "A\0\n\0\0\0", 6, OW_E_INVAL, 2, 0 },
                { "not utf-8", "A\n\n\x80", 4, OW_E_INVAL, 3, 0 },
                { "cut utf-8", "A\n\n\xc3", 4, OW_E_INVAL, 3, 0 },
                { "NUL in a code page", "A\n\xe9\0", 4, OW_E_INVAL, 2, 1252 },
                { "half a character", "A\n\n\n\x83", 5, OW_E_INVAL, 4, 932 },
                { "unassigned", "A\n\xaa", 3, OW_E_INVAL, 2, 1253 },
                { "no such code page", "A", 1, OW_E_INVAL, OW_NOWHERE, 1259 },
        };

        for (size_t i = 0; i < OW_COUNT(bad); i++) {
                ow_reg_text text = text_of(bad[i].text, bad[i].size);
                ow_error err = OW_ERROR_INIT;
                struct reg_input in;

                print_message("%s\n", bad[i].label);
                text.codepage = bad[i].codepage;
                assert_int_equal(reg_input_open(&in, &text, &err), bad[i].want);
                assert_int_equal(err.code, bad[i].want);
                assert_int_equal(err.where, bad[i].where);
                assert_true(err.text[0] != '\0');
                reg_input_close(&in);
        }
}

static void eight_bit_text_asks_for_its_code_page(void **state)
{
        ow_reg_text text = text_of("REGEDIT4\n[K]\n\"a\"=\"\xe9\"\n", 21);
        ow_error told = OW_ERROR_INIT;

        assert_int_equal(ow_reg_read(&text, &(ow_reg_reader){ 0 }, &told), OW_E_INVAL);
        assert_int_equal(told.where, 3);
        assert_non_null(strstr(told.text, "--codepage"));
        text.codepage = 1252;
        assert_ok(ow_reg_read(&text, &(ow_reg_reader){ 0 }, &err));
}

static void the_size_is_looked_at_before_the_first_byte(void **state)
{
        struct memory m = { 0 };
        ow_source source = memory_source(&m);
        ow_reg_text text = { .source = &source };
        struct reg_input in;

        source.size = REG_TEXT_MAX_BYTES + 1;
        assert_fails(OW_E_LIMIT, reg_input_open(&in, &text, &err));
        reg_input_close(&in);
}

/* A text that is its own copy in another encoding; lines of any length up to some. */
static void make_long_text(ow_buffer *text, const char *const *ends, unsigned ends_n)
{
        unsigned seed = 7;

        for (unsigned line = 0; text->len < 3000000; line++) {
                size_t n;

                seed = seed * 1103515245 + 12345;
                n = line == 1000 ? 1200000 : (seed >> 16) % 300;
                for (size_t i = 0; i < n; i++)
                        ow_buffer_put_text(text, i % 50 == 49 ? "\xe2\x82\xac" : "x");
                ow_buffer_put_text(text, ends[line % ends_n]);
        }
        ow_buffer_put_text(text, "the end");
        assert_false(ow_buffer_failed(text));
}

/* Windows hold whole lines, and together they are the text, in any encoding; what is left unused comes again. */
static void windows_make_up_the_text(void **state)
{
        static const unsigned codepages[] = { 0, 1252, 0 };
        static const char *const ends[] = { "\r\n", "\n", "\n", "\r" };
        OW_AUTO_BUFFER mixed = OW_BUFFER_INIT;
        OW_AUTO_BUFFER single = OW_BUFFER_INIT;

        make_long_text(&mixed, ends, 3);
        make_long_text(&single, ends + 3, 1);
        for (unsigned n = 0; n < 6; n++) {
                unsigned kind = n % 3;
                ow_buffer whole = n < 3 ? mixed : single;
                OW_AUTO_BUFFER stored = OW_BUFFER_INIT;
                struct memory m;
                ow_source source;
                ow_reg_text text = { .source = &source, .codepage = codepages[kind] };
                struct reg_input in;
                size_t at = 0, used, windows = 0;

                if (kind == 0)
                        ow_buffer_put(&stored, whole.p, whole.len);
                else if (kind == 1)
                        for (size_t i = 0; i < whole.len; i += whole.p[i] == 0xe2 ? 3 : 1)
                                ow_buffer_put_byte(&stored, whole.p[i] == 0xe2 ? 0x80 : whole.p[i]);
                else
                        assert_ok(reg_put_utf16(ow_buffer_view(&whole), &stored, &err));
                m = (struct memory){ .p = stored.p, .size = stored.len };
                source = memory_source(&m);

                assert_ok(reg_input_open(&in, &text, &err));
                for (; !in.last; windows++) {
                        assert_true(at + in.len <= whole.len);
                        assert_memory_equal(in.p, whole.p + at, in.len);
                        assert_int_equal(in.p[in.len - 1], n < 3 ? '\n' : '\r');
                        used = windows % 3 ? in.len : in.len / 2;
                        at += used;
                        assert_ok(reg_input_more(&in, used, 1, &err));
                }
                assert_true(windows > 3);
                assert_int_equal(at + in.len, whole.len);
                assert_memory_equal(in.p, whole.p + at, in.len);
                reg_input_close(&in);
        }
}

static void what_the_source_says_comes_through(void **state)
{
        OW_AUTO_BUFFER whole = OW_BUFFER_INIT;
        struct memory m;
        ow_source source;
        ow_reg_text text = { .source = &source, .flags = OW_REG_NO_HEADER };
        int r = OW_E_IO;

        ow_buffer_put_text(&whole, "[K]\n");
        while (whole.len < 900000)
                ow_buffer_put_text(&whole, "\"a\"=dword:1\n");
        m = (struct memory){ .p = whole.p, .size = whole.len };
        source = memory_source(&m);
        for (unsigned n = 1; r != 0; n++) {
                ow_error err = OW_ERROR_INIT;

                m.calls = 0;
                m.fail_at = n;
                r = ow_reg_read(&text, &(ow_reg_reader){ 0 }, &err);
                assert_true(r == 0 ? n > 8 : r == OW_E_IO && err.code == OW_E_IO);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_encoding_reads_the_same),
                cmocka_unit_test(a_text_that_is_none_is_refused),
                cmocka_unit_test(eight_bit_text_asks_for_its_code_page),
                cmocka_unit_test(the_size_is_looked_at_before_the_first_byte),
                cmocka_unit_test(windows_make_up_the_text),
                cmocka_unit_test(what_the_source_says_comes_through),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
