/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Dirty hives and their logs: what must be applied, what must not, and what Windows itself made of the same files. */
#include "base/le.h"
#include "base/macros.h"
#include "hive-common.h"

enum { BASE = 4096 };

struct set {
        struct memory file, logs[3];
        ow_source sources[3];
        size_t n_logs;
};

static int load_set(const char *name, struct set *set)
{
        static const char *const suffixes[] = { "LOG", "LOG1", "LOG2" };

        memset(set, 0, sizeof *set);
        if (!data_load(name, &set->file))
                return 0;
        for (size_t i = 0; i < OW_COUNT(suffixes); i++) {
                char path[256];

                (void)snprintf(path, sizeof path, "%s.%s", name, suffixes[i]);
                if (data_load(path, &set->logs[set->n_logs])) {
                        set->sources[set->n_logs] = memory_source(&set->logs[set->n_logs]);
                        set->n_logs++;
                }
        }
        return 1;
}

static void set_done(struct set *set)
{
        for (size_t i = 0; i < set->n_logs; i++)
                memory_done(&set->logs[i]);
        memory_done(&set->file);
}

static const struct {
        const char *name;
        int code;
        enum ow_hive_replay replay;
        uint32_t entries;
        uint32_t top;           /* highest sequence number among primary and logs */
} cases[] = {
        { "machines/win10-laptop/SYSTEM", 0, OW_REPLAY_DONE, 24, 2130 },
        { "dirty/ntuser-hvle/NTUSER.DAT", 0, OW_REPLAY_DONE, 23, 588 },
        { "dirty/amcache-server2022/Amcache.hve", 0, OW_REPLAY_DONE, 7, 9 },
        { "dirty/amcache-win10-a/Amcache.hve", 0, OW_REPLAY_DONE, 4, 39 }, /* a stale entry 27 follows 39 */
        { "dirty/amcache-win10-b/Amcache.hve", 0, OW_REPLAY_DONE, 6, 0 },
        { "dirty/amcache-2012r2-clean/Amcache.hve", 0, OW_REPLAY_NOT_NEEDED, 0, 0 },
        { "dirty/yarp-new/NewDirtyHive", 0, OW_REPLAY_DONE, 4, 0 },
        { "dirty/yarp-OldDirtyHive/OldDirtyHive", 0, OW_REPLAY_DONE, 1, 5 },
        { "dirty/yarp-BadBaseBlockHive/BadBaseBlockHive", 0, OW_REPLAY_DONE, 1, 5 },
        { "dirty/yarp-BadLogHive1/BadLogHive", OW_E_DIRTY, OW_REPLAY_NO_LOGS, 0, 5 },
        { "corner/winreg-kb-NTUSER.DAT", 0, OW_REPLAY_NOT_NEEDED, 0, 0x84 },
        { "bcd/hp-zhan66-BCD", 0, OW_REPLAY_NOT_NEEDED, 0, 0 },
};

/* The highest number that anything in these files carries. */
static uint32_t top_sequence(const struct set *set)
{
        uint32_t top = ow_le32_at(set->file.p + 4);

        for (size_t i = 0; i < set->n_logs; i++) {
                const struct memory *m = &set->logs[i];

                if (m->size >= 8 && ow_le32_at(m->p + 4) > top)
                        top = ow_le32_at(m->p + 4);
                for (size_t at = 512; at + 512 <= m->size; at += 512)
                        if (memcmp(m->p + at, "HvLE", 4) == 0 && ow_le32_at(m->p + at + 12) > top)
                                top = ow_le32_at(m->p + at + 12);
        }
        return top;
}

/* Saves the replayed hive and loads it again without logs: clean, the same, and above every log. */
static void save_and_reload(ow_hive *h, struct set *set, uint32_t top)
{
        struct walk_result before = walk_all(h), after;
        struct memory out = memory_copy(&set->file);
        ow_source source;
        ow_sink sink = memory_sink(&out);
        ow_hive_info info;
        ow_hive *again;

        assert_true(ow_hive_changed(h));
        assert_false(ow_hive_edited(h));
        assert_ok(ow_hive_save(h, 132000000000000000u, &sink, &err));
        assert_false(ow_hive_changed(h));
        source = memory_source(&out);
        assert_ok(ow_hive_load(&source, set->sources, set->n_logs, 0, &again, &err));
        ow_hive_info_get(again, &info);
        assert_int_equal(info.replay, OW_REPLAY_NOT_NEEDED);
        assert_int_equal(info.primary_sequence, info.secondary_sequence);
        assert_true(info.primary_sequence > top_sequence(set));
        if (top)
                assert_int_equal(info.primary_sequence, top + 1);
        after = walk_all(again);
        assert_int_equal(after.keys, before.keys);
        assert_int_equal(after.values, before.values);
        assert_int_equal(after.bytes, before.bytes);
        assert_int_equal(after.errors, before.errors);
        ow_hive_close(again);
        memory_done(&out);
}

