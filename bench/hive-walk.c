/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The same walk through our library, with all its checks. usage: hive-walk HIVE */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <offwin/hive.h>

#include "sum.h"

static int read_file(void *state, uint64_t offset, void *buf, size_t size, ow_error *err)
{
        const int *fd = state;
        char *p = buf;

        while (size > 0) {
                ssize_t n = pread(*fd, p, size, (off_t)offset);

                if (n <= 0) {
                        *err = (ow_error){ .code = OW_E_IO, .sys = errno, .where = offset };
                        (void)snprintf(err->text, sizeof err->text, "read: %s",
                                       n < 0 ? strerror(errno) : "end of file");
                        return err->code;
                }
                p += n;
                offset += (uint64_t)n;
                size -= (size_t)n;
        }
        return 0;
}

static uint64_t sum_of_name(const ow_hive_item *item)
{
        char text[512];
        size_t size = ow_hive_name_utf8(&item->name, text, sizeof text);

        return bench_sum(text, size < sizeof text ? size : sizeof text - 1);
}

static uint64_t sum_of_data(ow_hive *hive, const ow_hive_item *item, int *r, ow_error *err)
{
        uint64_t sum = 0;
        uint32_t at = 0;
        const uint8_t *p;
        size_t size;

        if (item->data)
                return bench_sum(item->data, item->size);
        while ((*r = ow_hive_next_piece(hive, item->value, &at, &p, &size, err)) > 0)
                sum += bench_sum(p, size);
        return sum;
}

static int walk(ow_hive *hive, ow_error *err)
{
        uint64_t keys = 0, values = 0, sum = 0;
        ow_hive_walk *w;
        ow_hive_item item;
        int r = ow_hive_walk_open(hive, ow_hive_root(hive), OW_WALK_NO_END, &w, err);

        if (r < 0)
                return r;
        while ((r = ow_hive_walk_next(w, &item, err)) > 0) {
                sum += sum_of_name(&item);
                if (item.kind == OW_ITEM_KEY) {
                        keys++;
                        continue;
                }
                values++;
                sum += sum_of_data(hive, &item, &r, err);
                if (r < 0)
                        break;
        }
        ow_hive_walk_close(w);
        printf("%" PRIu64 " keys, %" PRIu64 " values, sum %" PRIx64 "\n", keys, values, sum);
        return r;
}

int main(int argc, char **argv)
{
        int fd = argc == 2 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1, r;
        ow_error err = OW_ERROR_INIT;
        ow_source source;
        struct stat st;
        ow_hive *hive;

        if (fd < 0 || fstat(fd, &st) != 0)
                return 2;
        source = (ow_source){ .size = (uint64_t)st.st_size, .state = &fd, .read = read_file };
        r = ow_hive_load(&source, NULL, 0, OW_HIVE_READONLY, &hive, &err);
        if (r >= 0) {
                r = walk(hive, &err);
                ow_hive_close(hive);
        }
        if (r < 0)
                fprintf(stderr, "hive-walk: %s\n", err.text);
        return r < 0;
}
