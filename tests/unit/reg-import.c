/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Documents onto hives: edits in order, what is refused before the first of them, real hives there and back. */
#include "test.h"

#include <stdlib.h>

#include <offwin/reg.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "hive-common.h"

#define PREFIX "HKEY_LOCAL_MACHINE\\SYSTEM"

static ow_hive *new_hive(void)
{
        ow_hive *hive = NULL;

        assert_ok(ow_hive_new(5, "test", NULL, 0, &hive, &err));
        return hive;
}

/* Each test runs with both ways to import. */
static bool by_document;

static int use_document(void **state)
{
        by_document = true;
        return 0;
}

static int use_text(void **state)
{
        by_document = false;
        return 0;
}

static int import_text(ow_hive *hive, const char *prefix, const void *text, size_t size, ow_error *err)
{
        struct memory m = { .p = (uint8_t *)(uintptr_t)text, .size = size };
        ow_source source = memory_source(&m);
        ow_reg_document doc;
        int r;

        if (!by_document) {
                ow_reg_text from = { .source = &source, .flags = OW_REG_NO_HEADER | OW_REG_EXTENDED };

                return ow_reg_import_text(hive, ow_hive_root(hive), prefix, &from, NULL, err);
        }
        r = ow_reg_parse(text, size, OW_REG_NO_HEADER | OW_REG_EXTENDED, &doc, err);
        if (r < 0)
                return r;
        r = ow_reg_import(hive, ow_hive_root(hive), prefix, &doc, err);
        ow_reg_document_done(&doc);
        return r;
}

/* The whole hive as text, NUL-terminated. */
static struct memory export_all(ow_hive *hive)
{
        struct memory text = { 0 };
        ow_sink sink = memory_sink(&text);

        assert_ok(ow_reg_export(hive, ow_hive_root(hive), PREFIX, 0, &sink, &err));
        assert_ok(memory_write(&text, text.size, "", 1, &err));
        return text;
}

static void assert_hive_is(ow_hive *hive, const char *want)
{
        struct memory text = export_all(hive);

        assert_non_null(strstr((char *)text.p, "\r\n\r\n"));
        assert_string_equal(strstr((char *)text.p, "\r\n\r\n") + 4, want);
        memory_done(&text);
}

static void edits_follow_the_order_of_the_text(void **state)
{
        static const char text[] =
                "[HKLM\\SYSTEM\\A\\B]\n\"x\"=\"1\"\n\"y\"=dword:2\n"
                "[hkey_local_machine\\system\\a]\n@=\"a\"\n"
                "[HKLM\\SYSTEM\\A\\B]\n\"x\"=-\n\"not there\"=-\n"
                "[-HKLM\\SYSTEM\\not there]\n"
                "[\\]\n\"at the root\"=\"1\"\n[\\A]\n\"z\"=\"3\"\n[-\\E]\n"
                "[HKLM\\SYSTEM\\C\\D]\n\"m\"=multi:\"a\"\n[-HKLM\\SYSTEM\\C]\n[HKLM\\SYSTEM\\C]\n";
        ow_hive *hive = new_hive();

        assert_ok(import_text(hive, PREFIX, text, sizeof text - 1, &err));
        assert_hive_is(hive, "[" PREFIX "]\r\n\"at the root\"=\"1\"\r\n\r\n"
                       "[" PREFIX "\\A]\r\n@=\"a\"\r\n\"z\"=\"3\"\r\n\r\n"
                       "[" PREFIX "\\A\\B]\r\n\"y\"=dword:00000002\r\n\r\n[" PREFIX "\\C]\r\n\r\n");
        ow_hive_close(hive);
}

static void values_of_the_prefix_itself_are_set(void **state)
{
        static const char text[] = "[HKEY_CURRENT_USER]\n\"x\"=\"1\"\n";
        ow_hive *hive = new_hive();

        assert_ok(import_text(hive, "HKCU", text, sizeof text - 1, &err));
        assert_hive_is(hive, "[" PREFIX "]\r\n\"x\"=\"1\"\r\n\r\n");
        ow_hive_close(hive);
}

