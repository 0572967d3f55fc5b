/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names of value types, as Windows has them and as people shorten them. */
#include <string.h>
#include <strings.h>

#include <offwin/reg.h>

#include "base/macros.h"
#include "reg/types.h"

static const struct {
        const char *name; /* without REG_ */
        uint32_t type;
} names[] = {
        { "NONE", OW_REG_NONE },
        { "SZ", OW_REG_SZ },
        { "EXPAND_SZ", OW_REG_EXPAND_SZ },
        { "BINARY", OW_REG_BINARY },
        { "DWORD", OW_REG_DWORD },
        { "DWORD_LITTLE_ENDIAN", OW_REG_DWORD },
        { "DWORD_BIG_ENDIAN", OW_REG_DWORD_BIG_ENDIAN },
        { "LINK", OW_REG_LINK },
        { "MULTI_SZ", OW_REG_MULTI_SZ },
        { "RESOURCE_LIST", OW_REG_RESOURCE_LIST },
        { "FULL_RESOURCE_DESCRIPTOR", OW_REG_FULL_RESOURCE_DESCRIPTOR },
        { "RESOURCE_REQUIREMENTS_LIST", OW_REG_RESOURCE_REQUIREMENTS_LIST },
        { "QWORD", OW_REG_QWORD },
        { "QWORD_LITTLE_ENDIAN", OW_REG_QWORD },
        /* short forms, without REG_ only in spirit */
        { "EXPAND", OW_REG_EXPAND_SZ },
        { "MULTI", OW_REG_MULTI_SZ },
        { "BIN", OW_REG_BINARY },
        { "HEX", OW_REG_BINARY },
        { "STRING", OW_REG_SZ },
};

bool reg_parse_number(const char *text, uint64_t max, uint64_t *ret)
{
        unsigned base = 10;
        uint64_t n = 0;

        if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
                base = 16;
                text += 2;
        }
        if (!*text)
                return false;
        for (; *text; text++) {
                unsigned digit = *text >= '0' && *text <= '9'   ? (unsigned)(*text - '0')
                                 : *text >= 'a' && *text <= 'f' ? (unsigned)(*text - 'a' + 10)
                                 : *text >= 'A' && *text <= 'F' ? (unsigned)(*text - 'A' + 10)
                                                                : 16;

                if (digit >= base || n > (max - digit) / base)
                        return false;
                n = n * base + digit;
        }
        *ret = n;
        return true;
}

static bool find_name(const char *name, uint32_t *ret)
{
        for (size_t i = 0; i < OW_COUNT(names); i++) {
                if (strcasecmp(name, names[i].name) == 0) {
                        *ret = names[i].type;
                        return true;
                }
        }
        return false;
}

int ow_reg_type_parse(const char *word, uint32_t *ret, uint32_t *ret_form)
{
        const char *name = strncasecmp(word, "REG_", 4) == 0 ? word + 4 : word;
        uint64_t number;
        uint32_t type;
        bool named = find_name(name, &type);

        if (!named) {
                if (strncasecmp(word, "REG_TYPE_", 9) == 0)
                        word += 9;
                if (!reg_parse_number(word, UINT32_MAX, &number))
                        return 0;
                type = (uint32_t)number;
        }
        *ret = type;
        if (ret_form)
                *ret_form = named ? type : OW_REG_BINARY;
        return 1;
}
