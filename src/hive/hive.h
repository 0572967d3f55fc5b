/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The inside of the hive engine. Offsets of cells count from the start of the bins (file offset 4096), as on disk.
 * Bytes of a hive are reached only through hive_cell_view() and changed only through hive_cell_write() and friends;
 * the records (node.c, value.c, list.c, bigdata.c, security.c) turn them into host values and back.
 */
#ifndef HIVE_HIVE_H
#define HIVE_HIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <offwin/hive.h>

#include "base/le.h"
#include "base/macros.h"
#include "base/view.h"
#include "hive/base-block.h"
#include "hive/image.h"
#include "hive/map.h"
#include "hive/name.h"
#include "hive/names.h"
#include "hive/ring.h"
#include "hive/space.h"
#include "hive/trail.h"

#define HIVE_NIL 0xffffffffu            /* "no cell" */

enum {
        HIVE_MAX_DEPTH = 512,           /* levels of keys; facts: registry element size limits */
        HIVE_MAX_KEY_NAME = 255,        /* UTF-16 units */
        HIVE_MAX_VALUE_NAME = 16383,    /* UTF-16 units */
        HIVE_SEGMENT_BYTES = 16344,     /* of big data; regf.md 4.6 */
        HIVE_MAX_FLAT_VALUE = 1 << 20,  /* bytes of one value we write where the version has no big data */
        HIVE_MAX_VALUE = 64 << 20,      /* bytes of one value we write elsewhere */
};

struct ow_hive {
        struct hive_image image;
        struct hive_space space;        /* free cells, once an edit has asked for room */
        struct hive_map changed;        /* keys whose time of last write is set by the next save */
        struct hive_trail trail;        /* where the path that was made last has led */
        struct hive_names names;        /* of the key whose values were asked for last */
        struct hive_ring ring;          /* where each descriptor is */
        struct hive_map orders;         /* ri lists that names outside ASCII were looked for in vain: see find.c */
        struct { uint32_t list, outer; } near;  /* the leaf of an ri that was found last: a hint, checked before use */
        struct { uint32_t list, keys; } counted;        /* the ri whose keys were counted last, and how many it has */
        struct hive_base base;
        bool readonly;
        bool edited;                    /* since load or the last save */
        bool replayed;                  /* pages from logs wait for the next save */
        bool chain_followed;            /* image.bins are what the chain of bins says, */
        uint32_t chain_end;             /* as far as that goes: this byte is behind the last of them */
        bool base_changed;              /* all of the base block is to be written */
        bool keeps_time;                /* in the base block, of each save; Windows 8.1 and newer leave 0 */
        uint32_t top_sequence;          /* highest number seen in the primary and in its logs */
        uint64_t file_size;             /* bytes of the primary now */
        ow_hive_info info;
};

static inline uint32_t hive_minor(const ow_hive *h)
{
        return h->base.minor;
}

/* ---- bin.c ---- */

/* The bin that holds the byte at offset, for a page that hive_bin_find() does not know yet. */
int hive_bin_discover(ow_hive *h, uint32_t offset, ow_error *err);

/* The bin that holds the byte at offset: where it starts and ends. */
static inline int hive_bin_find(ow_hive *h, uint32_t offset, uint32_t *ret_start, uint32_t *ret_end, ow_error *err)
{
        const struct hive_bin_slot *slot = &h->image.bins[offset / HIVE_PAGE];

        if (slot->end <= offset) {
                int r = hive_bin_discover(h, offset, err);

                if (r < 0)
                        return r;
        }
        *ret_start = slot->start;
        *ret_end = slot->end;
        return 0;
}

/* The size field of a bin header that passes every check, for a bin that starts at offset. */
int hive_bin_size(ow_hive *h, uint32_t offset, uint32_t *ret_size, ow_error *err);

/*
 * Notes for every page which bin it is in, as the chain of bins from the first one says, as far as that goes. Once,
 * when a cell is not where the nearest header backwards allows one: the data of a value may look like a header.
 */
int hive_bin_follow_chain(ow_hive *h, ow_error *err);

