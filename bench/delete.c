/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Deletes one key with all below it and writes the hive back, as the engine alone does it: no journal, no flush.
 * usage: delete FILE KEY. Prints the milliseconds of the deletion alone. hivex-delete.c does the same.
 */
#include "tool.h"

int main(int argc, char **argv)
{
        ow_error err = OW_ERROR_INIT;
        ow_hive *hive;
        double start;
        ow_key key;
        int fd;

        if (argc != 3) {
                fprintf(stderr, "usage: delete FILE KEY\n");
                return 2;
        }
        fd = tool_open(argv[1], O_RDWR);
        hive = tool_load(&fd, 0);
        if (ow_hive_find(hive, ow_hive_root(hive), argv[2], &key, &err) != 1) {
                fprintf(stderr, "no key %s\n", argv[2]);
                return 1;
        }
        start = tool_ms();
        require(ow_hive_delete_key(hive, key, &err), &err);
        printf("%.3f\n", tool_ms() - start);
        tool_save(hive, &fd);
        ow_hive_close(hive);
        return 0;
}
