/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Logs made here, of both kinds, with one field changed at a time: which entries still apply, or that none does.
 * The hive has one value; each entry of a log puts another number there, so what was applied can be read off.
 */
#include "hive-log-set.h"

struct change {
        const char *label;
        size_t at;
        uint32_t value;         /* 4 bytes */
        enum { AS_IT_IS, SEAL_BASE, SEAL } seal;        /* what is put right after it */
        int want;               /* the number, or a code */
};

enum { NO_LOG = OW_E_DIRTY };

static const struct change hvle_changes[] = {
        { "base block: magic",                          0, 0x78676572, SEAL_BASE, NO_LOG },
        { "base block: first number above the entries", 4, 11, SEAL_BASE, NO_LOG },
        { "base block: first number below the hive's",  4, 8, SEAL_BASE, NO_LOG },
        { "base block: version 1.7",                    24, 7, SEAL_BASE, NO_LOG },
        { "base block: a primary",                      28, 0, SEAL_BASE, NO_LOG },
        { "base block: an old log",                     28, 1, SEAL_BASE, NO_LOG },
        { "base block: odd size of the bins",           40, 4097, SEAL_BASE, NO_LOG },
        { "base block: checksum",                       508, 0x12345678, AS_IT_IS, NO_LOG },
        { "base block: what does not matter",           48, 0x12345678, SEAL_BASE, 3 },
        { "first entry: magic",                         E0, 0x12345678, SEAL, NO_LOG },
        { "second entry: magic",                        E1, 0x12345678, SEAL, 1 },
        { "entry of no bytes",                          E1 + 4, 0, AS_IT_IS, 1 },
        { "entry of 513 bytes",                         E1 + 4, 513, AS_IT_IS, 1 },
        { "entry that ends before its page",            E1 + 4, 512, SEAL, 1 },
        { "entry longer than the log",                  E2 + 4, ENTRY_BYTES + 512, AS_IT_IS, 2 },
        { "entry that takes in the next one",           E1 + 4, 2 * ENTRY_BYTES, SEAL, 2 },
        { "flag",                                       E2 + 8, 1, SEAL, 3 },
        { "flag without a new hash",                    E2 + 8, 1, AS_IT_IS, 2 },
        { "first number too high",                      E0 + 12, 11, SEAL, NO_LOG },
        { "number is left out",                         E1 + 12, 12, SEAL, 1 },
        { "number comes again",                         E1 + 12, 10, SEAL, 1 },
        { "stale number",                               E2 + 12, 3, SEAL, 2 },
        { "no bins",                                    E1 + 16, 0, SEAL, 1 },
        { "bins of 4097 bytes",                         E1 + 16, 4097, SEAL, 1 },
        { "bins past 2 GiB",                            E1 + 16, 0x80000000, SEAL, 1 },
        { "longer bins",                                E2 + 16, 8192, SEAL, 3 },
        { "no pages",                                   E2 + 20, 0, SEAL, 2 },
        { "more pages than the entry holds",            E1 + 20, 1000, SEAL, 1 },
        { "absurd count of pages",                      E1 + 20, 0xffffffff, SEAL, 1 },
        { "hash of the pages",                          E1 + 24, 0x12345678, AS_IT_IS, 1 },
        { "hash of the head",                           E1 + 32, 0x12345678, AS_IT_IS, 1 },
        { "page outside the bins",                      E1 + 40, 0x10000, SEAL, 1 },
        { "page at the end of numbers",                 E1 + 40, 0xfffff000, SEAL, 1 },
        { "page of no bytes",                           E1 + 44, 0, SEAL, 1 },
        { "page longer than the bins",                  E1 + 44, 8192, SEAL, 1 },
        { "page longer than numbers",                   E1 + 44, 0xffffffff, SEAL, 1 },
        { "a byte of a page",                           E2 + 48 + 4000, 0x12345678, AS_IT_IS, 2 },
};

