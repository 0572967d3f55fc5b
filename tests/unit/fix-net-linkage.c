/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bindings of network services: taken away, doubled, made; parallel lists stay parallel, those of XP are edited too.
 */
#include "fix-fixture.h"

#include "fix/action.h"
#include "fix/net-linkage.h"

#define SET  "HKLM\\SYSTEM\\ControlSet001"
#define KEY  "[HKEY_LOCAL_MACHINE\\ControlSet001\\Services\\"
#define TEAM "{7A5D10C6-92E8-4B31-B6FD-0E4F8A9C3B03}"
#define CARD "{D2C1A3B4-6B0F-4C47-9A35-3E0B6C2F1A01}"
#define NEXT "{3B7E9C52-0D44-4E6A-8F21-5C1D7B3E2A02}"

static const char bindings[] =
        KEY "Tcpip\\Linkage]\n"
            "\"Bind\"=multi:\"\\\\Device\\\\" TEAM "\",\"\\\\Device\\\\NdisWanIp\"\n"
            "\"Export\"=multi:\"\\\\Device\\\\Tcpip_" TEAM "\",\"\\\\Device\\\\Tcpip_NdisWanIp\"\n"
            "\"Route\"=multi:\"\\\"" TEAM "\\\"\",\"\\\"NdisWanIp\\\"\"\n" KEY "lltdio\\Linkage]\n"
            "\"Bind\"=multi:\"\\\\Device\\\\{7a5d10c6-92e8-4b31-b6fd-0e4f8a9c3b03}\"\n"
            "\"Export\"=multi:\"\\\\Device\\\\lltdio_{7a5d10c6-92e8-4b31-b6fd-0e4f8a9c3b03}\"\n"
            "\"Route\"=multi:\"\\\"{7a5d10c6-92e8-4b31-b6fd-0e4f8a9c3b03}\\\"\"\n" KEY
            /* as on XP: one text of Route for two devices */
            "LanmanServer\\Linkage]\n"
            "\"Bind\"=multi:\"\\\\Device\\\\NetBT_Tcpip_" TEAM "\",\"\\\\Device\\\\A\",\"\\\\Device\\\\B\"\n"
            "\"Export\"=multi:\"\\\\Device\\\\S_NetBT_Tcpip_" TEAM "\",\"\\\\Device\\\\S_A\",\"\\\\Device\\\\S_B\"\n"
            "\"Route\"=multi:\"\\\"NetBT\\\" \\\"Tcpip\\\" \\\"" TEAM "\\\"\",\"\\\"NdisWanIp\\\"\"\n" KEY
            "Dfsc\\Linkage]\n\"Export\"=multi:\"\\\\Device\\\\Dfsc\"\n" KEY
            "irda\\Linkage]\n\"Bind\"=multi:\n\"Export\"=multi:\"\\\\Device\\\\irda\"\n\"Route\"=multi:\n";

struct test {
        ow_guest *guest;
        ow_plan *plan;
        struct fix_job job;
};

static void begin(void **state, struct test *t, const char *more)
{
        struct rig *rig = rig_get(state);
        static const struct fix_action action = { "bindings", "Bind", "Asked for.", false };
        OW_AUTO_FREE char *system = ow_asprintf("%s%s%s", server_system, bindings, more);

        rig_plain_disk(rig, 0, 24, "11223344");
        rig_begin(rig, 0, 0);
        rig_put_hive(rig, "Windows\\System32\\config\\SYSTEM", system);
        rig_end(rig);
        t->guest = rig_open(rig, true);
        assert_ok(ow_plan_begin(&t->plan, &err));
        assert_ok(fix_action_begin(&t->job, t->plan, t->guest, &action, &err));
}

static void end(struct test *t)
{
        fix_action_done(&t->job);
        ow_plan_free(t->plan);
}

static int forget(struct fix_job *job, struct net_linkage *linkage, void *state, ow_error *err)
{
        (void)job, (void)state, (void)err;
        net_linkage_drop_adapter(linkage, TEAM);
        net_linkage_drop_adapter(linkage, CARD);
        return 0;
}

