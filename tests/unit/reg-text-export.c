/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Export of hives: its exact spelling on a small one; real ones against what the hive itself says key by key, and
 * against hivexregedit where that is installed.
 */
#include "test.h"

#include <stdlib.h>
#include <unistd.h>

#include <offwin/reg.h>

#include "base/alloc.h"
#include "hive-common.h"

static ow_hive *new_hive(void)
{
        ow_hive *hive = NULL;

        assert_ok(ow_hive_new(5, "test", NULL, 0, &hive, &err));
        return hive;
}

static void set(ow_hive *hive, const char *path, const char *name, uint32_t type, const void *data, size_t size)
{
        ow_key key;

        assert_ok(ow_hive_create_key(hive, ow_hive_root(hive), path, &key, NULL, &err));
        assert_ok(ow_hive_set_value(hive, key, name, type, data, size, &err));
}

static void a_hive_is_spelled_as_regedit_does(void **state)
{
        static const char want[] =
                "Windows Registry Editor Version 5.00\r\n\r\n"
                "[HKEY_USERS\\X]\r\n\r\n"
                "[HKEY_USERS\\X\\A]\r\n@=\"d\"\r\n\"z\"=dword:00000001\r\n\"b\"=hex:01,02\r\n\r\n"
                "[HKEY_USERS\\X\\A\\\xc3\xa9]\r\n\r\n"
                "[HKEY_USERS\\X\\B]\r\n\"q\\\"\"=hex(2):78,00,00,00\r\n\r\n";
        ow_hive *hive = new_hive();
        struct memory text = { 0 };
        ow_sink sink = memory_sink(&text);
        ow_key key;

        set(hive, "B", "q\"", OW_REG_EXPAND_SZ, "x\0\0", 4);
        set(hive, "A", "z", OW_REG_DWORD, "\1\0\0", 4);
        set(hive, "A", "", OW_REG_SZ, "d\0\0", 4);
        set(hive, "A", "b", OW_REG_BINARY, "\1\2", 2);
        assert_ok(ow_hive_create_key(hive, ow_hive_root(hive), "A\\\xc3\xa9", &key, NULL, &err));
        assert_ok(ow_reg_export(hive, ow_hive_root(hive), "HKEY_USERS\\X", 0, &sink, &err));
        assert_int_equal(text.size, sizeof want - 1);
        assert_memory_equal(text.p, want, text.size);
        memory_done(&text);

        assert_ok(ow_reg_export(hive, key, "HKEY_USERS\\Y", OW_REG_EXPORT_UTF16, &sink, &err));
        assert_int_equal(text.size, 2 + 2 * strlen("Windows Registry Editor Version 5.00\r\n\r\n"
                                                   "[HKEY_USERS\\Y]\r\n\r\n"));
        assert_memory_equal(text.p, "\xff\xfeW\0i\0", 6);
        assert_memory_equal(text.p + text.size - 8, "\r\0\n\0\r\0\n\0", 8);
        memory_done(&text);
        ow_hive_close(hive);
}

static void what_cannot_be_written_is_refused(void **state)
{
        ow_hive *hive = new_hive();
        struct memory text = { 0 };
        ow_sink sink = memory_sink(&text);
        ow_key key;

        assert_fails(OW_E_INVAL, ow_reg_export(hive, ow_hive_root(hive), "", 0, &sink, &err));
        assert_fails(OW_E_INVAL, ow_reg_export(hive, ow_hive_root(hive), "-K", 0, &sink, &err));
        text.fail_at = 1;
        assert_fails(OW_E_IO, ow_reg_export(hive, ow_hive_root(hive), "K", 0, &sink, &err));
        text.fail_at = 0;
        assert_ok(ow_hive_create_key(hive, ow_hive_root(hive), "x]\r\n[HKEY_USERS\\evil", &key, NULL, &err));
        assert_fails(OW_E_UNSUPPORTED, ow_reg_export(hive, ow_hive_root(hive), "K", 0, &sink, &err));
        memory_done(&text);
        ow_hive_close(hive);
}

