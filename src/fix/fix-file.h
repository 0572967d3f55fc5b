/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A fix file while it is read: what fix-file.c, fix-section.c and fix-registry.c share. */
#ifndef FIX_FIX_FILE_H
#define FIX_FIX_FILE_H

#include "fix/words.h"

struct fix_reader {
        ow_fix *fix;
        uint32_t line;                  /* of what is being read, from 1 */
        const struct fix_section *section;      /* NULL before the first */
        uint32_t section_line;
        unsigned seen;                  /* words of this section: bits by index */
        ow_buffer key, value;           /* of a pair that may go on in the next line */
        uint32_t pair_line;
        struct fix_item item;           /* what this section looks for */
        ow_buffer reg;                  /* the copy for the .reg parser */
};

/* OW_E_INVAL with the line in err->where. */
int fix_file_bad(uint32_t line, ow_error *err, const char *fmt, ...) OW_PRINTF(3, 4);

/* A lower function's error about one line gets that line. */
int fix_file_at_line(int r, uint32_t line, ow_error *err);

struct fix_edit *fix_file_edit_add(ow_fix *fix, ow_error *err);

/* line is the whole of a section's line, "[...". */
int fix_section_begin(struct fix_reader *reader, const char *line, size_t size, ow_error *err);
/* One pair of the section. */
int fix_section_pair(struct fix_reader *reader, const char *key, const char *value, ow_error *err);
/* Before another section and at the end: what the section had to say is complete. */
int fix_section_end(struct fix_reader *reader, ow_error *err);

/* Everything in reader->reg becomes edits. */
int fix_registry_read(struct fix_reader *reader, ow_error *err);

/* What only the whole file tells: parameters, a pack that looks for something, and advice that is refused. */
int fix_whole_check(struct fix_reader *reader, ow_error *err);

#endif
