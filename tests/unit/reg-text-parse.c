/* SPDX-License-Identifier: GPL-2.0-or-later */
/* .reg text to documents: each construct that is accepted, and each that is refused at its line. */
#include "test.h"

#include <stdlib.h>

#include <offwin/reg.h>

#include "base/alloc.h"
#include "base/utf16.h"

#define V5 "Windows Registry Editor Version 5.00\r\n\r\n"
#define KEY "[HKEY_LOCAL_MACHINE\\SYSTEM\\K]\n"

static int parse_text(const char *text, unsigned flags, ow_reg_document *ret, ow_error *err)
{
        return ow_reg_parse(text, strlen(text), flags, ret, err);
}

/* One value below one key. */
static const struct {
        const char *line, *name;
        uint32_t type;
        const char *data;
        size_t size;
} good[] = {
        { "\"a\"=\"\"", "a", OW_REG_SZ, "\0", 2 },
        { "\"a\"=\"x y\"", "a", OW_REG_SZ, "x\0 \0y\0\0", 8 },
        { "@=\"d\"", "", OW_REG_SZ, "d\0\0", 4 },
        { "\"\"=\"d\"", "", OW_REG_SZ, "d\0\0", 4 },
        { "  \"a\" = \"x\"  ", "a", OW_REG_SZ, "x\0\0", 4 },
        { "\"a\"=\"x\" ; why", "a", OW_REG_SZ, "x\0\0", 4 },
        { "\"a\"=\"x;y\"", "a", OW_REG_SZ, "x\0;\0y\0\0", 8 },
        { "\"a\\\\b\\\"c\"=\"\\\\\\\"\"", "a\\b\"c", OW_REG_SZ, "\\\0\"\0\0", 6 },
        { "\"a\"=\"one\r\ntwo\"", "a", OW_REG_SZ, "o\0n\0e\0\r\0\n\0t\0w\0o\0\0", 18 },
        { "\"\xc3\xa9\"=\"\xe2\x82\xac\"", "\xc3\xa9", OW_REG_SZ, "\xac\x20\0", 4 },
        { "\"a\"=dword:00000001", "a", OW_REG_DWORD, "\1\0\0", 4 },
        { "\"a\"=dword:DEADbeef", "a", OW_REG_DWORD, "\xef\xbe\xad\xde", 4 },
        { "\"a\"=dword: 5 ; five", "a", OW_REG_DWORD, "\5\0\0", 4 },
        { "\"a\"=hex:", "a", OW_REG_BINARY, "", 0 },
        { "\"a\"=hex:00,fF,1", "a", OW_REG_BINARY, "\0\xff\1", 3 },
        { "\"a\"=hex: 00 , 01 ; two", "a", OW_REG_BINARY, "\0\1", 2 },
        { "\"a\"=hex:00,\\\r\n  01,\\\r\n  02", "a", OW_REG_BINARY, "\0\1\2", 3 },
        { "\"a\"=hex:\\\n00,\\ ; first\n; a comment\n\n  01\\\n,02", "a", OW_REG_BINARY, "\0\1\2", 3 },
        { "\"a\"=hex:00,01,", "a", OW_REG_BINARY, "\0\1", 2 },
        { "\"a\"=hex:00,1 , ; two", "a", OW_REG_BINARY, "\0\1", 2 },
        { "\"a\"=hex:00,\\\n 01,\\ ; three\n\n", "a", OW_REG_BINARY, "\0\1", 2 },
        { "\"a\"=\"one\rtwo\"", "a", OW_REG_SZ, "o\0n\0e\0\r\0t\0w\0o\0\0", 16 },
        { "\"a\"=hex(0):", "a", OW_REG_NONE, "", 0 },
        { "\"a\"=hex(2):25,00,00,00", "a", OW_REG_EXPAND_SZ, "%\0\0", 4 },
        { "\"a\"=hex(7):00,00", "a", OW_REG_MULTI_SZ, "\0", 2 },
        { "\"a\"=hex(B):01,00,00,00,00,00,00,80", "a", OW_REG_QWORD, "\1\0\0\0\0\0\0\x80", 8 },
        { "\"a\"=hex(ffff0012):01", "a", 0xffff0012, "\1", 1 },
        { "\"a\"=hex(4):01,02", "a", OW_REG_DWORD, "\1\2", 2 },
};

