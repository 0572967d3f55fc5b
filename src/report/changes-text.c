/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A plan or an edit for people: the exact difference, by fix and by key, then what is not done and why, then what
 * became of it. Keys that get the very same lines (control sets, user profiles) share them.
 */
#include "report/reports.h"

#include <inttypes.h>
#include <string.h>

#include <offwin/hive.h>
#include <offwin/winsock.h>

#include "base/alloc.h"
#include "base/le.h"
#include "base/utf16.h"

#include "report/changes.h"
#include "report/datum.h"
#include "report/facts.h"
#include "report/text.h"

enum { LONG_BINARY = 16, MAX_BYTES_SHOWN = 12 };

static const char *fix_name(const ow_fix *fix)
{
        return fix ? ow_fix_name(fix) : "";
}

/* ---- the difference ---- */

/* Bytes at which two binaries of one size differ: what a person needs to see of a long one. */
static size_t count_different(const ow_blob *a, const ow_blob *b)
{
        size_t n = 0;

        for (size_t i = 0; i < a->size; i++)
                n += a->p[i] != b->p[i];
        return n;
}

static bool show_bytes_only(const ow_change *change)
{
        const ow_datum *a = &change->before, *b = &change->after;

        return change->kind == OW_CHANGE_VALUE && a->present && b->present && a->type == OW_REG_BINARY &&
               b->type == OW_REG_BINARY && a->data.size == b->data.size && a->data.size > LONG_BINARY &&
               count_different(&a->data, &b->data) <= MAX_BYTES_SHOWN;
}

/* "name"=hex, 56 bytes, at 4: 02, at 8: 09 */
static void put_bytes_only(const ow_change *change, const ow_datum *datum, ow_buffer *line)
{
        report_datum_name(change->name, line);
        ow_buffer_printf(line, "=hex, %zu bytes", datum->data.size);
        for (size_t i = 0; i < datum->data.size; i++)
                if (change->before.data.p[i] != change->after.data.p[i])
                        ow_buffer_printf(line, ", at %zu: %02x", i, datum->data.p[i]);
}

enum { PATH_SIZE = 260, ID_AT = 0x128 }; /* of an entry of a Winsock catalogue */

static bool is_provider(const ow_datum *datum)
{
        return datum->present && datum->type == OW_REG_BINARY && datum->data.size == OW_WINSOCK_ITEM_SIZE;
}

static bool same_provider(const ow_datum *a, const ow_datum *b)
{
        return is_provider(a) && is_provider(b) && memcmp(a->data.p + ID_AT, b->data.p + ID_AT, 4) == 0 &&
               strncmp((const char *)a->data.p, (const char *)b->data.p, PATH_SIZE) == 0;
}

/* An entry is known by its number and its library, when these tell what changes; --verbose has the bytes. */
static bool show_provider(const struct report_page *page, const ow_change *change, const ow_datum *datum)
{
        return !page->verbose && change->kind == OW_CHANGE_VALUE && strcmp(change->name, "PackedCatalogItem") == 0 &&
               is_provider(datum) && !same_provider(&change->before, &change->after);
}

static void put_provider(const ow_change *change, const ow_datum *datum, ow_buffer *line)
{
        size_t size = strnlen((const char *)datum->data.p, PATH_SIZE);
        OW_AUTO_FREE char *path = ow_latin1_text((ow_view){ datum->data.p, size });

        report_datum_name(change->name, line);
        ow_buffer_printf(line, "=provider %u, %s", ow_le32_at(datum->data.p + ID_AT), path ? path : "");
}

static int put_datum(struct report_page *page, char mark, const ow_change *change, ow_error *err)
{
        const ow_datum *datum = mark == '-' ? &change->before : &change->after;
        const ow_datum *other = mark == '-' ? &change->after : &change->before;
        OW_AUTO_BUFFER line = OW_BUFFER_INIT;
        int r = 0;

        if (!datum->present)
                return 0;
        if (show_provider(page, change, datum))
                put_provider(change, datum, &line);
        else if (show_bytes_only(change))
                put_bytes_only(change, datum, &line);
        else
                r = report_datum_line(change->name, datum, other, &line, err);
        if (r < 0)
                return ow_wrap(err, r, "show '%s' of '%s'", change->name, change->where);
        ow_buffer_put_byte(&line, '\0');
        if (ow_buffer_failed(&line))
                return ow_fail_nomem(err);
        report_put_marked(page, mark, (const char *)line.p);
        return 0;
}

