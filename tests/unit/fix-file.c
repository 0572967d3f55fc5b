/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The loader of fix files: what a good one becomes, and each bad construct with its line. */
#include "test.h"

#include <offwin/hive.h>

#include "base/le.h"
#include "fix/fix.h"

#define HEAD "[Fix]\nTitle=T\nWhy=W\nSource=S\n"
#define VENDOR "[Vendor]\nName=N\nKind=network\nSigns=1\n"
#define KEY  "[HKEY_LOCAL_MACHINE\\SOFTWARE\\X]\n"

static int parse(const char *text, ow_fix **ret, ow_error *err)
{
        return fix_file_parse("name", "area", "f.fix", text, strlen(text), NULL, ret, err);
}

static const char good[] =
        "; a comment\n"
        "[Fix]\r\n"
        "Title=Turn it off\n"
        "Why=Because\n"
        "  it hurts\n"
        "\n"
        "Windows=6.0-, 5.1\n"
        "Product=server, dc\n"
        "Delay=NCSI\n"
        "Temporary=yes\n"
        "All=no\n"
        "Needs=wsus: URL of the server\n"
        "Needs=group: its group\n"
        "Requires=domain-member\n"
        "Requires=HKLM\\SYSTEM\\CurrentControlSet\\Services\\x!Start=dword:00000002\n"
        "Unless=HKLM\\SOFTWARE\\Y\n"
        "Source=KB1\n"
        "Note=n\n"
        "\n"
        "[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\x]\n"
        "\"A\"=dword:00000007 ; trailing\n"
        "\"B\"=\"at ${wsus} in ${group}\"\n"
        "\"C\"=-\n"
        "@=hex:01,\\\n"
        "  02\n"
        "[Service svc]\n"
        "Start=delayed\n"
        "[HKEY_CURRENT_USER\\Software\\Z]\n"
        "[HKEY_USERS\\S-1-5-18\\Software\\Z]\n"
        "[HKEY_USERS\\S-1-5-19\\Software\\Z]\n";

static void a_good_file_says_all_it_can(void **state)
{
        OW_AUTO(ow_fix) fix = NULL;

        assert_ok(parse(good, &fix, &err));
        assert_string_equal(fix->title, "Turn it off");
        assert_string_equal(fix->why, "Because it hurts");
        assert_string_equal(fix->windows, "6.0-, 5.1");
        assert_int_equal(fix->n_ranges, 2);
        assert_int_equal(fix->products, 1U << OW_PRODUCT_SERVER | 1U << OW_PRODUCT_DOMAIN_CONTROLLER);
        assert_int_equal(fix->delay, FIX_DELAY_NCSI);
        assert_true(fix->temporary);
        assert_false(fix->in_all);
        assert_string_equal(ow_fix_parameters(fix)[1], "group");
        assert_null(ow_fix_parameters(fix)[2]);
        assert_string_equal(ow_fix_parameter_help(fix, "wsus"), "URL of the server");
        assert_null(ow_fix_parameter_help(fix, "other"));
        assert_int_equal(fix->n_conditions, 3);
        assert_true(fix->conditions[0].domain_member);
        assert_string_equal(fix->conditions[1].name, "Start");
        assert_int_equal(ow_le32_at(fix->conditions[1].data.p), 2);
        assert_true(fix->conditions[2].unless);
}

static void sections_become_edits(void **state)
{
        OW_AUTO(ow_fix) fix = NULL;

        assert_ok(parse(good, &fix, &err));
        assert_int_equal(fix->n_edits, 5);
        assert_true(fix->edits[0].existing_only);       /* [Service] sections come first */
        assert_string_equal(fix->edits[0].path, "HKLM\\SYSTEM\\CurrentControlSet\\Services\\svc");
        assert_int_equal(fix->edits[0].n_values, 2);
        assert_int_equal(ow_le32_at(fix->edits[0].values[0].data.p), 2);
        assert_string_equal(fix->edits[0].values[1].name, "DelayedAutostart");
        assert_string_equal(fix->edits[1].path, "HKLM\\SYSTEM\\CurrentControlSet\\Services\\x");
        assert_int_equal(fix->edits[1].line, 20);
        assert_int_equal(fix->edits[1].n_values, 4);
        assert_int_equal(ow_le32_at(fix->edits[1].values[0].data.p), 7);
        assert_true(fix->edits[1].values[1].parametric);
        assert_true(fix->edits[1].values[2].remove);
        assert_int_equal(fix->edits[1].values[3].data.size, 2);
        assert_int_equal(fix->edits[1].values[3].line, 24);
        assert_string_equal(fix->edits[2].path, "HKCU\\Software\\Z");
        assert_string_equal(fix->edits[3].path, "HKU\\.DEFAULT\\Software\\Z");
        assert_string_equal(fix->edits[4].path, "HKU\\S-1-5-19\\Software\\Z");
}

