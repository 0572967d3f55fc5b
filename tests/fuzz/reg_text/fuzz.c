/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * .reg text: anybody may hand it to a user, as a file or inside a recipe. Capped by REG_TEXT_MAX_BYTES and the limits
 * of the parser. Byte 0 picks the flags, byte 1 the failing allocation (0: none), the rest is the text. What parses
 * must come back the same from its own formatting, wrapped or not.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <offwin/reg.h>

#include "base/alloc.h"
#include "base/buffer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int ok)
{
        if (!ok)
                abort();
}

static void check_same(const ow_reg_value *a, const ow_reg_value *b)
{
        check(strcmp(a->name, b->name) == 0);
        check(a->remove == b->remove && a->type == b->type && a->data.size == b->data.size);
        check(a->data.size == 0 || memcmp(a->data.p, b->data.p, a->data.size) == 0);
}

static void check_round_trip(const ow_reg_key *key, bool wrap)
{
        OW_AUTO_BUFFER text = OW_BUFFER_INIT;
        ow_reg_document again;

        ow_buffer_put_text(&text, "[");
        ow_buffer_put_text(&text, key->path);
        ow_buffer_put_text(&text, "]\r\n");
        for (size_t i = 0; i < key->n_values; i++) {
                const ow_reg_value *v = &key->values[i];
                OW_AUTO_FREE char *line = NULL;

                check(ow_reg_format_value(v->name, v->type, v->data.p, v->data.size, wrap, &line, NULL) == 0);
                if (v->remove)
                        strcpy(strrchr(line, '=') + 1, "-");
                ow_buffer_put_text(&text, line);
                ow_buffer_put_text(&text, "\r\n");
        }
        check(!ow_buffer_failed(&text));
        check(ow_reg_parse(text.p, text.len, OW_REG_NO_HEADER, &again, NULL) == 0);
        check(again.n_keys == 1 && strcmp(again.keys[0].path, key->path) == 0);
        check(again.keys[0].n_values == key->n_values);
        for (size_t i = 0; i < key->n_values; i++)
                check_same(&key->values[i], &again.keys[0].values[i]);
        ow_reg_document_done(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        ow_error err = OW_ERROR_INIT;
        ow_reg_document doc;
        int r;

        if (size < 2)
                return 0;
        ow_alloc_fail_from(data[1]);
        r = ow_reg_parse(data + 2, size - 2, data[0] & (OW_REG_NO_HEADER | OW_REG_EXTENDED), &doc, &err);
        ow_alloc_fail_from(0);
        check(r <= 0 && (r == 0 || (err.code == r && err.text[0])));
        if (r < 0)
                return 0;
        for (size_t i = 0; i < doc.n_keys; i++) {
                check_round_trip(&doc.keys[i], i % 2);
                for (size_t k = 0; k < doc.keys[i].n_values; k++) {
                        const ow_reg_value *v = &doc.keys[i].values[k];
                        OW_AUTO_FREE char *shown = NULL;

                        check(ow_reg_display_data(v->type, v->data.p, v->data.size, k % 60, &shown, NULL) == 0);
                }
        }
        ow_reg_document_done(&doc);
        return 0;
}