static void logs_apply_as_expected(void **state)
{
        unsigned done = 0;

        for (size_t i = 0; i < OW_COUNT(cases); i++) {
                ow_error err = OW_ERROR_INIT;
                struct set set;
                ow_source source;
                ow_hive_info info;
                ow_hive *h;
                int r;

                if (!load_set(cases[i].name, &set))
                        continue;
                print_message("%s\n", cases[i].name);
                source = memory_source(&set.file);
                r = ow_hive_load(&source, set.sources, set.n_logs, 0, &h, &err);
                assert_int_equal(r, cases[i].code);
                if (r < 0) {
                        r = ow_hive_load(&source, set.sources, set.n_logs, OW_HIVE_ACCEPT_DIRTY, &h, &err);
                        assert_int_equal(r, 0);
                }
                ow_hive_info_get(h, &info);
                assert_int_equal(info.replay, cases[i].replay);
                assert_int_equal(info.replayed_entries, cases[i].entries);
                assert_int_equal(info.base_block_rebuilt, strstr(cases[i].name, "BadBase") != NULL);
                if (info.replay == OW_REPLAY_DONE)
                        save_and_reload(h, &set, cases[i].top);
                else
                        assert_false(ow_hive_changed(h));
                ow_hive_close(h);
                set_done(&set);
                done++;
        }
        if (!done) {
                print_message("skipped: no real hives here (OFFWIN_DATA)\n");
                skip();
        }
}

/* The time that still stands in it says which log of the old kind belongs to it. */
static void a_lost_signature_does_not_lose_an_old_log(void **state)
{
        static const char *const names[] = { "dirty/yarp-OldDirtyHive/OldDirtyHive",
                                             "dirty/yarp-BadBaseBlockHive/BadBaseBlockHive" };
        unsigned done = 0;

        for (size_t i = 0; i < OW_COUNT(names); i++) {
                ow_source source;
                ow_hive_info info;
                struct set set;
                ow_hive *h;

                if (!load_set(names[i], &set))
                        continue;
                memset(set.file.p, 0, 4);
                source = memory_source(&set.file);
                assert_ok(ow_hive_load(&source, set.sources, set.n_logs, 0, &h, &err));
                ow_hive_info_get(h, &info);
                assert_int_equal(info.replay, OW_REPLAY_DONE);
                assert_int_equal(info.replayed_entries, 1);
                assert_true(info.base_block_rebuilt);
                ow_hive_close(h);
                set_done(&set);
                done++;
        }
        if (!done)
                skip();
}

/* How many bytes of the bins differ from what Windows recovered. */
static size_t differences(const char *dirty, const char *recovered, uint32_t *ret_size)
{
        struct memory out, want;
        ow_source source;
        ow_sink sink;
        ow_hive_info info;
        struct set set;
        ow_hive *h;
        size_t n = 0;

        if (!load_set(dirty, &set) || !data_load(recovered, &want)) {
                print_message("skipped: no real hives here (OFFWIN_DATA)\n");
                skip();
        }
        source = memory_source(&set.file);
        assert_ok(ow_hive_load(&source, set.sources, set.n_logs, 0, &h, &err));
        out = memory_copy(&set.file);
        sink = memory_sink(&out);
        assert_ok(ow_hive_save(h, 132000000000000000u, &sink, &err));
        ow_hive_info_get(h, &info);
        assert_true(out.size >= BASE + info.bins_size && want.size >= BASE + info.bins_size);
        /* The time in the first bin is ours. */
        for (size_t i = BASE + 32; i < BASE + info.bins_size; i++)
                n += out.p[i] != want.p[i];
        *ret_size = info.bins_size;
        ow_hive_close(h);
        memory_done(&out);
        memory_done(&want);
        set_done(&set);
        return n;
}

static void new_log_gives_what_windows_10_made_of_it(void **state)
{
        uint32_t size;

        assert_int_equal(differences("dirty/yarp-new/NewDirtyHive", "dirty/yarp-new/RecoveredHive_Windows10", &size),
                         0);
        assert_true(size > 0);
}

