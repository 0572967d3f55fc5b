/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The doctor's report in its three formats, on a guest of plain fields. */
#include "test.h"

#include <stdlib.h>

#include <jansson.h>

#include <offwin/report.h>

#include "report-fake.h"

static char none[] = "";

#define TEXT(literal) ((char *)(uintptr_t)(literal))

static const ow_fix hostile_fix = { .name = "hostile", .area = "x", .title = HOSTILE, .why = HOSTILE,
                                    .source = HOSTILE, .windows = HOSTILE };

static ow_finding findings[] = {
        { .fix = &fake_apipa, .id = TEXT("apipa-off"), .title = TEXT("No automatic private address"),
          .status = OW_FIX_DONE, .reason = none, .detail = none },
        { .fix = NULL, .id = TEXT("pending-reboot"), .title = TEXT("Windows waits for a reboot"),
          .status = OW_FIX_NEEDED, .reason = none, .detail = TEXT("PendingFileRenameOperations holds 2 renames") },
        { .fix = &fake_wsus, .id = TEXT("wsus"), .title = TEXT("Point Windows Update at a WSUS server"),
          .status = OW_FIX_NEEDS_PARAMETER, .reason = TEXT("needs --set wsus=URL"), .detail = none },
        { .fix = &fake_ncsi, .id = TEXT("ncsi-off"), .title = TEXT("Turn off the Internet-connectivity probe (NCSI)"),
          .status = OW_FIX_NEEDED, .reason = none, .detail = TEXT("EnableActiveProbing is 1"),
          .delay_before_s = 40 },
};
static ow_forecast_line forecast[] = {
        { .what = TEXT("DHCP tries on a silent network"), .before_s = 60, .after_s = 0, .model = TEXT("4 tries") },
        { .what = TEXT("NCSI probe"), .before_s = 40, .after_s = 0, .overlaps = true, .model = TEXT("one probe") },
};
static const ow_diagnosis diagnosis = { findings, OW_COUNT(findings), forecast, OW_COUNT(forecast), 1420, 70 };

static char *report(ow_guest *guest, const ow_diagnosis *d, const ow_report_options *options)
{
        char *text = NULL;

        assert_ok(ow_report_diagnosis(guest, d, options, &text, &err));
        return text;
}

static void text_is_as_drawn(void **state)
{
        static const char want[] =
                "SRV01: Windows Server 2008 R2 Standard, Service Pack 1\n"
                "6.1.7601, x64, server; disk1:partition2:Windows of server.img\n"
                "\n"
                "Modelled first-boot delay: 23 min 40 s now, 1 min 10 s after `offwin fix --all`\n"
                "\n"
                "  What waits                                                    now        after\n"
                "  DHCP tries on a silent network                              1 min          0 s\n"
                "  Beside these, not added:\n"
                "  NCSI probe                                                   40 s          0 s\n"
                "\n"
                "Findings: 1 to fix, 1 to know, 1 waiting for a value, 1 fine\n"
                "  ! Turn off the Internet-connectivity probe (NCSI)                     ncsi-off\n"
                "    EnableActiveProbing is 1\n"
                "  i Windows waits for a reboot                                    pending-reboot\n"
                "    PendingFileRenameOperations holds 2 renames\n"
                "  ? Point Windows Update at a WSUS server                                   wsus\n"
                "    needs --set wsus=URL\n"
                "\n"
                "Next: offwin fix --all --dry-run server.img\n";
        ow_machine machine = fake_machine();
        ow_guest guest = fake_guest(&machine);
        char *text = report(&guest, &diagnosis, NULL);

        assert_string_equal(text, want);
        ow_text_free(text);
}

static void verbose_adds_the_model_the_reason_and_what_is_fine(void **state)
{
        ow_report_options options = { .verbose = true };
        ow_machine machine = fake_machine();
        ow_guest guest = fake_guest(&machine);
        char *text = report(&guest, &diagnosis, &options);

        assert_non_null(strstr(text, "    4 tries\n"));
        assert_non_null(strstr(text,
                               "  + No automatic private address                                       apipa-off\n"));
        assert_non_null(strstr(text, "takes part in a delay of 40 s\n"));
        assert_non_null(strstr(text, "On an unplugged network the probe can only time out.\n"));
        ow_text_free(text);
}

static void next_step_names_the_installation_when_there_are_two(void **state)
{
        ow_machine machine = fake_machine();
        ow_guest guest = fake_guest(&machine);
        char *text;

        machine.n_guests = 2;
        machine.disks[0].name = "my disk.img";
        text = report(&guest, &diagnosis, NULL);
        assert_non_null(strstr(text,
                               "Next: offwin fix --all --dry-run 'my disk.img' --root disk1:partition2:Windows\n"));
        ow_text_free(text);
}

static void a_healthy_guest_has_nothing_to_fix(void **state)
{
        ow_diagnosis healthy = { .findings = findings, .n_findings = 1 };
        ow_machine machine = fake_machine();
        ow_guest guest = fake_guest(&machine);
        char *text = report(&guest, &healthy, NULL);

        assert_non_null(strstr(text, "Modelled first-boot delay: 0 s now\n"));
        assert_non_null(strstr(text, "Findings: 1 fine\n"));
        assert_non_null(strstr(text, "Nothing to fix with `offwin fix --all`.\n"));
        ow_text_free(text);
}

