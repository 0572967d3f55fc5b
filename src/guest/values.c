/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Typed reading of keys and values. Windows does not check what programs store, so every type and length is looked
 * at here: strings without their NUL, odd byte counts, DWORDs of two bytes.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/le.h"
#include "base/utf16.h"
#include "guest/internal.h"

enum {
        MAX_PROBLEMS = 200, /* a hive full of damage is told in this many sentences */
        MAX_DAMAGED = 64,   /* damaged elements of one list that are stepped over */
};

void guest_note(ow_guest *guest, const char *fmt, ...)
{
        OW_AUTO_FREE char *problem = NULL;
        char **grown;
        va_list ap;

        va_start(ap, fmt);
        problem = ow_vasprintf(fmt, ap);
        va_end(ap);
        if (!problem) {
                guest->out_of_memory = true;
                return;
        }
        for (size_t i = 0; i < guest->n_problems; i++)
                if (strcmp(guest->problems[i], problem) == 0)
                        return;
        if (guest->n_problems == MAX_PROBLEMS)
                return;
        grown = ow_grow(guest->problems, guest->n_problems, &guest->cap_problems, sizeof *grown);
        if (!grown) {
                guest->out_of_memory = true;
                return;
        }
        guest->problems = grown;
        guest->problems[guest->n_problems++] = OW_TAKE(problem);
}

void guest_note_error(ow_guest *guest, const ow_error *err, const char *context)
{
        if (err->code == OW_E_NOMEM)
                guest->out_of_memory = true;
        else
                guest_note(guest, "%s: %s", context, err->text);
}

/* A hive that does not load is noted once, when it is opened, not for each key that would be in it. */
static bool is_of_failed_hive(const ow_guest *guest, const ow_error *err)
{
        for (size_t i = 0; i < guest->n_hives; i++)
                if (guest->hives[i]->state == GUEST_HIVE_FAILED &&
                    strcmp(guest->hives[i]->error.text, err->text) == 0)
                        return true;
        return false;
}

bool guest_key(ow_guest *guest, const char *path, ow_regkey *ret)
{
        ow_error err = OW_ERROR_INIT;
        int r = ow_registry_find(guest, path, ret, &err);

        if (r == OW_E_NOMEM)
                guest->out_of_memory = true;
        else if (r < 0 && !is_of_failed_hive(guest, &err))
                guest_note(guest, "%s", err.text);
        return r > 0;
}

bool guest_subkey(ow_guest *guest, ow_regkey at, const char *path, ow_regkey *ret)
{
        ow_error err = OW_ERROR_INIT;
        ow_key key;
        int r = ow_hive_find(at.hive, at.key, path, &key, &err);

        if (r < 0)
                guest_note_error(guest, &err, path);
        if (r <= 0)
                return false;
        *ret = (ow_regkey){ at.hive, key };
        return true;
}

static int key_name(ow_regkey at, char **ret_name, ow_error *err)
{
        OW_AUTO_KEY_INFO info = { 0 };
        int r;

        r = ow_hive_key_info(at.hive, at.key, &info, err);
        if (r < 0)
                return r;
        *ret_name = OW_TAKE(info.name);
        return 1;
}

bool guest_next_subkey(ow_guest *guest, ow_regkey at, ow_subkey_iter *iter, ow_regkey *ret, char **ret_name)
{
        for (unsigned damaged = 0; damaged < MAX_DAMAGED && !guest->out_of_memory; damaged++) {
                ow_error err = OW_ERROR_INIT;
                ow_key key;
                int r = ow_hive_next_subkey(at.hive, at.key, iter, &key, &err);

                if (r == 0)
                        return false;
                if (r > 0) {
                        *ret = (ow_regkey){ at.hive, key };
                        r = key_name(*ret, ret_name, &err);
                }
                if (r > 0)
                        return true;
                guest_note_error(guest, &err, "subkeys of a key");
        }
        return false;
}

bool guest_next_value(ow_guest *guest, ow_regkey at, uint32_t *index, ow_value *ret, char **ret_name)
{
        for (unsigned damaged = 0; damaged < MAX_DAMAGED && !guest->out_of_memory; damaged++) {
                __attribute__((cleanup(ow_value_info_done))) ow_value_info info = { 0 };
                ow_error err = OW_ERROR_INIT;
                int r = ow_hive_next_value(at.hive, at.key, index, ret, &err);

                if (r == 0)
                        return false;
                if (r > 0)
                        r = ow_hive_value_info(at.hive, *ret, &info, &err);
                if (r >= 0) {
                        *ret_name = OW_TAKE(info.name);
                        return true;
                }
                guest_note_error(guest, &err, "values of a key");
        }
        return false;
}

