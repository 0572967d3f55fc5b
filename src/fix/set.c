/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The set of fixes: built-ins, then every .fix file of the named folders; by name, the last definition wins. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <offwin/fix.h>

#include "fix/builtin.h"
#include "fix/device-list.h"

enum {
        SET_MAX = 4096,                 /* fixes of one set */
        DEPTH_MAX = 8,                  /* folders below a named one */
};

struct ow_fix_set {
        ow_fix **fixes;                 /* sorted by name once loaded */
        size_t n, cap;
        ow_device_list **lists;         /* of devices; as found */
        size_t n_lists, cap_lists;
};

void ow_fix_free(ow_fix *fix)
{
        if (!fix)
                return;
        for (size_t i = 0; i < fix->n_edits; i++) {
                for (size_t v = 0; v < fix->edits[i].n_values; v++) {
                        ow_free(fix->edits[i].values[v].name);
                        ow_blob_done(&fix->edits[i].values[v].data);
                }
                ow_free(fix->edits[i].values);
                ow_free(fix->edits[i].path);
        }
        for (size_t i = 0; i < fix->n_conditions; i++)
                fix_condition_done(&fix->conditions[i]);
        for (size_t i = 0; i < fix->n_parameters; i++) {
                ow_free(fix->parameters[i]);
                ow_free(fix->parameter_help[i]);
        }
        fix_pack_free(fix->pack);
        ow_free(fix->edits);
        ow_free(fix->conditions);
        ow_free(fix->parameters);
        ow_free(fix->parameter_help);
        ow_free(fix->ranges);
        ow_free(fix->name);
        ow_free(fix->area);
        ow_free(fix->title);
        ow_free(fix->why);
        ow_free(fix->source);
        ow_free(fix->note);
        ow_free(fix->windows);
        ow_free(fix);
}

void ow_fix_set_free(ow_fix_set *set)
{
        if (!set)
                return;
        for (size_t i = 0; i < set->n; i++)
                ow_fix_free(set->fixes[i]);
        for (size_t i = 0; i < set->n_lists; i++)
                device_list_free(set->lists[i]);
        ow_free(set->fixes);
        ow_free(set->lists);
        ow_free(set);
}
OW_DEFINE_AUTO(ow_fix_set, ow_fix_set_free);

/* Takes fix in any case. */
static int set_add(ow_fix_set *set, ow_fix *fix, ow_error *err)
{
        OW_AUTO(ow_fix) mine = fix;
        void *grown;

        for (size_t i = 0; i < set->n; i++) {
                if (strcmp(set->fixes[i]->name, fix->name) == 0) {
                        ow_fix_free(set->fixes[i]);
                        set->fixes[i] = OW_TAKE(mine);
                        return 0;
                }
        }
        if (set->n == SET_MAX)
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "more than %d fixes", SET_MAX);
        grown = ow_grow(set->fixes, set->n, &set->cap, sizeof(ow_fix *));
        if (!grown)
                return ow_fail_nomem(err);
        set->fixes = grown;
        set->fixes[set->n++] = OW_TAKE(mine);
        return 0;
}

/* The later list of a name wins. Takes list in any case. */
static int list_add(ow_fix_set *set, ow_device_list *list, ow_error *err)
{
        void *grown;

        for (size_t i = 0; i < set->n_lists; i++) {
                if (strcmp(set->lists[i]->name, list->name) != 0)
                        continue;
                device_list_free(set->lists[i]);
                set->lists[i] = list;
                return 0;
        }
        grown = set->n_lists < SET_MAX ? ow_grow(set->lists, set->n_lists, &set->cap_lists, sizeof *set->lists) : NULL;
        if (!grown) {
                device_list_free(list);
                return ow_fail_nomem(err);
        }
        set->lists = grown;
        set->lists[set->n_lists++] = list;
        return 0;
}

static int builtins_add(ow_fix_set *set, ow_error *err)
{
        for (size_t i = 0; i < fix_n_builtins; i++) {
                const struct fix_builtin *b = &fix_builtins[i];
                ow_fix *fix;
                int r;

                r = fix_file_parse(b->name, b->area, b->name, b->text, strlen(b->text), b->plan, &fix, err);
                if (r < 0)
                        return r;
                fix->built_in = true;
                r = set_add(set, fix, err);
                if (r < 0)
                        return r;
        }
        return 0;
}

static void close_file(FILE **f)
{
        if (*f)
                (void)fclose(*f);
}

static int file_read(const char *path, ow_blob *ret, ow_error *err)
{
        __attribute__((cleanup(close_file))) FILE *f = fopen(path, "rbe");
        OW_AUTO_FREE uint8_t *data = NULL;
        size_t size;

        if (!f)
                return ow_fail_sys(err, errno, "open '%s'", path);
        data = ow_malloc((size_t)FIX_FILE_MAX + 1);
        if (!data)
                return ow_fail_nomem(err);
        size = fread(data, 1, (size_t)FIX_FILE_MAX + 1, f);
        if (ferror(f))
                return ow_fail_sys(err, errno, "read '%s'", path);
        *ret = (ow_blob){ OW_TAKE(data), size };
        return 0;
}

/* What the name of a file says it is. */
static bool ends_in(const char *name, const char *ending)
{
        size_t n = strlen(name), m = strlen(ending);

        return n > m && strcmp(name + n - m, ending) == 0;
}

