/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The difference that a plan shows, its end, and its JSON. */
#include "test.h"

#include <jansson.h>

#include <offwin/report.h>

#include "report-fake.h"

#define TEXT(literal) ((char *)(uintptr_t)(literal))
#define PATH "HKLM\\SYSTEM\\ControlSet001\\Services\\NlaSvc\\Parameters\\Internet"

static uint8_t one[] = { 1, 0, 0, 0 };
static uint8_t zero[] = { 0, 0, 0, 0 };
static uint8_t escape[] = { 'a', 0, 0x1b, 0, '[', 0, '2', 0, 'J', 0, 0, 0 };
static uint8_t expand[] = { '%', 0, 'T', 0, '%', 0, 0, 0 };

#define DWORD(bytes) { true, OW_REG_DWORD, { (bytes), 4 } }

static ow_change probe(const char *where)
{
        return (ow_change){ .kind = OW_CHANGE_VALUE, .fix = &fake_ncsi, .where = TEXT(where),
                            .name = TEXT("EnableActiveProbing"), .before = DWORD(one), .after = DWORD(zero),
                            .temporary = true };
}

static char *report(const ow_plan *plan, enum ow_plan_outcome outcome, const ow_commit_result *commit,
                    const ow_report_options *options)
{
        ow_machine machine = fake_machine();
        ow_guest guest = fake_guest(&machine);
        char *text = NULL;

        assert_ok(ow_report_plan(&guest, plan, outcome, commit, options, &text, &err));
        return text;
}

static const char heading[] = "SRV01: Windows Server 2008 R2 Standard, Service Pack 1\n"
                              "6.1.7601, x64, server; disk1:partition2:Windows of server.img\n";

static void the_difference_is_exact(void **state)
{
        const ow_change changes[] = {
                probe(PATH),
                { .kind = OW_CHANGE_KEY_CREATE, .fix = &fake_apipa, .where = TEXT("HKLM\\SYSTEM\\New"),
                  .name = TEXT("") },
                { .kind = OW_CHANGE_VALUE, .fix = &fake_apipa, .where = TEXT("HKLM\\SYSTEM\\New"), .name = TEXT(""),
                  .after = { true, OW_REG_EXPAND_SZ, { expand, sizeof expand } } },
                { .kind = OW_CHANGE_VALUE, .fix = &fake_apipa, .where = TEXT("HKLM\\SYSTEM\\Old"), .name = TEXT("Gone"),
                  .before = DWORD(one) },
                { .kind = OW_CHANGE_KEY_DELETE, .fix = &fake_apipa, .where = TEXT("HKLM\\SYSTEM\\Ghost"),
                  .name = TEXT("") },
        };
        const ow_skipped skipped[] = {
                { .fix = &fake_wsus, .status = OW_FIX_NEEDS_PARAMETER, .reason = TEXT("needs --set wsus=URL") },
        };
        ow_plan plan = { changes, OW_COUNT(changes), skipped, OW_COUNT(skipped), NULL, 0 };
        char *text = report(&plan, OW_PLAN_DRY_RUN, NULL, NULL);
        char want[2048];

        snprintf(want, sizeof want, "%s%s", heading,
                 "\n"
                 "ncsi-off  Turn off the Internet-connectivity probe (NCSI) (temporary)\n"
                 "    [" PATH "]\n"
                 "  - \"EnableActiveProbing\"=dword:00000001\n"
                 "  + \"EnableActiveProbing\"=dword:00000000\n"
                 "\n"
                 "apipa-off  No automatic private address\n"
                 "  + [HKLM\\SYSTEM\\New]\n"
                 "  + @=expand_sz:\"%T%\"\n"
                 "    [HKLM\\SYSTEM\\Old]\n"
                 "  - \"Gone\"=dword:00000001\n"
                 "  - [HKLM\\SYSTEM\\Ghost]\n"
                 "\n"
                 "Not done\n"
                 "    wsus  needs --set wsus=URL\n"
                 "\n"
                 "5 changes by 2 fixes. Nothing was written: this was a dry run.\n");
        assert_string_equal(text, want);
        ow_text_free(text);
}

