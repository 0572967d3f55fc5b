/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keywords of cards and switches of TCP/IP: exactly what was asked for is written, only where the driver takes it, and
 * nothing of a hostile class key does harm.
 */
#include "fix-fixture.h"

#include <offwin/tuning.h>

#include "fix/net-tune.h"

#define CCS   "[HKEY_LOCAL_MACHINE\\ControlSet001\\"
#define NET   "Control\\Class\\{4D36E972-E325-11CE-BFC1-08002BE10318}\\"
#define ENUM  "Enum\\PCI\\VEN_8086&DEV_100F\\1]\n\"Service\"=\"e1\"\n"
#define ENUM2 "Enum\\PCI\\VEN_8086&DEV_100F\\2]\n\"Service\"=\"e1\"\n"
#define G1    "{11111111-1111-1111-1111-111111111111}"
#define G2    "{22222222-2222-2222-2222-222222222222}"
#define CARD  CS1 NET "0007"

/* A card whose driver declares some of what it has, and one with what a hostile image might hold. */
static const char cards[] =
        CCS NET "0007]\n\"NetCfgInstanceId\"=\"" G1 "\"\n\"Characteristics\"=dword:84\n\"DriverDesc\"=\"Card\"\n"
        "\"DeviceInstanceID\"=\"PCI\\\\VEN_8086&DEV_100F\\\\1\"\n"
        "\"*SpeedDuplex\"=\"4\"\n\"*JumboPacket\"=\"9014\"\n\"*SRIOV\"=\"1\"\n\"*RSS\"=\"1\"\n"
        "\"*IPChecksumOffloadIPv4\"=\"3\"\n\"*TCPChecksumOffloadIPv4\"=\"3\"\n\"ITR\"=\"200\"\n"
        "\"NetworkAddress\"=\"02AABBCCDDEE\"\n\"Strange\"=dword:5\n"
        CCS NET "0007\\Ndi\\Params\\*JumboPacket]\n\"type\"=\"enum\"\n\"default\"=\"1514\"\n"
        CCS NET "0007\\Ndi\\Params\\*JumboPacket\\Enum]\n\"1514\"=\"Disabled\"\n\"9014\"=\"9014 Bytes\"\n"
        CCS NET "0007\\Ndi\\Params\\*ReceiveBuffers]\n\"type\"=\"int\"\n\"min\"=\"80\"\n\"max\"=\"2048\"\n"
        "\"step\"=\"8\"\n"
        CCS NET "0007\\Ndi\\Params\\Label]\n\"type\"=\"edit\"\n"
        CCS ENUM
        CCS NET "0008]\n\"NetCfgInstanceId\"=\"" G2 "\"\n\"Characteristics\"=dword:84\n\"DriverDesc\"=\"Odd\"\n"
        "\"DeviceInstanceID\"=\"PCI\\\\VEN_8086&DEV_100F\\\\2\"\n"
        "\"*SpeedDuplex\"=hex:04,00,00\n\"*JumboPacket\"=dword:2336\n\"*VMQ\"=hex(1):31,00,d8\n\"NetworkAddress\"=hex:01\n"
        CCS NET "0008\\Ndi\\Params\\*SpeedDuplex]\n\"min\"=\"9223372036854775807\"\n\"max\"=\"-9223372036854775808\"\n"
        "\"default\"=dword:1\n"
        CCS NET "0008\\Ndi\\Params\\*RSS]\n\"min\"=\"-9223372036854775808\"\n\"max\"=\"9223372036854775807\"\n"
        "\"step\"=\"9223372036854775807\"\n\"type\"=\"int\"\n"
        CCS ENUM2;

static ow_guest *open_cards(struct rig *rig)
{
        OW_AUTO_FREE char *all = ow_asprintf("%s%s", server_system, cards);

        return hives_open(rig, all, server_software);
}

/* The text of a value of the first card; "-" when it is not there, "?" when it is no text. */
static const char *value(ow_guest *guest, const char *where, const char *name)
{
        static char text[4][120];
        static unsigned turn;
        char *out = text[turn++ % 4];
        ow_blob data = { NULL, 0 };
        uint32_t type = 0;
        size_t n = 0;

        (void)snprintf(out, sizeof text[0], "-");
        if (ow_registry_get(guest, where, name, &type, &data, NULL) <= 0)
                return out;
        for (size_t i = 0; i + 1 < data.size && n < sizeof text[0] && type == OW_REG_SZ; i += 2)
                out[n++] = (char)data.p[i];
        if (type != OW_REG_SZ)
                (void)snprintf(out, sizeof text[0], "?");
        ow_blob_done(&data);
        return out;
}

