/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A small server for the tests of plans: 2008 R2, a domain member, one user, all hives of ours. */
#ifndef TESTS_UNIT_FIX_FIXTURE_H
#define TESTS_UNIT_FIX_FIXTURE_H

#include "guest-fixture.h"

#include <offwin/fix.h>

#include "base/le.h"
#include "fix/action.h"
#include "fix/ledger.h"
#include "fix/text-list.h"

#define CS1      "HKLM\\SYSTEM\\ControlSet001\\"
#define POLICIES "HKLM\\SOFTWARE\\Policies\\Microsoft\\"
#define SID      "S-1-5-21-1-2-3-1001"

static const char server_system[] =
        "[HKEY_LOCAL_MACHINE\\Select]\n"
        "\"Current\"=dword:1\n\"Default\"=dword:1\n\"Failed\"=dword:0\n\"LastKnownGood\"=dword:2\n"
        "[HKEY_LOCAL_MACHINE\\ControlSet001\\Control]\n"
        "[HKEY_LOCAL_MACHINE\\ControlSet001\\Control\\ProductOptions]\n"
        "\"ProductType\"=\"ServerNT\"\n"
        "[HKEY_LOCAL_MACHINE\\ControlSet001\\Control\\CrashControl]\n"
        "\"AutoReboot\"=dword:1\n"
        "[HKEY_LOCAL_MACHINE\\ControlSet001\\Control\\Power]\n"
        "\"HibernateEnabled\"=dword:1\n"
        "[HKEY_LOCAL_MACHINE\\ControlSet001\\Control\\Network]\n"
        "[HKEY_LOCAL_MACHINE\\ControlSet001\\Control\\Windows]\n"
        "\"ComponentizedBuild\"=dword:1\n\"CSDVersion\"=dword:100\n"
        "[HKEY_LOCAL_MACHINE\\ControlSet001\\Services\\Power]\n"
        "\"Type\"=dword:20\n\"Start\"=dword:2\n"
        "[HKEY_LOCAL_MACHINE\\ControlSet001\\Services\\Tcpip]\n"
        "\"Type\"=dword:1\n\"Start\"=dword:0\n\"ErrorControl\"=dword:3\n"
        "[HKEY_LOCAL_MACHINE\\ControlSet001\\Services\\Tcpip\\Parameters]\n"
        "\"Domain\"=\"corp.example\"\n\"NV Domain\"=\"corp.example\"\n\"Hostname\"=\"SRV\"\n"
        "[HKEY_LOCAL_MACHINE\\ControlSet001\\Services\\Tcpip\\Parameters\\Interfaces\\{1}]\n"
        "\"IPAutoconfigurationEnabled\"=dword:1\n"
        "[HKEY_LOCAL_MACHINE\\ControlSet001\\Services\\Tcpip\\Parameters\\Interfaces\\{2}]\n"
        "\"EnableDHCP\"=dword:1\n"
        "[HKEY_LOCAL_MACHINE\\ControlSet001\\Services\\Dhcp]\n"
        "\"Type\"=dword:20\n\"Start\"=dword:2\n\"ErrorControl\"=dword:1\n"
        "[HKEY_LOCAL_MACHINE\\ControlSet001\\Services\\Netlogon]\n"
        "\"Type\"=dword:20\n\"Start\"=dword:2\n\"ErrorControl\"=dword:1\n"
        "[HKEY_LOCAL_MACHINE\\ControlSet001\\Services\\partmgr]\n"
        "\"Type\"=dword:1\n\"Start\"=dword:0\n\"ErrorControl\"=dword:3\n"
        "[HKEY_LOCAL_MACHINE\\ControlSet001\\Services\\NlaSvc\\Parameters]\n"
        "\"AlwaysExpectDomainController\"=dword:1\n"
        "[HKEY_LOCAL_MACHINE\\ControlSet001\\Services\\NlaSvc\\Parameters\\Internet]\n"
        "\"EnableActiveProbing\"=dword:1\n\"WebTimeout\"=dword:23\n"
        "[HKEY_LOCAL_MACHINE\\ControlSet001\\Services\\agent]\n"
        "\"Type\"=dword:10\n\"Start\"=dword:2\n\"ErrorControl\"=dword:1\n\"ImagePath\"=\"C:\\\\agent\\\\a.exe\"\n"
        "\"DependOnService\"=multi:\"Netlogon\"\n"
        "[HKEY_LOCAL_MACHINE\\ControlSet001\\Services\\agent2]\n"
        "\"Type\"=dword:10\n\"Start\"=dword:2\n\"ErrorControl\"=dword:1\n\"ImagePath\"=\"C:\\\\agent\\\\b.exe\"\n"
        "\"DependOnService\"=multi:\"AGENT\"\n"
        "[HKEY_LOCAL_MACHINE\\ControlSet002\\Control]\n"
        "[HKEY_LOCAL_MACHINE\\Setup]\n"
        "\"SystemSetupInProgress\"=dword:0\n\"SetupType\"=dword:0\n";

