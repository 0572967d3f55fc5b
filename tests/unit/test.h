/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every unit test includes: cmocka in its required order, and checks for our error idiom. */
#ifndef TESTS_UNIT_TEST_H
#define TESTS_UNIT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include <offwin/error.h>

/* The call worked; otherwise its message is shown. */
#define assert_ok(call)                                                                 \
        do {                                                                            \
                ow_error err = OW_ERROR_INIT;                                           \
                int assert_r = (call);                                                  \
                if (assert_r < 0)                                                       \
                        fail_msg("%s: %s (%s)", #call, err.text, ow_error_name(err.code)); \
        } while (0)

/* The call failed with code and said something. The call must pass &err. */
#define assert_fails(want, call)                                                        \
        do {                                                                            \
                ow_error err = OW_ERROR_INIT;                                           \
                int assert_r = (call);                                                  \
                if (assert_r != (want))                                                 \
                        fail_msg("%s: got %s, want %s: %s", #call, ow_error_name(assert_r), \
                                 ow_error_name(want), err.text);                        \
                assert_int_equal(err.code, (want));                                     \
                assert_true(err.text[0] != '\0');                                       \
        } while (0)

#endif