static void places_with_the_same_lines_share_them(void **state)
{
        const ow_change changes[] = {
                probe("HKLM\\SYSTEM\\ControlSet001\\X"),
                probe("HKLM\\SYSTEM\\ControlSet002\\X"),
        };
        ow_plan plan = { .changes = changes, .n_changes = OW_COUNT(changes) };
        char *text = report(&plan, OW_PLAN_PROPOSED, NULL, NULL);

        assert_non_null(strstr(text, "    [HKLM\\SYSTEM\\ControlSet001\\X]\n"
                                     "    [HKLM\\SYSTEM\\ControlSet002\\X]\n"
                                     "  - \"EnableActiveProbing\"=dword:00000001\n"
                                     "  + \"EnableActiveProbing\"=dword:00000000\n"));
        assert_int_equal(text[strlen(text) - 2], '0');          /* PROPOSED has no end */
        ow_text_free(text);
}

static void a_commit_says_what_it_wrote_and_how_to_go_back(void **state)
{
        const ow_change changes[] = { probe(PATH) };
        ow_plan plan = { .changes = changes, .n_changes = 1 };
        ow_commit_result commit = { .bytes_changed = 1536, .extents = 3, .journal = TEXT("server.img.offwin-1") };
        char *text = report(&plan, OW_PLAN_DONE, &commit, NULL);

        assert_string_equal(text, "\n"
                                  "1 change by 1 fix, written and read back: 1536 bytes in 3 places.\n"
                                  "Undo record  server.img.offwin-1\n"
                                  "To go back   offwin undo server.img\n");
        ow_text_free(text);

        text = report(&plan, OW_PLAN_DONE, &commit, &(ow_report_options){ .journal_dir = "undo records" });
        assert_non_null(strstr(text, "To go back   offwin undo --journal-dir 'undo records' server.img\n"));
        ow_text_free(text);
}

static void nothing_to_do_is_said(void **state)
{
        const ow_skipped skipped[] = {
                { .fix = &fake_ncsi, .status = OW_FIX_DONE, .reason = TEXT("") },
                { .fix = &fake_apipa, .status = OW_FIX_DONE, .reason = TEXT("") },
        };
        ow_plan plan = { .skipped = skipped, .n_skipped = OW_COUNT(skipped) };
        char *text = report(&plan, OW_PLAN_NOTHING_TO_DO, NULL, NULL);

        assert_non_null(strstr(text, "\n2 fixes are already in place.\n\nNothing to change.\n"));
        ow_text_free(text);
}

static void what_settle_needs_has_its_own_heading(void **state)
{
        ow_change changes[] = { probe(PATH), probe("HKLM\\SOFTWARE\\Ledger") };
        ow_report_options verbose = { .verbose = true };
        ow_plan plan = { .changes = changes, .n_changes = 2 };
        char *text;

        changes[1].fix = NULL;
        text = report(&plan, OW_PLAN_DRY_RUN, NULL, NULL);
        assert_non_null(strstr(text,
                               "\nledger  What `offwin settle` gives back later (--verbose shows its 1 changes)\n"));
        assert_null(strstr(text, "Ledger"));
        assert_non_null(strstr(text, "\n1 change by 1 fix. Nothing"));
        ow_text_free(text);
        text = report(&plan, OW_PLAN_DRY_RUN, NULL, &verbose);
        assert_non_null(strstr(text,
                               "\nledger  What `offwin settle` gives back later\n    [HKLM\\SOFTWARE\\Ledger]\n"));
        ow_text_free(text);
}

