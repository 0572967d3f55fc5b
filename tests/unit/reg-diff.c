/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two trees side by side: each kind of row, in order; the difference as text, applied; real hives against edits. */
#include "test.h"

#include <stdlib.h>
#include <strings.h>

#include <offwin/reg.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "hive-common.h"

#define P "HKLM\\X"

static ow_hive *new_hive(const char *text)
{
        ow_reg_text from = { .p = text, .size = strlen(text), .flags = OW_REG_NO_HEADER | OW_REG_EXTENDED };
        ow_hive *hive = NULL;

        assert_ok(ow_hive_new(5, "test", NULL, 0, &hive, &err));
        assert_ok(ow_reg_import_text(hive, ow_hive_root(hive), P, &from, NULL, &err));
        return hive;
}

/* Rows as lines: kind, path, name. */
static int put_row(void *state, const ow_reg_row *row, ow_error *err)
{
        static const char *const kinds[] = { "+key", "-key", "+", "-", "*", "time", "class", "security" };
        OW_AUTO_FREE char *before = NULL;
        OW_AUTO_FREE char *after = NULL;
        ow_buffer *out = state;
        const ow_reg_side *b = &row->before, *a = &row->after;

        ow_buffer_printf(out, "%s %s", kinds[row->kind], row->path);
        if (row->name) {
                assert_int_equal(ow_reg_display_data(b->type, b->data, b->size, 0, &before, err), 0);
                assert_int_equal(ow_reg_display_data(a->type, a->data, a->size, 0, &after, err), 0);
                ow_buffer_printf(out, "|%s|", row->name);
                if (row->kind != OW_REG_DIFF_VALUE_ADDED)
                        ow_buffer_printf(out, "%s", before);
                ow_buffer_put_text(out, ">");
                if (row->kind != OW_REG_DIFF_VALUE_REMOVED)
                        ow_buffer_printf(out, "%s", after);
        }
        ow_buffer_put_text(out, "\n");
        return 0;
}

static void fail_lost(void *state, const char *path, const ow_error *why)
{
        fail_msg("lost %s: %s", path, why->text);
}

static char *diff(ow_hive *a, ow_hive *b, unsigned flags)
{
        OW_AUTO_BUFFER out = OW_BUFFER_INIT;

        assert_ok(ow_reg_diff(a, ow_hive_root(a), b, ow_hive_root(b), P, flags, put_row, fail_lost, &out, &err));
        return ow_buffer_take_text(&out);
}

static const char before[] =
        "[" P "\\A]\n\"same\"=dword:1\n\"gone\"=\"x\"\n\"type\"=hex:01,00,00,00\n\"data\"=\"old\"\n"
        "[" P "\\B\\deep]\n\"v\"=\"1\"\n[" P "\\C]\n[" P "\\Case]\n\"Name\"=\"1\"\n[" P "\\Z]\n";
static const char after[] =
        "[" P "\\a]\n\"data\"=\"new\"\n\"SAME\"=dword:1\n\"type\"=dword:1\n@=\"d\"\n"
        "[" P "\\C\\new\\deep]\n\"v\"=\"1\"\n\"a\"=\"2\"\n[" P "\\CASE]\n\"NAME\"=\"1\"\n[" P "\\D]\n";
static const char rows[] =
        "+ " P "\\A||>\"d\"\n* " P "\\A|data|\"old\">\"new\"\n- " P "\\A|gone|\"x\">\n"
        "* " P "\\A|type|01 00 00 00>1 (0x00000001)\n-key " P "\\B\n"
        "+key " P "\\C\\new\n+key " P "\\C\\new\\deep\n+ " P "\\C\\new\\deep|a|>\"2\"\n"
        "+ " P "\\C\\new\\deep|v|>\"1\"\n+key " P "\\D\n-key " P "\\Z\n";

