/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Winsock catalogues repaired: a layer whose library is gone leaves with its chains, the rest keeps order and ids and
 * is numbered without a gap; catalogues that lie are made to agree, and what is no catalogue is refused.
 */
#include "fix-fixture.h"

#include <offwin/winsock.h>

#define CATALOG  "Services\\WinSock2\\Parameters\\Protocol_Catalog9"
#define SPACES   "Services\\WinSock2\\Parameters\\NameSpace_Catalog5"
#define KEY      "[HKEY_LOCAL_MACHINE\\ControlSet001\\"
#define STOCK    "%SystemRoot%\\system32\\mswsock.dll"
#define GONE     "C:\\Program Files\\Old\\layer.dll"
#define THERE    "C:\\Program Files\\New\\filter.dll"
#define ELSEWARE "Q:\\other\\filter.dll"

struct item {
        unsigned number, id;
        const char *path;
        unsigned chain_length;
        unsigned chain[OW_WINSOCK_CHAIN];
};

static void put_item(ow_buffer *text, const char *suffix, const struct item *item)
{
        uint8_t data[OW_WINSOCK_ITEM_SIZE] = { 0 };

        memcpy(data, item->path, strlen(item->path));
        ow_le32_put(data + 0x128, item->id);
        ow_le32_put(data + 0x12c, item->chain_length);
        for (size_t i = 0; i < OW_WINSOCK_CHAIN; i++)
                ow_le32_put(data + 0x130 + 4 * i, item->chain[i]);
        data[0x178] = (uint8_t)('A' + item->id % 26);
        ow_buffer_printf(
                text, KEY CATALOG "\\Catalog_Entries%s\\%012u]\n\"ProtocolName\"=\"%u\"\n\"PackedCatalogItem\"=hex:",
                suffix, item->number, item->id);
        for (size_t i = 0; i < sizeof data; i++)
                ow_buffer_printf(text, "%s%02x", i ? "," : "", data[i]);
        ow_buffer_put_text(text, "\n");
}

static void put_head(ow_buffer *text, unsigned count, unsigned next, unsigned serial)
{
        ow_buffer_printf(text,
                         KEY CATALOG "]\n\"Num_Catalog_Entries\"=dword:%x\n\"Next_Catalog_Entry_ID\"=dword:%x\n"
                                     "\"Serial_Access_Num\"=dword:%x\n",
                         count, next, serial);
}

struct test {
        ow_guest *guest;
        ow_plan *plan;
};

/* text is taken. */
static void begin(void **state, struct test *t, ow_buffer *text)
{
        struct rig *rig = rig_get(state);
        OW_AUTO_FREE char *more = ow_buffer_take_text(text);
        OW_AUTO_FREE char *system = ow_asprintf("%s%s", server_system, more);

        rig_plain_disk(rig, 0, 24, "11223344");
        rig_begin(rig, 0, 0);
        rig_put_hive(rig, "Windows\\System32\\config\\SYSTEM", system);
        rig_put_hive(rig, "Windows\\System32\\config\\SOFTWARE", server_software);
        rig_put(rig, "Program Files\\New\\filter.dll", "MZ", 2);
        rig_end(rig);
        t->guest = rig_open(rig, true);
        assert_ok(ow_plan_begin(&t->plan, &err));
}

static int repair(struct test *t, const char *name, unsigned flags, ow_error *err)
{
        return ow_plan_repair_winsock(t->plan, t->guest, &name, name != NULL, flags, err);
}

