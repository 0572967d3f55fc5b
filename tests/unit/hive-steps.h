/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One random edit at a time, on a hive and on its model. The same seed gives the same edits. */
#ifndef TESTS_UNIT_HIVE_STEPS_H
#define TESTS_UNIT_HIVE_STEPS_H

#include "base/buffer.h"
#include "base/macros.h"
#include "hive-model.h"

struct random {
        uint64_t state;
        bool plain;             /* only what every reader of hives copes with */
};

static inline struct random random_seed(uint64_t seed)
{
        return (struct random){ .state = seed * 0x9e3779b97f4a7c15u + 1 };
}

static inline uint32_t next(struct random *r, uint32_t below)
{
        r->state ^= r->state << 13;
        r->state ^= r->state >> 7;
        r->state ^= r->state << 17;
        return (uint32_t)((r->state >> 11) % below);
}

static inline void pick_name(struct random *r, char *name, size_t size)
{
        static const char *const odd[] = {
                "alpha",  "ALPHA",   "Beta",
                "b",      "a",       "{00000000-1111-2222-3333-444444444444}",
                "na me",  "Ünïcode", "ünïCODE",
                "日本",   "Ελλάς",   "ÿ",
                "µ",      "zz",      "_",
                "[",      "~",       "A very long name of a key that does not fit anywhere neatly",
                "😀 pair",
        };

        if (!r->plain && next(r, 3) == 0)
                (void)snprintf(name, size, "%s", odd[next(r, OW_COUNT(odd))]);
        else
                (void)snprintf(name, size, "%c%u", 'a' + (int)next(r, 3), next(r, 40));
}

static inline size_t pick_size(struct random *r)
{
        static const size_t edges[] = { 0, 1, 2, 4, 5, 8, 12, 16343, 16344, 16345, 32688, 32689 };

        switch (next(r, 20)) {
        case 0: return edges[next(r, OW_COUNT(edges))];
        case 1: return next(r, 6000);
        case 2: return next(r, 60000);
        default: return next(r, 64);
        }
}

/* A place in the tree. */
struct spot {
        struct model_key *k, *above;    /* above: NULL at the root */
        ow_key key;
        unsigned depth;
};

static inline struct spot pick_spot(struct random *r, ow_hive *h, struct model_key *root)
{
        struct spot s = { .k = root, .key = ow_hive_root(h), .depth = 1 };

        while (s.k->n_keys && next(r, 4) != 0) {
                struct model_key *child = s.k->keys[next(r, (uint32_t)s.k->n_keys)];

                /* One real hive has a key with a NUL in its name, which no path can say. */
                if (ow_hive_find(h, s.key, child->name, &s.key, NULL) != 1) {
                        assert_string_equal(child->name, "zero");
                        break;
                }
                s.above = s.k;
                s.k = child;
                s.depth++;
        }
        return s;
}

static inline int model_holds(const struct model_key *k, const struct model_key *wanted)
{
        if (k == wanted)
                return 1;
        for (size_t i = 0; i < k->n_keys; i++)
                if (model_holds(k->keys[i], wanted))
                        return 1;
        return 0;
}

static inline size_t model_count(const struct model_key *k)
{
        size_t n = 1;

        for (size_t i = 0; i < k->n_keys; i++)
                n += model_count(k->keys[i]);
        return n;
}

static inline size_t model_levels(const struct model_key *k)
{
        size_t most = 0;

        for (size_t i = 0; i < k->n_keys; i++) {
                size_t levels = model_levels(k->keys[i]);

                most = levels > most ? levels : most;
        }
        return most + 1;
}

/* Keys of real hives that may not be edited are left alone, on both sides. */
static inline int was_done(int r, const ow_error *err)
{
        if (r < 0 && r != OW_E_REFUSED)
                fail_msg("%s (%s)", err->text, ow_error_name(err->code));
        return r >= 0;
}

