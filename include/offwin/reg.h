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
        char *path;                     /* as written, without brackets: HKEY_LOCAL_MACHINE\..., or \..., below the
                                           root of whatever hive it is applied to, as hivexregedit writes it */
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
        OW_REG_AT_ONCE = 1 << 2,        /* imports edit while they read; see ow_reg_import_text() */
};

/* A text, and how to read it. */
typedef struct ow_reg_text {
        const void *p;                  /* the text in memory, size bytes; or NULL: */
        size_t size;                    /* at most 16 GiB, as in a source */
        const ow_source *source;        /* where it is read from, piece by piece, once per pass */
        unsigned flags;                 /* OW_REG_NO_HEADER, OW_REG_EXTENDED */
        unsigned codepage;              /* of text without byte order mark, and of hex(1), hex(2) and hex(7) data of
                                           REGEDIT4; 0: such text is UTF-8, and such data ASCII */
} ow_reg_text;

/* "1252", "cp1252", "windows-1252", "65001" or "utf-8", any case, to the number of a code page. 1 known, 0 not. */
OW_API int ow_reg_codepage_parse(const char *name, unsigned *ret);

typedef struct ow_reg_codepage ow_reg_codepage;

/**
 * ow_reg_codepage_open - have the C library load its converter now, for programs that cannot load code later
 * @ret: while it is open, text in this code page is read without opening a file; ow_reg_codepage_close()
 *
 * Return: 0; OW_E_INVAL not a code page of text that is known; OW_E_UNSUPPORTED there is no converter; OW_E_NOMEM.
 */
OW_API int ow_reg_codepage_open(unsigned codepage, ow_reg_codepage **ret, ow_error *err);
OW_APIV void ow_reg_codepage_close(ow_reg_codepage *codepage);  /* NULL is fine */

/* Gets the keys and values of a text in its order. What they point to lives for the call. < 0 stops the reading. */
typedef struct ow_reg_reader {
        void *state;
        int (*key)(void *state, const ow_reg_key *key, ow_error *err);          /* without values */
        int (*value)(void *state, const ow_reg_value *value, ow_error *err);    /* of the last key */
} ow_reg_reader;

/**
 * ow_reg_read - read .reg text: version 5 or REGEDIT4, UTF-16LE or UTF-8 or a code page
 * @reader: called only after the whole text was found good: two passes, each in order. Either function may be NULL
 *
 * Needs memory for the longest line (a continued one is one line), not for the text.
 * Return: 0; OW_E_FORMAT no .reg header, or big-endian text; OW_E_INVAL a bad line (err->where: its number; the
 *         text says what was expected), or bytes that need a code page; OW_E_UNSUPPORTED a code page that the
 *         system's iconv does not know; OW_E_LIMIT size, lines, or depth of a key; OW_E_NOMEM; what source or reader
 *         returned.
 * Source: docs/formats/reg-text.md.
 */
OW_API int ow_reg_read(const ow_reg_text *text, const ow_reg_reader *reader, ow_error *err);

/**
 * ow_reg_parse_text - the same into one document in memory
 * @ret: keys and values in the order of the text; ow_reg_document_done()
 *
 * Return: as ow_reg_read(), and OW_E_LIMIT for more than 8 Mi keys and values. Nothing of a text with a bad line is
 *         returned.
 */
OW_API int ow_reg_parse_text(const ow_reg_text *text, ow_reg_document *ret, ow_error *err);

/* ow_reg_parse_text() of a text in memory without a code page. */
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

/* What a text asks for. */
typedef struct ow_reg_counts {
        uint64_t keys, values;          /* to be there */
        uint64_t removed_keys, removed_values;
} ow_reg_counts;

/**
 * ow_reg_import_text - ow_reg_import() straight from a text, in memory that does not grow with it
 * @ret: may be NULL
 *
 * The text is read twice, first to check it: nothing is changed when a line is bad or a path lies outside prefix.
 * With OW_REG_AT_ONCE it is read once; after any error the hive is then partly changed: close it without saving.
 *
 * Return: as ow_reg_read() and ow_reg_import().
 */
