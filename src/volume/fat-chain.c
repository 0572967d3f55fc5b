/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cluster chains: loaded as runs, so that reading a file at any place costs no walk through the FAT. */
#include <assert.h>
#include <string.h>

#include "base/alloc.h"
#include "volume/fat.h"

void fat_chain_done(struct fat_chain *chain)
{
        ow_free(chain->runs);
        *chain = (struct fat_chain){ 0 };
}

static int append(struct fat_chain *chain, uint32_t cluster, ow_error *err)
{
        struct fat_run *last = chain->n_runs ? &chain->runs[chain->n_runs - 1] : NULL;
        struct fat_run *grown;

        if (last && last->first + last->count == cluster) {
                last->count++;
                chain->n_clusters++;
                return 0;
        }
        if (chain->n_runs == FAT_MAX_RUNS)
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "a file lies in more than %d pieces", FAT_MAX_RUNS);
        grown = ow_grow(chain->runs, chain->n_runs, &chain->cap, sizeof *grown);
        if (!grown)
                return ow_fail_nomem(err);
        chain->runs = grown;
        chain->runs[chain->n_runs++] = (struct fat_run){ chain->n_clusters, cluster, 1 };
        chain->n_clusters++;
        return 0;
}

static uint32_t last_cluster(const struct fat_chain *chain)
{
        const struct fat_run *last = &chain->runs[chain->n_runs - 1];

        return last->first + last->count - 1;
}

int fat_chain_load(struct fat_fs *fs, uint32_t first, uint32_t limit, struct fat_chain *ret, ow_error *err)
{
        __attribute__((cleanup(fat_chain_done))) struct fat_chain chain = { 0 };
        uint32_t cluster = first, seen = 0, renew = 1;

        while (first && cluster != FAT_END && chain.n_clusters < limit) {
                int r;

                if (!fat_is_cluster(fs, cluster))
                        return ow_fail(err, OW_E_CORRUPT, OW_NOWHERE,
                                       "the cluster chain from %u leads to cluster %u of %u", first, cluster,
                                       fs->boot.n_clusters);
                /* Brent: what was seen at the last power of two comes by again when there is a circle. */
                if (cluster == seen || chain.n_clusters == fs->boot.n_clusters)
                        return ow_fail(err, OW_E_CORRUPT, OW_NOWHERE, "the cluster chain from %u is a circle", first);
                if (chain.n_clusters == renew) {
                        seen = cluster;
                        renew *= 2;
                }
                r = append(&chain, cluster, err);
                if (r < 0)
                        return r;
                r = fat_table_get(fs, cluster, &cluster, err);
                if (r < 0)
                        return r;
        }
        *ret = chain;
        chain = (struct fat_chain){ 0 };
        return 0;
}

/* Frees what hangs behind cluster, up to where the chain ends or stops making sense. */
static int free_from(struct fat_fs *fs, uint32_t cluster, ow_error *err)
{
        while (fat_is_cluster(fs, cluster)) {
                uint32_t next;
                int r = fat_table_get(fs, cluster, &next, err);

                if (r < 0)
                        return r;
                if (next == 0)
                        return 0;
                r = fat_table_set(fs, cluster, 0, err);
                if (r < 0)
                        return r;
                fat_fsinfo_add(fs, 1);
                cluster = next;
        }
        return 0;
}

static void cut(struct fat_chain *chain, uint32_t keep)
{
        while (chain->n_runs && chain->runs[chain->n_runs - 1].index >= keep)
                chain->n_runs--;
        if (chain->n_runs)
                chain->runs[chain->n_runs - 1].count = keep - chain->runs[chain->n_runs - 1].index;
        chain->n_clusters = keep;
}