static void a_small_change_of_a_long_binary_shows_its_bytes(void **state)
{
        static uint8_t old[20] = { 0x46 }, new[20] = { 0x46, [4] = 3, [8] = 0xff };
        ow_change change = probe(PATH);
        ow_plan plan = { .changes = &change, .n_changes = 1 };
        char *text;

        change.before = (ow_datum){ true, OW_REG_BINARY, { old, sizeof old } };
        change.after = (ow_datum){ true, OW_REG_BINARY, { new, sizeof new } };
        text = report(&plan, OW_PLAN_DRY_RUN, NULL, NULL);
        assert_non_null(strstr(text, "  - \"EnableActiveProbing\"=hex, 20 bytes, at 4: 00, at 8: 00\n"
                                     "  + \"EnableActiveProbing\"=hex, 20 bytes, at 4: 03, at 8: ff\n"));
        ow_text_free(text);
        change.after.data.size = 19;                    /* another size: both whole */
        text = report(&plan, OW_PLAN_DRY_RUN, NULL, NULL);
        assert_non_null(strstr(text, "  - \"EnableActiveProbing\"=hex:46,00,"));
        ow_text_free(text);
}

static void no_control_of_a_value_reaches_the_terminal(void **state)
{
        ow_change change = probe(HOSTILE);
        ow_plan plan = { .changes = &change, .n_changes = 1 };
        char *text;

        change.name = TEXT(HOSTILE);
        change.after = (ow_datum){ true, OW_REG_SZ, { escape, sizeof escape } };
        text = report(&plan, OW_PLAN_DRY_RUN, NULL, NULL);
        assert_null(strchr(text, 033));
        assert_null(strstr(text, "\xe2\x80\xae"));
        assert_non_null(strstr(text, "\"a\\x1b[2J"));
        ow_text_free(text);
}

/* In one row, whatever way the data take: readable, as .reg text, by its size alone. */
static void a_line_end_in_a_name_splits_no_row(void **state)
{
        static uint8_t zeros[4096];
        static const struct {
                ow_datum after;
                const char *want;
        } cases[] = {
                { { true, OW_REG_SZ, { expand, sizeof expand } }, "\n  + \"a\\nb\\r\\\\n\"=\"%T%\"\n" },
                { { true, OW_REG_DWORD, { one, 4 } }, "\n  + \"a\\nb\\r\\\\n\"=dword:00000001\n" },
                { { true, OW_REG_BINARY, { one, 4 } }, "\n  + \"a\\nb\\r\\\\n\"=hex:01,00,00,00\n" },
                { { true, OW_REG_BINARY, { zeros, sizeof zeros } },
                  "\n  + \"a\\nb\\r\\\\n\"=REG_BINARY, 4096 bytes: " },
        };
        ow_change change = { .kind = OW_CHANGE_VALUE, .where = TEXT("HKLM\\SYSTEM"), .name = TEXT("a\nb\r\\n") };

        for (size_t i = 0; i < OW_COUNT(cases); i++) {
                char *text = NULL;

                change.after = cases[i].after;
                assert_ok(ow_report_diff("a", "b", &change, 1, NULL, &text, &err));
                assert_non_null(strstr(text, cases[i].want));
                ow_text_free(text);
        }
}

static void long_binary_is_cut_in_text_only(void **state)
{
        static uint8_t big[5000];
        ow_report_options as_json = { .format = OW_REPORT_JSON };
        ow_change change = probe(PATH);
        ow_plan plan = { .changes = &change, .n_changes = 1 };
        char *text, *json;

        change.after = (ow_datum){ true, OW_REG_BINARY, { big, sizeof big } };
        text = report(&plan, OW_PLAN_DRY_RUN, NULL, NULL);
        json = report(&plan, OW_PLAN_DRY_RUN, NULL, &as_json);
        assert_non_null(strstr(text, "+ \"EnableActiveProbing\"=REG_BINARY, 5000 bytes: "));
        assert_true(strlen(text) < 1000);
        assert_true(strlen(json) > 10000);
        ow_text_free(text);
        ow_text_free(json);
}

