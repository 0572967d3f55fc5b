/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules of the firewall: what they say, and which are left without a program or an adapter. */
#include "guest-fixture.h"

#include <offwin/firewall.h>

#define CCS    "[HKEY_LOCAL_MACHINE\\ControlSet001\\"
#define NET    CCS "Control\\Class\\{4D36E972-E325-11CE-BFC1-08002BE10318}\\"
#define POLICY "Services\\SharedAccess\\Parameters\\FirewallPolicy\\"
#define RULES  CCS POLICY "FirewallRules]\n"
#define HERE   "{11111111-1111-1111-1111-111111111111}"
#define GONE   "{22222222-2222-2222-2222-222222222222}"

static const char machine_text[] =
        "[HKEY_LOCAL_MACHINE\\Select]\n\"Current\"=dword:00000001\n\"Default\"=dword:00000001\n"
        CCS "Services]\n" NET "0007]\n\"NetCfgInstanceId\"=\"" HERE "\"\n\"Characteristics\"=dword:84\n"
        "\"DriverDesc\"=\"One\"\n\"DeviceInstanceID\"=\"PCI\\\\VEN_1AF4&DEV_1000\\\\1\"\n"
        CCS "Enum\\PCI\\VEN_1AF4&DEV_1000\\1]\n\"Service\"=\"netkvm\"\n"
        NET "0008]\n\"NetCfgInstanceId\"=\"" GONE "\"\n\"Characteristics\"=dword:84\n\"DriverDesc\"=\"Two\"\n"
        "\"DeviceInstanceID\"=\"PCI\\\\VEN_1AF4&DEV_1000\\\\9\"\n";

static const ow_firewall *read_firewall(struct rig *rig, const char *version, const char *system, const char *software)
{
        OW_AUTO_FREE char *all = ow_asprintf("%s%s", machine_text, system);
        OW_AUTO_FREE char *soft = ow_asprintf(
                "[HKEY_LOCAL_MACHINE\\Microsoft\\Windows NT\\CurrentVersion]\n\"CurrentVersion\"=\"%s\"\n%s", version,
                software);
        const ow_firewall *firewall = NULL;

        rig_plain_disk(rig, 0, 16, "11111111");
        rig_begin(rig, 0, 0);
        rig_put_hive(rig, "Windows\\System32\\config\\SYSTEM", all);
        rig_put_hive(rig, "Windows\\System32\\config\\SOFTWARE", soft);
        rig_put(rig, "Tools\\agent.exe", "MZ", 2);
        rig_end(rig);
        assert_ok(ow_guest_firewall(rig_open(rig, false), &firewall, &err));
        return firewall;
}

static const ow_firewall_rule *rule(const ow_firewall *firewall, const char *id)
{
        for (size_t i = 0; i < firewall->n_rules; i++)
                if (strcmp(firewall->rules[i].id, id) == 0)
                        return &firewall->rules[i];
        fail_msg("no rule %s", id);
        return NULL;
}

static void a_rule_is_taken_apart(void **state)
{
        const ow_firewall *firewall = read_firewall(
                rig_get(state), "6.1",
                RULES "\"all\"=\"v2.10|Action=Block|Active=TRUE|Dir=Out|Protocol=17|Profile=Domain|Profile=Private|"
                "LPort=53|LPort=67|App=C:\\\\Tools\\\\agent.exe|Svc=dns|Name=It=is|EmbedCtxt=x|\"\n"
                "\"bare\"=\"v2.0|Dir=In|\"\n",
                "");
        const ow_firewall_rule *r = rule(firewall, "all");

        assert_true(r->active && !r->allow && !r->inbound && !r->policy);
        assert_int_equal(r->protocol, 17);
        assert_string_equal(r->profiles, "Domain, Private");
        assert_string_equal(r->ports, "53, 67");
        assert_string_equal(r->program, "C:\\Tools\\agent.exe");
        assert_string_equal(r->service, "dns");
        assert_string_equal(r->name, "It=is");
        assert_int_equal(r->program_state, OW_FIREWALL_THERE);
        assert_int_equal(r->adapter_state, OW_FIREWALL_UNKNOWN);
        r = rule(firewall, "bare");
        assert_true(!r->active && r->allow && r->inbound);
        assert_string_equal(r->name, "bare");
        assert_int_equal(r->protocol, OW_FIREWALL_ANY_PROTOCOL);
        assert_false(ow_firewall_rule_left_over(r));
}