OW_API int ow_reg_import_text(ow_hive *hive, ow_key key, const char *prefix, const ow_reg_text *text,
                              ow_reg_counts *ret, ow_error *err);

/*
 * Told what a walk had to leave out: a damaged key, list or value, or what the text cannot hold. path: of the key it
 * belongs to, prefix included; why names the thing. Both live for the call.
 */
typedef void ow_reg_lost_fn(void *state, const char *path, const ow_error *why);

enum ow_reg_export_flags {
        OW_REG_EXPORT_UTF16 = 1 << 0,   /* UTF-16LE with byte order mark, regedit's own choice; else UTF-8 without */
        OW_REG_EXPORT_SKIP_DAMAGED = 1 << 1,    /* leave out what is damaged or has no form in .reg text; tell lost */
};

/**
 * ow_reg_export - write key and all below it as regedit does
 * @prefix: what stands for key itself in the paths, e.g. "HKEY_LOCAL_MACHINE\\SYSTEM"
 * @flags:  OW_REG_EXPORT_*
 * @sink:   gets the text in file order, lines ended by CRLF, in pieces of about 64 KiB
 *
 * Needs memory for one value, not for the hive. Classes, security and times have no form in .reg text.
 * Return: 0; OW_E_CORRUPT at the first damaged cell, or when keys, values or data come up more often than the hive
 *         has room for; OW_E_UNSUPPORTED a key name with a line break; sink's error; OW_E_NOMEM.
 */
OW_API int ow_reg_export(ow_hive *hive, ow_key key, const char *prefix, unsigned flags, const ow_sink *sink,
                         ow_error *err);

/* ow_reg_export() that tells what OW_REG_EXPORT_SKIP_DAMAGED left out. ret counts what was written; may be NULL. */
OW_API int ow_reg_export_rescue(ow_hive *hive, ow_key key, const char *prefix, unsigned flags, const ow_sink *sink,
                                ow_reg_lost_fn *lost, void *lost_state, ow_reg_counts *ret, ow_error *err);

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
 * Strings in quotes, without the NULs at their end; multi-strings as a list, numbers decimal and hex, everything else
 * as hex bytes. A string is shown as it is ("C:\new"), unless it holds characters that a terminal acts on or that hide
 * (in a list, also '"'): then it begins with $ and has \n, \r, \t, \u0000, \U000e0001, \\ and \" for them
 * ($"two\nlines"), so that the text is safe on a terminal and says which of the two it is. Data that does not fit its
 * type is shown as hex bytes.
 */
OW_API int ow_reg_display_data(uint32_t type, const void *data, size_t size, size_t max_chars, char **ret,
                               ow_error *err);

/**
 * ow_reg_parse_data - the data of a value from what a user types after a type name
 * @type:  OW_REG_*; any number without a name of its own is taken as binary
 * @texts: one text; for REG_MULTI_SZ one per string (also none, and empty ones, which many programs take for the
 *         end of the list); numbers decimal or 0x; binary as hex digits, with blanks or commas between bytes
 *
 * Return: 0; OW_E_INVAL, the text says which part of which text; OW_E_NOMEM.
 */
OW_API int ow_reg_parse_data(uint32_t type, const char *const *texts, size_t n_texts, ow_blob *ret, ow_error *err);

/**
 * ow_reg_type_parse - a type as a user types it
 * @word:     "REG_DWORD", "dword", "sz", "multi", ... in any case; or a number: "7", "0x1234", "REG_TYPE_9"
 * @ret:      OW_REG_*, or another number
 * @ret_form: what ow_reg_parse_data() is to take the data as: the same for a name, OW_REG_BINARY for a number; may be
 *            NULL
 *
 * Return: 1 known, 0 not.
 */
OW_API int ow_reg_type_parse(const char *word, uint32_t *ret, uint32_t *ret_form);

/* ---- searching ---- */