/* Applies the plan; the catalogue then holds just these ids, in keys 1, 2, ... */
static void leaves(struct test *t, const unsigned *ids, size_t n)
{
        ow_winsock *w = NULL;
        ow_plan *again = NULL;

        assert_ok(ow_plan_finish(t->plan, t->guest, &err));
        assert_ok(ow_plan_apply(t->plan, t->guest, &err));
        assert_ok(ow_winsock_load(t->guest, 1, &w, &err));
        assert_int_equal(w->catalogs[0].n_protocols, n);
        assert_int_equal(w->catalogs[0].protocols_told, n);
        for (size_t i = 0; i < n; i++) {
                OW_AUTO_FREE char *key = ow_asprintf(CATALOG "\\Catalog_Entries\\%012zu", i + 1);
                OW_AUTO_FREE char *want = ow_asprintf("%u", ids[i]);
                OW_AUTO_FREE char *where = ow_asprintf(CS1 "%s", key);
                OW_AUTO_FREE char *name = NULL;
                ow_blob data = { NULL, 0 };

                assert_string_equal(w->catalogs[0].protocols[i].key, key);
                assert_int_equal(w->catalogs[0].protocols[i].id, ids[i]);
                assert_int_equal(ow_registry_get(t->guest, where, "ProtocolName", NULL, &data, NULL), 1);
                name = ow_utf16_text((ow_view){ data.p, data.size });
                assert_string_equal(name, want); /* all values of an entry move together */
                ow_blob_done(&data);
        }
        ow_winsock_free(w);
        assert_ok(ow_plan_begin(&again, &err));
        assert_ok(ow_plan_repair_winsock(again, t->guest, NULL, 0, 0, &err));
        assert_int_equal(ow_plan_change_count(again), 0);
        ow_plan_free(again);
}

static void layered(ow_buffer *text, const char *path)
{
        const struct item items[] = {
                { 1, 1010, path, 2, { 1009, 1001 } }, { 2, 1001, STOCK, 1, { 0 } }, { 3, 1009, path, 0, { 0 } },
                { 4, 1011, path, 2, { 1009, 1002 } }, { 5, 1002, STOCK, 1, { 0 } },
        };

        put_head(text, OW_COUNT(items), 1012, 7);
        for (size_t i = 0; i < OW_COUNT(items); i++)
                put_item(text, "", &items[i]);
}

static void a_layer_without_its_library_goes_with_its_chains(void **state)
{
        static const unsigned ids[] = { 1001, 1002 };
        OW_AUTO_BUFFER text = OW_BUFFER_INIT;
        struct test t;

        layered(&text, GONE);
        begin(state, &t, &text);
        assert_ok(repair(&t, NULL, 0, &err));
        leaves(&t, ids, OW_COUNT(ids));
        assert_int_equal(dword(t.guest, CS1 CATALOG, "Next_Catalog_Entry_ID"), 1012);
        assert_int_equal(dword(t.guest, CS1 CATALOG, "Serial_Access_Num"), 8);
        ow_plan_free(t.plan);
}

static void a_layer_with_its_library_goes_when_it_is_named(void **state)
{
        static const struct {
                const char *path, *name;
                unsigned flags;
                bool goes;
        } cases[] = {
                { THERE, NULL, 0, false },       { THERE, "FILTER.DLL", 0, true },
                { THERE, "*\\New\\*", 0, true }, { THERE, NULL, OW_WINSOCK_REPAIR_ALL, true },
                { ELSEWARE, NULL, 0, false },    { ELSEWARE, "filter*", 0, true },
        };
        static const unsigned ids[] = { 1001, 1002 };

        for (size_t i = 0; i < OW_COUNT(cases); i++) {
                OW_AUTO_BUFFER text = OW_BUFFER_INIT;
                struct test t;

                print_message("%s, %s\n", cases[i].path, cases[i].name ? cases[i].name : "nothing named");
                layered(&text, cases[i].path);
                begin(state, &t, &text);
                assert_ok(repair(&t, cases[i].name, cases[i].flags, &err));
                if (cases[i].goes) {
                        leaves(&t, ids, OW_COUNT(ids));
                } else {
                        assert_int_equal(ow_plan_change_count(t.plan), 0);
                        assert_int_equal(ow_plan_skipped_count(t.plan), 1); /* once for the library */
                        assert_non_null(strstr(ow_plan_skipped(t.plan, 0)->reason, cases[i].path));
                }
                ow_plan_free(t.plan);
                rig_close(rig_get(state));
        }
}

static void counts_that_lie_and_gaps_are_mended(void **state)
{
        static const struct item items[] = {
                { 2, 1001, STOCK, 1, { 0 } },
                { 5, 1020, STOCK, 1, { 0 } },
                { 9, 1003, STOCK, 2, { 1001, 4711 } }, /* through nobody */
        };
        static const unsigned ids[] = { 1001, 1020 };
        OW_AUTO_BUFFER text = OW_BUFFER_INIT;
        struct test t;

        put_head(&text, 99, 3, UINT32_MAX);
        for (size_t i = 0; i < OW_COUNT(items); i++)
                put_item(&text, "", &items[i]);
        begin(state, &t, &text);
        assert_ok(repair(&t, NULL, 0, &err));
        leaves(&t, ids, OW_COUNT(ids));
        assert_int_equal(dword(t.guest, CS1 CATALOG, "Next_Catalog_Entry_ID"), 1021);
        assert_int_equal(dword(t.guest, CS1 CATALOG, "Serial_Access_Num"), 0);
        ow_plan_free(t.plan);
}