static void json_has_the_promised_keys(void **state)
{
        ow_report_options options = { .format = OW_REPORT_JSON };
        const ow_change changes[] = { probe(PATH) };
        const ow_skipped skipped[] = {
                { .fix = &fake_wsus, .status = OW_FIX_NEEDS_PARAMETER, .reason = TEXT("needs --set wsus=URL") },
        };
        ow_plan plan = { changes, 1, skipped, 1, NULL, 0 };
        ow_commit_result commit = { .bytes_changed = 512, .extents = 1, .journal = TEXT("j") };
        char *text = report(&plan, OW_PLAN_APPLIED, &commit, &options);
        json_t *root = json_loads(text, 0, NULL);
        const char *outcome, *fix, *kind, *where, *name, *type, *hex, *status, *record;
        int before, after, bytes;

        assert_non_null(root);
        assert_int_equal(json_unpack(root, "{s:s, s:[{s:s, s:s, s:s, s:s, s:{s:s, s:i, s:s}, s:{s:i}}], s:[{s:s}],"
                                           " s:{s:i, s:s}}",
                                     "outcome", &outcome, "changes", "fix", &fix, "kind", &kind, "where", &where, "name",
                                     &name, "before", "type", &type, "value", &before, "hex", &hex, "after", "value",
                                     &after, "skipped", "status", &status, "commit", "bytes_changed", &bytes,
                                     "undo_record", &record), 0);
        assert_string_equal(outcome, "applied");
        assert_string_equal(kind, "value");
        assert_string_equal(where, PATH);
        assert_string_equal(type, "REG_DWORD");
        assert_string_equal(hex, "01000000");
        assert_string_equal(status, "needs-parameter");
        assert_string_equal(record, "j");
        assert_int_equal(before, 1);
        assert_int_equal(after, 0);
        assert_int_equal(bytes, 512);
        json_decref(root);
        ow_text_free(text);
}

static void html_is_for_diagnoses_only(void **state)
{
        ow_report_options options = { .format = OW_REPORT_HTML };
        ow_machine machine = fake_machine();
        ow_guest guest = fake_guest(&machine);
        ow_plan plan = { 0 };
        char *text = NULL;

        assert_fails(OW_E_UNSUPPORTED, ow_report_plan(&guest, &plan, OW_PLAN_DRY_RUN, NULL, &options, &text, &err));
        assert_null(text);
}

static void settings_are_told_with_their_way(void **state)
{
        const ow_change changes[] = { probe(PATH) };
        const ow_plan_setting settings[] = {
                { "LAN", "address", "10.0.0.5/24", OW_EFFECT_OFFLINE },
                { "LAN", "mtu", "1400", OW_EFFECT_BOTH },
                { "the card 52:54:00:12:34:56", "name", "a\033[1m", OW_EFFECT_FIRST_BOOT },
        };
        ow_plan plan = { .changes = changes, .n_changes = 1, .settings = settings, .n_settings = OW_COUNT(settings) };
        const ow_report_options json = { .format = OW_REPORT_JSON };
        char *text = report(&plan, OW_PLAN_DRY_RUN, NULL, NULL);

        assert_non_null(strstr(text, "\nLAN\n"
                                     "    address 10.0.0.5/24  offline\n"
                                     "    mtu 1400             offline, and again at the first boot\n"
                                     "\nthe card 52:54:00:12:34:56\n"));
        assert_null(strchr(text, 033));
        ow_text_free(text);
        text = report(&plan, OW_PLAN_DRY_RUN, NULL, &json);
        assert_non_null(strstr(text, "\"effect\": \"both\""));
        ow_text_free(text);
}

/* ---- before and after ---- */

static char *difference(const ow_change *changes, size_t n)
{
        char *text = NULL;

        assert_ok(ow_report_diff("a", "b", changes, n, NULL, &text, &err));
        return text;
}

