/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The registry sections of a fix file, and what only the whole file tells. */
#include <string.h>

#include <offwin/hive.h>

#include "base/utf16.h"
#include "fix/fix-file.h"

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
static int parameters_check(struct fix_reader *p, struct fix_value *value, uint64_t *used, ow_error *err)
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
                        return fix_file_bad(value->line, err, "parameter '%.*s' is not named by a Needs= line",
                                            (int)(n > 60 ? 60 : n), at + 2);
                *used |= (uint64_t)1 << i;
                value->parametric = true;
        }
        return 0;
}

/* Moves one section of the .reg document into the fix. */
static int edit_take(struct fix_reader *p, ow_reg_key *key, ow_error *err)
{
        struct fix_edit *edit = fix_file_edit_add(p->fix, err);
        int r;

        if (!edit)
                return OW_E_NOMEM;
        edit->line = key->line;
        edit->remove = key->remove;
        r = fix_path_parse(key->path, &edit->path, err);
        if (r < 0)
                return fix_file_at_line(r, key->line, err);
        if (key->remove && p->fix->temporary)
                return fix_file_bad(key->line, err, "a temporary fix cannot remove a key: it could not give it back");
        edit->values = ow_calloc(key->n_values, sizeof *edit->values);
        if (!edit->values)
                return ow_fail_nomem(err);
        for (size_t i = 0; i < key->n_values; i++) {
                ow_reg_value *from = &key->values[i];

                edit->values[i] = (struct fix_value){ .name = OW_TAKE(from->name),
                                                      .remove = from->remove,
                                                      .type = from->type,
                                                      .data = from->data,
                                                      .line = from->line };
                from->data = (ow_blob){ NULL, 0 };
                edit->n_values++;
        }
        return 0;
}

int fix_registry_read(struct fix_reader *p, ow_error *err)
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

/* The keys that a pack would remove are what it looks for, too. */
static int keys_add(struct fix_reader *p, ow_error *err)
{
        struct fix_pack *pack = p->fix->pack;

        for (size_t i = 0; i < p->fix->n_edits; i++) {
                const struct fix_edit *edit = &p->fix->edits[i];
                struct fix_item *grown;

                if (!edit->remove)
                        return fix_file_bad(edit->line, err, "a vendor pack only removes registry keys: [-%s]",
                                            edit->path);
                if (pack->n_items == FIX_ITEMS_MAX)
                        return fix_file_bad(edit->line, err, "more than %d sections", FIX_ITEMS_MAX);
                grown = ow_realloc_array(pack->items, pack->n_items + 1, sizeof *grown);
                if (!grown)
                        return ow_fail_nomem(err);
                pack->items = grown;
                grown[pack->n_items] = (struct fix_item){ .kind = OW_VENDOR_KEY,
                                                          .line = edit->line,
                                                          .name = ow_strdup(edit->path),
                                                          .section = ow_asprintf("[-%s]", edit->path) };
                pack->n_items++;
                if (!grown[pack->n_items - 1].name || !grown[pack->n_items - 1].section)
                        return ow_fail_nomem(err);
        }
        return 0;
}

static int pack_check(struct fix_reader *p, ow_error *err)
{
        const struct fix_pack *pack = p->fix->pack;
        size_t signs = 0;
        int r;

        if (p->fix->temporary)
                return fix_file_bad(1, err,
                                    "a vendor pack is not temporary: `svc enable` gives back what it disabled");
        r = keys_add(p, err);
        if (r < 0)
                return r;
        for (size_t i = 0; i < pack->n_items; i++)
                signs += !pack->items[i].weak;
        if (pack->n_items == 0)
                return fix_file_bad(p->line, err, "the file looks for nothing: no section after [Vendor]");
        if (signs < pack->signs)
                return fix_file_bad(1, err, "Signs=%u, but only %zu of its sections count", pack->signs, signs);
        return 0;
}

int fix_whole_check(struct fix_reader *p, ow_error *err)
{
        uint64_t used = 0;
        int r;

        if (!p->section)
                return fix_file_bad(1, err, "[Fix] has no %s", fix_head_words[0].word.key);
        for (size_t i = 0; i < p->fix->n_edits; i++) {
                struct fix_edit *edit = &p->fix->edits[i];

                for (size_t v = 0; v < edit->n_values; v++) {
                        struct fix_value *value = &edit->values[v];

                        r = parameters_check(p, value, &used, err);
                        if (r < 0)
                                return r;
                        r = fix_guard_value(edit->path, value->name, value->type, value->remove ? NULL : &value->data,
                                            err);
                        if (r < 0)
                                return fix_file_at_line(r, value->line, err);
                }
        }
        if (p->fix->pack)
                return pack_check(p, err);
        if (p->fix->plan)
                return 0;
        for (size_t i = 0; i < p->fix->n_parameters; i++)
                if (!(used & (uint64_t)1 << i))
                        return fix_file_bad(1, err, "parameter '%s' is not used", p->fix->parameters[i]);
        return p->fix->n_edits ? 0 : fix_file_bad(p->line, err, "the file changes nothing: no section after [Fix]");
}