/* The default value comes first, wherever the key keeps it, and however long the wait for it is. */
static void the_default_value_comes_first(void **state)
{
        static const uint8_t much[200000];

        for (unsigned size = 1; size <= sizeof much; size += sizeof much - 1) {
                for (unsigned with = 0; with < 2; with++) {
                        ow_hive *hive = new_hive();
                        struct memory text = { 0 };
                        ow_sink sink = memory_sink(&text);
                        ow_reg_counts counts;
                        const char *found;

                        for (char name[] = "a"; *name < 'k'; ++*name)
                                set(hive, "K", name, OW_REG_BINARY, much, size);
                        if (with)
                                set(hive, "K", "", OW_REG_SZ, "d\0\0", 4);
                        set(hive, "K", "z", OW_REG_SZ, "e\0\0", 4);
                        assert_ok(ow_reg_export_rescue(hive, ow_hive_root(hive), "R", 0, &sink, NULL, NULL, &counts,
                                                       &err));
                        assert_ok(memory_write(&text, text.size, "", 1, &err));
                        assert_int_equal(counts.keys, 2);
                        assert_int_equal(counts.values, 11 + with);
                        found = strstr((char *)text.p, "[R\\K]\r\n");
                        assert_non_null(found);
                        assert_int_equal(memcmp(found + 7, with ? "@=\"d\"\r\n\"a\"=hex:00" : "\"a\"=hex:00",
                                                with ? 17 : 10), 0);
                        assert_int_equal(strstr(found + 8, "@=") != NULL, 0);
                        assert_non_null(strstr(found, "\"j\"=hex:00"));
                        assert_non_null(strstr(found, "\r\n\"z\"=\"e\"\r\n\r\n"));
                        memory_done(&text);
                        ow_hive_close(hive);
                }
        }
}

struct losses {
        unsigned n;
        char last[200];
};

static void note_loss(void *state, const char *path, const ow_error *why)
{
        struct losses *l = state;

        l->n++;
        (void)snprintf(l->last, sizeof l->last, "%.60s: %.120s", path, why->text);
}

static void what_cannot_be_written_is_left_out_on_request(void **state)
{
        static const char want[] = "Windows Registry Editor Version 5.00\r\n\r\n"
                "[K]\r\n\r\n[K\\a]\r\n\"v\"=\"1\"\r\n\r\n[K\\z]\r\n\r\n";
        ow_hive *hive = new_hive();
        struct losses losses = { 0 };
        struct memory text = { 0 };
        ow_sink sink = memory_sink(&text);
        ow_key key;

        set(hive, "a", "v", OW_REG_SZ, "1\0\0", 4);
        assert_ok(ow_hive_create_key(hive, ow_hive_root(hive), "line\nbreak\\below", &key, NULL, &err));
        assert_ok(ow_hive_create_key(hive, ow_hive_root(hive), "z", &key, NULL, &err));
        assert_ok(ow_reg_export_rescue(hive, ow_hive_root(hive), "K", OW_REG_EXPORT_SKIP_DAMAGED, &sink, note_loss,
                                       &losses, NULL, &err));
        assert_int_equal(text.size, sizeof want - 1);
        assert_memory_equal(text.p, want, text.size);
        assert_int_equal(losses.n, 1);
        assert_non_null(strstr(losses.last, "K: a key has a line break"));
        memory_done(&text);
        ow_hive_close(hive);
}

/* A partly damaged hive comes out but for what is damaged, and each loss is told. */
static void damaged_hives_are_rescued(void **state)
{
        static const struct { const char *name; unsigned least_keys; } hives[] = {
                { "corner/artemis-NTUSER_Bad.DAT", 100 },
                { "corner/plaso-corrupt_sub_key_list.hiv", 1 },
                { "corner/regipy-corrupted-SYSTEM", 1000 },
        };

        for (size_t i = 0; i < OW_COUNT(hives); i++) {
                struct losses losses = { 0 };
                struct memory file, text = { 0 };
                ow_sink sink = memory_sink(&text);
                ow_reg_counts counts;
                ow_source source;
                ow_hive *hive = NULL;
                ow_reg_document doc;

                if (!data_load(hives[i].name, &file)) {
                        print_message("%s is not here\n", hives[i].name);
                        skip();
                }
                source = memory_source(&file);
                assert_ok(ow_hive_load(&source, NULL, 0, OW_HIVE_ACCEPT_DIRTY, &hive, &err));
                assert_fails(OW_E_CORRUPT, ow_reg_export(hive, ow_hive_root(hive), "K", 0, &sink, &err));
                text.size = 0;
                assert_ok(ow_reg_export_rescue(hive, ow_hive_root(hive), "K", OW_REG_EXPORT_SKIP_DAMAGED, &sink,
                                               note_loss, &losses, &counts, &err));
                print_message("%s: %llu keys, %u lost, last %s\n", hives[i].name, (unsigned long long)counts.keys,
                              losses.n, losses.last);
                assert_true(losses.n > 0 && counts.keys >= hives[i].least_keys);
                assert_ok(ow_reg_parse(text.p, text.size, 0, &doc, &err));
                assert_int_equal(doc.n_keys, counts.keys);
                ow_reg_document_done(&doc);
                memory_done(&text);
                memory_done(&file);
                ow_hive_close(hive);
        }
}

