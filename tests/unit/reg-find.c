/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Searching: what each field and flag matches, in order; real hives; damage. */
#include "test.h"

#include <stdlib.h>

#include <offwin/reg.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "hive-common.h"

#define P "HKLM\\X"

static const char tree[] =
        "[" P "]\n@=\"root\"\n[" P "\\Alpha]\n\"Name\"=\"Some Text\"\n\"num\"=dword:0000002a\n\"big\"=qword:100\n"
        "\"be\"=hex(5):00,00,00,2b\n\"bin\"=hex:00,ff,10,41,00,42,00\n\"list\"=multi:\"first\",\"second one\"\n"
        "[" P "\\Alpha\\\xc3\x84rger]\n\"path\"=expand:\"%SystemRoot%\\\\x.sys\"\n\"Stra\xc3\x9f" "e\"=\"\xd0\x96\"\n"
        "\"\"=\"alpha\"\n[" P "\\beta]\n\"odd\"=hex(4):2a\n\"empty\"=\"\"\n\"none\"=hex(0):\n";

static ow_hive *new_hive(void)
{
        ow_reg_text from = { .p = tree, .size = sizeof tree - 1, .flags = OW_REG_NO_HEADER | OW_REG_EXTENDED };
        ow_hive *hive = NULL;

        assert_ok(ow_hive_new(5, "test", NULL, 0, &hive, &err));
        assert_ok(ow_reg_import_text(hive, ow_hive_root(hive), P, &from, NULL, &err));
        return hive;
}

/* Matches as "key", "key:value" with ! for the name and = for the data, separated by blanks; without the prefix. */
static int put_match(void *state, const ow_reg_match *m, ow_error *err)
{
        ow_buffer *out = state;

        ow_buffer_printf(out, "%s%s", out->len ? " " : "", m->path[6] ? m->path + 7 : ".");
        if (m->name)
                ow_buffer_printf(out, ":%s%s%s", m->name, m->what & OW_REG_FIND_NAMES ? "!" : "",
                                 m->what & OW_REG_FIND_DATA ? "=" : "");
        assert_int_equal(m->name == NULL, m->what == OW_REG_FIND_KEYS);
        return 0;
}

struct tally {
        unsigned matches, lost;
};

static int count_match(void *state, const ow_reg_match *m, ow_error *err)
{
        ((struct tally *)state)->matches++;
        return 0;
}

enum { K = OW_REG_FIND_KEYS, N = OW_REG_FIND_NAMES, D = OW_REG_FIND_DATA, C = OW_REG_FIND_CASE,
       W = OW_REG_FIND_WHOLE, R = OW_REG_FIND_REGEX };

