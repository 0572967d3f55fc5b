/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checking and repair: a sound hive is broken in one place, and exactly that must be told, with its place in the file
 * and its key; then repair, save, check again: what has one right answer is gone, the rest is as it was. Real hives:
 * what is known to be wrong with each.
 */
#include "base/le.h"
#include "base/macros.h"
#include "hive-model.h"
#include "hive-sample.h"
#include "hive-told.h"
#include "hive/hive.h"

enum { MEND = 1, KEEP = 0, SEALED = 2, CONTENT = 4 }; /* CONTENT: what a reader sees changes by the damage itself */
#define REF(place) 0x40000000u + (place)

static const struct row {
        const char *label;
        enum place place;
        int at; /* byte in the cell (behind its size), or -4: the size itself */
        unsigned width;
        uint32_t value; /* or REF(place): its cell */
        unsigned flags;
        unsigned faults, mendable, left;
        const char *text, *path;
        int offset; /* of the fault, from the start of the cell in the file; -1: elsewhere */
} rows[] = {
        { "base checksum", AT_BASE, 0x1fc, 4, 0x1234, SEALED, 1, 1, 0, "checksum of the base block is wrong", "",
          0x1fc },
        { "sequence numbers", AT_BASE, 4, 4, 77, 0, 1, 1, 0, "sequence numbers 77 and", "", 4 },
        { "no clustering", AT_BASE, 0x2c, 4, 0, 0, 1, 1, 0, "clustering factor is 0", "", 0x2c },
        { "absurd clustering", AT_BASE, 0x2c, 4, 64, 0, 1, 0, 1, "clustering factor is that of no", "", 0x2c },
        { "odd clustering", AT_BASE, 0x2c, 4, 6, 0, 1, 0, 1, "clustering factor is that of no", "", 0x2c },
        { "root is the subkey of another", AT_BASE, 0x24, 4, REF(GAMMA), CONTENT, 4, 0, 4,
          "but that is a subkey of the one at", "", -1 },
        { "bin magic", AT_BIN2, 0, 4, 0x12345678, CONTENT, 2, 0, 2, "no bin starts at", "", 0 },
        { "bin offset", AT_BIN2, 4, 4, 0x7000, CONTENT, 2, 0, 2, "says it is at 0x7000", "", 0 },
        { "bin size", AT_BIN2, 8, 4, 0x1001, CONTENT, 2, 0, 2, "4097 bytes", "", 0 },
        { "cells do not fill the bin", FREE_CELL, -4, 4, 12, 0, 1, 0, 1, "do not fill it", "", 0 },
        { "a lost cell", FREE_CELL, -4, 4, 0xffffffff, 0, 1, 1, 0, "nothing leads to them", "", 0 },
        { "cell is free", DWORD, -4, 4, 24 + 8, CONTENT, 1, 0, 1, "marked free", "alpha", 0 },
        { "two owners", ALPHA_VALUES, 4, 4, REF(DWORD), CONTENT, 2, 0, 2, "used twice", "alpha", -1 },
        { "cell inside a cell", ALPHA_VALUES, 0, 4, REF(N_PLACES), CONTENT, 2, 0, 2, "overlaps another", "alpha",
          -1 },
        { "parent is another key", ALPHA, 0x10, 4, REF(BETA), CONTENT, 1, 0, 1, "as its parent", "alpha", 0 },
        { "parent is no key", ALPHA, 0x10, 4, REF(DWORD), 0, 1, 1, 0, "which is no key", "alpha", 0 },
        { "too many subkeys", ROOT, 0x14, 4, 9, 0, 1, 1, 0, "counts 9 subkeys, its list has 4", "", 0 },
        { "no subkeys", ROOT, 0x14, 4, 0, 0, 1, 1, 0, "counts 0 subkeys, its list has 4", "", 0 },
        { "subkeys without a list", INNER, 0x14, 4, 1, 0, 1, 0, 1, "has no list of them", "gamma\\inner", 0 },
        { "left-over list", INNER, 0x1c, 4, REF(DWORD), 0, 1, 1, 0, "as their list", "gamma\\inner", 0 },
        { "wrong hash", ROOT_LIST, 8, 4, 5, 0, 1, 1, 0, "has hash 00000005", "alpha", 12 },
        { "list of a kind that is none", GAMMA_LIST, 0, 2, 0x7878, CONTENT, 3, 0, 3, "starts with 7878", "gamma", 0 },
        { "list of another version", GAMMA_LIST, 0, 2, 0x666c, 0, 2, 2, 0, "has hint", "gamma\\inner", 12 },
        { "list too long", GAMMA_LIST, 2, 2, 200, CONTENT, 3, 0, 3, "leaves its cell", "gamma", 0 },
        { "two keys of one name", BETA, 0x4c + 4, 1, '2', CONTENT, 2, 1, 1, "element 1 has hash", "beta2", -1 },
        { "backslash in a name", INNER, 0x4c, 1, '\\', CONTENT, 2, 1, 1, "element 0 has hash", "gamma\\\\nner", -1 },
        { "volatile key", INNER, 2, 2, 0x21, 0, 1, 0, 1, "only in memory", "gamma\\inner", 0 },
        { "root below the root", INNER, 2, 2, 0x24, 0, 1, 0, 1, "flag of the root", "gamma\\inner", 0 },
        { "link to nowhere", INNER, 2, 2, 0x30, 0, 1, 0, 1, "is a link", "gamma\\inner", 0 },
        { "class of odd size", BETA, 0x4a, 2, 7, CONTENT, 1, 0, 1, "no UTF-16", "beta1", 0 },
        { "class too long", BETA, 0x4a, 2, 500, CONTENT, 2, 1, 1, "500 bytes in a cell", "beta1", -1 },
        { "class without a cell", BETA, 0x30, 4, HIVE_NIL, CONTENT, 2, 2, 0, "no cell for it", "beta1", 0x4e },
        { "longest subkey name", ROOT, 0x34, 2, 8, 0, 1, 1, 0,
          "longest subkey name is said to be 8 bytes, one has 10", "", 0x38 },
        { "longest class", ROOT, 0x38, 4, 6, 0, 1, 1, 0, "longest subkey class", "", 0x3c },
        { "longest value name", ALPHA, 0x3c, 4, 8, 0, 1, 1, 0, "longest value name", "alpha", 0x40 },
        { "largest value", ALPHA, 0x40, 4, 100, 0, 1, 1, 0, "largest value is said to be 100 bytes", "alpha", 0x44 },
        { "no security", INNER, 0x2c, 4, HIVE_NIL, 0, 2, 0, 2, "has no security", "gamma\\inner", 0 },
        { "security is none", INNER, 0x2c, 4, REF(DWORD), 0, 2, 0, 2, "starts with 766b", "", -1 },
        { "references", ROOT_SK, 12, 4, 99, 0, 1, 1, 0, "99 references, 5 keys", "", 16 },
        { "security nobody uses", BETA, 0x2c, 4, REF(ROOT_SK), 0, 2, 2, 0, "5 references, 6 keys", "", -1 },
        { "ring backwards", ROOT_SK, 8, 4, REF(ROOT_SK), 0, 1, 1, 0, "ring of security cells", "", 12 },
        { "ring forwards", ROOT_SK, 4, 4, REF(ROOT_SK), 0, 2, 1, 1, "not in the ring", "", -1 },
        { "ring into the void", ROOT_SK, 4, 4, 0x7fffff00, 0, 2, 0, 2, "no cell can be at", "", -1 },
        { "descriptor", ROOT_SK, 20, 1, 9, 0, 1, 0, 1, "revision 9", "", 0 },
        { "descriptor too long", BETA_SK, 16, 4, 9999, 0, 2, 0, 2, "leaves its cell", "", 0 },
        { "more values than listed", ALPHA, 0x24, 4, 1000, CONTENT, 2, 0, 2, "its list holds", "alpha", -1 },
        { "value is none", DWORD, 0, 2, 0x7878, CONTENT, 2, 0, 2, "starts with 7878", "alpha", 0 },
        { "value name of odd size", DWORD, 16, 2, 0, CONTENT, 1, 0, 1, "value name of 5 bytes", "alpha", 0 },
        { "tombstone", DWORD, 16, 2, 3, CONTENT, 1, 0, 1, "tombstone", "alpha", 0 },
        { "two values of one name", VAL2, 20 + 3, 1, '1', CONTENT, 1, 0, 1, "same name and key", "alpha", 0 },
        { "no data, and a cell for them", EMPTY, 4, 4, 0, 0, 1, 1, 0, "has no data", "alpha", 8 },
        { "data too long for the cell", VAL1, 4, 4, 100, CONTENT, 2, 0, 2, "100 bytes in a cell", "alpha", -1 },
        { "data too long for the record", DWORD, 4, 4, 0x80000005, CONTENT, 2, 0, 2, "5 bytes in 4", "alpha", 0 },
        { "big data: segments", BIG_DB, 2, 2, 3, CONTENT, 2, 0, 2, "3 segments", "alpha", 0 },
        { "big data: magic", BIG_DB, 0, 2, 0x7878, CONTENT, 2, 0, 2, "20000 bytes are in cell", "alpha", 0 },
};