static void each_construct_gives_its_data(void **state)
{
        for (size_t i = 0; i < OW_COUNT(good); i++) {
                OW_AUTO_FREE char *text = ow_asprintf(V5 KEY "%s\n\n", good[i].line);
                ow_reg_document doc;

                print_message("%s\n", good[i].line);
                assert_ok(parse_text(text, 0, &doc, &err));
                assert_int_equal(doc.n_keys, 1);
                assert_string_equal(doc.keys[0].path, "HKEY_LOCAL_MACHINE\\SYSTEM\\K");
                assert_int_equal(doc.keys[0].line, 3);
                assert_int_equal(doc.keys[0].n_values, 1);
                assert_string_equal(doc.keys[0].values[0].name, good[i].name);
                assert_int_equal(doc.keys[0].values[0].type, good[i].type);
                assert_int_equal(doc.keys[0].values[0].line, 4);
                assert_int_equal(doc.keys[0].values[0].data.size, good[i].size);
                if (good[i].size)
                        assert_memory_equal(doc.keys[0].values[0].data.p, good[i].data, good[i].size);
                ow_reg_document_done(&doc);
        }
}

/* What stands behind the header and KEY (lines 1 to 3), the line that is wrong, and a part of the message. */
static const struct {
        const char *text;
        unsigned line;
        const char *says;
} bad[] = {
        { "what\n", 4, "expected a key in brackets, or a value" },
        { "\"a\"\n", 4, "expected '='" },
        { "\"a\" \"b\"\n", 4, "expected '=' after the name of a value, found '\"b\"'" },
        { "\"a=dword:1\n", 4, "no closing '\"'" },
        { "\"a\"=\"b\n\n", 4, "no closing '\"'" },
        { "\"a\"=\"C:\\Windows\"\n", 4, "written twice" },
        { "\"a\"=\"b\"c\n", 4, "expected the end of the line" },
        { "\"a\"=\n", 4, "found the end of the line" },
        { "\"a\"=", 4, "found the end of the text" },
        { "\"a\"=dword\n", 4, "expected a string, dword:, hex: or -" },
        { "\"a\"=dword:\n", 4, "1 to 8 hex digits" },
        { "\"a\"=dword:123456789\n", 4, "1 to 8 hex digits" },
        { "\"a\"=dword:0x1\n", 4, "expected the end of the line" },
        { "\"a\"=dword:1g\n", 4, "expected the end of the line" },
        { "\"a\"=hex\n", 4, "'(' or ':'" },
        { "\"a\"=hex(\n", 4, "a type of up to 8 hex digits" },
        { "\"a\"=hex(123456789):\n", 4, "a type of up to 8 hex digits" },
        { "\"a\"=hex(7:00\n", 4, "')'" },
        { "\"a\"=hex(7)00\n", 4, "':'" },
        { "\"a\"=hex:,\n", 4, "a byte of one or two hex digits" },
        { "\"a\"=hex:,\\\n", 4, "a byte of one or two hex digits" },
        { "\"a\"=hex:00,,01\n", 4, "a byte of one or two hex digits" },
        { "\"a\"=hex:00 01\n", 4, "expected the end of the line" },
        { "\"a\"=hex:001\n", 4, "a byte of one or two hex digits" },
        { "\"a\"=hex:00,\\x\n", 4, "the end of the line after '\\'" },
        { "\"a\"=hex:00\\\n", 4 + 1, "found the end of the text" },
        { "\"a\"=hex:00,\\\n\n\"b\"=dword:1\n", 6, "a byte of one or two hex digits" },
        { "\"a\"=hex:00,\\\n\"b\"=dword:1\n", 5, "a byte of one or two hex digits" },
        { "\"a\"=-1\n", 4, "expected the end of the line" },
        { "\"a\"=qword:1\n", 4, "hex(b)" },
        { "\"a\"=multi:\"x\"\n", 4, "hex(7)" },
        { "\"a\"=expand:\"x\"\n", 4, "hex(2)" },
        { "\"a\"=sz:\"x\"\n", 4, "expected a string, dword:, hex: or -, found 'sz:\"x\"'" },
        { "\"a\"=abcdefghijkl:\n", 4, "expected a string" },
        { "[HKEY_USERS\\X\n", 4, "']'" },
        { "[\\hklm\\X]\n", 4, "begin" },
        { "[\\\\X]\n", 4, "begin" },
        { "[HKEY_USERS\\X] y\n", 4, "the end of the line after ']'" },
        { "[]\n", 4, "empty" },
        { "[-]\n", 4, "empty" },
        { "[\\HKEY_USERS]\n", 4, "begin" },
        { "[--HKEY_USERS]\n", 4, "begin" },
        { "[HKEY_USERS\\\\]\n", 4, "end" },
        { "[HKEY_USERS\\\\X]\n", 4, "two '\\' in a row" },
        { "\n\n[-HKEY_USERS\\X]\n\"a\"=\"b\"\n", 7, "removed" },
        { "\"a\"=\"\xff\"\n", 4, "not UTF-8" },
        { "\"a\"=\"one\ntwo\"\n\"b\"=?\n", 6, "found '?'" },
        { "\"a\"=\"one\rtwo\r\nthree\"\r\"b\"=?\n", 7, "found '?'" },
        { ";\r;\r\n\"a\"=\"\xff\"\n", 6, "not UTF-8" },
        { "\"a\"=\x1b[2J\n", 4, "found '?[2J'" },
};