static void what_is_not_said_has_its_default(void **state)
{
        OW_AUTO(ow_fix) fix = NULL;

        assert_ok(parse(HEAD KEY, &fix, &err));
        assert_false(fix->temporary);
        assert_true(fix->in_all);
        assert_int_equal(fix->delay, FIX_DELAY_NONE);
        assert_string_equal(ow_fix_windows(fix), "");
        assert_string_equal(ow_fix_note(fix), "");
        assert_null(ow_fix_parameters(fix)[0]);
        assert_int_equal(fix->n_edits, 1);
}

static const char pack[] =
        HEAD "All=no\n"
        "[Vendor]\n"
        "Name=ProLiant things\n"
        "Kind=hardware\n"
        "Company=Hewlett*\n"
        "Company=HP*\n"
        "Publisher=Hewlett*\n"
        "Signs=3\n"
        "[Service CqMg*]\n"
        "[Service sysdown]\n"
        "Image=*\\sysdown.exe*\n"
        "Company=Compaq*\n"
        "Sign=no\n"
        "[Driver HpCISSs?]\n"
        "Kind=storage\n"
        "Keep=yes\n"
        "[Filter hpdskflt]\n"
        "[Run CPQTEAM]\n"
        "Command=*cpqteam.exe*\n"
        "[Task \\HP\\*]\n"
        "[Uninstall HP Insight*]\n"
        "Publisher=HP\n"
        "Key={*}\n"
        "[Folder %SystemDrive%\\hp\\hpsmh]\n"
        "[-HKEY_LOCAL_MACHINE\\SOFTWARE\\Compaq Insight Agent]\n";

static void a_vendor_pack_says_what_it_looks_for(void **state)
{
        OW_AUTO(ow_fix) fix = NULL;
        const struct fix_item *items;

        assert_ok(parse(pack, &fix, &err));
        assert_true(ow_fix_is_pack(fix));
        assert_string_equal(ow_fix_pack_name(fix), "ProLiant things");
        assert_int_equal(ow_fix_pack_role(fix), OW_VENDOR_HARDWARE);
        assert_int_equal(fix->pack->n_companies, 2);
        assert_string_equal(fix->pack->publishers[0], "Hewlett*");
        assert_int_equal(fix->pack->signs, 3);
        assert_int_equal(fix->pack->n_items, 9);
        assert_int_equal(ow_fix_pack_section_count(fix), 9);
        assert_string_equal(ow_fix_pack_section(fix, 0), "[Service CqMg*]");
        items = fix->pack->items;
        assert_string_equal(items[0].name, "CqMg*");
        assert_false(items[0].weak);
        assert_string_equal(items[1].image, "*\\sysdown.exe*");
        assert_string_equal(items[1].company, "Compaq*");
        assert_true(items[1].weak);
        assert_int_equal(items[2].driver, FIX_DRIVER_STORAGE);
        assert_true(items[2].keep);
        assert_int_equal(items[3].kind, OW_VENDOR_FILTER);
        assert_string_equal(items[4].command, "*cpqteam.exe*");
        assert_string_equal(items[5].name, "\\HP\\*");
        assert_string_equal(items[6].publisher, "HP");
        assert_string_equal(items[6].key, "{*}");
        assert_string_equal(items[7].name, "%SystemDrive%\\hp\\hpsmh");
        assert_int_equal(items[8].kind, OW_VENDOR_KEY);
        assert_string_equal(items[8].name, "HKLM\\SOFTWARE\\Compaq Insight Agent");
        assert_true(fix->edits[0].remove);
}