/* The heading of a place: "[key]", marked when the key itself comes or goes. */
static void put_place(struct report_page *page, const ow_change *change)
{
        char mark = change->kind == OW_CHANGE_KEY_CREATE ? '+' : change->kind == OW_CHANGE_KEY_DELETE ? '-' : ' ';

        if (mark != ' ')
                report_put_style(page, mark == '-' ? REPORT_BAD : REPORT_GOOD);
        report_printf(page, "  %c [", mark);
        report_put_guest(page, *change->where ? change->where : "\\");
        report_put(page, "]");
        if (mark != ' ')
                report_put_style(page, REPORT_PLAIN);
        report_put(page, "\n");
}

/* How many changes from first on are of one heading: in the same place, by the same fix, and no new coming or going.
 */
static size_t run_length(const struct report_changes *what, size_t first)
{
        const ow_change *a = what->changes[first];
        size_t n = 1;

        while (first + n < what->n_listed) {
                const ow_change *b = what->changes[first + n];

                if (b->fix != a->fix || strcmp(a->where, b->where) != 0 || b->kind != OW_CHANGE_VALUE)
                        break;
                n++;
        }
        return n;
}

/* The lines below one place's heading; the caller's (ow_free). */
static int block_of(const struct report_page *like, const struct report_changes *what, size_t first, size_t n,
                    char **ret, ow_error *err)
{
        REPORT_AUTO_PAGE block = { .columns = like->columns, .colour = like->colour };
        int r;

        for (size_t i = first; i < first + n; i++) {
                const ow_change *change = what->changes[i];

                if (change->kind != OW_CHANGE_VALUE)
                        continue;
                r = put_datum(&block, '-', change, err);
                if (r < 0)
                        return r;
                r = put_datum(&block, '+', change, err);
                if (r < 0)
                        return r;
        }
        return report_page_take(&block, ret, err);
}

/* Our own bookkeeping beside the fixes; in a settle or an edit by hand nothing is. */
static bool is_ledger(const struct report_changes *what, const ow_change *change)
{
        return !change->fix && what->changes[0]->fix;
}

static size_t count_ledger(const struct report_changes *what)
{
        size_t n = 0;

        for (size_t i = 0; i < what->n_changes; i++)
                n += is_ledger(what, what->changes[i]);
        return n;
}

/* Otherwise the ledger holds what was changed for good. */
static bool any_temporary(const struct report_changes *what)
{
        for (size_t i = 0; i < what->n_changes; i++)
                if (what->changes[i]->temporary)
                        return true;
        return false;
}

static void put_fix_heading(struct report_page *page, const struct report_changes *what, size_t index)
{
        const ow_change *change = what->changes[index];
        OW_AUTO_BUFFER title = OW_BUFFER_INIT;
        OW_AUTO_FREE char *text = NULL;

        if (is_ledger(what, change)) {
                report_put(page, "\n");
                report_put_style(page, REPORT_BOLD);
                report_put(page, "ledger");
                report_put_style(page, REPORT_PLAIN);
                report_put(page, any_temporary(what) ? "  What `offwin settle` gives back later"
                                                     : "  What `enable` needs to know later");
                if (!page->verbose)
                        report_printf(page, " (--verbose shows its %zu changes)", count_ledger(what));
                report_put(page, "\n");
        }
        if (!change->fix)
                return;
        report_put(page, "\n");
        ow_buffer_printf(&title, "%s%s", ow_fix_title(change->fix), change->temporary ? " (temporary)" : "");
        text = ow_buffer_take_text(&title);
        if (!text) {
                page->text.failed = true;
                return;
        }
        report_put_styled(page, REPORT_BOLD, ow_fix_name(change->fix));
        report_put(page, "  ");
        report_put_wrapped(page, report_width(ow_fix_name(change->fix)) + 2, text);
        if (page->verbose && ow_fix_why(change->fix)[0]) {
                report_put_style(page, REPORT_DIM);
                report_put_spaces(page, 4);
                report_put_wrapped(page, 4, ow_fix_why(change->fix));
                report_put_style(page, REPORT_PLAIN);
        }
}

