/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inserts subkeys into one key of a new hive and writes it. usage: insert FILE COUNT ascending|random
 * Prints the milliseconds of the inserts alone. hivex-insert.c does the same.
 */
#include "names.h"
#include "tool.h"

int main(int argc, char **argv)
{
        ow_error err = OW_ERROR_INIT;
        uint32_t count;
        ow_hive *hive;
        double start;
        ow_key parent;
        int fd;

        if (argc != 4) {
                fprintf(stderr, "usage: insert FILE COUNT ascending|random\n");
                return 2;
        }
        count = (uint32_t)strtoul(argv[2], NULL, 10);
        fd = tool_open(argv[1], O_RDWR | O_CREAT | O_TRUNC);
        require(ow_hive_new(5, "bench", NULL, 0, &hive, &err), &err);
        require(ow_hive_create_key(hive, ow_hive_root(hive), "parent", &parent, NULL, &err), &err);
        start = tool_ms();
        for (uint32_t i = 0; i < count; i++) {
                char name[16];
                ow_key key;

                subkey_name(name, i, argv[3]);
                require(ow_hive_create_key(hive, parent, name, &key, NULL, &err), &err);
        }
        printf("%.3f\n", tool_ms() - start);
        tool_save(hive, &fd);
        ow_hive_close(hive);
        return 0;
}
