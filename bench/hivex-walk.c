/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The same walk through libhivex, read-only, as its documentation has it. usage: hivex-walk HIVE */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hivex.h>

#include "sum.h"

static uint64_t keys, values, sum;

static void require(int good)
{
        if (!good) {
                perror("hivex-walk");
                exit(1);
        }
}

/* Takes a text that libhivex has allocated. */
static void take_name(char *name)
{
        require(name != NULL);
        sum += bench_sum(name, strlen(name));
        free(name);
}

static void walk_values(hive_h *h, hive_node_h node)
{
        hive_value_h *all = hivex_node_values(h, node);

        require(all != NULL);
        for (size_t i = 0; all[i] != 0; i++) {
                hive_type type;
                size_t size;
                char *data = hivex_value_value(h, all[i], &type, &size);

                require(data != NULL);
                take_name(hivex_value_key(h, all[i]));
                sum += bench_sum(data, size);
                free(data);
                values++;
        }
        free(all);
}

static void walk_key(hive_h *h, hive_node_h node)
{
        hive_node_h *children = hivex_node_children(h, node);

        require(children != NULL);
        keys++;
        take_name(hivex_node_name(h, node));
        walk_values(h, node);
        for (size_t i = 0; children[i] != 0; i++)
                walk_key(h, children[i]);
        free(children);
}

int main(int argc, char **argv)
{
        hive_h *h = argc == 2 ? hivex_open(argv[1], 0) : NULL;

        require(h != NULL);
        walk_key(h, hivex_root(h));
        printf("%" PRIu64 " keys, %" PRIu64 " values, sum %" PRIx64 "\n", keys, values, sum);
        return hivex_close(h) != 0;
}
