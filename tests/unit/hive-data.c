/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every real hive of the collection: opened with its logs, walked to the last byte of data, checked. The counts are
 * what two other readers also find (tests/differential/hive-foreign.sh); an error in a walk is a damaged place.
 */
#include "base/macros.h"
#include "hive-model.h"

static const struct expected {
        const char *name;
        int code;               /* of loading; what follows is then with OW_HIVE_ACCEPT_DIRTY */
        size_t keys, values, bytes, errors;
} files[] = {
        { "bcd/ez-BCD", 0, 66, 46, 1805, 0 },
        { "bcd/hp-zhan66-BCD", 0, 96, 72, 3349, 0 },
        { "bcd/regipy-BCD", 0, 132, 103, 5209, 0 },
        { "bcd/windeploy-BCD-bios", 0, 78, 55, 2206, 0 },
        { "bcd/windeploy-BCD-efi", 0, 32, 27, 1231, 0 },
        { "bcd/winpe-bios", 0, 66, 46, 1768, 0 },
        { "bcd/winpe-efi", 0, 67, 47, 1797, 0 },
        { "corner/OffregLib-ExampleHive", 0, 3, 3, 36, 0 },
        { "corner/aiowinreg-win2008_32-SECURITY", 0, 119, 143, 9982, 0 },
        { "corner/aiowinreg-win2008r2_64-SECURITY", 0, 125, 133, 6824, 0 },
        { "corner/aiowinreg-win2012_64-SECURITY", 0, 127, 136, 7014, 0 },
        { "corner/aiowinreg-win2016_64-SECURITY", 0, 113, 121, 7148, 0 },
        { "corner/aiowinreg-win2019_64-SECURITY", 0, 120, 129, 7344, 0 },
        { "corner/aiowinreg-win2022_64-SECURITY", 0, 126, 135, 7388, 0 },
        { "corner/artemis-NTUSER.DAT", 0, 666, 1089, 51123, 0 },
        { "corner/artemis-NTUSER_Bad.DAT", 0, 665, 1079, 51057, 1 },
        { "corner/ez-Acronis_0x52_Usrclass.dat", 0, 205, 855, 89638, 0 },
        { "corner/ez-NTUSER1.DAT", 0, 595, 878, 75666, 0 },
        { "corner/ez-NotAHive", OW_E_FORMAT, 0, 0, 0, 0 },
        { "corner/ez-SAMBadHBinHeader", 0, 47, 47, 5576, 13 },
        { "corner/ez-SAM_DUPENAME", 0, 112, 128, 19576, 0 },
        { "corner/ez-SAM_RootValue", 0, 65, 71, 9692, 0 },
        { "corner/ez-SAM_hasBigEndianDWord", 0, 92, 103, 14352, 0 },
        { "corner/ez-SECURITYNoRoot", 0, 8, 2, 78, 0 },
        { "corner/hivex-minimal", 0, 1, 0, 0, 0 },
        { "corner/hivex-rlenvalue_test_hive", 0, 2, 6, 145, 0 },
        { "corner/hivex-special", 0, 4, 3, 12, 0 },
        { "corner/notatin-win7_ntuser.dat", 0, 4841, 16545, 1114324, 0 },
        { "corner/nt-hive-testhive", 0, 528, 12, 65569, 0 },
        { "corner/plaso-100_sub_keys.hiv", 0, 101, 100, 1400, 0 },
        { "corner/plaso-corrupt_sub_key_list.hiv", 0, 100, 99, 1386, 1 },
        { "corner/python-registry-REORGANIZED_VALUES_TESTS", 0, 3, 22, 1406, 0 },
        { "corner/python-registry-UNICODE_TESTS", 0, 3, 22, 1406, 0 },
        { "corner/python-registry-issue22.hive", 0, 1, 10, 164, 0 },
        { "corner/regipy-NTUSER-WSL.DAT", 0, 3074, 4949, 355358, 0 },
        { "corner/regipy-amcache.hve", OW_E_DIRTY, 2105, 17539, 909574, 0 },
        { "corner/regipy-corrupted-SYSTEM", 0, 1687, 5625, 217966, 176 },
        { "corner/winreg-kb-NTUSER.DAT", 0, 1597, 2310, 146167, 0 },
        { "corner/winreg-kb-UsrClass.dat", 0, 7505, 19987, 1418494, 0 },
        { "corner/yarp-BadListHive", 0, 6, 0, 0, 1 },
        { "corner/yarp-BadSubkeyHive", 0, 6, 0, 0, 1 },
        { "corner/yarp-BigDataHive", 0, 2, 2, 98070, 0 },
        { "corner/yarp-CompHive", 0, 4, 0, 0, 0 },
        { "corner/yarp-DupNameHive", 0, 2, 0, 0, 0 },
        { "corner/yarp-EmptyHive", 0, 1, 0, 0, 0 },
        { "corner/yarp-ExtendedASCIIHive", 0, 2, 1, 24, 0 },
        { "corner/yarp-GarbageHive", OW_E_DIRTY, 1, 0, 0, 0 },
        { "corner/yarp-HealedHive", 0, 4, 1, 10, 0 },
        { "corner/yarp-ManySubkeysHive", 0, 5003, 0, 0, 0 },
        { "corner/yarp-MultiSzHive", 0, 2, 2, 38, 0 },
        { "corner/yarp-NewFlagsHive", 0, 3, 0, 0, 0 },
        { "corner/yarp-OffHive", 0, 1, 0, 0, 0 },
        { "corner/yarp-SlackHive", 0, 5003, 0, 0, 0 },
        { "corner/yarp-StringValuesHive", 0, 2, 4, 66, 0 },
        { "corner/yarp-TruncatedHive", 0, 2, 0, 0, 10 },
        { "corner/yarp-UnicodeHive", 0, 3, 0, 0, 0 },
        { "corner/yarp-UpcaseHive", 0, 4, 0, 0, 0 },
        { "dirty/amcache-2012r2-clean/Amcache.hve", 0, 492, 933, 60870, 0 },
        { "dirty/amcache-server2022/Amcache.hve", 0, 270, 6658, 204716, 0 },
        { "dirty/amcache-win10-a/Amcache.hve", 0, 471, 10961, 393872, 0 },
        { "dirty/amcache-win10-b/Amcache.hve", 0, 972, 18956, 612160, 0 },
        { "dirty/ntuser-hvle/NTUSER.DAT", 0, 3105, 4695, 293178, 0 },
        { "dirty/yarp-BadBaseBlockHive/BadBaseBlockHive", 0, 5003, 1, 20, 0 },
        { "dirty/yarp-BadLogHive1/BadLogHive", OW_E_DIRTY, 5003, 0, 0, 0 },
        { "dirty/yarp-OldDirtyHive/OldDirtyHive", 0, 5003, 1, 20, 0 },
        { "dirty/yarp-OldDirtyHive/RecoveredHive_Windows7", 0, 5003, 1, 20, 0 },
        { "dirty/yarp-new/NewDirtyHive", 0, 5, 1, 2882, 0 },
        { "dirty/yarp-new/RecoveredHive_Windows10", 0, 5, 1, 2882, 0 },
        { "machines/nt4-server/SAM", 0, 56, 61, 6988, 0 },
        { "machines/nt4-server/SECURITY", 0, 122, 131, 3840, 0 },
        { "machines/nt4-server/SOFTWARE", 0, 2221, 3198, 157524, 0 },
        { "machines/nt4-server/SYSTEM", 0, 1971, 5841, 198018, 0 },
        { "machines/win10-laptop/SYSTEM", 0, 35595, 78901, 4409637, 0 },
        { "machines/win7-vmware/NTUSER-nfury.DAT", 0, 2288, 5470, 403493, 0 },
        { "machines/win7-vmware/NTUSER-vibranium.DAT", 0, 1807, 4088, 275932, 0 },
        { "machines/win7-vmware/SYSTEM", 0, 30756, 73455, 4633357, 0 },
        { "machines/win81-virtualbox/SYSTEM", OW_E_DIRTY, 20015, 49779, 2641798, 0 },
        { "machines/xp-virtualpc/NTUSER.DAT", 0, 845, 4360, 154738, 0 },
        { "machines/xp-virtualpc/SYSTEM", 0, 10269, 27556, 980402, 0 },
};