static void what_is_gone_is_told(void **state)
{
        const ow_firewall *firewall = read_firewall(
                rig_get(state), "6.1",
                RULES "\"program\"=\"v2.10|Active=TRUE|App=%ProgramFiles%\\\\Old\\\\old.exe|Name=Old|\"\n"
                "\"off\"=\"v2.10|Active=FALSE|App=C:\\\\Old\\\\old.exe|Name=Old|\"\n"
                "\"own\"=\"v2.10|Active=TRUE|App=%SystemRoot%\\\\no.exe|Name=@FirewallAPI.dll,-1|\"\n"
                "\"kernel\"=\"v2.10|Active=TRUE|App=System|Name=x|\"\n"
                "\"far\"=\"v2.10|Active=TRUE|App=Q:\\\\x.exe|Name=x|\"\n"
                "\"share\"=\"v2.10|Active=TRUE|App=\\\\\\\\server\\\\x\\\\x.exe|Name=x|\"\n"
                "\"card\"=\"v2.10|Active=TRUE|IF=" GONE "|Name=x|\"\n"
                "\"strange\"=\"v2.10|Active=TRUE|IF={99999999-9999-9999-9999-999999999999}|Name=x|\"\n"
                "\"cards\"=\"v2.10|Active=TRUE|IF=" GONE "|IF=" HERE "|Name=x|\"\n"
                CCS POLICY "PublicProfile]\n\"EnableFirewall\"=dword:0\n\"DisabledInterfaces\"=\"" GONE "," HERE "\"\n",
                "[HKEY_LOCAL_MACHINE\\Policies\\Microsoft\\WindowsFirewall\\FirewallRules]\n"
                "\"policy\"=\"v2.10|Active=TRUE|App=C:\\\\Old\\\\old.exe|Name=P|\"\n");
        static const struct {
                const char *id;
                bool left;
        } want[] = { { "program", true },  { "off", false },   { "own", false },  { "kernel", false },
                     { "far", false },     { "share", false }, { "card", true },  { "strange", true },
                     { "cards", false },   { "policy", true } };

        assert_int_equal(firewall->n_rules, OW_COUNT(want));
        for (size_t i = 0; i < OW_COUNT(want); i++)
                if (ow_firewall_rule_left_over(rule(firewall, want[i].id)) != want[i].left)
                        fail_msg("%s", want[i].id);
        assert_true(rule(firewall, "policy")->policy);
        assert_int_equal(rule(firewall, "cards")->adapters.count, 2);
        assert_int_equal(firewall->n_profiles, 1);
        assert_string_equal(firewall->profiles[0].name, "Public");
        assert_true(firewall->profiles[0].enabled.set && !firewall->profiles[0].enabled.value);
        assert_int_equal(firewall->profiles[0].off.count, 2);
}

static void bad_rules_are_no_harm(void **state)
{
        OW_AUTO_BUFFER text = OW_BUFFER_INIT;
        OW_AUTO_FREE char *system = NULL;
        const ow_firewall *firewall;

        ow_buffer_put_text(&text, RULES "\"empty\"=\"\"\n\"bars\"=\"||||=|=|\"\n\"number\"=dword:1\n"
                                        "\"odd\"=hex(1):41,00,42\n\"open\"=\"v2|IF={|IF={}|IF=" HERE "\"\n"
                                        "\"huge\"=\"v2.10|Active=TRUE|Protocol=99999999999999999999|App=\\\\\\\\\"\n"
                                        "\"long\"=\"");
        for (int i = 0; i < 400; i++)
                ow_buffer_put_text(&text, "LPort=65535|IF=" GONE "|");
        ow_buffer_put_text(&text, "\"\n" CCS POLICY "DomainProfile]\n\"EnableFirewall\"=\"yes\"\n");
        system = ow_buffer_take_text(&text);
        firewall = read_firewall(rig_get(state), "6.1", system, "");
        assert_int_equal(firewall->n_rules, 6);
        assert_int_equal(rule(firewall, "open")->adapters.count, 1);
        assert_true(rule(firewall, "long")->adapters.count > 100);
        assert_false(firewall->profiles[0].enabled.set);
}

