/* SPDX-License-Identifier: GPL-2.0-or-later */
/* texts.c - the .reg text of each hive for people and for foreign programs to compare with (--texts FOLDER). */
#include <stdio.h>
#include <string.h>

#include "build.h"

static int append(const char *path, const char *mode, const void *p, size_t size, ow_error *err)
{
        FILE *f = fopen(path, mode);
        bool good;

        if (f == NULL)
                return ow_fail(err, OW_E_IO, OW_NOWHERE, "cannot make '%s'", path);
        good = fwrite(p, 1, size, f) == size;
        return fclose(f) == 0 && good ? 0 : ow_fail(err, OW_E_IO, OW_NOWHERE, "cannot write '%s'", path);
}

int texts_keep(struct build *build, const char *name, const struct bytes *plain, struct bytes *names, ow_error *err)
{
        AUTO_TEXT file = NULL;
        AUTO_TEXT path = NULL;

        if (build->texts == NULL)
                return 0;
        file = need_printf("%03u-%s.reg", build->n_texts++, name);
        path = join_path(build->texts, file);
        bytes_printf(names, "%s%s", names->len ? "," : "", file);
        return append(path, "w", plain->p, plain->len, err);
}

/* One line per hive or given file: image, place and size of its partition, path, prefix, how to compare, with what. */
static int put_line(const struct build *build, const char *path, const char *prefix, const char *how, const char *with,
                    ow_error *err)
{
        AUTO_TEXT index = NULL;
        AUTO_TEXT line = NULL;

        if (build->texts == NULL)
                return 0;
        index = join_path(build->texts, "index");
        line = need_printf("%s\t%llu\t%llu\t%s\t%s\t%s\t%s\n", build->image,
                           (unsigned long long)build->partition->start,
                           (unsigned long long)build->partition->size, path, prefix, how, with);
        return append(index, "a", line, strlen(line), err);
}

int texts_index(const struct build *build, const struct section *s, const char *path, const char *prefix,
                const char *names, ow_error *err)
{
        bool more = section_get(s, "copy", NULL) != NULL || strcmp(section_get(s, "pad", "0"), "0") != 0;

        return put_line(build, path, prefix, more ? "more" : "exact", names, err);
}

int texts_given(const struct build *build, const char *path, const char *data, ow_error *err)
{
        return put_line(build, path, "-", "given", data, err);
}
