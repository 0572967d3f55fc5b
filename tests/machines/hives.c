/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hives.c - a hive from texts: sources (.reg in the readable form), service and device tables, copies of control
 * sets, filler. The programs that a service table names can be put on the volume as well.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <offwin/reg.h>

#include "build.h"

static void close_hive(ow_hive **hive)
{
        ow_hive_close(*hive);
}
#define AUTO_HIVE __attribute__((cleanup(close_hive))) ow_hive *

enum { MAX_DEPTH = 64 };

/* ---- texts ---- */

static int read_source(const struct section *s, const char *name, char **ret_path, struct bytes *ret, ow_error *err)
{
        AUTO_TEXT folder = folder_of(s->file);

        *ret_path = join_path(folder, name);
        bytes_text(ret, "");
        return read_host_file(*ret_path, ret, err);
}

/* One source, services or devices entry as plain .reg text, appended to plain. */
static int entry_to_reg(struct build *build, const struct section *s, const struct entry *e, struct images *images,
                        struct bytes *plain, ow_error *err)
{
        AUTO_TEXT path = NULL;
        AUTO_BYTES text = { 0 };
        AUTO_BYTES readable = { 0 };
        int r = read_source(s, e->value, &path, &text, err);

        if (r < 0)
                return ow_wrap(err, r, "%s:%u", s->file, e->line);
        if (strcmp(e->key, "source") == 0)
                return regtext_expand(&s->variables, path, text.p, plain, err);
        if (strcmp(e->key, "services") == 0)
                r = services_to_reg(path, text.p, &readable, images, err);
        else
                r = devices_to_reg(&s->variables, path, text.p, &readable, err);
        return r < 0 ? r : regtext_expand(&s->variables, path, readable.p, plain, err);
}

static int import_text(ow_hive *hive, const char *prefix, const char *from, const struct bytes *plain, ow_error *err)
{
        ow_reg_document document = { 0 };
        int r = ow_reg_parse(plain->p, plain->len, 0, &document, err);

        if (r == 0)
                r = ow_reg_import(hive, ow_hive_root(hive), prefix, &document, err);
        ow_reg_document_done(&document);
        return r < 0 ? ow_wrap(err, r, "%s", from) : 0;
}

static int import_entries(struct build *build, const struct section *s, const char *name, ow_hive *hive,
                          struct images *images, ow_error *err)
{
        AUTO_TEXT usual = need_printf("HKEY_LOCAL_MACHINE\\%s", name);
        const char *prefix = section_get(s, "prefix", usual);
        AUTO_BYTES names = { 0 };
        int r = 0;

        for (size_t i = 0; i < s->n_entries && r == 0; i++) {
                const struct entry *e = &s->entries[i];
                AUTO_BYTES plain = { 0 };

                if (strcmp(e->key, "source") != 0 && strcmp(e->key, "services") != 0 && strcmp(e->key, "devices") != 0)
                        continue;
                r = entry_to_reg(build, s, e, images, &plain, err);
                if (r == 0)
                        r = texts_keep(build, name, &plain, &names, err);
                if (r == 0)
                        r = import_text(hive, prefix, e->value, &plain, err);
        }
        return r < 0 ? r : texts_index(build, s, section_get(s, "path", ""), prefix, names.p ? names.p : "", err);
}

/* ---- copies ---- */

static int copy_values(ow_hive *hive, ow_key from, ow_key to, ow_error *err)
{
        uint32_t index = 0;
        ow_value value;
        int r;

        while ((r = ow_hive_next_value(hive, from, &index, &value, err)) == 1) {
                ow_value_info info = { 0 };
                ow_blob data = { 0 };

                r = ow_hive_value_info(hive, value, &info, err);
                if (r == 0)
                        r = ow_hive_read_value(hive, value, NULL, &data, err);
                if (r == 0)
                        r = ow_hive_set_value(hive, to, info.name, info.type, data.p, data.size, err);
                ow_blob_done(&data);
                ow_value_info_done(&info);
                if (r < 0)
                        return r;
        }
        return r;
}

