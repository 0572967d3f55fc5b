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

enum ow_reg_parse_flags {
        OW_REG_NO_HEADER = 1 << 0,      /* the first line may be a key at once (fix files, fragments) */
        OW_REG_EXTENDED = 1 << 1,       /* also "name"=multi:"a","b"  expand:"text"  qword:0123456789abcdef */
};

/**
 * ow_reg_parse - read .reg text (version 5, or REGEDIT4 as far as it is ASCII or UTF-8)
 * @text:  UTF-8 or UTF-16LE, each with or without a byte order mark; lines end in LF or CRLF
 * @size:  bytes, at most 1 GiB
 * @flags: OW_REG_NO_HEADER, OW_REG_EXTENDED
 * @ret:   keys and values in the order of the text; ow_reg_document_done()
 *
 * Return: 0; OW_E_FORMAT no .reg header, or big-endian text; OW_E_INVAL a bad line (err->where: its number; the
 *         text says what was expected); OW_E_LIMIT size, lines, keys and values, or depth of a key; OW_E_NOMEM.
 *         Nothing of a text with a bad line is returned.
 * Source: docs/formats/reg-text.md.
 */
OW_API int ow_reg_parse(const void *text, size_t size, unsigned flags, ow_reg_document *ret, ow_error *err);
OW_APIV void ow_reg_document_done(ow_reg_document *document);

/**
 * ow_reg_import - apply a document to one hive, in its order
 * @key:    where prefix stands in the hive; itself never removed
 * @prefix: paths of the document must begin with it (either spelling of the root, either case); what is left is
 *          below key
 *
 * All paths are looked at before the first edit. Removing what is not there is no error.
 * Return: 0; OW_E_INVAL a path outside prefix, or [-prefix] (err->where: its line; nothing is changed); else the
 *         error of the edit that failed, its line in the text. The hive is then partly changed: close it without
 *         saving.
 */
OW_API int ow_reg_import(ow_hive *hive, ow_key key, const char *prefix, const ow_reg_document *document,
                         ow_error *err);

enum ow_reg_export_flags {
        OW_REG_EXPORT_UTF16 = 1 << 0,   /* UTF-16LE with byte order mark, regedit's own choice; else UTF-8 without */
};

/**
 * ow_reg_export - write key and all below it as regedit does
 * @prefix: what stands for key itself in the paths, e.g. "HKEY_LOCAL_MACHINE\\SYSTEM"
 * @flags:  OW_REG_EXPORT_UTF16
 * @sink:   gets the text in file order, lines ended by CRLF, in pieces of about 64 KiB
 *
 * Needs memory for one value, not for the hive.
 * Return: 0; OW_E_CORRUPT at the first damaged cell, or when keys, values or data come up more often than the hive
 *         has room for; OW_E_UNSUPPORTED a key name with a line break; sink's error; OW_E_NOMEM.
 */
OW_API int ow_reg_export(ow_hive *hive, ow_key key, const char *prefix, unsigned flags, const ow_sink *sink,
                         ow_error *err);

/**
 * ow_reg_format_value - one value as .reg text without a line end: "name"=dword:00000001
 * @name: UTF-8; "" is the default value (@)
 * @wrap: break hex data as regedit does: ",\\", CRLF, two blanks
 * @ret:  the caller's: ow_text_free()
 *
 * What a quoted string cannot hold without loss (no final NUL, NUL or line break inside, odd size, lone surrogate)
 * becomes hex(1).
 */
OW_API int ow_reg_format_value(const char *name, uint32_t type, const void *data, size_t size, bool wrap, char **ret,
                               ow_error *err);

/**
 * ow_reg_display_data - data as a person reads it on one line
 * @max_chars: longer text is cut to this many characters, "..." at its end; 0 is no limit
 * @ret:       the caller's: ow_text_free()
 *
 * Strings in quotes, multi-strings as a list, numbers decimal and hex, everything else as hex bytes. Control and
 * direction characters are escaped, so that the text is safe to show on a terminal. Data that does not fit its type
 * is shown as hex bytes.
 */
OW_API int ow_reg_display_data(uint32_t type, const void *data, size_t size, size_t max_chars, char **ret,
                               ow_error *err);

/**
 * ow_reg_parse_data - the data of a value from what a user types after a type name
 * @type:  OW_REG_*; any number without a name of its own is taken as binary
 * @texts: one text; for REG_MULTI_SZ one per string (also none); numbers decimal or 0x; binary as hex digits,
 *         with blanks or commas between bytes
 *
 * Return: 0; OW_E_INVAL, the text says which part of which text; OW_E_NOMEM.
 */
OW_API int ow_reg_parse_data(uint32_t type, const char *const *texts, size_t n_texts, ow_blob *ret, ow_error *err);

/* "REG_DWORD", "dword", "sz", "multi", "7", "0x7", ... in any case, to a number. 1 known, 0 not. */
OW_API int ow_reg_type_parse(const char *name, uint32_t *ret);

/* ---- paths ---- */

enum ow_reg_root {
        OW_ROOT_HKLM,                   /* path begins with the hive's name: SYSTEM, SOFTWARE, SAM, SECURITY, ... */
        OW_ROOT_HKU,                    /* path begins with a SID, a user's name, or .DEFAULT */
        OW_ROOT_HKCU,                   /* every user and the default profile */
};

typedef struct ow_reg_path {
        enum ow_reg_root root;
        char *rest;                     /* after the root, no '\\' at either end; freed by ow_reg_path_done() */
} ow_reg_path;

/**
 * ow_reg_path_parse - split a registry path as people write it
 * @text: HKLM\..., HKEY_LOCAL_MACHINE\..., HKLM:\..., Computer\HKEY_...; likewise HKU, HKCU, HKCR, HKCC; any case
 *
 * HKCR and HKCC are spelled out to where they live below HKLM. '/' is not a separator.
 * Return: 0; OW_E_INVAL no root, a '\' too many (at an end or doubled), not UTF-8; OW_E_LIMIT depth; OW_E_NOMEM.
 */
OW_API int ow_reg_path_parse(const char *text, ow_reg_path *ret, ow_error *err);
OW_APIV void ow_reg_path_done(ow_reg_path *path);

OW_END_DECLS

#endif