static ow_finding hostile_finding = { .fix = &hostile_fix, .id = TEXT(HOSTILE), .title = TEXT(HOSTILE),
                                      .status = OW_FIX_NEEDED, .reason = TEXT(HOSTILE), .detail = TEXT(HOSTILE) };
static ow_forecast_line hostile_line = { .what = TEXT(HOSTILE), .before_s = 1, .model = TEXT(HOSTILE) };
static const ow_diagnosis hostile = { &hostile_finding, 1, &hostile_line, 1, 1, 0 };

static ow_guest hostile_guest(ow_machine *machine)
{
        ow_guest guest = fake_guest(machine);

        guest.id = HOSTILE;
        guest.root = HOSTILE;
        guest.problems[0] = HOSTILE;
        guest.n_problems = 1;
        strcpy(guest.windows.name, HOSTILE);
        strcpy(guest.windows.computer_name, HOSTILE);
        return guest;
}

/* Only line ends may be left of the controls, and no invalid or direction-changing sequence. */
static void assert_clean(const char *text)
{
        for (const char *p = text; *p; p++)
                assert_true((unsigned char)*p >= 0x20 || *p == '\n');
        assert_null(strstr(text, "\xc2\x9b"));
        assert_null(strstr(text, "\xe2\x80\xae"));
        assert_null(strstr(text, "\xed\xa0\xbd"));
        assert_null(strchr(text, '\xff'));
}

static void no_control_of_a_guest_reaches_the_terminal(void **state)
{
        ow_report_options options = { .verbose = true };
        ow_machine machine = fake_machine();
        ow_guest guest = hostile_guest(&machine);
        char *text;

        machine.disks[0].name = HOSTILE;
        text = report(&guest, &hostile, &options);
        assert_clean(text);
        assert_non_null(strstr(text, "a\\x1b[2Jb\\x9b31mc\\u202ed\\ud83de\\xfff<b>&\"'"));
        ow_text_free(text);
}

static void html_is_escaped_and_loads_nothing(void **state)
{
        ow_report_options options = { .format = OW_REPORT_HTML };
        ow_machine machine = fake_machine();
        ow_guest guest = hostile_guest(&machine);
        char *text = report(&guest, &hostile, &options);

        assert_clean(text);
        assert_int_equal(strncmp(text, "<!DOCTYPE html>\n", 16), 0);
        assert_non_null(strstr(text, "f&lt;b&gt;&amp;&quot;&#39;"));
        assert_null(strstr(text, "<b>&\""));
        assert_null(strstr(text, "http:"));
        assert_null(strstr(text, "https:"));
        assert_null(strstr(text, "src="));
        assert_null(strstr(text, "url("));
        assert_null(strstr(text, "<script"));
        assert_non_null(strstr(text, "default-src 'none'"));
        ow_text_free(text);
}

static void json_has_the_promised_keys(void **state)
{
        ow_report_options options = { .format = OW_REPORT_JSON };
        ow_machine machine = fake_machine();
        ow_guest guest = fake_guest(&machine);
        char *text = report(&guest, &diagnosis, &options);
        json_t *root = json_loads(text, 0, NULL);
        const char *id, *status, *name, *fix;
        int before, after, to_fix, temporary;

        assert_non_null(root);
        assert_int_equal(json_unpack(root, "{s:i, s:{s:i, s:i}, s:[{s:s, s:s, s:s, s:b}], s:{s:s, s:{s:s}}}", "to_fix",
                                     &to_fix, "forecast", "before_s", &before, "after_s", &after, "findings", "id",
                                     &id, "status", &status, "fix", &fix, "temporary", &temporary, "installation",
                                     "root", &name, "windows", "computer_name", &name), 0);
        assert_int_equal(to_fix, 1);
        assert_int_equal(before, 1420);
        assert_int_equal(after, 70);
        assert_string_equal(id, "ncsi-off");
        assert_string_equal(fix, "ncsi-off");
        assert_string_equal(status, "needed");
        assert_true(temporary);
        assert_string_equal(name, "SRV01");
        assert_int_equal(json_array_size(json_object_get(root, "findings")), OW_COUNT(findings));
        assert_true(json_is_null(json_object_get(json_array_get(json_object_get(root, "findings"), 1), "fix")));
        json_decref(root);
        ow_text_free(text);
}

static void json_stays_valid_with_broken_texts(void **state)
{
        ow_report_options options = { .format = OW_REPORT_JSON };
        ow_machine machine = fake_machine();
        ow_guest guest = hostile_guest(&machine);
        char *text = report(&guest, &hostile, &options);
        json_t *root = json_loads(text, 0, NULL);
        const char *title;

        assert_non_null(root);
        assert_int_equal(json_unpack(root, "{s:[{s:s}]}", "findings", "title", &title), 0);
        assert_string_equal(title, "a\033[2Jb\xc2\x9b" "31mc\xe2\x80\xae" "d\xef\xbf\xbd" "e\xef\xbf\xbd" "f<b>&\"'");
        json_decref(root);
        ow_text_free(text);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(text_is_as_drawn),
                cmocka_unit_test(verbose_adds_the_model_the_reason_and_what_is_fine),
                cmocka_unit_test(next_step_names_the_installation_when_there_are_two),
                cmocka_unit_test(a_healthy_guest_has_nothing_to_fix),
                cmocka_unit_test(no_control_of_a_guest_reaches_the_terminal),
                cmocka_unit_test(html_is_escaped_and_loads_nothing),
                cmocka_unit_test(json_has_the_promised_keys),
                cmocka_unit_test(json_stays_valid_with_broken_texts),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