static void each_difference_is_a_row(void **state)
{
        ow_hive *a = new_hive(before), *b = new_hive(after);
        OW_AUTO_FREE char *got = diff(a, b, 0);
        OW_AUTO_FREE char *none = diff(a, a, OW_REG_DIFF_TIMES | OW_REG_DIFF_CLASSES | OW_REG_DIFF_SECURITY);
        OW_AUTO_FREE char *all = diff(a, b, OW_REG_DIFF_REMOVED);

        assert_string_equal(got, rows);
        assert_string_equal(none, "");
        assert_non_null(strstr(all, "-key " P "\\B\n-key " P "\\B\\deep\n- " P "\\B\\deep|v|\"1\">\n+key "));
        ow_hive_close(a);
        ow_hive_close(b);
}

/* No .reg text has a form for it. */
static void a_difference_with_a_nul_in_a_name_is_not_written(void **state)
{
        static const char *const keys[] = { "K", "K\xc0\x80" }, *const values[] = { "v\xc0\x80", "v" };
        static const char *const says[] = { "a value has a NUL in its name", "a key has a NUL in its name" };

        for (size_t i = 0; i < OW_COUNT(keys); i++) {
                ow_hive *a = new_hive(""), *b = new_hive("");
                struct memory text = { 0 };
                ow_sink sink = memory_sink(&text);
                ow_error told = OW_ERROR_INIT;
                ow_key key;

                assert_ok(ow_hive_create_key(b, ow_hive_root(b), keys[i], &key, NULL, &err));
                assert_ok(ow_hive_set_value(b, key, values[i], OW_REG_BINARY, "x", 1, &err));
                assert_int_equal(ow_reg_diff_export(a, ow_hive_root(a), b, ow_hive_root(b), P, 0, &sink, &told),
                                 OW_E_UNSUPPORTED);
                assert_non_null(strstr(told.text, says[i]));
                memory_done(&text);
                ow_hive_close(a);
                ow_hive_close(b);
        }
}

static void times_classes_and_security_only_when_asked(void **state)
{
        ow_hive *a = new_hive("[" P "\\K]\n"), *b = new_hive("[" P "\\K]\n");
        struct memory saved = { 0 };
        ow_sink sink = memory_sink(&saved);
        ow_blob security = { 0 };
        ow_key key;

        assert_int_equal(ow_hive_find(b, ow_hive_root(b), "K", &key, NULL), 1);
        assert_ok(ow_hive_set_class(b, key, "c\0", 2, &err));
        assert_ok(ow_hive_security(b, key, &security, &err));
        security.p[2] ^= 1;             /* SE_OWNER_DEFAULTED */
        assert_ok(ow_hive_set_security(b, key, security.p, security.size, &err));
        assert_ok(ow_hive_save(b, 1000, &sink, &err));
        {
                OW_AUTO_FREE char *plain = diff(a, b, 0);
                OW_AUTO_FREE char *all = diff(a, b, OW_REG_DIFF_TIMES | OW_REG_DIFF_CLASSES | OW_REG_DIFF_SECURITY);

                assert_string_equal(plain, "");
                assert_string_equal(all, "time " P "\ntime " P "\\K\nclass " P "\\K\nsecurity " P "\\K\n");
        }
        ow_blob_done(&security);
        memory_done(&saved);
        ow_hive_close(a);
        ow_hive_close(b);
}

static void parts_of_one_hive_can_be_compared(void **state)
{
        ow_hive *a = new_hive("[" P "\\A\\s]\n\"x\"=\"1\"\n[" P "\\B\\s]\n\"x\"=\"2\"\n[" P "\\B\\t]\n");
        OW_AUTO_BUFFER out = OW_BUFFER_INIT;
        ow_key ka, kb;

        assert_int_equal(ow_hive_find(a, ow_hive_root(a), "A", &ka, NULL), 1);
        assert_int_equal(ow_hive_find(a, ow_hive_root(a), "B", &kb, NULL), 1);
        assert_ok(ow_reg_diff(a, ka, a, kb, "Q", 0, put_row, NULL, &out, &err));
        ow_buffer_put_byte(&out, 0);
        assert_string_equal((char *)out.p, "* Q\\s|x|\"1\">\"2\"\n+key Q\\t\n");
        assert_fails(OW_E_INVAL, ow_reg_diff(a, ka, a, kb, "", 0, put_row, NULL, &out, &err));
        ow_hive_close(a);
}