int fat_chain_shrink(struct fat_fs *fs, struct fat_chain *chain, uint32_t keep, uint32_t *first, ow_error *err)
{
        uint32_t rest = *first;
        int r;

        assert(keep <= chain->n_clusters);
        cut(chain, keep);
        if (keep) {
                uint32_t last = last_cluster(chain);

                r = fat_table_get(fs, last, &rest, err);
                if (r < 0)
                        return r;
                r = rest == FAT_END ? 0 : fat_table_set(fs, last, FAT_END, err);
                if (r < 0)
                        return r;
        } else {
                *first = 0;
        }
        return free_from(fs, rest, err);
}

/* One more cluster, linked behind the last one. */
static int grow_by_one(struct fat_fs *fs, struct fat_chain *chain, uint32_t *first, ow_error *err)
{
        uint32_t cluster, last = chain->n_clusters ? last_cluster(chain) : 0;
        int r = fat_table_find_free(fs, &cluster, err);

        if (r < 0)
                return r;
        r = fat_table_set(fs, cluster, FAT_END, err);
        if (r < 0)
                return r;
        fat_fsinfo_add(fs, -1);
        if (last)
                r = fat_table_set(fs, last, cluster, err);
        else
                *first = cluster;
        return r < 0 ? r : append(chain, cluster, err);
}

int fat_chain_grow(struct fat_fs *fs, struct fat_chain *chain, uint32_t count, uint32_t *first, ow_error *err)
{
        uint32_t before = chain->n_clusters;
        int r = 0;

        if (before == 0)
                *first = 0;
        for (uint32_t i = 0; r == 0 && i < count; i++)
                r = grow_by_one(fs, chain, first, err);
        if (r < 0)
                (void)fat_chain_shrink(fs, chain, before, first, NULL);
        return r;
}

int fat_chain_place(struct fat_fs *fs, const struct fat_chain *chain, uint64_t offset, uint64_t *ret_offset,
                    uint64_t *ret_left, ow_error *err)
{
        uint64_t index = offset / fs->boot.cluster_size, inside = offset % fs->boot.cluster_size;
        size_t low = 0, high = chain->n_runs;
        const struct fat_run *run;

        if (index >= chain->n_clusters)
                return ow_fail(err, OW_E_CORRUPT, offset, "the file's size says more than its %u clusters hold",
                               chain->n_clusters);
        while (high - low > 1) {
                size_t mid = low + (high - low) / 2;

                if (chain->runs[mid].index <= index)
                        low = mid;
                else
                        high = mid;
        }
        run = &chain->runs[low];
        *ret_offset = fs->boot.data_offset + (run->first - 2 + (index - run->index)) * fs->boot.cluster_size + inside;
        *ret_left = (run->count - (index - run->index)) * fs->boot.cluster_size - inside;
        return 0;
}

int fat_chain_read(struct fat_fs *fs, const struct fat_chain *chain, uint64_t offset, void *buf, size_t size,
                   ow_error *err)
{
        uint8_t *p = buf;

        while (size) {
                uint64_t place, left;
                size_t n;
                int r = fat_chain_place(fs, chain, offset, &place, &left, err);

                if (r < 0)
                        return r;
                n = left < size ? (size_t)left : size;
                r = volume_window_read(&fs->window, place, p, n, err);
                if (r < 0)
                        return r;
                p += n;
                offset += n;
                size -= n;
        }
        return 0;
}

int fat_chain_write(struct fat_fs *fs, const struct fat_chain *chain, uint64_t offset, const void *buf, size_t size,
                    ow_error *err)
{
        static const uint8_t zeros[4096];
        const uint8_t *p = buf;

        while (size) {
                uint64_t place, left;
                size_t n;
                int r = fat_chain_place(fs, chain, offset, &place, &left, err);

                if (r < 0)
                        return r;
                n = left < size ? (size_t)left : size;
                if (!p && n > sizeof zeros)
                        n = sizeof zeros;
                r = volume_window_write(&fs->window, place, p ? p : zeros, n, err);
                if (r < 0)
                        return r;
                if (p)
                        p += n;
                offset += n;
                size -= n;
        }
        return 0;
}
