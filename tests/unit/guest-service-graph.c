/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who needs whom, in which order it loads, who waits for the network; and services that are not as they should be. */
#include "guest-fixture.h"

#include <time.h>

#include <offwin/service.h>

#define SET      "[HKEY_LOCAL_MACHINE\\ControlSet001\\"
#define SERVICES SET "Services\\"
#define SELECT   "[HKEY_LOCAL_MACHINE\\Select]\n\"Current\"=dword:00000001\n\"Default\"=dword:00000001\n"
#define DRIVER   "\"Type\"=dword:00000001\n"
#define PROCESS  "\"Type\"=dword:00000010\n"
#define START(n) "\"Start\"=dword:0000000" #n "\n"
#define NEEDS(x) "\"DependOnService\"=multi:" x "\n"

static ow_guest *open_with(struct rig *rig, const char *text)
{
        rig_plain_disk(rig, 0, 24, "11111111");
        rig_begin(rig, 0, 0);
        rig_put_hive(rig, "Windows\\System32\\config\\SYSTEM", text);
        rig_end(rig);
        return rig_open(rig, false);
}

static const ow_service *find(ow_guest *guest, const char *name)
{
        const ow_service *s = NULL;
        ow_error err = OW_ERROR_INIT;

        assert_int_equal(ow_guest_service_find(guest, 0, name, &s, &err), 1);
        return s;
}

static ow_service_verdict judge(ow_guest *guest, const char *name)
{
        ow_service_verdict verdict;

        assert_ok(ow_service_verdict_get(guest, find(guest, name), &verdict, &err));
        return verdict;
}

static const char graph_text[] = SELECT
        SERVICES "A]\n" PROCESS START(2) NEEDS("\"b\",\"Gone\"")
        SERVICES "B]\n" PROCESS START(3) NEEDS("\"C\"") "\"DependOnGroup\"=multi:\"Disks\"\n"
        SERVICES "C]\n" PROCESS START(2) NEEDS("\"B\"")
        SERVICES "Self]\n" PROCESS START(3) NEEDS("\"Self\"") "\"DependOnGroup\"=multi:\"Nobody\"\n"
        SERVICES "Two]\n" DRIVER START(0) "\"Group\"=\"Disks\"\n\"Tag\"=dword:00000002\n"
        SERVICES "One]\n" DRIVER START(0) "\"Group\"=\"disks\"\n\"Tag\"=dword:00000001\n"
        SERVICES "Early]\n" DRIVER START(0) "\"Group\"=\"First\"\n"
        SERVICES "System]\n" DRIVER START(1)
        SERVICES "Overridden]\n" DRIVER START(0)
        SERVICES "Overridden\\StartOverride]\n\"0\"=dword:00000003\n"
        SET "Control\\ServiceGroupOrder]\n\"List\"=multi:\"First\",\"Disks\"\n"
        SET "Control\\GroupOrderList]\n\"Disks\"=hex:09,00,00,00,02,00,00,00,01,00,00,00\n";

static void needs_circles_and_the_missing_are_told(void **state)
{
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_with(rig, graph_text);
        const ow_service_graph *graph;
        const ow_service_node *node;

        assert_ok(ow_guest_service_graph(guest, 0, &graph, &err));
        assert_int_equal(graph->n_services, 9);
        assert_int_equal(graph->n_missing, 2);
        assert_int_equal(graph->n_cycles, 2);
        node = &graph->nodes[find(guest, "A")->index];
        assert_int_equal(node->n_needs, 2);
        assert_string_equal(graph->nodes[node->needs[0]].name, "B");
        assert_int_equal(graph->nodes[node->needs[1]].kind, OW_NODE_MISSING);
        assert_string_equal(graph->nodes[node->needs[1]].name, "Gone");
        assert_int_equal(node->cycle, 0);
        node = &graph->nodes[find(guest, "B")->index];
        assert_int_equal(node->n_needed_by, 2);
        assert_true(node->cycle != 0);
        assert_int_equal(node->cycle, graph->nodes[find(guest, "C")->index].cycle);
        assert_true(graph->nodes[find(guest, "Self")->index].cycle != 0);
        assert_int_equal(graph->nodes[node->needs[1]].kind, OW_NODE_GROUP);
        assert_int_equal(graph->nodes[node->needs[1]].n_needs, 2);
        assert_false(ow_service_node_missing(&graph->nodes[node->needs[1]]));
        node = &graph->nodes[find(guest, "Self")->index];
        assert_false(ow_service_node_missing(node));
        assert_string_equal(graph->nodes[node->needs[1]].name, "Nobody");
        assert_true(ow_service_node_missing(&graph->nodes[node->needs[1]]));
}

