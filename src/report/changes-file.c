/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows of files and folders for people: one line each, and the lines of a short text that the plan holds. */
#include "report/changes.h"

#include <string.h>

#include "base/alloc.h"
#include "base/utf16.h"

enum { MAX_TEXT = 2048 }; /* bytes; longer ones are told by their size only */

bool report_is_file_change(const ow_change *change)
{
        return change->kind == OW_CHANGE_FILE || change->kind == OW_CHANGE_FOLDER_CREATE ||
               change->kind == OW_CHANGE_FOLDER_DELETE;
}

void report_put_marked(struct report_page *page, char mark, const char *text)
{
        OW_AUTO_FREE char *copy = ow_strdup(text);
        char *at = copy;

        if (!copy) {
                page->text.failed = true;
                return;
        }
        while (at) {
                char *end = strchr(at, '\n');

                if (end)
                        *end = '\0';
                if (end && end > at && end[-1] == '\r')
                        end[-1] = '\0';
                report_put_style(page, mark == '-' ? REPORT_BAD : REPORT_GOOD);
                report_printf(page, "  %c ", mark);
                report_put_guest(page, at);
                report_put_style(page, REPORT_PLAIN);
                report_put(page, "\n");
                at = end ? end + 1 : NULL;
        }
}

/* A short UTF-8 text without control characters. */
static bool is_text(const ow_blob *data)
{
        size_t at = 0;

        if (data->size == 0 || data->size > MAX_TEXT)
                return false;
        while (at < data->size) {
                uint32_t c;

                if (!ow_utf8_next((const char *)data->p, data->size, &at, &c))
                        return false;
                if (c < ' ' && c != '\t' && c != '\n' && c != '\r')
                        return false;
        }
        return true;
}

static void put_text(struct report_page *page, const ow_blob *data)
{
        size_t size = data->size;
        OW_AUTO_FREE char *text = NULL;

        while (size && (data->p[size - 1] == '\n' || data->p[size - 1] == '\r'))
                size--;
        text = ow_strndup((const char *)data->p, size);
        if (text)
                report_put_marked(page, '+', text);
        else
                page->text.failed = true;
}

/* "  + C:\new (12.0 KiB)", "    C:\changed (12.0 KiB, was 3 bytes)", "  + C:\folder\" */
void report_put_file_change(struct report_page *page, const ow_change *change)
{
        bool folder = change->kind != OW_CHANGE_FILE;
        char mark = !change->before.present ? '+' : !change->after.present ? '-' : ' ';
        char now[REPORT_NUMBER_TEXT], was[REPORT_NUMBER_TEXT];

        report_format_size(change->content.size, now);
        report_format_size(change->size_before, was);
        if (mark != ' ')
                report_put_style(page, mark == '-' ? REPORT_BAD : REPORT_GOOD);
        report_printf(page, "  %c ", mark);
        report_put_guest(page, change->where);
        if (folder)
                report_put(page, "\\");
        else if (mark == ' ')
                report_printf(page, " (%s, was %s)", now, was);
        else
                report_printf(page, " (%s)", mark == '-' ? was : now);
        if (mark != ' ')
                report_put_style(page, REPORT_PLAIN);
        report_put(page, "\n");
        if (change->after.present && is_text(&change->after.data))
                put_text(page, &change->after.data);
}
