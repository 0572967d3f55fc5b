/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * services.c - tables (*.services, *.devices) and the service table: one line per service or driver,
 *
 *   name | type | start | error | group | image path | account | depends | display name | extras
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "regtext.h"

enum { NAME, TYPE, START, ERROR_CONTROL, GROUP, IMAGE, ACCOUNT, DEPENDS, DISPLAY, EXTRAS };

/* ---- tables ---- */

int row_fail(const struct row *row, ow_error *err, const char *what, const char *word)
{
        return ow_fail(err, OW_E_INVAL, row->line, "%s:%u: %s: '%s'", row->file, row->line, what, word);
}

int table_rows(const char *file, char *text, row_fn fn, void *state, ow_error *err)
{
        static char none[1];
        struct row row = { .file = file };
        int r = 0;

        while (text != NULL && r == 0) {
                char *rest = trim(strsep(&text, "\n"));

                row.line++;
                if (*rest == '\0' || *rest == '#')
                        continue;
                for (size_t i = 0; i < MAX_COLUMNS; i++)
                        row.columns[i] = rest == NULL ? none : trim(strsep(&rest, "|"));
                r = rest != NULL ? row_fail(&row, err, "too many columns", rest) : fn(state, &row, err);
        }
        return r;
}

char *extra_get(const char *extras, const char *key)
{
        size_t len = strlen(key);

        for (const char *at = extras; *at != '\0'; at += *at == ';') {
                at += strspn(at, " ");
                size_t whole = strcspn(at, ";");

                if (strncmp(at, key, len) == 0 && at[len] == '=') {
                        AUTO_TEXT value = need_copy_part(at + len + 1, whole - len - 1);

                        return need_copy(trim(value));
                }
                at += whole;
        }
        return NULL;
}

void put_quoted(struct bytes *out, const char *text)
{
        bytes_text(out, "\"");
        for (; *text; text++) {
                if (*text == '"' || *text == '\\')
                        bytes_text(out, "\\");
                bytes_put(out, text, 1);
        }
        bytes_text(out, "\"");
}

void put_quoted_list(struct bytes *out, const char *list)
{
        AUTO_TEXT copy = need_copy(list);
        char *rest = copy;
        const char *comma = "";

        while (rest != NULL) {
                char *item = trim(strsep(&rest, ","));

                if (*item == '\0')
                        continue;
                bytes_text(out, comma);
                put_quoted(out, item);
                comma = ",";
        }
}

/* ---- services ---- */

static const struct word {
        const char *name;
        unsigned number;
} type_words[] = {
        { "kernel", 0x1 }, { "fs", 0x2 }, { "adapter", 0x4 }, { "recognizer", 0x8 }, { "own", 0x10 }, { "share", 0x20 },
        { "own+interactive", 0x110 }, { "share+interactive", 0x120 }, { "user-own", 0x50 }, { "user-share", 0x60 },
}, start_words[] = {
        { "boot", 0 }, { "system", 1 }, { "auto", 2 }, { "delayed", 2 }, { "manual", 3 }, { "disabled", 4 },
}, error_words[] = {
        { "ignore", 0 }, { "normal", 1 }, { "severe", 2 }, { "critical", 3 },
}, action_words[] = {
        { "none", 0 }, { "restart", 1 }, { "reboot", 2 }, { "run", 3 },
};

static bool find_word(const struct word *words, size_t n, const char *name, unsigned *ret)
{
        uint64_t number;

        for (size_t i = 0; i < n; i++)
                if (strcmp(words[i].name, name) == 0) {
                        *ret = words[i].number;
                        return true;
                }
        if (!parse_number(name, &number) || number > UINT32_MAX)
                return false;
        *ret = (unsigned)number;
        return true;
}

static void put_value(struct bytes *out, const char *name, const char *form, const char *text)
{
        if (text == NULL || *text == '\0')
                return;
        bytes_printf(out, "\"%s\"=%s", name, form);
        put_quoted(out, text);
        bytes_text(out, "\n");
}

static void put_list(struct bytes *out, const char *name, const char *list)
{
        if (list == NULL || *list == '\0')
                return;
        bytes_printf(out, "\"%s\"=multi:", name);
        put_quoted_list(out, list);
        bytes_text(out, "\n");
}

/* "dep, dep, +group" to the two values that Windows keeps. */
static void put_depends(struct bytes *out, const char *list)
{
        AUTO_BYTES services = { 0 };
        AUTO_BYTES groups = { 0 };
        AUTO_TEXT copy = need_copy(list);
        char *rest = copy;

        while (rest != NULL) {
                char *item = trim(strsep(&rest, ","));

                if (*item)
                        bytes_printf(*item == '+' ? &groups : &services, "%s,", item + (*item == '+'));
        }
        put_list(out, "DependOnService", services.p);
        put_list(out, "DependOnGroup", groups.p);
}

/* "86400 restart 120000 restart 300000 none 0": the reset period in seconds, then actions with their delays in ms. */
static int put_failure(const struct row *row, struct bytes *out, const char *text, ow_error *err)
{
        AUTO_TEXT copy = need_copy(text);
        AUTO_BYTES actions = { 0 };
        char *rest = copy;
        const char *reset = strsep(&rest, " ");
        unsigned count = 0;

        while (rest != NULL) {
                const char *word = strsep(&rest, " "), *delay = rest ? strsep(&rest, " ") : "";
                unsigned action;

                if (!find_word(action_words, COUNT(action_words), word, &action) || *delay == '\0')
                        return row_fail(row, err, "not a failure action with its delay", word);
                bytes_printf(&actions, " %u %s", action, delay);
                count++;
        }
        bytes_printf(out, "\"FailureActions\"=bytes:u32 %s 0 0 %u 20%s\n", reset, count, actions.p ? actions.p : "");
        return 0;
}

