/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "output.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "commands.h"

enum { MAX_COLUMNS = 110 };

/* text with what a terminal acts on escaped, to stderr. */
static void say(const char *text)
{
        char *printable = NULL;

        if (ow_report_printable(text, &printable, NULL) == 0)
                fputs(printable, stderr);
        ow_text_free(printable);
}

int usage_error(const struct command *command, const char *fmt, ...)
{
        char text[1024];
        va_list ap;

        va_start(ap, fmt);
        vsnprintf(text, sizeof text, fmt, ap);
        va_end(ap);
        fputs("offwin: ", stderr);
        say(text);
        fprintf(stderr, "; see `offwin help%s%s`\n", command ? " " : "", command ? command->name : "");
        return EXIT_USAGE;
}

int out_of_memory(void)
{
        fputs("offwin: out of memory\n", stderr);
        return EXIT_FAILED;
}

static int exit_code_of(const ow_error *err)
{
        switch (err->code) {
        case OW_E_NOSPACE:
                return err->sys ? EXIT_FAILED : EXIT_REFUSED;   /* of the host; of the guest */
        case OW_E_REFUSED:
        case OW_E_DIRTY:
        case OW_E_CONFLICT:
                return EXIT_REFUSED;
        case OW_E_INVAL:
                return EXIT_USAGE;
        default:
                return EXIT_FAILED;
        }
}

int fail(const struct arguments *arguments, const ow_error *err)
{
        ow_report_options options = report_options(arguments);
        char *text = NULL;

        fputs("offwin: ", stderr);
        say(err->text[0] ? err->text : ow_error_name(err->code));
        fputc('\n', stderr);
        if (options.format == OW_REPORT_JSON && ow_report_error(err, &options, &text, NULL) == 0) {
                (void)write_out(text, strlen(text));
                (void)flush_out();
        }
        ow_text_free(text);
        return exit_code_of(err);
}

void note(const struct arguments *arguments, const char *fmt, ...)
{
        char text[2048];
        va_list ap;

        if (has(arguments, OPTION_QUIET))
                return;
        va_start(ap, fmt);
        vsnprintf(text, sizeof text, fmt, ap);
        va_end(ap);
        fputs("offwin: ", stderr);
        say(text);
        fputc('\n', stderr);
}

/* ---- reports ---- */

static bool wants_colour(const struct arguments *arguments)
{
        const char *no_color = getenv("NO_COLOR");
        const char *term = getenv("TERM");

        return !has(arguments, OPTION_NO_COLOUR) && !(no_color && *no_color) && isatty(STDOUT_FILENO) && term &&
               strcmp(term, "dumb") != 0;
}

ow_report_options report_options(const struct arguments *arguments)
{
        ow_report_options options = { .format = has(arguments, OPTION_JSON) ? OW_REPORT_JSON : OW_REPORT_TEXT,
                                      .colour = wants_colour(arguments),
                                      .verbose = has(arguments, OPTION_VERBOSE),
                                      .journal_dir = arguments->journal_dir };
        struct winsize size;

        if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
                options.columns = size.ws_col > MAX_COLUMNS ? MAX_COLUMNS : size.ws_col;
        return options;
}

int write_out(const void *bytes, size_t size)
{
        if (fwrite(bytes, 1, size, stdout) == size)
                return 0;
        if (errno != EPIPE)
                fprintf(stderr, "offwin: write to standard output: %s\n", strerror(errno));
        return EXIT_FAILED;
}

int flush_out(void)
{
        if (fflush(stdout) == 0 && !ferror(stdout))
                return 0;
        if (errno != EPIPE)
                fprintf(stderr, "offwin: write to standard output: %s\n", strerror(errno));
        return EXIT_FAILED;
}

int print_report(const struct arguments *arguments, char *text)
{
        int code = 0;

        if (!has(arguments, OPTION_QUIET))
                code = write_out(text, strlen(text));
        ow_text_free(text);
        return code ? code : flush_out();
}

static void log_to_stderr(void *state, enum ow_log_level level, const char *text)
{
        static const char *const names[] = { [OW_LOG_DEBUG] = "debug", [OW_LOG_INFO] = "info",
                                             [OW_LOG_WARNING] = "warning" };

        (void)state;
        fprintf(stderr, "offwin: %s: ", names[level]);
        say(text);
        fputc('\n', stderr);
}

static void warnings_to_stderr(void *state, enum ow_log_level level, const char *text)
{
        if (level == OW_LOG_WARNING)
                log_to_stderr(state, level, text);
}

ow_log log_for(const struct arguments *arguments)
{
        if (has(arguments, OPTION_QUIET))
                return (ow_log){ NULL, NULL };
        return (ow_log){ NULL, has(arguments, OPTION_VERBOSE) ? log_to_stderr : warnings_to_stderr };
}

bool confirm(const struct arguments *arguments, const char *question)
{
        char answer[16];

        if (has(arguments, OPTION_YES) || has(arguments, OPTION_JSON) || !isatty(STDIN_FILENO) ||
            !isatty(STDERR_FILENO))
                return true;
        fputc('\n', stderr);
        say(question);
        fputs(" [y/N] ", stderr);
        if (!fgets(answer, sizeof answer, stdin))
                return false;
        return answer[0] == 'y' || answer[0] == 'Y';
}
