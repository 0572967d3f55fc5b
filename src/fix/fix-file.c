/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads a fix file: [Fix] first, then registry sections in .reg syntax and [Service NAME] sections (docs/fixes.md).
 * Lines of [Fix] and [Service ...] are read here and blanked in a copy; the .reg parser reads the copy, so that its
 * line numbers are the file's. Nothing of a file with a bad line is kept.
 */
#include <string.h>

#include <offwin/fix.h>
#include <offwin/hive.h>
#include <offwin/reg.h>

#include "base/le.h"
#include "base/utf16.h"
#include "fix/words.h"

enum section { NONE, FIX, SERVICE, REGISTRY };

struct parser {
        ow_fix *fix;
        uint32_t line;                  /* of what is being read, from 1 */
        enum section section;
        unsigned seen;                  /* bits by index of word */
        ow_buffer key, value;           /* of a pair that may go on in the next line */
        uint32_t pair_line;
        char *service;
        uint32_t service_line;
        ow_buffer reg;                  /* the copy for the .reg parser */
};

static int bad(uint32_t line, ow_error *err, const char *fmt, ...) OW_PRINTF(3, 4);
static int bad(uint32_t line, ow_error *err, const char *fmt, ...)
{
        OW_AUTO_BUFFER text = OW_BUFFER_INIT;
        va_list ap;

        va_start(ap, fmt);
        ow_buffer_vprintf(&text, fmt, ap);
        va_end(ap);
        if (ow_buffer_failed(&text))
                return ow_fail_nomem(err);
        return ow_fail(err, OW_E_INVAL, line, "%.*s", (int)text.len, (const char *)text.p);
}

/* A lower function's error about one line gets that line. */
static int at_line(int r, uint32_t line, ow_error *err)
{
        if (r < 0 && err)
                err->where = line;
        return r;
}

static struct fix_edit *edit_add(ow_fix *fix, ow_error *err)
{
        struct fix_edit *grown = ow_realloc_array(fix->edits, fix->n_edits + 1, sizeof *grown);

        if (!grown) {
                (void)ow_fail_nomem(err);
                return NULL;
        }
        fix->edits = grown;
        grown[fix->n_edits] = (struct fix_edit){ .path = NULL };
        return &grown[fix->n_edits++];
}

static int dword_set(struct fix_value *value, const char *name, uint32_t number, uint32_t line, ow_error *err)
{
        *value = (struct fix_value){ .name = ow_strdup(name), .type = OW_REG_DWORD, .line = line };
        value->data.p = ow_malloc(4);
        if (!value->name || !value->data.p)
                return ow_fail_nomem(err);
        value->data.size = 4;
        ow_le32_put(value->data.p, number);
        return 0;
}

static int service_start(struct parser *p, const char *value, ow_error *err)
{
        const struct fix_start *start;
        struct fix_edit *edit;
        int r;

        if (!p->service)
                return bad(p->pair_line, err, "'Start' stands twice in one section");
        r = fix_start_find(value, &start, err);
        if (r < 0)
                return at_line(ow_wrap(err, r, "Start"), p->pair_line, err);
        edit = edit_add(p->fix, err);
        if (!edit)
                return OW_E_NOMEM;
        edit->path = ow_asprintf("HKLM\\SYSTEM\\CurrentControlSet\\Services\\%s", p->service);
        edit->existing_only = true;
        edit->line = p->service_line;
        edit->values = ow_calloc(2, sizeof *edit->values);
        if (!edit->path || !edit->values)
                return ow_fail_nomem(err);
        edit->n_values = 1;
        r = dword_set(&edit->values[0], "Start", start->start, p->pair_line, err);
        if (r == 0 && start->delayed) {
                edit->n_values = 2;
                r = dword_set(&edit->values[1], "DelayedAutostart", 1, p->pair_line, err);
        }
        ow_free(OW_TAKE(p->service));
        return r;
}

