/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Vendor packs on a made-up guest: what counts as a sign, what is disabled and removed, and what never is. */
#include "fix-fixture.h"
#include "pe-image.h"

#include <offwin/vendor.h>

#define SYS  "[HKEY_LOCAL_MACHINE\\ControlSet001\\"
#define SOFT "[HKEY_LOCAL_MACHINE\\Microsoft\\Windows\\CurrentVersion\\"
#define TASKS "[HKEY_LOCAL_MACHINE\\Microsoft\\Windows NT\\CurrentVersion\\Schedule\\TaskCache\\"
#define CODE "{01234567-89AB-CDEF-0123-456789ABCDEF}"
#define ID   "{11111111-2222-3333-4444-555555555555}"
#define DISK_CLASS "Control\\Class\\{4d36e967-e325-11ce-bfc1-08002be10318}"

static const char guest_system[] =
        "[HKEY_LOCAL_MACHINE\\Select]\n\"Current\"=dword:1\n\"Default\"=dword:1\n"
        SYS "Control\\ProductOptions]\n\"ProductType\"=\"ServerNT\"\n"
        SYS DISK_CLASS "]\n\"LowerFilters\"=multi:\"EhStorClass\",\"acmefilt\",\"acmegone\"\n"
        SYS "Control\\NetworkProvider\\Order]\n\"ProviderOrder\"=\"RDPNP,acmeCHAN, LanmanWorkstation,acmechan2\"\n"
        SYS "Control\\NetworkProvider\\HwOrder]\n\"ProviderOrder\"=\"AcmeChan\"\n"
        SYS "Enum\\PCI\\VEN_1\\1]\n\"UpperFilters\"=multi:\"acmeup\"\n"
        SYS "Services\\AcmeAgent]\n\"Type\"=dword:10\n\"Start\"=dword:2\n\"ImagePath\"=\"C:\\\\Acme\\\\agent.exe\"\n"
        "\"DisplayName\"=\"Acme Agent\"\n"
        SYS "Services\\AcmeAgent\\Parameters]\n"
        SYS "Services\\acmefilt]\n\"Type\"=dword:1\n\"Start\"=dword:1\n"
        SYS "Services\\acmedisk]\n\"Type\"=dword:1\n\"Start\"=dword:3\n"
        SYS "Services\\acmechan]\n\"Type\"=dword:1\n\"Start\"=dword:3\n"
        SYS "Services\\acmeup]\n\"Type\"=dword:1\n\"Start\"=dword:3\n"
        SYS "Services\\kept]\n\"Type\"=dword:1\n\"Start\"=dword:3\n"
        SYS "Services\\AcmeHosted]\n\"Type\"=dword:10\n\"Start\"=dword:3\n"
        "\"ImagePath\"=\"%SystemRoot%\\\\System32\\\\dllhost.exe /Processid:{1}\"\n"
        SYS "Services\\namesake]\n\"Type\"=dword:10\n\"Start\"=dword:2\n\"ImagePath\"=\"C:\\\\N\\\\n.exe\"\n"
        SYS "Services\\inbox]\n\"Type\"=dword:1\n\"Start\"=dword:3\n\"DisplayName\"=\"@disk.inf,%t%;Disk\"\n"
        SYS "Services\\common]\n\"Type\"=dword:10\n\"Start\"=dword:2\n\"ImagePath\"=\"C:\\\\Other\\\\common.exe\"\n";