static int plan_tune(ow_guest *guest, const char *adapter, const char *name, const char *text, unsigned flags,
                     ow_plan **ret, ow_error *why)
{
        ow_tuning_edit edit = { name, text };
        size_t index = 0;
        int r;

        assert_ok(ow_plan_begin(ret, &err));
        if (adapter)
                assert_ok(ow_network_find(network_of(guest), adapter, &index, &err));
        r = ow_plan_tune_adapters(*ret, guest, adapter ? &index : NULL, 1, &edit, name ? 1 : 0, flags, why);
        return r < 0 ? r : ow_plan_finish(*ret, guest, why);
}

/* Plans, applies; the number of rows. */
static size_t tune(ow_guest *guest, const char *adapter, const char *name, const char *text, unsigned flags)
{
        ow_plan *plan = NULL;
        size_t n;

        assert_ok(plan_tune(guest, adapter, name, text, flags, &plan, &err));
        n = ow_plan_change_count(plan);
        assert_ok(ow_plan_apply(plan, guest, &err));
        assert_ok(ow_plan_verify(plan, guest, &err));
        ow_plan_free(plan);
        ow_network_forget(guest);
        return n;
}

static void refuses(ow_guest *guest, const char *adapter, const char *name, const char *text, unsigned flags, int code,
                    const char *says)
{
        ow_error why = OW_ERROR_INIT;
        ow_plan *plan = NULL;

        assert_int_equal(plan_tune(guest, adapter, name, text, flags, &plan, &why), code);
        if (!strstr(why.text, says))
                fail_msg("'%s' does not say '%s'", why.text, says);
        ow_plan_free(plan);
}

static void what_is_asked_for_is_written_as_text(void **state)
{
        ow_guest *guest = open_cards(rig_get(state));

        assert_int_equal(tune(guest, "Card", "*JumboPacket", "1514", 0), 1);
        assert_string_equal(value(guest, CARD, "*JumboPacket"), "1514");
        assert_int_equal(tune(guest, "Card", "jumbo", "9014 bytes", 0), 1);
        assert_string_equal(value(guest, CARD, "*JumboPacket"), "9014");
        assert_int_equal(tune(guest, "Card", "JUMBO", "Default", 0), 1);
        assert_string_equal(value(guest, CARD, "*JumboPacket"), "1514");
        assert_int_equal(tune(guest, "Card", "jumbo", "off", 0), 0);
        assert_int_equal(tune(guest, "Card", "speed", "1000-full", 0), 1);
        assert_string_equal(value(guest, CARD, "*SpeedDuplex"), "6");
        assert_int_equal(tune(guest, "Card", "checksum", "tx", 0), 2); /* the two that it has */
        assert_string_equal(value(guest, CARD, "*TCPChecksumOffloadIPv4"), "1");
        assert_int_equal(tune(guest, "Card", "receive-buffers", "88", 0), 1); /* declared, not set */
        assert_string_equal(value(guest, CARD, "*ReceiveBuffers"), "88");
        assert_int_equal(tune(guest, "Card", "itr", "400", 0), 1);
        assert_string_equal(value(guest, CARD, "ITR"), "400");
        assert_int_equal(tune(guest, "Card", "label", "left port", 0), 1);
        assert_int_equal(tune(guest, "Card", "mac", "none", 0), 1);
        assert_string_equal(value(guest, CARD, "NetworkAddress"), "-");
        assert_int_equal(tune(guest, "Card", "mac", "none", 0), 0);
}