/* The first line is fine and must not be applied either. */
static void a_path_outside_changes_nothing(void **state)
{
        static const char *const bad[] = {
                "HKEY_LOCAL_MACHINE\\SOFTWARE\\A", "HKLM\\SYSTEMX", "HKLM", "HKCU\\SYSTEM\\A", "SYSTEM\\A",
                "-HKLM\\SYSTEM", "-HKEY_LOCAL_MACHINE\\system",
        };

        for (size_t i = 0; i < OW_COUNT(bad); i++) {
                OW_AUTO_FREE char *text = ow_asprintf("[HKLM\\SYSTEM\\A]\n\n[%s]\n", bad[i]);
                ow_error err = OW_ERROR_INIT;
                ow_hive *hive = new_hive();

                print_message("%s\n", bad[i]);
                assert_int_equal(import_text(hive, PREFIX, text, strlen(text), &err), OW_E_INVAL);
                assert_int_equal(err.where, 3);
                print_message("  %s\n", err.text);
                assert_hive_is(hive, "[" PREFIX "]\r\n\r\n");
                ow_hive_close(hive);
        }
}

static void a_failed_edit_names_its_line(void **state)
{
        OW_AUTO_BUFFER text = OW_BUFFER_INIT;
        ow_error err = OW_ERROR_INIT;
        ow_hive *hive = new_hive();

        ow_buffer_put_text(&text, "[HKLM\\SYSTEM\\A]\n[HKLM\\SYSTEM\\");
        for (unsigned i = 0; i < 256; i++)
                ow_buffer_put_text(&text, "n");
        ow_buffer_put_text(&text, "]\n");
        assert_int_equal(import_text(hive, PREFIX, text.p, text.len, &err), OW_E_INVAL);
        assert_ptr_equal(strstr(err.text, "line 2: key 'HKLM\\SYSTEM\\nn"), err.text);
        ow_hive_close(hive);
}

/* A real hive to text, the text into an empty hive, that to text again: both texts are the same. */
static void copy_real(const char *name, unsigned flags, struct memory *file)
{
        ow_source source = memory_source(file);
        struct memory text = { 0 };
        ow_sink sink = memory_sink(&text);
        struct memory before, after;
        ow_hive *hive = NULL, *copy = new_hive();

        assert_ok(ow_hive_load(&source, NULL, 0, OW_HIVE_ACCEPT_DIRTY, &hive, &err));
        assert_ok(ow_reg_export(hive, ow_hive_root(hive), PREFIX, flags, &sink, &err));
        assert_ok(import_text(copy, "HKLM\\SYSTEM", text.p, text.size, &err));
        before = export_all(hive);
        after = export_all(copy);
        print_message("%s: %zu bytes of text\n", name, before.size);
        assert_int_equal(before.size, after.size);
        assert_memory_equal(before.p, after.p, before.size);
        memory_done(&before);
        memory_done(&after);
        memory_done(&text);
        ow_hive_close(copy);
        ow_hive_close(hive);
}

static void real_hives_survive_text(void **state)
{
        static const struct { const char *name; unsigned flags; } hives[] = {
                { "machines/nt4-server/SYSTEM", OW_REG_EXPORT_UTF16 },
                { "machines/nt4-server/SOFTWARE", 0 },
                { "machines/win7-vmware/NTUSER-nfury.DAT", 0 },
                { "machines/xp-virtualpc/NTUSER.DAT", OW_REG_EXPORT_UTF16 },
                { "corner/yarp-BigDataHive", 0 },
                { "corner/yarp-UnicodeHive", 0 },
                { "corner/yarp-ManySubkeysHive", 0 },
                { "corner/yarp-MultiSzHive", 0 },
                { "machines/xp-virtualpc/SYSTEM", 0 },
        };

        for (size_t i = 0; i < OW_COUNT(hives); i++) {
                struct memory file;

                if (!data_load(hives[i].name, &file)) {
                        print_message("%s is not here\n", hives[i].name);
                        skip();
                }
                copy_real(hives[i].name, hives[i].flags, &file);
                memory_done(&file);
        }
}

static void a_text_is_counted(void **state)
{
        static const char text[] = "REGEDIT4\n[HKCU\\A]\n\"x\"=\"1\"\n\"y\"=-\n[HKCU\\A\\B]\n[-HKCU\\C]\n";
        ow_reg_text from = { .p = text, .size = sizeof text - 1 };
        ow_hive *hive = new_hive();
        ow_reg_counts counts;

        assert_ok(ow_reg_import_text(hive, ow_hive_root(hive), "HKCU", &from, &counts, &err));
        assert_int_equal(counts.keys, 2);
        assert_int_equal(counts.values, 1);
        assert_int_equal(counts.removed_keys, 1);
        assert_int_equal(counts.removed_values, 1);
        ow_hive_close(hive);
}

