/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which format an image has, by its header, and which other files that header names. A raw disk is written by its
 * guest, which can put any header there, so what the header says is believed only as far as docs/formats/images.md
 * allows.
 */
#ifndef DISK_SNIFF_H
#define DISK_SNIFF_H

#include "base/buffer.h"
#include "disk/store.h"

enum { SNIFF_MAX_FILES = 64 };

struct sniff {
        const char *format;             /* "raw", "qcow2", "vpc", "vhdx", "vmdk", "vdi" */
        uint64_t fixed_bytes;           /* a fixed VHD: bytes of the disk, which starts where the file does; else 0 */
        bool no_writing;                /* streamOptimized */
        bool log_pending;               /* a VHDX whose own log has writes that its file has not */
        bool no_parent;                 /* a VHD that is worth nothing without its parent, which qemu cannot read */
        bool encrypted;
        char *backing;                  /* the file that holds what this one does not; NULL: none */
        char *backing_format;           /* as the header names it; NULL: it does not */
        char *files[SNIFF_MAX_FILES];   /* further files that hold a part of the disk */
        bool files_sparse[SNIFF_MAX_FILES];     /* the file has a header of its own */
        size_t n_files;
};

void sniff_done(struct sniff *sniff);

/* file: the image's bytes. OW_E_CORRUPT: a known header that cannot be right. */
int sniff_image(struct store *file, struct sniff *ret, ow_error *err);

/* True when the first sector is a boot record at the same time. */
bool sniff_has_boot_record(struct store *file);

/* ---- foreign.c ---- */

/* OW_E_UNSUPPORTED: not a disk image, or not one that anybody can change; the text says what to do with it. */
int sniff_foreign(struct store *file, const char *path, ow_error *err);

/* ---- vmdk.c ---- */

/* 1 it is VMDK, 0 it is not. head: the first bytes of file. */
int vmdk_sniff(struct store *file, ow_view head, struct sniff *sniff, ow_error *err);

#endif
