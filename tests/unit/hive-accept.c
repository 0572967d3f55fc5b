/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Dirty hives that are read although not all is well: what a refused log, a damaged base block or a cut leave. */
#include "hive-log-set.h"

/* A second bin, all of it free, and zeros behind it that belong to no bin. */
static void add_bin(struct set *set)
{
        uint8_t *bin = set->hive + BASE + 4096;

        memcpy(bin, "hbin", 4);
        ow_le32_put(bin + 4, 4096);
        ow_le32_put(bin + 8, 4096);
        ow_le32_put(bin + 32, 4096 - 32);
        ow_le32_put(set->hive + 40, 8192);
        seal_base(set->hive);
        set->hive_size = MAX_HIVE;
}

static ow_hive *accept(struct memory *file, struct memory *log, ow_hive_info *info)
{
        ow_source source = memory_source(file), log_source = memory_source(log);
        ow_hive *h;

        assert_ok(ow_hive_load(&source, &log_source, log->size > 0, OW_HIVE_ACCEPT_DIRTY, &h, &err));
        ow_hive_info_get(h, info);
        return h;
}

/* The hive of set, as it will be in file, with so many bytes of the log. */
static ow_hive *accept_set(struct set *set, size_t log_size, struct memory *file, ow_hive_info *info)
{
        struct memory log = { .p = set->log, .size = log_size };
        ow_sink sink = memory_sink(file);

        assert_ok(sink.write(sink.state, 0, set->hive, set->hive_size, &err));
        return accept(file, &log, info);
}

/* The hive is the one it would be without the log, before and after it is saved. */
static void a_refused_log_leaves_no_trace(void **state)
{
        static const struct {
                bool hvle, sealed;
                uint32_t bins_size;
        } cases[] = {
                { true, false, 4096 },  { true, false, 16384 }, { false, true, 4096 },
                { false, true, 16384 }, { false, false, 4096 }, { false, false, 16384 },
        };

        for (size_t i = 0; i < OW_COUNT(cases); i++) {
                static struct set set;
                struct memory file = { 0 }, none = { 0 };
                ow_sink sink = memory_sink(&file);
                ow_hive_info info;
                ow_hive *h;

                make_hive(&set);
                add_bin(&set);
                (cases[i].hvle ? make_hvle : make_dirt)(&set);
                ow_le32_put(set.log + 40, cases[i].bins_size);
                seal_base(set.log);
                set.log[cases[i].hvle ? 600 : 1024] ^= 1; /* the first entry; the header of the bin */
                if (!cases[i].sealed)
                        set.hive[508] ^= 1;
                h = accept_set(&set, set.log_size, &file, &info);
                assert_int_equal(info.replay, OW_REPLAY_NO_LOGS);
                assert_int_equal(info.bins_size, 8192);
                assert_false(info.truncated);
                assert_ok(ow_hive_set_value(h, ow_hive_root(h), "m", OW_REG_BINARY, set.log, 8000, &err));
                assert_ok(ow_hive_save(h, 2000, &sink, &err));
                ow_hive_close(h);
                h = accept(&file, &none, &info);
                assert_int_equal(info.replay, OW_REPLAY_NOT_NEEDED);
                assert_int_equal(check_hive(h).faults, 0);
                ow_hive_close(h);
                memory_done(&file);
        }
}

/* Shorter bins and longer ones again: all that the last entry needs was brought. */
static void a_chain_may_shrink_and_grow_again(void **state)
{
        static struct set set;
        struct memory file = { 0 }, log;
        ow_sink sink = memory_sink(&file);
        ow_source source, log_source;
        ow_hive_info info;
        ow_hive *h;

        make_hive(&set);
        add_bin(&set);
        make_hvle(&set);
        for (unsigned i = 0; i < ENTRIES; i++) {
                uint8_t *entry = set.log + 512 + i * ENTRY_BYTES;
                uint32_t page = i == 1 ? 0 : 4096;

                ow_le32_put(entry + 16, page + 4096);
                ow_le32_put(entry + 40, page);
                memcpy(entry + 48, set.hive + BASE + page, 4096);
                seal_entry(entry);
        }
        assert_ok(sink.write(sink.state, 0, set.hive, BASE + 8192, &err));
        log = (struct memory){ .p = set.log, .size = set.log_size };
        source = memory_source(&file);
        log_source = memory_source(&log);
        assert_ok(ow_hive_load(&source, &log_source, 1, 0, &h, &err));
        ow_hive_info_get(h, &info);
        assert_int_equal(info.replayed_entries, 3);
        assert_int_equal(info.bins_size, 8192);
        assert_false(info.truncated);
        assert_int_equal(check_hive(h).faults, 0);
        assert_ok(ow_hive_set_value(h, ow_hive_root(h), "m", OW_REG_BINARY, set.log, 100, &err));
        assert_ok(ow_hive_save(h, 2000, &sink, &err));
        ow_hive_close(h);
        memory_done(&file);
}

