/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the program says and how it ends. Results go to stdout, everything else to stderr. Texts that may come from
 * a guest are escaped here, so that no message can drive the terminal.
 */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <offwin/error.h>
#include <offwin/io.h>
#include <offwin/report.h>

#include "options.h"

enum exit_code {
        EXIT_DONE = 0,
        EXIT_FAILED = 1,
        EXIT_USAGE = 2,
        EXIT_TO_DO = 3,                 /* --check: there is something to fix */
        EXIT_REFUSED = 4,               /* refused for safety: nothing was written */
};

/* "offwin: text; see `offwin help CMD`" and EXIT_USAGE. command may be NULL. */
int usage_error(const struct command *command, const char *fmt, ...) OW_PRINTF(2, 3);

int out_of_memory(void);                /* says so; EXIT_FAILED */

/* "offwin: text" (and with --json the error as JSON on stdout); returns the exit code for it. */
int fail(const struct arguments *arguments, const ow_error *err);

/* A note to the person on stderr; not with --quiet. */
void note(const struct arguments *arguments, const char *fmt, ...) OW_PRINTF(2, 3);

/* How reports are to look: JSON or text, the terminal's width and colours. */
ow_report_options report_options(const struct arguments *arguments);

/* Prints text to stdout (not with --quiet) and frees it. Return: 0, or an exit code when it cannot be written. */
int print_report(const struct arguments *arguments, char *text);

/* Everything to stdout; 0 or an exit code. A reader that went away ends the program quietly. */
int write_out(const void *bytes, size_t size);
int flush_out(void);

/* For the library: warnings, with --verbose all of it, with --quiet nothing. */
ow_log log_for(const struct arguments *arguments);

/* True when the person said yes, or need not be asked (--yes, --json, not a terminal). */
bool confirm(const struct arguments *arguments, const char *question);

#endif