enum ow_reg_find_flags {
        OW_REG_FIND_KEYS = 1 << 0,      /* look at the names of keys */
        OW_REG_FIND_NAMES = 1 << 1,     /* ... of values */
        OW_REG_FIND_DATA = 1 << 2,      /* ... at data. None of the three: at all */
        OW_REG_FIND_CASE = 1 << 3,      /* case counts; else as Windows compares names */
        OW_REG_FIND_WHOLE = 1 << 4,     /* the whole name or string must match, not a part of it */
        OW_REG_FIND_REGEX = 1 << 5,     /* the pattern is a POSIX extended regular expression */
};

typedef struct ow_reg_query {
        const char *pattern;            /* UTF-8; NULL matches all */
        unsigned flags;                 /* OW_REG_FIND_* */
        const uint32_t *types;          /* only values of these types, and then no keys; NULL: any */
        size_t n_types;
        uint64_t max_matches;           /* then the search ends well; 0: no limit */
} ow_reg_query;

typedef struct ow_reg_match {
        unsigned what;                  /* OW_REG_FIND_KEYS: the key; or _NAMES and _DATA, one or both: a value */
        const char *path;               /* of the key, prefix included */
        const char *name;               /* of the value, "" is the default value; NULL: the key itself matched */
        uint32_t type;
        const void *data;               /* of the value, whole */
        size_t size;
} ow_reg_match;

/* What match points to lives for the call. < 0 ends the search with that code (OW_E_CANCELLED: enough). */
typedef int ow_reg_match_fn(void *state, const ow_reg_match *match, ow_error *err);

/**
 * ow_reg_find - search key and all below it
 * @prefix: what stands for key itself in the paths
 * @match:  called for each match: a key before its values, values in stored order, then the keys below
 * @lost:   told what is damaged and was passed over; may be NULL
 * @state:  of both
 *
 * Data is looked at as text: strings; each string of a multi-string by itself; numbers both decimal ("42") and hex
 * ("0x2a", and eight or sixteen digits); anything else as hex digits ("00ff"; a plain pattern may also have blanks
 * or commas between bytes) and as UTF-16 text that it may hold.
 *
 * Return: 0 when the search came to its end; OW_E_INVAL a bad expression (the text says why) or prefix; what match
 *         returned; OW_E_IO; OW_E_NOMEM.
 * Source: docs/formats/reg-text.md 4.
 */
OW_API int ow_reg_find(ow_hive *hive, ow_key key, const char *prefix, const ow_reg_query *query,
                       ow_reg_match_fn *match, ow_reg_lost_fn *lost, void *state, ow_error *err);

/* ---- comparing ---- */

enum ow_reg_diff_flags {
        OW_REG_DIFF_TIMES = 1 << 0,     /* also compare last-written times of keys, */
        OW_REG_DIFF_CLASSES = 1 << 1,   /* class names, */
        OW_REG_DIFF_SECURITY = 1 << 2,  /* security descriptors, byte for byte */
        OW_REG_DIFF_REMOVED = 1 << 3,   /* a row for each value and key below a removed key too */
};

enum ow_reg_diff_kind {
        OW_REG_DIFF_KEY_ADDED,          /* its values and the keys below follow as rows of their own */
        OW_REG_DIFF_KEY_REMOVED,        /* with everything below it */
        OW_REG_DIFF_VALUE_ADDED,
        OW_REG_DIFF_VALUE_REMOVED,
        OW_REG_DIFF_VALUE_CHANGED,      /* in type or data */
        OW_REG_DIFF_TIME,               /* before and after: 8 bytes, FILETIME, little-endian */
        OW_REG_DIFF_CLASS,              /* ... UTF-16LE; empty when none */
        OW_REG_DIFF_DESCRIPTOR,         /* ... SECURITY_DESCRIPTOR, self-relative */
};

typedef struct ow_reg_side {
        uint32_t type;
        const void *data;
        size_t size;
} ow_reg_side;

typedef struct ow_reg_row {
        enum ow_reg_diff_kind kind;
        const char *path;               /* of the key, prefix included */
        const char *name;               /* of the value, "" is the default value; NULL: the row is about the key */
        ow_reg_side before, after;      /* zero where there is none */
} ow_reg_row;

