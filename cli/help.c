/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "help.h"

#include <string.h>

#include "output.h"

enum { COLUMNS = 80 };

/* text broken at 80 columns, and at its own ends of lines; the cursor is at column indent. */
static void print_wrapped(FILE *out, size_t indent, const char *text)
{
        size_t column = indent;

        for (const char *at = text; *at;) {
                size_t size = strcspn(at, " \n");

                if (*at == '\n') {
                        fprintf(out, "\n%*s", (int)indent, "");
                        column = indent;
                        at++;
                        continue;
                }
                if (column > indent && column + 1 + size > COLUMNS) {
                        fprintf(out, "\n%*s", (int)indent, "");
                        column = indent;
                } else if (column > indent) {
                        fputc(' ', out);
                        column++;
                }
                fwrite(at, 1, size, out);
                column += size;
                at += size;
                at += strspn(at, " ");
        }
        fputc('\n', out);
}

static bool same_group(const struct command *a, const struct command *b)
{
        size_t size = strcspn(a->name, " ");

        return size == strcspn(b->name, " ") && strncmp(a->name, b->name, size) == 0;
}

static bool is_first_of_group(size_t index)
{
        for (size_t i = 0; i < index; i++)
                if (same_group(command_at(i), command_at(index)))
                        return false;
        return true;
}

/* Commands of one word first, then each group by itself, wherever the tables have its commands. */
static void print_commands(FILE *out)
{
        for (size_t i = 0; command_at(i); i++)
                if (!strchr(command_at(i)->name, ' '))
                        fprintf(out, "  %-14s %s\n", command_at(i)->name, command_at(i)->summary);
        for (size_t i = 0; command_at(i); i++) {
                if (!strchr(command_at(i)->name, ' ') || !is_first_of_group(i))
                        continue;
                fputc('\n', out);
                for (size_t k = i; command_at(k); k++)
                        if (same_group(command_at(i), command_at(k)))
                                fprintf(out, "  %-14s %s\n", command_at(k)->name, command_at(k)->summary);
        }
}

void print_overview(FILE *out)
{
        fputs("usage: offwin COMMAND [OPTIONS] DISK...\n\n", out);
        print_wrapped(out, 0,
                      "Prepares a Windows installation inside a disk image for its first boot as a virtual "
                      "machine, without booting it.");
        fputc('\n', out);
        print_commands(out);
        fputs("\nDISK is a raw file, a block device, an image that qemu reads (qcow2, VHD, VHDX,\n"
              "VMDK, VDI) or an nbd:// address. `offwin help COMMAND` tells more about one.\n",
              out);
}

static void print_options(const struct command *command, FILE *out)
{
        enum { HELP_COLUMN = 28 };

        fputs("\noptions:\n", out);
        for (size_t i = 0; i < n_option_specs; i++) {
                const struct option_spec *spec = &option_specs[i];
                char left[64];
                int width;

                if (!(command_options(command) & spec->id))
                        continue;
                width = snprintf(left, sizeof left, "  %c%c%s--%s%s%s", spec->letter ? '-' : ' ',
                                 spec->letter ? spec->letter : ' ', spec->letter ? ", " : "  ", spec->name,
                                 spec->argument ? " " : "", spec->argument ? spec->argument : "");
                fputs(left, out);
                if (width >= HELP_COLUMN)
                        fprintf(out, "\n%*s", HELP_COLUMN, "");
                else
                        fprintf(out, "%*s", HELP_COLUMN - width, "");
                print_wrapped(out, HELP_COLUMN, spec->help);
        }
}

static void print_examples(const struct command *command, FILE *out)
{
        fputs("\nexamples:\n", out);
        for (const char *at = command->examples; *at;) {
                size_t size = strcspn(at, "\n");

                fputs("  ", out);
                fwrite(at, 1, size, out);
                fputc('\n', out);
                at += size;
                at += *at == '\n';
        }
}

void print_help(const struct command *command, FILE *out)
{
        fprintf(out, "usage: offwin %s [OPTIONS]%s%s\n\n", command->name, *command->operands ? " " : "",
                command->operands);
        print_wrapped(out, 0, command->summary);
        if (*command->about) {
                fputc('\n', out);
                print_wrapped(out, 0, command->about);
        }
        print_options(command, out);
        if (*command->examples)
                print_examples(command, out);
}

/* "reg": the commands of a group. Returns how many there are. */
static size_t print_group(const char *group, FILE *out)
{
        size_t size = strlen(group);
        size_t n = 0;

        for (size_t i = 0; command_at(i); i++) {
                const struct command *c = command_at(i);

                if (strncmp(c->name, group, size) != 0 || c->name[size] != ' ')
                        continue;
                fprintf(out, "%soffwin %s [OPTIONS] %s\n", n++ ? "       " : "usage: ", c->name, c->operands);
        }
        return n;
}

int run_help(int argc, char **argv)
{
        size_t used;
        const struct command *command = command_find(argv, (size_t)argc, &used);

        if (argc == 0)
                print_overview(stdout);
        else if (command && (size_t)argc == used)
                print_help(command, stdout);
        else if (argc == 1 && print_group(argv[0], stdout) > 0)
                printf("\n`offwin help %s COMMAND` tells more about one.\n", argv[0]);
        else
                return usage_error(NULL, "no command '%s%s%s'", argv[0], argc > 1 ? " " : "",
                                   argc > 1 ? argv[1] : "");
        return flush_out();
}