bool guest_blob(ow_guest *guest, ow_regkey at, const char *name, uint32_t *ret_type, ow_blob *ret)
{
        ow_error err = OW_ERROR_INIT;
        int r = ow_hive_get_value(at.hive, at.key, name, ret_type, ret, &err);

        if (r < 0)
                guest_note_error(guest, &err, name);
        return r > 0;
}

static bool is_text(uint32_t type)
{
        return type == OW_REG_SZ || type == OW_REG_EXPAND_SZ || type == OW_REG_MULTI_SZ;
}

static const char *type_text(uint32_t type)
{
        const char *name = ow_reg_type_name(type);

        return name ? name : "an unknown type";
}

/* The bytes up to the first NUL unit, or all whole units. */
static ow_view first_string(const ow_blob *blob)
{
        size_t size = blob->size & ~(size_t)1;

        for (size_t i = 0; i < size; i += 2)
                if (ow_le16_at(blob->p + i) == 0)
                        return (ow_view){ blob->p, i };
        return (ow_view){ blob->p, size };
}

bool guest_blob_text(ow_guest *guest, const char *name, uint32_t type, const ow_blob *blob, char *buf, size_t size)
{
        OW_AUTO_FREE char *text = NULL;

        buf[0] = '\0';
        if (!is_text(type)) {
                guest_note(guest, "value '%s' should be a string and is %s", name, type_text(type));
                return false;
        }
        text = ow_utf16_text(first_string(blob));
        if (!text) {
                guest->out_of_memory = true;
                return false;
        }
        guest_copy(buf, size, text);
        return true;
}

bool guest_blob_dword(ow_guest *guest, const char *name, uint32_t type, const ow_blob *blob, uint32_t *ret)
{
        if ((type != OW_REG_DWORD && type != OW_REG_DWORD_BIG_ENDIAN) || blob->size != 4) {
                guest_note(guest, "value '%s' should be a 4-byte number and is %s of %zu bytes", name,
                           type_text(type), blob->size);
                return false;
        }
        *ret = ow_le32_at(blob->p);
        if (type == OW_REG_DWORD_BIG_ENDIAN)
                *ret = __builtin_bswap32(*ret);
        return true;
}

void guest_blob_each_text(ow_guest *guest, uint32_t type, const ow_blob *blob,
                          void (*fn)(void *state, const char *text), void *state)
{
        ow_blob rest = *blob;

        if (!is_text(type))
                return;
        while (rest.size >= 2) {
                ow_view one = first_string(&rest);
                OW_AUTO_FREE char *text = ow_utf16_text(one);
                size_t step = one.len + 2;

                if (!text) {
                        guest->out_of_memory = true;
                        return;
                }
                if (text[0])
                        fn(state, text);
                if (step >= rest.size || type != OW_REG_MULTI_SZ)
                        return;
                rest = (ow_blob){ rest.p + step, rest.size - step };
        }
}

bool guest_text(ow_guest *guest, ow_regkey at, const char *name, char *buf, size_t size)
{
        OW_AUTO_BLOB blob = { 0 };
        uint32_t type;

        buf[0] = '\0';
        return guest_blob(guest, at, name, &type, &blob) && guest_blob_text(guest, name, type, &blob, buf, size);
}

bool guest_dword(ow_guest *guest, ow_regkey at, const char *name, uint32_t *ret)
{
        OW_AUTO_BLOB blob = { 0 };
        uint32_t type;

        return guest_blob(guest, at, name, &type, &blob) && guest_blob_dword(guest, name, type, &blob, ret);
}

bool guest_filetime(ow_guest *guest, ow_regkey at, const char *name, uint64_t *ret)
{
        OW_AUTO_BLOB blob = { 0 };
        uint32_t type;

        if (!guest_blob(guest, at, name, &type, &blob))
                return false;
        if (blob.size != 8) {
                guest_note(guest, "value '%s' should be a time of 8 bytes and has %zu", name, blob.size);
                return false;
        }
        *ret = ow_le64_at(blob.p);
        return true;
}

void guest_each_text(ow_guest *guest, ow_regkey at, const char *name, void (*fn)(void *state, const char *text),
                     void *state)
{
        OW_AUTO_BLOB blob = { 0 };
        uint32_t type;

        if (guest_blob(guest, at, name, &type, &blob))
                guest_blob_each_text(guest, type, &blob, fn, state);
}