static void break_it(struct sample *s, const struct row *row)
{
        uint32_t value = row->value;
        uint8_t *p = s->file.p + row->at;

        if (row->place == AT_BIN2)
                p += BASE + s->at[AT_BIN2];
        else if (row->place != AT_BASE)
                p += BASE + s->at[row->place] + HIVE_CELL_HEAD;
        if (value == REF(N_PLACES))
                value = s->at[TRAP_DATA] + 8;
        else if (value > 0x40000000u && value < REF(N_PLACES))
                value = s->at[value - 0x40000000u];
        if (row->place == FREE_CELL && value == 0xffffffff)
                value = 0u - ow_le32_at(p);
        if (row->place == DWORD && row->at == -4)
                value = 0u - ow_le32_at(p);
        for (unsigned i = 0; i < row->width; i++)
                p[i] = (uint8_t)(value >> 8 * i);
        /* A cell for data that are not there: the field held nothing. */
        if (row->place == EMPTY)
                ow_le32_put(p + 4, s->at[TRAP_DATA]);
        if (!(row->flags & SEALED))
                seal(s);
}

static uint64_t offset_of(const struct sample *s, const struct row *row)
{
        if (row->place == AT_BASE)
                return (uint64_t)row->offset;
        return BASE + s->at[row->place] + (uint64_t)row->offset;
}