static int put_extras(const struct row *row, struct bytes *out, ow_error *err)
{
        static const struct { const char *key, *value; } numbers[] = {
                { "tag", "Tag" }, { "sid", "ServiceSidType" }, { "bootflags", "BootFlags" }, { "wow", "WOW64" },
                { "launch", "LaunchProtected" },
        };
        const char *extras = row->columns[EXTRAS];
        AUTO_TEXT failure = extra_get(extras, "failure");
        AUTO_TEXT privileges = extra_get(extras, "privileges");
        AUTO_TEXT description = extra_get(extras, "description");
        AUTO_TEXT owners = extra_get(extras, "owners");

        for (size_t i = 0; i < COUNT(numbers); i++) {
                AUTO_TEXT text = extra_get(extras, numbers[i].key);
                uint64_t number;

                if (text == NULL)
                        continue;
                if (!parse_number(text, &number))
                        return row_fail(row, err, "not a number", text);
                bytes_printf(out, "\"%s\"=dword:%08x\n", numbers[i].value, (unsigned)number);
        }
        put_value(out, "Description", "", description);
        put_list(out, "RequiredPrivileges", privileges);
        put_list(out, "Owners", owners);
        return failure == NULL ? 0 : put_failure(row, out, failure, err);
}

/* Keys below the service: what svchost loads, why it starts, and who may change it. */
static void put_subkeys(const struct row *row, const char *key, struct bytes *out)
{
        AUTO_TEXT dll = extra_get(row->columns[EXTRAS], "dll");
        AUTO_TEXT entry = extra_get(row->columns[EXTRAS], "main");
        AUTO_TEXT override = extra_get(row->columns[EXTRAS], "override");
        AUTO_TEXT trigger = extra_get(row->columns[EXTRAS], "trigger");

        if (dll != NULL) {
                bytes_printf(out, "\n[%s\\Parameters]\n\"ServiceDllUnloadOnStop\"=dword:00000001\n", key);
                put_value(out, "ServiceDll", "expand:", dll);
                put_value(out, "ServiceMain", "", entry);
        }
        if (override != NULL)
                bytes_printf(out, "\n[%s\\StartOverride]\n\"0\"=dword:%08x\n", key,
                             (unsigned)strtoul(override, NULL, 10));
        if (trigger != NULL)
                bytes_printf(out, "\n[%s\\TriggerInfo\\0]\n\"Type\"=dword:%08x\n\"Action\"=dword:00000001\n"
                             "\"GUID\"=bytes:guid {1f81d131-3fac-4537-9e0c-7e7b0c2f4b55}\n", key,
                             (unsigned)strtoul(trigger, NULL, 10));
}

struct services {
        struct bytes *out;
        struct images *images;
};

/* company: of the row's extras; NULL: told by the path (hives.c). */
static void keep_image(struct services *s, const char *path, const char *description, const char *company)
{
        struct images *images = s->images;

        if (path == NULL || *path == '\0')
                return;
        images->list = need_resize(images->list, (images->count + 1) * sizeof *images->list);
        images->list[images->count++] =
                (struct image){ .path = need_copy(path), .description = need_copy(description),
                                .company = need_copy(company ? company : "") };
}

static int put_service(void *state, struct row *row, ow_error *err)
{
        struct services *s = state;
        char **c = row->columns;
        AUTO_TEXT key = need_printf("HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services\\%s", c[NAME]);
        AUTO_TEXT dll = extra_get(c[EXTRAS], "dll");
        AUTO_TEXT company = extra_get(c[EXTRAS], "company");
        AUTO_TEXT driver = need_printf("System32\\drivers\\%s.sys", c[NAME]);
        unsigned type, start, error;
        int r;

        if (!find_word(type_words, COUNT(type_words), c[TYPE], &type))
                return row_fail(row, err, "no such type of service", c[TYPE]);
        if (!find_word(start_words, COUNT(start_words), c[START], &start))
                return row_fail(row, err, "no such start", c[START]);
        if (!find_word(error_words, COUNT(error_words), *c[ERROR_CONTROL] ? c[ERROR_CONTROL] : "normal", &error))
                return row_fail(row, err, "no such error control", c[ERROR_CONTROL]);
        bytes_printf(s->out, "\n[%s]\n", key);
        put_value(s->out, "DisplayName", "", c[DISPLAY]);
        put_value(s->out, "Group", "", c[GROUP]);
        put_value(s->out, "ImagePath", "expand:", c[IMAGE]);
        bytes_printf(s->out, "\"ErrorControl\"=dword:%08x\n\"Start\"=dword:%08x\n\"Type\"=dword:%08x\n", error, start,
                     type);
        if (strcmp(c[START], "delayed") == 0)
                bytes_text(s->out, "\"DelayedAutostart\"=dword:00000001\n");
        put_depends(s->out, c[DEPENDS]);
        put_value(s->out, "ObjectName", "", c[ACCOUNT]);
        r = put_extras(row, s->out, err);
        if (r < 0)
                return r;
        put_subkeys(row, key, s->out);
        keep_image(s, *c[IMAGE] ? c[IMAGE] : type <= 2 ? driver : "", c[DISPLAY], company);
        keep_image(s, dll, c[DISPLAY], company);
        return 0;
}

int services_to_reg(const char *file, char *text, struct bytes *out, struct images *images, ow_error *err)
{
        struct services s = { .out = out, .images = images };

        bytes_text(out, "Windows Registry Editor Version 5.00\n");
        return table_rows(file, text, put_service, &s, err);
}

void images_done(struct images *images)
{
        for (size_t i = 0; i < images->count; i++) {
                free(images->list[i].path);
                free(images->list[i].description);
                free(images->list[i].company);
        }
        free(images->list);
}
