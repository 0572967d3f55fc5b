/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "base/filetime.h"
#include "base/le.h"
#include "base/utf16.h"
#include "guest/bag.h"

enum { MAX_VALUES = 2000, MAX_TEXTS = 1000, MAX_HEX = 64, MAX_WORD = 256 };

void guest_bag_load(ow_guest *guest, ow_regkey key, const char *where, struct guest_bag *ret)
{
        uint32_t index = 0;
        ow_value value;
        char *name;

        *ret = (struct guest_bag){ .guest = guest, .where = where };
        while (guest_next_value(guest, key, &index, &value, &name)) {
                OW_AUTO_FREE char *owned = name;
                OW_AUTO_BLOB blob = { 0 };
                ow_error err = OW_ERROR_INIT;
                struct bag_value *v;
                uint32_t type;

                if (ow_hive_read_value(key.hive, value, &type, &blob, &err) < 0) {
                        guest_note_error(guest, &err, owned);
                        continue;
                }
                v = guest_list_add(guest, &ret->values, sizeof *v, MAX_VALUES);
                if (!v)
                        return;
                *v = (struct bag_value){ OW_TAKE(owned), type, blob, false };
                blob = (ow_blob){ 0 };
        }
}

void guest_bag_done(struct guest_bag *bag)
{
        struct bag_value *v = bag->values.items;

        for (size_t i = 0; i < bag->values.n; i++) {
                ow_free(v[i].name);
                ow_blob_done(&v[i].blob);
        }
        guest_list_done(&bag->values);
}

const struct bag_value *guest_bag_find(struct guest_bag *bag, const char *name)
{
        struct bag_value *v = bag->values.items;

        for (size_t i = 0; i < bag->values.n; i++) {
                if (!guest_text_equal(v[i].name, name))
                        continue;
                v[i].taken = true;
                return &v[i];
        }
        return NULL;
}

static const char *type_text(uint32_t type)
{
        const char *name = ow_reg_type_name(type);

        return name ? name : "an unknown type";
}

static bool is_text(const struct bag_value *v)
{
        return v->type == OW_REG_SZ || v->type == OW_REG_EXPAND_SZ || v->type == OW_REG_MULTI_SZ;
}

/* The value when it is text, else noted. */
static const struct bag_value *find_text(struct guest_bag *bag, const char *name)
{
        const struct bag_value *v = guest_bag_find(bag, name);

        if (!v)
                return NULL;
        if (!is_text(v)) {
                guest_note(bag->guest, "%s: value '%s' should be text and is %s", bag->where, name,
                           type_text(v->type));
                return NULL;
        }
        if (v->blob.size % 2)
                guest_note(bag->guest, "%s: value '%s' should be UTF-16 and has %zu bytes", bag->where, name,
                           v->blob.size);
        return v;
}

/* Bytes of the string that begins at, without its NUL. */
static ow_view string_at(const ow_blob *blob, size_t at)
{
        size_t end = at;

        while (end + 2 <= blob->size && ow_le16_at(blob->p + end) != 0)
                end += 2;
        return (ow_view){ blob->p + at, end - at };
}

static char *text_of(ow_guest *guest, ow_view utf16)
{
        char *text = ow_utf16_text(utf16);

        if (!text)
                guest->out_of_memory = true;
        return text;
}

const char *guest_bag_text(struct guest_bag *bag, const char *name, struct guest_pool *pool)
{
        const struct bag_value *v = find_text(bag, name);
        OW_AUTO_FREE char *text = v && v->blob.size >= 2 ? text_of(bag->guest, string_at(&v->blob, 0)) : NULL;

        return text ? guest_pool_text(pool, text) : "";
}

ow_setting guest_bag_number(struct guest_bag *bag, const char *name)
{
        const struct bag_value *v = guest_bag_find(bag, name);
        ow_setting setting = { 0 };

        if (!v)
                return setting;
        if ((v->type != OW_REG_DWORD && v->type != OW_REG_DWORD_BIG_ENDIAN) || v->blob.size != 4) {
                guest_note(bag->guest, "%s: value '%s' should be a 4-byte number and is %s of %zu bytes", bag->where,
                           name, type_text(v->type), v->blob.size);
                return setting;
        }
        setting = (ow_setting){ true, ow_le32_at(v->blob.p) };
        if (v->type == OW_REG_DWORD_BIG_ENDIAN)
                setting.value = __builtin_bswap32(setting.value);
        return setting;
}

uint64_t guest_bag_unix_time(struct guest_bag *bag, const char *name)
{
        ow_setting seconds = guest_bag_number(bag, name);

        return seconds.value ? ow_filetime_of_unix(seconds.value) : 0;
}

