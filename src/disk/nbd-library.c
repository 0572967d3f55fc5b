/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dlfcn.h>
#include <stdbool.h>
#include <string.h>

#include "disk/nbd-library.h"

static const char library_file[] = "libnbd.so.0";

static bool find(void *library, const char *name, void *slot, size_t size)
{
        void *symbol = dlsym(library, name);

        memcpy(slot, &symbol, size);    /* ISO C has no cast from void * to a function */
        return symbol != NULL;
}

const struct nbd_library *nbd_library(ow_error *err)
{
        static struct nbd_library table;        /* the one library of this process, as the linker would have it */
        struct nbd_library found;
        void *library;
        bool all = true;

        if (table.create)
                return &table;
        library = dlopen(library_file, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
        if (!library) {
                (void)ow_fail(err, OW_E_UNSUPPORTED, OW_NOWHERE,
                              "images other than raw need %s, which is not installed (Debian and Ubuntu: libnbd0)",
                              library_file);
                return NULL;
        }
#define NBD_FIND(name) all = find(library, "nbd_" #name, &found.name, sizeof found.name) && all;
        NBD_FUNCTIONS(NBD_FIND)
#undef NBD_FIND
        if (!all) {
                (void)ow_fail(err, OW_E_UNSUPPORTED, OW_NOWHERE, "%s is too old: 1.10 or newer is needed",
                              library_file);
                return NULL;
        }
        table = found;
        return &table;
}