static void other_bytes_never_look_the_same(void **state)
{
        static uint8_t long_a[5000], long_b[5000] = { [4000] = 7 };
        static const struct {
                uint32_t type;
                const void *before, *after;
                size_t size_before, size_after;
                const char *want;       /* NULL: whatever tells them apart */
        } cases[] = {
                { OW_REG_SZ, "A", "A\0\0", 2, 4, "  - \"n\"=hex(1):41,00\n  + \"n\"=\"A\"\n" },
                { OW_REG_SZ, "A\0\0", "A\0\0\0\0", 4, 6, "\"n\"=\"A\"\n  + \"n\"=hex(1):41,00,00,00,00,00\n" },
                { OW_REG_SZ, "", "\0", 0, 2, "  - \"n\"=hex(1):\n  + \"n\"=\"\"\n" },
                { OW_REG_SZ, "a\0\\\0n\0b\0\0", "a\0\n\0b\0\0", 10, 8,
                  "  - \"n\"=\"a\\\\nb\"\n  + \"n\"=hex(1):61,00,0a,00,62,00,00,00\n" },
                { OW_REG_SZ, "\0\0b\0\0", "\\\0u\0000\0000\0000\0000\0b\0\0", 6, 16, NULL },
                { OW_REG_SZ, "\x1b\0\0", "\\\0x\0001\0b\0\0", 4, 10, "\"\\x1b\"\n  + \"n\"=\"\\\\x1b\"\n" },
                { OW_REG_EXPAND_SZ, "%\0\"\0\0", "%\0\"\0", 6, 4,
                  "  - \"n\"=expand_sz:\"%\\\"\"\n  + \"n\"=hex(2):25,00,22,00\n" },
                { OW_REG_MULTI_SZ, "a\0\0\0\0", "a\0\0", 6, 4,
                  "  - \"n\"=multi_sz:[\"a\"]\n  + \"n\"=hex(7):61,00,00,00\n" },
                { OW_REG_MULTI_SZ, "a\0\0\0\0\0\0", "a\0\0\0\0", 8, 6,
                  "  - \"n\"=multi_sz:[\"a\", \"\"]\n  + \"n\"=multi_sz:[\"a\"]\n" },
                { OW_REG_MULTI_SZ, "", "\0", 0, 2, "  - \"n\"=hex(7):\n  + \"n\"=multi_sz:[]\n" },
                { OW_REG_MULTI_SZ, "\0\0\0", "\0", 4, 2, "  - \"n\"=multi_sz:[\"\"]\n" },
                { OW_REG_MULTI_SZ, "a\0\0\0b\0\0\0\0", "a\0\"\0,\0 \0\"\0b\0\0\0\0", 10, 16, NULL },
                { OW_REG_BINARY, long_a, long_b, 5000, 5000,
                  "\"n\"=hex, 5000 bytes, at 4000: 00\n" },
                { OW_REG_BINARY, long_a, long_a, 5000, 4999, NULL },
                { OW_REG_NONE, long_a, long_b, 5000, 5000, ", at 4000: 07 00 00 00 00 00 00 00\n" },
                { 0x1234, long_a, long_b, 5000, 4001, ", at 4000: 07\n" },
                { OW_REG_SZ, long_a, long_b, 5000, 5000, NULL },
        };

        for (size_t i = 0; i < OW_COUNT(cases); i++) {
                void *before = (void *)(uintptr_t)cases[i].before, *after = (void *)(uintptr_t)cases[i].after;
                ow_change change = { .kind = OW_CHANGE_VALUE, .where = TEXT("K"), .name = TEXT("n"),
                                     .before = { true, cases[i].type, { before, cases[i].size_before } },
                                     .after = { true, cases[i].type, { after, cases[i].size_after } } };
                char *text = difference(&change, 1), *minus, *plus;

                print_message("%zu: %s", i, text);
                assert_true(!cases[i].want || strstr(text, cases[i].want));
                minus = strstr(text, "\n  - ") + 5;
                plus = strstr(text, "\n  + ") + 5;
                *strchr(minus, '\n') = *strchr(plus, '\n') = '\0';
                assert_string_not_equal(minus, plus);
                ow_text_free(text);
        }
}