/* The strings of a list, or the one string that there is. */
static void each_string(struct guest_bag *bag, const struct bag_value *v, void (*fn)(void *state, const char *text),
                        void *state)
{
        size_t at = 0;

        for (unsigned n = 0; n < MAX_TEXTS && at + 2 <= v->blob.size; n++) {
                ow_view one = string_at(&v->blob, at);
                OW_AUTO_FREE char *text = text_of(bag->guest, one);

                /* An empty string ends the list, whatever stands behind it. */
                if (!text || one.len == 0)
                        return;
                fn(state, text);
                at += one.len + 2;
                if (v->type != OW_REG_MULTI_SZ)
                        return;
        }
}

void guest_bag_each(struct guest_bag *bag, const char *name, void (*fn)(void *state, const char *text), void *state)
{
        const struct bag_value *v = find_text(bag, name);

        if (!v || v->blob.size < 2)
                return;
        if (v->type != OW_REG_MULTI_SZ)
                guest_note(bag->guest, "%s: value '%s' should be a list (REG_MULTI_SZ) and is %s", bag->where, name,
                           type_text(v->type));
        each_string(bag, v, fn, state);
}

struct texts {
        ow_guest *guest;
        struct guest_pool *pool;
        struct guest_list list; /* const char * */
};

static void keep_text(void *state, const char *text)
{
        struct texts *texts = state;
        const char **slot = guest_list_add(texts->guest, &texts->list, sizeof *slot, MAX_TEXTS);

        if (slot)
                *slot = guest_pool_text(texts->pool, text);
}

ow_texts guest_bag_texts(struct guest_bag *bag, const char *name, struct guest_pool *pool)
{
        struct texts texts = { .guest = bag->guest, .pool = pool };
        ow_texts ret = { 0 };

        guest_bag_each(bag, name, keep_text, &texts);
        ret.items = guest_pool_copy(pool, texts.list.items, texts.list.n, sizeof(const char *));
        ret.count = ret.items ? texts.list.n : 0;
        guest_list_done(&texts.list);
        return ret;
}

struct words {
        void (*fn)(void *state, const char *text);
        void *state;
        unsigned n;
};

static void take_words(void *state, const char *text)
{
        struct words *words = state;

        while (words->n < MAX_TEXTS && *(text += strspn(text, ", ;"))) {
                char word[MAX_WORD];
                size_t size = strcspn(text, ", ;");

                (void)snprintf(word, sizeof word, "%.*s", (int)size, text);
                words->fn(words->state, word);
                words->n++;
                text += size;
        }
}

void guest_bag_each_word(struct guest_bag *bag, const char *name, void (*fn)(void *state, const char *text),
                         void *state)
{
        const struct bag_value *v = find_text(bag, name);
        struct words words = { fn, state, 0 };

        if (v)
                each_string(bag, v, take_words, &words);
}

static const char *shown(struct guest_bag *bag, const struct bag_value *v, struct guest_pool *pool)
{
        char hex[2 * MAX_HEX + 4] = "";

        if (v->blob.size == 0)
                return "";
        if (is_text(v)) {
                OW_AUTO_FREE char *text = text_of(bag->guest, string_at(&v->blob, 0));

                return text ? guest_pool_text(pool, text) : "";
        }
        if (v->type == OW_REG_DWORD && v->blob.size == 4)
                return guest_pool_printf(pool, "%u", ow_le32_at(v->blob.p));
        for (size_t i = 0; i < v->blob.size && i < MAX_HEX; i++)
                (void)snprintf(hex + 2 * i, 3, "%02x", v->blob.p[i]);
        if (v->blob.size > MAX_HEX)
                (void)snprintf(hex + 2 * MAX_HEX, 4, "...");
        return guest_pool_text(pool, hex);
}

ow_named_values guest_bag_rest(struct guest_bag *bag, struct guest_pool *pool)
{
        const struct bag_value *v = bag->values.items;
        ow_named_value *items;
        size_t n = 0;

        for (size_t i = 0; i < bag->values.n; i++)
                n += !v[i].taken;
        items = n ? guest_pool_alloc(pool, n, sizeof *items) : NULL;
        if (!items)
                return (ow_named_values){ 0 };
        for (size_t i = 0, at = 0; i < bag->values.n; i++)
                if (!v[i].taken)
                        items[at++] = (ow_named_value){ guest_pool_text(pool, v[i].name), v[i].type,
                                                        shown(bag, &v[i], pool) };
        return (ow_named_values){ items, n };
}