static const struct { const char *label, *text; int want; uint32_t line; const char *says; } bad[] = {
        { "empty", "", OW_E_INVAL, 1, "no Title" },
        { "no [Fix]", KEY "\"A\"=dword:1\n", OW_E_INVAL, 1, "first section must be [Fix]" },
        { "text before [Fix]", "x\n" HEAD KEY, OW_E_INVAL, 1, "first section must be [Fix]" },
        { "[Fix] twice", HEAD KEY "[Fix]\n", OW_E_INVAL, 6, "once" },
        { "unknown key", "[Fix]\nTitle=T\nTitel=T\n", OW_E_INVAL, 3,
          "unknown key 'Titel'; allowed: Title, Why, Windows" },
        { "key in another case", "[Fix]\ntitle=T\n", OW_E_INVAL, 2, "unknown key 'title'" },
        { "key twice", HEAD "Title=U\n" KEY, OW_E_INVAL, 5, "stands twice" },
        { "no equals sign", "[Fix]\nTitle\n", OW_E_INVAL, 2, "Key=value" },
        { "continuation of nothing", "[Fix]\n  more\n", OW_E_INVAL, 2, "Key=value" },
        { "no Title", "[Fix]\nWhy=W\nSource=S\n" KEY, OW_E_INVAL, 1, "no Title" },
        { "no Why", "[Fix]\nTitle=T\nSource=S\n" KEY, OW_E_INVAL, 1, "no Why" },
        { "no Source", "[Fix]\nTitle=T\nWhy=S\n" KEY, OW_E_INVAL, 1, "no Source" },
        { "empty Title", "[Fix]\nTitle=\n", OW_E_INVAL, 2, "empty" },
        { "control character", "[Fix]\nTitle=a\tb\001\n" KEY, OW_E_INVAL, 2, "control character" },
        { "no section", HEAD, OW_E_INVAL, 5, "changes nothing" },
        { "bad range", HEAD "Windows=seven\n" KEY, OW_E_INVAL, 5, "'seven'" },
        { "bad product", HEAD "Product=server,desktop\n" KEY, OW_E_INVAL, 5, "'desktop'; allowed: client, server, dc" },
        { "bad delay", HEAD "Delay=ncsi\n" KEY, OW_E_INVAL, 5, "allowed: DHCP, APIPA" },
        { "bad flag", HEAD "Temporary=maybe\n" KEY, OW_E_INVAL, 5, "yes, no" },
        { "bad All", HEAD "All=1\n" KEY, OW_E_INVAL, 5, "yes, no" },
        { "parameter without help", HEAD "Needs=wsus\n" KEY, OW_E_INVAL, 5, "name: what it is" },
        { "bad parameter name", HEAD "Needs=W S: x\n" KEY, OW_E_INVAL, 5, "name: what it is" },
        { "unused parameter", HEAD "Needs=w: x\n" KEY, OW_E_INVAL, 1, "parameter 'w' is not used" },
        { "undeclared parameter", HEAD KEY "\"A\"=\"${w}\"\n", OW_E_INVAL, 6, "parameter 'w'" },
        { "open parameter", HEAD KEY "\"A\"=\"${w\"\n", OW_E_INVAL, 6, "not named" },
        { "bad condition", HEAD "Requires=always\n" KEY, OW_E_INVAL, 5, "domain-member" },
        { "condition with bad value", HEAD "Unless=HKLM\\SYSTEM\\a!b=dword:xyz\n" KEY, OW_E_INVAL, 5, "Unless" },
        { "condition with two values", HEAD "Unless=HKLM\\SYSTEM\\a!b=-\n" KEY, OW_E_INVAL, 5, "one .reg value" },
        { "condition on a numbered control set", HEAD "Requires=HKLM\\SYSTEM\\ControlSet001\\x\n" KEY, OW_E_INVAL, 5,
          "CurrentControlSet" },
        { "unknown section", HEAD "[Files]\n", OW_E_INVAL, 5, "unknown section '[Files]'; allowed: [Fix]" },
        { "open section", HEAD "[HKEY_LOCAL_MACHINE\\SOFTWARE\n", OW_E_INVAL, 5, "ends with ']'" },
        { "bad registry line", HEAD KEY "\"A\"=dword:1\n\"B\"=nonsense\n", OW_E_INVAL, 7, "" },
        { "no root", HEAD "[HKEY_NOWHERE\\X]\n\"A\"=dword:1\n", OW_E_INVAL, 5, "" },
        { "a whole hive", HEAD "[HKEY_LOCAL_MACHINE\\SOFTWARE]\n", OW_E_INVAL, 5, "whole hive" },
        { "a numbered control set", HEAD "[HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services\\x]\n", OW_E_INVAL, 5,
          "CurrentControlSet" },
        { "a user by SID", HEAD "[HKEY_USERS\\S-1-5-21-1\\Software\\x]\n", OW_E_INVAL, 5, "HKEY_CURRENT_USER" },
        { "temporary key removal", HEAD "Temporary=yes\n[-HKEY_LOCAL_MACHINE\\SOFTWARE\\X]\n", OW_E_INVAL, 6,
          "give it back" },
        { "service without a name", HEAD "[Service ]\n", OW_E_INVAL, 5, "" },
        { "service with a path", HEAD "[Service a\\b]\nStart=auto\n", OW_E_INVAL, 5, "service name" },
        { "service without Start", HEAD "[Service a]\n" KEY, OW_E_INVAL, 5, "no Start" },
        { "service without Start at the end", HEAD KEY "[Service a]\n", OW_E_INVAL, 6, "no Start" },
        { "service with Start twice", HEAD "[Service a]\nStart=auto\nStart=auto\n", OW_E_INVAL, 7, "twice" },
        { "service with another key", HEAD "[Service a]\nImagePath=x\n", OW_E_INVAL, 6, "allowed: Start" },
        { "service with a bad Start", HEAD "[Service a]\nStart=4\n", OW_E_INVAL, 6, "disabled" },
        { "a plain service with a glob", HEAD "[Service a*]\nStart=auto\n", OW_E_INVAL, 5, "only a vendor pack" },
        { "a plain service with a pack's key", HEAD "[Service a]\nImage=x\n", OW_E_INVAL, 6, "needs a [Vendor]" },
        { "a driver without a pack", HEAD "[Driver a]\nKind=other\n", OW_E_INVAL, 5, "needs a [Vendor]" },
        { "pack without Kind", HEAD "[Vendor]\nName=N\n[Service a]\n", OW_E_INVAL, 5, "[Vendor] has no Kind" },
        { "pack of an unknown kind", HEAD "[Vendor]\nKind=printer\n", OW_E_INVAL, 6, "allowed: hardware, network" },
        { "pack twice", HEAD VENDOR "[Vendor]\n", OW_E_INVAL, 9, "twice" },
        { "pack behind a service", HEAD "[Service a]\nStart=auto\n[Vendor]\n", OW_E_INVAL, 7, "before [Service]" },
        { "temporary pack", HEAD "Temporary=yes\n" VENDOR "[Service a]\n", OW_E_INVAL, 1, "not temporary" },
        { "pack that looks for nothing", HEAD VENDOR, OW_E_INVAL, 9, "looks for nothing" },
        { "pack that can never be present", HEAD "[Vendor]\nName=N\nKind=network\n[Service a]\n[Service b]\nSign=no\n",
          OW_E_INVAL, 1, "Signs=2, but only 1" },
        { "pack with too many signs", HEAD "[Vendor]\nSigns=99\n", OW_E_INVAL, 6, "1 to 20" },
        { "pack with Start", HEAD VENDOR "[Service a]\nStart=auto\n", OW_E_INVAL, 10, "no Start" },
        { "pack that sets a value", HEAD VENDOR "[Service a]\n" KEY "\"A\"=dword:1\n", OW_E_INVAL, 10,
          "only removes" },
        { "company of everything", HEAD VENDOR "Company=*\n", OW_E_INVAL, 9, "fits everything" },
        { "service of everything", HEAD VENDOR "[Service *]\n", OW_E_INVAL, 9, "" },
        { "driver without a kind", HEAD VENDOR "[Driver a]\n", OW_E_INVAL, 9, "[a] has no Kind" },
        { "task without a path", HEAD VENDOR "[Task HP]\n", OW_E_INVAL, 9, "is no task" },
        { "folder of a drive", HEAD VENDOR "[Folder C:\\hp]\n", OW_E_INVAL, 9, "is no folder" },
        { "folder with dots", HEAD VENDOR "[Folder %SystemRoot%\\..\\x]\n", OW_E_INVAL, 9, "is no folder" },
        { "a vital service in a pack", HEAD VENDOR "[Service RpcSs]\n", OW_E_REFUSED, 9, "RpcSs" },
        { "a glob that fits a vital service", HEAD VENDOR "[Driver nt*]\nKind=other\n", OW_E_REFUSED, 9, "'Ntfs'" },
        { "a glob that fits Dhcp", HEAD VENDOR "[Service Dh??]\n", OW_E_REFUSED, 9, "Dhcp" },
        { "bad advice", HEAD KEY "\"A\"=dword:1\n[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\NlaSvc\\"
          "Parameters]\n\"AlwaysExpectDomainController\"=dword:1\n", OW_E_REFUSED, 8, "refused" },
        { "bad advice by service", HEAD "[Service Dhcp]\nStart=disabled\n", OW_E_REFUSED, 6, "refused" },
};

