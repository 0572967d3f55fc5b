/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reg-text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "commands.h"
#include "output.h"
#include "supervise.h"

enum {
        BULK_BYTES = 1 << 20,
        MOST_STDIN = 1 << 30,
        ROW_COST = 4,                   /* of text: each line becomes a row with what was and what is to be */
};

/* ---- the file ---- */

static int read_file(void *state, uint64_t offset, void *buf, size_t size, ow_error *err)
{
        const struct reg_text *text = state;
        uint8_t *p = buf;

        while (size > 0) {
                ssize_t n = pread(text->fd, p, size, (off_t)offset);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return ow_fail_sys(err, errno, "read '%s'", text->name);
                if (n == 0)
                        return ow_fail(err, OW_E_IO, offset, "'%s' became shorter while it was read", text->name);
                p += n;
                size -= (size_t)n;
                offset += (uint64_t)n;
        }
        return 0;
}

/* All of what has no size: a pipe. */
static int slurp(struct reg_text *text, ow_error *err)
{
        size_t size = 0, cap = 0;
        uint8_t *bytes = NULL;

        for (;;) {
                ssize_t n;

                if (size == cap) {
                        uint8_t *grown;

                        cap = cap ? cap * 2 : 65536;
                        supervise_expect(ROW_COST * (cap / 2));
                        grown = realloc(bytes, cap);

                        if (!grown) {
                                free(bytes);
                                return ow_fail_nomem(err);
                        }
                        bytes = grown;
                }
                n = read(text->fd, bytes + size, cap - size);
                if (n < 0 && errno == EINTR)
                        continue;
                size += n > 0 ? (size_t)n : 0;
                if (n > 0 && size <= MOST_STDIN)
                        continue;
                text->bytes = bytes;
                text->text.p = bytes;
                text->text.size = size;
                if (n < 0)
                        return ow_fail_sys(err, errno, "read '%s'", text->name);
                return n == 0 ? 0 : ow_fail(err, OW_E_LIMIT, size, "more than %d bytes from '%s'", MOST_STDIN,
                                            text->name);
        }
}

int reg_text_open(const struct arguments *arguments, const char *name, struct reg_text *ret, ow_error *err)
{
        struct stat st;

        *ret = (struct reg_text){ .name = name, .fd = -1 };
        if (arguments->codepage && !ow_reg_codepage_parse(arguments->codepage, &ret->text.codepage))
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%s' is not a code page; 1252 is one",
                               arguments->codepage);
        ret->fd = strcmp(name, "-") == 0 ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) : open(name, O_RDONLY | O_CLOEXEC);
        if (ret->fd < 0 || fstat(ret->fd, &st) != 0)
                return ow_fail_sys(err, errno, "open '%s'", name);
        if (S_ISDIR(st.st_mode))
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%s' is a folder", name);
        if (!S_ISREG(st.st_mode))
                return slurp(ret, err);
        supervise_expect(ROW_COST * (uint64_t)st.st_size);
        ret->source = (ow_source){ (uint64_t)st.st_size, ret, read_file };
        ret->text.source = &ret->source;
        return 0;
}

void reg_text_close(struct reg_text *text)
{
        if (text->fd >= 0)
                (void)close(text->fd);
        free(text->bytes);
}

int reg_text_fault(int r, ow_error *err)
{
        if (r == OW_E_FORMAT || r == OW_E_LIMIT)
                err->code = r = OW_E_INVAL;
        return r;
}

int reg_text_detect(const char *name)
{
        static const char *const heads[] = { "Windows Registry Editor", "REGEDIT4" };
        char head[64] = { 0 }, plain[64];
        size_t n = 0;
        FILE *file;

        if (strcmp(name, "-") == 0)
                return 1;               /* nothing else comes in by it */
        file = fopen(name, "re");

        if (!file)
                return 0;
        (void)!fread(head, 1, sizeof head - 1, file);
        (void)fclose(file);
        /* UTF-16 or UTF-8, with or without a mark: what is left of it in ASCII. */
        for (size_t i = 0; i < sizeof head - 1; i++)
                if (head[i] > 0)
                        plain[n++] = head[i];
        plain[n] = '\0';
        for (size_t i = 0; i < 2; i++)
                if (strncmp(plain, heads[i], strlen(heads[i])) == 0)
                        return 1;
        return 0;
}

bool reg_texts_are_bulk(const struct reg_texts *texts)
{
        off_t total = 0;

        for (size_t i = 0; i < texts->count; i++) {
                struct stat st;

                if (stat(texts->names[i], &st) == 0 && S_ISREG(st.st_mode))
                        total += st.st_size;
        }
        return total > BULK_BYTES;
}

/* ---- applying ---- */