static void each_broken_rule_is_told_and_mended_or_left(void **state)
{
        struct walk_result sound;
        struct sample s;
        struct told told;
        ow_hive *h;

        make_sample(&s, 5);
        h = load_any(&s.file);
        sound = walk_all(h);
        assert_int_equal(check_hive(h).faults, 0);
        ow_hive_close(h);
        assert_int_equal(repair_and_check(&s.file, 0).n, 0);
        memory_done(&s.file);
        for (size_t i = 0; i < OW_COUNT(rows); i++) {
                ow_hive_report report;

                print_message("%s\n", rows[i].label);
                make_sample(&s, 5);
                break_it(&s, &rows[i]);
                h = load_any(&s.file);
                told = (struct told){ 0 };
                assert_ok(ow_hive_check(h, &report, take, &told, &err));
                assert_false(ow_hive_edited(h));
                ow_hive_close(h);
                if (!strstr(told.text, rows[i].text) || told.n != rows[i].faults)
                        fail_msg("%s: %u faults, the first: %s", rows[i].label, told.n, told.text);
                assert_string_equal(told.path, rows[i].path);
                if (rows[i].offset >= 0)
                        assert_int_equal(told.offset, offset_of(&s, &rows[i]));
                assert_int_equal(told.mendable, rows[i].mendable);
                assert_int_equal(repair_and_check(&s.file, rows[i].mendable).n, rows[i].left);
                if (!(rows[i].flags & CONTENT)) {
                        struct walk_result now;

                        h = load_any(&s.file);
                        now = walk_all(h);
                        assert_int_equal(now.keys, sound.keys);
                        assert_int_equal(now.values, sound.values);
                        assert_int_equal(now.bytes, sound.bytes);
                        ow_hive_close(h);
                }
                memory_done(&s.file);
        }
}