/* Every value of the document is in the hive with the same type and data. */
static void check_document(ow_hive *hive, const ow_reg_document *doc, size_t skip)
{
        for (size_t i = 0; i < doc->n_keys; i++) {
                const ow_reg_key *k = &doc->keys[i];
                const char *path = k->path + (strlen(k->path) > skip ? skip + 1 : skip);
                ow_key key;

                if (ow_hive_find(hive, ow_hive_root(hive), path, &key, NULL) != 1)
                        fail_msg("'%s' is not in the hive", k->path);
                for (size_t v = 0; v < k->n_values; v++) {
                        ow_blob data = { 0 };
                        uint32_t type;

                        if (ow_hive_get_value(hive, key, k->values[v].name, &type, &data, NULL) != 1 ||
                            type != k->values[v].type || data.size != k->values[v].data.size ||
                            (data.size && memcmp(data.p, k->values[v].data.p, data.size) != 0))
                                fail_msg("'%s' of '%s' differs", k->values[v].name, k->path);
                        ow_blob_done(&data);
                }
        }
}

static size_t count_values(const ow_reg_document *doc)
{
        size_t n = 0;

        for (size_t i = 0; i < doc->n_keys; i++)
                n += doc->keys[i].n_values;
        return n;
}

/* What hivexregedit makes of the same hive; 0 when it is not installed. */
static int load_peer(const struct memory *file, struct memory *ret)
{
        char path[] = "/tmp/offwin-test-XXXXXX", command[200];
        size_t cap = 64 << 20, n;
        int fd, status;
        FILE *f;

        if (system("command -v hivexregedit >/dev/null 2>&1") != 0)
                return 0;
        fd = mkstemp(path);
        assert_true(fd >= 0);
        assert_int_equal(write(fd, file->p, file->size), (ssize_t)file->size);
        (void)close(fd);
        (void)snprintf(command, sizeof command, "hivexregedit --export --prefix 'HKEY_USERS\\X' %s '\\'", path);
        f = popen(command, "r");
        assert_non_null(f);
        *ret = (struct memory){ .p = malloc(cap) };
        assert_non_null(ret->p);
        while ((n = fread(ret->p + ret->size, 1, cap - ret->size, f)) > 0)
                ret->size += n;
        status = pclose(f);
        (void)unlink(path);
        assert_int_equal(status, 0);
        assert_true(ret->size < cap);
        return 1;
}

/* hivexregedit sorts, so only what is there is compared: the numbers are equal, and each of theirs is in the hive. */
static void check_peer(ow_hive *hive, const struct memory *file, const ow_reg_document *ours)
{
        struct memory text;
        ow_reg_document doc;

        if (!load_peer(file, &text)) {
                print_message("  hivexregedit is not installed: not compared\n");
                return;
        }
        assert_ok(ow_reg_parse(text.p, text.size, 0, &doc, &err));
        memory_done(&text);
        assert_int_equal(doc.n_keys, ours->n_keys);
        assert_int_equal(count_values(&doc), count_values(ours));
        check_document(hive, &doc, strlen("HKEY_USERS\\X"));
        ow_reg_document_done(&doc);
}

static void export_real(const char *name, unsigned flags, bool compare, struct memory *file)
{
        ow_source source = memory_source(file);
        struct memory text = { 0 };
        ow_sink sink = memory_sink(&text);
        struct walk_result all;
        ow_reg_document doc;
        ow_hive *hive = NULL;

        assert_ok(ow_hive_load(&source, NULL, 0, OW_HIVE_ACCEPT_DIRTY, &hive, &err));
        all = walk_all(hive);
        assert_int_equal(all.errors, 0);
        assert_ok(ow_reg_export(hive, ow_hive_root(hive), "HKEY_USERS\\X", flags, &sink, &err));
        assert_ok(ow_reg_parse(text.p, text.size, 0, &doc, &err));
        print_message("%s: %zu keys, %zu values, %zu bytes of text\n", name, doc.n_keys, count_values(&doc), text.size);
        assert_int_equal(doc.n_keys, all.keys);
        assert_int_equal(count_values(&doc), all.values);
        check_document(hive, &doc, strlen("HKEY_USERS\\X"));
        if (compare)
                check_peer(hive, file, &doc);
        ow_reg_document_done(&doc);
        memory_done(&text);
        ow_hive_close(hive);
}