static int stop(void *state, const ow_reg_row *row, ow_error *err)
{
        return ++*(int *)state == 3 ? ow_fail(err, OW_E_CANCELLED, OW_NOWHERE, "enough") : 0;
}

static void a_row_may_end_it(void **state)
{
        ow_hive *a = new_hive(before), *b = new_hive(after);
        int n = 0;

        assert_fails(OW_E_CANCELLED, ow_reg_diff(a, ow_hive_root(a), b, ow_hive_root(b), P, 0, stop, NULL, &n, &err));
        assert_int_equal(n, 3);
        ow_hive_close(a);
        ow_hive_close(b);
}

/* The text of a difference, imported into a, leaves none. */
static void check_text(ow_hive *a, ow_hive *b, unsigned flags)
{
        struct memory text = { 0 };
        ow_sink sink = memory_sink(&text);
        ow_reg_text from;

        assert_ok(ow_reg_diff_export(a, ow_hive_root(a), b, ow_hive_root(b), P, flags, &sink, &err));
        from = (ow_reg_text){ .p = text.p, .size = text.size };
        {                               /* what the text would change is the difference that it was made of */
                OW_AUTO_BUFFER by_text = OW_BUFFER_INIT;
                OW_AUTO_FREE char *want = diff(a, b, 0);

                assert_ok(ow_reg_diff_text(a, ow_hive_root(a), P, &from, put_row, &by_text, &err));
                ow_buffer_put_byte(&by_text, 0);
                assert_int_equal(strcasecmp((char *)by_text.p, want), 0);       /* keys as the text spells them */
        }
        assert_ok(ow_reg_import_text(a, ow_hive_root(a), P, &from, NULL, &err));
        {
                OW_AUTO_FREE char *left = diff(a, b, OW_REG_DIFF_REMOVED);

                assert_string_equal(left, "");
        }
        memory_done(&text);
}

static void the_text_of_it_makes_one_the_other(void **state)
{
        static const char want[] = "Windows Registry Editor Version 5.00\r\n\r\n"
                "[" P "\\A]\r\n@=\"d\"\r\n\"data\"=\"new\"\r\n\"gone\"=-\r\n\"type\"=dword:00000001\r\n\r\n"
                "[-" P "\\B]\r\n\r\n[" P "\\C\\new]\r\n\r\n"
                "[" P "\\C\\new\\deep]\r\n\"a\"=\"2\"\r\n\"v\"=\"1\"\r\n\r\n[" P "\\D]\r\n\r\n[-" P "\\Z]\r\n\r\n";
        ow_hive *a = new_hive(before), *b = new_hive(after);
        struct memory text = { 0 };
        ow_sink sink = memory_sink(&text);

        assert_ok(ow_reg_diff_export(a, ow_hive_root(a), b, ow_hive_root(b), P, 0, &sink, &err));
        assert_int_equal(text.size, sizeof want - 1);
        assert_memory_equal(text.p, want, text.size);
        check_text(a, b, OW_REG_EXPORT_UTF16);
        memory_done(&text);
        ow_hive_close(a);
        ow_hive_close(b);
}

/* ---- a text against a hive ---- */

static char *diff_text(ow_hive *hive, const char *text)
{
        ow_reg_text from = { .p = text, .size = strlen(text), .flags = OW_REG_NO_HEADER | OW_REG_EXTENDED };
        OW_AUTO_BUFFER out = OW_BUFFER_INIT;

        assert_ok(ow_reg_diff_text(hive, ow_hive_root(hive), P, &from, put_row, &out, &err));
        return ow_buffer_take_text(&out);
}