/* The hive with its logs, or the code of why not. */
static int open_with_logs(const char *name, struct memory *file, struct memory logs[3], unsigned flags, ow_hive **ret)
{
        static const char *const suffixes[] = { "LOG", "LOG1", "LOG2" };
        ow_source source = memory_source(file), log_sources[3];
        ow_error err = OW_ERROR_INIT;
        size_t n = 0;
        int r;

        for (size_t i = 0; i < OW_COUNT(suffixes); i++) {
                char path[256];

                (void)snprintf(path, sizeof path, "%s.%s", name, suffixes[i]);
                if (data_load(path, &logs[n])) {
                        log_sources[n] = memory_source(&logs[n]);
                        n++;
                }
        }
        r = ow_hive_load(&source, log_sources, n, flags, ret, &err);
        if (r < 0)
                assert_true(err.text[0] != '\0' && err.code == r);
        for (size_t i = 0; i < n; i++)
                memory_done(&logs[i]);
        return r;
}

struct sums {
        size_t keys, values, bytes, errors;
};

static void sum_value(ow_hive *h, const ow_hive_item *item, struct sums *sums)
{
        ow_error err = OW_ERROR_INIT;
        const uint8_t *p;
        uint32_t at = 0;
        ow_blob whole;
        size_t size;
        int r;

        sums->values++;
        if (ow_hive_read_value(h, item->value, NULL, &whole, NULL) < 0) {
                assert_null(item->data);
                assert_true(ow_hive_next_piece(h, item->value, &at, &p, &size, &err) < 0 || at < item->size);
                sums->errors++;
                return;
        }
        assert_int_equal(whole.size, item->size);
        if (item->data && item->size)
                assert_memory_equal(item->data, whole.p, item->size);
        while ((r = ow_hive_next_piece(h, item->value, &at, &p, &size, &err)) > 0)
                assert_memory_equal(p, whole.p + at - size, size);
        assert_int_equal(r, 0);
        assert_int_equal(at, item->size);
        sums->bytes += at;
        ow_blob_done(&whole);
}

