/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A program file of a stranger's volume: headers, version resource, string table. Caps: PE_BUDGET bytes in PE_READS
 * reads, PE_MAX_SECTIONS, 4096 entries per folder of resources. Input: which allocation fails (0: none), two bytes of a
 * string's number, the file. Seeds: program files of tests/machines (pe.c there) behind three bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "pe/pe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct bytes {
        const uint8_t *p;
        size_t size;
};

static int read_bytes(void *state, uint64_t offset, void *buf, size_t size, ow_error *err)
{
        const struct bytes *bytes = state;

        if (offset > bytes->size || size > bytes->size - offset)
                abort();
        memcpy(buf, bytes->p + offset, size);
        return 0;
}

/* A call that failed has its code and its sentence. */
static void expect_sane(int r, const ow_error *err)
{
        if (r < 0 && (err->code != r || err->text[0] == '\0'))
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct bytes bytes = { NULL, 0 };
        ow_source source = { 0, &bytes, read_bytes };
        struct pe_version version;
        ow_error err = OW_ERROR_INIT;
        struct pe_file pe;
        char *text = NULL;
        int r;

        if (size < 3)
                return 0;
        bytes = (struct bytes){ data + 3, size - 3 };
        source.size = bytes.size;
        ow_alloc_fail_from(data[0]);
        expect_sane(pe_version_decode(bytes.p, bytes.size, &version, &err), &err);
        r = pe_load(&source, &pe, &err);
        expect_sane(r, &err);
        if (r >= 0) {
                expect_sane(pe_check_whole(&pe, &err), &err);
                expect_sane(pe_version_find(&pe, &version, &err), &err);
                r = pe_string_find(&pe, (uint32_t)data[1] << 8 | data[2], &text, &err);
                expect_sane(r, &err);
                if (r > 0)
                        ow_free(text);
        }
        ow_alloc_fail_from(0);
        return 0;
}
