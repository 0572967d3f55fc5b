/* SPDX-License-Identifier: GPL-2.0-or-later */
/* AddService and AddReg. */
#include "inf-sample.h"

#include "base/buffer.h"

static void a_service_is_what_its_section_says(void **state)
{
        ow_inf *inf = inf_parsed(inf_storage, 0);
        ow_inf_services services;
        ow_inf_section install;

        assert_true(ow_inf_install_find(inf, "disk_inst", &inf_7_x64, &install));
        assert_ok(ow_inf_services_get(inf, &install, &services, &err));
        assert_int_equal(services.count, 1); /* the one without a name is none */
        const ow_inf_service *s = &services.items[0];

        assert_string_equal(s->name, "teststor");
        assert_string_equal(s->display_name, "A \"Test\" Controller");
        assert_string_equal(s->group, "SCSI miniport");
        assert_string_equal(s->binary, "%SystemRoot%\\System32\\drivers\\teststor.sys");
        assert_true(s->function_driver);
        assert_int_equal(s->type, 1);
        assert_int_equal(s->start, 0);
        assert_int_equal(s->error_control, 1);
        ow_inf_services_done(&services);
        ow_inf_free(inf);
}

static void registry_values_have_their_types(void **state)
{
        static const struct {
                const char *subkey, *name;
                uint32_t type;
                const char *data;
                size_t size;
        } want[] = {
                { "Parameters\\PnpInterface", "5", 4, "\1\0\0\0", 4 },
                { "Parameters", "BusType", 4, "\x0a\0\0\0", 4 },
                { "", "Path", 2, "%\0S\0y\0s\0t\0e\0m\0R\0o\0o\0t\0%\0\\\0x\0.\0d\0l\0l\0\0\0", 38 },
                { "", "List", 7, "o\0n\0e\0\0\0t\0w\0o\0\0\0\0\0", 18 },
                { "", "Bytes", 3, "\x01\xff\x10", 3 },
                { "", "Odd", 0x38, "\1\2", 2 },
                { "Empty", "", 0, "", 0 },
        };
        ow_inf *inf = inf_parsed(inf_storage, 0);
        ow_inf_services services;
        ow_inf_section install;

        assert_true(ow_inf_install_find(inf, "disk_inst", &inf_7_x64, &install));
        assert_ok(ow_inf_services_get(inf, &install, &services, &err));
        assert_int_equal(services.items[0].n_registry, OW_COUNT(want));
        for (size_t i = 0; i < OW_COUNT(want); i++) {
                const ow_inf_reg *row = &services.items[0].registry[i];

                assert_string_equal(row->root, "HKR");
                assert_string_equal(row->subkey, want[i].subkey);
                assert_string_equal(row->name, want[i].name);
                assert_int_equal(row->type, want[i].type);
                assert_int_equal(row->key_only, want[i].size == 0);
                assert_int_equal(row->data.size, want[i].size);
                if (want[i].size)
                        assert_memory_equal(row->data.p, want[i].data, want[i].size);
        }
        ow_inf_services_done(&services);
        ow_inf_free(inf);
}

static void a_service_may_say_nothing(void **state)
{
        ow_inf *inf = inf_parsed(
                INF_HEAD "[i]\n[i.Services]\nAddService = x\nDelService = y\nAddService = z,,missing\n", 0);
        ow_inf_services services;
        ow_inf_section install;

        assert_true(ow_inf_install_find(inf, "i", &inf_7_x64, &install));
        assert_ok(ow_inf_services_get(inf, &install, &services, &err));
        assert_int_equal(services.count, 2);
        assert_false(services.items[1].function_driver);
        assert_int_equal(services.items[1].start, UINT32_MAX);
        assert_string_equal(services.items[1].binary, "");
        ow_inf_services_done(&services);
        assert_true(ow_inf_find(inf, "Version", &install));
        assert_ok(ow_inf_services_get(inf, &install, &services, &err));
        assert_int_equal(services.count, 0);
        ow_inf_services_done(&services);
        ow_inf_free(inf);
}

/* The same values, again and again: the answer ends at its limit. */
static void a_value_named_often_ends_at_a_limit(void **state)
{
        OW_AUTO_BUFFER text = OW_BUFFER_INIT;
        ow_inf_services services;
        ow_inf_section install;
        ow_inf *inf = NULL;

        ow_buffer_put_text(&text, INF_HEAD "[i]\n[i.Services]\nAddService = x,,s\n[s]\nAddReg=");
        for (int i = 0; i < 30000; i++)
                ow_buffer_put_text(&text, "v,");
        ow_buffer_put_text(&text, "\n[v]\nHKR,,n,,");
        for (int i = 0; i < 4000; i++)
                ow_buffer_put_text(&text, "x");
        assert_ok(ow_inf_parse(text.p, text.len, 0, &inf, &err));
        assert_true(ow_inf_install_find(inf, "i", &inf_7_x64, &install));
        assert_fails(OW_E_LIMIT, ow_inf_services_get(inf, &install, &services, &err));
        ow_inf_free(inf);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_service_is_what_its_section_says),
                cmocka_unit_test(registry_values_have_their_types),
                cmocka_unit_test(a_service_may_say_nothing),
                cmocka_unit_test(a_value_named_often_ends_at_a_limit),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
