/* SPDX-License-Identifier: GPL-2.0-or-later */
/* [Version] and the models that a Windows would choose. */
#include "inf-sample.h"

#include "base/buffer.h"

static void version_is_read_for_the_target(void **state)
{
        ow_inf *inf = inf_parsed(inf_storage, 0);
        ow_inf_version v;

        ow_inf_version_get(inf, &inf_7_x64, &v);
        assert_string_equal(v.class_name, "SCSIAdapter");
        assert_string_equal(v.class_guid, "{4D36E97B-E325-11CE-BFC1-08002BE10318}");
        assert_string_equal(v.provider, "Nobody; Inc.");
        assert_string_equal(v.catalog, "wide.cat");
        assert_int_equal(v.date, 20220718);
        assert_int_equal(v.numbers[0], 62);
        assert_int_equal(v.numbers[3], 22400);
        ow_inf_version_get(inf, &inf_7_x86, &v);
        assert_string_equal(v.catalog, "plain.cat");
        ow_inf_free(inf);
}

static void odd_versions_stay_empty(void **state)
{
        static const char *const bad[] = { "13/01/2020", "1/1/2020x", "0/5/2020", "tomorrow", "" };
        ow_inf_version v;
        char text[200];

        for (size_t i = 0; i < OW_COUNT(bad); i++) {
                (void)snprintf(text, sizeof text, INF_HEAD "DriverVer=%s,1.99999.x.4\n", bad[i]);
                ow_inf *inf = inf_parsed(text, 0);

                ow_inf_version_get(inf, &inf_7_x64, &v);
                assert_int_equal(v.date, 0);
                assert_int_equal(v.numbers[0], 1);
                assert_int_equal(v.numbers[1], 65535);
                assert_int_equal(v.numbers[2], 0);
                assert_string_equal(v.catalog, "");
                ow_inf_free(inf);
        }
}

static void models_come_from_the_closest_section(void **state)
{
        static const struct {
                const ow_inf_target *target;
                const char *section;
                size_t count;
        } cases[] = { { &inf_7_x86, "Models.NTx86.6.1", 1 },
                      { &inf_7_x64, "Models.NTamd64.6.1", 1 },
                      { &inf_10_x64, "Models.NTamd64.10.0", 2 } };
        ow_inf *inf = inf_parsed(inf_storage, 0);
        ow_inf_models models;

        for (size_t i = 0; i < OW_COUNT(cases); i++) {
                assert_ok(ow_inf_models_get(inf, cases[i].target, &models, &err));
                assert_int_equal(models.count, cases[i].count);
                assert_string_equal(models.items[0].section, cases[i].section);
                assert_string_equal(models.items[0].manufacturer, "Nobody; Inc.");
                assert_string_equal(models.items[0].description, "A \"Test\" Controller");
                assert_string_equal(models.items[0].install, "disk_inst");
                ow_inf_models_done(&models);
        }
        assert_ok(ow_inf_models_get(inf, &inf_10_x64, &models, &err));
        assert_string_equal(ow_inf_field(inf, models.items[1].line, 2), "PCI\\VEN_1AF4&DEV_1042");
        assert_int_equal(models.items[1].decoration.major, 10);
        ow_inf_models_done(&models);
        ow_inf_free(inf);
}

static void nothing_for_this_windows_is_an_empty_answer(void **state)
{
        static const ow_inf_target vista = { 6, 0, 6002, OW_INF_AMD64, 1, 0 };
        static const ow_inf_target arm = { 10, 0, 22631, OW_INF_ARM64, 1, 0 };
        const ow_inf_target *const targets[] = { &vista, &arm };
        ow_inf *inf = inf_parsed(inf_storage, 0);
        ow_inf_models models;
        char offers[100], tiny[12];

        for (size_t i = 0; i < OW_COUNT(targets); i++) {
                assert_ok(ow_inf_models_get(inf, targets[i], &models, &err));
                assert_int_equal(models.count, 0);
                ow_inf_models_done(&models);
        }
        ow_inf_offers(inf, offers, sizeof offers);
        assert_string_equal(offers, "NTx86.6.1, NTamd64.6.1, NTamd64.10.0");
        ow_inf_offers(inf, tiny, sizeof tiny);
        assert_string_equal(tiny, "NTx86.6.1");
        ow_inf_free(inf);
}

/* An empty section, or one that is not there, keeps the INF from being used; a plain one serves x86 only. */
static void sections_exclude_and_serve(void **state)
{
        static const char text[] = INF_HEAD "[Manufacturer]\n%A% = A, NTx86.6.0, NTx86.5.1\n"
                                            "Plain\n"
                                            "[A.NTx86.6.0]\n"
                                            "[A.NTx86.5.1]\nold = inst, ID\\OLD\n"
                                            "[A]\nplain = inst, ID\\NONE\n"
                                            "[Plain]\nplain = inst, ID\\PLAIN\nlonely\n";
        static const ow_inf_target xp = { 5, 1, 2600, OW_INF_X86, 1, 0 };
        ow_inf *inf = inf_parsed(text, 0);
        ow_inf_models models;
        char offers[100];

        assert_ok(ow_inf_models_get(inf, &inf_7_x86, &models, &err));
        assert_int_equal(models.count, 1);
        assert_string_equal(models.items[0].manufacturer, "Plain");
        assert_string_equal(ow_inf_field(inf, models.items[0].line, 1), "ID\\PLAIN");
        ow_inf_models_done(&models);
        assert_ok(ow_inf_models_get(inf, &xp, &models, &err));
        assert_int_equal(models.count, 2);
        assert_string_equal(models.items[0].description, "old");
        ow_inf_models_done(&models);
        assert_ok(ow_inf_models_get(inf, &inf_7_x64, &models, &err));
        assert_int_equal(models.count, 0);
        ow_inf_models_done(&models);
        ow_inf_offers(inf, offers, sizeof offers);
        assert_string_equal(offers, "NTx86.6.0, NTx86.5.1, no decoration");
        ow_inf_free(inf);
}

static void many_makers_of_one_section_end_at_a_limit(void **state)
{
        OW_AUTO_BUFFER text = OW_BUFFER_INIT;
        ow_inf_models models;
        ow_inf *inf = NULL;

        ow_buffer_put_text(&text, INF_HEAD "[Manufacturer]\n");
        for (int i = 0; i < 2000; i++)
                ow_buffer_put_text(&text, "a=M\n");
        ow_buffer_put_text(&text, "[M]\n");
        for (int i = 0; i < 2000; i++)
                ow_buffer_put_text(&text, "d=i,x\n");
        assert_ok(ow_inf_parse(text.p, text.len, 0, &inf, &err));
        assert_fails(OW_E_LIMIT, ow_inf_models_get(inf, &inf_7_x86, &models, &err));
        ow_inf_free(inf);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(version_is_read_for_the_target),
                cmocka_unit_test(odd_versions_stay_empty),
                cmocka_unit_test(models_come_from_the_closest_section),
                cmocka_unit_test(nothing_for_this_windows_is_an_empty_answer),
                cmocka_unit_test(sections_exclude_and_serve),
                cmocka_unit_test(many_makers_of_one_section_end_at_a_limit),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
