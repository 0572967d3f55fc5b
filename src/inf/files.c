/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CopyFiles, DestinationDirs, SourceDisksNames and SourceDisksFiles. docs/formats/inf.md 7. */
#include <string.h>

#include "inf/inf.h"

struct files {
        const ow_inf *inf;
        const ow_inf_target *target;
        ow_inf_files list;
        size_t cap, looked;
};

/* A source section for the target: NAME.arch, then NAME. 1, 0, < 0. */
static int source_section(const struct files *files, const char *name, bool decorated, ow_inf_section *ret,
                          ow_error *err)
{
        if (!decorated)
                return ow_inf_find(files->inf, name, ret);
        return inf_find_joined(files->inf, name, ow_inf_arch_name(files->target->arch), ret, err);
}

static int look(struct files *files, const ow_inf_section *section, ow_error *err)
{
        files->looked += 1 + section->count;
        if (files->looked > INF_MAX_LOOKS)
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "lists of files lead to more than %d lines",
                               INF_MAX_LOOKS);
        return 0;
}

/* The line of key in NAME.arch or NAME. 1, 0, < 0. */
static int source_line(struct files *files, const char *name, const char *key, uint32_t *ret, ow_error *err)
{
        for (int plain = 0; plain < 2; plain++) {
                ow_inf_section section = { "", 0, 0 };
                int r = source_section(files, name, !plain, &section, err);

                if (r >= 0 && look(files, &section, err) < 0)
                        return OW_E_LIMIT;
                if (r < 0)
                        return r;
                if (r > 0 && ow_inf_line_find(files->inf, &section, key, ret))
                        return 1;
        }
        return 0;
}

/* Appends a folder without the '\' that it may begin or end with. */
static void put_folder(ow_buffer *out, const char *folder)
{
        size_t n = strlen(folder);

        while (n && (*folder == '\\' || *folder == '/')) {
                folder++;
                n--;
        }
        while (n && (folder[n - 1] == '\\' || folder[n - 1] == '/'))
                n--;
        if (n && out->len)
                ow_buffer_put_byte(out, '\\');
        ow_buffer_put(out, folder, n);
}

/* Where on the source a file is: path of its disk, then its own. line: of [SourceDisksFiles]. */
static int folder_of(struct files *files, uint32_t line, char **ret, ow_error *err)
{
        const ow_inf *inf = files->inf;
        OW_AUTO_BUFFER folder = OW_BUFFER_INIT;
        uint32_t disk;
        int r;

        r = source_line(files, "SourceDisksNames", ow_inf_field(inf, line, 0), &disk, err);
        if (r < 0)
                return r;
        if (r > 0)
                put_folder(&folder, ow_inf_field(inf, disk, 3));
        put_folder(&folder, ow_inf_field(inf, line, 1));
        *ret = ow_buffer_take_text(&folder);
        return *ret ? 0 : ow_fail_nomem(err);
}

static int file_add(struct files *files, const ow_inf_file *file, ow_error *err)
{
        void *grown;

        if (files->list.count == INF_MAX_ITEMS)
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "more than %d files", INF_MAX_ITEMS);
        grown = ow_grow(files->list.items, files->list.count, &files->cap, sizeof *files->list.items);
        if (!grown)
                return ow_fail_nomem(err);
        files->list.items = grown;
        files->list.items[files->list.count++] = *file;
        return 0;
}

/* destination: the line of [DestinationDirs], or UINT32_MAX. */
static int copy_add(struct files *files, const char *target, const char *source, uint32_t destination, ow_error *err)
{
        ow_inf_file file = { .name = *source ? source : target, .target = target, .subfolder = "" };
        uint32_t line;
        int r;

        if (!*target)
                return 0;
        if (destination != UINT32_MAX) {
                (void)ow_inf_number(ow_inf_field(files->inf, destination, 0), &file.dirid);
                file.subfolder = ow_inf_field(files->inf, destination, 1);
        }
        r = source_line(files, "SourceDisksFiles", file.name, &line, err);
        if (r > 0) {
                r = folder_of(files, line, &file.folder, err);
        } else if (r == 0) {
                file.folder = ow_strdup("");
                r = file.folder ? 0 : ow_fail_nomem(err);
        }
        if (r == 0)
                r = file_add(files, &file, err);
        if (r < 0)
                ow_free(file.folder);
        return r;
}

static int destination_of(struct files *files, const char *section, uint32_t *ret, ow_error *err)
{
        ow_inf_section directories = { "", 0, 0 };

        *ret = UINT32_MAX;
        if (ow_inf_find(files->inf, "DestinationDirs", &directories) &&
            !ow_inf_line_find(files->inf, &directories, section, ret))
                (void)ow_inf_line_find(files->inf, &directories, "DefaultDestDir", ret);
        return look(files, &directories, err);
}

static int copy_section(struct files *files, const ow_inf_section *install, ow_error *err)
{
        struct inf_names names = { .inf = files->inf, .section = *install, .key = "CopyFiles" };
        const char *name;
        int r = 0;

        while (r == 0 && (name = inf_names_next(&names))) {
                ow_inf_section list = { "", 0, 0 };
                uint32_t destination;

                r = destination_of(files, *name == '@' ? "DefaultDestDir" : name, &destination, err);
                if (r < 0)
                        return r;
                if (*name == '@') {
                        r = copy_add(files, name + 1, "", destination, err);
                        continue;
                }
                (void)ow_inf_find(files->inf, name, &list);
                r = look(files, &list, err);
                for (uint32_t i = 0; i < list.count && r == 0; i++)
                        r = copy_add(files, ow_inf_field(files->inf, list.first + i, 0),
                                     ow_inf_field(files->inf, list.first + i, 1), destination, err);
        }
        return r;
}

static int files_end(struct files *files, int r, ow_inf_files *ret)
{
        if (r < 0)
                ow_inf_files_done(&files->list);
        else
                *ret = files->list;
        return r < 0 ? r : 0;
}

int ow_inf_files_get(const ow_inf *inf, const ow_inf_section *install, const ow_inf_target *target, ow_inf_files *ret,
                     ow_error *err)
{
        struct files files = { .inf = inf, .target = target };
        ow_inf_section more;
        int r;

        r = copy_section(&files, install, err);
        if (r == 0)
                r = inf_find_joined(inf, install->name, "CoInstallers", &more, err);
        if (r > 0)
                r = copy_section(&files, &more, err);
        return files_end(&files, r, ret);
}

int ow_inf_package_get(const ow_inf *inf, const ow_inf_target *target, ow_inf_files *ret, ow_error *err)
{
        struct files files = { .inf = inf, .target = target };
        int r = 0;

        for (int plain = 0; plain < 2 && r >= 0; plain++) {
                ow_inf_section section;

                r = source_section(&files, "SourceDisksFiles", !plain, &section, err);
                for (uint32_t i = 0; r > 0 && i < section.count; i++) {
                        uint32_t line = section.first + i;
                        ow_inf_file file = { .name = ow_inf_key(inf, line), .target = "", .subfolder = "" };
                        int added;

                        if (!file.name || !*file.name)
                                continue;
                        added = folder_of(&files, line, &file.folder, err);
                        if (added == 0)
                                added = file_add(&files, &file, err);
                        if (added < 0) {
                                ow_free(file.folder);
                                r = added;
                        }
                }
        }
        return files_end(&files, r, ret);
}

void ow_inf_files_done(ow_inf_files *files)
{
        for (size_t i = 0; i < files->count; i++)
                ow_free(files->items[i].folder);
        ow_free(files->items);
        *files = (ow_inf_files){ NULL, 0 };
}