static void each_query_finds_its_own(void **state)
{
        static const struct { const char *pattern; unsigned flags; int type; const char *want; } all[] = {
                { "alpha", 0, -1, "Alpha Alpha\\\xc3\x84rger:=" },
                { "alpha", C, -1, "Alpha\\\xc3\x84rger:=" },
                { "ALPHA", K, -1, "Alpha" },
                { "lph", K, -1, "Alpha" },
                { "lph", K | W, -1, "" },
                { "alpha", D | W, -1, "Alpha\\\xc3\x84rger:=" },
                { "\xc3\xa4RG", K, -1, "Alpha\\\xc3\x84rger" },
                { "\xc3\xa4RG", K | C, -1, "" },
                { "\xd0\xb6", D, -1, "Alpha\\\xc3\x84rger:Stra\xc3\x9f" "e=" },
                { "na", N, -1, "Alpha:Name!" },
                { "text", 0, -1, "Alpha:Name=" },
                { "n", N | D, OW_REG_SZ, "Alpha:Name!" },
                { "n", N, OW_REG_DWORD, "Alpha:num!" },
                { "42", D, -1, "Alpha:num= Alpha:bin=" },
                { "0x2A", D, -1, "Alpha:num=" },
                { "0x0000002a", D | W, -1, "Alpha:num=" },
                { "4", D | W, -1, "" },
                { "256", D, -1, "Alpha:big=" },
                { "0x0000000000000100", D | W, -1, "Alpha:big=" },
                { "43", D, -1, "Alpha:be=" },
                { "00 ff", D, -1, "Alpha:bin=" },
                { "FF,10", D, -1, "Alpha:bin=" },
                { "0f", D, -1, "" },
                { "00ff1041004200", D | W, -1, "Alpha:bin=" },
                { "2a", D, OW_REG_DWORD, "Alpha:num= beta:odd=" },
                { "first", D | W, -1, "Alpha:list=" },
                { "second", D | W, -1, "" },
                { "first\nsecond", D, -1, "" },
                { "systemroot%\\x", D, -1, "Alpha\\\xc3\x84rger:path=" },
                { "", D | W, -1, "beta:empty= beta:none=" },
                { "", N | W, -1, ".:! Alpha\\\xc3\x84rger:!" },
                { NULL, 0, OW_REG_QWORD, "Alpha:big!=" },
                { NULL, K, -1, ". Alpha Alpha\\\xc3\x84rger beta" },
                { "^b.*a$", K | R, -1, "beta" },
                { "ET", K | R, -1, "beta" },
                { "ET", K | R | C, -1, "" },
                { "\xc3\xa4.G", K | R, -1, "Alpha\\\xc3\x84rger" },     /* one character, not two bytes, and its case */
                { "^.rger$", K | R, -1, "Alpha\\\xc3\x84rger" },
                { "^(num|be)$", N | R, -1, "Alpha:num! Alpha:be!" },
                { "al|alpha", D | R | W, -1, "Alpha\\\xc3\x84rger:=" },
                { "^4[23]$", D | R, -1, "Alpha:num= Alpha:be=" },
                { "^00ff", D | R, -1, "Alpha:bin=" },
                { "^second", D | R, -1, "Alpha:list=" },
                { "^[[:upper:]]$", D | R | C, -1, "Alpha\\\xc3\x84rger:Stra\xc3\x9f" "e=" },
                { "nothing like it", 0, -1, "" },
        };
        ow_hive *hive = new_hive();

        for (size_t i = 0; i < OW_COUNT(all); i++) {
                const uint32_t type = (uint32_t)all[i].type;
                ow_reg_query query = { .pattern = all[i].pattern, .flags = all[i].flags };
                OW_AUTO_BUFFER out = OW_BUFFER_INIT;

                if (all[i].type >= 0) {
                        query.types = &type;
                        query.n_types = 1;
                }
                print_message("%zu: %s\n", i, all[i].pattern ? all[i].pattern : "NULL");
                assert_ok(ow_reg_find(hive, ow_hive_root(hive), P, &query, put_match, NULL, &out, &err));
                ow_buffer_put_byte(&out, 0);
                assert_string_equal((char *)out.p, all[i].want);
        }
        ow_hive_close(hive);
}

static void names_with_a_nul_are_found_whole(void **state)
{
        static const struct { const char *pattern; unsigned flags, want; } all[] = {
                { "o\xc0\x80k", K, 1 }, { "key", K, 2 }, { "zero", K | W, 0 }, { "zero\xc0\x80KEY", K | W, 1 },
                { "key$", K | R, 2 }, { "^zero", K | R, 1 }, { "zero$", K | R, 0 }, { "^\xe6\x97\xa5", K | R, 1 },
        };
        ow_hive *hive = NULL;
        ow_key key;

        assert_ok(ow_hive_new(5, "test", NULL, 0, &hive, &err));
        assert_ok(ow_hive_create_key(hive, ow_hive_root(hive), "zero\xc0\x80key", &key, NULL, &err));
        assert_ok(ow_hive_create_key(hive, ow_hive_root(hive), "\xe6\x97\xa5\xc0\x80" "key", &key, NULL, &err));
        for (size_t i = 0; i < OW_COUNT(all); i++) {
                ow_reg_query query = { .pattern = all[i].pattern, .flags = all[i].flags };
                struct tally tally = { 0 };

                print_message("%s\n", all[i].pattern);
                assert_ok(ow_reg_find(hive, ow_hive_root(hive), P, &query, count_match, NULL, &tally, &err));
                assert_int_equal(tally.matches, all[i].want);
        }
        ow_hive_close(hive);
}

static void text_inside_binary_is_found(void **state)
{
        ow_hive *hive = new_hive();
        ow_reg_query query = { .pattern = "ab", .flags = D };
        OW_AUTO_BUFFER out = OW_BUFFER_INIT;
        static const uint8_t data[] = { 1, 2, 'A', 0, 'B', 0, 0, 0, 9 };

        assert_ok(ow_hive_set_value(hive, ow_hive_root(hive), "b", OW_REG_BINARY, data, sizeof data, &err));
        assert_ok(ow_reg_find(hive, ow_hive_root(hive), P, &query, put_match, NULL, &out, &err));
        query.flags |= R;
        query.pattern = "ab$";
        assert_ok(ow_reg_find(hive, ow_hive_root(hive), P, &query, put_match, NULL, &out, &err));
        ow_buffer_put_byte(&out, 0);
        assert_string_equal((char *)out.p, ".:b= .:b=");
        ow_hive_close(hive);
}