static void what_the_driver_does_not_take_is_refused(void **state)
{
        ow_guest *guest = open_cards(rig_get(state));

        refuses(guest, "Card", "jumbo", "4088", 0, OW_E_INVAL, "1514 (Disabled), 9014 (9014 Bytes)");
        refuses(guest, "Card", "speed", "8", 0, OW_E_INVAL, "0 to 7");
        refuses(guest, "Card", "speed", "04", 0, OW_E_INVAL, "does not take '04'");
        refuses(guest, "Card", "speed", "-1", 0, OW_E_INVAL, "does not take");
        refuses(guest, "Card", "receive-buffers", "81", 0, OW_E_INVAL, "80 to 2048 in steps of 8");
        refuses(guest, "Card", "receive-buffers", "99999999999999999999", 0, OW_E_INVAL, "80 to 2048");
        refuses(guest, "Card", "ITR", "fast", 0, OW_E_INVAL, "a number");
        refuses(guest, "Card", "ITR", "default", 0, OW_E_INVAL, "names a default");
        refuses(guest, "Card", "mac", "021122334455", 0, OW_E_INVAL, "only `none`");
        refuses(guest, "Card", "vmq", "off", 0, OW_E_ABSENT, "--force");
        refuses(guest, "Card", "nonsense", "1", 0, OW_E_INVAL, "speed, jumbo");
        refuses(guest, "Card", "DriverDesc", "x", 0, OW_E_INVAL, "no card here has");
        refuses(guest, "Card", "NetCfgInstanceId", "x", OW_TUNE_FORCE, OW_E_REFUSED, "is no setting");
        refuses(guest, "Card", "Strange", "1", 0, OW_E_REFUSED, "no text");
        assert_int_equal(tune(guest, "Card", "jumbo", "4088", OW_TUNE_FORCE), 1);
        assert_string_equal(value(guest, CARD, "*JumboPacket"), "4088");
        refuses(guest, "Card", "jumbo", "70000", OW_TUNE_FORCE, OW_E_INVAL, "1514 to 16128");
        assert_int_equal(tune(guest, "Card", "vmq", "off", OW_TUNE_FORCE), 1);
        assert_string_equal(value(guest, CARD, "*VMQ"), "0");
        assert_int_equal(tune(guest, "Card", "Other", "x y", OW_TUNE_FORCE), 1);
        refuses(guest, "Card", "Another", "a\nb", OW_TUNE_FORCE, OW_E_INVAL, "does not take");
}

static void safe_undoes_what_belonged_to_the_old_machine(void **state)
{
        ow_guest *guest = open_cards(rig_get(state));

        assert_int_equal(tune(guest, "Card", NULL, NULL, OW_TUNE_SAFE), 4);
        assert_string_equal(value(guest, CARD, "*SpeedDuplex"), "0");
        assert_string_equal(value(guest, CARD, "*JumboPacket"), "1514");
        assert_string_equal(value(guest, CARD, "*SRIOV"), "0");
        assert_string_equal(value(guest, CARD, "NetworkAddress"), "-");
        assert_string_equal(value(guest, CARD, "*RSS"), "1");
        assert_string_equal(value(guest, CARD, "*VMQ"), "-"); /* what a driver does not have does not come */
        assert_int_equal(tune(guest, "Card", NULL, NULL, OW_TUNE_SAFE), 0);
}

static void an_edit_goes_before_safe(void **state)
{
        ow_guest *guest = open_cards(rig_get(state));

        assert_int_equal(tune(guest, "Card", "jumbo", "9014", OW_TUNE_SAFE), 3);
        assert_string_equal(value(guest, CARD, "*JumboPacket"), "9014");
        assert_string_equal(value(guest, CARD, "*SpeedDuplex"), "0");
}

static void odd_values_are_told_and_replaced(void **state)
{
        ow_guest *guest = open_cards(rig_get(state));
        const ow_keyword *k;
        ow_tuning *tuning;
        size_t index;

        assert_ok(ow_network_find(network_of(guest), "Odd", &index, &err));
        assert_ok(ow_tuning_load(guest, network_of(guest), index, &tuning, &err));
        k = ow_tuning_find(tuning, "*speedduplex");
        assert_non_null(k);
        assert_true(k->set && k->declared);
        assert_false(k->has_range); /* its ends are the wrong way round */
        assert_int_equal(k->type, OW_REG_BINARY);
        assert_string_equal(k->value, "040000");
        assert_string_equal(ow_keyword_choice_text(k), "");
        k = ow_tuning_find(tuning, "*RSS");
        assert_true(k->has_range && !k->set);
        assert_null(ow_tuning_find(tuning, "DriverDesc"));
        ow_tuning_free(tuning);
        /* Only the lowest number and every 2^63 - 1 from there: 1 is none of them, -1 is. */
        refuses(guest, "Odd", "rss", "1", 0, OW_E_INVAL, "in steps of");
        assert_int_equal(tune(guest, "Odd", "rss", "-1", 0), 1);
        assert_int_equal(tune(guest, "Odd", NULL, NULL, OW_TUNE_SAFE), 4);
        assert_string_equal(value(guest, CS1 NET "0008", "*SpeedDuplex"), "0");
        assert_string_equal(value(guest, CS1 NET "0008", "*JumboPacket"), "1514");
        assert_string_equal(value(guest, CS1 NET "0008", "NetworkAddress"), "-");
}