/*
 * The lines that the places headed so far have waited for. Places without lines do not get those of the next place:
 * an empty line parts them.
 */
static void put_pending(struct report_page *page, const char *pending, bool ends_fix)
{
        report_put(page, pending);
        if (!*pending && !ends_fix)
                report_put(page, "\n");
}

static int put_changes(struct report_page *page, const struct report_changes *what, ow_error *err)
{
        OW_AUTO_FREE char *pending = NULL; /* lines that the places already headed still wait for */
        int r;

        for (size_t i = 0; i < what->n_listed;) {
                size_t n = run_length(what, i);
                bool new_fix = i == 0 || what->changes[i]->fix != what->changes[i - 1]->fix;
                OW_AUTO_FREE char *block = NULL;

                r = block_of(page, what, i, n, &block, err);
                if (r < 0)
                        return r;
                if (report_is_file_change(what->changes[i]))
                        n = 1;
                if (pending && (new_fix || strcmp(pending, block) != 0))
                        put_pending(page, pending, new_fix);
                if (new_fix)
                        put_fix_heading(page, what, i);
                ow_free(pending);
                pending = NULL;
                if (report_is_file_change(what->changes[i])) {
                        report_put_file_change(page, what->changes[i]);
                } else if (page->verbose || !is_ledger(what, what->changes[i])) {
                        put_place(page, what->changes[i]);
                        pending = OW_TAKE(block);
                }
                i += n;
        }
        if (pending)
                put_pending(page, pending, true);
        if (what->n_listed < what->n_changes + what->n_more)
                report_printf(page, "\n... and %zu changes more; --verbose lists all.\n",
                              what->n_changes + what->n_more - what->n_listed);
        return 0;
}

/* ---- what is not done ---- */

static bool is_for_verbose(const ow_skipped *skipped)
{
        return skipped->status == OW_FIX_DONE || skipped->status == OW_FIX_LEFT;
}

static void put_skipped(struct report_page *page, const struct report_changes *what)
{
        size_t width = 0, n_done = 0, n_listed = 0;

        for (size_t i = 0; i < what->n_skipped; i++) {
                size_t w = report_width(fix_name(what->skipped[i]->fix));

                n_done += what->skipped[i]->status == OW_FIX_DONE;
                if ((page->verbose || !is_for_verbose(what->skipped[i])) && w > width)
                        width = w;
        }
        for (size_t i = 0; i < what->n_skipped; i++) {
                const ow_skipped *skipped = what->skipped[i];

                if (is_for_verbose(skipped) && !page->verbose)
                        continue;
                if (n_listed++ == 0) {
                        report_put(page, "\n");
                        report_put_style(page, REPORT_BOLD);
                        report_put(page, "Not done\n");
                        report_put_style(page, REPORT_PLAIN);
                }
                report_put_spaces(page, 4);
                report_put_padded(page, fix_name(skipped->fix), width);
                report_put_spaces(page, width ? 2 : 0);
                report_put_wrapped(page, 4 + width + (width ? 2 : 0),
                                   skipped->reason && skipped->reason[0] ? skipped->reason
                                                                         : report_status_name(skipped->status));
        }
        if (n_done && !page->verbose)
                report_printf(page, "\n%zu fix%s already in place.\n", n_done, n_done == 1 ? " is" : "es are");
}

/* ---- the end ---- */

static size_t count_fixes(const struct report_changes *what)
{
        size_t n = 0;

        for (size_t i = 0; i < what->n_changes; i++)
                n += what->changes[i]->fix && !ow_fix_is_action(what->changes[i]->fix) &&
                     (i == 0 || what->changes[i]->fix != what->changes[i - 1]->fix);
        return n;
}

static void put_totals(struct report_page *page, const struct report_changes *what)
{
        size_t n_fixes = count_fixes(what);
        size_t n_changes = what->n_changes + what->n_more - count_ledger(what);

        if (what->counts) {
                report_printf(page,
                              "%" PRIu64 " keys and %" PRIu64 " values set, %" PRIu64 " keys and %" PRIu64
                              " values removed",
                              what->counts->keys, what->counts->values, what->counts->removed_keys,
                              what->counts->removed_values);
                return;
        }
        report_printf(page, "%zu change%s", n_changes, n_changes == 1 ? "" : "s");
        if (n_fixes)
                report_printf(page, " by %zu fix%s", n_fixes, n_fixes == 1 ? "" : "es");
}

