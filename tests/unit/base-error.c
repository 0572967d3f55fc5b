/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "test.h"

static void wrap_puts_context_first(void **state)
{
        ow_error err = OW_ERROR_INIT;
        int r = ow_fail(&err, OW_E_CORRUPT, 32, "cell size is %d", 0);

        assert_int_equal(r, OW_E_CORRUPT);
        assert_int_equal(ow_wrap(&err, r, "load '%s'", "SYSTEM"), OW_E_CORRUPT);
        assert_string_equal(err.text, "load 'SYSTEM': cell size is 0");
        assert_int_equal(err.where, 32);
}

static void long_text_is_cut_not_lost(void **state)
{
        ow_error err = OW_ERROR_INIT;
        char name[1000];

        memset(name, 'x', sizeof name - 1);
        name[sizeof name - 1] = '\0';
        (void)ow_fail(&err, OW_E_INVAL, OW_NOWHERE, "%s", name);
        assert_int_equal(strlen(err.text), sizeof err.text - 1);
        (void)ow_wrap(&err, OW_E_INVAL, "context");
        assert_int_equal(strncmp(err.text, "context: xxx", 12), 0);
        assert_int_equal(strlen(err.text), sizeof err.text - 1);
}

static void errno_becomes_a_code(void **state)
{
        ow_error err = OW_ERROR_INIT;

        assert_int_equal(ow_fail_sys(&err, ENOSPC, "write"), OW_E_NOSPACE);
        assert_int_equal(ow_fail_sys(&err, ENOENT, "open 'x'"), OW_E_ABSENT);
        assert_int_equal(ow_fail_sys(&err, EIO, "read"), OW_E_IO);
        assert_int_equal(err.sys, EIO);
        assert_string_equal(err.text, "read: Input/output error");
        assert_int_equal(ow_fail_sys(NULL, EIO, "no error wanted"), OW_E_IO);
}

static void every_code_has_a_name(void **state)
{
        assert_string_equal(ow_error_name(0), "ok");
        for (int code = OW_E_CANCELLED; code < 0; code++)
                assert_string_not_equal(ow_error_name(code), "unknown");
        assert_string_equal(ow_error_name(OW_E_CANCELLED - 1), "unknown");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(wrap_puts_context_first),
                cmocka_unit_test(long_text_is_cut_not_lost),
                cmocka_unit_test(errno_becomes_a_code),
                cmocka_unit_test(every_code_has_a_name),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