static const char guest_software[] =
        "[HKEY_LOCAL_MACHINE\\Microsoft\\Windows NT\\CurrentVersion]\n"
        "\"CurrentVersion\"=\"6.1\"\n\"CurrentBuildNumber\"=\"7601\"\n\"SystemRoot\"=\"C:\\\\Windows\"\n"
        SOFT "Run]\n\"AcmeTray\"=\"C:\\\\Acme\\\\tray.exe\"\n\"Other\"=\"C:\\\\o.exe\"\n"
        SOFT "Uninstall\\" CODE "]\n\"DisplayName\"=\"Acme Agent 7\"\n\"Publisher\"=\"Acme Inc.\"\n"
        "\"WindowsInstaller\"=dword:1\n"
        SOFT "Uninstall\\Acme loud]\n\"DisplayName\"=\"Acme Console\"\n"
        "\"UninstallString\"=\"C:\\\\Acme\\\\un \\\"x\\\"\"\n"
        SOFT "Uninstall\\Foreign]\n\"DisplayName\"=\"Acme Agent look-alike\"\n\"Publisher\"=\"Somebody\"\n"
        "[HKEY_LOCAL_MACHINE\\Classes\\Installer\\Products\\76543210BA98FEDC1032547698BADCFE]\n"
        TASKS "Tree\\Acme\\Update]\n\"Id\"=\"" ID "\"\n"
        TASKS "Tasks\\" ID "]\n\"Path\"=\"\\\\Acme\\\\Update\"\n"
        TASKS "Logon\\" ID "]\n"
        TASKS "Tree\\Other]\n\"Id\"=\"{99999999-2222-3333-4444-555555555555}\"\n"
        "[HKEY_LOCAL_MACHINE\\Acme\\Agent]\n\"v\"=dword:1\n";

static const char pack_text[] =
        "[Fix]\nTitle=Disable Acme\nWhy=It waits.\nSource=this test\n"
        "[Vendor]\nName=Acme Agent\nKind=hardware\nPublisher=Acme*\nSigns=3\n"
        "[Service Acme*]\nCompany=Somebody*\n"
        "[Service common]\nImage=*\\Acme\\*\n"
        "[Service namesake]\nCompany=Somebody*\n"
        "[Driver inbox]\nKind=other\n"
        "[Driver acmefilt]\nKind=filter\n"
        "[Driver acmedisk]\nKind=storage\n"
        "[Driver acmechan]\nKind=other\n"
        "[Driver acmeup]\nKind=other\nSign=no\n"
        "[Driver kept]\nKind=other\nKeep=yes\nSign=no\n"
        "[Filter acmegone]\nSign=no\n"
        "[Run AcmeTray]\nCommand=*tray.exe\n"
        "[Task \\Acme\\*]\n"
        "[Uninstall Acme*]\n"
        "[Folder %SystemDrive%\\Acme]\n"
        "[Folder %SystemRoot%\\System32\\Acme*]\n"
        "[Folder %ProgramFiles%\\Common Files\\Acme]\nSign=no\n"
        "[-HKEY_LOCAL_MACHINE\\SOFTWARE\\Acme\\Agent]\n";

static const char weak_text[] = "[Fix]\nTitle=Disable Weak\nWhy=w\nSource=s\n[Vendor]\nName=Weak\nKind=network\n"
                                "[Service AcmeAgent]\n[Service NotThere]\n";
static const char told_text[] = "[Fix]\nTitle=Show Told\nWhy=w\nSource=s\nNote=by hand\nAll=no\n"
                                "[Vendor]\nName=Told\nKind=network\nReport=yes\nSigns=1\n[Service AcmeAgent]\n";

static void text_put(const char *dir, const char *name, const char *text)
{
        char path[200];
        FILE *f;

        (void)snprintf(path, sizeof path, "%s/packs/%s.fix", dir, name);
        f = fopen(path, "w");
        assert_non_null(f);
        fputs(text, f);
        assert_int_equal(fclose(f), 0);
}

static ow_fix_set *packs_load(struct rig *rig)
{
        char dir[120];
        const char *dirs[] = { dir };
        ow_fix_set *set = NULL;

        (void)snprintf(dir, sizeof dir, "%s/packs", rig->dir);
        assert_int_equal(run("mkdir -p '%s'", dir), 0);
        text_put(rig->dir, "acme", pack_text);
        text_put(rig->dir, "weak", weak_text);
        text_put(rig->dir, "told", told_text);
        assert_ok(ow_fix_set_load(dirs, 1, &set, &err));
        return set;
}