static const struct change dirt_changes[] = {
        { "base block: magic",                          0, 0x78676572, SEAL_BASE, NO_LOG },
        { "base block: numbers differ",                 8, 9, SEAL_BASE, NO_LOG },
        { "base block: another time",                   12, 77, SEAL_BASE, NO_LOG },
        { "base block: version 2",                      20, 2, SEAL_BASE, NO_LOG },
        { "base block: type of Windows 2000",           28, 2, SEAL_BASE, 1 },
        { "base block: a new log",                      28, 6, SEAL_BASE, NO_LOG },
        { "base block: a primary",                      28, 0, SEAL_BASE, NO_LOG },
        { "base block: no bins",                        40, 0, SEAL_BASE, NO_LOG },
        { "base block: more bins than the log maps",    40, 0x7fff0000, SEAL_BASE, NO_LOG },
        { "base block: checksum",                       508, 0x12345678, AS_IT_IS, NO_LOG },
        { "magic of the bitmap",                        512, 0x12345678, AS_IT_IS, NO_LOG },
        { "bitmap: nothing changed",                    516, 0, AS_IT_IS, NO_LOG },
        { "bitmap: bits past the bins",                 516, 0xffffffff, AS_IT_IS, 1 },
        { "page: the header of the bin is broken",      1024, 0x12345678, AS_IT_IS, NO_LOG },
        { "page: the bin is elsewhere",                 1028, 4096, AS_IT_IS, NO_LOG },
        { "page: size of the bin",                      1032, 4097, AS_IT_IS, NO_LOG },
};

static void apply(struct set *set, const struct change *c)
{
        ow_le32_put(set->log + c->at, c->value);
        if (c->seal == SEAL_BASE)
                seal_base(set->log);
        if (c->seal == SEAL)
                seal_entry(set->log + 512 + (c->at - 512) / ENTRY_BYTES * ENTRY_BYTES);
}

static void try_changes(void (*make)(struct set *set), int whole, const struct change *changes, size_t n)
{
        static struct set set;
        uint32_t entries;

        make_hive(&set);
        make(&set);
        assert_int_equal(load(&set, &entries), whole);
        for (size_t i = 0; i < n; i++) {
                make_hive(&set);
                make(&set);
                print_message("%s\n", changes[i].label);
                apply(&set, &changes[i]);
                assert_int_equal(load(&set, &entries), changes[i].want);
                if (changes[i].want > 0 && changes[i].want <= ENTRIES)
                        assert_true(entries >= 1 && entries <= ENTRIES);
        }
}

static void each_field_of_a_new_log_counts(void **state)
{
        try_changes(make_hvle, 3, hvle_changes, OW_COUNT(hvle_changes));
}

static void each_field_of_an_old_log_counts(void **state)
{
        try_changes(make_dirt, 1, dirt_changes, OW_COUNT(dirt_changes));
}

/* Cut anywhere, what is whole applies. */
static void logs_that_are_cut_apply_in_part(void **state)
{
        static struct set set;
        uint32_t entries;

        make_hive(&set);
        make_hvle(&set);
        for (size_t size = MAX_LOG; size > 0; size -= size > 600 ? 171 : 1) {
                size_t whole = size < 512 ? 0 : (size - 512) / ENTRY_BYTES;

                set.log_size = size;
                assert_int_equal(load(&set, &entries), whole ? (int)whole : NO_LOG);
        }
        make_dirt(&set);
        for (size_t size = set.log_size - 1; size > 0; size -= size > 600 ? 171 : 1) {
                set.log_size = size;
                assert_int_equal(load(&set, &entries), NO_LOG);
        }
}

/* A log can promise a hive of any size; what it does not bring is lost, and nothing is made that large for it. */
static void a_log_makes_a_hive_longer_only_by_what_it_brings(void **state)
{
        static const struct { uint32_t bins_size, page_at; bool truncated; } cases[] = {
                { 4096, 0, false }, { 8192, 4096, false }, { 8192, 0, true }, { 512 << 20, (512 << 20) - 4096, true },
                { 8192 << 4, 8192, true },
        };

        for (size_t i = 0; i < OW_COUNT(cases); i++) {
                static struct set set;
                struct memory file = { 0 }, log = { 0 };
                ow_source source, log_source;
                ow_sink sink = memory_sink(&file);
                uint8_t *entry = set.log + 512;
                ow_hive_info info;
                ow_hive *h;

                make_hive(&set);
                make_hvle(&set);
                ow_le32_put(entry + 16, cases[i].bins_size);
                ow_le32_put(entry + 40, cases[i].page_at);
                ow_le32_put(entry + 48 + 4, cases[i].page_at);          /* of the bin */
                seal_entry(entry);
                assert_ok(sink.write(sink.state, 0, set.hive, BASE + 4096, &err));
                sink = memory_sink(&log);
                assert_ok(sink.write(sink.state, 0, set.log, 512 + ENTRY_BYTES, &err));
                source = memory_source(&file);
                log_source = memory_source(&log);
                assert_ok(ow_hive_load(&source, &log_source, 1, 0, &h, &err));
                ow_hive_info_get(h, &info);
                assert_int_equal(info.bins_size, cases[i].bins_size);
                assert_int_equal(info.truncated, cases[i].truncated);
                /* What the log brought is there, and what nobody brought is an error. */
                for (uint32_t cell = 32; cell < cases[i].bins_size; cell += cell < 8192 ? 512 : 1 << 20) {
                        struct hive_node node;

                        (void)!hive_node_decode(h, cell, &node, NULL);
                }
                sink = memory_sink(&file);
                assert_int_equal(ow_hive_save(h, 1, &sink, NULL), cases[i].truncated ? OW_E_CORRUPT : 0);
                assert_int_equal(file.size, BASE + (cases[i].truncated ? 4096 : cases[i].bins_size));
                ow_hive_close(h);
                memory_done(&file);
                memory_done(&log);
        }
}

