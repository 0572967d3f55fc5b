/* SPDX-License-Identifier: GPL-2.0-or-later */
/* insert.c through libhivex; FILE must be an empty hive. usage: hivex-insert FILE COUNT ascending|random */
#include "hivex-tool.h"
#include "names.h"

int main(int argc, char **argv)
{
        hive_node_h parent;
        uint32_t count;
        double start;
        hive_h *h;

        if (argc != 4)
                return 2;
        count = (uint32_t)strtoul(argv[2], NULL, 10);
        h = hivex_open_rw(argv[1]);
        parent = hivex_node_add_child(h, hivex_root(h), "parent");
        hivex_require(parent != 0);
        start = hivex_ms();
        for (uint32_t i = 0; i < count; i++) {
                char name[16];

                subkey_name(name, i, argv[3]);
                hivex_require(hivex_node_add_child(h, parent, name) != 0);
        }
        printf("%.3f\n", hivex_ms() - start);
        hivex_save(h);
        return 0;
}
