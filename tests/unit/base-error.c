/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "test.h"

#include "base/utf16.h"

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

/* A name of the guest's may be as long as it likes: the reason stays, and no character is cut. */
static void the_reason_outlives_a_long_name(void **state)
{
        ow_error err = OW_ERROR_INIT;
        char name[1200];

        for (size_t i = 0; i + 4 < sizeof name; i += 4)
                memcpy(name + i, "\xf0\x9f\x98\x80", 5);
        for (size_t skip = 0; skip < 4; skip++) {
                size_t at = 0, size;
                uint32_t c;

                (void)ow_fail(&err, OW_E_INVAL, OW_NOWHERE, "%s%s", "xxx" + skip, name);
                size = strlen(err.text);
                assert_true(size + 4 >= sizeof err.text);
                while (at < size)
                        assert_true(ow_utf8_next(err.text, size, &at, &c));

                (void)ow_fail(&err, OW_E_INVAL, OW_NOWHERE, "the reason");
                (void)ow_wrap(&err, OW_E_INVAL, "%s'%s'", "xxx" + skip, name);
                (void)ow_wrap(&err, OW_E_INVAL, "line 4");
                (void)ow_wrap(&err, OW_E_INVAL, "'a file'");
                assert_non_null(strstr(err.text, "...: the reason"));
                assert_int_equal(strncmp(err.text, "'a file': line 4: ", 18), 0);
                size = strlen(err.text);
                for (at = 0; at < size;)
                        assert_true(ow_utf8_next(err.text, size, &at, &c));

                (void)ow_fail_sys(&err, EIO, "open '%s%s'", "xxx" + skip, name);
                assert_non_null(strstr(err.text, "...: Input/output error"));
        }
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
                cmocka_unit_test(the_reason_outlives_a_long_name),
                cmocka_unit_test(errno_becomes_a_code),
                cmocka_unit_test(every_code_has_a_name),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
