/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * offwin/hive.h - one registry hive (regf file). Not thread-safe per handle.
 *
 * Loading reads the base block and, when the hive is dirty, replays its logs in memory; everything else is read
 * when it is asked for. Names and paths are UTF-8, '\\' between keys, without a leading '\\', compared as Windows
 * does. A name may hold half a surrogate pair, as its three bytes, and a NUL, as the two bytes C0 80. Edits stay in
 * memory until ow_hive_save().
 */
#ifndef OFFWIN_HIVE_H
#define OFFWIN_HIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <offwin/error.h>
#include <offwin/io.h>

OW_BEGIN_DECLS

typedef struct ow_hive ow_hive;

/* Plain values; they die with their hive, their key, or (values) with any edit of their key. */
typedef struct ow_key { uint32_t cell; } ow_key;
typedef struct ow_value { uint32_t cell; } ow_value;

enum ow_reg_type {
        OW_REG_NONE = 0,
        OW_REG_SZ = 1,
        OW_REG_EXPAND_SZ = 2,
        OW_REG_BINARY = 3,
        OW_REG_DWORD = 4,
        OW_REG_DWORD_BIG_ENDIAN = 5,
        OW_REG_LINK = 6,
        OW_REG_MULTI_SZ = 7,
        OW_REG_RESOURCE_LIST = 8,
        OW_REG_FULL_RESOURCE_DESCRIPTOR = 9,
        OW_REG_RESOURCE_REQUIREMENTS_LIST = 10,
        OW_REG_QWORD = 11,
};

/* "REG_SZ", ... or NULL for a number without a name. Static storage. */
OW_APIV const char *ow_reg_type_name(uint32_t type);

enum ow_hive_flags {
        OW_HIVE_READONLY = 1 << 0,      /* every edit fails with OW_E_READONLY */
        OW_HIVE_ACCEPT_DIRTY = 1 << 1,  /* load although logs are missing or do not apply */
};

enum ow_hive_replay {
        OW_REPLAY_NOT_NEEDED,           /* the hive was clean; logs were ignored */
        OW_REPLAY_DONE,                 /* dirty, and its logs brought it up to date */
        OW_REPLAY_NO_LOGS,              /* dirty, and no log applies: loaded only with OW_HIVE_ACCEPT_DIRTY */
};

typedef struct ow_hive_info {
        uint32_t major, minor;
        uint64_t written;               /* FILETIME of the base block; 0 on 8.1 and newer */
        uint32_t bins_size;             /* bytes of hive bins */
        uint32_t primary_sequence, secondary_sequence;  /* as found on disk */
        enum ow_hive_replay replay;
        uint32_t replayed_entries;      /* log entries (HvLE) or 1 (DIRT) */
        uint32_t replayed_pages;
        bool base_block_rebuilt;        /* taken from a log */
        bool truncated;                 /* file and logs end before the bins do: the rest is lost, and it is never
                                           edited nor saved */
        char name[96];                  /* file name in the base block, UTF-8, for information only */
} ow_hive_info;

/**
 * ow_hive_load - load a hive and, if it is dirty, replay its logs in memory
 * @source:   the primary file; must outlive the hive
 * @logs:     .LOG, .LOG1, .LOG2 in this order, those that exist; must outlive the call only
 * @n_logs:   0 to 3
 * @ret_hive: the caller's: ow_hive_close()
 *
 * Return: 0; OW_E_FORMAT not a hive; OW_E_UNSUPPORTED a version we do not know; OW_E_CORRUPT; OW_E_DIRTY dirty and
 *         no log applies (see OW_HIVE_ACCEPT_DIRTY); OW_E_LIMIT more than 2 GiB; OW_E_IO; OW_E_NOMEM.
 * Source: docs/formats/regf.md 1 and 7.
 */
OW_API int ow_hive_load(const ow_source *source, const ow_source *logs, size_t n_logs, unsigned flags,
                        ow_hive **ret_hive, ow_error *err);

/**
 * ow_hive_new - an empty hive in memory: a root key with the given security descriptor
 * @minor:      3 to 6: lf lists before 5, lh lists from then on; big data from 4 on
 * @name:       kept in the base block, UTF-8, cut to 31 UTF-16 units; also the name of the root key
 * @descriptor: self-relative SECURITY_DESCRIPTOR of the root; NULL: SYSTEM and Administrators full, Users read
 *
 * ow_hive_save() writes all of it.
 *
 * Return: 0; OW_E_INVAL @minor, no @name, one with a '\\' or that is not UTF-8, a @descriptor as for
 *         ow_hive_set_security();
 *         OW_E_LIMIT a @name of more than 255 UTF-16 units; OW_E_NOMEM.
 */
