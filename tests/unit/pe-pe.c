/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Program files: what a sound one says, and that one changed field at a time gives a clean error. */
#include "test.h"

#include "base/alloc.h"

#include "pe-image.h"

static int read_image(void *state, uint64_t offset, void *buf, size_t size, ow_error *err)
{
        const struct image *image = state;

        assert_true(offset <= SIZE && size <= SIZE - offset);
        memcpy(buf, image->b + offset, size);
        return 0;
}

static void a_sound_file_says_what_it_is(void **state)
{
        struct pe_version version;
        struct image image;
        ow_source source = { SIZE, &image, read_image };
        ow_error err = OW_ERROR_INIT;
        struct pe_file pe;
        char *text = NULL;

        image_make(&image);
        assert_int_equal(pe_load(&source, &pe, &err), 0);
        assert_int_equal(pe.machine, PE_MACHINE_X64);
        assert_int_equal(pe_version_find(&pe, &version, &err), 1);
        assert_true(version.has_fixed);
        assert_int_equal(version.file[0], 6);
        assert_int_equal(version.file[1], 1);
        assert_int_equal(version.file[2], 7601);
        assert_int_equal(version.file[3], 17514);
        assert_int_equal(version.product[0], 2);
        assert_int_equal(version.product[3], 5);
        assert_string_equal(version.company, "Acme");
        assert_string_equal(version.file_version, "6.1");
        assert_string_equal(version.product_name, "");
        assert_int_equal(pe_string_find(&pe, 100, &text, &err), 1);
        assert_string_equal(text, "Hello");
        ow_free(text);
        assert_int_equal(pe_string_find(&pe, 101, &text, &err), 0);
        assert_int_equal(pe_string_find(&pe, 500, &text, &err), 0);
        assert_int_equal(pe_string_find(&pe, 0x10000, &text, &err), 0);
}

enum step { LOAD, VERSION, STRING };

static const struct {
        const char *label;
        size_t at;
        uint32_t value;
        enum step step;                 /* where it fails */
        int want;                       /* OW_E_*, or 0: told as absent */
} bad[] = {
        { "no MZ", 0, 0x5a4e, LOAD, OW_E_FORMAT },
        { "header past the end", 0x3c, SIZE - 4, LOAD, OW_E_FORMAT },
        { "header far past the end", 0x3c, 0xfffffff0, LOAD, OW_E_FORMAT },
        { "a 16-bit program", PE_AT, 0x454e, LOAD, OW_E_FORMAT },
        { "optional header too large", PE_AT + 20, 0x401, LOAD, OW_E_CORRUPT },
        { "too many sections", PE_AT + 4, 97u << 16 | PE_MACHINE_X64, LOAD, OW_E_CORRUPT },
        { "sections past the end", PE_AT + 4, 90u << 16 | PE_MACHINE_X64, LOAD, OW_E_CORRUPT },
        { "no resources", PE_AT + 24 + 112 + 16, 0, VERSION, 0 },
        { "few directories", PE_AT + 24 + 108, 2, VERSION, 0 },
        { "resources in no section", PE_AT + 24 + 112 + 16, 0x5000, VERSION, OW_E_CORRUPT },
        { "resources at the end of the address space", PE_AT + 24 + 112 + 16, 0xfffffff8, VERSION, OW_E_CORRUPT },
        { "resources too short", PE_AT + 24 + 112 + 20, 8, VERSION, OW_E_CORRUPT },
        { "section past the end of the file", SECTION_AT + 20, SIZE - 4, VERSION, OW_E_CORRUPT },
        { "folder is data", RSRC + 28, 0x70, VERSION, OW_E_CORRUPT },
        { "folder past the end", RSRC + 28, 0x80000000 | SIZE, VERSION, OW_E_CORRUPT },
        { "folder far past the end", RSRC + 28, 0xfffffff0, VERSION, OW_E_CORRUPT },
        { "too many entries", RSRC + 12, 0xffffffff, VERSION, OW_E_LIMIT },
        { "data is a folder", RSRC + 0x90 + 20, 0x80000090, VERSION, OW_E_CORRUPT },
        { "data past the section", RSRC + 0xc0, RVA + SIZE, VERSION, OW_E_CORRUPT },
        { "data too large", RSRC + 0xc4, 0x10001, VERSION, OW_E_CORRUPT },
        { "data is empty", RSRC + 0xc4, 0, VERSION, OW_E_CORRUPT },
        { "version has another name", RSRC + VERSION_AT + 8, 'X', VERSION, OW_E_CORRUPT },
        { "version longer than its data", RSRC + VERSION_AT, 52u << 16 | 0xffff, VERSION, OW_E_CORRUPT },
        { "string block too large", RSRC + 0xb4, 0x7fffffff, STRING, OW_E_CORRUPT },
        { "string leaves its block", RSRC + 0xd0 + 8, 0xffff, STRING, OW_E_CORRUPT },
        { "string block too short", RSRC + 0xb4, 4, STRING, 0 },
};

static void one_bad_field_is_a_clean_error(void **state)
{
        for (size_t i = 0; i < OW_COUNT(bad); i++) {
                struct pe_version version;
                struct image image;
                ow_source source = { SIZE, &image, read_image };
                ow_error err = OW_ERROR_INIT;
                struct pe_file pe;
                char *text = NULL;
                int r;

                print_message("%s\n", bad[i].label);
                image_make(&image);
                ow_le32_put(image.b + bad[i].at, bad[i].value);
                r = pe_load(&source, &pe, &err);
                if (bad[i].step == LOAD) {
                        assert_int_equal(r, bad[i].want);
                        assert_true(err.text[0] != '\0');
                        continue;
                }
                assert_int_equal(r, 0);
                r = bad[i].step == VERSION ? pe_version_find(&pe, &version, &err)
                                           : pe_string_find(&pe, 100, &text, &err);
                assert_int_equal(r, bad[i].want);
                assert_true(r == 0 || err.text[0] != '\0');
        }
}

static void a_short_file_is_no_program(void **state)
{
        struct image image;
        ow_error err = OW_ERROR_INIT;
        struct pe_file pe;

        image_make(&image);
        for (size_t size = 0; size < SECTION_AT + 40; size++) {
                ow_source source = { size, &image, read_image };
                int r = pe_load(&source, &pe, &err);

                assert_true(r == OW_E_FORMAT || r == OW_E_CORRUPT);
        }
}

/* A resource that is read again and again ends with the budget. */
static void reading_has_a_budget(void **state)
{
        struct pe_version version;
        struct image image;
        ow_source source = { SIZE, &image, read_image };
        ow_error err = OW_ERROR_INIT;
        struct pe_file pe;
        int r = 0;

        image_make(&image);
        assert_int_equal(pe_load(&source, &pe, &err), 0);
        for (unsigned i = 0; i < PE_READS && r >= 0; i++)
                r = pe_version_find(&pe, &version, &err);
        assert_int_equal(r, OW_E_LIMIT);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_sound_file_says_what_it_is),
                cmocka_unit_test(one_bad_field_is_a_clean_error),
                cmocka_unit_test(a_short_file_is_no_program),
                cmocka_unit_test(reading_has_a_budget),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
