/* SPDX-License-Identifier: GPL-2.0-or-later */
/* make-hive.c through libhivex; FILE must be an empty hive. usage: hivex-make FILE VALUES [MOST-SUBKEYS] */
#include "hivex-tool.h"
#include "shape.h"

/* Each new subkey makes libhivex write the whole list of its parent anew and leave the old one behind. */
enum { MAX_DEPTH = 16, MAX_VALUES = 32, USUAL_MOST_SUBKEYS = 64 };

struct maker {
        hive_h *h;
        hive_node_h keys[MAX_DEPTH];
        unsigned depth;
        hive_set_value values[MAX_VALUES];      /* of the last key: libhivex sets them all at once */
        size_t n_values;
};

static void set_values(struct maker *m)
{
        if (m->n_values > 0)
                hivex_require(hivex_node_set_values(m->h, m->keys[m->depth], m->n_values, m->values, 0) == 0);
        for (size_t i = 0; i < m->n_values; i++) {
                free(m->values[i].key);
                free(m->values[i].value);
        }
        m->n_values = 0;
}

static void make_key(void *state, unsigned depth, const char *name)
{
        struct maker *m = state;

        set_values(m);
        m->keys[depth] = hivex_node_get_child(m->h, m->keys[depth - 1], name);
        if (m->keys[depth] == 0)
                m->keys[depth] = hivex_node_add_child(m->h, m->keys[depth - 1], name);
        hivex_require(m->keys[depth] != 0);
        m->depth = depth;
}

static void make_value(void *state, const char *name, uint32_t type, const void *data, size_t size)
{
        struct maker *m = state;
        hive_set_value *v = &m->values[m->n_values];

        hivex_require(m->n_values < MAX_VALUES);
        *v = (hive_set_value){ strdup(name), (hive_type)type, size, malloc(size) };
        hivex_require(v->key && v->value);
        memcpy(v->value, data, size);
        m->n_values++;
}

int main(int argc, char **argv)
{
        struct maker m = { 0 };
        const struct shape_writer writer = { &m, make_key, make_value };

        if (argc < 3)
                return 2;
        m.h = hivex_open_rw(argv[1]);
        m.keys[0] = hivex_root(m.h);
        shape_write(&writer, (uint32_t)strtoul(argv[2], NULL, 10),
                    argc > 3 ? (uint32_t)strtoul(argv[3], NULL, 10) : USUAL_MOST_SUBKEYS);
        set_values(&m);
        hivex_save(m.h);
        return 0;
}