static void the_order_is_that_of_a_boot(void **state)
{
        static const char *const want[] = { "Early", "Two", "One", "System", "C", "B", "A" };
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_with(rig, graph_text);
        const ow_service_graph *graph;

        assert_int_equal(find(guest, "Overridden")->start, 0);
        assert_int_equal(find(guest, "Overridden")->effective_start, 3);
        assert_ok(ow_guest_service_graph(guest, 0, &graph, &err));
        assert_int_equal(graph->n_order, OW_COUNT(want));
        for (size_t i = 0; i < OW_COUNT(want); i++)
                print_message("%zu %s\n", i, graph->nodes[graph->order[i]].name);
        /* Of the circle, either may come first; A needs both. */
        for (size_t i = 0; i < 4; i++)
                assert_string_equal(graph->nodes[graph->order[i]].name, want[i]);
        assert_string_equal(graph->nodes[graph->order[6]].name, "A");
}

static const char network_text[] = SELECT
        SERVICES "Tcpip]\n" DRIVER START(1) "\"Group\"=\"PNP_TDI\"\n"
        SERVICES "vendornic]\n" DRIVER START(3) "\"Group\"=\"NDIS\"\n"
        SERVICES "RpcSs]\n" PROCESS START(2)
        SERVICES "gpsvc]\n" PROCESS START(2) NEEDS("\"RpcSs\",\"Tcpip\"")
        SERVICES "Netlogon]\n" PROCESS START(2) NEEDS("\"LanmanWorkstation\"")
        SERVICES "Direct]\n" PROCESS START(2) NEEDS("\"RpcSs\",\"Tcpip\"") "\"ImagePath\"=\"C:\\\\V\\\\d.exe\"\n"
        SERVICES "Through]\n" PROCESS START(2) NEEDS("\"Direct\"")
        SERVICES "OfGroup]\n" PROCESS START(2) "\"DependOnGroup\"=multi:\"TDI\"\n"
        SERVICES "OfCore]\n" PROCESS START(2) NEEDS("\"gpsvc\"")
        SERVICES "OfDomain]\n" PROCESS START(2) NEEDS("\"Netlogon\"")
        SERVICES "OfMissing]\n" PROCESS START(2) NEEDS("\"NetBT\"")
        SERVICES "OnDemand]\n" PROCESS START(3) NEEDS("\"Tcpip\"")
        SERVICES "Off]\n" PROCESS START(4) NEEDS("\"Tcpip\"")
        SERVICES "Kept]\n" PROCESS START(2) NEEDS("\"Tcpip\"")
        SERVICES "LanmanWorkstation]\n" PROCESS START(2) NEEDS("\"Kept\"")
        SERVICES "Trigger]\n" PROCESS START(3)
        SERVICES "Trigger\\TriggerInfo\\0]\n\"Type\"=dword:00000002\n\"Action\"=dword:00000001\n"
        "\"GUID\"=hex:de,f2,27,4f,e2,14,0b,43,a5,49,7c,d4,8c,bc,82,45\n"
        SERVICES "Noted]\n" PROCESS START(2)
        SERVICES "OfNoted]\n" PROCESS START(2) NEEDS("\"Noted\"")
        SERVICES "SafeNet]\n" PROCESS START(2) "\"ImagePath\"=\"C:\\\\V\\\\s.exe\"\n"
        SERVICES "Plain]\n" PROCESS START(2) NEEDS("\"RpcSs\"")
        SERVICES "Protected]\n" PROCESS START(2) NEEDS("\"Tcpip\"") "\"LaunchProtected\"=dword:00000003\n"
        SERVICES "kdc]\n" PROCESS START(2) NEEDS("\"RpcSs\",\"Afd\"")
        SET "Control\\SafeBoot\\Network\\SafeNet]\n@=\"Service\"\n";