/* The walk without copies tells the same as key by key, value by value. */
static void check_walk(ow_hive *h, const struct walk_result *want)
{
        static char name[OW_HIVE_NAME_ROOM];
        struct sums sums = { 0 }, ends = { 0 };
        ow_error damage = OW_ERROR_INIT;
        ow_hive_item item;
        ow_hive_walk *w;
        int r;

        assert_ok(ow_hive_walk_open(h, ow_hive_root(h), 0, &w, &err));
        while ((r = ow_hive_walk_next(w, &item, &damage)) != 0) {
                if (r < 0) {
                        assert_true(damage.text[0] != '\0' && damage.code == r);
                        sums.errors++;
                        continue;
                }
                assert_true(ow_hive_name_utf8(&item.name, name, sizeof name) < sizeof name);
                if (item.kind == OW_ITEM_VALUE) {
                        ow_value_info info;

                        assert_ok(ow_hive_value_info(h, item.value, &info, &err));
                        assert_string_equal(info.name, name);
                        assert_int_equal(info.type, item.type);
                        ow_value_info_done(&info);
                        sum_value(h, &item, &sums);
                } else if (item.kind == OW_ITEM_KEY) {
                        ow_key_info info;

                        sums.keys++;
                        if (ow_hive_key_info(h, item.key, &info, NULL) >= 0) {
                                assert_string_equal(info.name, name);
                                assert_int_equal(info.written, item.written);
                                ow_key_info_done(&info);
                        }
                } else {
                        ends.keys++;
                }
        }
        assert_int_equal(ow_hive_walk_next(w, &item, &damage), 0);
        ow_hive_walk_close(w);
        assert_int_equal(sums.keys, want->keys);
        assert_int_equal(ends.keys, want->keys);
        assert_int_equal(sums.values, want->values);
        assert_int_equal(sums.bytes, want->bytes);
        assert_int_equal(sums.errors, want->errors);
}

static void check_one(const struct expected *want, struct memory *file)
{
        struct memory logs[3];
        struct walk_result walk;
        ow_hive_report report;
        ow_hive *h;
        int r = open_with_logs(want->name, file, logs, 0, &h);

        assert_int_equal(r, want->code);
        if (r < 0 && open_with_logs(want->name, file, logs, OW_HIVE_ACCEPT_DIRTY, &h) < 0) {
                assert_int_equal(want->keys, 0);
                return;
        }
        walk = walk_all(h);
        assert_int_equal(walk.keys, want->keys);
        assert_int_equal(walk.values, want->values);
        assert_int_equal(walk.bytes, want->bytes);
        assert_int_equal(walk.errors, want->errors);
        check_walk(h, &walk);
        report = check_hive(h);
        if (want->errors)
                assert_true(report.faults > 0);
        else
                assert_int_equal(report.keys, want->keys);
        ow_hive_close(h);
}