OW_API int ow_hive_new(uint32_t minor, const char *name, const void *descriptor, size_t descriptor_size,
                       ow_hive **ret_hive, ow_error *err);

OW_APIV void ow_hive_close(ow_hive *hive);      /* NULL is fine; drops unsaved edits */
/* What the load found; only ow_hive_info.bins_size follows the edits. */
OW_APIV void ow_hive_info_get(const ow_hive *hive, ow_hive_info *ret);

/* True when ow_hive_save() would write: an edit happened, or logs were replayed. */
OW_APIV bool ow_hive_changed(const ow_hive *hive);
/* True only when an edit happened since load or the last save. */
OW_APIV bool ow_hive_edited(const ow_hive *hive);

/* The key that all others lie below. Never fails: a hive without a sound root is not loaded. */
OW_APIV ow_key ow_hive_root(const ow_hive *hive);

/* 1 found, 0 absent, < 0 error. "" is the key itself. Symbolic links inside a hive are not followed. */
OW_API int ow_hive_find(ow_hive *hive, ow_key at, const char *path, ow_key *ret_key, ow_error *err);

enum ow_key_flags {
        OW_KEY_HIVE_ENTRY = 0x0004,     /* the root */
        OW_KEY_NO_DELETE = 0x0008,
        OW_KEY_LINK = 0x0010,           /* symbolic link: ow_hive_link_target() */
        OW_KEY_LATIN1 = 0x0020,         /* its name is stored one byte per character */
        OW_KEY_PREDEFINED = 0x0040,     /* stands for a handle; its values are not to be touched and none are shown */
};

typedef struct ow_key_info {
        char *name;                     /* UTF-8; freed by ow_key_info_done() */
        uint64_t written;               /* FILETIME */
        uint32_t n_subkeys, n_values;
        uint32_t n_volatile;            /* stale count of volatile subkeys of the last session: see windows.md 4.6 */
        uint16_t flags;                 /* OW_KEY_* and other bits as on disk */
        uint8_t layer;                  /* layered-key bits (Windows 10 containers); 0 in nearly every hive */
        uint32_t security_cell;
        ow_blob class_name;             /* UTF-16LE as stored; empty when none */
} ow_key_info;

/* What a key is, without its subkeys and values. *ret is the caller's: ow_key_info_done(). */
OW_API int ow_hive_key_info(ow_hive *hive, ow_key key, ow_key_info *ret, ow_error *err);
OW_APIV void ow_key_info_done(ow_key_info *info);

/* 1 found, 0 for the root, < 0 error. */
OW_API int ow_hive_parent(ow_hive *hive, ow_key key, ow_key *ret_parent, ow_error *err);

/* Walks the subkeys of one key in order. Start with all zero; editing that key ends the walk. */
typedef struct ow_subkey_iter {
        uint32_t key_cell, list, leaf;
        uint32_t outer, inner, seen;
} ow_subkey_iter;

/* 1 and the next subkey, 0 at the end, < 0 error. A damaged element is an error; the next call goes on behind it. That
 * the list has not as many as the key counts is told as the last error: what came is what the list has. */
OW_API int ow_hive_next_subkey(ow_hive *hive, ow_key key, ow_subkey_iter *iter, ow_key *ret_key, ow_error *err);

/* Values of one key in stored order. *index starts at 0. 1, 0 at the end, < 0 error (the next call goes on). */
OW_API int ow_hive_next_value(ow_hive *hive, ow_key key, uint32_t *index, ow_value *ret_value, ow_error *err);

/* 1 found, 0 absent, < 0 error. "" is the default value. */
OW_API int ow_hive_find_value(ow_hive *hive, ow_key key, const char *name, ow_value *ret_value, ow_error *err);

typedef struct ow_value_info {
        char *name;                     /* UTF-8; "" is the default value; freed by ow_value_info_done() */
        uint32_t type;                  /* OW_REG_* or any other number */
        uint32_t size;                  /* bytes of data */
} ow_value_info;

/* Name, type and size of a value, without reading its data. *ret is the caller's: ow_value_info_done(). */
OW_API int ow_hive_value_info(ow_hive *hive, ow_value value, ow_value_info *ret, ow_error *err);
OW_APIV void ow_value_info_done(ow_value_info *info);

/* The data, whole, as stored. *ret is the caller's: ow_blob_done(). ret_type may be NULL. */
OW_API int ow_hive_read_value(ow_hive *hive, ow_value value, uint32_t *ret_type, ow_blob *ret, ow_error *err);

