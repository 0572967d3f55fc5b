/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fast conversions give what the plain ones of base/utf16.h give. */
#include "test.h"

#include "base/alloc.h"
#include "base/utf16.h"
#include "reg/widen.h"

static unsigned next(unsigned *seed)
{
        *seed = *seed * 1103515245 + 12345;
        return *seed >> 16;
}

/* Runs of ASCII and of anything else, lone surrogates too. */
static void make_units(unsigned *seed, ow_buffer *out)
{
        for (unsigned runs = next(seed) % 6; runs > 0; runs--) {
                bool ascii = next(seed) % 2;

                for (unsigned n = next(seed) % 20; n > 0; n--) {
                        unsigned c = ascii ? next(seed) % 0x80 : next(seed) & 0xffff;

                        if (!ascii && next(seed) % 3 == 0)
                                c = 0xd800 | (c & 0x7ff);
                        ow_buffer_put_byte(out, (uint8_t)c);
                        ow_buffer_put_byte(out, (uint8_t)(c >> 8));
                }
        }
}

static void both_ways_are_as_the_plain_ones(void **state)
{
        unsigned seed = 1;

        for (unsigned round = 0; round < 20000; round++) {
                OW_AUTO_BUFFER units = OW_BUFFER_INIT, want = OW_BUFFER_INIT, got = OW_BUFFER_INIT;
                OW_AUTO_BUFFER back = OW_BUFFER_INIT, plain_back = OW_BUFFER_INIT;

                make_units(&seed, &units);
                ow_utf16_to_utf8(ow_buffer_view(&units), &want);
                reg_put_utf8(ow_buffer_view(&units), &got);
                assert_true(ow_view_equal(ow_buffer_view(&want), ow_buffer_view(&got)));
                assert_ok(ow_utf8_to_utf16((char *)want.p, want.len, &plain_back, &err));
                assert_ok(reg_put_utf16(ow_buffer_view(&got), &back, &err));
                assert_true(ow_view_equal(ow_buffer_view(&plain_back), ow_buffer_view(&back)));
        }
}

static void what_is_not_utf8_is_refused(void **state)
{
        OW_AUTO_BUFFER out = OW_BUFFER_INIT;

        assert_fails(OW_E_INVAL, reg_put_utf16((ow_view){ (const uint8_t *)"12345678\x80", 9 }, &out, &err));
}

static void latin1_is_widened(void **state)
{
        OW_AUTO_BUFFER out = OW_BUFFER_INIT;

        reg_put_wide((ow_view){ (const uint8_t *)"a\xe9", 2 }, &out);
        assert_int_equal(out.len, 4);
        assert_memory_equal(out.p, "a\0\xe9\0", 4);
}

static void memory_that_runs_out_is_told(void **state)
{
        static uint8_t text[4096];
        OW_AUTO_BUFFER out = OW_BUFFER_INIT;

        ow_alloc_fail_from(1);
        assert_false(reg_reserve(&out, 1));
        ow_alloc_fail_from(0);
        assert_true(ow_buffer_failed(&out));
        assert_false(reg_reserve(&out, 0));
        assert_fails(OW_E_NOMEM, reg_put_utf16((ow_view){ text, sizeof text }, &out, &err));
        ow_buffer_done(&out);
        assert_false(reg_reserve(&out, SIZE_MAX));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(both_ways_are_as_the_plain_ones),
                cmocka_unit_test(what_is_not_utf8_is_refused),
                cmocka_unit_test(latin1_is_widened),
                cmocka_unit_test(memory_that_runs_out_is_told),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