static int copy_key(ow_hive *hive, ow_key from, ow_key to, unsigned depth, ow_error *err)
{
        ow_subkey_iter iter = { 0 };
        ow_key child, copy;
        int r = copy_values(hive, from, to, err);

        if (depth > MAX_DEPTH)
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "more than %d keys deep", MAX_DEPTH);
        while (r >= 0 && (r = ow_hive_next_subkey(hive, from, &iter, &child, err)) == 1) {
                ow_key_info info = { 0 };

                r = ow_hive_key_info(hive, child, &info, err);
                if (r == 0)
                        r = ow_hive_create_key(hive, to, info.name, &copy, NULL, err);
                ow_key_info_done(&info);
                if (r == 0)
                        r = copy_key(hive, child, copy, depth + 1, err);
        }
        return r;
}

/* copy = ControlSet001 ControlSet002: the last known good set, as Windows leaves it after a good boot. */
static int make_copies(const struct section *s, ow_hive *hive, ow_error *err)
{
        AUTO_TEXT names = need_copy(section_get(s, "copy", ""));
        char *to_name = names;
        const char *from_name = strsep(&to_name, " ");
        ow_key from, to;
        int r;

        if (*from_name == '\0')
                return 0;
        if (to_name == NULL)
                return section_fail(s, "copy", err, "wants two keys, from and to");
        r = ow_hive_find(hive, ow_hive_root(hive), from_name, &from, err);
        if (r == 0)
                return section_fail(s, "copy", err, "the first key is not there");
        if (r > 0)
                r = ow_hive_create_key(hive, ow_hive_root(hive), to_name, &to, NULL, err);
        return r < 0 ? r : copy_key(hive, from, to, 0, err);
}

/* ---- onto the volume ---- */

static bool starts_with(const char *text, const char *prefix)
{
        return strncasecmp(text, prefix, strlen(prefix)) == 0;
}

/* "%SystemRoot%\system32\svchost.exe -k x", "\"C:\Program Files\x.exe\" /s", "System32\drivers\x.sys" -> a path. */
static char *image_file(const char *root, const char *image)
{
        static const char *const below_root[] = { "%SystemRoot%\\", "%windir%\\", "\\SystemRoot\\" };
        AUTO_TEXT plain = need_copy(image + (*image == '"'));
        char *end = *image == '"' ? strchr(plain, '"') : NULL;

        for (size_t i = 0; end == NULL && i < 3; i++) {
                char *dot = strcasestr(plain, ((const char *[]){ ".exe", ".sys", ".dll" })[i]);

                end = dot ? dot + 4 : NULL;
        }
        if (end != NULL)
                *end = '\0';
        for (size_t i = 0; i < COUNT(below_root); i++)
                if (starts_with(plain, below_root[i]))
                        return need_printf("\\%s\\%s", root, plain + strlen(below_root[i]));
        if (starts_with(plain, "%ProgramFiles%\\"))
                return need_printf("\\Program Files\\%s", plain + strlen("%ProgramFiles%\\"));
        if (starts_with(plain, "\\??\\"))
                return need_copy(plain + strlen("\\??\\C:"));
        if (plain[0] != '\0' && plain[1] == ':')
                return need_copy(plain + 2);
        return need_printf("\\%s\\%s", root, plain);
}

