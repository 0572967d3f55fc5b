/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sections of a fix file that are made of words: where each begins, its pairs, and what becomes of it. */
#include <string.h>

#include <offwin/hive.h>

#include "base/glob.h"
#include "base/le.h"
#include "fix/fix-file.h"

enum { NAME_MAX_BYTES = 255, SHOWN = 60 };

/* ---- [Service NAME] of a plain fix: an edit ---- */

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

static int service_edit(struct fix_reader *p, ow_error *err)
{
        const struct fix_start *start = p->item.start;
        struct fix_edit *edit;
        int r;

        if (!start)
                return fix_file_bad(p->section_line, err, "%.*s has no Start", SHOWN, p->item.section);
        edit = fix_file_edit_add(p->fix, err);
        if (!edit)
                return OW_E_NOMEM;
        edit->path = ow_asprintf("HKLM\\SYSTEM\\CurrentControlSet\\Services\\%s", p->item.name);
        edit->existing_only = true;
        edit->line = p->section_line;
        edit->values = ow_calloc(2, sizeof *edit->values);
        if (!edit->path || !edit->values)
                return ow_fail_nomem(err);
        edit->n_values = 1;
        r = dword_set(&edit->values[0], "Start", start->start, p->item.line, err);
        if (r == 0 && start->delayed) {
                edit->n_values = 2;
                r = dword_set(&edit->values[1], "DelayedAutostart", 1, p->item.line, err);
        }
        return r;
}

/* ---- sections of a vendor pack ---- */

static int item_add(struct fix_reader *p, ow_error *err)
{
        struct fix_pack *pack = p->fix->pack;
        struct fix_item *grown;

        if (pack->n_items == FIX_ITEMS_MAX)
                return fix_file_bad(p->section_line, err, "more than %d sections", FIX_ITEMS_MAX);
        grown = ow_realloc_array(pack->items, pack->n_items + 1, sizeof *grown);
        if (!grown)
                return ow_fail_nomem(err);
        pack->items = grown;
        p->item.line = p->section_line;
        grown[pack->n_items++] = p->item;
        p->item = (struct fix_item){ .section = NULL };
        return 0;
}

static bool one_of(char c, const char *set)
{
        return c && strchr(set, c);
}

/* What may stand as NAME or PATH, by section. */
static int name_check(struct fix_reader *p, ow_error *err)
{
        const char *name = p->item.name;
        enum ow_vendor_kind kind = p->section->item;

        if (kind == OW_VENDOR_SERVICE || kind == OW_VENDOR_DRIVER || kind == OW_VENDOR_FILTER) {
                if (name[strcspn(name, "\\/")])
                        return fix_file_bad(p->line, err, "'%.*s' is no service name", SHOWN, name);
                if (p->fix->pack)
                        return fix_file_at_line(fix_guard_pack_name(name, err), p->line, err);
                if (ow_glob_is(name))
                        return fix_file_bad(p->line, err, "'%.*s': only a vendor pack takes '*' and '?'", SHOWN,
                                            name);
        }
        if (kind == OW_VENDOR_TASK && name[0] != '\\')
                return fix_file_bad(p->line, err, "'%.*s' is no task: it takes \\Name or \\Folder\\Name", SHOWN,
                                    name);
        if (kind == OW_VENDOR_FOLDER &&
            (name[0] != '%' || !strchr(name + 1, '%') || strstr(name, "..") || !one_of('\\', name)))
                return fix_file_bad(p->line, err, "'%.*s' is no folder: it takes %%Variable%%\\Folder", SHOWN, name);
        return 0;
}

static int item_begin(struct fix_reader *p, const char *line, size_t size, ow_error *err)
{
        size_t skip = 1 + strlen(p->section->name) + 1;
        const char *name = line + skip;
        size_t n = size > skip ? size - skip - 1 : 0;

        if (!p->fix->pack && p->section->item != OW_VENDOR_SERVICE)
                return fix_file_bad(p->line, err, "[%s] needs a [Vendor] section before it", p->section->name);
        if (n == 0 || n > NAME_MAX_BYTES || strspn(name, "*? ") >= n)
                return fix_file_bad(p->line, err, "'%.*s' is no service name or glob", (int)(n > SHOWN ? SHOWN : n),
                                    n ? name : "");
        p->item = (struct fix_item){ .kind = p->section->item,
                                     .line = p->line,
                                     .name = ow_strndup(name, n),
                                     .section = ow_strndup(line, size) };
        if (!p->item.name || !p->item.section)
                return ow_fail_nomem(err);
        return name_check(p, err);
}

static int pack_begin(struct fix_reader *p, ow_error *err)
{
        if (p->fix->pack)
                return fix_file_bad(p->line, err, "[Vendor] stands twice");
        if (p->fix->n_edits)
                return fix_file_bad(p->line, err, "[Vendor] must stand before [Service]");
        p->fix->pack = ow_calloc(1, sizeof *p->fix->pack);
        if (!p->fix->pack)
                return ow_fail_nomem(err);
        p->fix->pack->signs = 2;
        p->fix->lasting = true;
        return 0;
}