/* What the primary says decides: clean, older, newer, or no base block at all. */
static void the_primary_decides_what_applies(void **state)
{
        static const struct {
                const char *label;
                uint32_t first, second;
                bool hvle, seal;
                int want;
        } cases[] = {
                { "clean: the log is not looked at",            10, 10, true, true, 0 },
                { "clean: nor an old one",                      10, 10, false, true, 0 },
                { "number of the log is the hive's",            11, 10, true, true, 3 },
                { "a gap before the log is normal",             8, 7, true, true, 3 },
                { "the log is older than the hive",             12, 11, true, true, NO_LOG },
                { "old log: the time decides, not the number",  3, 2, false, true, 1 },
                { "base block lost",                            10, 9, true, false, 3 },
                { "base block lost, though the numbers agree",  10, 10, true, false, 3 },
                { "base block lost, old log",                   10, 10, false, false, 1 },
        };

        for (size_t i = 0; i < OW_COUNT(cases); i++) {
                static struct set set;
                uint32_t entries;

                make_hive(&set);
                if (cases[i].hvle)
                        make_hvle(&set);
                else
                        make_dirt(&set);
                print_message("%s\n", cases[i].label);
                ow_le32_put(set.hive + 4, cases[i].first);
                ow_le32_put(set.hive + 8, cases[i].second);
                if (cases[i].seal)
                        seal_base(set.hive);
                else
                        set.hive[508] ^= 1;
                assert_int_equal(load(&set, &entries), cases[i].want);
        }
}

/* Entries 10 and 11 in one log, 12 in another, in either order of files; then with a hole between them. */
static void two_logs_follow_each_other(void **state)
{
        static struct set set, second;
        struct memory file, a, b;

        make_hive(&set);
        make_hvle(&set);
        second = set;
        set.log_size = 512 + 2 * ENTRY_BYTES;
        memcpy(second.log + 512, set.log + E2, ENTRY_BYTES);
        second.log_size = 512 + ENTRY_BYTES;
        file = (struct memory){ .p = set.hive, .size = set.hive_size };
        a = (struct memory){ .p = set.log, .size = set.log_size };
        b = (struct memory){ .p = second.log, .size = second.log_size };
        for (unsigned i = 0; i < 4; i++) {
                uint32_t sequence = FIRST_SEQUENCE + 2 + i / 2;
                ow_source source = memory_source(&file), logs[2];
                ow_hive_info info;
                ow_hive *h;

                ow_le32_put(second.log + 4, sequence);
                ow_le32_put(second.log + 8, sequence);
                seal_base(second.log);
                ow_le32_put(second.log + 512 + 12, sequence);
                seal_entry(second.log + 512);
                logs[i % 2] = memory_source(&a);
                logs[1 - i % 2] = memory_source(&b);
                assert_ok(ow_hive_load(&source, logs, 2, 0, &h, &err));
                ow_hive_info_get(h, &info);
                assert_int_equal(info.replayed_entries, i / 2 ? 2 : 3);
                ow_hive_close(h);
        }
}

