/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Texts that stand for others: "@path,-id" is a string of a program file or of the .mui file beside it,
 * "@inf,%token%;text" one of a driver package, which tells the text itself. What cannot be found is shown as stored.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/services.h"

enum { MAX_PATH = 500, MAX_LANGUAGES = 8, MAX_LANGUAGE = 16 };

/* "@path,-id[;text]" in parts; false when stored has another form. */
static bool split(const char *stored, char *path, size_t size, uint32_t *ret_id)
{
        const char *comma = strstr(stored, ",-");
        char *end;
        unsigned long id;

        if (stored[0] != '@' || !comma || (size_t)(comma - stored) > size)
                return false;
        id = strtoul(comma + 2, &end, 10);
        if (end == comma + 2 || (*end && *end != ';') || id > UINT16_MAX)
                return false;
        memcpy(path, stored + 1, (size_t)(comma - stored - 1));
        path[comma - stored - 1] = '\0';
        *ret_id = (uint32_t)id;
        return path[0] != '\0';
}

/* 1 and *ret, 0 not found; what is damaged counts as not found. */
static int string_of(ow_guest *guest, const char *path, uint32_t id, char **ret, ow_error *err)
{
        struct guest_program program;
        ow_error why = OW_ERROR_INIT;
        int r = guest_service_open_program(guest, path, &program, &why);

        if (r >= 0) {
                r = pe_string_find(&program.pe, id, ret, &why);
                guest_service_close_program(&program);
        }
        if (r == OW_E_NOMEM)
                return ow_fail_nomem(err);
        return r > 0;
}

/* Names of the languages that Windows has its texts in, English last. */
static size_t languages_of(ow_guest *guest, uint32_t control_set, char names[MAX_LANGUAGES][MAX_LANGUAGE])
{
        ow_subkey_iter iter = { 0 };
        ow_regkey at, key;
        size_t n = 0;
        char *name;

        if (guest_set_key(guest, control_set, "Control\\MUI\\UILanguages", &at))
                while (n + 1 < MAX_LANGUAGES && guest_next_subkey(guest, at, &iter, &key, &name)) {
                        if (strlen(name) < MAX_LANGUAGE && !strpbrk(name, "\\/:."))
                                memcpy(names[n++], name, strlen(name) + 1);
                        ow_free(name);
                }
        memcpy(names[n++], "en-US", sizeof "en-US");
        return n;
}

static int string_of_mui(ow_guest *guest, uint32_t control_set, const char *path, uint32_t id, char **ret,
                         ow_error *err)
{
        char names[MAX_LANGUAGES][MAX_LANGUAGE], mui[MAX_PATH + 64];
        const char *slash = strrchr(path, '\\');
        size_t n = languages_of(guest, control_set, names);

        for (size_t i = 0; slash && i < n; i++) {
                int r;

                (void)snprintf(mui, sizeof mui, "%.*s%s\\%s.mui", (int)(slash + 1 - path), path, names[i], slash + 1);
                r = string_of(guest, mui, id, ret, err);
                if (r)
                        return r;
        }
        return 0;
}

/* 1 and *ret (ow_free), 0 not found. */
static int find_string(ow_guest *guest, uint32_t control_set, const char *stored, char **ret, ow_error *err)
{
        char path[MAX_PATH], full[MAX_PATH + 16];
        uint32_t id;
        int r;

        if (!split(stored, path, sizeof path, &id))
                return 0;
        if (strpbrk(path, "\\/"))
                guest_copy(full, sizeof full, path);
        else
                (void)snprintf(full, sizeof full, "System32\\%s", path);
        r = string_of(guest, full, id, ret, err);
        return r ? r : string_of_mui(guest, control_set, full, id, ret, err);
}

int ow_service_text(ow_guest *guest, const ow_service *service, const char *stored, const char **ret, ow_error *err)
{
        const char *text = strchr(stored, ';');
        struct guest_service_set *set;
        OW_AUTO_FREE char *found = NULL;
        int r;

        *ret = stored;
        if (stored[0] != '@')
                return 0;
        r = guest_service_set(guest, service->control_set, &set, err);
        if (r >= 0)
                r = find_string(guest, service->control_set, stored, &found, err);
        if (r < 0)
                return r;
        if (r == 0) {
                *ret = text && text[1] ? text + 1 : stored;
                return 0;
        }
        *ret = ow_pool_text(&set->pool, found, strlen(found));
        if (*ret)
                return 0;
        set->pool.failed = false;
        return ow_fail_nomem(err);
}