static void lists_of_xp(void **state)
{
        const ow_firewall *firewall = read_firewall(
                rig_get(state), "5.1",
                CCS POLICY "StandardProfile]\n\"EnableFirewall\"=dword:1\n"
                CCS POLICY "StandardProfile\\AuthorizedApplications\\List]\n"
                "\"C:\\\\Old\\\\old.exe\"=\"C:\\\\Old\\\\old.exe:*:Enabled:Old agent\"\n"
                "\"C:\\\\Old\\\\off.exe\"=\"C:\\\\Old\\\\off.exe:LocalSubNet:Disabled:Off\"\n"
                "\"C:\\\\odd.exe\"=\"something else\"\n\"C:\\\\cut.exe\"=\"C:\\\\cut.exe:\"\n",
                "");

        assert_int_equal(firewall->n_rules, 4);
        assert_string_equal(firewall->profiles[0].name, "Standard");
        assert_string_equal(rule(firewall, "C:\\Old\\old.exe")->name, "Old agent");
        assert_true(ow_firewall_rule_left_over(rule(firewall, "C:\\Old\\old.exe")));
        assert_false(rule(firewall, "C:\\Old\\off.exe")->active);
        assert_false(rule(firewall, "C:\\odd.exe")->active);
        assert_false(rule(firewall, "C:\\cut.exe")->active);
}

/* As many rules as hivexregedit counts. */
static void real_machines(void **state)
{
        static const struct {
                const char *hive;
                size_t n, active;
        } want[] = { { "machines/win7-vmware/SYSTEM", 323, 124 }, { "machines/win81-virtualbox/SYSTEM", 400, 150 } };
        struct rig *rig = rig_get(state);

        for (size_t i = 0; i < OW_COUNT(want); i++) {
                const ow_firewall *firewall = NULL;
                size_t active = 0;

                rig_plain_disk(rig, 0, 64, "11111111");
                rig_begin(rig, 0, 0);
                rig_put_data(rig, "Windows\\System32\\config\\SYSTEM", want[i].hive);
                rig_end(rig);
                assert_ok(ow_guest_firewall(rig_open(rig, false), &firewall, &err));
                for (size_t k = 0; k < firewall->n_rules; k++)
                        active += firewall->rules[k].active;
                assert_int_equal(firewall->n_rules, want[i].n);
                assert_int_equal(active, want[i].active);
                rig_close(rig);
        }
}

static void memory_may_end_anywhere(void **state)
{
        struct rig *rig = rig_get(state);
        const ow_firewall *firewall;
        ow_guest *guest;
        int r = OW_E_NOMEM;

        (void)read_firewall(rig, "6.1", RULES "\"a\"=\"v2.10|Active=TRUE|App=C:\\\\x.exe|IF=" GONE "|\"\n", "");
        for (size_t n = 1; r == OW_E_NOMEM; n++) {
                rig_close(rig);
                guest = rig_open(rig, false);
                ow_alloc_fail_from(n);
                r = ow_guest_firewall(guest, &firewall, NULL);
                ow_alloc_fail_from(0);
        }
        assert_int_equal(r, 0);
        assert_int_equal(firewall->n_rules, 1);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(a_rule_is_taken_apart, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(what_is_gone_is_told, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(bad_rules_are_no_harm, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(lists_of_xp, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(real_machines, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(memory_may_end_anywhere, rig_setup, rig_teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
