/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sections and words of fix files, looked up by name: words-head.c and words-item.c say what each word does. */
#include "fix/words.h"

#include <string.h>

static const struct fix_section sections[] = {
        { { "Fix", "the head of every file: what the fix is and for which Windows" }, "Fix", FIX_SECTION_HEAD, 0 },
        { { "Vendor", "makes the fix a vendor pack: what it looks for stands in the sections below" },
          "Vendor",
          FIX_SECTION_PACK,
          0 },
        { { "Service NAME", "a service; in a vendor pack NAME may be a glob" },
          "Service",
          FIX_SECTION_ITEM,
          OW_VENDOR_SERVICE },
        { { "Driver NAME", "a driver" }, "Driver", FIX_SECTION_ITEM, OW_VENDOR_DRIVER },
        { { "Filter NAME", "a name in UpperFilters or LowerFilters of device classes" },
          "Filter",
          FIX_SECTION_ITEM,
          OW_VENDOR_FILTER },
        { { "Run NAME", "a value of a Run key, of the machine (both views) or of any user" },
          "Run",
          FIX_SECTION_ITEM,
          OW_VENDOR_RUN },
        { { "Task PATH", "a scheduled task, `\\Folder\\Name`" }, "Task", FIX_SECTION_ITEM, OW_VENDOR_TASK },
        { { "Uninstall NAME", "an uninstall entry by its DisplayName, in both views" },
          "Uninstall",
          FIX_SECTION_ITEM,
          OW_VENDOR_PROGRAM },
        { { "Folder PATH", "a folder, `%ProgramFiles%\\Vendor\\Product`" },
          "Folder",
          FIX_SECTION_ITEM,
          OW_VENDOR_FOLDER },
        { { "HKEY_...", "a registry key and what is to be in it, in .reg syntax" }, "HK", FIX_SECTION_REGISTRY, 0 },
        { { "-HKEY_...", "a registry key that is to go" }, "-HK", FIX_SECTION_REGISTRY, 0 },
};

size_t ow_fix_section_count(void)
{
        return OW_COUNT(sections);
}

const struct fix_section *fix_section_at(size_t index)
{
        return &sections[index];
}

const ow_fix_section *ow_fix_section_get(size_t index)
{
        return index < OW_COUNT(sections) ? &sections[index].section : NULL;
}

size_t ow_fix_word_count(void)
{
        return fix_n_head_words + fix_n_item_words;
}

const struct fix_word *fix_word_at(size_t index)
{
        return index < fix_n_head_words ? &fix_head_words[index] : &fix_item_words[index - fix_n_head_words];
}

const ow_fix_word *ow_fix_word_get(size_t index)
{
        return index < ow_fix_word_count() ? &fix_word_at(index)->word : NULL;
}

const struct fix_word *fix_word_find(const struct fix_section *section, const char *key, unsigned *ret_bit)
{
        unsigned bit = 1;

        for (size_t i = 0; i < ow_fix_word_count(); i++) {
                const struct fix_word *word = fix_word_at(i);

                if (strcmp(word->word.section, section->section.title) != 0)
                        continue;
                if (strcmp(word->word.key, key) == 0) {
                        *ret_bit = bit;
                        return word;
                }
                bit <<= 1;
        }
        return NULL;
}

void fix_word_list(const struct fix_section *section, ow_buffer *out)
{
        size_t n = 0;

        for (size_t i = 0; i < ow_fix_word_count(); i++)
                if (strcmp(fix_word_at(i)->word.section, section->section.title) == 0)
                        ow_buffer_printf(out, "%s%s", n++ ? ", " : "", fix_word_at(i)->word.key);
}

void fix_section_list(ow_buffer *out)
{
        for (size_t i = 0; i < OW_COUNT(sections); i++)
                ow_buffer_printf(out, "%s[%s]", i ? ", " : "", sections[i].section.title);
}

int fix_set_text(char **slot, const char *value, ow_error *err)
{
        if (value[0] == '\0')
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "empty");
        *slot = ow_strdup(value);
        return *slot ? 0 : ow_fail_nomem(err);
}

int fix_set_flag(bool *flag, const char *value, ow_error *err)
{
        if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%s'; allowed: yes, no", value);
        *flag = value[0] == 'y';
        return 0;
}

int fix_set_choice(const char *const *names, size_t n, const char *value, unsigned *ret, ow_error *err)
{
        OW_AUTO_BUFFER list = OW_BUFFER_INIT;
        OW_AUTO_FREE char *text = NULL;

        for (unsigned i = 0; i < n; i++) {
                if (strcmp(value, names[i]) == 0) {
                        *ret = i;
                        return 0;
                }
                ow_buffer_printf(&list, "%s%s", i ? ", " : "", names[i]);
        }
        text = ow_buffer_take_text(&list);
        if (!text)
                return ow_fail_nomem(err);
        return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%s'; allowed: %s", value, text);
}

int fix_start_find(const char *value, const struct fix_start **ret, ow_error *err)
{
        static const struct fix_start starts[] = {
                { "boot", 0, false },    { "system", 1, false }, { "auto", 2, false },
                { "delayed", 2, true },  { "demand", 3, false }, { "disabled", 4, false },
        };

        for (size_t i = 0; i < OW_COUNT(starts); i++) {
                if (strcmp(starts[i].name, value) == 0) {
                        *ret = &starts[i];
                        return 0;
                }
        }
        return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%s'; allowed: boot, system, auto, delayed, demand, disabled",
                       value);
}