static void a_list_out_of_order_is_sorted(void **state)
{
        struct sample s;
        struct told told;
        uint8_t kept[8], *list;
        ow_key key;
        ow_hive *h;

        make_sample(&s, 3);
        list = s.file.p + BASE + s.at[ROOT_LIST] + HIVE_CELL_HEAD + HIVE_LIST_HEAD;
        memcpy(kept, list, 8);
        memmove(list, list + 8, 24);
        memcpy(list + 24, kept, 8);
        told = repair_and_check(&s.file, 1);
        assert_int_equal(told.n, 0);
        h = load_any(&s.file);
        assert_int_equal(ow_hive_find(h, ow_hive_root(h), "alpha", &key, NULL), 1);
        assert_int_equal(key.cell, s.at[ALPHA]);
        assert_memory_equal(s.file.p + BASE + s.at[ROOT_LIST] + 8, kept, 8);
        ow_hive_close(h);
        memory_done(&s.file);
}

/* Two of the same name: which goes first, and which name is wrong, nobody can say. */
static void an_order_with_equal_names_is_left(void **state)
{
        struct told told = { 0 };
        struct sample s;
        uint8_t kept[8], *list;

        make_sample(&s, 3);
        list = s.file.p + BASE + s.at[ROOT_LIST] + HIVE_CELL_HEAD + HIVE_LIST_HEAD;
        memcpy(kept, list, 8);
        memmove(list, list + 8, 24);
        memcpy(list + 24, kept, 8);
        s.file.p[BASE + s.at[BETA] + 4 + 0x4c + 4] = '2'; /* hints are of four characters */
        told = repair_and_check(&s.file, 0);
        assert_int_equal(told.n, 3); /* once where they meet, once in the sorted run, and the order */
        memory_done(&s.file);
}

static struct sample many_keys(struct hive_node *ret_root, struct hive_list *ret_ri)
{
        struct sample s = { 0 };
        ow_sink sink = memory_sink(&s.file);
        ow_key key;
        ow_hive *h;

        assert_ok(ow_hive_new(3, "root", NULL, 0, &h, &err));
        for (unsigned i = 0; i < 600; i++) {
                char name[16];

                (void)snprintf(name, sizeof name, "k%03u", i);
                assert_ok(ow_hive_create_key(h, ow_hive_root(h), name, &key, NULL, &err));
        }
        assert_ok(ow_hive_save(h, 1, &sink, &err));
        assert_true(hive_node_decode(h, ow_hive_root(h).cell, ret_root, NULL) >= 0);
        assert_true(hive_list_decode(h, ret_root->subkeys, ret_ri, NULL) >= 0);
        assert_int_equal(ret_ri->kind, HIVE_RI);
        s.at[ROOT] = ret_root->cell;
        s.at[ROOT_LIST] = ret_ri->cell;
        s.at[GAMMA_LIST] = hive_list_cell(ret_ri, 0);
        s.at[ALPHA] = hive_list_cell(ret_ri, 1);
        ow_hive_close(h);
        return s;
}