/* Texts of many thousand characters, and more choices than anybody offers. */
static void huge_texts_stay_bounded(void **state)
{
        struct rig *rig = rig_get(state);
        OW_AUTO_BUFFER all = OW_BUFFER_INIT;
        ow_tuning *tuning = NULL;
        OW_AUTO_FREE char *whole = NULL;
        ow_guest *guest;
        size_t index;

        ow_buffer_printf(&all, "%s%s", server_system, cards);
        ow_buffer_put_text(&all, CCS NET "0007]\n\"*SpeedDuplex\"=\"");
        for (unsigned i = 0; i < 30000; i++)
                ow_buffer_put_byte(&all, '9');
        ow_buffer_put_text(&all, "\"\n" CCS NET "0007\\Ndi\\Params\\*SpeedDuplex]\n\"ParamDesc\"=\"");
        for (unsigned i = 0; i < 30000; i++)
                ow_buffer_put_byte(&all, 'x');
        ow_buffer_put_text(&all, "\"\n" CCS NET "0007\\Ndi\\Params\\*SpeedDuplex\\Enum]\n");
        for (unsigned i = 0; i < 1500; i++)
                ow_buffer_printf(&all, "\"%u\"=\"choice\"\n", i);
        whole = ow_buffer_take_text(&all);
        guest = hives_open(rig, whole, server_software);
        assert_ok(ow_network_find(network_of(guest), "Card", &index, &err));
        assert_ok(ow_tuning_load(guest, network_of(guest), index, &tuning, &err));
        assert_true(ow_tuning_find(tuning, "*SpeedDuplex")->n_choices <= 256);
        assert_int_equal(strlen(ow_tuning_find(tuning, "*SpeedDuplex")->value), 30000);
        ow_tuning_free(tuning);
        refuses(guest, "Card", "speed", "70000", 0, OW_E_INVAL, "and 244 more");
        assert_int_equal(tune(guest, "Card", NULL, NULL, OW_TUNE_SAFE), 4);
        assert_string_equal(value(guest, CARD, "*SpeedDuplex"), "0");
}

static void without_a_name_every_card_is_meant(void **state)
{
        ow_guest *guest = open_cards(rig_get(state));

        assert_int_equal(tune(guest, NULL, "speed", "auto", 0), 2);
        assert_int_equal(tune(guest, NULL, "itr", "0", 0), 1);
}

static void every_rule_is_sound(void **state)
{
        (void)state;
        for (size_t i = 0; i < ow_keyword_rule_count(); i++) {
                const ow_keyword_rule *rule = ow_keyword_rule_get(i);
                struct tune_target target = { rule->name, NULL, rule };
                OW_AUTO_FREE char *text = NULL;

                assert_ptr_equal(ow_keyword_rule_find(rule->name), rule);
                assert_true(rule->min <= rule->max);
                assert_true(!rule->safe || strlen(rule->reason) > 10);
                if (rule->normal[0])
                        assert_ok(tune_value(&target, "default", false, &text, &err));
                if (rule->safe && rule->safe[0]) {
                        OW_AUTO_FREE char *safe = NULL;

                        assert_ok(tune_value(&target, rule->safe, false, &safe, &err));
                        assert_string_equal(safe, rule->safe);
                }
        }
        assert_null(ow_keyword_rule_get(ow_keyword_rule_count()));
        assert_null(ow_keyword_rule_find("nonsense"));
}

/* ---- TCP/IP ---- */

static int plan_tcp(ow_guest *guest, const char *name, const char *text, ow_plan **ret, ow_error *why)
{
        ow_tuning_edit edit = { name, text };
        int r;

        assert_ok(ow_plan_begin(ret, &err));
        r = ow_plan_tune_tcp(*ret, guest, &edit, 1, why);
        return r < 0 ? r : ow_plan_finish(*ret, guest, why);
}

static void tcp_refuses(ow_guest *guest, const char *name, const char *text, int code, const char *says)
{
        ow_error why = OW_ERROR_INIT;
        ow_plan *plan = NULL;

        assert_int_equal(plan_tcp(guest, name, text, &plan, &why), code);
        if (!strstr(why.text, says))
                fail_msg("'%s' does not say '%s'", why.text, says);
        ow_plan_free(plan);
}