/* find_value + read_value. 1 found, 0 absent, < 0 error. */
OW_API int ow_hive_get_value(ow_hive *hive, ow_key key, const char *name, uint32_t *ret_type, ow_blob *ret,
                             ow_error *err);

/* Where a symbolic link points: UTF-8, as "\\Registry\\Machine\\...". 1 and the caller's text (ow_text_free()), 0 when
 * the key is no link, < 0 error: OW_E_CORRUPT when the link has no target. */
OW_API int ow_hive_link_target(ow_hive *hive, ow_key key, char **ret_target, ow_error *err);

/* ---- walking: a key and all below it; nothing is allocated per item, names and data are shown where they lie ---- */

/* A name as its record holds it. Good until the next edit of the hive. */
typedef struct ow_hive_name {
        const uint8_t *p;
        uint32_t size;                  /* bytes */
        bool latin1;                    /* one byte per character; else UTF-16LE */
} ow_hive_name;

/* Bytes that any name, sound or not, fits in as UTF-8, its NUL included. */
enum { OW_HIVE_NAME_ROOM = 2 * 65535 + 1 };

/* The name as UTF-8, cut between two characters when buf is too small, with a NUL when size > 0. As snprintf():
 * returns the bytes of all of it, without the NUL. */
OW_APIV size_t ow_hive_name_utf8(const ow_hive_name *name, char *buf, size_t size);
/* As Windows orders names: < 0, 0, > 0. */
OW_APIV int ow_hive_name_compare(const ow_hive_name *a, const ow_hive_name *b);

enum ow_hive_item_kind {
        OW_ITEM_KEY,                    /* a key; its values come next, then its subkeys */
        OW_ITEM_VALUE,
        OW_ITEM_KEY_END,                /* all of a key has come */
};

typedef struct ow_hive_item {
        enum ow_hive_item_kind kind;
        unsigned depth;                 /* of the key: 0 is where the walk began */
        ow_key key;                     /* the key, or the one that holds the value */
        ow_hive_name name;              /* of key or value; an empty one is the default value */
        /* OW_ITEM_KEY only */
        uint64_t written;               /* FILETIME */
        uint32_t n_subkeys, n_values;   /* as the key counts them */
        uint16_t flags;                 /* OW_KEY_* */
        uint8_t layer;                  /* as in ow_key_info */
        /* OW_ITEM_VALUE only */
        ow_value value;
        uint32_t type, size;            /* OW_REG_* or any other number; bytes of data */
        const uint8_t *data;            /* all of it, good until the next edit; NULL: see ow_hive_next_piece() */
} ow_hive_item;

typedef struct ow_hive_walk ow_hive_walk;

enum ow_hive_walk_flags {
        OW_WALK_NO_VALUES = 1 << 0,     /* keys only */
        OW_WALK_NO_DATA = 1 << 1,       /* item.data stays NULL and no cell of data is read */
        OW_WALK_NO_END = 1 << 2,        /* no OW_ITEM_KEY_END */
};

/**
 * ow_hive_walk_open - start a walk in the order of the hive: key, its values as stored, its subkeys as listed
 * @key:      where it begins, and the first item
 * @flags:    OW_WALK_*
 * @ret_walk: the caller's: ow_hive_walk_close(), before its hive
 *
 * A walk ends, and hands out no more than twice the bytes that the hive holds, whatever the hive says. Each key comes
 * once. Several walks may be under way at once. An edit of the hive spoils them: go on with a new one.
 */
OW_API int ow_hive_walk_open(ow_hive *hive, ow_key key, unsigned flags, ow_hive_walk **ret_walk, ow_error *err);

/* 1 and the next item, 0 at the end, < 0 error. Something damaged (OW_E_CORRUPT, OW_E_LIMIT) is an error; the next call
 * goes on behind it. */
OW_API int ow_hive_walk_next(ow_hive_walk *walk, ow_hive_item *ret, ow_error *err);

/* Leaves out what is still to come of the key that came last (or that holds the value that came last): values,
 * subkeys, not its OW_ITEM_KEY_END. */
OW_APIV void ow_hive_walk_skip(ow_hive_walk *walk);
OW_APIV void ow_hive_walk_close(ow_hive_walk *walk);    /* NULL is fine */

/**
 * ow_hive_next_piece - the data of a value where they lie, however they are stored
 * @at:      bytes handed out so far: 0 at first, moved on
 * @ret:     good until the next edit
 *
 * Values of up to 16344 bytes come in one piece, larger ones in one or several.
 *
 * Return: 1 and a piece, 0 at the end, < 0 error.
 */