static void a_text_shows_its_net_change(void **state)
{
        static const struct { const char *text, *want; } all[] = {
                { before, "" },
                { "[" P "\\a]\n\"SAME\"=dword:1\n\"not there\"=-\n[-" P "\\none]\n", "" },
                { "[" P "\\A]\n\"new\"=\"1\"\n\"new\"=-\n[" P "\\N\\M]\n[-" P "\\N]\n", "" },
                { "[" P "\\A]\n\"same\"=dword:2\n\"same\"=dword:3\n",
                  "* " P "\\A|same|1 (0x00000001)>3 (0x00000003)\n" },
                { "[-" P "\\B]\n", "-key " P "\\B\n" },
                { "[-" P "\\B]\n[" P "\\B]\n\"n\"=\"\"\n", "+ " P "\\B|n|>\"\"\n-key " P "\\B\\deep\n" },
                { "[-" P "\\B\\deep]\n[" P "\\B\\deep]\n\"v\"=\"1\"\n", "" },
                { "[" P "\\N\\M]\n\"x\"=\"1\"\n", "+key " P "\\N\n+key " P "\\N\\M\n+ " P "\\N\\M|x|>\"1\"\n" },
                { "[" P "]\n@=\"r\"\n", "+ " P "||>\"r\"\n" },
                { "[HKEY_LOCAL_MACHINE\\X\\C]\n@=\"r\"\n", "+ " P "\\C||>\"r\"\n" },
        };
        ow_hive *hive = new_hive(before);

        for (size_t i = 0; i < OW_COUNT(all); i++) {
                OW_AUTO_FREE char *got = diff_text(hive, all[i].text);

                print_message("%zu\n", i);
                assert_string_equal(got, all[i].want);
        }
        ow_hive_close(hive);
}

static void a_bad_text_shows_nothing(void **state)
{
        ow_hive *hive = new_hive(before);
        static const char *const bad[] = { "[" P "\\A]\n\"x\"=1\n", "[HKCU\\A]\n", "[-" P "]\n" };

        for (size_t i = 0; i < OW_COUNT(bad); i++) {
                ow_reg_text from = { .p = bad[i], .size = strlen(bad[i]), .flags = OW_REG_NO_HEADER };

                assert_fails(OW_E_INVAL, ow_reg_diff_text(hive, ow_hive_root(hive), P, &from, put_row, NULL, &err));
        }
        ow_hive_close(hive);
}

/* ---- random trees ---- */

static unsigned draw(unsigned *seed, unsigned n)
{
        *seed = *seed * 1103515245 + 12345;
        return (*seed >> 16) % n;
}

static void random_edits(ow_hive *hive, unsigned *seed, unsigned n)
{
        while (n-- > 0) {
                char path[64], name[16];
                uint8_t data[8] = { 0 };
                ow_key key;
                size_t len = 0;

                for (unsigned depth = 1 + draw(seed, 3); depth > 0; depth--)
                        len += (size_t)snprintf(path + len, sizeof path - len, "%s%c%u", len ? "\\" : "",
                                                draw(seed, 2) ? 'k' : 'K', draw(seed, 6));
                if (draw(seed, 4) == 0) {
                        if (ow_hive_find(hive, ow_hive_root(hive), path, &key, NULL) == 1)
                                assert_ok(ow_hive_delete_key(hive, key, &err));
                        continue;
                }
                assert_ok(ow_hive_create_key(hive, ow_hive_root(hive), path, &key, NULL, &err));
                (void)snprintf(name, sizeof name, draw(seed, 2) ? "v%u" : "V%u", draw(seed, 5));
                data[0] = (uint8_t)draw(seed, 3);
                if (draw(seed, 3) == 0)
                        assert_true(ow_hive_delete_value(hive, key, draw(seed, 4) ? name : "", NULL) >= 0);
                else
                        assert_ok(ow_hive_set_value(hive, key, draw(seed, 4) ? name : "", 3 + draw(seed, 3), data,
                                                    draw(seed, 9), &err));
        }
}