static inline void step_create(struct random *r, ow_hive *h, struct spot s)
{
        ow_error err = OW_ERROR_INIT;
        char name[128];
        ow_key child;

        if (next(r, 4) != 0) {
                pick_name(r, name, sizeof name);
                if (was_done(ow_hive_create_key(h, s.key, name, &child, NULL, &err), &err))
                        (void)model_create(s.k, name);
                return;
        }
        (void)snprintf(name, sizeof name, "path%u\\to\\x%u", next(r, 5), next(r, 9));
        if (!was_done(ow_hive_create_key(h, s.key, name, &child, NULL, &err), &err))
                return;
        *strchr(name, '\\') = '\0';
        s.k = model_create(model_create(s.k, name), "to");
        (void)model_create(s.k, strchr(name, '\0') + 4);
}

/* Data as their type wants them: some readers stop at others, and two do not know big data. */
static inline size_t plain_data(struct random *r, uint32_t type, uint8_t *data)
{
        size_t size = type == OW_REG_DWORD ? 4 : 1 + next(r, 2000);

        if (type == OW_REG_SZ || type == OW_REG_EXPAND_SZ) {
                size = 2 * (1 + next(r, 100));
                memset(data, 0, size);
                for (size_t i = 0; i + 2 < size; i += 2)
                        data[i] = (uint8_t)('a' + next(r, 26));
                return size;
        }
        for (size_t i = 0; i < size; i++)
                data[i] = (uint8_t)next(r, 256);
        return size;
}

static inline void step_set(struct random *r, ow_hive *h, struct spot s)
{
        static uint8_t data[60000];
        ow_error err = OW_ERROR_INIT;
        static const uint32_t plain_types[] = { OW_REG_SZ, OW_REG_EXPAND_SZ, OW_REG_BINARY, OW_REG_DWORD };
        size_t size = pick_size(r);
        uint32_t type = r->plain ? plain_types[next(r, OW_COUNT(plain_types))] : next(r, 12);
        char name[128];

        pick_name(r, name, sizeof name);
        if (next(r, 10) == 0)
                name[0] = '\0';
        if (r->plain)
                size = plain_data(r, type, data);
        else
                for (size_t i = 0; i < size; i++)
                        data[i] = (uint8_t)next(r, 256);
        if (was_done(ow_hive_set_value(h, s.key, name, type, data, size, &err), &err))
                model_set(s.k, name, type, data, size);
}

static inline void step_unset(struct random *r, ow_hive *h, struct spot s)
{
        ow_error err = OW_ERROR_INIT;
        OW_AUTO_BUFFER name = OW_BUFFER_INIT;
        char other[128];
        int done;

        pick_name(r, other, sizeof other);
        ow_buffer_put_text(&name, s.k->n_values && next(r, 3) ? s.k->values[next(r, (uint32_t)s.k->n_values)].name
                                                              : other);
        ow_buffer_put_byte(&name, 0);
        assert_false(ow_buffer_failed(&name));
        done = ow_hive_delete_value(h, s.key, (const char *)name.p, &err);
        if (was_done(done, &err))
                assert_int_equal(done, model_unset(s.k, (const char *)name.p));
}

static inline void step_delete(struct random *r, ow_hive *h, struct spot s)
{
        ow_error err = OW_ERROR_INIT;

        if (s.above && next(r, 3) == 0 && was_done(ow_hive_delete_key(h, s.key, &err), &err))
                model_delete(s.above, s.k->name);
}

static inline void step_rename(struct random *r, ow_hive *h, struct spot s)
{
        ow_error err = OW_ERROR_INIT;
        struct model_key *there;
        char name[128];
        ow_key moved;
        int done;

        if (!s.above)
                return;
        pick_name(r, name, sizeof name);
        there = model_find(s.above, name, NULL);
        done = ow_hive_rename_key(h, s.key, name, &moved, &err);
        if (there && there != s.k) {
                assert_true(done == OW_E_EXISTS || done == OW_E_REFUSED);
                return;
        }
        if (!was_done(done, &err))
                return;
        free(s.k->name);
        s.k->name = strdup(name);
        assert_non_null(s.k->name);
        s.k->changed = s.above->changed = 1;
}

