/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * C:\Windows\offwin\network.json: comes from an image, so from anybody. Capped at 64 KiB here, at 1 MiB and 256
 * entries by its reader.
 */
#include <jansson.h>

#include "fix/first-boot-network-json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        ow_error err = OW_ERROR_INIT;
        json_t *adapters = NULL;
        int r;

        if (size > 65536)
                return 0;
        r = first_boot_network_parse(data, size, "SRV", &adapters, &err);
        if (r < 0 ? adapters || r != err.code || err.text[0] == '\0' : !json_is_array(adapters))
                __builtin_trap();
        for (size_t i = 0; i < json_array_size(adapters); i++) {
                ow_addressing given;

                if (first_boot_entry_parse(json_array_get(adapters, i), &given, &err) == 0)
                        ow_addressing_done(&given);
        }
        json_decref(adapters);
        return 0;
}
