/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * .reg text: anybody may hand it to a user, as a file or inside a recipe. Capped by REG_TEXT_MAX_BYTES and the limits
 * of the parser. Byte 0 picks the flags and the code page, byte 1 the failing allocation (0: none), the rest is the
 * text. What parses must come back the same from its own formatting, wrapped or not; read in passes from a source it
 * must be the same as in memory; and imported into an empty hive, nothing of it may be left to change.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <offwin/reg.h>

#include "base/alloc.h"
#include "base/buffer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int ok)
{
        if (!ok)
                abort();
}

static void check_same(const ow_reg_value *a, const ow_reg_value *b)
{
        check(strcmp(a->name, b->name) == 0);
        check(a->remove == b->remove && a->type == b->type && a->data.size == b->data.size);
        check(a->data.size == 0 || memcmp(a->data.p, b->data.p, a->data.size) == 0);
}

static void check_round_trip(const ow_reg_key *key, bool wrap)
{
        OW_AUTO_BUFFER text = OW_BUFFER_INIT;
        ow_reg_document again;

        ow_buffer_put_text(&text, "[");
        ow_buffer_put_text(&text, key->path);
        ow_buffer_put_text(&text, "]\r\n");
        for (size_t i = 0; i < key->n_values; i++) {
                const ow_reg_value *v = &key->values[i];
                OW_AUTO_FREE char *line = NULL;

                check(ow_reg_format_value(v->name, v->type, v->data.p, v->data.size, wrap, &line, NULL) == 0);
                if (v->remove)
                        strcpy(strrchr(line, '=') + 1, "-");
                ow_buffer_put_text(&text, line);
                ow_buffer_put_text(&text, "\r\n");
        }
        check(!ow_buffer_failed(&text));
        check(ow_reg_parse(text.p, text.len, OW_REG_NO_HEADER, &again, NULL) == 0);
        check(again.n_keys == 1 && strcmp(again.keys[0].path, key->path) == 0);
        check(again.keys[0].n_values == key->n_values);
        for (size_t i = 0; i < key->n_values; i++)
                check_same(&key->values[i], &again.keys[0].values[i]);
        ow_reg_document_done(&again);
}

static int read_text(void *state, uint64_t offset, void *buf, size_t size, ow_error *err)
{
        memcpy(buf, (const uint8_t *)state + offset, size);
        return 0;
}

/* Counts what comes, and folds it into one number. */
struct digest {
        uint64_t items, sum;
};

static void add(struct digest *d, const void *bytes, size_t size)
{
        const uint8_t *p = bytes;

        for (size_t i = 0; i < size; i++)
                d->sum = (d->sum ^ p[i]) * UINT64_C(0x100000001b3);
}

static int add_key(void *state, const ow_reg_key *key, ow_error *err)
{
        struct digest *d = state;

        d->items++;
        add(d, key->path, strlen(key->path) + 1);
        add(d, &key->remove, sizeof key->remove);
        return 0;
}

static int add_value(void *state, const ow_reg_value *value, ow_error *err)
{
        struct digest *d = state;

        d->items++;
        add(d, value->name, strlen(value->name) + 1);
        add(d, &value->type, sizeof value->type);
        add(d, value->data.p, value->data.size);
        return 0;
}

static int no_row(void *state, const ow_reg_row *row, ow_error *err)
{
        abort();
}

static void check_passes(const ow_reg_text *text, const ow_reg_document *doc)
{
        const ow_source source = { .size = text->size, .state = (void *)(uintptr_t)text->p, .read = read_text };
        ow_reg_text from = { .source = &source, .flags = text->flags, .codepage = text->codepage };
        struct digest whole = { 0 }, passes = { 0 };

        for (size_t i = 0; i < doc->n_keys; i++) {
                add_key(&whole, &doc->keys[i], NULL);
                for (size_t k = 0; k < doc->keys[i].n_values; k++)
                        add_value(&whole, &doc->keys[i].values[k], NULL);
        }
        check(ow_reg_read(&from, &(ow_reg_reader){ &passes, add_key, add_value }, NULL) == 0);
        check(whole.items == passes.items && whole.sum == passes.sum);
}

/* Both ways to import give the same hive; what is applied has nothing left to change. */
static void check_import(const ow_reg_text *text, const ow_reg_document *doc)
{
        const char *prefix = doc->n_keys && doc->keys[0].path[0] != '\\' ? doc->keys[0].path : "K";
        ow_hive *a = NULL, *b = NULL;
        int r;

        check(ow_hive_new(5, "a", NULL, 0, &a, NULL) == 0 && ow_hive_new(5, "b", NULL, 0, &b, NULL) == 0);
        r = ow_reg_import(a, ow_hive_root(a), prefix, doc, NULL);
        check(r == ow_reg_import_text(b, ow_hive_root(b), prefix, text, NULL, NULL));
        if (r == 0) {
                check(ow_reg_diff(a, ow_hive_root(a), b, ow_hive_root(b), "K", 0, no_row, NULL, NULL, NULL) == 0);
                check(ow_reg_diff_text(a, ow_hive_root(a), prefix, text, no_row, NULL, NULL) == 0);
        }
        ow_hive_close(a);
        ow_hive_close(b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static const unsigned codepages[] = { 0, 1252, 932, 1255, 65001, 850, 936, 1 };
        ow_error err = OW_ERROR_INIT;
        ow_reg_text text = { 0 };
        ow_reg_document doc;
        int r;

        if (size < 2)
                return 0;
        text.p = data + 2;
        text.size = size - 2;
        text.flags = data[0] & (OW_REG_NO_HEADER | OW_REG_EXTENDED);
        text.codepage = codepages[data[0] >> 2 & 7];
        ow_alloc_fail_from(data[1]);
        r = ow_reg_parse_text(&text, &doc, &err);
        ow_alloc_fail_from(0);
        check(r <= 0 && (r == 0 || (err.code == r && err.text[0])));
        if (r < 0)
                return 0;
        check_passes(&text, &doc);
        check_import(&text, &doc);
        for (size_t i = 0; i < doc.n_keys; i++) {
                check_round_trip(&doc.keys[i], i % 2);
                for (size_t k = 0; k < doc.keys[i].n_values; k++) {
                        const ow_reg_value *v = &doc.keys[i].values[k];
                        OW_AUTO_FREE char *shown = NULL;

                        check(ow_reg_display_data(v->type, v->data.p, v->data.size, k % 60, &shown, NULL) == 0);
                }
        }
        ow_reg_document_done(&doc);
        return 0;
}