/* Is the bin that starts there one for sure, and not part of a cell that looks like it? */
bool hive_bin_is_no_data(ow_hive *h, uint32_t start);

/* Makes the bins longer by one bin with a single free cell of at least cell_size bytes. */
int hive_bin_append(ow_hive *h, uint32_t cell_size, uint32_t *ret_start, uint32_t *ret_size, ow_error *err);

/* Sets the copy of the base block's time in the first bin, if that bin is sound; regf.md 2. */
int hive_bin_stamp_first(ow_hive *h, uint64_t now, ow_error *err);
int hive_bin_first_time(ow_hive *h, uint64_t *ret, ow_error *err);

/* ---- cell.c: the gate ---- */

enum { HIVE_BIN_HEAD = 32, HIVE_CELL_HEAD = 4, HIVE_CELL_LEAST = 8 };

/* hive_cell_view() of a cell that has to be read first, or that is no cell. */
int hive_cell_view_slowly(ow_hive *h, uint32_t cell, ow_view *ret, ow_error *err);

/* The body (all after the size field) of an allocated cell: loaded, in range, inside one bin. */
static inline int hive_cell_view(ow_hive *h, uint32_t cell, ow_view *ret, ow_error *err)
{
        const struct hive_image *image = &h->image;

        if (cell < image->size && cell % HIVE_CELL_LEAST == 0) {
                const struct hive_bin_slot *bin = &image->bins[cell / HIVE_PAGE];

                /* Of a page that no bin is known for, end is not above any cell. */
                if (cell < bin->end && cell >= bin->start + HIVE_BIN_HEAD && hive_image_has(image, cell, cell + 3)) {
                        /* A free cell gives a length above 2 GiB here. */
                        uint32_t len = 0u - ow_le32_at(image->bytes + cell);

                        if (len <= bin->end - cell && len >= HIVE_CELL_LEAST && len % HIVE_CELL_LEAST == 0 &&
                            hive_image_has(image, cell, cell + len - 1)) {
                                *ret = (ow_view){ image->bytes + cell + HIVE_CELL_HEAD, len - HIVE_CELL_HEAD };
                                return 0;
                        }
                }
        }
        return hive_cell_view_slowly(h, cell, ret, err);
}

/* Changes bytes of a cell whose body is body_len long, as hive_cell_view() or an allocation has said. Cannot fail. */
void hive_cell_write(ow_hive *h, uint32_t cell, size_t body_len, size_t at, const void *bytes, size_t size);
void hive_cell_move(ow_hive *h, uint32_t cell, size_t body_len, size_t to, size_t from, size_t size);
void hive_cell_zero(ow_hive *h, uint32_t cell, size_t body_len, size_t at, size_t size);

/* ---- node.c: "nk" ---- */

struct hive_node {
        uint32_t cell;
        uint32_t body_len;
        uint16_t flags;                 /* OW_KEY_* */
        uint8_t layer;                  /* layered-key bits; 0 in nearly every hive */
        uint8_t access, user_flags;     /* kept as they are */
        uint64_t written;               /* FILETIME */
        uint32_t parent;
        uint32_t n_subkeys, n_volatile;
        uint32_t subkeys;               /* list cell or HIVE_NIL */
        uint32_t n_values, values;      /* list cell or HIVE_NIL */
        uint32_t security, class_cell;
        uint16_t class_len;             /* bytes */
        uint16_t max_name;              /* bytes of UTF-16, of the longest subkey name */
        uint32_t max_class;             /* bytes of the longest class of a subkey */
        uint32_t max_value_name, max_value_data;
        ow_view name;                   /* as stored */
};

