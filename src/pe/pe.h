/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Program files (PE images) as far as one has to know whose they are: machine, version resource, string table.
 *
 * The bytes are a stranger's. Every offset is checked against the file, and one pe_file reads at most PE_BUDGET bytes
 * in PE_READS reads, whatever its tables say. Formats: Microsoft "PE Format", "VERSIONINFO resource".
 */
#ifndef PE_PE_H
#define PE_PE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <offwin/error.h>
#include <offwin/io.h>

enum {
        PE_MACHINE_X86 = 0x14c,
        PE_MACHINE_ARM = 0x1c4, /* Thumb-2 */
        PE_MACHINE_IA64 = 0x200,
        PE_MACHINE_ALPHA = 0x184,
        PE_MACHINE_X64 = 0x8664,
        PE_MACHINE_ARM64 = 0xaa64,
};

enum { PE_MAX_SECTIONS = 96, PE_BUDGET = 1 << 20, PE_READS = 2000 };

struct pe_section {
        uint32_t rva;            /* where it lies in memory */
        uint32_t offset, stored; /* where it lies in the file, and its bytes there */
};

struct pe_file {
        const ow_source *source; /* must outlive it */
        uint16_t machine;        /* PE_MACHINE_*, or any other number */
        struct pe_section sections[PE_MAX_SECTIONS];
        unsigned n_sections;
        uint16_t windows_major, windows_minor; /* the Windows it is built for; 0.0 when it does not say */
        uint32_t resource_rva, resource_size; /* 0: none */
        uint32_t budget, reads;               /* left */
};

/* Reads the headers. OW_E_FORMAT: not a PE image (a DOS or 16-bit program, something else); OW_E_CORRUPT; the
 * source's. */
int pe_load(const ow_source *source, struct pe_file *ret, ow_error *err);

/* OW_E_CORRUPT when the file ends before one of its sections does. */
int pe_check_whole(const struct pe_file *pe, ow_error *err);

/* size bytes at rva into buf: OW_E_CORRUPT outside all sections; OW_E_LIMIT past the budget. */
int pe_read(struct pe_file *pe, uint32_t rva, void *buf, uint32_t size, ow_error *err);

enum { PE_RESOURCE_STRING = 6, PE_RESOURCE_VERSION = 16, PE_ANY = 0xffffffff };

struct pe_data {
        uint32_t rva, size;
};

/* The resource of type called name (PE_ANY: the first), US English if there is a choice. 1 found, 0 absent, < 0. */
int pe_resource_find(struct pe_file *pe, uint32_t type, uint32_t name, struct pe_data *ret, ow_error *err);

struct pe_version {
        bool has_fixed;
        uint16_t file[4], product[4];                                               /* when has_fixed */
        char company[128], product_name[128], description[256], original_name[128]; /* UTF-8, "" when not told */
        char file_version[64], product_version[64];
};

/* What the version resource says. 1 and *ret, 0 there is none, < 0 error. */
int pe_version_find(struct pe_file *pe, struct pe_version *ret, ow_error *err);

/* The same from the bytes of a version resource: 0, or OW_E_CORRUPT. */
int pe_version_decode(const uint8_t *bytes, size_t size, struct pe_version *ret, ow_error *err);

/* String number id of the string table. 1 and *ret, the caller's (ow_free); 0 there is none or it is empty; < 0. */
int pe_string_find(struct pe_file *pe, uint32_t id, char **ret, ow_error *err);

#endif
