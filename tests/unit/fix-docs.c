/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * docs/ say what the tables in the code say: every word, every fix, every constant. The tables of words in fixes.md
 * are written from the code: BLESS=1 writes them anew.
 */
#include "fix-fixture.h"

#include "fix/constants.h"
#include "fix/delay.h"
#include "fix/words.h"

static char *page(const char *name)
{
        const char *source = getenv("OFFWIN_SOURCE");
        char path[400];
        char *text = calloc(1, 1 << 18);
        FILE *f;

        (void)snprintf(path, sizeof path, "%s/docs/%s", source ? source : ".", name);
        f = fopen(path, "r");
        assert_non_null(f);
        assert_non_null(text);
        assert_true(fread(text, 1, (1 << 18) - 1, f) > 0);
        assert_int_equal(fclose(f), 0);
        return text;
}

static void needs_row(const char *text, const char *first, const char *second)
{
        char row[640];

        (void)snprintf(row, sizeof row, "\n| %s | %s", first, second);
        if (!strstr(text, row))
                fail_msg("the page has no row '%s'", row + 1);
}

#define BEGIN "<!-- words of "
#define END   "<!-- end of words -->\n"

/* The table of a section, as the page has to have it. */
static void put_words(FILE *f, const char *title, size_t size)
{
        fputs("| Key | Takes | Meaning |\n|---|---|---|\n", f);
        for (size_t i = 0; i < ow_fix_word_count(); i++) {
                const ow_fix_word *word = ow_fix_word_get(i);

                if (strlen(word->section) == size && strncmp(word->section, title, size) == 0)
                        fprintf(f, "| %s | %s | %s%s |\n", word->key, word->takes, word->meaning,
                                fix_word_at(i)->required ? "; required" : "");
        }
}

static void put_sections(FILE *f)
{
        fputs("| Section | What it is about |\n|---|---|\n", f);
        for (size_t i = 0; i < ow_fix_section_count(); i++)
                fprintf(f, "| [%s] | %s |\n", ow_fix_section_get(i)->title, ow_fix_section_get(i)->meaning);
}

/* The page with its tables written anew. */
static char *with_tables(const char *text)
{
        char *made = NULL;
        size_t size;
        FILE *f = open_memstream(&made, &size);
        const char *begin;

        assert_non_null(f);
        while ((begin = strstr(text, BEGIN)) != NULL) {
                const char *title = begin + strlen(BEGIN), *rest = strchr(title, '\n') + 1;

                (void)fwrite(text, 1, (size_t)(rest - text), f);
                if (strncmp(title, "all", 3) == 0)
                        put_sections(f);
                else
                        put_words(f, title, (size_t)(strstr(title, " -->") - title));
                text = strstr(rest, END);
                assert_non_null(text);
        }
        fputs(text, f);
        assert_int_equal(fclose(f), 0);
        return made;
}

static void bless(const char *text)
{
        char path[400];
        FILE *f;

        (void)snprintf(path, sizeof path, "%s/docs/fixes.md", getenv("OFFWIN_SOURCE"));
        f = fopen(path, "w");
        assert_non_null(f);
        fputs(text, f);
        assert_int_equal(fclose(f), 0);
}

static void every_word_is_described(void **state)
{
        char *text = page("fixes.md");
        char *made = with_tables(text);

        for (size_t i = 0; i < ow_fix_word_count(); i++) {
                char marker[100];

                (void)snprintf(marker, sizeof marker, BEGIN "%s -->\n", ow_fix_word_get(i)->section);
                if (!strstr(text, marker))
                        fail_msg("fixes.md has no '%s'", marker);
        }
        if (getenv("BLESS"))
                bless(made);
        else if (strcmp(text, made) != 0)
                fail_msg("the tables of docs/fixes.md are not those of the code: BLESS=1 writes them");
        for (unsigned i = 0; i < FIX_DELAY_NONE; i++)
                assert_non_null(strstr(text, fix_delay_name(i)));
        free(made);
        free(text);
}

static void every_fix_is_listed_with_its_range(void **state)
{
        char *text = page("fixes.md");
        ow_fix_set *set = fixes_load();

        assert_true(ow_fix_set_count(set) > 50);        /* the whole folder was read */
        for (size_t i = 0; i < ow_fix_set_count(set); i++) {
                const ow_fix *fix = ow_fix_set_get(set, i);

                needs_row(text, ow_fix_name(fix), ow_fix_windows(fix)[0] ? ow_fix_windows(fix) : "all");
        }
        ow_fix_set_free(set);
        free(text);
}

static void every_constant_is_in_the_forecast_page(void **state)
{
        char *text = page("forecast.md");

        for (size_t i = 0; i < FIX_C_COUNT; i++) {
                const struct fix_constant *c = &fix_constants[i];
                char rest[300], name[120];
                size_t n = 0;

                /* The page quotes with ", the code with '. */
                for (const char *p = c->name; *p && n < sizeof name - 1; p++)
                        name[n++] = *p == '\'' ? '"' : *p;
                name[n] = '\0';
                (void)snprintf(rest, sizeof rest, "%u | %s | %s |", c->seconds, c->sure, c->source);
                needs_row(text, name, rest);
        }
        for (unsigned i = 0; i < FIX_DELAY_NONE; i++)
                needs_row(text, fix_delay_name(i), "");
        free(text);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_word_is_described),
                cmocka_unit_test(every_fix_is_listed_with_its_range),
                cmocka_unit_test(every_constant_is_in_the_forecast_page),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