static void old_log_gives_what_windows_7_made_of_it(void **state)
{
        uint32_t size;
        size_t n = differences("dirty/yarp-OldDirtyHive/OldDirtyHive",
                               "dirty/yarp-OldDirtyHive/RecoveredHive_Windows7", &size);

        print_message("%zu of %u bytes differ\n", n, size);
        assert_true(n <= 6);
}

/* Each damaged byte of the log ends the chain before it, and never more than that. */
static void damaged_entries_end_the_chain(void **state)
{
        struct set set;
        uint32_t last = UINT32_MAX;

        if (!load_set("dirty/ntuser-hvle/NTUSER.DAT", &set)) {
                print_message("skipped: no real hives here (OFFWIN_DATA)\n");
                skip();
        }
        for (size_t at = 600; at < set.logs[0].size; at += set.logs[0].size / 23) {
                ow_source source = memory_source(&set.file);
                ow_error err = OW_ERROR_INIT;
                ow_hive_info info;
                ow_hive *h;
                int r;

                set.logs[0].p[at] ^= 0x40;
                r = ow_hive_load(&source, set.sources, set.n_logs, 0, &h, &err);
                set.logs[0].p[at] ^= 0x40;
                if (r == OW_E_DIRTY && last == UINT32_MAX)
                        continue;       /* in the first entry: nothing is left to apply */
                assert_int_equal(r, 0);
                assert_true(at > 600);
                ow_hive_info_get(h, &info);
                assert_true(info.replayed_entries <= 23);
                if (last != UINT32_MAX)
                        assert_true(info.replayed_entries >= last);
                last = info.replayed_entries;
                ow_hive_close(h);
        }
        assert_true(last > 5 && last != UINT32_MAX);
        set_done(&set);
}

/* A primary without a readable base block is rebuilt from its newest log. */
static void lost_base_block_comes_from_the_newest_log(void **state)
{
        struct set set;
        ow_source source;
        ow_hive_info info;
        ow_hive *h;

        if (!load_set("machines/win10-laptop/SYSTEM", &set)) {
                print_message("skipped: no real hives here (OFFWIN_DATA)\n");
                skip();
        }
        memset(set.file.p, 0, 512);
        source = memory_source(&set.file);
        assert_ok(ow_hive_load(&source, set.sources, set.n_logs, 0, &h, &err));
        ow_hive_info_get(h, &info);
        assert_true(info.base_block_rebuilt);
        assert_int_equal(info.replay, OW_REPLAY_DONE);
        assert_int_equal(info.replayed_entries, 20);    /* LOG2 alone: 2111 to 2130 */
        assert_int_equal(walk_all(h).keys > 30000, 1);
        save_and_reload(h, &set, 2130);
        ow_hive_close(h);
        assert_fails(OW_E_FORMAT, ow_hive_load(&source, NULL, 0, 0, &h, &err));
        set_done(&set);
}

/* An edit of a clean hive also goes above what lies in its stale logs. */
static void clean_hive_is_saved_above_its_stale_logs(void **state)
{
        struct set set;
        ow_source source;
        ow_sink sink;
        ow_hive *h;
        ow_key key;

        if (!load_set("bcd/hp-zhan66-BCD", &set)) {
                print_message("skipped: no real hives here (OFFWIN_DATA)\n");
                skip();
        }
        source = memory_source(&set.file);
        assert_ok(ow_hive_load(&source, set.sources, set.n_logs, 0, &h, &err));
        assert_ok(ow_hive_create_key(h, ow_hive_root(h), "Objects\\new", &key, NULL, &err));
        sink = memory_sink(&set.file);
        assert_ok(ow_hive_save(h, 1, &sink, &err));
        assert_true(ow_le32_at(set.file.p + 4) > ow_le32_at(set.logs[0].p + 4));
        assert_int_equal(ow_le32_at(set.file.p + 4), ow_le32_at(set.file.p + 8));
        ow_hive_close(h);
        set_done(&set);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(logs_apply_as_expected),
                cmocka_unit_test(a_lost_signature_does_not_lose_an_old_log),
                cmocka_unit_test(new_log_gives_what_windows_10_made_of_it),
                cmocka_unit_test(old_log_gives_what_windows_7_made_of_it),
                cmocka_unit_test(damaged_entries_end_the_chain),
                cmocka_unit_test(lost_base_block_comes_from_the_newest_log),
                cmocka_unit_test(clean_hive_is_saved_above_its_stale_logs),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
