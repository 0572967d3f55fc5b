/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Escaping, wrapping, columns, numbers, shell words. */
#include "test.h"

#include "base/alloc.h"
#include "report/text.h"

static char *taken(struct report_page *page)
{
        char *text = NULL;

        assert_ok(report_page_take(page, &text, &err));
        return text;
}

static void escapes_what_a_terminal_acts_on(void **state)
{
        static const struct { const char *in, *out; } cases[] = {
                { "plain \xc3\xa9 \xe4\xb8\xad", "plain \xc3\xa9 \xe4\xb8\xad" },
                { "a\033[31mb", "a\\x1b[31mb" },
                { "\xc2\x9b" "31m", "\\x9b31m" },
                { "line\nnext\ttab\rback\b", "line\\nnext\\ttab\\rback\\x08" },
                { "\x7f", "\\x7f" },
                { "gpj.\xe2\x80\xae" "exe", "gpj.\\u202eexe" },
                { "\xe2\x80\x8b\xef\xbb\xbf", "\\u200b\\ufeff" },
                { "\xed\xa0\xbd", "\\ud83d" },                    /* a lone surrogate */
                { "a\xc0\x80" "b", "a\\x00b" },                   /* the NUL of a name */
                { "\xff\xc3", "\\xff\\xc3" },                     /* not UTF-8 */
                { "\xf3\xa0\x81\x81", "\\U000e0041" },            /* an invisible tag character */
                { "C:\\x", "C:\\x" },
        };

        for (size_t i = 0; i < OW_COUNT(cases); i++) {
                OW_AUTO_BUFFER out = OW_BUFFER_INIT;
                OW_AUTO_FREE char *text = NULL;

                report_escape(cases[i].in, &out);
                text = ow_buffer_take_text(&out);
                assert_string_equal(text, cases[i].out);
                assert_int_equal(report_width(cases[i].in), i == 0 ? 10 : strlen(cases[i].out));
        }
}

static void wraps_at_the_edge_and_not_before(void **state)
{
        ow_report_options options = { .columns = 40 };
        REPORT_AUTO_PAGE page = report_page_new(&options);
        OW_AUTO_FREE char *text = NULL;

        report_put(&page, "    ");
        report_put_wrapped(&page, 4, "123456789 123456789 123456789 123456 next  word");
        report_put_wrapped(&page, 0, "a-word-of-more-than-forty-columns-is-never-broken x");
        report_put_wrapped(&page, 0, "");
        text = taken(&page);
        assert_string_equal(text, "    123456789 123456789 123456789 123456\n"
                                  "    next word\n"
                                  "a-word-of-more-than-forty-columns-is-never-broken\nx\n"
                                  "\n");
}

static void pads_by_columns_not_bytes(void **state)
{
        REPORT_AUTO_PAGE page = report_page_new(NULL);
        OW_AUTO_FREE char *text = NULL;

        report_put_padded(&page, "\xc3\xa9", 3);
        report_put(&page, "|");
        report_put_padded(&page, "\xe4\xb8\xad", 3);
        report_put(&page, "|");
        report_put_right(&page, "12", 4);
        report_put(&page, "|");
        report_put_padded(&page, "toolong", 3);
        text = taken(&page);
        assert_string_equal(text, "\xc3\xa9  |\xe4\xb8\xad |  12|toolong");
}

static void fields_hang_under_their_label(void **state)
{
        ow_report_options options = { .columns = 40 };
        REPORT_AUTO_PAGE page = report_page_new(&options);
        OW_AUTO_FREE char *text = NULL;

        report_put_field(&page, 2, 10, "Computer", "SRV01, member of the domain corp.example");
        report_put_field(&page, 2, 10, "Nothing", "");
        text = taken(&page);
        assert_string_equal(text, "  Computer  SRV01, member of the domain\n"
                                  "            corp.example\n");
}

static void colours_only_when_asked(void **state)
{
        ow_report_options options = { .colour = true };
        REPORT_AUTO_PAGE plain = report_page_new(NULL);
        REPORT_AUTO_PAGE coloured = report_page_new(&options);
        OW_AUTO_FREE char *a = NULL;
        OW_AUTO_FREE char *b = NULL;

        report_put_styled(&plain, REPORT_BAD, "x");
        report_put_styled(&coloured, REPORT_BAD, "x");
        a = taken(&plain);
        b = taken(&coloured);
        assert_string_equal(a, "x");
        assert_string_equal(b, "\033[31mx\033[0m");
}

static void numbers_read_well(void **state)
{
        static const struct { uint32_t seconds; const char *text; } durations[] = {
                { 0, "0 s" }, { 59, "59 s" }, { 60, "1 min" }, { 61, "1 min 1 s" }, { 1420, "23 min 40 s" },
                { 3600, "1 h 0 min" }, { 3965, "1 h 6 min" }, { UINT32_MAX, "1193046 h 28 min" },
        };
        static const struct { uint64_t bytes; const char *text; } sizes[] = {
                { 0, "0 bytes" }, { 1023, "1023 bytes" }, { 1024, "1.0 KiB" }, { 1048575, "1.0 MiB" },
                { 20ull << 30, "20.0 GiB" }, { UINT64_MAX, "16.0 EiB" },
        };
        char text[REPORT_NUMBER_TEXT];

        for (size_t i = 0; i < OW_COUNT(durations); i++) {
                report_format_duration(durations[i].seconds, text);
                assert_string_equal(text, durations[i].text);
        }
        for (size_t i = 0; i < OW_COUNT(sizes); i++) {
                report_format_size(sizes[i].bytes, text);
                assert_string_equal(text, sizes[i].text);
        }
}

static void shell_words_survive_a_shell(void **state)
{
        static const struct { const char *in, *out; } cases[] = {
                { "disk.img", "disk.img" }, { "/a/b-1_2.vhdx", "/a/b-1_2.vhdx" }, { "my disk", "'my disk'" },
                { "it's", "'it'\\''s'" }, { "$(rm)", "'$(rm)'" }, { "", "''" }, { "~x", "'~x'" },
        };

        for (size_t i = 0; i < OW_COUNT(cases); i++) {
                OW_AUTO_BUFFER out = OW_BUFFER_INIT;
                OW_AUTO_FREE char *text = NULL;

                report_put_shell_word(&out, cases[i].in);
                text = ow_buffer_take_text(&out);
                assert_string_equal(text, cases[i].out);
        }
}

static void running_out_of_memory_is_told_once_at_the_end(void **state)
{
        for (size_t nth = 1; nth <= 2; nth++) {
                REPORT_AUTO_PAGE page = report_page_new(NULL);
                char *text = NULL;

                ow_alloc_fail_from(nth);
                report_put_wrapped(&page, 0, "some words that need some memory");
                assert_fails(OW_E_NOMEM, report_page_take(&page, &text, &err));
                ow_alloc_fail_from(0);
                assert_null(text);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(escapes_what_a_terminal_acts_on),
                cmocka_unit_test(wraps_at_the_edge_and_not_before),
                cmocka_unit_test(pads_by_columns_not_bytes),
                cmocka_unit_test(fields_hang_under_their_label),
                cmocka_unit_test(colours_only_when_asked),
                cmocka_unit_test(numbers_read_well),
                cmocka_unit_test(shell_words_survive_a_shell),
                cmocka_unit_test(running_out_of_memory_is_told_once_at_the_end),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
