/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Services set, disabled and enabled by name: the rows, the ledger's memory, and what is refused. */
#include "fix-fixture.h"

#include <offwin/service-plan.h>

#define AGENT CS1 "Services\\agent"

static int plan_edits(ow_guest *guest, const ow_service_edit *edits, size_t n, unsigned flags, ow_plan **ret,
                      ow_error *why)
{
        int r;

        assert_ok(ow_plan_begin(ret, &err));
        r = ow_plan_set_services(*ret, guest, edits, n, flags, why);
        return r < 0 ? r : ow_plan_finish(*ret, guest, why);
}

static ow_service_edit edit(const char *name, const char *start)
{
        ow_service_edit edit = { .name = name, .verb = OW_SERVICE_SET };

        if (strcmp(start, "enable") == 0)
                edit.verb = OW_SERVICE_ENABLE;
        else
                assert_ok(ow_service_edit_start(&edit, start, &err));
        return edit;
}

/* Number of rows that are not the ledger's. */
static size_t apply(ow_guest *guest, const char *name, const char *start, unsigned flags)
{
        ow_service_edit one = edit(name, start);
        ow_plan *plan = NULL;
        size_t n;

        assert_ok(plan_edits(guest, &one, 1, flags, &plan, &err));
        assert_ok(ow_plan_apply(plan, guest, &err));
        assert_ok(ow_plan_verify(plan, guest, &err));
        n = rows_of_fixes(plan);
        ow_plan_free(plan);
        return n;
}

static void fails(ow_guest *guest, const char *name, const char *start, unsigned flags, int code, const char *text)
{
        ow_service_edit one = edit(name, start);
        ow_error why = OW_ERROR_INIT;
        ow_plan *plan = NULL;

        assert_int_equal(plan_edits(guest, &one, 1, flags, &plan, &why), code);
        if (!strstr(why.text, text))
                fail_msg("'%s' lacks '%s'", why.text, text);
        ow_plan_free(plan);
}

static size_t settle_rows(ow_guest *guest)
{
        ow_plan *plan = NULL;
        size_t n;

        assert_ok(ow_plan_settle(guest, &plan, &err));
        assert_ok(ow_plan_apply(plan, guest, &err));
        n = ow_plan_change_count(plan);
        ow_plan_free(plan);
        return n;
}

static void disable_then_enable_gives_the_registry_back(void **state)
{
        struct rig *rig = rig_get(state);
        char *before, *after, *software;
        ow_guest *guest;

        server_make(rig, true);
        guest = rig_open(rig, true);
        before = hive_text(guest, "HKLM\\SYSTEM");
        software = hive_text(guest, "HKLM\\SOFTWARE");
        assert_int_equal(apply(guest, "AGENT", "disabled", 0), 1);
        assert_int_equal(dword(guest, AGENT, "Start"), 4);
        assert_int_equal(dword(guest, "HKLM\\SOFTWARE\\offwin\\Ledger", "Format"), 2);
        assert_int_equal(apply(guest, "agent", "disabled", 0), 0); /* a second time: nothing */
        assert_int_equal(settle_rows(guest), 0);                   /* for good: settle leaves it */
        assert_int_equal(dword(guest, AGENT, "Start"), 4);
        assert_int_equal(apply(guest, "agent", "enable", 0), 1);
        after = hive_text(guest, "HKLM\\SYSTEM");
        assert_string_equal(before, after);
        ow_free(after);
        after = hive_text(guest, "HKLM\\SOFTWARE");
        assert_string_equal(software, after); /* the ledger went with its last entry */
        assert_int_equal(apply(guest, "agent", "enable", 0), 0);
        ow_free(before);
        ow_free(after);
        ow_free(software);
}

static void enable_gives_the_start_that_it_had_when_disabled(void **state)
{
        struct rig *rig = rig_get(state);
        ow_guest *guest;

        server_make(rig, true);
        guest = rig_open(rig, true);
        set_dword(guest, AGENT, "Start", 3);
        assert_int_equal(apply(guest, "agent", "auto", 0), 1);
        assert_int_equal(apply(guest, "agent", "disabled", 0), 1);
        assert_int_equal(apply(guest, "agent", "enable", 0), 1);
        assert_int_equal(dword(guest, AGENT, "Start"), 2);
        fails(guest, "agent2", "enable", 0, 0, "");
        set_dword(guest, AGENT, "Start", 4);
        fails(guest, "agent", "enable", 0, OW_E_ABSENT, "does not say how 'agent' started");
        assert_int_equal(apply(guest, "agent", "demand", 0), 1);
        assert_int_equal(apply(guest, "agent", "delayed", 0), 2);
        assert_int_equal(apply(guest, "agent", "disabled", 0), 1);
        assert_int_equal(apply(guest, "agent", "enable", 0), 1);
        assert_int_equal(dword(guest, AGENT, "Start"), 2);
        assert_int_equal(dword(guest, AGENT, "DelayedAutostart"), 1);
        assert_int_equal(apply(guest, "agent", "auto", 0), 1);
        assert_int_equal(apply(guest, "agent", "demand", 0), 1);
        assert_int_equal(apply(guest, "agent", "disabled", 0), 1);
        assert_int_equal(apply(guest, "agent", "enable", 0), 1);
        assert_int_equal(dword(guest, AGENT, "Start"), 3);
}

