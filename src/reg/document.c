/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A .reg text as a whole in memory. A text with one bad line gives no document at all. */
#include <string.h>

#include <offwin/reg.h>

#include "base/alloc.h"
#include "reg/text-parse.h"

enum { MAX_ITEMS = 8 << 20 };           /* keys and values: each costs some 100 bytes of memory for 4 of text */

struct builder {
        ow_reg_document doc;
        size_t cap_keys, cap_values;    /* of doc.keys and of the last key's values */
        size_t items;
};

static void key_done(ow_reg_key *key)
{
        for (size_t i = 0; i < key->n_values; i++) {
                ow_free(key->values[i].name);
                ow_blob_done(&key->values[i].data);
        }
        ow_free(key->values);
        ow_free(key->path);
}

void ow_reg_document_done(ow_reg_document *document)
{
        for (size_t i = 0; i < document->n_keys; i++)
                key_done(&document->keys[i]);
        ow_free(document->keys);
        *document = (ow_reg_document){ NULL, 0 };
}

static void builder_done(struct builder *b)
{
        ow_reg_document_done(&b->doc);
}

static int count_item(struct builder *b, uint32_t line, ow_error *err)
{
        if (b->items == MAX_ITEMS)
                return ow_fail(err, OW_E_LIMIT, line, "line %u: more than %d keys and values", line, MAX_ITEMS);
        b->items++;
        return 0;
}

static ow_reg_key *last_key(struct builder *b)
{
        return b->doc.n_keys ? &b->doc.keys[b->doc.n_keys - 1] : NULL;
}

/* Gives back the room that doubling left over: most keys have few values. */
static void trim_values(struct builder *b)
{
        ow_reg_key *key = last_key(b);
        ow_reg_value *values;

        if (!key || key->n_values == b->cap_values)
                return;
        values = ow_realloc_array(key->values, key->n_values, sizeof *values);
        if (values)
                key->values = values;
}

static int add_key(void *state, const ow_reg_key *key, ow_error *err)
{
        struct builder *b = state;
        ow_reg_key *keys;
        char *path;
        int r;

        r = count_item(b, key->line, err);
        if (r < 0)
                return r;
        trim_values(b);
        keys = ow_grow(b->doc.keys, b->doc.n_keys, &b->cap_keys, sizeof *keys);
        if (!keys)
                return ow_fail_nomem(err);
        b->doc.keys = keys;
        path = ow_strdup(key->path);
        if (!path)
                return ow_fail_nomem(err);
        keys[b->doc.n_keys++] = (ow_reg_key){ .path = path, .remove = key->remove, .line = key->line };
        b->cap_values = 0;
        return 0;
}

static int add_value(void *state, const ow_reg_value *value, ow_error *err)
{
        struct builder *b = state;
        ow_reg_key *key = last_key(b);
        ow_reg_value *values, *mine;
        int r;

        r = count_item(b, value->line, err);
        if (r < 0)
                return r;
        values = ow_grow(key->values, key->n_values, &b->cap_values, sizeof *values);
        if (!values)
                return ow_fail_nomem(err);
        key->values = values;
        mine = &values[key->n_values++];
        *mine = *value;
        mine->name = ow_strdup(value->name);
        mine->data = (ow_blob){ value->data.size ? ow_malloc(value->data.size) : NULL, value->data.size };
        if (!mine->name || (mine->data.size && !mine->data.p))
                return ow_fail_nomem(err);
        if (mine->data.size)
                memcpy(mine->data.p, value->data.p, mine->data.size);
        return 0;
}

int ow_reg_parse_text(const ow_reg_text *text, ow_reg_document *ret, ow_error *err)
{
        __attribute__((cleanup(builder_done))) struct builder b = { 0 };
        const ow_reg_reader reader = { .state = &b, .key = add_key, .value = add_value };
        int r;

        r = reg_text_pass(text, &reader, err);
        if (r < 0)
                return r;
        trim_values(&b);
        *ret = b.doc;
        b.doc = (ow_reg_document){ NULL, 0 };
        return 0;
}

int ow_reg_parse(const void *text, size_t size, unsigned flags, ow_reg_document *ret, ow_error *err)
{
        return ow_reg_parse_text(&(ow_reg_text){ .p = size ? text : "", .size = size, .flags = flags }, ret, err);
}
