/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file of a scheduled task, XML or .job, from whoever filled the image. Caps: 32 open elements, 32 programs; texts
 * never grow. The first byte says which allocation fails (0: none).
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "guest/task-settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use(int (*read)(ow_view bytes, struct task_settings *ret, ow_error *err), const uint8_t *data,
                size_t size)
{
        ow_error err = OW_ERROR_INIT;
        struct task_settings task;
        size_t total = 0;
        int r;

        ow_alloc_fail_from(data[0]);
        r = read((ow_view){ data + 1, size - 1 }, &task, &err);
        ow_alloc_fail_from(0);
        if ((r < 0 && !err.text[0]) || task.n_programs > TASK_PROGRAMS_MAX || task.triggers >= OW_TRIGGER_END)
                abort();
        for (size_t i = 0; i < task.n_programs; i++) {
                total += task.programs[i].command ? strlen(task.programs[i].command) : 0;
                total += task.programs[i].arguments ? strlen(task.programs[i].arguments) : 0;
        }
        if (total > 3 * size)
                abort();
        task_settings_done(&task);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        if (size == 0)
                return 0;
        use(task_xml_read, data, size);
        use(task_job_read, data, size);
        return 0;
}