static void each_bad_line_is_named(void **state)
{
        for (size_t i = 0; i < OW_COUNT(bad); i++) {
                OW_AUTO_FREE char *text = ow_asprintf(V5 KEY "%s", bad[i].text);
                ow_error err = OW_ERROR_INIT;
                ow_reg_document doc;
                char line[16];

                print_message("%s\n", bad[i].text);
                assert_int_equal(parse_text(text, 0, &doc, &err), OW_E_INVAL);
                assert_int_equal(err.code, OW_E_INVAL);
                print_message("  %s\n", err.text);
                assert_int_equal(err.where, bad[i].line);
                (void)snprintf(line, sizeof line, "line %u: ", bad[i].line);
                assert_ptr_equal(strstr(err.text, line), err.text);
                assert_non_null(strstr(err.text, bad[i].says));
        }
}

static void keys_and_removals_keep_their_order(void **state)
{
        ow_reg_document doc;

        assert_ok(parse_text("; comment first\n\n" V5 "[-HKEY_USERS\\A]\n[HKEY_USERS\\A]b]]; c\n@=-\n\"x\"=-\n"
                             "\t[HKEY_USERS\\B\\]\n; \"no\"=1\n[\\]\n[-\\Select]\n", 0, &doc, &err));
        assert_int_equal(doc.n_keys, 5);
        assert_true(doc.keys[0].remove);
        assert_string_equal(doc.keys[0].path, "HKEY_USERS\\A");
        assert_int_equal(doc.keys[0].line, 5);
        assert_false(doc.keys[1].remove);
        assert_string_equal(doc.keys[1].path, "HKEY_USERS\\A]b]");
        assert_int_equal(doc.keys[1].n_values, 2);
        assert_true(doc.keys[1].values[0].remove);
        assert_string_equal(doc.keys[1].values[0].name, "");
        assert_true(doc.keys[1].values[1].remove);
        assert_string_equal(doc.keys[1].values[1].name, "x");
        assert_string_equal(doc.keys[2].path, "HKEY_USERS\\B");
        assert_int_equal(doc.keys[2].n_values, 0);
        assert_int_equal(doc.keys[2].line, 9);
        assert_string_equal(doc.keys[3].path, "\\");
        assert_string_equal(doc.keys[4].path, "\\Select");
        assert_true(doc.keys[4].remove);
        ow_reg_document_done(&doc);
}

