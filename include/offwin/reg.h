/* SPDX-License-Identifier: GPL-2.0-or-later */
/* offwin/reg.h - the .reg text format, and Windows registry paths. */
#ifndef OFFWIN_REG_H
#define OFFWIN_REG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <offwin/error.h>
#include <offwin/hive.h>
#include <offwin/io.h>

OW_BEGIN_DECLS

/* ---- .reg text ---- */

typedef struct ow_reg_value {
        char *name;                     /* UTF-8; "" is the default value (@) */
        bool remove;                    /* "name"=- */
        uint32_t type;
        ow_blob data;                   /* as Windows stores it */
        uint32_t line;                  /* where it stands in the text, from 1 */
} ow_reg_value;

typedef struct ow_reg_key {
        char *path;                     /* as written: HKEY_LOCAL_MACHINE\..., without brackets */
        bool remove;                    /* [-path] */
        uint32_t line;
        ow_reg_value *values;
        size_t n_values;
} ow_reg_key;

typedef struct ow_reg_document {
        ow_reg_key *keys;
        size_t n_keys;
} ow_reg_document;

/**
 * ow_reg_parse - read .reg text (version 5)
 * @text: UTF-8 or UTF-16LE, each with or without a byte order mark
 * @flags: OW_REG_*
 *
 * Return: 0; OW_E_FORMAT no .reg header; OW_E_INVAL a bad line (err->where: its number; the text says what was
 *         expected); OW_E_LIMIT; OW_E_NOMEM. Nothing of a text with a bad line is returned.
 */
enum ow_reg_parse_flags {
        OW_REG_NO_HEADER = 1 << 0,      /* the first line may be a key at once (fix files, fragments) */
};
OW_API int ow_reg_parse(const void *text, size_t size, unsigned flags, ow_reg_document *ret, ow_error *err);
OW_APIV void ow_reg_document_done(ow_reg_document *document);

/**
 * ow_reg_import - apply a document to one hive, in its order
 * @prefix: paths of the document must begin with it (either spelling of the root); what is left is below key
 *
 * Return: 0; OW_E_INVAL a path outside prefix (err->where: its line); else the error of the edit that failed. The
 *         hive is then partly changed: close it without saving.
 */
OW_API int ow_reg_import(ow_hive *hive, ow_key key, const char *prefix, const ow_reg_document *document,
                         ow_error *err);

/**
 * ow_reg_export - write key and all below it as regedit does
 * @prefix: what stands for key itself in the paths, e.g. "HKEY_LOCAL_MACHINE\\SYSTEM"
 * @sink:   gets UTF-8 with CRLF, no byte order mark, in file order
 *
 * Return: 0; OW_E_CORRUPT at the first damaged cell; sink's error; OW_E_NOMEM.
 */
OW_API int ow_reg_export(ow_hive *hive, ow_key key, const char *prefix, const ow_sink *sink, ow_error *err);

/* One value as .reg text: "name"=dword:00000001, wrapped at 80 columns when wrap. The caller's: ow_text_free(). */
OW_API int ow_reg_format_value(const char *name, uint32_t type, const void *data, size_t size, bool wrap, char **ret,
                               ow_error *err);

/**
 * ow_reg_display_data - data as a person reads it on one line
 *
 * Strings in quotes, multi-strings as a list, numbers decimal and hex, binary as hex; cut at max_chars with "...".
 * The caller's: ow_text_free().
 */
OW_API int ow_reg_display_data(uint32_t type, const void *data, size_t size, size_t max_chars, char **ret,
                               ow_error *err);

/**
 * ow_reg_parse_data - the data of a value from what a user types after a type name
 * @type:  OW_REG_*
 * @texts: one text; for REG_MULTI_SZ one per string; numbers decimal or 0x; binary as hex digits
 */
OW_API int ow_reg_parse_data(uint32_t type, const char *const *texts, size_t n_texts, ow_blob *ret, ow_error *err);

/* "REG_DWORD", "dword", "sz", ... to a number. 1 known, 0 not. */
OW_API int ow_reg_type_parse(const char *name, uint32_t *ret);

/* ---- paths ---- */

enum ow_reg_root {
        OW_ROOT_HKLM,                   /* path begins with the hive's name: SYSTEM, SOFTWARE, SAM, SECURITY, BCD00000000 */
        OW_ROOT_HKU,                    /* path begins with a SID, a user's name, or .DEFAULT */
        OW_ROOT_HKCU,                   /* every user and the default profile */
};

typedef struct ow_reg_path {
        enum ow_reg_root root;
        char *rest;                     /* after the root, no leading or trailing '\\'; the caller's: ow_reg_path_done() */
} ow_reg_path;

/* HKLM\..., HKEY_LOCAL_MACHINE\..., HKLM:\..., HKCR and HKCC spelled out to where they live. '/' is not a separator. */
OW_API int ow_reg_path_parse(const char *text, ow_reg_path *ret, ow_error *err);
OW_APIV void ow_reg_path_done(ow_reg_path *path);

OW_END_DECLS

#endif
