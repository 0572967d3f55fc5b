/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Edits a hive at random, and says what it must hold afterwards, from a model that has seen the same edits:
 *
 *   hive-edit-random HIVE OUT LISTING SEED COUNT [plain]
 *
 * HIVE: a clean hive file, or new3 to new6 for an empty one of that version. plain: only names and values that every
 * reader copes with. LISTING is sorted by key:
 *   K <path>                              per key; the root is ""
 *   C <path> <bytes in hex>               when it has a class
 *   V <path> <name> <type> <bytes in hex> per value, in the order of the hive
 * separated by tabs, hex bytes by commas: the form of hive-make. Exit 0, 1 (with the reason), or 77: this hive is not
 * clean, so that it cannot be asked to stay so.
 */
#include "../unit/hive-steps.h"

enum { NOW = 131000000 };

static void put_hex(FILE *out, const uint8_t *bytes, size_t size)
{
        for (size_t i = 0; i < size; i++)
                fprintf(out, "%s%02x", i ? "," : "", bytes[i]);
        fputc('\n', out);
}

static void list(struct model_key *k, const char *path, FILE *out)
{
        fprintf(out, "K\t%s\n", path);
        if (k->class_size) {
                fprintf(out, "C\t%s\t", path);
                put_hex(out, k->class_name, k->class_size);
        }
        for (size_t i = 0; i < k->n_values; i++) {
                fprintf(out, "V\t%s\t%s\t%u\t", path, k->values[i].name, k->values[i].type);
                put_hex(out, k->values[i].data, k->values[i].size);
        }
        if (k->n_keys)
                qsort(k->keys, k->n_keys, sizeof(struct model_key *), model_order);
        for (size_t i = 0; i < k->n_keys; i++) {
                size_t size = strlen(path) + strlen(k->keys[i]->name) + 2;
                char *below = malloc(size);

                assert_non_null(below);
                (void)snprintf(below, size, "%s\\%s", path, k->keys[i]->name);
                list(k->keys[i], below, out);
                free(below);
        }
}

static struct memory read_file(const char *path)
{
        struct memory m = { 0 };
        FILE *f = fopen(path, "rb");
        long size = -1;

        if (f && fseek(f, 0, SEEK_END) == 0)
                size = ftell(f);
        if (!f || size < 0 || fseek(f, 0, SEEK_SET) != 0)
                fail_msg("cannot read %s", path);
        m.size = (size_t)size;
        m.p = malloc(m.size + 1);
        assert_non_null(m.p);
        assert_int_equal(fread(m.p, 1, m.size, f), m.size);
        (void)fclose(f);
        return m;
}

static void write_file(const char *path, const struct memory *m)
{
        FILE *f = fopen(path, "wb");

        if (!f || fwrite(m->p, 1, m->size, f) != m->size || fclose(f) != 0)
                fail_msg("cannot write %s", path);
}

static ow_hive *open_hive(const char *what, struct memory *file)
{
        ow_source source;
        ow_hive *h;

        if (strlen(what) == 4 && strncmp(what, "new", 3) == 0) {
                assert_ok(ow_hive_new((uint32_t)(what[3] - '0'), "root", NULL, 0, &h, &err));
                return h;
        }
        *file = read_file(what);
        source = memory_source(file);
        assert_ok(ow_hive_load(&source, NULL, 0, 0, &h, &err));
        return h;
}

int main(int argc, char **argv)
{
        struct memory file = { 0 };
        ow_sink sink = memory_sink(&file);
        struct model_key *model;
        struct random r;
        ow_hive *h;
        FILE *out;

        if (argc < 6 || argc > 7 || (argc == 7 && strcmp(argv[6], "plain") != 0)) {
                fprintf(stderr, "usage: hive-edit-random HIVE|new3..new6 OUT LISTING SEED COUNT [plain]\n");
                return 2;
        }
        h = open_hive(argv[1], &file);
        if (check_hive(h).faults) {
                fprintf(stderr, "%s is not clean\n", argv[1]);
                return 77;
        }
        model = model_new("");
        model_load(h, ow_hive_root(h), model);
        r = random_seed(strtoull(argv[4], NULL, 10));
        r.plain = argc == 7;
        for (unsigned long i = strtoul(argv[5], NULL, 10); i > 0; i--)
                random_step(&r, h, model);
        assert_ok(ow_hive_save(h, NOW, &sink, &err));
        assert_int_equal(check_hive(h).faults, 0);
        ow_hive_close(h);
        write_file(argv[2], &file);
        out = fopen(argv[3], "w");
        assert_non_null(out);
        list(model, "", out);
        assert_int_equal(fclose(out), 0);
        model_free(model);
        memory_done(&file);
        return 0;
}
