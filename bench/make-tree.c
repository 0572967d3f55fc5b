/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A hive with a key "tree" of COUNT keys, three levels deep, one value each. usage: make-tree FILE COUNT */
#include "tool.h"

enum { PER_KEY = 100 };

static ow_key make_key(ow_hive *hive, ow_key parent, uint32_t number)
{
        ow_error err = OW_ERROR_INIT;
        char name[16];
        ow_key key;

        (void)snprintf(name, sizeof name, "key%06u", number);
        require(ow_hive_create_key(hive, parent, name, &key, NULL, &err), &err);
        require(ow_hive_set_value(hive, key, "Value", OW_REG_DWORD, &number, sizeof number, &err), &err);
        return key;
}

int main(int argc, char **argv)
{
        ow_error err = OW_ERROR_INIT;
        ow_key tree, outer, inner;
        uint32_t count;
        ow_hive *hive;
        int fd;

        if (argc != 3) {
                fprintf(stderr, "usage: make-tree FILE COUNT\n");
                return 2;
        }
        count = (uint32_t)strtoul(argv[2], NULL, 10);
        require(ow_hive_new(5, "bench", NULL, 0, &hive, &err), &err);
        require(ow_hive_create_key(hive, ow_hive_root(hive), "tree", &tree, NULL, &err), &err);
        outer = inner = tree;
        for (uint32_t i = 0; i < count; i++) {
                if (i % (PER_KEY * PER_KEY) == 0)
                        outer = inner = make_key(hive, tree, i);
                else if (i % PER_KEY == 0)
                        inner = make_key(hive, outer, i);
                else
                        (void)make_key(hive, inner, i);
        }
        fd = tool_open(argv[1], O_RDWR | O_CREAT | O_TRUNC);
        tool_save(hive, &fd);
        ow_hive_close(hive);
        return 0;
}
