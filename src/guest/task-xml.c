/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Goes through the tags once and takes the text of a few elements. Attributes, comments and CDATA are stepped over;
 * nothing is expanded but the five named entities and character numbers, so the text never grows.
 */
#include "guest/task-settings.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "base/utf16.h"

enum { DEPTH_MAX = 32 };

struct span {
        const char *p;
        size_t n;
};

struct reader {
        const char *p, *end;
        struct span names[DEPTH_MAX]; /* of the elements that are open */
        size_t depth;
        const char *text; /* behind the last start tag; NULL behind an end tag */
        unsigned trigger; /* the one that is open, 0: it is disabled */
        struct task_settings *task;
        bool no_memory;
};

static bool span_is(struct span s, const char *text)
{
        return s.n == strlen(text) && memcmp(s.p, text, s.n) == 0;
}

/* Whether the open elements are these, "/" between them; "*" is any. */
static bool at(const struct reader *r, const char *path)
{
        size_t i = 0;

        for (; *path && i < r->depth; i++) {
                size_t n = strcspn(path, "/");

                if (!(n == 1 && *path == '*') && !(r->names[i].n == n && memcmp(r->names[i].p, path, n) == 0))
                        return false;
                path += n + (path[n] == '/');
        }
        return *path == '\0' && i == r->depth;
}

/* ---- texts ---- */

static void put_character(ow_buffer *out, uint64_t c)
{
        ow_utf8_put(out, c == 0 || c > 0x10ffff ? 0xfffd : (uint32_t)c);
}

/* What "&name;" stands for; what is not known stays as it is. Returns the bytes that it takes. */
static size_t put_entity(ow_buffer *out, struct span from)
{
        static const struct {
                const char *name;
                uint8_t c;
        } known[] = { { "lt", '<' }, { "gt", '>' }, { "amp", '&' }, { "quot", '"' }, { "apos", '\'' } };
        const char *end = memchr(from.p, ';', from.n < 12 ? from.n : 12);
        struct span name = { from.p + 1, end ? (size_t)(end - from.p - 1) : 0 };
        char digits[12] = "", *rest;
        unsigned long c;

        for (size_t i = 0; i < OW_COUNT(known); i++)
                if (span_is(name, known[i].name)) {
                        ow_buffer_put_byte(out, known[i].c);
                        return name.n + 2;
                }
        if (name.n > 1 && name.p[0] == '#') {
                bool hex = name.p[1] == 'x';

                memcpy(digits, name.p + 1 + hex, name.n - 1 - hex);
                c = strtoul(digits, &rest, hex ? 16 : 10);
                if (rest != digits && *rest == '\0') {
                        put_character(out, c);
                        return name.n + 2;
                }
        }
        ow_buffer_put_byte(out, '&');
        return 1;
}

