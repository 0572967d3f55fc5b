/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The simplest thing that behaves like a hive: trees of names in plain arrays. Edits go to both, then we compare. */
#ifndef TESTS_UNIT_HIVE_MODEL_H
#define TESTS_UNIT_HIVE_MODEL_H

#include "base/upcase.h"
#include "hive-common.h"

struct model_value {
        char *name;
        uint32_t type;
        uint8_t *data;
        size_t size;
};

struct model_key {
        char *name;
        struct model_key **keys;
        size_t n_keys;
        struct model_value *values;
        size_t n_values;
        uint8_t *class_name, *security;
        size_t class_size, security_size;
        uint64_t written;
        int changed;            /* the next save sets written */
};

static inline struct model_key *model_new(const char *name)
{
        struct model_key *k = calloc(1, sizeof *k);

        assert_non_null(k);
        k->name = strdup(name);
        return k;
}

static inline void model_free(struct model_key *k)
{
        for (size_t i = 0; i < k->n_keys; i++)
                model_free(k->keys[i]);
        for (size_t i = 0; i < k->n_values; i++) {
                free(k->values[i].name);
                free(k->values[i].data);
        }
        free(k->keys);
        free(k->values);
        free(k->name);
        free(k->class_name);
        free(k->security);
        free(k);
}

static inline void model_put(uint8_t **bytes, size_t *size, const void *from, size_t from_size)
{
        uint8_t *copy = malloc(from_size + 1);

        assert_non_null(copy);
        if (from_size)
                memcpy(copy, from, from_size);
        free(*bytes);
        *bytes = copy;
        *size = from_size;
}

static inline void model_add(struct model_key *k, struct model_key *child)
{
        k->keys = realloc(k->keys, (k->n_keys + 1) * sizeof(struct model_key *));
        assert_non_null(k->keys);
        k->keys[k->n_keys++] = child;
}

static inline struct model_key *model_find(const struct model_key *k, const char *name, size_t *index)
{
        for (size_t i = 0; i < k->n_keys; i++) {
                if (ow_name_compare(k->keys[i]->name, name) == 0) {
                        if (index)
                                *index = i;
                        return k->keys[i];
                }
        }
        return NULL;
}

static inline struct model_key *model_create(struct model_key *k, const char *name)
{
        struct model_key *child = model_find(k, name, NULL);

        if (child)
                return child;
        child = model_new(name);
        model_put(&child->security, &child->security_size, k->security, k->security_size);
        child->changed = k->changed = 1;
        model_add(k, child);
        return child;
}

static inline void model_delete(struct model_key *k, const char *name)
{
        size_t index;
        struct model_key *child = model_find(k, name, &index);

        assert_non_null(child);
        model_free(child);
        k->keys[index] = k->keys[--k->n_keys];
        k->changed = 1;
}

static inline struct model_value *model_find_value(const struct model_key *k, const char *name)
{
        for (size_t i = 0; i < k->n_values; i++)
                if (ow_name_compare(k->values[i].name, name) == 0)
                        return &k->values[i];
        return NULL;
}

static inline void model_set(struct model_key *k, const char *name, uint32_t type, const void *data, size_t size)
{
        struct model_value *v = model_find_value(k, name);

        if (v && v->type == type && v->size == size && (size == 0 || memcmp(v->data, data, size) == 0))
                return;
        k->changed = 1;
        if (!v) {
                k->values = realloc(k->values, (k->n_values + 1) * sizeof *k->values);
                assert_non_null(k->values);
                v = &k->values[k->n_values++];
                *v = (struct model_value){ .name = strdup(name) };
        }
        free(v->data);
        v->data = malloc(size + 1);
        assert_non_null(v->data);
        if (size)
                memcpy(v->data, data, size);
        v->size = size;
        v->type = type;
}

static inline int model_unset(struct model_key *k, const char *name)
{
        struct model_value *v = model_find_value(k, name);

        if (!v)
                return 0;
        k->changed = 1;
        free(v->name);
        free(v->data);
        k->n_values--;
        memmove(v, v + 1, (size_t)(k->values + k->n_values - v) * sizeof *v);
        return 1;
}

static inline struct model_key *model_copy(const struct model_key *k, const char *name)
{
        struct model_key *copy = model_new(name);

        for (size_t i = 0; i < k->n_values; i++)
                model_set(copy, k->values[i].name, k->values[i].type, k->values[i].data, k->values[i].size);
        model_put(&copy->class_name, &copy->class_size, k->class_name, k->class_size);
        model_put(&copy->security, &copy->security_size, k->security, k->security_size);
        copy->written = k->written;
        copy->changed = k->changed;
        for (size_t i = 0; i < k->n_keys; i++)
                model_add(copy, model_copy(k->keys[i], k->keys[i]->name));
        return copy;
}

/* All of it is new. */
static inline void model_touch(struct model_key *k)
{
        k->changed = 1;
        for (size_t i = 0; i < k->n_keys; i++)
                model_touch(k->keys[i]);
}