static int stop_at_second(void *state, const ow_reg_match *m, ow_error *err)
{
        return ++*(int *)state == 2 ? ow_fail(err, OW_E_CORRUPT, OW_NOWHERE, "mine") : 0;
}

static void a_search_can_be_ended(void **state)
{
        ow_hive *hive = new_hive();
        ow_reg_query query = { .flags = K, .max_matches = 2 };
        OW_AUTO_BUFFER out = OW_BUFFER_INIT;
        int n = 0;

        assert_ok(ow_reg_find(hive, ow_hive_root(hive), P, &query, put_match, NULL, &out, &err));
        ow_buffer_put_byte(&out, 0);
        assert_string_equal((char *)out.p, ". Alpha");
        query.max_matches = 0;
        assert_fails(OW_E_CORRUPT, ow_reg_find(hive, ow_hive_root(hive), P, &query, stop_at_second, NULL, &n, &err));
        assert_int_equal(n, 2);
        ow_hive_close(hive);
}

static void bad_queries_are_refused(void **state)
{
        ow_hive *hive = new_hive();
        ow_reg_query query = { .pattern = "(", .flags = R };

        assert_fails(OW_E_INVAL, ow_reg_find(hive, ow_hive_root(hive), P, &query, put_match, NULL, NULL, &err));
        query.pattern = "\xff";
        assert_fails(OW_E_INVAL, ow_reg_find(hive, ow_hive_root(hive), P, &query, put_match, NULL, NULL, &err));
        query.flags = 0;
        assert_fails(OW_E_INVAL, ow_reg_find(hive, ow_hive_root(hive), P, &query, put_match, NULL, NULL, &err));
        query.pattern = "a";
        assert_fails(OW_E_INVAL, ow_reg_find(hive, ow_hive_root(hive), "", &query, put_match, NULL, NULL, &err));
        ow_hive_close(hive);
}

static void count_lost(void *state, const char *path, const ow_error *why)
{
        assert_true(*path && why->text[0]);
        ((struct tally *)state)->lost++;
}

static void real_hives_are_searched_whole(void **state)
{
        static const struct { const char *name, *pattern; unsigned flags, matches; bool damaged; } all[] = {
                { "machines/nt4-server/SYSTEM", NULL, K, 0, false },
                { "machines/nt4-server/SYSTEM", "^Tcpip$", K | R, 0, false },
                { "corner/artemis-NTUSER_Bad.DAT", NULL, 0, 0, true },
                { "corner/plaso-corrupt_sub_key_list.hiv", NULL, K, 0, true },
        };

        for (size_t i = 0; i < OW_COUNT(all); i++) {
                ow_reg_query query = { .pattern = all[i].pattern, .flags = all[i].flags };
                struct tally tally = { 0 };
                struct walk_result walked;
                struct memory file;
                ow_source source;
                ow_hive *hive = NULL;

                if (!data_load(all[i].name, &file)) {
                        print_message("%s is not here\n", all[i].name);
                        skip();
                }
                source = memory_source(&file);
                assert_ok(ow_hive_load(&source, NULL, 0, OW_HIVE_ACCEPT_DIRTY, &hive, &err));
                walked = walk_all(hive);
                assert_ok(ow_reg_find(hive, ow_hive_root(hive), P, &query, count_match, count_lost, &tally, &err));
                print_message("%s: %u matches, %u lost\n", all[i].name, tally.matches, tally.lost);
                assert_int_equal(tally.lost > 0, all[i].damaged);
                assert_true(tally.matches > 0);
                if (!all[i].pattern && !all[i].damaged)
                        assert_int_equal(tally.matches, walked.keys);
                ow_hive_close(hive);
                memory_done(&file);
        }
}

static void every_failed_allocation_is_reported(void **state)
{
        ow_hive *hive = new_hive();
        ow_reg_query query = { .pattern = "a" };
        int r = OW_E_NOMEM;

        for (size_t n = 1; r != 0; n++) {
                struct tally tally = { 0 };
                ow_error told = OW_ERROR_INIT;

                ow_alloc_fail_from(n);
                r = ow_reg_find(hive, ow_hive_root(hive), P, &query, count_match, count_lost, &tally, &told);
                ow_alloc_fail_from(0);
                assert_true(r == 0 || (r == OW_E_NOMEM && told.code == r));
        }
        ow_hive_close(hive);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_query_finds_its_own),
                cmocka_unit_test(names_with_a_nul_are_found_whole),
                cmocka_unit_test(text_inside_binary_is_found),
                cmocka_unit_test(a_search_can_be_ended),
                cmocka_unit_test(bad_queries_are_refused),
                cmocka_unit_test(real_hives_are_searched_whole),
                cmocka_unit_test(every_failed_allocation_is_reported),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