static void extensions_need_their_flag(void **state)
{
        static const char text[] = V5 KEY "\"m\"=multi:\"a\",\\\n  \"b\"\n\"n\"=multi:\n"
                "\"e\"=expand:\"%x\\\\y\"\n\"q\"=qword:0011223344556677 ; q\n";
        ow_reg_document doc;
        const ow_reg_value *v;

        assert_fails(OW_E_INVAL, parse_text(text, 0, &doc, &err));
        assert_ok(parse_text(text, OW_REG_EXTENDED, &doc, &err));
        assert_int_equal(doc.keys[0].n_values, 4);
        v = doc.keys[0].values;
        assert_int_equal(v[0].type, OW_REG_MULTI_SZ);
        assert_int_equal(v[0].data.size, 10);
        assert_memory_equal(v[0].data.p, "a\0\0\0b\0\0\0\0\0", 10);
        assert_int_equal(v[1].data.size, 2);
        assert_int_equal(v[2].type, OW_REG_EXPAND_SZ);
        assert_int_equal(v[2].data.size, 10);
        assert_memory_equal(v[2].data.p, "%\0x\0\\\0y\0\0\0", 10);
        assert_int_equal(v[3].type, OW_REG_QWORD);
        assert_memory_equal(v[3].data.p, "\x77\x66\x55\x44\x33\x22\x11\x00", 8);
        ow_reg_document_done(&doc);

        assert_fails(OW_E_INVAL, parse_text(V5 KEY "\"m\"=multi:\"a\",\n", OW_REG_EXTENDED, &doc, &err));
        assert_fails(OW_E_INVAL, parse_text(V5 KEY "\"m\"=multi:\"a\" \"b\"\n", OW_REG_EXTENDED, &doc, &err));
        assert_fails(OW_E_INVAL, parse_text(V5 KEY "\"m\"=multi:\"a\",\"\"\n", OW_REG_EXTENDED, &doc, &err));
        assert_fails(OW_E_INVAL, parse_text(V5 KEY "\"m\"=multi:x\n", OW_REG_EXTENDED, &doc, &err));
        assert_fails(OW_E_INVAL, parse_text(V5 KEY "\"e\"=expand:\n", OW_REG_EXTENDED, &doc, &err));
        assert_fails(OW_E_INVAL, parse_text(V5 KEY "\"q\"=qword:\n", OW_REG_EXTENDED, &doc, &err));
        assert_fails(OW_E_INVAL, parse_text(V5 KEY "\"q\"=qword:00112233445566778\n", OW_REG_EXTENDED, &doc, &err));
        assert_fails(OW_E_INVAL, parse_text(V5 KEY "\"q\"=qword 1\n", OW_REG_EXTENDED, &doc, &err));
}

static void header_is_asked_for(void **state)
{
        ow_reg_document doc;

        assert_fails(OW_E_FORMAT, parse_text("", 0, &doc, &err));
        assert_fails(OW_E_FORMAT, parse_text("\n; only\n", 0, &doc, &err));
        assert_fails(OW_E_FORMAT, parse_text(KEY, 0, &doc, &err));
        assert_fails(OW_E_FORMAT, parse_text("Windows Registry Editor Version 6.00\n", 0, &doc, &err));
        assert_ok(parse_text("Windows Registry Editor Version 5.00", 0, &doc, &err));
        assert_int_equal(doc.n_keys, 0);
        ow_reg_document_done(&doc);
        assert_ok(parse_text(KEY, OW_REG_NO_HEADER, &doc, &err));
        assert_int_equal(doc.keys[0].line, 1);
        ow_reg_document_done(&doc);
        assert_ok(parse_text(V5 KEY, OW_REG_NO_HEADER, &doc, &err));
        assert_int_equal(doc.keys[0].line, 3);
        ow_reg_document_done(&doc);
        assert_ok(parse_text("", OW_REG_NO_HEADER, &doc, &err));
        ow_reg_document_done(&doc);
        assert_fails(OW_E_INVAL, parse_text("\"a\"=dword:1\n", OW_REG_NO_HEADER, &doc, &err));
        assert_fails(OW_E_INVAL, parse_text(V5 "\"a\"=dword:1\n", 0, &doc, &err));
}

static void regedit4_strings_are_single_bytes(void **state)
{
        ow_reg_document doc;

        assert_ok(parse_text("REGEDIT4\n" KEY "\"e\"=hex(2):25,78,00\n\"m\"=hex(7):61,00,00\n\"b\"=hex:61\n", 0, &doc,
                             &err));
        assert_int_equal(doc.keys[0].values[0].data.size, 6);
        assert_memory_equal(doc.keys[0].values[0].data.p, "%\0x\0\0\0", 6);
        assert_memory_equal(doc.keys[0].values[1].data.p, "a\0\0\0\0\0", 6);
        assert_int_equal(doc.keys[0].values[2].data.size, 1);
        ow_reg_document_done(&doc);
        /* A NUL at the end that is not there is added: one. */
        assert_ok(parse_text("REGEDIT4\n" KEY "\"e\"=hex(2):25,50,41\n\"m\"=hex(7):61,\n\"n\"=hex(7):\n", 0, &doc,
                             &err));
        assert_int_equal(doc.keys[0].values[0].data.size, 8);
        assert_memory_equal(doc.keys[0].values[0].data.p, "%\0P\0A\0\0", 8);
        assert_int_equal(doc.keys[0].values[1].data.size, 4);
        assert_memory_equal(doc.keys[0].values[1].data.p, "a\0\0", 4);
        assert_int_equal(doc.keys[0].values[2].data.size, 0);
        ow_reg_document_done(&doc);
        assert_fails(OW_E_INVAL, parse_text("REGEDIT4\n" KEY "\"e\"=hex(2):e9,00\n", 0, &doc, &err));
}