static void lists_of_lists(void **state)
{
        struct hive_node root;
        struct hive_list ri;
        struct sample s = many_keys(&root, &ri);
        struct told told = { 0 };
        ow_hive_report report;
        ow_hive *h;

        /* an ri in an ri: that leaf cannot be read, nothing is given up */
        memcpy(s.file.p + BASE + s.at[GAMMA_LIST] + 4, "ri", 2);
        h = load_any(&s.file);
        assert_ok(ow_hive_check(h, &report, take, &told, &err));
        assert_non_null(strstr(told.text, "inside a list of its own kind"));
        assert_int_equal(told.mendable, 0);
        ow_hive_close(h);
        assert_true(repair_and_check(&s.file, 0).n > 0);
        memory_done(&s.file);

        /* an empty leaf, with its keys gone: told once, taken out of the list; what it had is freed */
        s = many_keys(&root, &ri);
        ow_le16_put(s.file.p + BASE + s.at[GAMMA_LIST] + 4 + 2, 0);
        assert_int_equal(repair_and_check(&s.file, 4).n, 0); /* count, leaf, references, lost cells */
        memory_done(&s.file);

        /* all leaves empty, and a node that says so */
        s = many_keys(&root, &ri);
        ow_le16_put(s.file.p + BASE + s.at[GAMMA_LIST] + 4 + 2, 0);
        ow_le16_put(s.file.p + BASE + s.at[ALPHA] + 4 + 2, 0);
        ow_le32_put(s.file.p + BASE + s.at[ROOT] + 4 + 0x14, 0);
        assert_int_equal(repair_and_check(&s.file, 3).n, 0);
        memory_done(&s.file);
}

static void a_hive_that_is_cut_off_is_not_touched(void **state)
{
        struct told told = { 0 };
        ow_hive_report report;
        struct sample s;
        ow_hive *h;

        make_sample(&s, 5);
        ow_le32_put(s.file.p + BASE + s.at[ALPHA] + 4 + 0x3c, 0);
        s.file.size -= 4096;
        h = load_any(&s.file);
        assert_ok(ow_hive_repair(h, &report, take, &told, &err));
        assert_non_null(strstr(told.text, "file ends 4096 bytes before"));
        assert_true(report.faults > 1);
        assert_int_equal(told.mendable + report.mended, 0);
        assert_false(ow_hive_edited(h));
        ow_hive_close(h);
        memory_done(&s.file);
}

static void repair_needs_a_hive_that_may_change(void **state)
{
        ow_hive_report report;
        struct sample s;
        ow_source source;
        ow_hive *h;

        make_sample(&s, 5);
        source = memory_source(&s.file);
        assert_ok(ow_hive_load(&source, NULL, 0, OW_HIVE_READONLY, &h, &err));
        assert_fails(OW_E_READONLY, ow_hive_repair(h, &report, NULL, NULL, &err));
        ow_hive_close(h);
        memory_done(&s.file);
}

/* Freed cells join their free neighbours, and are used again. */
static void lost_cells_become_room(void **state)
{
        struct sample s;
        ow_hive_report before, after;
        ow_sink sink;
        ow_hive *h;

        make_sample(&s, 5);
        sink = memory_sink(&s.file);
        /* alpha loses its values: all of their cells are lost */
        ow_le32_put(s.file.p + BASE + s.at[ALPHA] + 4 + 0x24, 0);
        h = load_any(&s.file);
        before = check_hive(h);
        assert_true(before.lost_cells > 10 && before.lost_bytes > 20000);
        assert_ok(ow_hive_repair(h, &after, NULL, NULL, &err));
        assert_int_equal(after.free_bytes, before.free_bytes + before.lost_bytes);
        after = check_hive(h);
        assert_int_equal(after.lost_cells + after.faults, 0);
        assert_int_equal(after.free_bytes, before.free_bytes + before.lost_bytes);
        assert_ok(ow_hive_save(h, 3, &sink, &err));
        ow_hive_close(h);
        memory_done(&s.file);
}