static void switches_are_written_where_windows_reads_them(void **state)
{
        static const char parameters[] = CS1 "Services\\Tcpip\\Parameters";
        ow_guest *guest = open_cards(rig_get(state));
        ow_plan *plan = NULL;
        ow_tcp_switch s;

        assert_ok(plan_tcp(guest, "task-offload", "off", &plan, &err));
        assert_ok(ow_plan_apply(plan, guest, &err));
        ow_plan_free(plan);
        assert_int_equal(dword(guest, parameters, "DisableTaskOffload"), 1);
        assert_ok(ow_tcp_switch_get(guest, 0, &s, &err));
        assert_string_equal(s.name, "task-offload");
        assert_true(s.on.set && s.on.value == 0);
        assert_ok(plan_tcp(guest, "task-offload", "default", &plan, &err));
        assert_ok(ow_plan_apply(plan, guest, &err));
        ow_plan_free(plan);
        assert_int_equal(dword(guest, parameters, "DisableTaskOffload"), 0xdeadbeef);
        assert_ok(plan_tcp(guest, "netdma", "on", &plan, &err)); /* 2008 R2 */
        assert_int_equal(ow_plan_change_count(plan), 1);
        ow_plan_free(plan);
        tcp_refuses(guest, "task-offload", "maybe", OW_E_INVAL, "on, off or default");
        tcp_refuses(guest, "nonsense", "on", OW_E_INVAL, "no switch 'nonsense'");
}

static void other_switches_wait_for_the_first_boot(void **state)
{
        static const char *const names[] = { "chimney", "rss", "autotuning", "heuristics", "ecn" }; /* of 2008 R2 */
        ow_guest *guest = open_cards(rig_get(state));
        const ow_plan_setting *setting;
        ow_plan *plan = NULL;

        for (size_t i = 0; i < OW_COUNT(names); i++) {
                assert_ok(plan_tcp(guest, names[i], "off", &plan, &err));
                assert_int_equal(ow_plan_setting_count(plan), 1);
                setting = ow_plan_setting_get(plan, 0);
                assert_string_equal(setting->name, names[i]);
                assert_int_equal(setting->effect, OW_EFFECT_FIRST_BOOT);
                assert_ok(ow_plan_apply(plan, guest, &err));
                ow_plan_free(plan);
                assert_ok(plan_tcp(guest, names[i], "OFF", &plan, &err));
                assert_int_equal(ow_plan_change_count(plan), 0);
                ow_plan_free(plan);
        }
        assert_ok(plan_tcp(guest, "ecn", "default", &plan, &err));
        assert_int_equal(ow_plan_change_count(plan), 1); /* the script, with another text */
        assert_ok(ow_plan_apply(plan, guest, &err));
        ow_plan_free(plan);
        for (size_t i = 0, seen = 0; i < ow_tcp_switch_count(); i++) {
                ow_tcp_switch s;

                assert_ok(ow_tcp_switch_get(guest, i, &s, &err));
                assert_int_equal(s.waiting[0] != '\0', s.place == OW_TCP_FIRST_BOOT);
                if (s.place != OW_TCP_FIRST_BOOT)
                        continue;
                assert_string_equal(s.name, names[seen]);
                assert_string_equal(s.waiting, seen == 4 ? "default" : "off");
                seen++;
        }
}

static void a_switch_for_good_is_not_given_back(void **state)
{
        ow_guest *guest = open_cards(rig_get(state));
        static const char *const names[] = { "tcp-offload-off" };
        ow_fix_set *set = fixes_load();
        ow_plan *plan = NULL;

        assert_ok(ow_plan_make(guest, set, names, 1, NULL, 0, &plan, &err));
        assert_ok(ow_plan_apply(plan, guest, &err));
        ow_plan_free(plan);
        assert_ok(plan_tcp(guest, "task-offload", "off", &plan, &err));
        assert_ok(ow_plan_apply(plan, guest, &err));
        ow_plan_free(plan);
        assert_ok(ow_plan_settle(guest, &plan, &err));
        assert_ok(ow_plan_apply(plan, guest, &err));
        ow_plan_free(plan);
        assert_int_equal(dword(guest, CS1 "Services\\Tcpip\\Parameters", "DisableTaskOffload"), 1);
        ow_fix_set_free(set);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(what_is_asked_for_is_written_as_text, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(what_the_driver_does_not_take_is_refused, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(safe_undoes_what_belonged_to_the_old_machine, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(an_edit_goes_before_safe, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(odd_values_are_told_and_replaced, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(huge_texts_stay_bounded, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(without_a_name_every_card_is_meant, rig_setup, rig_teardown),
                cmocka_unit_test(every_rule_is_sound),
                cmocka_unit_test_setup_teardown(switches_are_written_where_windows_reads_them, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(other_switches_wait_for_the_first_boot, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(a_switch_for_good_is_not_given_back, rig_setup, rig_teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