static void what_is_not_understood_stays(void **state)
{
        OW_AUTO_BUFFER text = OW_BUFFER_INIT;
        ow_winsock *w = NULL;
        struct test t;

        put_head(&text, 4, 1012, 7);
        put_item(&text, "", &(struct item){ 1, 1009, GONE, 0, { 0 } });
        ow_buffer_put_text(&text, KEY CATALOG
                           "\\Catalog_Entries\\000000000002]\n\"PackedCatalogItem\"=hex:01,02\n" KEY CATALOG
                           "\\Catalog_Entries\\000000000003]\n\"PackedCatalogItem\"=dword:1\n" KEY CATALOG
                           "\\Catalog_Entries\\odd]\n\"PackedCatalogItem\"=hex:01\n");
        put_item(&text, "", &(struct item){ 4, 1001, STOCK, 1, { 0 } });
        begin(state, &t, &text);
        assert_ok(repair(&t, NULL, 0, &err));
        assert_ok(ow_plan_apply(t.plan, t.guest, &err));
        assert_ok(ow_winsock_load(t.guest, 1, &w, &err));
        assert_int_equal(w->catalogs[0].n_protocols, 4); /* "odd" is none of the catalogue's, and stays */
        assert_int_equal(w->catalogs[0].protocols_told, 3);
        assert_int_equal(w->catalogs[0].protocols[2].id, 1001);
        assert_false(w->catalogs[0].protocols[0].understood || w->catalogs[0].protocols[1].understood);
        ow_winsock_free(w);
        ow_plan_free(t.plan);
}

static void name_providers_go_when_they_are_asked_for(void **state)
{
        static const char spaces[] = KEY SPACES
                "]\n\"Num_Catalog_Entries\"=dword:2\n\"Serial_Access_Num\"=dword:3\n" KEY SPACES
                "\\Catalog_Entries\\000000000001]\n\"LibraryPath\"=\"C:\\\\gone\\\\names.dll\"\n"
                "\"DisplayString\"=\"Other\"\n\"Extra\"=dword:1\n" KEY SPACES
                "\\Catalog_Entries\\000000000002]\n\"LibraryPath\"=\"%SystemRoot%\\\\system32\\\\nlaapi.dll\"\n"
                "\"DisplayString\"=\"NLA\"\n";
        OW_AUTO_BUFFER text = OW_BUFFER_INIT;
        ow_winsock *w = NULL;
        struct test t;

        put_head(&text, 1, 1012, 7);
        put_item(&text, "", &(struct item){ 1, 1001, STOCK, 1, { 0 } });
        ow_buffer_put_text(&text, spaces);
        begin(state, &t, &text);
        assert_ok(repair(&t, NULL, 0, &err));
        assert_int_equal(ow_plan_change_count(t.plan), 0);
        assert_ok(repair(&t, NULL, OW_WINSOCK_REPAIR_NAMESPACES, &err));
        assert_ok(ow_plan_apply(t.plan, t.guest, &err));
        assert_ok(ow_winsock_load(t.guest, 1, &w, &err));
        assert_int_equal(w->catalogs[0].n_namespaces, 1);
        assert_int_equal(w->catalogs[0].namespaces_told, 1);
        assert_string_equal(w->catalogs[0].namespaces[0].name, "NLA");
        assert_int_equal(dword(t.guest, CS1 SPACES "\\Catalog_Entries\\000000000001", "Extra"), 0xdeadbeef);
        assert_int_equal(dword(t.guest, CS1 SPACES, "Serial_Access_Num"), 4);
        assert_int_equal(dword(t.guest, CS1 CATALOG, "Serial_Access_Num"), 7);
        ow_winsock_free(w);
        ow_plan_free(t.plan);
}