static void each_bad_construct_is_told_with_its_line(void **state)
{
        for (size_t i = 0; i < OW_COUNT(bad); i++) {
                ow_error err = OW_ERROR_INIT;
                char where[32];
                ow_fix *fix = NULL;
                int r;

                print_message("# %s\n", bad[i].label);
                r = parse(bad[i].text, &fix, &err);
                if (r != bad[i].want || (r < 0 && err.where != bad[i].line) || !strstr(err.text, bad[i].says))
                        fail_msg("%s: %d at %llu: %s", bad[i].label, r, (unsigned long long)err.where, err.text);
                (void)snprintf(where, sizeof where, "f.fix:%u: ", bad[i].line);
                assert_memory_equal(err.text, where, strlen(where));
                assert_null(fix);
        }
}

static void bytes_that_are_no_text_are_refused(void **state)
{
        static const char nul[] = "[Fix]\nTitle=a\0b\n";
        ow_fix *fix = NULL;
        char *huge = ow_malloc(FIX_FILE_MAX + 1);

        assert_fails(OW_E_INVAL, fix_file_parse("n", "a", "f", nul, sizeof nul - 1, NULL, &fix, &err));
        assert_non_null(huge);
        memset(huge, ' ', FIX_FILE_MAX + 1);
        assert_fails(OW_E_LIMIT, fix_file_parse("n", "a", "f", huge, FIX_FILE_MAX + 1, NULL, &fix, &err));
        ow_free(huge);
}