/* REGEDIT4 in a code page: names, strings and the strings of hex data; nothing is written without the code page. */
static void a_code_page_reaches_the_hive(void **state)
{
        static const char text[] = "REGEDIT4\r\n\r\n[HKCU\\Stra\xdf" "e]\r\n\"\x80\"=\"\xe9\"\r\n"
                "\"e\"=hex(2):25,e9,00\r\n\"m\"=hex(7):80,00,\\\r\n  00\r\n\"s\"=hex(1):e9,00\r\n\"b\"=hex:e9\r\n";
        ow_reg_text from = { .p = text, .size = sizeof text - 1 };
        ow_hive *hive = new_hive();

        assert_fails(OW_E_INVAL, ow_reg_import_text(hive, ow_hive_root(hive), "HKCU", &from, NULL, &err));
        assert_hive_is(hive, "[" PREFIX "]\r\n\r\n");
        from.codepage = 1252;
        assert_ok(ow_reg_import_text(hive, ow_hive_root(hive), "HKCU", &from, NULL, &err));
        assert_hive_is(hive, "[" PREFIX "]\r\n\r\n[" PREFIX "\\Stra\xc3\x9f" "e]\r\n\"\xe2\x82\xac\"=\"\xc3\xa9\"\r\n"
                       "\"e\"=hex(2):25,00,e9,00,00,00\r\n\"m\"=hex(7):ac,20,00,00,00,00\r\n\"s\"=\"\xc3\xa9\"\r\n"
                       "\"b\"=hex:e9\r\n\r\n");
        ow_hive_close(hive);
}

/* A bad last line, far behind the first window of the text. */
static void a_late_bad_line_changes_nothing(void **state)
{
        OW_AUTO_BUFFER text = OW_BUFFER_INIT;
        ow_hive *hive = new_hive();
        ow_error told = OW_ERROR_INIT;

        ow_buffer_put_text(&text, "[HKCU\\K]\n");
        for (unsigned i = 0; i < 50000; i++)
                ow_buffer_printf(&text, "\"v%u\"=dword:%x ; some comment to fill a line\n", i % 20, i);
        ow_buffer_put_text(&text, "\"x\"=dword:\n");
        assert_int_equal(import_text(hive, "HKCU", text.p, text.len, &told), OW_E_INVAL);
        assert_int_equal(told.where, 50002);
        assert_hive_is(hive, "[" PREFIX "]\r\n\r\n");
        ow_hive_close(hive);
}

/* As many levels as a hive may have: the limit counts neither the root of the registry nor where the hive is shown. */
static void the_deepest_hive_comes_back(void **state)
{
        OW_AUTO_BUFFER path = OW_BUFFER_INIT;
        OW_AUTO_BUFFER deeper = OW_BUFFER_INIT;
        ow_hive *hive = new_hive(), *again = new_hive();
        struct memory text;
        ow_key key;

        for (unsigned i = 0; i < 511; i++) /* the root of the hive is a level too */
                ow_buffer_put_text(&path, i ? "\\k" : "k");
        ow_buffer_put_byte(&path, 0);
        assert_ok(ow_hive_create_key(hive, ow_hive_root(hive), (char *)path.p, &key, NULL, &err));
        text = export_all(hive);
        assert_ok(import_text(again, PREFIX, text.p, text.size - 1, &err));
        assert_int_equal(ow_hive_find(again, ow_hive_root(again), (char *)path.p, &key, NULL), 1);
        ow_buffer_printf(&deeper, "[" PREFIX "\\%s\\k]\n", (char *)path.p);
        assert_fails(OW_E_LIMIT, import_text(again, PREFIX, deeper.p, deeper.len, &err));
        memory_done(&text);
        ow_hive_close(hive);
        ow_hive_close(again);
}

#define BOTH_WAYS(test) \
        { #test " by document", test, use_document, NULL, NULL }, { #test " by text", test, use_text, NULL, NULL }

int main(void)
{
        const struct CMUnitTest tests[] = {
                BOTH_WAYS(edits_follow_the_order_of_the_text),
                BOTH_WAYS(values_of_the_prefix_itself_are_set),
                BOTH_WAYS(a_path_outside_changes_nothing),
                BOTH_WAYS(a_failed_edit_names_its_line),
                BOTH_WAYS(a_late_bad_line_changes_nothing),
                BOTH_WAYS(the_deepest_hive_comes_back),
                BOTH_WAYS(real_hives_survive_text),
                cmocka_unit_test(a_text_is_counted),
                cmocka_unit_test(a_code_page_reaches_the_hive),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