static int put_commit(struct report_page *page, const struct report_changes *what, ow_error *err)
{
        OW_AUTO_BUFFER words = OW_BUFFER_INIT;

        report_put_style(page, REPORT_GOOD);
        if (what->n_changes || what->counts) {
                put_totals(page, what);
                report_put(page, ", written and read back");
        } else {
                report_put(page, "Written and read back");
        }
        report_put_style(page, REPORT_PLAIN);
        if (!what->commit || !what->commit->journal) {
                report_put(page, ".\n");
                return 0;
        }
        report_printf(page, ": %" PRIu64 " bytes in %" PRIu64 " place%s.\n", what->commit->bytes_changed,
                      what->commit->extents, what->commit->extents == 1 ? "" : "s");
        if (page->journal_dir) {
                ow_buffer_put_text(&words, " --journal-dir ");
                report_put_shell_word(&words, page->journal_dir);
        }
        if (what->guest) {
                report_put_disk_words(&words, ow_guest_machine(what->guest), NULL);
        } else {
                ow_buffer_put_byte(&words, ' ');
                report_put_shell_word(&words, what->file);
        }
        ow_buffer_put_byte(&words, '\0');
        if (ow_buffer_failed(&words))
                return ow_fail_nomem(err);
        report_put_field(page, 0, 13, "Undo record", what->commit->journal);
        report_put_style(page, REPORT_DIM);
        report_put_padded(page, "To go back", 13);
        report_put_style(page, REPORT_PLAIN);
        report_put(page, "offwin undo");
        report_put_guest(page, (const char *)words.p);
        report_put(page, "\n");
        return 0;
}

static int put_end(struct report_page *page, const struct report_changes *what, ow_error *err)
{
        switch (what->outcome) {
        case OW_PLAN_PROPOSED:
                return 0;
        case OW_PLAN_DONE:
        case OW_PLAN_APPLIED:
                report_put(page, "\n");
                return put_commit(page, what, err);
        case OW_PLAN_NOTHING_TO_DO:
                report_put(page, "\nNothing to change.\n");
                return 0;
        case OW_PLAN_DRY_RUN:
                report_put(page, "\n");
                put_totals(page, what);
                report_put(page, ". Nothing was written: this was a dry run.\n");
                return 0;
        }
        return 0;
}

int report_changes_text(const struct report_changes *what, const ow_report_options *options, char **ret,
                        ow_error *err)
{
        REPORT_AUTO_PAGE page = report_page_new(options);
        int r;

        if (what->outcome != OW_PLAN_DONE) {
                if (what->guest)
                        report_put_heading(&page, what->guest);
                else
                        report_put_hive_heading(&page, what->file, what->prefix);
                r = put_changes(&page, what, err);
                if (r < 0)
                        return r;
                report_put_settings(&page, what->plan);
                put_skipped(&page, what);
                if (what->counts) {
                        report_put(&page, "  ");
                        put_totals(&page, what);
                        report_put(&page, "\n  (--dry-run or --verbose lists them)\n");
                }
        }
        r = put_end(&page, what, err);
        if (r < 0)
                return r;
        return report_page_take(&page, ret, err);
}

int report_diff_text(const char *before, const char *after, const struct report_changes *what,
                     const ow_report_options *options, char **ret, ow_error *err)
{
        REPORT_AUTO_PAGE page = report_page_new(options);
        int r;

        if (what->n_changes) {
                report_put_styled(&page, REPORT_BAD, "--- ");
                report_put_guest(&page, before);
                report_put(&page, "\n");
                report_put_styled(&page, REPORT_GOOD, "+++ ");
                report_put_guest(&page, after);
                report_put(&page, "\n");
        }
        r = put_changes(&page, what, err);
        if (r < 0)
                return r;
        if (what->n_changes)
                report_printf(&page, "\n%zu difference%s.\n", what->n_changes, what->n_changes == 1 ? "" : "s");
        else
                report_put(&page, "No difference.\n");
        return report_page_take(&page, ret, err);
}
