/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Long random sequences of edits on new and on real hives, against a model, with saving and loading in between. */
#include "base/macros.h"
#include "hive-model.h"

struct random {
        uint64_t state;
};

static uint32_t next(struct random *r, uint32_t below)
{
        r->state ^= r->state << 13;
        r->state ^= r->state >> 7;
        r->state ^= r->state << 17;
        return (uint32_t)((r->state >> 11) % below);
}

static const char *const odd_names[] = {
        "alpha",  "ALPHA",   "Beta",
        "b",      "a",       "{00000000-1111-2222-3333-444444444444}",
        "na me",  "Ünïcode", "ünïCODE",
        "日本",   "Ελλάς",   "ÿ",
        "µ",      "zz",      "_",
        "[",      "~",       "A very long name of a key that does not fit anywhere neatly",
        "😀 pair",
};

static void pick_name(struct random *r, char *name, size_t size)
{
        if (next(r, 3) == 0)
                (void)snprintf(name, size, "%s", odd_names[next(r, OW_COUNT(odd_names))]);
        else
                (void)snprintf(name, size, "%c%u", 'a' + (int)next(r, 3), next(r, 40));
}

static size_t pick_size(struct random *r)
{
        static const size_t edges[] = { 0, 1, 2, 4, 5, 8, 12, 16343, 16344, 16345, 32688, 32689 };

        switch (next(r, 20)) {
        case 0: return edges[next(r, OW_COUNT(edges))];
        case 1: return next(r, 6000);
        case 2: return next(r, 60000);
        default: return next(r, 64);
        }
}

static void set_one(struct random *r, ow_hive *h, ow_key key, struct model_key *k)
{
        static uint8_t data[60000];
        size_t size = pick_size(r);
        uint32_t type = next(r, 12);
        char name[128];

        pick_name(r, name, sizeof name);
        if (next(r, 10) == 0)
                name[0] = '\0';
        for (size_t i = 0; i < size; i++)
                data[i] = (uint8_t)next(r, 256);
        assert_ok(ow_hive_set_value(h, key, name, type, data, size, &err));
        model_set(k, name, type, data, size);
}

/* One edit somewhere in the tree. */
static void step(struct random *r, ow_hive *h, struct model_key *root)
{
        struct model_key *k = root, *above = NULL;
        ow_key key = ow_hive_root(h), child;
        char name[128];

        while (k->n_keys && next(r, 4) != 0) {
                above = k;
                k = k->keys[next(r, (uint32_t)k->n_keys)];
                assert_int_equal(ow_hive_find(h, key, k->name, &key, NULL), 1);
        }
        switch (next(r, 10)) {
        case 0: case 1: case 2:
                pick_name(r, name, sizeof name);
                assert_ok(ow_hive_create_key(h, key, name, &child, NULL, &err));
                (void)model_create(k, name);
                return;
        case 3:
                (void)snprintf(name, sizeof name, "path%u\\to\\x%u", next(r, 5), next(r, 9));
                assert_ok(ow_hive_create_key(h, key, name, &child, NULL, &err));
                *strchr(name, '\\') = '\0';
                k = model_create(model_create(k, name), "to");
                (void)model_create(k, strchr(name, '\0') + 4);
                return;
        case 4:
                pick_name(r, name, sizeof name);
                assert_int_equal(ow_hive_delete_value(h, key, name, NULL), model_unset(k, name));
                return;
        case 5:
                if (k->n_values) {
                        struct model_value *v = &k->values[next(r, (uint32_t)k->n_values)];

                        (void)snprintf(name, sizeof name, "%s", v->name);
                        assert_int_equal(ow_hive_delete_value(h, key, name, NULL), model_unset(k, name));
                }
                return;
        case 6:
                if (above && next(r, 3) == 0) {
                        assert_ok(ow_hive_delete_key(h, key, &err));
                        model_delete(above, k->name);
                }
                return;
        default:
                set_one(r, h, key, k);
        }
}

/* Saves, loads again, and gives the new handle; the file must be the whole truth. */
static ow_hive *reload(ow_hive *h, struct memory *file)
{
        ow_sink sink = memory_sink(file);
        ow_source source;

        assert_ok(ow_hive_save(h, 132000000000000000u, &sink, &err));
        assert_false(ow_hive_changed(h));
        ow_hive_close(h);
        source = memory_source(file);
        /* The source of a hive outlives it: memory_source() points to file. */
        assert_ok(ow_hive_load(&source, NULL, 0, 0, &h, &err));
        return h;
}

static void run(ow_hive *h, struct memory *file, struct model_key *model, unsigned steps, uint64_t seed)
{
        struct random r = { seed * 0x9e3779b97f4a7c15u + 1 };
        ow_hive_report report, before = check_hive(h);

        for (unsigned i = 1; i <= steps; i++) {
                step(&r, h, model);
                if (i % (steps / 10) != 0)
                        continue;
                model_compare(h, ow_hive_root(h), model);
                report = check_hive(h);
                assert_int_equal(report.faults, before.faults);
                assert_int_equal(report.lost_cells, before.lost_cells);
                h = reload(h, file);
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
                run(h, &file, model, 8000, i + 1);
                model_free(model);
                memory_done(&file);
        }
}

static void real_hives_follow_the_model(void **state)
{
        static const char *const names[] = {
                "bcd/regipy-BCD", "machines/nt4-server/SOFTWARE", "machines/xp-virtualpc/NTUSER.DAT",
                "corner/winreg-kb-UsrClass.dat", "corner/artemis-NTUSER.DAT", "corner/nt-hive-testhive",
                "corner/yarp-ManySubkeysHive",
        };
        unsigned done = 0;

        for (size_t i = 0; i < OW_COUNT(names); i++) {
                struct model_key *model;
                struct memory file;
                ow_source source;
                ow_hive *h;

                if (!data_load(names[i], &file))
                        continue;
                print_message("%s\n", names[i]);
                model = model_new("root");
                source = memory_source(&file);
                assert_ok(ow_hive_load(&source, NULL, 0, 0, &h, &err));
                model_load(h, ow_hive_root(h), model);
                run(h, &file, model, 3000, 100 + i);
                model_free(model);
                memory_done(&file);
                done++;
        }
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