/* From one place of the hive to another; small trees only, so that the hive stays small. */
static inline void step_copy(struct random *r, ow_hive *h, struct spot from, struct model_key *root)
{
        struct spot to = pick_spot(r, h, root);
        ow_error err = OW_ERROR_INIT;
        char name[128];
        ow_key made;
        int done;

        pick_name(r, name, sizeof name);
        if (model_count(from.k) > 60 || model_levels(from.k) + to.depth > 500)
                return;
        done = ow_hive_copy_key(h, from.key, h, to.key, name, &made, &err);
        if (model_find(to.k, name, NULL)) {
                assert_true(done == OW_E_EXISTS || done == OW_E_REFUSED);
        } else if (model_holds(from.k, to.k)) {
                assert_true(done == OW_E_INVAL || done == OW_E_REFUSED);
        } else if (was_done(done, &err)) {
                model_add(to.k, model_copy(from.k, name));
                to.k->changed = 1;
        }
}

static inline void step_class(struct random *r, ow_hive *h, struct spot s)
{
        static const uint8_t text[60] = "c\0l\0a\0s\0s\0 \0o\0f\0 \0a\0 \0k\0e\0y\0";
        ow_error err = OW_ERROR_INIT;
        size_t size = 2 * next(r, 30);

        if (!was_done(ow_hive_set_class(h, s.key, text, size, &err), &err))
                return;
        if (s.k->class_size != size || (size && memcmp(s.k->class_name, text, size) != 0))
                s.k->changed = 1;
        model_put(&s.k->class_name, &s.k->class_size, text, size);
}

static inline uint32_t security_cell(ow_hive *h, ow_key key)
{
        ow_key_info info;
        uint32_t cell;

        assert_ok(ow_hive_key_info(h, key, &info, &err));
        cell = info.security_cell;
        ow_key_info_done(&info);
        return cell;
}

/* One of a few descriptors, or the one of another key. */
static inline void step_security(struct random *r, ow_hive *h, struct spot s, struct model_key *root)
{
        uint8_t sd[20 + 16] = { 1, 0, 0x00, 0x80, 20 };
        ow_error err = OW_ERROR_INIT;
        struct spot like = pick_spot(r, h, root);

        sd[20] = 1;                     /* a SID of two numbers, one of them ours */
        sd[21] = 2;
        sd[27] = 5;
        sd[28] = 32;
        sd[32] = (uint8_t)next(r, 6);
        if (next(r, 2)) {
                uint32_t before = security_cell(h, s.key);

                if (!was_done(ow_hive_share_security(h, s.key, like.key, &err), &err))
                        return;
                if (security_cell(h, s.key) != before)
                        s.k->changed = 1;
                model_put(&s.k->security, &s.k->security_size, like.k->security, like.k->security_size);
                return;
        }
        if (!was_done(ow_hive_set_security(h, s.key, sd, sizeof sd, &err), &err))
                return;
        if (s.k->security_size != sizeof sd || memcmp(s.k->security, sd, sizeof sd) != 0)
                s.k->changed = 1;
        model_put(&s.k->security, &s.k->security_size, sd, sizeof sd);
}

/* One edit somewhere in the tree. */
static inline void random_step(struct random *r, ow_hive *h, struct model_key *root)
{
        struct spot s = pick_spot(r, h, root);

        switch (next(r, 16)) {
        case 0: case 1: case 2: case 3:
                step_create(r, h, s);
                return;
        case 4: case 5:
                step_unset(r, h, s);
                return;
        case 6: case 7:
                step_delete(r, h, s);
                return;
        case 8:
                step_rename(r, h, s);
                return;
        case 9:
                step_copy(r, h, s, root);
                return;
        case 10:
                step_class(r, h, s);
                return;
        case 11:
                step_security(r, h, s, root);
                return;
        default:
                step_set(r, h, s);
        }
}

#endif