static ow_guest *guest_make(struct rig *rig)
{
        struct image image; /* its version resource names the company "Acme" */

        image_make(&image);
        rig_plain_disk(rig, 0, 24, "11223344");
        rig_begin(rig, 0, 0);
        rig_put_hive(rig, "Windows\\System32\\config\\SYSTEM", guest_system);
        rig_put_hive(rig, "Windows\\System32\\config\\SOFTWARE", guest_software);
        rig_put(rig, "Windows\\System32\\Tasks\\Acme\\Update", "<Task/>", 7);
        rig_put(rig, "N\\n.exe", image.b, sizeof image.b);
        rig_put(rig, "Windows\\System32\\dllhost.exe", image.b, sizeof image.b);
        rig_put(rig, "Acme\\agent.exe", "MZ", 2);
        rig_put(rig, "Acme\\sub\\data.bin", "x", 1);
        rig_put(rig, "Windows\\System32\\AcmeData\\x.dll", "MZ", 2);
        rig_put(rig, "Program Files\\Common Files\\Acme\\y.dll", "MZ", 2);
        rig_end(rig);
        return rig_open(rig, true);
}

static const ow_vendor_pack *pack_of(const ow_vendor_packs *packs, const char *name)
{
        for (size_t i = 0; i < packs->count; i++)
                if (strcmp(ow_fix_name(packs->items[i].fix), name) == 0)
                        return &packs->items[i];
        fail_msg("no pack '%s'", name);
        return NULL;
}

static const ow_vendor_sign *sign_of(const ow_vendor_pack *pack, enum ow_vendor_kind kind, const char *name)
{
        for (size_t i = 0; i < pack->n_signs; i++)
                if (pack->signs[i].kind == kind && strcmp(pack->signs[i].name, name) == 0)
                        return &pack->signs[i];
        return NULL;
}

static void signs_are_what_fits_and_nothing_else(void **state)
{
        struct rig *rig = rig_get(state);
        ow_guest *guest = guest_make(rig);
        ow_fix_set *set = packs_load(rig);
        const ow_vendor_pack *acme;
        ow_vendor_packs packs;

        assert_ok(ow_vendor_find(guest, set, &packs, &err));
        assert_int_equal(packs.count, 3);
        acme = pack_of(&packs, "acme");
        assert_int_equal(acme->state, OW_VENDOR_PRESENT);
        assert_non_null(sign_of(acme, OW_VENDOR_SERVICE, "AcmeAgent"));
        assert_string_equal(sign_of(acme, OW_VENDOR_SERVICE, "AcmeAgent")->detail, "Acme Agent");
        assert_int_equal(sign_of(acme, OW_VENDOR_SERVICE, "AcmeAgent")->start, 2);
        assert_null(sign_of(acme, OW_VENDOR_SERVICE, "common"));        /* its program is another's */
        assert_null(sign_of(acme, OW_VENDOR_SERVICE, "acmechan"));      /* a driver, which [Service] does not mean */
        assert_null(sign_of(acme, OW_VENDOR_SERVICE, "namesake"));      /* its file names another company */
        assert_non_null(sign_of(acme, OW_VENDOR_SERVICE, "AcmeHosted")); /* what the host's file says is not its own */
        assert_null(sign_of(acme, OW_VENDOR_DRIVER, "inbox"));          /* Windows brought it */
        assert_non_null(sign_of(acme, OW_VENDOR_DRIVER, "acmechan"));
        assert_false(sign_of(acme, OW_VENDOR_DRIVER, "acmeup")->counts);
        assert_true(sign_of(acme, OW_VENDOR_DRIVER, "kept")->keep);
        assert_non_null(sign_of(acme, OW_VENDOR_FILTER, "acmegone"));
        assert_non_null(sign_of(acme, OW_VENDOR_RUN, "AcmeTray"));
        assert_non_null(sign_of(acme, OW_VENDOR_TASK, "\\Acme\\Update"));
        assert_string_equal(sign_of(acme, OW_VENDOR_PROGRAM, "Acme Agent 7")->command,
                            "msiexec.exe /x " CODE " /qn /norestart REBOOT=ReallySuppress");
        assert_true(sign_of(acme, OW_VENDOR_PROGRAM, "Acme Agent 7")->quiet);
        assert_false(sign_of(acme, OW_VENDOR_PROGRAM, "Acme Console")->quiet);
        assert_null(sign_of(acme, OW_VENDOR_PROGRAM, "Acme Agent look-alike"));
        assert_non_null(sign_of(acme, OW_VENDOR_FOLDER, "C:\\Acme"));
        assert_non_null(sign_of(acme, OW_VENDOR_FOLDER, "C:\\Windows\\System32\\AcmeData"));
        assert_non_null(sign_of(acme, OW_VENDOR_KEY, "HKLM\\SOFTWARE\\Acme\\Agent"));
        assert_int_equal(acme->seen, 12);

        assert_int_equal(pack_of(&packs, "weak")->state, OW_VENDOR_POSSIBLE);
        assert_int_equal(pack_of(&packs, "weak")->seen, 1);
        assert_int_equal(pack_of(&packs, "told")->state, OW_VENDOR_PRESENT);
        ow_vendor_packs_done(&packs);
        ow_fix_set_free(set);
}

