/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Long random sequences of edits on new and on real hives, against a model, with saving and loading in between. */
#include "hive-steps.h"
#include "hive/hive.h"

enum { NOW = 132000000 };

/* Saves, loads again, and gives the new handle; the file must be the whole truth. */
static ow_hive *reload(ow_hive *h, struct memory *file)
{
        ow_sink sink = memory_sink(file);
        ow_source source;

        assert_ok(ow_hive_save(h, NOW, &sink, &err));
        assert_false(ow_hive_changed(h));
        ow_hive_close(h);
        source = memory_source(file);
        /* The source of a hive outlives it: memory_source() points to file. */
        assert_ok(ow_hive_load(&source, NULL, 0, 0, &h, &err));
        return h;
}

static void run(ow_hive *h, struct memory *file, struct model_key *model, unsigned steps, uint64_t seed)
{
        struct random r = random_seed(seed);
        ow_hive_report report, before = check_hive(h);

        for (unsigned i = 1; i <= steps; i++) {
                random_step(&r, h, model);
                if (i % (steps / 10) != 0)
                        continue;
                model_compare(h, ow_hive_root(h), model);
                report = check_hive(h);
                assert_int_equal(report.faults, before.faults);
                assert_int_equal(report.lost_cells, before.lost_cells);
                h = reload(h, file);
                model_save(model, NOW);
                model_compare(h, ow_hive_root(h), model);
                report = check_hive(h);
                assert_int_equal(report.faults, before.faults);
        }
        ow_hive_close(h);
}

static void new_hives_follow_the_model(void **state)
{
        static const uint32_t minors[] = { 3, 4, 5, 6 };

        for (size_t i = 0; i < OW_COUNT(minors) * 2; i++) {
                struct model_key *model = model_new("root");
                struct memory file = { 0 };
                ow_hive *h;

                print_message("version 1.%u\n", minors[i / 2]);
                assert_ok(ow_hive_new(minors[i / 2], "root", NULL, 0, &h, &err));
                model_load_self(h, ow_hive_root(h), model);
                model->changed = 1;
                run(h, &file, model, 5000, i + 1);
                model_free(model);
                memory_done(&file);
        }
}

/* False: not a clean hive, or not here. */
static bool run_real(const char *name, unsigned steps, uint64_t seed)
{
        struct model_key *model;
        struct memory file;
        ow_source source;
        ow_hive *h;

        if (!data_load(name, &file))
                return false;
        source = memory_source(&file);
        if (ow_hive_load(&source, NULL, 0, 0, &h, NULL) < 0) {
                memory_done(&file);
                return false;
        }
        if (h->info.truncated || check_hive(h).faults) {
                ow_hive_close(h);
                memory_done(&file);
                return false;
        }
        print_message("%s\n", name);
        model = model_new("root");
        model_load(h, ow_hive_root(h), model);
        run(h, &file, model, steps, seed);
        model_free(model);
        memory_done(&file);
        return true;
}

/* All there are, with as many steps as asked for. */
static unsigned run_all(unsigned steps)
{
        char command[1024], line[512];
        unsigned done = 0;
        FILE *f;

        (void)snprintf(command, sizeof command, "cd '%s' && find . -name '*.xz' | sort", getenv("OFFWIN_DATA"));
        f = popen(command, "r");
        assert_non_null(f);
        while (fgets(line, sizeof line, f)) {
                line[strcspn(line, "\n")] = '\0';
                line[strlen(line) - 3] = '\0';
                if (!strstr(line, ".LOG") && !strstr(line, "images/"))
                        done += run_real(line + 2, steps, 1000 + done);
        }
        (void)pclose(f);
        return done;
}

/* OFFWIN_STEPS=20000 takes that many steps on each hive of the collection that is clean. */
static void real_hives_follow_the_model(void **state)
{
        static const char *const names[] = {
                "bcd/regipy-BCD", "machines/nt4-server/SOFTWARE", "machines/xp-virtualpc/NTUSER.DAT",
                "corner/winreg-kb-UsrClass.dat", "corner/notatin-win7_ntuser.dat", "corner/nt-hive-testhive",
                "corner/yarp-ManySubkeysHive",
        };
        const char *steps = getenv("OFFWIN_STEPS");
        unsigned done = 0;

        if (steps && getenv("OFFWIN_DATA"))
                done = run_all((unsigned)strtoul(steps, NULL, 10));
        else
                for (size_t i = 0; i < OW_COUNT(names); i++)
                        done += run_real(names[i], 2000, 100 + i);
        print_message("%u hives\n", done);
        if (!done) {
                print_message("skipped: no real hives here (OFFWIN_DATA)\n");
                skip();
        }
}

/* Room that an edit has freed is used by the next: the file stops growing. */
static void rounds_of_edits_do_not_grow_the_hive(void **state)
{
        static const uint32_t minors[] = { 3, 5 };
        static uint8_t data[40000];

        for (size_t m = 0; m < OW_COUNT(minors); m++) {
                uint32_t size_after_ten = 0;
                ow_hive_info info;
                ow_hive *h;
                ow_key key;

                assert_ok(ow_hive_new(minors[m], "root", NULL, 0, &h, &err));
                for (unsigned i = 0; i < 1000; i++) {
                        assert_ok(ow_hive_create_key(h, ow_hive_root(h), "a\\b\\c", &key, NULL, &err));
                        assert_ok(ow_hive_set_value(h, key, "small", 1, data, 20 + i % 7 * 16, &err));
                        data[0] = (uint8_t)i;
                        assert_ok(ow_hive_set_value(h, key, "big", 3, data, sizeof data - i % 3, &err));
                        assert_ok(ow_hive_delete_value(h, key, "small", &err));
                        assert_ok(ow_hive_find(h, ow_hive_root(h), "a", &key, &err));
                        if (i % 2)
                                assert_ok(ow_hive_delete_key(h, key, &err));
                        ow_hive_info_get(h, &info);
                        if (i == 10)
                                size_after_ten = info.bins_size;
                }
                assert_int_equal(info.bins_size, size_after_ten);
                ow_hive_close(h);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(new_hives_follow_the_model),
                cmocka_unit_test(real_hives_follow_the_model),
                cmocka_unit_test(rounds_of_edits_do_not_grow_the_hive),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