static const char server_software[] =
        "[HKEY_LOCAL_MACHINE\\Microsoft\\Windows NT\\CurrentVersion]\n"
        "\"CurrentVersion\"=\"6.1\"\n\"CurrentBuildNumber\"=\"7601\"\n\"ProductName\"=\"Windows Server 2008 R2\"\n"
        "\"SystemRoot\"=\"C:\\\\Windows\"\n"
        "[HKEY_LOCAL_MACHINE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList]\n"
        "\"Default\"=\"C:\\\\Users\\\\Default\"\n"
        "[HKEY_LOCAL_MACHINE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList\\" SID "]\n"
        "\"ProfileImagePath\"=\"C:\\\\Users\\\\bob\"\n"
        "[HKEY_LOCAL_MACHINE\\Policies\\Microsoft\\Windows]\n"
        "[HKEY_LOCAL_MACHINE\\Policies\\Microsoft\\Windows\\WindowsUpdate]\n"
        "\"TargetGroup\"=\"all\"\n";

/* Connection settings with the auto-detect flag (9), counter 5, and one publisher setting of its own. */
static const char server_user[] =
        "[HKEY_LOCAL_MACHINE\\Software\\Microsoft\\Windows\\CurrentVersion\\Internet Settings\\Connections]\n"
        "\"DefaultConnectionSettings\"=hex:46,00,00,00,05,00,00,00,09,00,00,00,00,00,00,00,00,00,00,00,00,00,00,00,\\\n"
        "  00,00,00,00,00,00,00,00,00,00,00,00,00,00,00,00,00,00,00,00,00,00,00,00,00,00,00,00,00,00,00,00\n"
        "\"SavedLegacySettings\"=hex:46,00,00,00,01,00,00,00,09,00,00,00,ff,00,00,00\n"
        "[HKEY_LOCAL_MACHINE\\Software\\Microsoft\\Windows\\CurrentVersion\\WinTrust\\Trust Providers\\"
        "Software Publishing]\n"
        "\"State\"=dword:00023c01\n";

static MAYBE_UNUSED void server_make(struct rig *rig, bool with_software)
{
        rig_plain_disk(rig, 0, 24, "11223344");
        rig_begin(rig, 0, 0);
        rig_put_hive(rig, "Windows\\System32\\config\\SYSTEM", server_system);
        if (with_software)
                rig_put_hive(rig, "Windows\\System32\\config\\SOFTWARE", server_software);
        rig_put_hive(rig, "Windows\\System32\\config\\DEFAULT", "[HKEY_LOCAL_MACHINE\\Software]\n");
        rig_put_hive(rig, "Users\\bob\\NTUSER.DAT", server_user);
        rig_put_hive(rig, "Users\\Default\\NTUSER.DAT", "[HKEY_LOCAL_MACHINE\\Software]\n");
        rig_end(rig);
}

/* A machine of these two hives and nothing else, for writing. */
static MAYBE_UNUSED ow_guest *hives_open(struct rig *rig, const char *system, const char *software)
{
        rig_plain_disk(rig, 0, 24, "11223344");
        rig_begin(rig, 0, 0);
        rig_put_hive(rig, "Windows\\System32\\config\\SYSTEM", system);
        rig_put_hive(rig, "Windows\\System32\\config\\SOFTWARE", software);
        rig_end(rig);
        return rig_open(rig, true);
}