static ow_plan *plan_of(ow_guest *guest, const ow_fix_set *set, const char *name, unsigned flags)
{
        const char *const names[] = { name };
        ow_plan *plan = NULL;

        assert_ok(ow_plan_begin(&plan, &err));
        assert_ok(ow_plan_vendor(plan, guest, set, names, 1, flags, &err));
        assert_ok(ow_plan_finish(plan, guest, &err));
        return plan;
}

/* The plan, applied and read back from the disk. */
static ow_guest *carry_out(struct rig *rig, ow_plan *plan)
{
        ow_guest *guest = rig->guest;

        assert_ok(ow_plan_apply(plan, guest, &err));
        assert_ok(ow_machine_commit(rig->machine, "test", NULL, &err));
        rig_close(rig);
        guest = rig_open(rig, true);
        assert_ok(ow_plan_verify(plan, guest, &err));
        return guest;
}

static bool file_there(ow_guest *guest, const char *path)
{
        ow_volume *volume;
        char *inside;
        ow_stat stat;
        int r;

        assert_ok(ow_guest_resolve_path(guest, path, &volume, &inside, &err));
        r = ow_volume_stat(volume, inside, &stat, NULL);
        ow_text_free(inside);
        assert_true(r >= 0);
        return r > 0;
}

static char *list_text(ow_guest *guest, const char *where, const char *name)
{
        OW_AUTO_BUFFER text = OW_BUFFER_INIT;
        ow_blob data = { NULL, 0 };
        uint32_t type;

        if (ow_registry_get(guest, where, name, &type, &data, NULL) > 0)
                ow_utf16_to_utf8((ow_view){ data.p, data.size }, &text);
        for (size_t i = 0; i < text.len; i++)
                if (text.p[i] == '\0')
                        text.p[i] = ',';
        ow_blob_done(&data);
        return ow_buffer_take_text(&text);
}