/* What a save does. */
static inline void model_save(struct model_key *k, uint64_t now)
{
        if (k->changed)
                k->written = now;
        k->changed = 0;
        for (size_t i = 0; i < k->n_keys; i++)
                model_save(k->keys[i], now);
}

static inline void model_load_self(ow_hive *h, ow_key key, struct model_key *k)
{
        ow_key_info info;
        ow_blob security;

        assert_ok(ow_hive_key_info(h, key, &info, &err));
        assert_ok(ow_hive_security(h, key, &security, &err));
        model_put(&k->class_name, &k->class_size, info.class_name.p, info.class_name.size);
        model_put(&k->security, &k->security_size, security.p, security.size);
        k->written = info.written;
        k->changed = 0;
        ow_blob_done(&security);
        ow_key_info_done(&info);
}

/* Reads a whole hive into a model. Every part must be readable. */
static inline void model_load(ow_hive *h, ow_key key, struct model_key *k)
{
        ow_subkey_iter iter = { 0 };
        uint32_t index = 0, type;
        ow_value value;
        ow_key child;
        int r;

        for (;;) {
                ow_value_info info;
                ow_blob data;

                r = ow_hive_next_value(h, key, &index, &value, NULL);
                assert_true(r >= 0);
                if (r == 0)
                        break;
                assert_ok(ow_hive_value_info(h, value, &info, &err));
                assert_ok(ow_hive_read_value(h, value, &type, &data, &err));
                model_set(k, info.name, type, data.p, data.size);
                ow_value_info_done(&info);
                ow_blob_done(&data);
        }
        for (;;) {
                ow_key_info info;

                r = ow_hive_next_subkey(h, key, &iter, &child, NULL);
                assert_true(r >= 0);
                if (r == 0)
                        break;
                assert_ok(ow_hive_key_info(h, child, &info, &err));
                model_add(k, model_new(info.name));
                ow_key_info_done(&info);
                model_load(h, child, k->keys[k->n_keys - 1]);
        }
        model_load_self(h, key, k);
}

static inline int model_order(const void *a, const void *b)
{
        const struct model_key *const *ka = a, *const *kb = b;

        return ow_name_compare((*ka)->name, (*kb)->name);
}

static inline void model_compare_self(ow_hive *h, ow_key key, const struct model_key *k)
{
        ow_key_info info;
        ow_blob security;

        assert_ok(ow_hive_key_info(h, key, &info, &err));
        assert_int_equal(info.n_values, k->n_values);
        assert_int_equal(info.n_subkeys, k->n_keys);
        if (!k->changed)
                assert_int_equal(info.written, k->written);
        assert_int_equal(info.class_name.size, k->class_size);
        assert_memory_equal(info.class_name.p, k->class_name, k->class_size);
        ow_key_info_done(&info);
        assert_ok(ow_hive_security(h, key, &security, &err));
        assert_int_equal(security.size, k->security_size);
        assert_memory_equal(security.p, k->security, k->security_size);
        ow_blob_done(&security);
}

/* The hive says the same as the model, in order and to the last byte. */
static inline void model_compare(ow_hive *h, ow_key key, struct model_key *k)
{
        ow_subkey_iter iter = { 0 };
        uint32_t index = 0, type;
        ow_value value;
        ow_key child;
        ow_key_info info;

        model_compare_self(h, key, k);
        for (size_t i = 0; i < k->n_values; i++) {
                ow_value_info vi;
                ow_blob data;

                assert_ok(ow_hive_next_value(h, key, &index, &value, &err));
                assert_ok(ow_hive_value_info(h, value, &vi, &err));
                assert_string_equal(vi.name, k->values[i].name);
                assert_ok(ow_hive_read_value(h, value, &type, &data, &err));
                assert_int_equal(type, k->values[i].type);
                assert_int_equal(data.size, k->values[i].size);
                assert_memory_equal(data.p, k->values[i].data, data.size);
                ow_value_info_done(&vi);
                ow_blob_done(&data);
        }
        if (k->n_keys)
                qsort(k->keys, k->n_keys, sizeof(struct model_key *), model_order);
        for (size_t i = 0; i < k->n_keys; i++) {
                assert_ok(ow_hive_next_subkey(h, key, &iter, &child, &err));
                assert_ok(ow_hive_key_info(h, child, &info, &err));
                assert_string_equal(info.name, k->keys[i]->name);
                ow_key_info_done(&info);
                model_compare(h, child, k->keys[i]);
        }
}

static inline void print_fault(void *state, const ow_hive_fault *fault)
{
        unsigned *shown = state;

        if ((*shown)++ < 5)
                print_message("fault: %s\n", fault->text);
}

static inline ow_hive_report check_hive(ow_hive *h)
{
        ow_hive_report report = { 0 };
        unsigned shown = 0;

        assert_ok(ow_hive_check(h, &report, print_fault, &shown, &err));
        return report;
}

#endif