int hive_node_decode(ow_hive *h, uint32_t cell, struct hive_node *ret, ow_error *err);
/* Only the name, as stored: for comparing many. */
int hive_node_name(ow_hive *h, uint32_t cell, ow_view *ret, bool *ret_latin1, ow_error *err);
/* For qsort_r() of cells of keys that were read before: as Windows orders their names. */
int hive_node_order(const void *a, const void *b, void *hive);
/* Writes the fields of the fixed part back; what this file does not know stays as it is. Cannot fail. */
void hive_node_store(ow_hive *h, const struct hive_node *node);
/* Gives a key whose cell has room for it another name, and stores the rest as hive_node_store() does. */
void hive_node_store_name(ow_hive *h, const struct hive_node *node, const struct hive_name *name);
/* Fills the body of a fresh cell. */
void hive_node_encode_new(ow_hive *h, const struct hive_node *node, const struct hive_name *name);
size_t hive_node_body_size(const struct hive_name *name);
/* Only the time. */
void hive_node_stamp(ow_hive *h, const struct hive_node *node, uint64_t now);

static inline bool hive_node_latin1(const struct hive_node *n)
{
        return n->flags & OW_KEY_LATIN1;
}

/* ---- value.c: "vk" ---- */

enum hive_value_flags { HIVE_VALUE_COMP_NAME = 1, HIVE_VALUE_TOMBSTONE = 2 };

struct hive_value {
        uint32_t cell;
        uint32_t body_len;
        uint32_t size;                  /* bytes of data */
        bool in_line;
        uint8_t inline_data[4];
        uint32_t data;                  /* cell, when not inline and size > 0 */
        uint32_t type;
        uint16_t flags;
        ow_view name;
};

/* Where the data lie inside the record, when in_line. */
const uint8_t *hive_value_inline(const struct hive_value *value);
int hive_value_decode(ow_hive *h, uint32_t cell, struct hive_value *ret, ow_error *err);
void hive_value_store(ow_hive *h, const struct hive_value *value);
void hive_value_encode_new(ow_hive *h, const struct hive_value *value, const struct hive_name *name);
size_t hive_value_body_size(const struct hive_name *name);
/* As Windows compares names. */
bool hive_value_same_name(const struct hive_value *a, const struct hive_value *b);

/* ---- list.c: "li", "lf", "lh", "ri" ---- */

enum hive_list_kind { HIVE_LI, HIVE_LF, HIVE_LH, HIVE_RI };

struct hive_list {
        uint32_t cell;
        enum hive_list_kind kind;
        uint32_t count;
        ow_view body;
};

enum { HIVE_LIST_HEAD = 4 };            /* bytes before the first element */

int hive_list_decode(ow_hive *h, uint32_t cell, struct hive_list *ret, ow_error *err);
/*
 * The list of a key's subkeys, for everyone who goes through it or changes it: 1 and the list, 0 there is none, also
 * when the key counts none and what it names is not its own. OW_E_CORRUPT: it counts some, but names no list.
 */
int hive_list_of(ow_hive *h, const struct hive_node *node, struct hive_list *ret, ow_error *err);
/* Of a key that counts no subkeys: 1 when what it names as their list is none, or another key's. */
int hive_list_is_left_over(ow_hive *h, const struct hive_node *node, ow_error *err);
/* The keys of all leaves that can be read. */
int hive_list_count(ow_hive *h, const struct hive_list *list, uint32_t *ret, ow_error *err);
uint32_t hive_list_stride(enum hive_list_kind kind);
uint32_t hive_list_cell(const struct hive_list *list, uint32_t i);
uint32_t hive_list_hint(const struct hive_list *list, uint32_t i);
/* The first element of an lh list, from that one on, with this hash; count when there is none. */
uint32_t hive_list_find_hash(const struct hive_list *list, uint32_t from, uint32_t hash);
/* Which element of a leaf names that cell. */
bool hive_list_find_cell(const struct hive_list *leaf, uint32_t cell, uint32_t *ret_index);
/* The kind of leaf that this version of the format wants, and how many elements Windows puts in one leaf. */
enum hive_list_kind hive_list_kind_of(const ow_hive *h);
uint32_t hive_list_limit(enum hive_list_kind kind);
/* One element as on disk; returns its size. */
size_t hive_list_element(enum hive_list_kind kind, uint32_t cell, const struct hive_name *name, uint8_t ret[8]);
/* OW_E_CORRUPT when a list, with its leaves, names a key twice. ret_seen, which may be NULL: elements that were looked
 * at, those of the list itself included, also then. */