/* The fixes of this source tree. */
static MAYBE_UNUSED ow_fix_set *fixes_load(void)
{
        const char *source = getenv("OFFWIN_SOURCE");
        OW_AUTO_FREE char *dir = ow_asprintf("%s/fixes", source ? source : ".");
        const char *dirs[1];
        ow_fix_set *set = NULL;

        dirs[0] = dir;
        assert_ok(ow_fix_set_load(dirs, 1, &set, &err));
        return set;
}

/* The DWORD at a place; 0xdeadbeef when it is not there. */
static MAYBE_UNUSED uint32_t dword(ow_guest *guest, const char *where, const char *name)
{
        ow_blob data = { NULL, 0 };
        uint32_t type, n = 0xdeadbeef;
        ow_error err = OW_ERROR_INIT;

        if (ow_registry_get(guest, where, name, &type, &data, &err) > 0 && data.size == 4)
                n = ow_le32_at(data.p);
        ow_blob_done(&data);
        return n;
}

static MAYBE_UNUSED void set_dword(ow_guest *guest, const char *where, const char *name, uint32_t n)
{
        uint8_t data[4];
        ow_regkey key;

        ow_le32_put(data, n);
        assert_ok(ow_registry_create(guest, where, &key, &err));
        assert_ok(ow_hive_set_value(key.hive, key.key, name, OW_REG_DWORD, data, sizeof data, &err));
}

static MAYBE_UNUSED bool key_there(ow_guest *guest, const char *where)
{
        ow_regkey key;
        ow_error err = OW_ERROR_INIT;
        int r = ow_registry_find(guest, where, &key, &err);

        assert_true(r >= 0);
        return r > 0;
}

static MAYBE_UNUSED const ow_skipped *skipped(const ow_plan *plan, const char *name)
{
        for (size_t i = 0; i < ow_plan_skipped_count(plan); i++) {
                const ow_skipped *s = ow_plan_skipped(plan, i);

                if (s->fix && strcmp(ow_fix_name(s->fix), name) == 0)
                        return s;
        }
        return NULL;
}

/* Rows of fixes, without those of the ledger. */
static MAYBE_UNUSED size_t rows_of_fixes(const ow_plan *plan)
{
        size_t n = 0;

        for (size_t i = 0; i < ow_plan_change_count(plan); i++)
                n += ow_plan_change(plan, i)->fix != NULL;
        return n;
}

/* What the plan leaves in a list below the control set, its texts with ";" between them. */
static MAYBE_UNUSED void plan_leaves(const ow_plan *plan, ow_guest *guest, const char *path, const char *name,
                                     const char *want)
{
        OW_AUTO_FREE char *where = ow_asprintf("%s%s", CS1, path);
        OW_AUTO_BUFFER text = OW_BUFFER_INIT;
        ow_datum now = { false, 0, { NULL, 0 } };
        AUTO_TEXT_LIST list = { 0 };
        OW_AUTO_FREE char *got = NULL;

        assert_ok(plan_now(plan, guest, where, name, &now, &err));
        assert_ok(text_list_read(&now, name, &list, &err));
        ow_blob_done(&now.data);
        for (size_t i = 0; i < list.n; i++)
                ow_buffer_printf(&text, "%s%s", i ? ";" : "", list.items[i]);
        got = ow_buffer_take_text(&text);
        assert_string_equal(got, want);
}

static int text_write(void *state, uint64_t offset, const void *buf, size_t size, ow_error *err)
{
        ow_buffer_put(state, buf, size);
        return 0;
}

/* A whole hive as .reg text; the caller's: ow_free(). */
static MAYBE_UNUSED char *hive_text(ow_guest *guest, const char *root)
{
        OW_AUTO_BUFFER text = OW_BUFFER_INIT;
        ow_sink sink = { &text, text_write, NULL };
        const char *rest;
        ow_hive *hive;

        assert_int_equal(ow_registry_hive(guest, root, &hive, &rest, NULL), 1);
        assert_ok(ow_reg_export(hive, ow_hive_root(hive), "X", 0, &sink, &err));
        return ow_buffer_take_text(&text);
}

#endif