static void delayed_start_is_a_flag_beside_auto(void **state)
{
        struct rig *rig = rig_get(state);
        ow_guest *guest;

        server_make(rig, true);
        guest = rig_open(rig, true);
        assert_int_equal(apply(guest, "agent", "delayed", 0), 1);
        assert_int_equal(dword(guest, AGENT, "Start"), 2);
        assert_int_equal(dword(guest, AGENT, "DelayedAutostart"), 1);
        assert_int_equal(apply(guest, "agent", "delayed", 0), 0);
        assert_int_equal(apply(guest, "agent", "disabled", 0), 1);
        assert_int_equal(dword(guest, AGENT, "DelayedAutostart"), 1);
        assert_int_equal(apply(guest, "agent", "auto", 0), 2);
        assert_int_equal(dword(guest, AGENT, "DelayedAutostart"), 0);
        fails(guest, "Tcpip", "delayed", 0, OW_E_INVAL, "is a driver");
}

static void overrides_follow_and_come_back(void **state)
{
        static const char driver[] = CS1 "Services\\storahci";
        struct rig *rig = rig_get(state);
        ow_guest *guest;

        server_make(rig, true);
        guest = rig_open(rig, true);
        set_dword(guest, driver, "Type", 1);
        set_dword(guest, driver, "Start", 0);
        set_dword(guest, driver, "ErrorControl", 1);
        set_dword(guest, CS1 "Services\\storahci\\StartOverride", "0", 3);
        assert_int_equal(apply(guest, "storahci", "boot", 0), 1);
        assert_int_equal(dword(guest, CS1 "Services\\storahci\\StartOverride", "0"), 0);
        assert_int_equal(apply(guest, "storahci", "disabled", OW_SERVICE_FORCE), 2);
        assert_int_equal(dword(guest, CS1 "Services\\storahci\\StartOverride", "0"), 4);
        assert_int_equal(apply(guest, "storahci", "enable", 0), 2);
        assert_int_equal(dword(guest, driver, "Start"), 0);
        assert_int_equal(dword(guest, CS1 "Services\\storahci\\StartOverride", "0"), 0);
        assert_false(key_there(guest, "HKLM\\SOFTWARE\\offwin"));
}

static void odd_services_are_told(void **state)
{
        static const uint8_t text[] = { '2', 0, 0, 0 };
        struct rig *rig = rig_get(state);
        ow_guest *guest;
        ow_regkey key;
        uint32_t type;
        ow_blob data;

        server_make(rig, true);
        guest = rig_open(rig, true);
        assert_ok(ow_registry_create(guest, CS1 "Services\\typeless", &key, &err));
        assert_ok(ow_hive_set_value(key.hive, key.key, "Start", OW_REG_SZ, text, sizeof text, &err));
        fails(guest, "typeless", "boot", 0, OW_E_INVAL, "of no type");
        assert_int_equal(apply(guest, "typeless", "disabled", 0), 1);
        assert_int_equal(apply(guest, "typeless", "enable", 0), 1);
        assert_int_equal(ow_registry_get(guest, CS1 "Services\\typeless", "Start", &type, &data, NULL), 1);
        assert_int_equal(type, OW_REG_SZ);
        assert_int_equal(data.size, sizeof text);
        ow_blob_done(&data);
        fails(guest, "nosuch", "disabled", 0, OW_E_ABSENT, "'nosuch'");
        fails(guest, "", "disabled", 0, OW_E_INVAL, "no name");
        fails(guest, "agent\\Parameters", "disabled", 0, OW_E_INVAL, "no name");
        fails(guest, "agent", "system", 0, OW_E_INVAL, "only drivers");
        fails(guest, "agent", "disabled", OW_SERVICE_ONLY_DRIVERS, OW_E_INVAL, "is a service");
        fails(guest, "Tcpip", "disabled", OW_SERVICE_ONLY_SERVICES, OW_E_INVAL, "is a driver");
}

static void bad_advice_is_refused_even_when_forced(void **state)
{
        struct rig *rig = rig_get(state);
        ow_guest *guest;

        server_make(rig, true);
        guest = rig_open(rig, true);
        fails(guest, "Dhcp", "disabled", 0, OW_E_REFUSED, "Dhcp");
        fails(guest, "Dhcp", "disabled", OW_SERVICE_FORCE, OW_E_REFUSED, "Dhcp");
        fails(guest, "partmgr", "disabled", 0, OW_E_REFUSED, "partmgr");
        assert_int_equal(apply(guest, "partmgr", "disabled", OW_SERVICE_FORCE), 1);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(disable_then_enable_gives_the_registry_back, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(enable_gives_the_start_that_it_had_when_disabled, rig_setup,
                                                rig_teardown),
                cmocka_unit_test_setup_teardown(delayed_start_is_a_flag_beside_auto, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(overrides_follow_and_come_back, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(odd_services_are_told, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(bad_advice_is_refused_even_when_forced, rig_setup, rig_teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