static void names_are_plain(void **state)
{
        assert_true(fix_name_ok("ncsi-active-off"));
        assert_true(fix_name_ok("x2"));
        assert_false(fix_name_ok(""));
        assert_false(fix_name_ok("2x"));
        assert_false(fix_name_ok("Ncsi"));
        assert_false(fix_name_ok("a_b"));
        assert_false(fix_name_ok("a/b"));
        assert_false(fix_name_ok("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
}

/* Every allocation of a good load fails once: a clean OW_E_NOMEM each time, and no leak (the sanitizer looks). */
static void runs_out_of_memory_cleanly(const char *text)
{
        int r = OW_E_NOMEM;

        for (size_t n = 1; r != 0 && n < 10000; n++) {
                ow_error err = OW_ERROR_INIT;
                ow_fix *fix = NULL;

                ow_alloc_fail_from(n);
                r = parse(text, &fix, &err);
                ow_alloc_fail_from(0);
                assert_true(r == 0 || r == OW_E_NOMEM);
                ow_fix_free(fix);
        }
        assert_int_equal(r, 0);
}

static void running_out_of_memory_is_clean(void **state)
{
        runs_out_of_memory_cleanly(good);
        runs_out_of_memory_cleanly(pack);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_good_file_says_all_it_can),
                cmocka_unit_test(sections_become_edits),
                cmocka_unit_test(a_vendor_pack_says_what_it_looks_for),
                cmocka_unit_test(what_is_not_said_has_its_default),
                cmocka_unit_test(each_bad_construct_is_told_with_its_line),
                cmocka_unit_test(bytes_that_are_no_text_are_refused),
                cmocka_unit_test(names_are_plain),
                cmocka_unit_test(running_out_of_memory_is_clean),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