/* The second page of a bin is in neither the file nor the log, which brings a sector of the first. */
static void what_is_lost_is_no_zeros_after_an_old_log(void **state)
{
        static const uint8_t data[6000] = { 7 };
        static struct set set;
        struct memory file = { 0 }, log;
        ow_sink sink = memory_sink(&file);
        ow_hive_info info;
        ow_blob blob;
        ow_hive *h;

        assert_ok(ow_hive_new(3, "root", NULL, 0, &h, &err));
        assert_ok(ow_hive_set_value(h, ow_hive_root(h), "n", OW_REG_BINARY, data, sizeof data, &err));
        assert_ok(ow_hive_save(h, 1000, &sink, &err));
        ow_hive_close(h);
        assert_int_equal(file.size, BASE + 4096 + 8192);
        memcpy(set.hive, file.p, file.size);
        ow_le32_put(file.p + 4, FIRST_SEQUENCE);
        seal_base(file.p);
        assert_ok(memory_set_size(&file, BASE + 8192, &err));
        put_log_base(&set, HIVE_FILE_DIRT);
        memcpy(set.log + 512, "DIRT\0\1", 6);
        memcpy(set.log + 1024, set.hive + BASE + 4096, HIVE_SECTOR);
        log = (struct memory){ .p = set.log, .size = 1024 + HIVE_SECTOR };
        h = accept(&file, &log, &info);
        assert_int_equal(info.replay, OW_REPLAY_DONE);
        assert_true(info.truncated);
        assert_fails(OW_E_CORRUPT, ow_hive_get_value(h, ow_hive_root(h), "n", NULL, &blob, &err));
        ow_hive_close(h);
        memory_done(&file);
}

/* A log gives the 512 bytes it has, and its last entry the flag; what lies behind them in the file stays. */
static void a_rebuilt_base_block_keeps_what_no_log_has(void **state)
{
        for (unsigned i = 0; i < 8; i++) {
                static struct set set;
                struct memory file = { 0 }, log;
                ow_sink sink = memory_sink(&file);
                ow_source source, log_source;
                ow_hive_info info;
                ow_hive *h;

                make_hive(&set);
                (i & 4 ? make_dirt : make_hvle)(&set);
                ow_le32_put(set.log + 0x90, i & 1);
                seal_base(set.log);
                if (i & 2)
                        memset(set.hive, 0, 4);
                else
                        set.hive[508] ^= 1;
                memset(set.hive + 512, 0x5a, BASE - 512);
                assert_ok(sink.write(sink.state, 0, set.hive, set.hive_size, &err));
                log = (struct memory){ .p = set.log, .size = set.log_size };
                ow_le32_put(set.log + E2 + 8, !(i & 1));
                if (!(i & 4))
                        seal_entry(set.log + E2);
                source = memory_source(&file);
                log_source = memory_source(&log);
                assert_ok(ow_hive_load(&source, &log_source, 1, 0, &h, &err));
                ow_hive_info_get(h, &info);
                assert_true(info.base_block_rebuilt);
                assert_ok(ow_hive_save(h, 2000, &sink, &err));
                ow_hive_close(h);
                assert_int_equal(ow_le32_at(file.p + 0x90), i & 4 ? i & 1 : !(i & 1));
                for (size_t at = 512; at < BASE; at++)
                        assert_int_equal(file.p[at], 0x5a);
                memory_done(&file);
        }
}

/* A base block with a wrong checksum may still have the highest number. */
static void saves_go_above_every_number_that_was_seen(void **state)
{
        static const struct { uint32_t first, second; bool log; uint32_t saved; } cases[] = {
                { 500, 500, false, 501 }, { 499, 500, false, 501 }, { 500, 499, false, 501 }, { 500, 500, true, 501 },
                { 5, 5, true, FIRST_SEQUENCE + ENTRIES }, { UINT32_MAX, UINT32_MAX, false, 1 },
        };

        for (size_t i = 0; i < OW_COUNT(cases); i++) {
                static struct set set;
                struct memory file = { 0 };
                ow_sink sink = memory_sink(&file);
                ow_hive_info info;
                ow_hive *h;

                make_hive(&set);
                make_hvle(&set);
                ow_le32_put(set.hive + 4, cases[i].first);
                ow_le32_put(set.hive + 8, cases[i].second);
                seal_base(set.hive);
                set.hive[508] ^= 1;
                h = accept_set(&set, cases[i].log ? set.log_size : 0, &file, &info);
                assert_int_equal(info.replay, cases[i].log ? OW_REPLAY_DONE : OW_REPLAY_NO_LOGS);
                assert_ok(ow_hive_set_value(h, ow_hive_root(h), "m", OW_REG_DWORD, "\0\0\0", 4, &err));
                assert_ok(ow_hive_save(h, 2000, &sink, &err));
                assert_int_equal(ow_le32_at(file.p + 4), cases[i].saved);
                assert_int_equal(ow_le32_at(file.p + 8), cases[i].saved);
                ow_hive_close(h);
                memory_done(&file);
        }
}

/* Without a checksum: every bin that the file holds counts, and what it should hold and does not is lost. */
static void the_size_of_the_bins_is_not_believed_blindly(void **state)
{
        static const struct {
                uint32_t stated, found;
                bool truncated;
        } cases[] = {
                { 4096, 8192, false },       { 8192, 8192, false },   { 0, 8192, false },     { 4097, 8192, false },
                { 0xfffff000, 8192, false }, { 12288, 12288, false }, { 16384, 16384, true },
        };

        for (size_t i = 0; i < OW_COUNT(cases); i++) {
                static struct set set;
                struct memory file, none = { 0 };
                ow_hive_info info;
                ow_hive *h;

                make_hive(&set);
                add_bin(&set);
                ow_le32_put(set.hive + 40, cases[i].stated);
                seal_base(set.hive);
                set.hive[508] ^= 1;
                file = (struct memory){ .p = set.hive, .size = set.hive_size };
                h = accept(&file, &none, &info);
                assert_int_equal(info.bins_size, cases[i].found);
                assert_int_equal(info.truncated, cases[i].truncated);
                ow_hive_close(h);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_refused_log_leaves_no_trace),
                cmocka_unit_test(a_chain_may_shrink_and_grow_again),
                cmocka_unit_test(what_is_lost_is_no_zeros_after_an_old_log),
                cmocka_unit_test(a_rebuilt_base_block_keeps_what_no_log_has),
                cmocka_unit_test(saves_go_above_every_number_that_was_seen),
                cmocka_unit_test(the_size_of_the_bins_is_not_believed_blindly),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