static int head_pair(struct parser *p, const char *key, const char *value, ow_error *err)
{
        OW_AUTO_BUFFER list = OW_BUFFER_INIT;
        const struct fix_word *word;
        size_t index;
        int r;

        word = fix_word_find(key, &index);
        if (!word) {
                fix_word_list("Fix", &list);
                return bad(p->pair_line, err, "unknown key '%.60s'; allowed: %.*s", key, (int)list.len,
                           (const char *)list.p);
        }
        if (p->seen & 1U << index && !word->repeats)
                return bad(p->pair_line, err, "'%s' stands twice", key);
        p->seen |= 1U << index;
        r = word->set(p->fix, value, err);
        return r < 0 ? at_line(ow_wrap(err, r, "%s", key), p->pair_line, err) : 0;
}

/* Takes in the pair that was read so far, if any. */
static int pair_end(struct parser *p, ow_error *err)
{
        OW_AUTO_FREE char *key = NULL;
        OW_AUTO_FREE char *value = NULL;
        int r;

        if (p->pair_line == 0)
                return 0;
        key = ow_buffer_take_text(&p->key);
        value = ow_buffer_take_text(&p->value);
        if (!key || !value)
                return ow_fail_nomem(err);
        if (strlen(value) != strcspn(value, "\001\002\003\004\005\006\007\010\013\014\016\017\033\177"))
                return bad(p->pair_line, err, "'%.60s' holds a control character", key);
        if (p->section == FIX)
                r = head_pair(p, key, value, err);
        else if (strcmp(key, "Start") == 0)
                r = service_start(p, value, err);
        else
                r = bad(p->pair_line, err, "unknown key '%.60s' in [Service]; allowed: Start", key);
        p->pair_line = 0;
        return r;
}

/* Before another section and at the end: what the section had to say is complete. */
static int section_end(struct parser *p, ow_error *err)
{
        int r = pair_end(p, err);

        if (r < 0)
                return r;
        if (p->section == SERVICE && p->service)
                return bad(p->service_line, err, "[Service %.60s] has no Start", p->service);
        return 0;
}

static bool begins(const char *line, size_t size, const char *with)
{
        return size >= strlen(with) && memcmp(line, with, strlen(with)) == 0;
}

static int service_begin(struct parser *p, const char *name, size_t size, ow_error *err)
{
        if (size == 0 || size > 255 || memchr(name, '\\', size) || memchr(name, '/', size))
                return bad(p->line, err, "'%.*s' is no service name", (int)(size > 60 ? 60 : size), name);
        p->service = ow_strndup(name, size);
        p->service_line = p->line;
        return p->service ? 0 : ow_fail_nomem(err);
}

static int section_begin(struct parser *p, const char *line, size_t size, ow_error *err)
{
        int r = section_end(p, err);

        if (r < 0)
                return r;
        if (size < 2 || line[size - 1] != ']')
                return bad(p->line, err, "a section ends with ']'");
        if (begins(line, size, "[Fix]") && size == 5) {
                if (p->section != NONE)
                        return bad(p->line, err, "[Fix] must stand first, and once");
                p->section = FIX;
        } else if (p->section == NONE) {
                return bad(p->line, err, "the first section must be [Fix]");
        } else if (begins(line, size, "[Service ")) {
                p->section = SERVICE;
                return service_begin(p, line + 9, size - 10, err);
        } else if (begins(line, size, "[HK") || begins(line, size, "[-HK")) {
                p->section = REGISTRY;
        } else {
                return bad(p->line, err, "unknown section '%.*s'; allowed: [Fix], [Service NAME], [HKEY_...], "
                           "[-HKEY_...]", (int)(size > 60 ? 60 : size), line);
        }
        return 0;
}

/* A line of [Fix] or [Service]: Key=Value, or the next line of a value when it begins with a blank. */
static int pair_line(struct parser *p, const char *line, size_t size, ow_error *err)
{
        const char *equals = memchr(line, '=', size);
        size_t blanks = 0;
        int r;

        while (blanks < size && (line[blanks] == ' ' || line[blanks] == '\t'))
                blanks++;
        if (blanks && p->pair_line) {
                ow_buffer_put_byte(&p->value, ' ');
                ow_buffer_put(&p->value, line + blanks, size - blanks);
                return 0;
        }
        r = pair_end(p, err);
        if (r < 0)
                return r;
        if (!equals || blanks)
                return bad(p->line, err, "expected 'Key=value', found '%.*s'", (int)(size > 60 ? 60 : size), line);
        p->pair_line = p->line;
        ow_buffer_put(&p->key, line, (size_t)(equals - line));
        ow_buffer_put(&p->value, equals + 1, size - (size_t)(equals + 1 - line));
        return 0;
}

