/* SPDX-License-Identifier: GPL-2.0-or-later */
/* offwin doctor: findings and the forecast, as text or JSON, and beside it as an HTML file. */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "commands.h"
#include "host-output.h"
#include "output.h"
#include "session.h"

/* A report must not replace one of the images it is about. */
static bool is_one_of(const char *path, const struct text_list *disks)
{
        struct stat a, b;

        if (stat(path, &a) < 0)
                return false;
        for (size_t i = 0; i < disks->count; i++)
                if (stat(disks->items[i], &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino)
                        return true;
        return false;
}

static int write_html(const struct arguments *arguments, ow_guest *guest, const ow_diagnosis *diagnosis,
                      ow_error *err)
{
        ow_report_options options = { .format = OW_REPORT_HTML };
        AUTO_HOST_OUTPUT out = { .fd = -1 };
        char *text = NULL;
        int r;

        r = ow_report_diagnosis(guest, diagnosis, &options, &text, err);
        if (r < 0)
                return r;
        r = host_output_open(AT_FDCWD, arguments->html, true, &out, err);
        if (r == 0)
                r = host_output_write(&out, text, strlen(text), err);
        if (r == 0)
                r = host_output_finish(&out, err);
        ow_text_free(text);
        if (r == 0)
                note(arguments, "report written to '%s'", arguments->html);
        return r;
}

/* True when `fix --all` would change something. */
static bool something_to_fix(const ow_diagnosis *diagnosis)
{
        for (size_t i = 0; i < diagnosis->n_findings; i++) {
                const ow_finding *finding = &diagnosis->findings[i];

                if (finding->status == OW_FIX_NEEDED && finding->fix && ow_fix_in_all(finding->fix))
                        return true;
        }
        return false;
}

static int tell(const struct arguments *arguments, ow_guest *guest, const ow_diagnosis *diagnosis)
{
        ow_report_options options = report_options(arguments);
        ow_error err = OW_ERROR_INIT;
        char *text = NULL;
        int code;

        if (ow_report_diagnosis(guest, diagnosis, &options, &text, &err) < 0)
                return fail(arguments, &err);
        code = print_report(arguments, text);
        if (code)
                return code;
        if (arguments->html && write_html(arguments, guest, diagnosis, &err) < 0)
                return fail(arguments, &err);
        return has(arguments, OPTION_CHECK) && something_to_fix(diagnosis) ? EXIT_TO_DO : EXIT_DONE;
}

int run_doctor(const struct arguments *arguments)
{
        AUTO_SESSION session = { 0 };
        AUTO_FIXES set = NULL;
        ow_fix_parameter *parameters = NULL;
        ow_diagnosis diagnosis = { 0 };
        ow_error err = OW_ERROR_INIT;
        int r, code;

        if (arguments->html && is_one_of(arguments->html, &arguments->operands))
                return usage_error(arguments->command, "'%s' is the image itself", arguments->html);
        if (load_fixes(arguments, &set, &err) < 0) {
                (void)fail(arguments, &err);
                return EXIT_FAILED;
        }
        code = parameters_of(arguments, &parameters);
        if (code)
                return code;
        r = session_open(arguments, &arguments->operands, false, &session, &err);
        if (r == 0)
                r = session_open_guest(arguments, &session, &err);
        if (r == 0)
                r = ow_diagnose(session.guest, set, parameters, arguments->sets.count, &diagnosis, &err);
        code = r < 0 ? fail(arguments, &err) : tell(arguments, session.guest, &diagnosis);
        ow_diagnosis_done(&diagnosis);
        parameters_free(&parameters);
        return code;
}