static void real_hives_come_out_whole(void **state)
{
        static const struct { const char *name; unsigned flags; bool compare; } hives[] = {
                { "machines/nt4-server/SYSTEM", 0, true },
                { "machines/nt4-server/SOFTWARE", OW_REG_EXPORT_UTF16, true },
                { "machines/nt4-server/SAM", 0, true },
                { "machines/xp-virtualpc/NTUSER.DAT", 0, true },
                { "machines/win7-vmware/NTUSER-vibranium.DAT", OW_REG_EXPORT_UTF16, true },
                { "corner/yarp-BigDataHive", 0, false },
                { "corner/yarp-UnicodeHive", 0, false },
                { "corner/yarp-StringValuesHive", 0, false },
                { "machines/win7-vmware/SYSTEM", 0, false },
        };

        for (size_t i = 0; i < OW_COUNT(hives); i++) {
                struct memory file;

                if (!data_load(hives[i].name, &file)) {
                        print_message("%s is not here\n", hives[i].name);
                        skip();
                }
                export_real(hives[i].name, hives[i].flags, hives[i].compare, &file);
                memory_done(&file);
        }
}

/* Takes everything and keeps nothing. */
static int swallow(void *state, uint64_t offset, const void *buf, size_t size, ow_error *err)
{
        assert_int_equal(offset, *(uint64_t *)state);
        *(uint64_t *)state += size;
        return 0;
}

/* Damaged hives: each byte of a small one changed. Export ends, and within a bound that the hive's size sets. */
static void damaged_hives_end(void **state)
{
        struct memory file;
        uint64_t most = 0;

        if (!data_load("bcd/windeploy-BCD-efi", &file)) {
                print_message("bcd/windeploy-BCD-efi is not here\n");
                skip();
        }
        for (size_t at = 4096; at < file.size; at++) {
                uint8_t was = file.p[at];
                ow_source source = memory_source(&file);
                ow_error err = OW_ERROR_INIT;
                ow_hive *hive = NULL;
                uint64_t size = 0;
                ow_sink sink = { .state = &size, .write = swallow };

                file.p[at] ^= (uint8_t)(1 << at % 8);
                if (ow_hive_load(&source, NULL, 0, OW_HIVE_ACCEPT_DIRTY, &hive, NULL) == 0 &&
                    ow_reg_export(hive, ow_hive_root(hive), "K", 0, &sink, &err) < 0)
                        assert_true(err.text[0] != '\0');
                ow_hive_close(hive);
                file.p[at] = was;
                most = size > most ? size : most;
        }
        print_message("longest text of a damaged hive: %llu bytes\n", (unsigned long long)most);
        assert_true(most < 64 * file.size);
        memory_done(&file);
}

static void every_failed_allocation_is_reported(void **state)
{
        ow_hive *hive = new_hive();

        set(hive, "A", "\xc3\xa9", OW_REG_SZ, "\xe9\0\0", 4);
        set(hive, "A\\B", "", OW_REG_BINARY, "\1\2\3\4\5\6", 6);
        for (size_t n = 1;; n++) {
                ow_error err = OW_ERROR_INIT;
                uint64_t size = 0;
                ow_sink sink = { .state = &size, .write = swallow };
                int r;

                ow_alloc_fail_from(n);
                r = ow_reg_export(hive, ow_hive_root(hive), "K", OW_REG_EXPORT_UTF16, &sink, &err);
                ow_alloc_fail_from(0);
                if (r == 0)
                        break;
                assert_int_equal(r, OW_E_NOMEM);
                assert_int_equal(err.code, OW_E_NOMEM);
        }
        ow_hive_close(hive);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_hive_is_spelled_as_regedit_does),
                cmocka_unit_test(what_cannot_be_written_is_refused),
                cmocka_unit_test(the_default_value_comes_first),
                cmocka_unit_test(what_cannot_be_written_is_left_out_on_request),
                cmocka_unit_test(damaged_hives_are_rescued),
                cmocka_unit_test(real_hives_come_out_whole),
                cmocka_unit_test(damaged_hives_end),
                cmocka_unit_test(every_failed_allocation_is_reported),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