static const struct known {
        const char *name;
        unsigned faults, mendable, left;
} known[] = {
        { "corner/artemis-NTUSER_Bad.DAT", 3, 0, 3 }, /* a key listed under itself */
        { "corner/ez-SAMBadHBinHeader", 16, 0, 16 },  /* one bin without a header */
        { "corner/plaso-corrupt_sub_key_list.hiv", 3, 0, 3 },
        { "corner/regipy-corrupted-SYSTEM", 248, 0, 248 },
        { "corner/regipy-amcache.hve", 1, 1, 0 }, /* dirty */
        { "corner/yarp-BadListHive", 4, 0, 4 },
        { "corner/yarp-BadSubkeyHive", 3, 0, 3 },
        { "corner/yarp-CompHive", 1, 0, 1 },    /* a hint of a name that is not ASCII */
        { "corner/yarp-GarbageHive", 1, 1, 0 }, /* checksum */
        { "corner/yarp-HealedHive", 3, 3, 0 },  /* Windows healed it, and left these */
        { "corner/yarp-TruncatedHive", 14, 0, 14 },
        { "dirty/yarp-BadLogHive1/BadLogHive", 1, 1, 0 },
        { "dirty/yarp-new/NewDirtyHive", 2, 2, 0 }, /* dirty without its logs, lost cells */
        { "dirty/yarp-new/RecoveredHive_Windows10", 1, 1, 0 },
        { "machines/win81-virtualbox/SYSTEM", 1, 1, 0 }, /* dirty */
        { "machines/xp-virtualpc/SYSTEM", 2, 2, 0 },     /* longest subkey names of 0 */
        { "machines/nt4-server/SYSTEM", 0, 0, 0 },
        { "machines/nt4-server/SOFTWARE", 0, 0, 0 },
        { "machines/win7-vmware/SYSTEM", 0, 0, 0 },
        { "corner/winreg-kb-UsrClass.dat", 0, 0, 0 },
        { "corner/notatin-win7_ntuser.dat", 0, 0, 0 },
};

/* Without their logs: what is checked is the file as it is. */
static void real_hives_have_the_faults_that_are_known(void **state)
{
        unsigned done = 0;

        for (size_t i = 0; i < OW_COUNT(known); i++) {
                struct told told = { 0 };
                struct walk_result before, after;
                ow_hive_report report;
                struct memory file;
                ow_hive *h;

                if (!data_load(known[i].name, &file))
                        continue;
                print_message("%s\n", known[i].name);
                done++;
                h = load_any(&file);
                assert_ok(ow_hive_check(h, &report, take, &told, &err));
                before = walk_all(h);
                ow_hive_close(h);
                if (told.n != known[i].faults || told.mendable != known[i].mendable)
                        fail_msg("%u faults, %u mendable; the first: %s", told.n, told.mendable, told.text);
                assert_int_equal(repair_and_check(&file, known[i].mendable).n, known[i].left);
                h = load_any(&file);
                after = walk_all(h);
                ow_hive_close(h);
                assert_int_equal(after.keys, before.keys);
                assert_int_equal(after.values, before.values);
                assert_int_equal(after.bytes, before.bytes);
                memory_done(&file);
        }
        if (done == 0) {
                print_message("skipped: no real hives here (OFFWIN_DATA)\n");
                skip();
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_broken_rule_is_told_and_mended_or_left),
                cmocka_unit_test(a_list_out_of_order_is_sorted),
                cmocka_unit_test(an_order_with_equal_names_is_left),
                cmocka_unit_test(lists_of_lists),
                cmocka_unit_test(a_hive_that_is_cut_off_is_not_touched),
                cmocka_unit_test(repair_needs_a_hive_that_may_change),
                cmocka_unit_test(lost_cells_become_room),
                cmocka_unit_test(real_hives_have_the_faults_that_are_known),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