static void too_deep_a_key_is_refused(void **state)
{
        OW_AUTO_BUFFER text = OW_BUFFER_INIT;
        ow_reg_document doc;

        ow_buffer_put_text(&text, "[K");
        for (unsigned i = 0; i < 519; i++)
                ow_buffer_put_text(&text, "\\k");
        ow_buffer_put_text(&text, "]");
        assert_ok(ow_reg_parse(text.p, text.len, OW_REG_NO_HEADER, &doc, &err));
        ow_reg_document_done(&doc);
        text.len--;
        ow_buffer_put_text(&text, "\\k]");
        assert_fails(OW_E_LIMIT, ow_reg_parse(text.p, text.len, OW_REG_NO_HEADER, &doc, &err));
}

/* A text with every construct, cut at each byte and with each byte replaced: no crash, no leak. */
static void every_cut_and_changed_byte_is_survived(void **state)
{
        static const char whole[] = V5 KEY "\"a\\\"\"=\"x\xe2\x82\xac\\\\\" ; c\n@=hex(7):61,00,\\\r\n  00,00\n"
                "\"m\"=multi:\"a\",\\\n\"b\"\n[-HKEY_USERS\\X]\n[HKEY_USERS\\Y]\n\"d\"=dword:1\n\"r\"=-\n";
        static const char bytes[] = "\"\\\n\r[]=,:;-@(\0\xff\xc3x0 ";
        char copy[sizeof whole];
        ow_reg_document doc;

        for (size_t size = 0; size < sizeof whole; size++) {
                OW_AUTO_FREE char *cut = ow_strndup(whole, size);

                if (ow_reg_parse(cut, size, OW_REG_EXTENDED, &doc, NULL) == 0)
                        ow_reg_document_done(&doc);
        }
        for (size_t at = 0; at < sizeof whole - 1; at++) {
                for (size_t b = 0; b < sizeof bytes - 1; b++) {
                        memcpy(copy, whole, sizeof whole);
                        copy[at] = bytes[b];
                        if (ow_reg_parse(copy, sizeof whole - 1, OW_REG_EXTENDED, &doc, NULL) == 0)
                                ow_reg_document_done(&doc);
                }
        }
}

static void every_failed_allocation_is_reported(void **state)
{
        static const char text[] = V5 KEY "\"a\"=\"x\"\n@=hex(7):61,00\n\"b\"=hex:01\n[HKEY_USERS\\Y]\n";
        OW_AUTO_BUFFER wide = OW_BUFFER_INIT;
        ow_reg_document doc;
        int r;

        assert_ok(ow_utf8_to_utf16(text, sizeof text - 1, &wide, &err));
        for (size_t n = 1;; n++) {
                ow_error err = OW_ERROR_INIT;

                ow_alloc_fail_from(n);
                r = ow_reg_parse(wide.p, wide.len, 0, &doc, &err);
                ow_alloc_fail_from(0);
                if (r == 0)
                        break;
                assert_int_equal(r, OW_E_NOMEM);
                assert_int_equal(err.code, OW_E_NOMEM);
        }
        assert_int_equal(doc.n_keys, 2);
        ow_reg_document_done(&doc);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_construct_gives_its_data),
                cmocka_unit_test(each_bad_line_is_named),
                cmocka_unit_test(keys_and_removals_keep_their_order),
                cmocka_unit_test(extensions_need_their_flag),
                cmocka_unit_test(header_is_asked_for),
                cmocka_unit_test(regedit4_strings_are_single_bytes),
                cmocka_unit_test(too_deep_a_key_is_refused),
                cmocka_unit_test(every_cut_and_changed_byte_is_survived),
                cmocka_unit_test(every_failed_allocation_is_reported),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
