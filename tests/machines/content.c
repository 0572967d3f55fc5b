/* SPDX-License-Identifier: GPL-2.0-or-later */
/* content.c - folders and files of a recipe onto a volume. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "build.h"

static const struct {
        const char *name;
        uint32_t bit;
} attribute_names[] = {
        { "readonly", OW_ATTR_READONLY }, { "hidden", OW_ATTR_HIDDEN }, { "system", OW_ATTR_SYSTEM },
        { "archive", OW_ATTR_ARCHIVE },
};

int attributes_parse(const struct section *s, uint32_t *ret, ow_error *err)
{
        AUTO_TEXT copy = need_copy(section_get(s, "attributes", ""));
        char *rest = copy;

        while (rest != NULL) {
                const char *word = strsep(&rest, " ");
                bool known = *word == '\0';

                for (size_t i = 0; i < COUNT(attribute_names); i++)
                        if (strcmp(attribute_names[i].name, word) == 0) {
                                *ret |= attribute_names[i].bit;
                                known = true;
                        }
                if (!known)
                        return section_fail(s, "attributes", err, "none of readonly, hidden, system, archive");
        }
        return 0;
}

/* ---- folders ---- */

int build_folder(ow_volume *volume, const char *path, ow_error *err)
{
        AUTO_TEXT part = need_copy(path);
        char *slash;
        ow_stat stat;
        int r = ow_volume_stat(volume, path, &stat, err);

        if (r != 0)
                return r < 0 ? r : 0;
        slash = strrchr(part, '\\');
        if (slash != NULL && slash != part) {
                *slash = '\0';
                r = build_folder(volume, part, err);
                if (r < 0)
                        return r;
        }
        r = ow_volume_create_folder(volume, path, err);
        return r < 0 ? ow_wrap(err, r, "make folder '%s'", path) : 0;
}

static int parent_folder(ow_volume *volume, const char *path, ow_error *err)
{
        const char *slash = strrchr(path, '\\');
        AUTO_TEXT folder = need_copy_part(path, slash == NULL ? 0 : (size_t)(slash - path));

        return *folder ? build_folder(volume, folder, err) : 0;
}

/* Attributes of a folder can be set on NTFS only, where a folder opens like a file. */
static int make_folder(const struct section *s, ow_volume *volume, ow_error *err)
{
        for (size_t i = 0; i < s->n_entries; i++) {
                int r;

                if (strcmp(s->entries[i].key, "path") != 0)
                        continue;
                r = build_folder(volume, s->entries[i].value, err);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* ---- files ---- */

static int write_file(ow_file *file, const void *p, size_t size, uint64_t whole, uint64_t attributes, ow_error *err)
{
        int r = ow_file_set_size(file, whole, err);

        if (r == 0 && size > 0)
                r = ow_file_write(file, 0, p, size, err);
        if (r == 0 && attributes != 0)
                r = ow_file_set_attributes(file, (uint32_t)attributes, err);
        return r;
}

static int put_file(ow_volume *volume, const char *path, const void *p, size_t size, uint64_t whole,
                    uint64_t attributes, ow_error *err)
{
        ow_file *file = NULL;
        int r = parent_folder(volume, path, err);

        if (r == 0)
                r = ow_file_open(volume, path, OW_FILE_WRITE | OW_FILE_CREATE, &file, err);
        if (r == 0)
                r = write_file(file, p, size, whole, attributes, err);
        ow_file_close(file);
        return r < 0 ? ow_wrap(err, r, "write '%s'", path) : 0;
}

int build_file(ow_volume *volume, const char *path, const void *p, size_t size, uint64_t attributes, ow_error *err)
{
        return put_file(volume, path, p, size, size, attributes, err);
}

static int given_data(struct build *build, const struct section *s, const char *name, struct bytes *ret, ow_error *err)
{
        AUTO_TEXT path = NULL;
        int r;

        if (build->data == NULL) {
                build->lacks_data = true;
                return section_fail(s, "data", err, "given data is needed: --data FOLDER");
        }
        path = join_path(build->data, name);
        r = read_host_file(path, ret, err);
        if (r == OW_E_ABSENT)
                build->lacks_data = true;
        return r;
}

static int make_binary(const struct section *s, const char *machine, const char *path, struct bytes *ret, ow_error *err)
{
        const char *name = strrchr(path, '\\'), *dot = strrchr(path, '.');
        struct pe pe = {
                .machine = machine,
                .driver = dot != NULL && strcmp(dot, ".sys") == 0,
                .file_name = name ? name + 1 : path,
                .description = section_get(s, "description", ""),
                .company = section_get(s, "company", "Microsoft Corporation"),
                .product = section_get(s, "product", "Microsoft Windows Operating System"),
                .version = section_get(s, "version", "6.1.7601.17514"),
        };

        return pe_make(&pe, ret, err);
}

/* What stands in the recipe, in this order: given data, a file of ours, a program file, hex at the start, lines. */
static int file_bytes(struct build *build, const struct section *s, const char *path, struct bytes *ret, ow_error *err)
{
        const char *data = section_get(s, "data", NULL), *from = section_get(s, "from", NULL);
        const char *head = section_get(s, "head", NULL), *binary = section_get(s, "binary", NULL);
        int r = 0;

        if (data != NULL)
                r = given_data(build, s, data, ret, err);
        if (data != NULL && r == 0)
                r = texts_given(build, path, data, err);
        if (r == 0 && from != NULL) {
                AUTO_TEXT folder = folder_of(s->file);
                AUTO_TEXT name = join_path(folder, from);

                r = read_host_file(name, ret, err);
        }
        if (r == 0 && binary != NULL)
                r = make_binary(s, binary, path, ret, err);
        if (r == 0 && head != NULL && !parse_hex(head, ret))
                r = section_fail(s, "head", err, "not hex bytes");
        for (size_t i = 0; i < s->n_entries && r == 0; i++)
                if (strcmp(s->entries[i].key, "text") == 0) {
                        bytes_text(ret, s->entries[i].value);
                        bytes_text(ret, "\r\n");
                }
        return r;
}

static int make_file(struct build *build, const struct section *s, ow_volume *volume, ow_error *err)
{
        AUTO_BYTES bytes = { 0 };
        uint32_t attributes = 0;
        uint64_t size = 0;
        int r = attributes_parse(s, &attributes, err);

        if (r == 0)
                r = section_size(s, "size", &size, err);
        for (size_t i = 0; i < s->n_entries && r == 0; i++) {
                const char *path = s->entries[i].value;

                if (strcmp(s->entries[i].key, "path") != 0)
                        continue;
                bytes.len = 0;
                r = file_bytes(build, s, path, &bytes, err);
                if (r == 0)
                        r = put_file(volume, path, bytes.p, bytes.len, size > bytes.len ? size : bytes.len, attributes,
                                     err);
        }
        return r;
}

int build_contents(struct build *build, const struct partition *p, ow_volume *volume, ow_error *err)
{
        for (size_t i = 0; i < p->n_contents; i++) {
                const struct section *s = p->contents[i];
                int r;

                if (section_get(s, "path", NULL) == NULL)
                        return section_fail(s, "path", err, "is missing");
                if (strcmp(s->kind, "folder") == 0)
                        r = make_folder(s, volume, err);
                else if (strcmp(s->kind, "file") == 0)
                        r = make_file(build, s, volume, err);
                else
                        r = build_hive(build, s, volume, err);
                if (r < 0)
                        return build->lacks_data || r == OW_E_INVAL ? r : ow_wrap(err, r, "%s:%u", s->file, s->line);
        }
        return 0;
}