/* What row points to lives for the call. < 0 ends the comparison with that code. */
typedef int ow_reg_row_fn(void *state, const ow_reg_row *row, ow_error *err);

/**
 * ow_reg_diff - what turns one tree into another
 * @a, @b:  before and after; may be the same hive
 * @prefix: what stands for both keys in the paths
 * @flags:  OW_REG_DIFF_*
 * @row:    called in order: rows of a key, of its values by name, then of the keys below by name, as Windows orders
 * @lost:   told what is damaged in either and was passed over, so that it looks like something that is not there;
 *          NULL: damage is an error
 * @state:  of both
 *
 * Names are equal when Windows says so, whatever their case. Linear; needs memory for the values of one key.
 * Return: 0; OW_E_INVAL prefix; OW_E_CORRUPT; what row returned; OW_E_IO; OW_E_NOMEM.
 */
OW_API int ow_reg_diff(ow_hive *a, ow_key a_key, ow_hive *b, ow_key b_key, const char *prefix, unsigned flags,
                       ow_reg_row_fn *row, ow_reg_lost_fn *lost, void *state, ow_error *err);

/**
 * ow_reg_diff_text - what ow_reg_import_text() would change: no row when all of it is so already
 *
 * The rows are the net change: lines that undo each other give none. hive is not touched. Needs memory for the keys
 * that the text names, with their values, and for what it removes.
 * Return: as ow_reg_import_text(), with OW_E_CORRUPT where the hive is damaged on the way; what row returned.
 */
OW_API int ow_reg_diff_text(ow_hive *hive, ow_key key, const char *prefix, const ow_reg_text *text,
                            ow_reg_row_fn *row, void *state, ow_error *err);

/**
 * ow_reg_diff_export - the same difference as .reg text: imported into a it makes it equal to b
 * @flags: OW_REG_EXPORT_UTF16
 * @sink:  as for ow_reg_export()
 *
 * Only keys and values. Return: as ow_reg_diff(), with OW_E_CORRUPT where either is damaged (a text made without
 * knowing would remove too much), and OW_E_UNSUPPORTED for a key name with a line break.
 */
OW_API int ow_reg_diff_export(ow_hive *a, ow_key a_key, ow_hive *b, ow_key b_key, const char *prefix, unsigned flags,
                              const ow_sink *sink, ow_error *err);

/* ---- security ---- */

/**
 * ow_reg_descriptor_text - a security descriptor as people read it: SDDL
 * @descriptor: size bytes, as ow_hive_security() gives them
 * @ret:        the caller's: ow_text_free()
 *
 * Entries of rare types show type, flags and rights, and "?" for the rest: what is shown cannot always be turned back.
 * Return: 0; OW_E_CORRUPT not a self-relative descriptor, or a part of it leaves it; OW_E_NOMEM.
 */
OW_API int ow_reg_descriptor_text(const void *descriptor, size_t size, char **ret, ow_error *err);

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
 * HKCR and HKCC are spelled out to where they live below HKLM. '/' is not a separator; one '\' at the end is passed
 * over.
 * Return: 0; OW_E_INVAL no root, a '\' too many (at the start or doubled), not UTF-8; OW_E_LIMIT depth; OW_E_NOMEM.
 */
OW_API int ow_reg_path_parse(const char *text, ow_reg_path *ret, ow_error *err);
OW_APIV void ow_reg_path_done(ow_reg_path *path);

/* The same rules for a path without a root, below the root of a hive; one '\' at either end is passed over. *ret is the
 * caller's: ow_text_free(). Return: 0; OW_E_INVAL; OW_E_LIMIT; OW_E_NOMEM. */
OW_API int ow_reg_path_relative(const char *text, char **ret, ow_error *err);

/* "HKEY_LOCAL_MACHINE": the full name, as .reg text has it. Static storage. */
OW_APIV const char *ow_reg_root_name(enum ow_reg_root root);

OW_END_DECLS

#endif