static void verdicts_follow_the_graph_and_stop_at_the_core(void **state)
{
        static const struct {
                const char *name;
                enum ow_network_verdict verdict;
                bool parkable;
                const char *reason, *objection; /* parts */
        } want[] = {
                { "Tcpip", OW_NETWORK_STACK, false, "the TCP/IP driver", "part of the network stack" },
                { "vendornic", OW_NETWORK_STACK, false, "a network driver", "" },
                { "RpcSs", OW_NETWORK_CORE, false, "", "Windows itself" },
                { "gpsvc", OW_NETWORK_CORE, false, "", "" },
                { "Netlogon", OW_NETWORK_CORE, false, "logs on to the domain", "" },
                { "Direct", OW_NETWORK_NEEDED, true, "needs Tcpip, the TCP/IP driver", "" },
                { "Through", OW_NETWORK_NEEDED, true, "needs Direct, which needs Tcpip", "" },
                { "OfGroup", OW_NETWORK_NEEDED, true, "needs group TDI", "" },
                { "OfCore", OW_NETWORK_NONE, false, "", "does not wait" },
                { "OfDomain", OW_NETWORK_NEEDED, true, "needs Netlogon", "" },
                { "OfMissing", OW_NETWORK_NEEDED, true, "needs NetBT, NetBIOS over TCP/IP (which is not there)", "" },
                { "OnDemand", OW_NETWORK_NEEDED, false, "", "does not start by itself" },
                { "Off", OW_NETWORK_NEEDED, false, "", "disabled" },
                { "Kept", OW_NETWORK_NEEDED, false, "", "LanmanWorkstation needs it" },
                { "Trigger", OW_NETWORK_NEEDED, true, "starts when the first IP address is available", "" },
                { "Noted", OW_NETWORK_NEEDED, true, "it reports to its console", "" },
                { "OfNoted", OW_NETWORK_NEEDED, true, "needs Noted: it reports", "" },
                { "SafeNet", OW_NETWORK_NEEDED, false, "safe mode runs it only with networking", "only an entry" },
                { "Plain", OW_NETWORK_NONE, false, "", "" },
                { "Protected", OW_NETWORK_NEEDED, false, "", "protected" },
                { "kdc", OW_NETWORK_NEEDED, true, "needs Afd", "" },
        };
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_with(rig, network_text);

        assert_ok(ow_guest_service_note(guest, "noted", "it reports to its console", &err));
        for (size_t i = 0; i < OW_COUNT(want); i++) {
                ow_service_verdict got = judge(guest, want[i].name);

                print_message("%s: %s: %s; %s\n", want[i].name, ow_network_verdict_name(got.verdict), got.reason,
                              got.objection);
                assert_int_equal(got.verdict, want[i].verdict);
                assert_int_equal(got.parkable, want[i].parkable);
                assert_non_null(strstr(got.reason, want[i].reason));
                assert_non_null(strstr(got.objection, want[i].objection));
                assert_true(got.parkable == (got.objection[0] == '\0'));
        }
}

static void a_domain_controller_keeps_its_roles(void **state)
{
        static const char text[] = SELECT
                SERVICES "NTDS]\n" PROCESS START(2)
                SERVICES "NTDS\\Parameters]\n\"DSA Database file\"=\"C:\\\\Windows\\\\NTDS\\\\ntds.dit\"\n"
                SERVICES "kdc]\n" PROCESS START(2) NEEDS("\"RpcSs\",\"Afd\"")
                SERVICES "DNS]\n" PROCESS START(2) NEEDS("\"Tcpip\",\"NTDS\"")
                SERVICES "Agent]\n" PROCESS START(2) NEEDS("\"DNS\"");
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_with(rig, text);

        assert_int_equal(judge(guest, "NTDS").verdict, OW_NETWORK_DC_ROLE);
        assert_int_equal(judge(guest, "kdc").verdict, OW_NETWORK_DC_ROLE);
        assert_int_equal(judge(guest, "DNS").verdict, OW_NETWORK_DC_ROLE);
        assert_false(judge(guest, "DNS").parkable);
        assert_true(judge(guest, "Agent").parkable);
}

