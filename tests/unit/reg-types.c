/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of value types. */
#include "test.h"

#include <offwin/reg.h>

#include "base/macros.h"

static void each_name_gives_its_number(void **state)
{
        static const struct { const char *name; uint32_t type; } good[] = {
                { "REG_NONE", 0 }, { "REG_SZ", 1 }, { "sz", 1 }, { "String", 1 }, { "REG_EXPAND_SZ", 2 },
                { "expand_sz", 2 }, { "expand", 2 }, { "binary", 3 }, { "hex", 3 }, { "reg_dword", 4 },
                { "dword", 4 }, { "DWORD_BIG_ENDIAN", 5 }, { "REG_LINK", 6 }, { "multi", 7 },
                { "REG_MULTI_SZ", 7 }, { "REG_RESOURCE_LIST", 8 }, { "REG_FULL_RESOURCE_DESCRIPTOR", 9 },
                { "REG_RESOURCE_REQUIREMENTS_LIST", 10 }, { "qword", 11 }, { "7", 7 }, { "0xb", 11 },
                { "0xFFFF0012", 0xffff0012 }, { "REG_TYPE_9", 9 }, { "reg_type_10", 10 }, { "REG_TYPE_1", 1 },
        };

        for (size_t i = 0; i < OW_COUNT(good); i++) {
                bool by_number = strpbrk(good[i].name, "0123456789") != NULL;
                uint32_t type = 99, form = 99;

                print_message("%s\n", good[i].name);
                assert_int_equal(ow_reg_type_parse(good[i].name, &type, NULL), 1);
                assert_int_equal(type, good[i].type);
                assert_int_equal(ow_reg_type_parse(good[i].name, &type, &form), 1);
                assert_int_equal(form, by_number ? OW_REG_BINARY : type);
        }
}

static void other_names_are_not_known(void **state)
{
        static const char *const bad[] = { "", "REG_", "dwordx", "dwor", "0x", "-1", "4294967296", "0x100000000",
                                           "7 ", "REG_7", "REG_TYPE_",
                                           "TYPE_9", "REG_TYPE_x" };

        for (size_t i = 0; i < OW_COUNT(bad); i++) {
                uint32_t type = 99, form = 99;

                print_message("'%s'\n", bad[i]);
                assert_int_equal(ow_reg_type_parse(bad[i], &type, &form), 0);
                assert_int_equal(type, 99);
                assert_int_equal(form, 99);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_name_gives_its_number),
                cmocka_unit_test(other_names_are_not_known),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