/* Entries of a later log are built on those of the earlier one, which are lost; a log before the hive is not needed. */
static void a_log_without_entries_ends_the_replay(void **state)
{
        static struct set set, second;
        static const struct { uint32_t first; bool sound; int want; } cases[] = {
                { 10, true, 0 }, { 10, false, OW_E_DIRTY }, { 8, false, 0 },
        };

        for (size_t i = 0; i < OW_COUNT(cases); i++) {
                struct memory file, a, b;
                ow_source source, logs[2];
                ow_error error = OW_ERROR_INIT;
                ow_hive *h = NULL;

                make_hive(&set);
                make_hvle(&set);
                second = set;
                ow_le32_put(set.log + 4, cases[i].first);
                ow_le32_put(set.log + 8, cases[i].first);
                seal_base(set.log);
                set.log[600] ^= !cases[i].sound;
                ow_le32_put(second.log + 4, FIRST_SEQUENCE + 5);
                seal_base(second.log);
                ow_le32_put(second.log + 512 + 12, FIRST_SEQUENCE + 5);
                seal_entry(second.log + 512);
                file = (struct memory){ .p = set.hive, .size = set.hive_size };
                a = (struct memory){ .p = set.log, .size = set.log_size };
                b = (struct memory){ .p = second.log, .size = 512 + ENTRY_BYTES };
                source = memory_source(&file);
                logs[i % 2] = memory_source(&a);
                logs[1 - i % 2] = memory_source(&b);
                assert_int_equal(ow_hive_load(&source, logs, 2, 0, &h, &error), cases[i].want);
                ow_hive_close(h);
        }
}

/* Beside a new log that does not apply, an old one of the same time is left over from the Windows before. */
static void an_old_log_beside_a_new_one_is_stale(void **state)
{
        for (unsigned i = 0; i < 4; i++) {
                static struct set set, old;
                struct memory file, a, b;
                ow_source source, logs[2];
                ow_error error = OW_ERROR_INIT;
                ow_hive *h;

                make_hive(&set);
                old = set;
                make_dirt(&old);
                make_hvle(&set);
                set.log[600] ^= 1;
                if (i & 1)
                        set.hive[508] ^= 1;
                file = (struct memory){ .p = set.hive, .size = set.hive_size };
                a = (struct memory){ .p = set.log, .size = set.log_size };
                b = (struct memory){ .p = old.log, .size = old.log_size };
                source = memory_source(&file);
                logs[i / 2] = memory_source(&a);
                logs[1 - i / 2] = memory_source(&b);
                assert_int_equal(ow_hive_load(&source, logs, 2, 0, &h, &error), OW_E_DIRTY);
        }
}

/* The nth read of the hive or its log, or the nth allocation, fails: a clean code, and the next load is whole. */
static void failures_in_a_replay_are_clean(void **state)
{
        static struct set set;

        for (unsigned what = 0; what < 6; what++) {
                unsigned failed = 0;
                int r = -1;

                make_hive(&set);
                if (what % 2)
                        make_hvle(&set);
                else
                        make_dirt(&set);
                for (unsigned n = 1; r < 0; n++) {
                        struct memory file = { .p = set.hive, .size = set.hive_size, .fail_at = what / 2 == 0 ? n : 0 };
                        struct memory log = { .p = set.log, .size = set.log_size, .fail_at = what / 2 == 1 ? n : 0 };
                        ow_source source = memory_source(&file), log_source = memory_source(&log);
                        ow_error error = OW_ERROR_INIT;
                        ow_hive *h = NULL;
                        uint32_t entries;

                        ow_alloc_fail_from(what / 2 == 2 ? n : 0);
                        r = ow_hive_load(&source, &log_source, 1, 0, &h, &error);
                        ow_alloc_fail_from(0);
                        if (r < 0) {
                                assert_int_equal(r, what / 2 == 2 ? OW_E_NOMEM : OW_E_IO);
                                assert_true(error.text[0] != '\0');
                                assert_int_equal(load(&set, &entries), what % 2 ? 3 : 1);
                                failed++;
                        }
                        ow_hive_close(h);
                }
                assert_true(failed >= 2);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_field_of_a_new_log_counts),
                cmocka_unit_test(each_field_of_an_old_log_counts),
                cmocka_unit_test(logs_that_are_cut_apply_in_part),
                cmocka_unit_test(a_log_makes_a_hive_longer_only_by_what_it_brings),
                cmocka_unit_test(the_primary_decides_what_applies),
                cmocka_unit_test(two_logs_follow_each_other),
                cmocka_unit_test(a_log_without_entries_ends_the_replay),
                cmocka_unit_test(an_old_log_beside_a_new_one_is_stale),
                cmocka_unit_test(failures_in_a_replay_are_clean),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