static bool is_space(char c)
{
        return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct span trim(struct span s)
{
        while (s.n && is_space(*s.p)) {
                s.p++;
                s.n--;
        }
        while (s.n && is_space(s.p[s.n - 1]))
                s.n--;
        return s;
}

static void take_text(struct reader *r, struct span s, char **ret)
{
        OW_AUTO_BUFFER out = OW_BUFFER_INIT;

        if (*ret)
                return;
        for (size_t i = 0; i < s.n;) {
                if (s.p[i] == '&') {
                        i += put_entity(&out, (struct span){ s.p + i, s.n - i });
                } else {
                        ow_buffer_put_byte(&out, (uint8_t)s.p[i]);
                        i++;
                }
        }
        *ret = ow_buffer_take_text(&out);
        r->no_memory |= !*ret;
}

/* ---- elements ---- */

static unsigned trigger_of(struct span name)
{
        static const char *const names[] = { "BootTrigger",         "LogonTrigger",
                                             "TimeTrigger",         "CalendarTrigger",
                                             "EventTrigger",        "IdleTrigger",
                                             "RegistrationTrigger", "SessionStateChangeTrigger" };

        for (size_t i = 0; i < OW_COUNT(names); i++)
                if (span_is(name, names[i]))
                        return 1U << i;
        return OW_TRIGGER_OTHER;
}

static void element_opens(struct reader *r)
{
        if (at(r, "Task/Triggers/*"))
                r->trigger = trigger_of(r->names[r->depth - 1]);
        else if (at(r, "Task/Actions/Exec") && r->task->n_programs < TASK_PROGRAMS_MAX)
                r->task->n_programs++;
}

static void element_closes(struct reader *r, const char *end)
{
        struct span text = { r->text, r->text ? (size_t)(end - r->text) : 0 };
        struct task_settings *t = r->task;

        text = trim(text);
        if (at(r, "Task/Settings/Enabled"))
                t->disabled = span_is(text, "false") || span_is(text, "0");
        else if (at(r, "Task/Triggers/*/Enabled") && (span_is(text, "false") || span_is(text, "0")))
                r->trigger = 0;
        else if (at(r, "Task/Triggers/*"))
                t->triggers |= r->trigger;
        else if (at(r, "Task/Actions/Exec/Command"))
                take_text(r, text, &t->programs[t->n_programs - 1].command);
        else if (at(r, "Task/Actions/Exec/Arguments"))
                take_text(r, text, &t->programs[t->n_programs - 1].arguments);
}

/* ---- tags ---- */

/* Moves behind the next mark; false when there is none. */
static bool skip_to(struct reader *r, const char *mark)
{
        const char *found = memmem(r->p, (size_t)(r->end - r->p), mark, strlen(mark));

        if (found)
                r->p = found + strlen(mark);
        return found;
}

static bool begins(const struct reader *r, const char *text)
{
        size_t n = strlen(text);

        return (size_t)(r->end - r->p) >= n && memcmp(r->p, text, n) == 0;
}

/* The name at r->p, without a prefix. */
static struct span take_name(struct reader *r)
{
        const char *from = r->p, *colon;
        struct span name;

        while (r->p < r->end && !is_space(*r->p) && !strchr("/>=<", *r->p))
                r->p++;
        name = (struct span){ from, (size_t)(r->p - from) };
        colon = name.n ? memchr(name.p, ':', name.n) : NULL;
        return colon ? (struct span){ colon + 1, (size_t)(r->p - colon - 1) } : name;
}

/* Behind the '>' of a start tag, whose quoted values may hold one; false when there is none. */
static bool skip_attributes(struct reader *r, bool *ret_closed)
{
        char quote = '\0', last = '\0';

        for (; r->p < r->end; last = *r->p, r->p++) {
                if (quote) {
                        quote = *r->p == quote ? '\0' : quote;
                } else if (*r->p == '"' || *r->p == '\'') {
                        quote = *r->p;
                } else if (*r->p == '>') {
                        r->p++;
                        *ret_closed = last == '/';
                        return true;
                }
        }
        return false;
}

static bool start_tag(struct reader *r)
{
        const char *tag = r->p;
        struct span name = take_name(r);
        bool closed = false;

        if (name.n == 0 || r->depth == DEPTH_MAX || !skip_attributes(r, &closed))
                return false;
        r->names[r->depth++] = name;
        r->text = NULL;
        element_opens(r);
        if (closed) {
                element_closes(r, tag);
                r->depth--;
        } else {
                r->text = r->p;
        }
        return true;
}

static bool end_tag(struct reader *r, const char *tag)
{
        struct span name = take_name(r);

        if (r->depth == 0 || r->names[r->depth - 1].n != name.n ||
            memcmp(r->names[r->depth - 1].p, name.p, name.n) != 0 || !skip_to(r, ">"))
                return false;
        element_closes(r, tag);
        r->text = NULL;
        r->depth--;
        return true;
}

/* Behind the next tag; false when it is none. */
static bool tag_take(struct reader *r)
{
        const char *tag = r->p;

        r->p++;
        if (begins(r, "!--"))
                return skip_to(r, "-->");
        if (begins(r, "![CDATA["))
                return skip_to(r, "]]>");
        if (begins(r, "?"))
                return skip_to(r, "?>");
        if (begins(r, "!"))
                return skip_to(r, ">");
        if (begins(r, "/")) {
                r->p++;
                return end_tag(r, tag);
        }
        return start_tag(r);
}

/* bytes as UTF-8: UTF-16LE by its mark or its second byte; what is not UTF-8 is taken for Latin-1. */
static void decode(ow_view bytes, ow_buffer *out)
{
        bool mark = bytes.len >= 2 && bytes.p[0] == 0xff && bytes.p[1] == 0xfe;
        OW_AUTO_FREE char *text = NULL;
        uint32_t c;

        if (mark || (bytes.len >= 2 && bytes.p[0] && bytes.p[1] == 0)) {
                ow_utf16_to_utf8((ow_view){ bytes.p + 2 * mark, bytes.len - 2 * mark }, out);
                return;
        }
        for (size_t i = 0; i < bytes.len;)
                if (!ow_utf8_next((const char *)bytes.p, bytes.len, &i, &c) || c == 0) {
                        text = ow_latin1_text(bytes);
                        if (text)
                                ow_buffer_put_text(out, text);
                        else
                                out->failed = true;
                        return;
                }
        ow_buffer_put(out, bytes.p, bytes.len);
}

int task_xml_read(ow_view bytes, struct task_settings *ret, ow_error *err)
{
        OW_AUTO_BUFFER text = OW_BUFFER_INIT;
        struct reader r = { .task = ret };
        size_t elements = 0;
        bool sound = true;

        *ret = (struct task_settings){ .n_programs = 0 };
        decode(bytes, &text);
        ow_buffer_put_byte(&text, '\0');
        if (ow_buffer_failed(&text))
                return ow_fail_nomem(err);
        r.p = (const char *)text.p;
        r.end = r.p + text.len - 1;
        while (sound && !r.no_memory) {
                const char *tag = memchr(r.p, '<', (size_t)(r.end - r.p));

                if (!tag)
                        break;
                r.p = tag;
                sound = tag_take(&r);
                elements += r.depth > 0;
        }
        if (r.no_memory)
                return ow_fail_nomem(err);
        if (!sound || r.depth || elements == 0)
                return ow_fail(err, OW_E_CORRUPT, OW_NOWHERE, "not the XML of a task, or cut off");
        return 0;
}

void task_settings_done(struct task_settings *task)
{
        for (size_t i = 0; i < task->n_programs; i++) {
                ow_free(task->programs[i].command);
                ow_free(task->programs[i].arguments);
        }
        task->n_programs = 0;
}