int hive_list_check_once(ow_hive *h, const struct hive_list *list, uint64_t *ret_seen, ow_error *err);
void hive_list_store_head(ow_hive *h, uint32_t cell, size_t body_len, enum hive_list_kind kind, uint32_t count);

/* ---- find.c ---- */

/* 1 and the subkey of that name, 0 absent. ret_leaf (may be NULL) then says in which leaf it was found. */
int hive_find_subkey(ow_hive *h, const struct hive_node *parent, const struct hive_name *name, uint32_t *ret_cell,
                     ow_error *err);
/* What is known of the cells of the hive by heart, and no longer true once something else than an edit changes them. */
void hive_find_forget(ow_hive *h);
/* The ri list has moved into another cell. */
void hive_find_moved(ow_hive *h, uint32_t from, uint32_t to);
/* The last leaf of an ri list whose first name is not above name. */
int hive_find_leaf(ow_hive *h, const struct hive_list *ri, const struct hive_name *name, uint32_t *ret_index,
                   ow_error *err);
/* The first element of a leaf whose name is not below name. *ret_equal: it has that name. */
int hive_find_slot(ow_hive *h, const struct hive_list *leaf, const struct hive_name *name, uint32_t *ret_index,
                   bool *ret_equal, ow_error *err);
/* The list of values. A key without values gives an empty view. */
int hive_values_view(ow_hive *h, const struct hive_node *node, ow_view *ret, ow_error *err);
/* The class as stored. A key without one gives an empty view. */
int hive_class_view(ow_hive *h, const struct hive_node *node, ow_view *ret, ow_error *err);
/* 1 and the record of the value of that name, 0 absent. */
int hive_find_value(ow_hive *h, const struct hive_node *node, const struct hive_name *name, struct hive_value *ret,
                    ow_error *err);

/* ---- bigdata.c: "db" ---- */

struct hive_bigdata {
        uint32_t cell;
        uint32_t segments;              /* cell of the segment list */
        uint32_t count;
        ow_view list;
};

int hive_bigdata_decode(ow_hive *h, uint32_t cell, uint32_t size, struct hive_bigdata *ret, ow_error *err);
/* The bytes of segment i of a value of size bytes. */
int hive_bigdata_segment(ow_hive *h, const struct hive_bigdata *db, uint32_t size, uint32_t i, uint32_t *ret_cell,
                         ow_view *ret, ow_error *err);
size_t hive_bigdata_encode(uint32_t count, uint32_t segments, uint8_t ret[12]);
uint32_t hive_bigdata_count(uint32_t size);

/* ---- data.c: the data of a value, however it is stored ---- */

/* True when the data of this value are big data. Otherwise *ret_flat is all of them. */
int hive_data_open(ow_hive *h, const struct hive_value *value, bool *ret_big, ow_view *ret_flat, ow_error *err);
int hive_data_copy(ow_hive *h, const struct hive_value *value, uint8_t *buf, ow_error *err);
/* 1 when the data of value are exactly these bytes. */
int hive_data_equal(ow_hive *h, const struct hive_value *value, ow_view bytes, ow_error *err);

/* ---- security.c: "sk" ---- */

struct hive_security {
        uint32_t cell;
        uint32_t body_len;
        uint32_t next, previous;        /* the ring of all of them */
        uint32_t references;
        ow_view descriptor;
};

int hive_security_decode(ow_hive *h, uint32_t cell, struct hive_security *ret, ow_error *err);
void hive_security_store(ow_hive *h, const struct hive_security *sk);
void hive_security_encode_new(ow_hive *h, const struct hive_security *sk);
size_t hive_security_body_size(size_t descriptor_size);

/* descriptor.c: self-relative, revision 1, and every part inside it; else OW_E_INVAL. */
int hive_descriptor_check(ow_view descriptor, ow_error *err);

OW_DEFINE_AUTO(ow_hive, ow_hive_close);

#endif
