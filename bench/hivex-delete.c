/* SPDX-License-Identifier: GPL-2.0-or-later */
/* delete.c through libhivex. usage: hivex-delete FILE KEY; KEY is one name below the root */
#include "hivex-tool.h"

int main(int argc, char **argv)
{
        hive_node_h key;
        double start;
        hive_h *h;

        if (argc != 3)
                return 2;
        h = hivex_open_rw(argv[1]);
        key = hivex_node_get_child(h, hivex_root(h), argv[2]);
        hivex_require(key != 0);
        start = hivex_ms();
        hivex_require(hivex_node_delete_child(h, key) == 0);
        printf("%.3f\n", hivex_ms() - start);
        hivex_save(h);
        return 0;
}