/* Where the last key of the text lies. */
struct cursor {
        struct editor *editor;
        struct places places;
        ow_regkey *keys;                /* one per place */
        size_t cap;
        bool removed;
        bool applying;                  /* the text has been read to its end once: it is well-formed */
        size_t first_row;               /* of what this key changed */
};

/* "HKEY_LOCAL_MACHINE\X" of "HKEY_LOCAL_MACHINE\X\Y\Z", "HKEY_CURRENT_USER" of "HKEY_CURRENT_USER\X". */
static int prefix_of(const char *path)
{
        size_t size = strcspn(path, "\\");

        if (path[size] && strncasecmp(path, "HKEY_CURRENT_USER", size) != 0 && strncasecmp(path, "HKCU", size) != 0)
                size += 1 + strcspn(path + size + 1, "\\");
        return (int)size;
}

static int check_fit(const struct target *target, const ow_reg_key *key, ow_error *err)
{
        int r = target->file ? ow_hivefile_fits(target->file, key->path, err) : 1;

        if (r == 0)
                return ow_fail(err, OW_E_INVAL, key->line,
                               "a key that does not lie below %s, as which '%s' is taken (--prefix '%.*s' "
                               "takes it for that): '%s'",
                               ow_hivefile_prefix(target->file), target->name, prefix_of(key->path), key->path,
                               key->path);
        return r < 0 ? r : 0;
}

static int make_room(struct cursor *cursor, ow_error *err)
{
        if (cursor->places.count > cursor->cap) {
                ow_regkey *keys = realloc(cursor->keys, cursor->places.count * sizeof *keys);

                if (!keys)
                        return ow_fail_nomem(err);
                cursor->keys = keys;
                cursor->cap = cursor->places.count;
        }
        return 0;
}

/* The rows of a key in several places: each place with its values. */
static int end_key(struct cursor *cursor, ow_error *err)
{
        size_t first = cursor->first_row;
        bool several = cursor->places.count > 1;

        cursor->first_row = cursor->editor->rows.count;
        places_done(&cursor->places);
        return several ? editor_group(cursor->editor, first, err) : 0;
}

/* What is too long or too deep for a hive is a fault of the text. */
static int at_line(int r, uint32_t line, ow_error *err)
{
        if (r == OW_E_LIMIT)
                r = reg_text_fault(r, err);
        return r < 0 ? ow_wrap(err, r, "line %u", line) : 0;
}

static int on_key(void *state, const ow_reg_key *key, ow_error *err)
{
        struct cursor *cursor = state;
        struct target *target = cursor->editor->target;
        int r = end_key(cursor, err);

        cursor->applying = true;
        if (r == 0)
                r = check_fit(target, key, err);
        if (r == 0)
                r = target_places_to_edit(target, key->path, &cursor->places, err);
        if (r == 0)
                r = make_room(cursor, err);
        cursor->removed = key->remove;
        for (size_t i = 0; r == 0 && i < cursor->places.count; i++) {
                const char *place = cursor->places.items[i];

                r = key->remove ? editor_remove_key(cursor->editor, place, err)
                                : editor_key(cursor->editor, place, &cursor->keys[i], err);
        }
        return at_line(r, key->line, err);
}

static int on_value(void *state, const ow_reg_value *value, ow_error *err)
{
        struct cursor *cursor = state;
        int r = 0;

        for (size_t i = 0; r == 0 && !cursor->removed && i < cursor->places.count; i++) {
                const char *place = cursor->places.items[i];

                if (value->remove)
                        r = editor_remove_value(cursor->editor, place, cursor->keys[i], value->name, err);
                else
                        r = editor_set(cursor->editor, place, cursor->keys[i], value->name, value->type,
                                       value->data.p, value->data.size, err);
        }
        return at_line(r, value->line, err);
}

int reg_texts_apply(void *state, struct editor *editor, ow_error *err)
{
        const struct reg_texts *texts = state;
        struct cursor cursor = { .editor = editor };
        const ow_reg_reader reader = { &cursor, on_key, on_value };
        int r = 0;

        for (size_t i = 0; r == 0 && i < texts->count; i++) {
                AUTO_REG_TEXT text;

                cursor.applying = false;
                r = reg_text_open(texts->arguments, texts->names[i], &text, err);
                if (r == 0) {
                        r = ow_reg_read(&text.text, &reader, err);
                        if (r == 0)
                                r = end_key(&cursor, err);
                        if (r < 0 && !cursor.applying)
                                r = reg_text_fault(r, err);
                        if (r < 0)
                                r = ow_wrap(err, r, "'%s'", texts->names[i]);
                }
        }
        places_done(&cursor.places);
        free(cursor.keys);
        return r;
}
