/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lists of devices: whoever runs the program can supply one (--fix-dir), so it must not crash, and an error has to
 * say where. Capped by DEVICE_LIST_MAX bytes, 64 buses, 4096 devices. What loads is asked about a few devices.
 */
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "fix/device-list.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static const char *const ids[] = { "PCI\\VEN_8086&DEV_100E", "VMBUS", "\\", NULL };
        static const char *const buses[] = { "PCI", "VMBUS", "" };
        ow_error err = OW_ERROR_INIT;
        ow_device_list *list = NULL;

        if (device_list_parse("fuzz", "fuzz.list", data, size, &list, &err) < 0) {
                if (!err.text[0])
                        abort();
                return 0;
        }
        for (size_t i = 0; i < OW_COUNT(buses); i++) {
                const ow_device device = { .bus = buses[i],
                                           .instance = "PCI\\VEN_1AF4&DEV_1000\\3&1",
                                           .hardware_ids = ids };

                (void)ow_device_list_tells(list, &device);
        }
        device_list_free(list);
        return 0;
}
