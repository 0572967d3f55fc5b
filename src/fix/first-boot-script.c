/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fix/first-boot-script.h"

#include <string.h>

static char *place_of(const char *name)
{
        return ow_asprintf("%s\\0000-%s.cmd", FIRST_BOOT_SCRIPTS, name);
}

static char *text_of(const char *command)
{
        return ow_asprintf("@rem Left by offwin for the first boot.\r\n@%s\r\n", command);
}

int first_boot_script_put(struct fix_job *job, const char *name, const char *command, ow_error *err)
{
        OW_AUTO_FREE char *where = place_of(name);
        OW_AUTO_FREE char *text = text_of(command);

        if (!where || !text)
                return ow_fail_nomem(err);
        return fix_job_file(job, where, text, strlen(text), err);
}

int first_boot_script_waits(ow_guest *guest, const char *name, const char *command, ow_error *err)
{
        OW_AUTO_FREE char *where = place_of(name);
        OW_AUTO_FREE char *text = text_of(command);
        OW_AUTO_FREE char *shown = NULL;
        OW_AUTO_FREE char *inside = NULL;
        ow_volume *volume;
        ow_source content;
        ow_stat stat;
        int r;

        if (!where || !text)
                return ow_fail_nomem(err);
        content = plan_memory_source((const uint8_t *)text, strlen(text));
        r = plan_file_place(guest, where, &shown, &volume, &inside, err);
        if (r == 0)
                r = ow_volume_stat(volume, inside, &stat, err);
        if (r <= 0 || stat.attributes & OW_ATTR_DIRECTORY || stat.size != content.size)
                return r < 0 ? r : 0;
        return plan_file_equals(volume, inside, &content, err);
}
