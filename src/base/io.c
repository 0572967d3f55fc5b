/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <offwin/io.h>

#include "base/alloc.h"

void ow_blob_done(ow_blob *blob)
{
        ow_free(blob->p);
        *blob = (ow_blob){ NULL, 0 };
}

void ow_text_free(char *text)
{
        ow_free(text);
}
