/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists of fixes, undo records and folders; errors. */
#include "test.h"

#include <jansson.h>

#include <offwin/report.h>

#include "report-fake.h"

#define TEXT(literal) ((char *)(uintptr_t)(literal))

static void fixes_say_what_they_need(void **state)
{
        const ow_fix fixes[] = { fake_ncsi, fake_wsus };
        ow_fix_set set = { fixes, OW_COUNT(fixes) };
        ow_report_options verbose = { .verbose = true };
        char *text = NULL;

        assert_ok(ow_report_fixes(&set, NULL, &text, &err));
        assert_string_equal(text, "  ncsi-off  Turn off the Internet-connectivity probe (NCSI)\n"
                                  "  wsus      Point Windows Update at a WSUS server\n"
                                  "            needs --set wsus=VALUE\n"
                                  "            not part of --all\n");
        ow_text_free(text);
        assert_ok(ow_report_fixes(&set, &verbose, &text, &err));
        assert_non_null(strstr(text, "            Windows   6.0-\n"
                                     "            Temporary yes, see settle\n"
                                     "            Why       On an unplugged network the probe can only time out.\n"
                                     "            Source    Microsoft KB4494446\n"));
        ow_text_free(text);
}

static const ow_undo_record records[] = {
        { .journal = TEXT("d.img.offwin-2"), .title = TEXT("offwin fix --all"), .time = 130909302000000000,
          .bytes_changed = 4096, .sequence = 2 },
        { .journal = TEXT("d.img.offwin-1"), .title = TEXT(HOSTILE), .time = 130909302000000000, .bytes_changed = 512,
          .sequence = 1 },
};

static void undo_records_are_newest_first(void **state)
{
        char *text = NULL;

        assert_ok(ow_report_undo("d.img", records, OW_COUNT(records), NULL, &text, &err));
        assert_string_equal(text, "  2  2015-11-02T09:30:00Z        4096 bytes  offwin fix --all\n"
                                  "  1  2015-11-02T09:30:00Z         512 bytes  "
                                  "a\\x1b[2Jb\\x9b31mc\\u202ed\\ud83de\\xfff<b>&\"'\n");
        ow_text_free(text);
        assert_ok(ow_report_undo("d.img", NULL, 0, NULL, &text, &err));
        assert_string_equal(text, "Nothing to undo on d.img.\n");
        ow_text_free(text);
}

static void an_undo_says_what_it_put_back(void **state)
{
        ow_report_options as_json = { .format = OW_REPORT_JSON };
        ow_commit_result result = { .bytes_changed = 4096, .extents = 1 };
        char *text = NULL;
        const char *outcome;
        json_t *root;

        assert_ok(ow_report_undone("d.img", &records[0], &result, NULL, &text, &err));
        assert_string_equal(text, "Put back: 4096 bytes in 1 place. d.img is as it was before.\n");
        ow_text_free(text);
        assert_ok(ow_report_undone("d.img", &records[0], NULL, NULL, &text, &err));
        assert_string_equal(text, "To undo: offwin fix --all of 2015-11-02T09:30:00Z, 4096 bytes of d.img\n");
        ow_text_free(text);
        assert_ok(ow_report_undone("d.img", &records[0], &result, &as_json, &text, &err));
        root = json_loads(text, 0, NULL);
        assert_int_equal(json_unpack(root, "{s:s}", "outcome", &outcome), 0);
        assert_string_equal(outcome, "undone");
        json_decref(root);
        ow_text_free(text);
}

static void folders_align(void **state)
{
        const ow_folder_entry entries[] = {
                { "drivers", { .attributes = OW_ATTR_DIRECTORY, .modified = 130909302000000000 } },
                { "a\033.sys", { .size = 123456, .attributes = OW_ATTR_ARCHIVE | OW_ATTR_SYSTEM } },
        };
        char *text = NULL;

        assert_ok(ow_report_folder("C:\\", entries, OW_COUNT(entries), NULL, &text, &err));
        assert_string_equal(text, "d------  2015-11-02T09:30:00Z                drivers\\\n"
                                  "-a--s--  never                       123456  a\\x1b.sys\n");
        ow_text_free(text);
}

static void errors_are_escaped_or_json(void **state)
{
        ow_report_options as_json = { .format = OW_REPORT_JSON };
        ow_error what = OW_ERROR_INIT;
        char *text = NULL;
        const char *code, *said;
        int where;
        json_t *root;

        (void)ow_fail(&what, OW_E_DIRTY, 512, "hive '\033%s' is dirty", "x");
        assert_ok(ow_report_error(&what, NULL, &text, &err));
        assert_string_equal(text, "hive '\\x1bx' is dirty");
        ow_text_free(text);
        assert_ok(ow_report_error(&what, &as_json, &text, &err));
        root = json_loads(text, 0, NULL);
        assert_int_equal(json_unpack(root, "{s:{s:s, s:s, s:i}}", "error", "code", &code, "text", &said, "where",
                                     &where), 0);
        assert_string_equal(code, "dirty");
        assert_string_equal(said, "hive '\033x' is dirty");
        assert_int_equal(where, 512);
        json_decref(root);
        ow_text_free(text);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(fixes_say_what_they_need),
                cmocka_unit_test(undo_records_are_newest_first),
                cmocka_unit_test(an_undo_says_what_it_put_back),
                cmocka_unit_test(folders_align),
                cmocka_unit_test(errors_are_escaped_or_json),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