static int make_image(const struct variables *variables, const struct image *image, const char *machine,
                      ow_volume *volume, ow_error *err)
{
        const char *root = variables_get(variables, "root"), *version = variables_get(variables, "file_version");
        AUTO_TEXT path = image_file(root ? root : "Windows", image->path);
        const char *name = strrchr(path, '\\'), *dot = strrchr(path, '.');
        bool theirs = strstr(path, "\\HP") || strstr(path, "\\hp") || strstr(path, "Cpq") || strstr(path, "cpq") ||
                      strncasecmp(name ? name + 1 : "", "hp", 2) == 0;
        struct pe pe = { .machine = machine, .driver = dot != NULL && strcasecmp(dot, ".sys") == 0,
                         .file_name = name ? name + 1 : path, .description = image->description,
                         .company = image->company[0] ? image->company :
                                    theirs ? "Hewlett-Packard Company" : "Microsoft Corporation",
                         .product = theirs ? "HP ProLiant Support Pack" :
                                    image->company[0] ? image->description : "Microsoft Windows Operating System",
                         .version = theirs ? "8.70.0.0" : version ? version : "6.1.7601.17514" };
        AUTO_BYTES bytes = { 0 };
        ow_stat stat;
        int r = dot == NULL ? 1 : ow_volume_stat(volume, path, &stat, err);

        if (r != 0)                                             /* there already (svchost.exe), or not a file */
                return r < 0 ? r : 0;
        r = pe_make(&pe, &bytes, err);
        return r < 0 ? r : build_file(volume, path, bytes.p, bytes.len, 0, err);
}

static int make_images(struct build *build, const struct section *s, const struct images *images, ow_volume *volume,
                       ow_error *err)
{
        const char *machine = section_get(s, "binaries", "none");
        int r = 0;

        if (strcmp(machine, "none") == 0)
                return 0;
        for (size_t i = 0; i < images->count && r == 0; i++)
                r = make_image(&s->variables, &images->list[i], machine, volume, err);
        return r;
}

static int put_logs(const struct section *s, const char *path, ow_volume *volume, ow_error *err)
{
        static const char *const suffixes[][3] = { { NULL }, { ".LOG", NULL }, { ".LOG1", ".LOG2", NULL } };
        AUTO_BYTES zeros = { 0 };
        uint64_t logs = 0;
        int r = section_number(s, "logs", &logs, err);

        if (r < 0)
                return r;
        if (logs > 2)
                return section_fail(s, "logs", err, "0, 1 (.LOG) or 2 (.LOG1 and .LOG2)");
        for (size_t i = 0; suffixes[logs][i] != NULL && r == 0; i++) {
                AUTO_TEXT name = need_printf("%s%s", path, suffixes[logs][i]);

                r = build_file(volume, name, zeros.p, zeros.len, OW_ATTR_HIDDEN | OW_ATTR_SYSTEM, err);
        }
        return r;
}

static int save_hive(ow_hive *hive, const char *path, int64_t now, ow_volume *volume, ow_error *err)
{
        ow_file *file = NULL;
        ow_sink sink;
        int r = build_file(volume, path, NULL, 0, 0, err);

        if (r == 0)
                r = ow_file_open(volume, path, OW_FILE_WRITE, &file, err);
        if (r == 0) {
                sink = ow_file_sink(file);
                r = ow_hive_save(hive, filetime_of(now), &sink, err);
        }
        ow_file_close(file);
        return r < 0 ? ow_wrap(err, r, "save '%s'", path) : 0;
}

int build_hive(struct build *build, const struct section *s, ow_volume *volume, ow_error *err)
{
        const char *path = section_get(s, "path", ""), *slash = strrchr(path, '\\'), *file = slash ? slash + 1 : path;
        const char *name = section_get(s, "name", file);
        struct images images = { 0 };
        AUTO_HIVE hive = NULL;
        uint64_t minor = 5, pad = 0;
        int r = section_number(s, "minor", &minor, err);

        if (r == 0)
                r = section_size(s, "pad", &pad, err);
        if (r == 0)
                r = ow_hive_new((uint32_t)minor, name, NULL, 0, &hive, err);
        if (r == 0)
                r = import_entries(build, s, file, hive, &images, err);
        if (r == 0)
                r = make_copies(s, hive, err);
        if (r == 0 && pad > 0)
                r = fill_hive(hive, section_get(s, "fill", "software"), pad, err);
        if (r == 0)
                r = save_hive(hive, path, build->now, volume, err);
        if (r == 0)
                r = put_logs(s, path, volume, err);
        if (r == 0)
                r = make_images(build, s, &images, volume, err);
        images_done(&images);
        return r;
}
