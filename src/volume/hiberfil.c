/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "volume/hiberfil.h"

/* "hibr" and "HIBR" hold a session; "wake", "RSTR" and zeros do not. The same rule as ntfs-3g's. */
bool hiberfil_is_session(const uint8_t *header, size_t size)
{
        return size < HIBERFIL_HEADER || memcmp(header, "hibr", 4) == 0 || memcmp(header, "HIBR", 4) == 0;
}

int hiberfil_fail(ow_error *err)
{
        return ow_fail(err, OW_E_REFUSED, OW_NOWHERE,
                       "Windows is hibernated on this volume, or was shut down with fast startup: what is changed now "
                       "would be lost or damage it; boot the guest once and shut it down fully (shutdown /s /f /t 0), "
                       "or give the saved session, with what was open and not saved in it, up: --discard-hibernation");
}