static void random_trees_become_each_other(void **state)
{
        unsigned seed = 1;

        for (unsigned round = 0; round < 150; round++) {
                ow_hive *a = new_hive(""), *b = new_hive("");

                random_edits(a, &seed, 60);
                random_edits(b, &seed, 60);
                check_text(a, b, round % 2 ? OW_REG_EXPORT_UTF16 : 0);
                ow_hive_close(a);
                ow_hive_close(b);
        }
}

static void real_hives_differ_by_their_edits(void **state)
{
        static const char *const names[] = { "machines/nt4-server/SYSTEM", "machines/xp-virtualpc/NTUSER.DAT",
                                             "machines/win7-vmware/SYSTEM", "corner/winreg-kb-UsrClass.dat" };

        for (size_t i = 0; i < OW_COUNT(names); i++) {
                struct memory file;
                ow_source source;
                ow_hive *a = NULL, *b = NULL;
                unsigned seed = 5;

                if (!data_load(names[i], &file)) {
                        print_message("%s is not here\n", names[i]);
                        skip();
                }
                source = memory_source(&file);
                assert_ok(ow_hive_load(&source, NULL, 0, OW_HIVE_ACCEPT_DIRTY, &a, &err));
                assert_ok(ow_hive_load(&source, NULL, 0, OW_HIVE_ACCEPT_DIRTY, &b, &err));
                {
                        OW_AUTO_FREE char *none = diff(a, b, OW_REG_DIFF_TIMES | OW_REG_DIFF_CLASSES |
                                                       OW_REG_DIFF_SECURITY | OW_REG_DIFF_REMOVED);

                        assert_string_equal(none, "");
                }
                random_edits(b, &seed, 50);
                check_text(a, b, 0);
                ow_hive_close(a);
                ow_hive_close(b);
                memory_done(&file);
        }
}

static void count_lost(void *state, const char *path, const ow_error *why)
{
        assert_true(why->text[0] && *path);
        ++*(int *)state;
}

static int count_row(void *state, const ow_reg_row *row, ow_error *err)
{
        return 0;
}

static void damage_is_told_or_refused(void **state)
{
        struct memory file;
        ow_source source;
        ow_hive *hive = NULL;
        struct memory text = { 0 };
        ow_sink sink = memory_sink(&text);
        ow_hive *empty = new_hive("");
        int lost = 0;

        if (!data_load("corner/plaso-corrupt_sub_key_list.hiv", &file)) {
                print_message("the hive is not here\n");
                ow_hive_close(empty);
                skip();
        }
        source = memory_source(&file);
        assert_ok(ow_hive_load(&source, NULL, 0, OW_HIVE_ACCEPT_DIRTY, &hive, &err));
        assert_ok(ow_reg_diff(hive, ow_hive_root(hive), empty, ow_hive_root(empty), P, OW_REG_DIFF_REMOVED, count_row,
                              count_lost, &lost, &err));
        assert_true(lost > 0);
        assert_fails(OW_E_CORRUPT, ow_reg_diff_export(empty, ow_hive_root(empty), hive, ow_hive_root(hive), P, 0, &sink,
                                                      &err));
        memory_done(&text);
        ow_hive_close(hive);
        ow_hive_close(empty);
        memory_done(&file);
}

struct tally {
        enum ow_reg_diff_kind kind;     /* the only one that may come */
        int rows, lost;
};

static int tally_row(void *state, const ow_reg_row *row, ow_error *err)
{
        struct tally *tally = state;

        assert_int_equal(row->kind, tally->kind);
        assert_string_equal(row->name, "big");
        tally->rows++;
        return 0;
}

static void tally_lost(void *state, const char *path, const ow_error *why)
{
        assert_string_equal(path, P "\\k");
        ((struct tally *)state)->lost++;
}