/* name is "x.fix" or "x.list", in the folder path, which is the area too. */
static int file_add(ow_fix_set *set, const char *folder, const char *area, const char *name, ow_error *err)
{
        OW_AUTO_FREE char *path = ow_asprintf("%s/%s", folder, name);
        OW_AUTO_FREE char *plain = ow_strndup(name, (size_t)(strrchr(name, '.') - name));
        ow_device_list *list = NULL;
        ow_blob text = { NULL, 0 };
        ow_fix *fix = NULL;
        int r;

        if (!path || !plain)
                return ow_fail_nomem(err);
        if (!fix_name_ok(plain))
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE,
                               "%s: a fix is named with a-z, 0-9 and '-', first a letter, at most %d characters",
                               path, FIX_NAME_MAX);
        r = file_read(path, &text, err);
        if (r < 0)
                return r;
        if (ends_in(name, ".list"))
                r = device_list_parse(plain, path, text.p, text.size, &list, err);
        else
                r = fix_file_parse(plain, area, path, text.p, text.size, NULL, &fix, err);
        ow_blob_done(&text);
        if (r < 0)
                return r;
        return list ? list_add(set, list, err) : set_add(set, fix, err);
}

/* Names in a folder, sorted, so that the order of a host's folder never shows. */
struct listing {
        char **names;
        size_t n, cap;
};

static void listing_done(struct listing *listing)
{
        for (size_t i = 0; i < listing->n; i++)
                ow_free(listing->names[i]);
        ow_free(listing->names);
}

static void close_folder(DIR **folder)
{
        if (*folder)
                (void)closedir(*folder);
}

static int by_text(const void *a, const void *b)
{
        return strcmp(*(char *const *)a, *(char *const *)b);
}

static int listing_read(const char *path, struct listing *listing, ow_error *err)
{
        __attribute__((cleanup(close_folder))) DIR *folder = opendir(path);
        struct dirent *entry;

        if (!folder)
                return ow_fail_sys(err, errno, "read folder of fixes '%s'", path);
        while (errno = 0, entry = readdir(folder)) {
                void *grown;

                if (entry->d_name[0] == '.')
                        continue;
                grown = ow_grow(listing->names, listing->n, &listing->cap, sizeof(char *));
                if (!grown)
                        return ow_fail_nomem(err);
                listing->names = grown;
                listing->names[listing->n] = ow_strdup(entry->d_name);
                if (!listing->names[listing->n])
                        return ow_fail_nomem(err);
                listing->n++;
        }
        if (errno)
                return ow_fail_sys(err, errno, "read folder of fixes '%s'", path);
        if (listing->n)
                qsort(listing->names, listing->n, sizeof(char *), by_text);
        return 0;
}

static int folder_add(ow_fix_set *set, const char *path, const char *area, unsigned depth, ow_error *err)
{
        __attribute__((cleanup(listing_done))) struct listing listing = { NULL, 0, 0 };
        int r;

        r = listing_read(path, &listing, err);
        for (size_t i = 0; i < listing.n && r >= 0; i++) {
                const char *name = listing.names[i];
                OW_AUTO_FREE char *full = ow_asprintf("%s/%s", path, name);
                struct stat st;

                if (!full)
                        return ow_fail_nomem(err);
                if (stat(full, &st) != 0)
                        return ow_fail_sys(err, errno, "read '%s'", full);
                if (S_ISDIR(st.st_mode) && depth < DEPTH_MAX)
                        r = folder_add(set, full, name, depth + 1, err);
                else if (S_ISREG(st.st_mode) && (ends_in(name, ".fix") || ends_in(name, ".list")))
                        r = file_add(set, path, area, name, err);
        }
        return r;
}

static int by_name(const void *a, const void *b)
{
        const ow_fix *const *left = a, *const *right = b;

        return strcmp((*left)->name, (*right)->name);
}

int ow_fix_set_load(const char *const *dirs, size_t n_dirs, ow_fix_set **ret_set, ow_error *err)
{
        OW_AUTO(ow_fix_set) set = ow_calloc(1, sizeof *set);
        int r;

        if (!set)
                return ow_fail_nomem(err);
        r = builtins_add(set, err);
        if (r < 0)
                return r;
        for (size_t i = 0; i < n_dirs; i++) {
                r = folder_add(set, dirs[i], "local", 0, err);
                if (r < 0)
                        return r;
        }
        if (set->n)
                qsort(set->fixes, set->n, sizeof(ow_fix *), by_name);
        *ret_set = OW_TAKE(set);
        return 0;
}

size_t ow_fix_set_count(const ow_fix_set *set)
{
        return set->n;
}

const ow_fix *ow_fix_set_get(const ow_fix_set *set, size_t index)
{
        return index < set->n ? set->fixes[index] : NULL;
}

const ow_fix *ow_fix_set_find(const ow_fix_set *set, const char *name)
{
        for (size_t i = 0; i < set->n; i++)
                if (strcmp(set->fixes[i]->name, name) == 0)
                        return set->fixes[i];
        return NULL;
}

/* ---- lists of devices ---- */

size_t ow_device_list_count(const ow_fix_set *set)
{
        return set->n_lists;
}

const ow_device_list *ow_device_list_get(const ow_fix_set *set, size_t index)
{
        return index < set->n_lists ? set->lists[index] : NULL;
}

const ow_device_list *ow_device_list_find(const ow_fix_set *set, const char *name)
{
        for (size_t i = 0; i < set->n_lists; i++)
                if (strcmp(set->lists[i]->name, name) == 0)
                        return set->lists[i];
        return NULL;
}