static void what_must_not_be_is_refused(void **state)
{
        static const struct {
                const char *path, *name, *more;
                int want;
        } cases[] = {
                { STOCK, "mswsock.dll", "", OW_E_REFUSED },
                { STOCK, "nobody", "", OW_E_ABSENT },
                { GONE, NULL, "", OW_E_REFUSED }, /* the only base provider */
                { STOCK, NULL, KEY CATALOG "\\Catalog_Entries\\000000000003\\below]\n\"x\"=dword:1\n",
                  OW_E_UNSUPPORTED },
        };

        for (size_t i = 0; i < OW_COUNT(cases); i++) {
                OW_AUTO_BUFFER text = OW_BUFFER_INIT;
                ow_error why = OW_ERROR_INIT;
                struct test t;

                put_head(&text, 2, 1012, 7);
                put_item(&text, "", &(struct item){ 1, 1001, cases[i].path, 1, { 0 } });
                put_item(&text, "", &(struct item){ 3, 1002, cases[i].path, 1, { 0 } });
                ow_buffer_put_text(&text, cases[i].more);
                begin(state, &t, &text);
                assert_int_equal(repair(&t, cases[i].name, 0, &why), cases[i].want);
                print_message("%s\n", why.text);
                ow_plan_free(t.plan);
                rig_close(rig_get(state));
        }
}

static void a_reset_waits_for_the_first_boot_and_needs_no_base_provider(void **state)
{
        OW_AUTO_BUFFER text = OW_BUFFER_INIT;
        struct test t;
        bool waits;

        put_head(&text, 2, 1012, 7);
        put_item(&text, "", &(struct item){ 1, 1001, GONE, 1, { 0 } });
        begin(state, &t, &text);
        assert_ok(ow_winsock_reset_waits(t.guest, &waits, &err));
        assert_false(waits);
        assert_ok(repair(&t, NULL, OW_WINSOCK_REPAIR_RESET, &err));
        assert_int_equal(ow_plan_skipped_count(t.plan), 1);
        assert_non_null(strstr(ow_plan_skipped(t.plan, 0)->reason, "no base provider"));
        assert_ok(ow_plan_finish(t.plan, t.guest, &err));
        assert_int_equal(ow_plan_change_count(t.plan), 3); /* two folders and the script: the catalogue stays */
        assert_ok(ow_plan_apply(t.plan, t.guest, &err));
        assert_ok(ow_winsock_reset_waits(t.guest, &waits, &err));
        assert_true(waits);
        ow_plan_free(t.plan);
}

static void old_windows_has_no_reset(void **state)
{
        static const struct {
                const char *version, *pack;
                int want;
        } cases[] = {
                { "4.0", "Service Pack 6", OW_E_UNSUPPORTED }, { "5.0", "Service Pack 4", OW_E_UNSUPPORTED },
                { "5.1", "Service Pack 1", OW_E_UNSUPPORTED }, { "5.1", "Service Pack 2", 0 },
                { "5.2", "", OW_E_UNSUPPORTED },               { "5.2", "Service Pack 1", 0 },
                { "6.0", "", 0 },
        };

        for (size_t i = 0; i < OW_COUNT(cases); i++) {
                struct rig *rig = rig_get(state);
                OW_AUTO_FREE char *software = ow_asprintf(
                        "[HKEY_LOCAL_MACHINE\\Microsoft\\Windows NT\\CurrentVersion]\n\"CurrentVersion\"=\"%s\"\n"
                        "\"CSDVersion\"=\"%s\"\n\"SystemRoot\"=\"C:\\\\Windows\"\n",
                        cases[i].version, cases[i].pack);
                ow_error why = OW_ERROR_INIT;
                ow_plan *plan = NULL;
                ow_guest *guest;

                guest = hives_open(rig, server_system, software);
                print_message("%s %s\n", cases[i].version, cases[i].pack);
                assert_ok(ow_plan_begin(&plan, &err));
                assert_int_equal(ow_plan_repair_winsock(plan, guest, NULL, 0, OW_WINSOCK_REPAIR_RESET, &why),
                                 cases[i].want);
                ow_plan_free(plan);
                rig_close(rig);
        }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(a_layer_without_its_library_goes_with_its_chains),
                TEST(a_layer_with_its_library_goes_when_it_is_named),
                TEST(counts_that_lie_and_gaps_are_mended),
                TEST(what_is_not_understood_stays),
                TEST(name_providers_go_when_they_are_asked_for),
                TEST(what_must_not_be_is_refused),
                TEST(a_reset_waits_for_the_first_boot_and_needs_no_base_provider),
                TEST(old_windows_has_no_reset),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