static void an_adapter_is_forgotten_by_every_service(void **state)
{
        struct test t = { 0 };

        begin(state, &t, "");
        assert_ok(net_linkage_each(&t.job, SET, forget, NULL, &err));
        plan_leaves(t.plan, t.guest, "Services\\Tcpip\\Linkage", "Bind", "\\Device\\NdisWanIp");
        plan_leaves(t.plan, t.guest, "Services\\Tcpip\\Linkage", "Export", "\\Device\\Tcpip_NdisWanIp");
        plan_leaves(t.plan, t.guest, "Services\\Tcpip\\Linkage", "Route", "\"NdisWanIp\"");
        plan_leaves(t.plan, t.guest, "Services\\lltdio\\Linkage", "Bind", "");
        plan_leaves(t.plan, t.guest, "Services\\lltdio\\Linkage", "Export", "\\Device\\lltdio");
        plan_leaves(t.plan, t.guest, "Services\\lltdio\\Linkage", "Route", "");
        plan_leaves(t.plan, t.guest, "Services\\LanmanServer\\Linkage", "Bind", "\\Device\\A;\\Device\\B");
        plan_leaves(t.plan, t.guest, "Services\\LanmanServer\\Linkage", "Route", "\"NdisWanIp\"");
        assert_int_equal(ow_plan_change_count(t.plan), 9);
        /* an empty list is one NUL, as Windows writes it */
        assert_int_equal(plan_find(t.plan, SET "\\Services\\lltdio\\Linkage", "Bind")->after.data.size, 2);
        assert_ok(net_linkage_each(&t.job, SET, forget, NULL, &err));
        assert_int_equal(ow_plan_change_count(t.plan), 9);
        assert_ok(ow_plan_apply(t.plan, t.guest, &err));
        end(&t);
}

static int stand_in(struct fix_job *job, struct net_linkage *linkage, void *state, ow_error *err)
{
        int r;

        (void)job, (void)state;
        r = net_linkage_copy(linkage, TEAM, NEXT, err);
        if (r == 0)
                r = net_linkage_copy(linkage, TEAM, CARD, err);
        net_linkage_drop_adapter(linkage, TEAM);
        return r;
}

static void cards_take_the_place_of_another(void **state)
{
        struct test t = { 0 };

        begin(state, &t, "");
        assert_ok(net_linkage_each(&t.job, SET, stand_in, NULL, &err));
        plan_leaves(t.plan, t.guest, "Services\\Tcpip\\Linkage", "Bind",
                    "\\Device\\" CARD ";\\Device\\" NEXT ";\\Device\\NdisWanIp");
        plan_leaves(t.plan, t.guest, "Services\\Tcpip\\Linkage", "Export",
                    "\\Device\\Tcpip_" CARD ";\\Device\\Tcpip_" NEXT ";\\Device\\Tcpip_NdisWanIp");
        plan_leaves(t.plan, t.guest, "Services\\Tcpip\\Linkage", "Route", "\"" CARD "\";\"" NEXT "\";\"NdisWanIp\"");
        plan_leaves(t.plan, t.guest, "Services\\lltdio\\Linkage", "Export",
                    "\\Device\\lltdio_" CARD ";\\Device\\lltdio_" NEXT);
        plan_leaves(t.plan, t.guest, "Services\\LanmanServer\\Linkage", "Route",
                    "\"NetBT\" \"Tcpip\" \"" CARD "\";\"NetBT\" \"Tcpip\" \"" NEXT "\";\"NdisWanIp\"");
        end(&t);
}

static void a_card_is_bound_once(void **state)
{
        static const char *const services[] = { "irda", "lltdio" };
        struct test t = { 0 };

        begin(state, &t, "");
        for (size_t i = 0; i < 4; i++) {
                struct net_linkage linkage;

                assert_int_equal(net_linkage_read(&t.job, SET, services[i % 2], false, &linkage, NULL), 1);
                assert_ok(net_linkage_bind(&linkage, CARD, &err));
                assert_ok(net_linkage_write(&t.job, &linkage, &err));
                net_linkage_done(&linkage);
        }
        plan_leaves(t.plan, t.guest, "Services\\irda\\Linkage", "Bind", "\\Device\\" CARD);
        plan_leaves(t.plan, t.guest, "Services\\irda\\Linkage", "Export", "\\Device\\irda_" CARD);
        plan_leaves(t.plan, t.guest, "Services\\irda\\Linkage", "Route", "\"" CARD "\"");
        plan_leaves(t.plan, t.guest, "Services\\lltdio\\Linkage", "Route",
                    "\"{7a5d10c6-92e8-4b31-b6fd-0e4f8a9c3b03}\";\"" CARD "\"");
        end(&t);
}