/* A value of 20000 bytes beside another one. The first byte of that magic is then broken. */
static ow_hive *hive_with_big(const char *magic, struct memory *file)
{
        uint8_t bytes[20000] = { 1 };
        ow_hive *hive = new_hive("[" P "\\k]\n\"z\"=dword:1\n");
        ow_sink sink = memory_sink(file);
        ow_source source;
        ow_key k;

        assert_int_equal(ow_hive_find(hive, ow_hive_root(hive), "k", &k, NULL), 1);
        assert_ok(ow_hive_set_value(hive, k, "big", OW_REG_BINARY, bytes, sizeof bytes, &err));
        assert_ok(ow_hive_save(hive, 1, &sink, &err));
        ow_hive_close(hive);
        for (size_t i = 0; magic && i + 8 < file->size; i += 4) {
                if (memcmp(file->p + i, magic, strlen(magic)) == 0)
                        file->p[i] = 'x';
        }
        source = memory_source(file);
        assert_ok(ow_hive_load(&source, NULL, 0, 0, &hive, &err));
        return hive;
}

static void data_that_cannot_be_read_are_told_as_not_there(void **state)
{
        struct memory sound_file = { 0 }, broken_file = { 0 };
        ow_hive *sound = hive_with_big(NULL, &sound_file), *broken = hive_with_big("db\2", &broken_file);
        struct { ow_hive *a, *b; enum ow_reg_diff_kind kind; int rows, lost; } cases[] = {
                { sound, broken, OW_REG_DIFF_VALUE_REMOVED, 1, 1 },
                { broken, sound, OW_REG_DIFF_VALUE_ADDED, 1, 1 },
                { broken, broken, 0, 0, 2 },
        };

        for (size_t i = 0; i < OW_COUNT(cases); i++) {
                struct tally tally = { .kind = cases[i].kind };

                assert_ok(ow_reg_diff(cases[i].a, ow_hive_root(cases[i].a), cases[i].b, ow_hive_root(cases[i].b), P, 0,
                                      tally_row, tally_lost, &tally, &err));
                assert_int_equal(tally.rows, cases[i].rows);
                assert_int_equal(tally.lost, cases[i].lost);
                assert_fails(OW_E_CORRUPT, ow_reg_diff(cases[i].a, ow_hive_root(cases[i].a), cases[i].b,
                                                       ow_hive_root(cases[i].b), P, 0, count_row, NULL, NULL, &err));
        }
        ow_hive_close(sound);
        ow_hive_close(broken);
        memory_done(&sound_file);
        memory_done(&broken_file);
}

static void every_failed_allocation_is_reported(void **state)
{
        ow_hive *a = new_hive(before), *b = new_hive(after);
        int r = OW_E_NOMEM;

        for (size_t n = 1; r != 0; n++) {
                struct memory text = { 0 };
                ow_sink sink = memory_sink(&text);
                ow_error told = OW_ERROR_INIT;

                ow_alloc_fail_from(n);
                r = ow_reg_diff_export(a, ow_hive_root(a), b, ow_hive_root(b), P, OW_REG_EXPORT_UTF16, &sink, &told);
                ow_alloc_fail_from(0);
                assert_true(r == 0 || (r == OW_E_NOMEM && told.code == r));
                memory_done(&text);
        }
        ow_hive_close(a);
        ow_hive_close(b);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_difference_is_a_row),
                cmocka_unit_test(a_difference_with_a_nul_in_a_name_is_not_written),
                cmocka_unit_test(times_classes_and_security_only_when_asked),
                cmocka_unit_test(parts_of_one_hive_can_be_compared),
                cmocka_unit_test(a_row_may_end_it),
                cmocka_unit_test(the_text_of_it_makes_one_the_other),
                cmocka_unit_test(a_text_shows_its_net_change),
                cmocka_unit_test(a_bad_text_shows_nothing),
                cmocka_unit_test(random_trees_become_each_other),
                cmocka_unit_test(real_hives_differ_by_their_edits),
                cmocka_unit_test(damage_is_told_or_refused),
                cmocka_unit_test(data_that_cannot_be_read_are_told_as_not_there),
                cmocka_unit_test(every_failed_allocation_is_reported),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