OW_API int ow_hive_next_piece(ow_hive *hive, ow_value value, uint32_t *at, const uint8_t **ret, size_t *ret_size,
                              ow_error *err);

/* ---- edits: on error the hive is unchanged. Each may also return OW_E_IO: the file of the hive cannot be read; and
 * OW_E_REFUSED: it was cut off ---- */

/**
 * ow_hive_create_key - find or create a key and the missing keys on its path
 * @path:        UTF-8, '\\' between names, empty ones are passed over; each name at most 255 UTF-16 units
 * @ret_key:     the last key of path
 * @ret_created: may be NULL; true when at least the last key is new
 *
 * New keys share the security descriptor of their parent (reference counted) and have no class. Keys made in order,
 * as a file of keys has them, cost one look-up each: the way to the key before is remembered.
 * Return: 0, or OW_E_READONLY, OW_E_INVAL (name), OW_E_LIMIT (depth 512, hive size), OW_E_REFUSED (layered or
 *         predefined-handle key), OW_E_CORRUPT, OW_E_NOMEM; OW_E_EXISTS where a damaged list has hidden the key from
 *         the search: repair the hive.
 * Source: docs/formats/regf.md 4, 5 and 6.
 */
OW_API int ow_hive_create_key(ow_hive *hive, ow_key at, const char *path, ow_key *ret_key, bool *ret_created,
                              ow_error *err);

/*
 * Removes key with everything below it. OW_E_INVAL for the root; OW_E_REFUSED for a link, a predefined-handle key, or
 * where a layered key (Windows 10 containers) is involved; OW_E_CORRUPT when anything below is damaged; OW_E_READONLY;
 * OW_E_NOMEM.
 */
OW_API int ow_hive_delete_key(ow_hive *hive, ow_key key, ow_error *err);

/**
 * ow_hive_set_value - create or replace one value of a key
 * @name:  UTF-8, at most 16383 UTF-16 units; "" is the default value
 * @type:  REG_* number, stored as given, not checked against @data
 * @data:  bytes exactly as Windows stores them (strings: UTF-16LE with final NUL)
 * @size:  bytes in @data
 *
 * Marks @key changed; its last-write time is set by ow_hive_save(), so tests are repeatable. Setting what is there
 * already changes nothing.
 *
 * Return: 0, or OW_E_READONLY; OW_E_INVAL (@name is not UTF-8); OW_E_LIMIT (@name, @size: 64 MiB, 1 MiB in versions
 *         before 1.4; hive past 2 GiB); OW_E_REFUSED (layered or predefined-handle key); OW_E_CORRUPT; OW_E_NOMEM.
 */
OW_API int ow_hive_set_value(ow_hive *hive, ow_key key, const char *name, uint32_t type, const void *data,
                             size_t size, ow_error *err);

/* 1 deleted, 0 it was not there, < 0 error: as ow_hive_set_value(). */
OW_API int ow_hive_delete_value(ow_hive *hive, ow_key key, const char *name, ow_error *err);

/**
 * ow_hive_rename_key - give a key another name under the same parent
 * @name:    UTF-8, 1 to 255 UTF-16 units, no '\\'
 * @ret_key: the key from now on (its cell moves when the new name needs more room); may be NULL
 *
 * Return: 0, or OW_E_EXISTS another subkey has that name; else as ow_hive_delete_key().
 */
OW_API int ow_hive_rename_key(ow_hive *hive, ow_key key, const char *name, ow_key *ret_key, ow_error *err);

/**
 * ow_hive_copy_key - copy a key with all below it: values, classes, links, times and security descriptors
 * @from:   may be @to; @key must then not be @parent or above it
 * @name:   of the copy, below @parent; NULL: the name of @key
 *
 * Return: 0, or OW_E_EXISTS; OW_E_INVAL; OW_E_LIMIT (depth, value sizes of the version of @to); as
 *         ow_hive_create_key(). On error @to is unchanged.
 */
OW_API int ow_hive_copy_key(ow_hive *from, ow_key key, ow_hive *to, ow_key parent, const char *name, ow_key *ret_key,
                            ow_error *err);

/* The class name as stored; size 0 takes it away. At most 65534 bytes of UTF-16LE. OW_E_INVAL an odd size; else as
 * ow_hive_set_value(). */
OW_API int ow_hive_set_class(ow_hive *hive, ow_key key, const void *utf16le, size_t size, ow_error *err);

/* The self-relative SECURITY_DESCRIPTOR of a key. *ret is the caller's: ow_blob_done(). */
OW_API int ow_hive_security(ow_hive *hive, ow_key key, ow_blob *ret, ow_error *err);

