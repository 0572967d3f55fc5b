/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bare minimum that a walk over a sound hive costs: the file is mapped, every key, value, name and byte of data
 * is read, and nothing is checked. Never point it at a hive you do not trust. usage: mmap-walk HIVE
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "sum.h"

enum { BASE = 4096, SEGMENT = 16344 };

static const uint8_t *hive;
static uint64_t keys, values, sum;

static uint32_t le32(const uint8_t *p)
{
        uint32_t n;

        memcpy(&n, p, sizeof n);
        return n;
}

static const uint8_t *body(uint32_t cell)
{
        return hive + BASE + cell + 4;
}

static void walk_data(const uint8_t *vk)
{
        uint32_t size = le32(vk + 4);
        const uint8_t *data, *list;

        sum += bench_sum(vk + 0x14, (size_t)(vk[2] | vk[3] << 8));
        if (size & 0x80000000u) {
                sum += bench_sum(vk + 8, size & 0x7fffffffu);
                return;
        }
        data = body(le32(vk + 8));
        if (size <= SEGMENT || memcmp(data, "db", 2) != 0) {
                sum += bench_sum(data, size);
                return;
        }
        list = body(le32(data + 4));
        for (uint32_t at = 0; at < size; at += SEGMENT, list += 4)
                sum += bench_sum(body(le32(list)), size - at < SEGMENT ? size - at : SEGMENT);
}

static void walk_key(uint32_t cell);

static void walk_list(uint32_t cell)
{
        const uint8_t *list = body(cell);
        unsigned count = list[2] | (unsigned)list[3] << 8, stride = list[1] == 'i' ? 4 : 8;

        for (unsigned i = 0; i < count; i++) {
                uint32_t element = le32(list + 4 + i * stride);

                if (list[0] == 'r')
                        walk_list(element);
                else
                        walk_key(element);
        }
}

static void walk_key(uint32_t cell)
{
        const uint8_t *nk = body(cell);
        uint32_t n = le32(nk + 0x24);

        keys++;
        sum += bench_sum(nk + 0x4c, (size_t)(nk[0x48] | nk[0x49] << 8));
        if (n > 0) {
                const uint8_t *list = body(le32(nk + 0x28));

                values += n;
                for (uint32_t i = 0; i < n; i++)
                        walk_data(body(le32(list + 4 * i)));
        }
        if (le32(nk + 0x14) > 0)
                walk_list(le32(nk + 0x1c));
}

int main(int argc, char **argv)
{
        struct stat st;
        int fd = argc == 2 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;
        void *p;

        if (fd < 0 || fstat(fd, &st) != 0)
                return 2;
        p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (p == MAP_FAILED)
                return 1;
        hive = p;
        walk_key(le32(hive + 0x24));
        printf("%" PRIu64 " keys, %" PRIu64 " values, sum %" PRIx64 "\n", keys, values, sum);
        return 0;
}
