/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The content of a hive such as SOFTWARE of a machine in long use: COM classes and interfaces, installed components,
 * servicing packages. The same for every engine that writes it, and the same every time.
 */
#ifndef BENCH_SHAPE_H
#define BENCH_SHAPE_H

#include <stddef.h>
#include <stdint.h>

struct shape_writer {
        void *state;
        /* A key at this depth (1 is below the root), below the last key of the depth above. It may be there already. */
        void (*key)(void *state, unsigned depth, const char *name);
        /* A value of the last key. */
        void (*value)(void *state, const char *name, uint32_t type, const void *data, size_t size);
};

/* At least n_values values; no key gets more than most_subkeys subkeys of one kind. */
void shape_write(const struct shape_writer *writer, uint32_t n_values, uint32_t most_subkeys);

#endif