/* ---- all of them ---- */

/* "[Service x]" is a Service section, "[HKEY_..." a registry one. */
static bool is_section(const struct fix_section *section, const char *line, size_t size)
{
        size_t n = strlen(section->name);

        if (size < n + 2 || memcmp(line + 1, section->name, n) != 0)
                return false;
        if (section->kind == FIX_SECTION_REGISTRY)
                return true;
        return section->kind == FIX_SECTION_ITEM ? line[n + 1] == ' ' : size == n + 2;
}

static const struct fix_section *section_find(const char *line, size_t size)
{
        for (size_t i = 0; i < ow_fix_section_count(); i++)
                if (is_section(fix_section_at(i), line, size))
                        return fix_section_at(i);
        return NULL;
}

int fix_section_begin(struct fix_reader *p, const char *line, size_t size, ow_error *err)
{
        const struct fix_section *section;
        OW_AUTO_BUFFER list = OW_BUFFER_INIT;

        if (size < 2 || line[size - 1] != ']')
                return fix_file_bad(p->line, err, "a section ends with ']'");
        section = section_find(line, size);
        if (!p->section && (!section || section->kind != FIX_SECTION_HEAD))
                return fix_file_bad(p->line, err, "the first section must be [Fix]");
        if (!section) {
                fix_section_list(&list);
                return fix_file_bad(p->line, err, "unknown section '%.*s'; allowed: %.*s",
                                    (int)(size > SHOWN ? SHOWN : size), line, (int)list.len, (const char *)list.p);
        }
        if (p->section && section->kind == FIX_SECTION_HEAD)
                return fix_file_bad(p->line, err, "[Fix] must stand first, and once");
        p->section = section;
        p->section_line = p->line;
        p->seen = 0;
        if (section->kind == FIX_SECTION_PACK)
                return pack_begin(p, err);
        return section->kind == FIX_SECTION_ITEM ? item_begin(p, line, size, err) : 0;
}

static int word_check(struct fix_reader *p, const struct fix_word *word, unsigned bit, ow_error *err)
{
        bool start = p->section->kind == FIX_SECTION_ITEM && strcmp(word->word.key, "Start") == 0;

        if (p->seen & bit && !word->repeats)
                return fix_file_bad(p->pair_line, err, "'%s' stands twice", word->word.key);
        if (start && p->fix->pack)
                return fix_file_bad(p->pair_line, err, "a vendor pack has no Start: what it names is disabled");
        if (p->section->kind == FIX_SECTION_ITEM && !start && !p->fix->pack)
                return fix_file_bad(p->pair_line, err,
                                    "'%s' needs a [Vendor] section before this one; without it "
                                    "allowed: Start",
                                    word->word.key);
        return 0;
}

int fix_section_pair(struct fix_reader *p, const char *key, const char *value, ow_error *err)
{
        const struct fix_place place = { p->fix, p->section->kind == FIX_SECTION_ITEM ? &p->item : NULL };
        OW_AUTO_BUFFER list = OW_BUFFER_INIT;
        const struct fix_word *word;
        unsigned bit;
        int r;

        word = fix_word_find(p->section, key, &bit);
        if (!word) {
                fix_word_list(p->section, &list);
                return fix_file_bad(p->pair_line, err, "unknown key '%.60s'; allowed: %.*s", key, (int)list.len,
                                    (const char *)list.p);
        }
        r = word_check(p, word, bit, err);
        if (r < 0)
                return r;
        p->seen |= bit;
        if (place.item)
                place.item->line = p->pair_line;
        r = word->set(&place, value, err);
        return r < 0 ? fix_file_at_line(ow_wrap(err, r, "%s", key), p->pair_line, err) : 0;
}

/* Every required word of the section was there. Bits are as fix_word_find() counts them. */
static int required_check(struct fix_reader *p, ow_error *err)
{
        unsigned bit = 1;

        for (size_t i = 0; i < ow_fix_word_count(); i++) {
                const struct fix_word *word = fix_word_at(i);

                if (strcmp(word->word.section, p->section->section.title) != 0)
                        continue;
                if (word->required && !(p->seen & bit))
                        return fix_file_bad(p->section_line, err, "[%s] has no %s",
                                            p->item.name ? p->item.name : p->section->name, word->word.key);
                bit <<= 1;
        }
        return 0;
}

int fix_section_end(struct fix_reader *p, ow_error *err)
{
        int r;

        if (!p->section)
                return 0;
        r = required_check(p, err);
        if (r == 0 && p->section->kind == FIX_SECTION_ITEM)
                r = p->fix->pack ? item_add(p, err) : service_edit(p, err);
        fix_item_done(&p->item);
        return r;
}