static void disabling_leaves_everything_there(void **state)
{
        struct rig *rig = rig_get(state);
        ow_guest *guest = guest_make(rig);
        ow_fix_set *set = packs_load(rig);
        ow_plan *plan = plan_of(guest, set, "acme", 0);
        OW_AUTO_FREE char *filters = NULL;

        guest = carry_out(rig, plan);
        assert_int_equal(dword(guest, CS1 "Services\\AcmeAgent", "Start"), 4);
        assert_int_equal(dword(guest, CS1 "Services\\acmefilt", "Start"), 4);
        assert_int_equal(dword(guest, CS1 "Services\\acmedisk", "Start"), 4);
        assert_int_equal(dword(guest, CS1 "Services\\kept", "Start"), 3);
        assert_int_equal(dword(guest, CS1 "Services\\common", "Start"), 2);
        assert_int_equal(dword(guest, CS1 "Services\\namesake", "Start"), 2);
        assert_int_equal(dword(guest, CS1 "Services\\inbox", "Start"), 3);
        filters = list_text(guest, CS1 DISK_CLASS, "LowerFilters");
        assert_null(strstr(filters, "acmegone"));
        assert_non_null(strstr(filters, "EhStorClass"));
        assert_true(key_there(guest, "HKLM\\SOFTWARE\\Acme\\Agent"));
        assert_true(file_there(guest, "C:\\Acme\\agent.exe"));
        assert_false(key_there(guest, "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Schedule\\TaskCache\\"
                                      "Tasks\\" ID)); /* a task cannot be disabled */
        assert_false(file_there(guest, "C:\\Windows\\System32\\Tasks\\Acme\\Update"));
        ow_plan_free(plan);

        plan = plan_of(guest, set, "acme", 0);
        assert_int_equal(ow_plan_change_count(plan), 0);
        ow_plan_free(plan);
        ow_fix_set_free(set);
}

