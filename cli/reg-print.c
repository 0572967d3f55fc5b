/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "output.h"
#include "reg.h"

struct printer printer_new(const struct arguments *arguments, bool several)
{
        struct printer p = { .arguments = arguments, .options = report_options(arguments) };

        p.array = several && p.options.format == OW_REPORT_JSON;
        return p;
}

static int print_heading(const char *path)
{
        char *printable = NULL;
        int code;

        if (ow_report_printable(path, &printable, NULL) < 0)
                return out_of_memory();
        code = write_out("[", 1);
        if (code == 0)
                code = write_out(printable, strlen(printable));
        ow_text_free(printable);
        return code ? code : write_out("]\n", 2);
}

int print_one(struct printer *p, const char *heading, char *text)
{
        bool as_text = p->options.format == OW_REPORT_TEXT;
        int code = 0;

        if (!has(p->arguments, OPTION_QUIET)) {
                if (p->array)
                        code = write_out(p->n_printed ? ",\n" : "[\n", 2);
                else if (p->n_printed && !p->close)
                        code = write_out("\n", 1);
                if (code == 0 && heading && as_text)
                        code = print_heading(heading);
                if (code == 0)
                        code = write_out(text, strlen(text));
        }
        p->n_printed++;
        ow_text_free(text);
        return code;
}

int printer_end(struct printer *p)
{
        if (p->array && !has(p->arguments, OPTION_QUIET)) {
                int code = p->n_printed ? write_out("]\n", 2) : write_out("[]\n", 3);

                if (code)
                        return code;
        }
        return flush_out();
}