static void every_real_hive_opens_as_expected(void **state)
{
        unsigned done = 0;

        for (size_t i = 0; i < OW_COUNT(files); i++) {
                struct memory file;

                if (!data_load(files[i].name, &file))
                        continue;
                print_message("%s\n", files[i].name);
                check_one(&files[i], &file);
                memory_done(&file);
                done++;
        }
        if (!done) {
                print_message("skipped: no real hives here (OFFWIN_DATA)\n");
                skip();
        }
}

/* Cut anywhere, a hive is refused or read in part; never more than its file holds is touched. */
static void truncated_hives_are_read_in_part(void **state)
{
        struct walk_result whole = { 0 };
        struct memory file;
        size_t partial = 0;

        if (!data_load("corner/artemis-NTUSER.DAT", &file)) {
                print_message("skipped: no real hives here (OFFWIN_DATA)\n");
                skip();
        }
        for (size_t size = file.size; size > 0; size = size > 6000 ? size - 2777 : size - (size > 64 ? 61 : 1)) {
                struct memory cut = { .p = malloc(size), .size = size };
                ow_source source = memory_source(&cut);
                ow_error err = OW_ERROR_INIT;
                struct walk_result walk;
                ow_key key;
                ow_hive *h;
                int r;

                memcpy(cut.p, file.p, size);
                r = ow_hive_load(&source, NULL, 0, 0, &h, &err);
                if (r >= 0) {
                        walk = walk_all(h);
                        if (size == file.size)
                                whole = walk;
                        else if (walk.errors)
                                partial++;
                        assert_true(walk.keys <= whole.keys);
                        if (size < file.size && walk.errors) {
                                ow_error refused = OW_ERROR_INIT;

                                assert_int_equal(ow_hive_create_key(h, ow_hive_root(h), "new", &key, NULL, &refused),
                                                 OW_E_REFUSED);
                        }
                        ow_hive_close(h);
                } else {
                        assert_true(err.text[0] != '\0');
                }
                memory_done(&cut);
        }
        assert_true(whole.keys > 0 && whole.errors == 0 && partial > 10);
        memory_done(&file);
}

/* Values are found by name among all their siblings, keys by path in any case. */
static void every_key_is_found_by_its_name(void **state)
{
        static const char *const names[] = { "machines/nt4-server/SYSTEM", "machines/xp-virtualpc/SYSTEM",
                                             "corner/winreg-kb-UsrClass.dat", "corner/yarp-ManySubkeysHive",
                                             "corner/yarp-UpcaseHive", "corner/yarp-CompHive" };
        unsigned done = 0;

        for (size_t i = 0; i < OW_COUNT(names); i++) {
                ow_key stack[600], key, found;
                ow_subkey_iter iters[600] = { 0 };
                struct memory file;
                ow_source source;
                unsigned depth = 0;
                ow_hive *h;

                if (!data_load(names[i], &file))
                        continue;
                source = memory_source(&file);
                assert_ok(ow_hive_load(&source, NULL, 0, 0, &h, &err));
                stack[0] = ow_hive_root(h);
                for (;;) {
                        ow_key_info info;
                        int r = ow_hive_next_subkey(h, stack[depth], &iters[depth], &key, NULL);

                        if (r <= 0) {
                                if (depth-- == 0)
                                        break;
                                continue;
                        }
                        assert_ok(ow_hive_key_info(h, key, &info, &err));
                        for (char *p = info.name; *p; p++)
                                if (*p >= 'a' && *p <= 'z')
                                        *p = (char)(*p - 'a' + 'A');
                        if (!strchr(info.name, '\\')) {
                                assert_int_equal(ow_hive_find(h, stack[depth], info.name, &found, NULL), 1);
                                assert_int_equal(found.cell, key.cell);
                        }
                        ow_key_info_done(&info);
                        assert_int_equal(ow_hive_find(h, key, "no such key\\at all", &found, NULL), 0);
                        stack[++depth] = key;
                        iters[depth] = (ow_subkey_iter){ 0 };
                }
                ow_hive_close(h);
                memory_done(&file);
                done++;
        }
        if (!done)
                skip();
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_real_hive_opens_as_expected),
                cmocka_unit_test(truncated_hives_are_read_in_part),
                cmocka_unit_test(every_key_is_found_by_its_name),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