static void image_paths_lead_to_the_file_that_counts(void **state)
{
        static const struct {
                const char *values;
                enum ow_image_kind kind;
                const char *file;
        } cases[] = {
                { DRIVER, OW_IMAGE_FILE, "C:\\Windows\\System32\\drivers\\s0.sys" },
                { DRIVER "\"ImagePath\"=\"system32\\\\DRIVERS\\\\x.sys\"\n", OW_IMAGE_FILE,
                  "C:\\Windows\\system32\\DRIVERS\\x.sys" },
                { DRIVER "\"ImagePath\"=\"\\\\SystemRoot\\\\x.sys\"\n", OW_IMAGE_FILE, "C:\\Windows\\x.sys" },
                { DRIVER "\"ImagePath\"=\"\\\\??\\\\C:\\\\Program Files\\\\x y.sys\"\n", OW_IMAGE_FILE,
                  "C:\\Program Files\\x y.sys" },
                { PROCESS, OW_IMAGE_NONE, "" },
                { PROCESS "\"ImagePath\"=\"\\\"C:\\\\Program Files\\\\a b\\\\c.exe\\\" -k\"\n", OW_IMAGE_FILE,
                  "C:\\Program Files\\a b\\c.exe" },
                { PROCESS "\"ImagePath\"=\"C:\\\\Program Files\\\\a b\\\\c.exe -x d.exe\"\n", OW_IMAGE_FILE,
                  "C:\\Program Files\\a b\\c.exe" },
                { PROCESS "\"ImagePath\"=\"%SystemRoot%\\\\system32\\\\svchost -k g\"\n", OW_IMAGE_FILE,
                  "C:\\Windows\\system32\\svchost.exe" },
                { PROCESS "\"ImagePath\"=\"agent.exe\"\n", OW_IMAGE_FILE, "C:\\Windows\\System32\\agent.exe" },
                { PROCESS "\"ImagePath\"=\"D:\\\\x.exe\"\n", OW_IMAGE_FILE, "D:\\x.exe" },
                { PROCESS "\"ImagePath\"=\"\\\\\\\\server\\\\share\\\\x.exe\"\n", OW_IMAGE_REMOTE, "" },
                { PROCESS "\"ImagePath\"=\"\\\\\\\\?\\\\UNC\\\\server\\\\share\\\\x.exe\"\n", OW_IMAGE_REMOTE, "" },
                { DRIVER "\"ImagePath\"=\"\\\\\\\\.\\\\PhysicalDrive0\"\n", OW_IMAGE_DEVICE, "" },
                { DRIVER "\"ImagePath\"=\"\\\\\\\\?\\\\GLOBALROOT\\\\Device\\\\x.sys\"\n", OW_IMAGE_DEVICE, "" },
                { DRIVER "\"ImagePath\"=\"\\\\Device\\\\Harddisk0\\\\x.sys\"\n", OW_IMAGE_DEVICE, "" },
                { DRIVER "\"ImagePath\"=\"..\\\\..\\\\..\\\\etc\\\\passwd\"\n", OW_IMAGE_ODD, "" },
                { PROCESS "\"ImagePath\"=\"%Nowhere%\\\\x.exe\"\n", OW_IMAGE_ODD, "" },
                { PROCESS "\"ImagePath\"=\"C:\\\\x.exe:stream.exe\"\n", OW_IMAGE_ODD, "" },
        };
        struct rig *rig = rig_get(state);
        OW_AUTO_BUFFER text = OW_BUFFER_INIT;
        ow_guest *guest;

        ow_buffer_put_text(&text, SELECT);
        for (size_t i = 0; i < OW_COUNT(cases); i++)
                ow_buffer_printf(&text, SERVICES "s%zu]\n%s", i, cases[i].values);
        ow_buffer_put_text(&text, SERVICES "hosted]\n\"Type\"=dword:00000020\n"
                           "\"ImagePath\"=expand:\"%SystemRoot%\\\\System32\\\\svchost.exe -k net\"\n"
                           SERVICES "hosted\\Parameters]\n\"ServiceDll\"=expand:\"%SystemRoot%\\\\h.dll\"\n");
        ow_buffer_put_byte(&text, '\0');
        guest = open_with(rig, (const char *)text.p);
        for (size_t i = 0; i < OW_COUNT(cases); i++) {
                char name[16];
                const ow_service *s;

                (void)snprintf(name, sizeof name, "s%zu", i);
                s = find(guest, name);
                print_message("%s -> %s\n", s->image_path, s->file);
                assert_int_equal(s->image_kind, cases[i].kind);
                assert_string_equal(s->file, cases[i].file);
        }
        assert_string_equal(find(guest, "hosted")->file, "C:\\Windows\\h.dll");
}

