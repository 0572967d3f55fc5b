/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows of the network store from a registry that whoever filled the image controls: a name up to a newline, then
 * data. What decodes has to encode to the same name, and decode to the same row again. Caps: names of OW_NSI_NAME,
 * data of the few lengths that are known.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <offwin/nsi.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void unicast(unsigned family, const char *name, const uint8_t *data, size_t size)
{
        uint8_t out[OW_NSI_UNICAST_SIZE];
        ow_nsi_unicast row, again;
        char made[OW_NSI_NAME];

        if (ow_nsi_unicast_decode(family, name, data, size, &row, NULL) < 0)
                return;
        if (ow_nsi_unicast_encode(&row, made, out, NULL) < 0 ||
            ow_nsi_unicast_decode(family, made, out, sizeof out, &again, NULL) < 0 ||
            !ow_prefix_equal(&row.address, &again.address) || !ow_luid_equal(&row.luid, &again.luid))
                abort();
}

static void route(unsigned family, const char *name, const uint8_t *data, size_t size)
{
        uint8_t out[OW_NSI_ROUTE_SIZE];
        ow_nsi_route row, again;
        char made[OW_NSI_NAME];

        if (ow_nsi_route_decode(family, name, data, size, &row, NULL) < 0)
                return;
        if (ow_nsi_route_encode(&row, made, out, NULL) < 0 ||
            ow_nsi_route_decode(family, made, out, row.size, &again, NULL) < 0 ||
            !ow_prefix_equal(&row.destination, &again.destination) || row.metric != again.metric ||
            !ow_address_equal(&row.next_hop, &again.next_hop) || !ow_luid_equal(&row.luid, &again.luid))
                abort();
}

static void ifinfo(const char *name, const uint8_t *data, size_t size)
{
        static ow_nsi_ifinfo row;
        uint8_t copy[OW_NSI_IFINFO_SIZE];

        if (ow_nsi_ifinfo_decode(name, data, size, &row, NULL) < 0)
                return;
        memcpy(copy, data, sizeof copy);
        if (ow_nsi_ifinfo_rename(copy, sizeof copy, "LAN", NULL) < 0 ||
            ow_nsi_ifinfo_decode(name, copy, sizeof copy, &row, NULL) < 0 || strcmp(row.alias, "LAN") != 0)
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        const uint8_t *end = size ? memchr(data, '\n', size) : NULL;
        char name[512];
        size_t length = end ? (size_t)(end - data) : size;
        ow_luid luid;

        if (size == 0 || length >= sizeof name || memchr(data, '\0', length))
                return 0;
        memcpy(name, data, length);
        name[length] = '\0';
        data += end ? length + 1 : length;
        size -= end ? length + 1 : length;
        (void)ow_luid_parse(name, &luid);
        for (unsigned family = OW_FAMILY_IPV4; family <= OW_FAMILY_IPV6; family += 2) {
                unicast(family, name, data, size);
                route(family, name, data, size);
        }
        ifinfo(name, data, size);
        return 0;
}