static void removing_takes_out_what_is_the_vendors(void **state)
{
        struct rig *rig = rig_get(state);
        ow_guest *guest = guest_make(rig);
        ow_fix_set *set = packs_load(rig);
        ow_plan *plan = plan_of(guest, set, "acme", OW_VENDOR_REMOVE | OW_VENDOR_FILES);
        OW_AUTO_FREE char *order = NULL;
        OW_AUTO_FREE char *hw_order = NULL;
        ow_blob data = { NULL, 0 };
        uint32_t type;

        guest = carry_out(rig, plan);
        assert_false(key_there(guest, CS1 "Services\\AcmeAgent"));
        assert_false(key_there(guest, CS1 "Services\\acmechan"));
        order = list_text(guest, CS1 "Control\\NetworkProvider\\Order", "ProviderOrder");
        assert_string_equal(order, "RDPNP, LanmanWorkstation,acmechan2,");
        hw_order = list_text(guest, CS1 "Control\\NetworkProvider\\HwOrder", "ProviderOrder");
        assert_string_equal(hw_order, ",");
        assert_int_equal(dword(guest, CS1 "Services\\acmedisk", "Start"), 4);   /* storage: disabled */
        assert_int_equal(dword(guest, CS1 "Services\\acmefilt", "Start"), 4);   /* a filter: disabled */
        assert_int_equal(dword(guest, CS1 "Services\\acmeup", "Start"), 4);     /* a device names it: disabled */
        assert_true(key_there(guest, CS1 "Services\\kept"));
        assert_int_equal(ow_registry_get(guest, "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run", "AcmeTray",
                                         &type, &data, NULL), 0);
        assert_int_equal(ow_registry_get(guest, "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run", "Other",
                                         &type, &data, NULL), 1);
        ow_blob_done(&data);
        assert_false(key_there(guest, "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\" CODE));
        assert_true(key_there(guest, "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\Foreign"));
        assert_false(key_there(guest, "HKLM\\SOFTWARE\\Classes\\Installer\\Products\\"
                                      "76543210BA98FEDC1032547698BADCFE"));
        assert_false(key_there(guest, "HKLM\\SOFTWARE\\Acme\\Agent"));
        assert_false(key_there(guest, "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Schedule\\TaskCache\\"
                                      "Tasks\\" ID));
        assert_false(key_there(guest, "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Schedule\\TaskCache\\"
                                      "Logon\\" ID));
        assert_true(key_there(guest, "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Schedule\\TaskCache\\"
                                     "Tree\\Other"));
        assert_false(file_there(guest, "C:\\Windows\\System32\\Tasks\\Acme\\Update"));
        assert_false(file_there(guest, "C:\\Acme"));
        assert_false(file_there(guest, "C:\\Windows\\System32\\AcmeData"));
        assert_true(file_there(guest, "C:\\Windows\\System32\\config\\SYSTEM"));
        ow_plan_free(plan);
        ow_fix_set_free(set);
}

static void without_files_no_file_goes(void **state)
{
        struct rig *rig = rig_get(state);
        ow_guest *guest = guest_make(rig);
        ow_fix_set *set = packs_load(rig);
        ow_plan *plan = plan_of(guest, set, "acme", OW_VENDOR_REMOVE);

        guest = carry_out(rig, plan);
        assert_true(file_there(guest, "C:\\Acme\\agent.exe"));
        assert_false(file_there(guest, "C:\\Windows\\System32\\Tasks\\Acme\\Update"));  /* part of the task */
        ow_plan_free(plan);
        ow_fix_set_free(set);
}

static void commands_are_kept_for_the_first_boot(void **state)
{
        struct rig *rig = rig_get(state);
        ow_guest *guest = guest_make(rig);
        ow_fix_set *set = packs_load(rig);
        ow_plan *plan = plan_of(guest, set, "acme", OW_VENDOR_UNINSTALL);
        static const char want[] =
                "[\n"
                "  {\"pack\": \"acme\", \"name\": \"Acme Console\", \"version\": \"\", \"key\": \"HKLM\\\\SOFTWARE\\\\"
                "Microsoft\\\\Windows\\\\CurrentVersion\\\\Uninstall\\\\Acme loud\", \"command\": \"C:\\\\Acme\\\\un "
                "\\\"x\\\"\", \"quiet\": false},\n"
                "  {\"pack\": \"acme\", \"name\": \"Acme Agent 7\", \"version\": \"\", \"key\": \"HKLM\\\\SOFTWARE\\\\"
                "Microsoft\\\\Windows\\\\CurrentVersion\\\\Uninstall\\\\" CODE "\", \"command\": \"msiexec.exe /x "
                CODE " /qn /norestart REBOOT=ReallySuppress\", \"quiet\": true}\n"
                "]\n";
        char text[1000] = "";
        ow_volume *volume;
        ow_file *file;
        char *inside;

        guest = carry_out(rig, plan);
        ow_plan_free(plan);
        assert_ok(ow_guest_resolve_path(guest, "C:\\Windows\\offwin\\uninstall.json", &volume, &inside, &err));
        assert_ok(ow_file_open(volume, inside, 0, &file, &err));
        assert_true(ow_file_size(file) < sizeof text);
        assert_ok(ow_file_read(file, 0, text, (size_t)ow_file_size(file), &err));
        assert_string_equal(text, want);
        ow_file_close(file);
        ow_text_free(inside);

        plan = plan_of(guest, set, "acme", OW_VENDOR_UNINSTALL);        /* once more: the same lines */
        assert_int_equal(ow_plan_change_count(plan), 0);
        ow_plan_free(plan);
        ow_fix_set_free(set);
}

/* A command whose program goes with the files cannot run; that of Windows Installer can. */
static void a_command_whose_program_goes_is_not_kept(void **state)
{
        struct rig *rig = rig_get(state);
        ow_guest *guest = guest_make(rig);
        ow_fix_set *set = packs_load(rig);
        ow_plan *plan = plan_of(guest, set, "acme", OW_VENDOR_REMOVE | OW_VENDOR_UNINSTALL | OW_VENDOR_FILES);
        const char *where = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\";
        OW_AUTO_FREE char *loud = ow_asprintf("%sAcme loud", where), *msi = ow_asprintf("%s" CODE, where);
        bool told = false;
        char *inside, text[1000] = "";
        ow_volume *volume;
        ow_file *file;

        for (size_t i = 0; i < ow_plan_skipped_count(plan); i++)
                told |= strstr(ow_plan_skipped(plan, i)->reason, "'Acme Console' is not kept") != NULL;
        assert_true(told);
        guest = carry_out(rig, plan);
        ow_plan_free(plan);
        assert_false(file_there(guest, "C:\\Acme"));
        assert_false(key_there(guest, loud));
        assert_true(key_there(guest, msi));
        assert_ok(ow_guest_resolve_path(guest, "C:\\Windows\\offwin\\uninstall.json", &volume, &inside, &err));
        assert_ok(ow_file_open(volume, inside, 0, &file, &err));
        assert_true(ow_file_size(file) < sizeof text);
        assert_ok(ow_file_read(file, 0, text, (size_t)ow_file_size(file), &err));
        assert_null(strstr(text, "Acme Console"));
        assert_non_null(strstr(text, CODE));
        ow_file_close(file);
        ow_text_free(inside);
        ow_fix_set_free(set);
}

static void what_may_not_be_acted_on_is_refused(void **state)
{
        struct rig *rig = rig_get(state);
        ow_guest *guest = guest_make(rig);
        ow_fix_set *set = packs_load(rig);
        const char *const weak[] = { "weak" }, *const told[] = { "told" }, *const none[] = { "nobody" };
        ow_plan *plan = NULL;

        assert_ok(ow_plan_begin(&plan, &err));
        assert_fails(OW_E_REFUSED, ow_plan_vendor(plan, guest, set, weak, 1, 0, &err));
        assert_fails(OW_E_REFUSED, ow_plan_vendor(plan, guest, set, told, 1, OW_VENDOR_FORCE, &err));
        assert_fails(OW_E_INVAL, ow_plan_vendor(plan, guest, set, none, 1, 0, &err));
        assert_ok(ow_plan_vendor(plan, guest, set, weak, 1, OW_VENDOR_FORCE, &err));
        assert_true(ow_plan_change_count(plan) > 0);
        ow_plan_free(plan);
        ow_fix_set_free(set);
}

static void as_a_fix_it_disables(void **state)
{
        struct rig *rig = rig_get(state);
        ow_guest *guest = guest_make(rig);
        ow_fix_set *set = packs_load(rig);
        const char *const names[] = { "acme" };
        ow_diagnosis diagnosis;
        ow_plan *plan = NULL;
        size_t found = 0;

        assert_ok(ow_diagnose(guest, set, NULL, 0, &diagnosis, &err));
        for (size_t i = 0; i < diagnosis.n_findings; i++) {
                const ow_finding *f = &diagnosis.findings[i];

                assert_string_not_equal(f->id, "weak"); /* only possible: no finding */
                if (strcmp(f->id, "acme") == 0) {
                        assert_int_equal(f->status, OW_FIX_NEEDED);
                        assert_non_null(strstr(f->detail, "AcmeAgent"));
                        found++;
                }
                if (strcmp(f->id, "told") == 0) {
                        assert_null(f->fix);
                        found++;
                }
        }
        assert_int_equal(found, 2);
        ow_diagnosis_done(&diagnosis);

        assert_ok(ow_plan_make(guest, set, names, 1, NULL, 0, &plan, &err));
        guest = carry_out(rig, plan);
        assert_int_equal(dword(guest, CS1 "Services\\AcmeAgent", "Start"), 4);
        assert_true(key_there(guest, "HKLM\\SOFTWARE\\Acme\\Agent"));   /* a fix removes nothing */
        ow_plan_free(plan);
        assert_ok(ow_plan_make(guest, set, names, 1, NULL, 0, &plan, &err));
        assert_int_equal(ow_plan_change_count(plan), 0);
        ow_plan_free(plan);
        ow_fix_set_free(set);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(signs_are_what_fits_and_nothing_else, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(disabling_leaves_everything_there, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(removing_takes_out_what_is_the_vendors, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(without_files_no_file_goes, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(commands_are_kept_for_the_first_boot, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(a_command_whose_program_goes_is_not_kept, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(what_may_not_be_acted_on_is_refused, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(as_a_fix_it_disables, rig_setup, rig_teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