static void filter_lists_are_read_however_they_end(void **state)
{
        static const char text[] = SELECT
                SERVICES "snapman]\n" DRIVER START(0)
                SERVICES "lwf]\n" DRIVER START(1)
                SET "Control\\Class\\{4d36e967-e325-11ce-bfc1-08002be10318}]\n\"Class\"=\"DiskDrive\"\n"
                "\"UpperFilters\"=multi:\"PartMgr\",\"snapman\"\n\"LowerFilters\"=hex(7):61,00,62,00\n"
                SET "Control\\Class\\{4d36e972-e325-11ce-bfc1-08002be10318}\\0007\\Linkage]\n\"FilterList\"=multi:"
                "\"{6AAFC9A9-0542-4DB2-8760-CCFFA953737C}-{A01C1BDB-44E5-4C3E-9AC9-C456C184A812}-0000\",\"short\"\n"
                SET "Control\\Network\\{4d36e974-e325-11ce-bfc1-08002be10318}\\"
                "{a01c1bdb-44e5-4c3e-9ac9-c456c184a812}\\Ndi]\n\"Service\"=\"lwf\"\n"
                SET "Enum\\IDE\\Disk\\1&2]\n\"UpperFilters\"=\"one\"\n";
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_with(rig, text);
        const ow_service_filter *filters;
        size_t n;

        assert_ok(ow_guest_service_filters(guest, 0, &filters, &n, &err));
        assert_int_equal(n, 6);
        assert_string_equal(filters[1].service, "snapman");
        assert_int_equal(filters[1].kind, OW_FILTER_CLASS_UPPER);
        assert_int_equal(filters[1].position, 1);
        assert_string_equal(filters[1].what, "DiskDrive");
        assert_string_equal(filters[1].key,
                            "HKLM\\SYSTEM\\ControlSet001\\Control\\Class\\{4d36e967-e325-11ce-bfc1-08002be10318}");
        assert_string_equal(filters[2].service, "ab");
        assert_int_equal(filters[3].kind, OW_FILTER_NETWORK);
        assert_string_equal(filters[3].service, "lwf");
        assert_string_equal(filters[4].service, "");
        assert_string_equal(filters[5].service, "one");
        assert_int_equal(filters[5].kind, OW_FILTER_DEVICE_UPPER);
        assert_true(has_problem(guest, "'LowerFilters' is not ended by a NUL"));
}

/* Each needs the one before it, and the first the last: deep, and one great circle. */
static void ten_thousand_services_are_a_moment(void **state)
{
        enum { MANY = 10000 };
        struct rig *rig = rig_get(state);
        OW_AUTO_BUFFER text = OW_BUFFER_INIT;
        const ow_service_graph *graph;
        struct timespec from, to;
        ow_guest *guest;

        ow_buffer_put_text(&text, SELECT SERVICES "Tcpip]\n" DRIVER START(1));
        for (unsigned i = 0; i < MANY; i++)
                ow_buffer_printf(&text, SERVICES "s%05u]\n" PROCESS START(2)
                                 "\"DependOnService\"=multi:\"s%05u\"%s\n", i, (i + MANY - 1) % MANY,
                                 i == 0 ? ",\"Tcpip\"" : "");
        ow_buffer_put_byte(&text, '\0');
        guest = open_with(rig, (const char *)text.p);
        clock_gettime(CLOCK_MONOTONIC, &from);
        assert_ok(ow_guest_service_graph(guest, 0, &graph, &err));
        assert_int_equal(graph->n_services, MANY + 1);
        assert_int_equal(graph->n_cycles, 1);
        assert_int_equal(graph->n_order, MANY + 1);
        assert_true(judge(guest, "s09999").parkable);
        assert_non_null(strstr(judge(guest, "s09999").reason, "in the end needs Tcpip"));
        clock_gettime(CLOCK_MONOTONIC, &to);
        assert_true(to.tv_sec - from.tv_sec < 20);      /* a quadratic walk takes minutes here */
}

static void out_of_memory_is_an_error_and_nothing_else(void **state)
{
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_with(rig, network_text);
        const ow_service_filter *filters;
        const ow_service *services;
        size_t n;

        for (size_t nth = 1;; nth++) {
                ow_service_verdict verdict;
                ow_error err = OW_ERROR_INIT;
                int r;

                ow_alloc_fail_from(nth);
                r = ow_guest_services(guest, &services, &n, &err);
                if (r >= 0)
                        r = ow_service_verdict_get(guest, &services[0], &verdict, &err);
                if (r >= 0)
                        r = ow_guest_service_filters(guest, 0, &filters, &n, &err);
                ow_alloc_fail_from(0);
                if (r >= 0)
                        break;
                assert_int_equal(r, OW_E_NOMEM);
        }
        assert_int_equal(judge(guest, "Direct").verdict, OW_NETWORK_NEEDED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(needs_circles_and_the_missing_are_told),
                TEST(the_order_is_that_of_a_boot),
                TEST(verdicts_follow_the_graph_and_stop_at_the_core),
                TEST(a_domain_controller_keeps_its_roles),
                TEST(image_paths_lead_to_the_file_that_counts),
                TEST(filter_lists_are_read_however_they_end),
                TEST(ten_thousand_services_are_a_moment),
                TEST(out_of_memory_is_an_error_and_nothing_else),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