static int line_read(struct parser *p, const char *line, size_t size, ow_error *err)
{
        while (size && (line[size - 1] == ' ' || line[size - 1] == '\t' || line[size - 1] == '\r'))
                size--;
        if (size && line[0] == '[') {
                int r = section_begin(p, line, size, err);

                if (r < 0)
                        return r;
                if (p->section == REGISTRY)
                        ow_buffer_put(&p->reg, line, size);
                return 0;
        }
        if (p->section == REGISTRY)
                ow_buffer_put(&p->reg, line, size);
        else if (size && line[0] != ';') {
                if (p->section == NONE)
                        return bad(p->line, err, "the first section must be [Fix]");
                return pair_line(p, line, size, err);
        }
        return 0;
}

static int lines_read(struct parser *p, const char *text, size_t size, ow_error *err)
{
        size_t at = 0;

        while (at < size) {
                const char *end = memchr(text + at, '\n', size - at);
                size_t n = end ? (size_t)(end - (text + at)) : size - at;
                int r;

                p->line++;
                r = line_read(p, text + at, n, err);
                if (r < 0)
                        return r;
                ow_buffer_put_byte(&p->reg, '\n');
                at += n + 1;
        }
        p->line++;
        return section_end(p, err);
}

static bool is_string(uint32_t type)
{
        return type == OW_REG_SZ || type == OW_REG_EXPAND_SZ || type == OW_REG_MULTI_SZ;
}

/* The strings of the value as one UTF-8 text; the NUL between two of them becomes a newline. */
static char *strings_of(const struct fix_value *value)
{
        OW_AUTO_BUFFER utf8 = OW_BUFFER_INIT;

        ow_utf16_to_utf8((ow_view){ value->data.p, value->data.size }, &utf8);
        for (size_t i = 0; i < utf8.len; i++)
                if (utf8.p[i] == '\0')
                        utf8.p[i] = '\n';
        return ow_buffer_take_text(&utf8);
}

/* Every ${name} of the value must be declared; marks what is used. */
static int parameters_check(struct parser *p, struct fix_value *value, uint64_t *used, ow_error *err)
{
        OW_AUTO_FREE char *text = NULL;

        if (value->remove || !is_string(value->type))
                return 0;
        text = strings_of(value);
        if (!text)
                return ow_fail_nomem(err);
        for (const char *at = text; (at = strstr(at, "${")); at++) {
                const char *end = strchr(at, '}');
                size_t n = end ? (size_t)(end - at - 2) : 0, i = 0;

                while (i < p->fix->n_parameters &&
                       (strlen(p->fix->parameters[i]) != n || memcmp(p->fix->parameters[i], at + 2, n) != 0))
                        i++;
                if (i == p->fix->n_parameters)
                        return bad(value->line, err, "parameter '%.*s' is not named by a Needs= line",
                                   (int)(n > 60 ? 60 : n), at + 2);
                *used |= (uint64_t)1 << i;
                value->parametric = true;
        }
        return 0;
}

/* Moves one section of the .reg document into the fix. */
static int edit_take(struct parser *p, ow_reg_key *key, ow_error *err)
{
        struct fix_edit *edit = edit_add(p->fix, err);
        int r;

        if (!edit)
                return OW_E_NOMEM;
        edit->line = key->line;
        edit->remove = key->remove;
        r = fix_path_parse(key->path, &edit->path, err);
        if (r < 0)
                return at_line(r, key->line, err);
        if (key->remove && p->fix->temporary)
                return bad(key->line, err, "a temporary fix cannot remove a key: it could not give it back");
        edit->values = ow_calloc(key->n_values, sizeof *edit->values);
        if (!edit->values)
                return ow_fail_nomem(err);
        for (size_t i = 0; i < key->n_values; i++) {
                ow_reg_value *from = &key->values[i];

                edit->values[i] = (struct fix_value){ .name = OW_TAKE(from->name), .remove = from->remove,
                                                      .type = from->type, .data = from->data, .line = from->line };
                from->data = (ow_blob){ NULL, 0 };
                edit->n_values++;
        }
        return 0;
}

