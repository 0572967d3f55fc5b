/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A security descriptor from a hive that a stranger gave us, as text. Its size caps the work: entries do not overlap.
 */
#include <offwin/reg.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        uint8_t *copy = malloc(size + 1);
        char *text = NULL;

        if (!copy)
                return 0;
        if (size)
                memcpy(copy, data, size);
        if (ow_reg_descriptor_text(copy, size, &text, NULL) == 0)
                (void)strlen(text);
        ow_text_free(text);
        free(copy);
        return 0;
}