/* What the number and the library of a catalogue entry do not tell is told by bytes. */
static void an_entry_of_a_catalogue_never_looks_the_same(void **state)
{
        static uint8_t before[888] = { 'd', 'l', 'l' }, after[888] = { 'd', 'l', 'l', [0x128] = 2 };
        ow_change change = { .kind = OW_CHANGE_VALUE, .where = TEXT("K"), .name = TEXT("PackedCatalogItem"),
                             .before = { true, OW_REG_BINARY, { before, 888 } },
                             .after = { true, OW_REG_BINARY, { after, 888 } } };
        char *text = difference(&change, 1);

        assert_non_null(strstr(text, "=provider 0, dll\n  + \"PackedCatalogItem\"=provider 2, dll\n"));
        ow_text_free(text);
        after[0x128] = 0;
        after[500] = 9;
        text = difference(&change, 1);
        assert_non_null(strstr(text, "=hex, 888 bytes, at 500: 00\n"));
        ow_text_free(text);
}

#define KEY(kind_, where_) { .kind = OW_CHANGE_KEY_##kind_, .where = TEXT(where_), .name = TEXT("") }
#define GETS(where_) { .kind = OW_CHANGE_VALUE, .where = TEXT(where_), .name = TEXT("y"), .after = DWORD(one) }
#define LOSES(where_) { .kind = OW_CHANGE_VALUE, .where = TEXT(where_), .name = TEXT("y"), .before = DWORD(one) }

static void an_empty_key_has_no_lines_of_another(void **state)
{
        const ow_change changes[] = {
                GETS("Old"), KEY(CREATE, "A"), KEY(CREATE, "B"), KEY(CREATE, "C"), GETS("C"), KEY(CREATE, "D"),
                GETS("D"), KEY(DELETE, "E"),
        };
        char *text = difference(changes, OW_COUNT(changes));

        assert_string_equal(text, "--- a\n+++ b\n"
                                  "    [Old]\n"
                                  "  + \"y\"=dword:00000001\n"
                                  "  + [A]\n"
                                  "  + [B]\n"
                                  "\n"
                                  "  + [C]\n"
                                  "  + [D]\n"
                                  "  + \"y\"=dword:00000001\n"
                                  "  - [E]\n"
                                  "\n8 differences.\n");
        ow_text_free(text);
}

static void a_key_that_goes_and_comes_is_shown_twice(void **state)
{
        const ow_change changes[] = {
                KEY(DELETE, "A"), LOSES("A"), KEY(CREATE, "A"), GETS("A"), KEY(CREATE, "B"), GETS("B"),
                KEY(DELETE, "B"), KEY(CREATE, "B"),
        };
        char *text = difference(changes, OW_COUNT(changes));

        assert_string_equal(text, "--- a\n+++ b\n"
                                  "  - [A]\n"
                                  "  - \"y\"=dword:00000001\n"
                                  "  + [A]\n"
                                  "  + [B]\n"
                                  "  + \"y\"=dword:00000001\n"
                                  "  - [B]\n"
                                  "  + [B]\n"
                                  "\n8 differences.\n");
        ow_text_free(text);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(other_bytes_never_look_the_same),
                cmocka_unit_test(an_empty_key_has_no_lines_of_another),
                cmocka_unit_test(a_key_that_goes_and_comes_is_shown_twice),
                cmocka_unit_test(an_entry_of_a_catalogue_never_looks_the_same),
                cmocka_unit_test(settings_are_told_with_their_way),
                cmocka_unit_test(the_difference_is_exact),
                cmocka_unit_test(places_with_the_same_lines_share_them),
                cmocka_unit_test(a_commit_says_what_it_wrote_and_how_to_go_back),
                cmocka_unit_test(nothing_to_do_is_said),
                cmocka_unit_test(what_settle_needs_has_its_own_heading),
                cmocka_unit_test(a_small_change_of_a_long_binary_shows_its_bytes),
                cmocka_unit_test(no_control_of_a_value_reaches_the_terminal),
                cmocka_unit_test(a_line_end_in_a_name_splits_no_row),
                cmocka_unit_test(long_binary_is_cut_in_text_only),
                cmocka_unit_test(json_has_the_promised_keys),
                cmocka_unit_test(html_is_for_diagnoses_only),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
