/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include "base/alloc.h"
#include "base/le.h"
#include "volume/journal.h"

enum { PAGE = 4096, AREA = 0x30, FIXUPS = 0x1e };

/* A restart page of Windows XP, 7 or 10 after a proper shutdown, sealed as on disk. */
static void put_page(uint8_t page[PAGE], uint16_t used_client, uint16_t flags)
{
        memset(page, 0, PAGE);
        memcpy(page, "RSTR", 4);
        ow_le16_put(page + 0x04, FIXUPS);
        ow_le16_put(page + 0x06, PAGE / 512 + 1);
        ow_le32_put(page + 0x10, PAGE);
        ow_le32_put(page + 0x14, PAGE);
        ow_le16_put(page + 0x18, AREA);
        ow_le16_put(page + 0x1a, 1);
        ow_le16_put(page + 0x1c, 1);
        ow_le64_put(page + AREA, 0x123456789a);
        ow_le16_put(page + AREA + 0x08, 1);
        ow_le16_put(page + AREA + 0x0a, 0xffff);
        ow_le16_put(page + AREA + 0x0c, used_client);
        ow_le16_put(page + AREA + 0x0e, flags);
        ow_le16_put(page + FIXUPS, 0x0007);
        for (size_t i = 1; i <= PAGE / 512; i++)
                ow_le16_put(page + i * 512 - 2, 0x0007);
}

static void clean_is_closed_or_marked(void **state)
{
        static const struct { uint16_t client, flags; bool clean; } cases[] = {
                { 0, 0x0002, true },            /* XP and newer, after shutdown */
                { 0, 0x0000, false },           /* in use */
                { 0xffff, 0x0000, true },       /* 2000 and older, after shutdown */
                { 0xffff, 0x0002, true },
                { 0, 0x0001, false },
        };

        for (size_t i = 0; i < OW_COUNT(cases); i++) {
                struct journal_restart restart;
                uint8_t page[PAGE];

                put_page(page, cases[i].client, cases[i].flags);
                assert_ok(journal_restart_decode((ow_view){ page, PAGE }, &restart, &err));
                assert_int_equal(restart.clean, cases[i].clean);
                assert_int_equal(restart.page_size, PAGE);
                assert_int_equal(restart.major, 1);
                assert_true(restart.lsn == UINT64_C(0x123456789a));
        }
}

static const struct { const char *label; size_t at; uint8_t byte; int want; size_t where; } bad[] = {
        { "other magic",                0x00, 'X',  OW_E_FORMAT,  0x00 },
        { "page of 3 KiB",              0x11, 0x0c, OW_E_CORRUPT, 0x10 },
        { "page of 16 MiB",             0x13, 0x01, OW_E_CORRUPT, 0x10 },
        { "page of another size",       0x11, 0x20, OW_E_CORRUPT, 0x10 },
        { "too many fixups",            0x06, 0x0a, OW_E_CORRUPT, 0x06 },
        { "fixups behind the end",      0x05, 0x0f, OW_E_CORRUPT, 0x1fe },      /* inside, but not there */
        { "fixups outside",             0x05, 0x10, OW_E_CORRUPT, 0x04 },
        { "fixups over the header",     0x04, 0x02, OW_E_CORRUPT, 0x04 },
        { "torn in sector 3",           0x5fe, 0x08, OW_E_CORRUPT, 0x5fe },
        { "area outside",               0x19, 0x10, OW_E_CORRUPT, 0x18 },
        { "area not aligned",           0x18, 0x31, OW_E_CORRUPT, 0x18 },
        { "area over the header",       0x18, 0x08, OW_E_CORRUPT, 0x18 },
};

static void each_bad_field_is_refused(void **state)
{
        struct journal_restart restart;
        uint8_t page[PAGE];

        for (size_t i = 0; i < OW_COUNT(bad); i++) {
                ow_error err = OW_ERROR_INIT;

                put_page(page, 0, 2);
                page[bad[i].at] = bad[i].byte;
                print_message("%s\n", bad[i].label);
                assert_int_equal(journal_restart_decode((ow_view){ page, PAGE }, &restart, &err), bad[i].want);
                assert_int_equal(err.code, bad[i].want);
                assert_int_equal(err.where, bad[i].where);
        }
}

static void a_short_page_is_refused(void **state)
{
        struct journal_restart restart;
        uint8_t page[PAGE];

        put_page(page, 0, 2);
        for (size_t size = 0; size < PAGE; size += 97)
                assert_true(journal_restart_decode((ow_view){ page, size }, &restart, NULL) < 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(clean_is_closed_or_marked),
                cmocka_unit_test(each_bad_field_is_refused),
                cmocka_unit_test(a_short_page_is_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
