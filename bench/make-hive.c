/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A hive like SOFTWARE, written by our engine. usage: make-hive FILE VALUES [MOST-SUBKEYS] */
#include "shape.h"
#include "tool.h"

enum { MAX_DEPTH = 16, USUAL_MOST_SUBKEYS = 5000 };

struct maker {
        ow_hive *hive;
        ow_key keys[MAX_DEPTH];
        unsigned depth;
};

static void make_key(void *state, unsigned depth, const char *name)
{
        struct maker *m = state;
        ow_error err = OW_ERROR_INIT;

        require(ow_hive_create_key(m->hive, m->keys[depth - 1], name, &m->keys[depth], NULL, &err), &err);
        m->depth = depth;
}

static void make_value(void *state, const char *name, uint32_t type, const void *data, size_t size)
{
        struct maker *m = state;
        ow_error err = OW_ERROR_INIT;

        require(ow_hive_set_value(m->hive, m->keys[m->depth], name, type, data, size, &err), &err);
}

int main(int argc, char **argv)
{
        struct maker maker = { 0 };
        const struct shape_writer writer = { &maker, make_key, make_value };
        ow_error err = OW_ERROR_INIT;
        int fd;

        if (argc < 3) {
                fprintf(stderr, "usage: make-hive FILE VALUES [MOST-SUBKEYS]\n");
                return 2;
        }
        require(ow_hive_new(5, "SOFTWARE", NULL, 0, &maker.hive, &err), &err);
        maker.keys[0] = ow_hive_root(maker.hive);
        shape_write(&writer, (uint32_t)strtoul(argv[2], NULL, 10),
                    argc > 3 ? (uint32_t)strtoul(argv[3], NULL, 10) : USUAL_MOST_SUBKEYS);
        fd = tool_open(argv[1], O_WRONLY | O_CREAT | O_TRUNC);
        tool_save(maker.hive, &fd);
        ow_hive_close(maker.hive);
        return 0;
}