static int registry_read(struct parser *p, ow_error *err)
{
        ow_reg_document document = { NULL, 0 };
        size_t text = 0;
        int r;

        if (ow_buffer_failed(&p->reg) || ow_buffer_failed(&p->key) || ow_buffer_failed(&p->value))
                return ow_fail_nomem(err);
        while (text < p->reg.len && p->reg.p[text] == '\n')
                text++;
        if (text == p->reg.len)
                return 0;
        r = ow_reg_parse(p->reg.p, p->reg.len, OW_REG_NO_HEADER | OW_REG_EXTENDED, &document, err);
        if (r == OW_E_FORMAT)
                r = OW_E_INVAL;
        for (size_t i = 0; r == 0 && i < document.n_keys; i++)
                r = edit_take(p, &document.keys[i], err);
        ow_reg_document_done(&document);
        return r;
}

/* What only the whole file tells: required keys, parameters, and advice that is refused. */
static int whole_check(struct parser *p, ow_error *err)
{
        uint64_t used = 0;
        int r;

        for (size_t i = 0; i < fix_word_count() && fix_word_at(i)->set; i++)
                if (fix_word_at(i)->required && !(p->seen & 1U << i))
                        return bad(1, err, "[Fix] has no %s", fix_word_at(i)->word.key);
        for (size_t i = 0; i < p->fix->n_edits; i++) {
                struct fix_edit *edit = &p->fix->edits[i];

                for (size_t v = 0; v < edit->n_values; v++) {
                        struct fix_value *value = &edit->values[v];

                        r = parameters_check(p, value, &used, err);
                        if (r < 0)
                                return r;
                        r = fix_guard_value(edit->path, value->name, value->type,
                                            value->remove ? NULL : &value->data, err);
                        if (r < 0)
                                return at_line(r, value->line, err);
                }
        }
        if (p->fix->plan)
                return 0;
        for (size_t i = 0; i < p->fix->n_parameters; i++)
                if (!(used & (uint64_t)1 << i))
                        return bad(1, err, "parameter '%s' is not used", p->fix->parameters[i]);
        return p->fix->n_edits ? 0 : bad(p->line, err, "the file changes nothing: no section after [Fix]");
}

static void parser_done(struct parser *p)
{
        ow_buffer_done(&p->key);
        ow_buffer_done(&p->value);
        ow_buffer_done(&p->reg);
        ow_free(p->service);
}

static int parse(struct parser *p, const char *text, size_t size, ow_error *err)
{
        int r;

        if (size > FIX_FILE_MAX)
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "%zu bytes, limit %d", size, FIX_FILE_MAX);
        if (memchr(text, '\0', size))
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "not a text: it holds a NUL byte");
        if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
                text += 3;
                size -= 3;
        }
        r = lines_read(p, text, size, err);
        if (r == 0)
                r = registry_read(p, err);
        return r < 0 ? r : whole_check(p, err);
}

int fix_file_parse(const char *name, const char *area, const char *label, const void *text, size_t size,
                   fix_plan_fn plan, ow_fix **ret_fix, ow_error *err)
{
        OW_AUTO(ow_fix) fix = ow_calloc(1, sizeof *fix);
        struct parser p = { .fix = fix, .key = OW_BUFFER_INIT, .value = OW_BUFFER_INIT, .reg = OW_BUFFER_INIT };
        int r;

        if (!fix)
                return ow_fail_nomem(err);
        fix->name = ow_strdup(name);
        fix->area = ow_strdup(area);
        if (!fix->name || !fix->area)
                return ow_fail_nomem(err);
        fix->delay = FIX_DELAY_NONE;
        fix->in_all = true;
        fix->plan = plan;
        r = parse(&p, text, size, err);
        parser_done(&p);
        if (r < 0 && err && err->where != OW_NOWHERE)
                return ow_wrap(err, r, "%s:%llu", label, (unsigned long long)err->where);
        if (r < 0)
                return ow_wrap(err, r, "%s", label);
        *ret_fix = OW_TAKE(fix);
        return 0;
}