static void lists_that_disagree_are_refused(void **state)
{
        ow_error why = OW_ERROR_INIT;
        struct test t = { 0 };

        begin(state, &t,
              KEY "bad\\Linkage]\n\"Bind\"=multi:\"\\\\Device\\\\" TEAM "\",\"\\\\Device\\\\X\"\n"
                  "\"Export\"=multi:\"\\\\Device\\\\bad_" NEXT "\",\"\\\\Device\\\\bad_X\"\n"
                  "\"Route\"=multi:\"\\\"" TEAM "\\\"\",\"\\\"X\\\"\"\n");
        assert_int_equal(net_linkage_each(&t.job, SET, forget, NULL, &why), OW_E_REFUSED);
        assert_non_null(strstr(why.text, "Services\\bad\\Linkage"));
        end(&t);
}

static void what_is_no_list_stays(void **state)
{
        ow_error why = OW_ERROR_INIT;
        struct net_linkage linkage;
        struct test t = { 0 };

        begin(state, &t, KEY "odd\\Linkage]\n\"Bind\"=\"\\\\Device\\\\" TEAM "\"\n\"Route\"=dword:1\n");
        assert_ok(net_linkage_each(&t.job, SET, forget, NULL, &err));
        assert_null(plan_find(t.plan, SET "\\Services\\odd\\Linkage", "Bind"));
        assert_int_equal(net_linkage_read(&t.job, SET, "odd", false, &linkage, NULL), 1);
        assert_ok(net_linkage_bind(&linkage, CARD, &err));
        assert_int_equal(net_linkage_write(&t.job, &linkage, &why), OW_E_REFUSED);
        assert_non_null(strstr(why.text, "Services\\odd\\Linkage': 'Bind' is of type 1"));
        net_linkage_done(&linkage);
        end(&t);
}

/* A binding whose way down leads over another adapter goes with that one, in all three lists. */
static void a_binding_is_one_in_all_lists(void **state)
{
        struct test t = { 0 };

        begin(state, &t,
              KEY "over\\Linkage]\n\"Bind\"=multi:\"\\\\Device\\\\" NEXT "\",\"\\\\Device\\\\X\"\n"
                  "\"Export\"=multi:\"\\\\Device\\\\over_" NEXT "\",\"\\\\Device\\\\over_X\"\n"
                  "\"Route\"=multi:\"\\\"" NEXT "\\\" \\\"" TEAM "\\\"\",\"\\\"X\\\"\"\n");
        assert_ok(net_linkage_each(&t.job, SET, forget, NULL, &err));
        plan_leaves(t.plan, t.guest, "Services\\over\\Linkage", "Bind", "\\Device\\X");
        plan_leaves(t.plan, t.guest, "Services\\over\\Linkage", "Export", "\\Device\\over_X");
        plan_leaves(t.plan, t.guest, "Services\\over\\Linkage", "Route", "\"X\"");
        end(&t);
}

static void disabled_bindings_go_too(void **state)
{
        struct test t = { 0 };

        begin(state, &t,
              KEY "off\\Linkage\\Disabled]\n\"Bind\"=multi:\"\\\\Device\\\\" TEAM "\"\n"
                  "\"Export\"=multi:\"\\\\Device\\\\off_" TEAM "\"\n"
                  "\"Route\"=multi:\"\\\"" TEAM "\\\"\"\n");
        assert_ok(net_linkage_each(&t.job, SET, forget, NULL, &err));
        plan_leaves(t.plan, t.guest, "Services\\off\\Linkage\\Disabled", "Bind", "");
        plan_leaves(t.plan, t.guest, "Services\\off\\Linkage\\Disabled", "Export", "");
        end(&t);
}

static void names_of_adapters(void **state)
{
        (void)state;
        assert_true(net_linkage_text_names("\\Device\\Tcpip_" TEAM, "{7a5d10c6-92e8-4b31-b6fd-0e4f8a9c3b03}"));
        assert_true(net_linkage_text_names("{" TEAM, TEAM));
        assert_false(net_linkage_text_names("\\Device\\Tcpip_{7A5D10C6", TEAM));
        assert_false(net_linkage_text_names("\\Device\\Tcpip_" TEAM, ""));
        assert_false(net_linkage_text_names("", TEAM));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(an_adapter_is_forgotten_by_every_service, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(cards_take_the_place_of_another, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(a_card_is_bound_once, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(lists_that_disagree_are_refused, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(what_is_no_list_stays, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(a_binding_is_one_in_all_lists, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(disabled_bindings_go_too, rig_setup, rig_teardown),
                cmocka_unit_test(names_of_adapters),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