/* Gives a key the descriptor: one that the hive holds already when it is equal byte for byte, else a new cell in the
 * ring. OW_E_INVAL when it is not a self-relative descriptor of revision 1 whose parts lie inside it, or has more than
 * 65535 bytes; OW_E_READONLY; OW_E_REFUSED (layered or predefined-handle key); OW_E_LIMIT; OW_E_CORRUPT; OW_E_NOMEM. */
OW_API int ow_hive_set_security(ow_hive *hive, ow_key key, const void *descriptor, size_t size, ow_error *err);

/* The same for the descriptor of another key of the same hive (a sibling of the kind that the new key is); the same
 * errors, but OW_E_INVAL. */
OW_API int ow_hive_share_security(ow_hive *hive, ow_key key, ow_key like, ow_error *err);

/**
 * ow_hive_compact - the same keys, values, classes, descriptors and times in a new hive without gaps, in key order
 * @ret_hive: in memory; the caller's: ow_hive_close(). ow_hive_save() writes all of it
 *
 * Return: 0; OW_E_CORRUPT something below the root is damaged (a copy would lose it); OW_E_REFUSED layered keys;
 *         OW_E_LIMIT; OW_E_NOMEM.
 */
OW_API int ow_hive_compact(ow_hive *hive, ow_hive **ret_hive, ow_error *err);

/**
 * ow_hive_save - hand each changed 512-byte sector run to sink, in file order, so that the file becomes clean
 * @now: FILETIME for changed keys and, on hives that keep it, the base block
 *
 * Sequence numbers become one equal pair above everything seen in the primary and in its logs (1 after 0xffffffff),
 * so that an old log can never follow; the caller empties the log files after that. sink->set_size() is called first
 * when the file must grow, and last when free bins at its end were given up. A hive that is not ow_hive_changed()
 * writes nothing.
 *
 * Return: 0; OW_E_READONLY; OW_E_CORRUPT a hive whose file is too short; OW_E_NOSPACE it must grow and sink has no
 *         set_size(); what sink returned; OW_E_IO; OW_E_NOMEM. After an error it can be tried again.
 */
OW_API int ow_hive_save(ow_hive *hive, uint64_t now, const ow_sink *sink, ow_error *err);

/* ---- checking and repair ---- */

typedef struct ow_hive_fault {
        uint64_t offset;                /* of the cell, bin or field, in the file */
        const char *path;               /* of the key it belongs to, UTF-8, "" is the root; lives for the call */
        const char *text;               /* what is wrong; lives for the call */
        bool mendable;                  /* has one right answer: ow_hive_repair() mends it */
} ow_hive_fault;

typedef void ow_hive_fault_fn(void *state, const ow_hive_fault *fault);

typedef struct ow_hive_report {
        uint64_t keys, values;          /* reached from the root */
        uint64_t faults;                /* found */
        uint64_t mended;                /* of them, by ow_hive_repair() */
        uint64_t free_bytes;            /* in free cells */
        uint64_t lost_cells, lost_bytes;        /* marked as used, but nothing leads to them: harmless */
} ow_hive_report;

/**
 * ow_hive_check - go through all of a hive and report what breaks the rules of the format
 * @fault: called for each fault, in the order of the walk; may be NULL
 *
 * Reads the whole hive and changes nothing. Windows itself leaves some faults behind (a hint of a list that is
 * wrong, a reference count that is off), so a fault is not yet a hive that does not load.
 *
 * Return: 0 when the check came to its end, whatever it found; OW_E_IO; OW_E_NOMEM.
 * Source: docs/formats/regf.md 9.
 */
OW_API int ow_hive_check(ow_hive *hive, ow_hive_report *ret, ow_hive_fault_fn *fault, void *state, ow_error *err);

/**
 * ow_hive_repair - mend what has one right answer: counts, order, hashes and hints, largest fields, reference counts,
 *                  cells that nothing leads to; docs/formats/regf.md 9 has them all
 * @fault: called for each fault that was found; mendable says that it is mended now
 *
 * The rest is left as it is. No name, value, time or descriptor is changed. Where something cannot be read, nothing is
 * freed that it might need, and a hive whose file is too short is not touched at all. ow_hive_save() writes the result.
 *
 * Return: as ow_hive_check(), and OW_E_READONLY.
 */
OW_API int ow_hive_repair(ow_hive *hive, ow_hive_report *ret, ow_hive_fault_fn *fault, void *state, ow_error *err);

OW_END_DECLS

#endif
