/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The shape of plan files: what a good one holds, and each bad construct with its line. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

#include "fix/planfile.h"

OW_DEFINE_AUTO(ow_planfile, ow_planfile_free);

static int parse(const char *text, ow_planfile **ret, ow_error *err)
{
        return ow_planfile_parse("p.yaml", text, strlen(text), ret, err);
}

/* The example of docs/plan.md, so that it cannot go stale. */
static char *manual_example(void)
{
        const char *source = getenv("OFFWIN_SOURCE");
        OW_AUTO_FREE char *path = ow_asprintf("%s/docs/plan.md", source ? source : ".");
        FILE *f = fopen(path, "r");
        char *text = ow_calloc(1, 65536), *begin, *end;

        assert_non_null(f);
        assert_non_null(text);
        assert_true(fread(text, 1, 65535, f) > 0);
        assert_int_equal(fclose(f), 0);
        begin = strstr(text, "```yaml\n");
        assert_non_null(begin);
        begin += 8;
        end = strstr(begin, "```");
        assert_non_null(end);
        *end = '\0';
        memmove(text, begin, strlen(begin) + 1);
        return text;
}

static void expect_manual(const struct planfile *c)
{
        assert_int_equal(c->version, 1);
        assert_string_equal(c->machine->name, "FILESRV01");
        assert_null(c->machine->domain);
        assert_true(planfile_yes(c->fixes->all));
        assert_int_equal(c->fixes->except_count, 1);
        assert_string_equal(c->fixes->parameters[0].value, "http://wsus.example:8530");
        assert_string_equal(c->vendors->disable[0], "hp-support-pack");
        assert_null(c->vendors->files);
        assert_string_equal(c->services[0].start, "disabled");
        assert_string_equal(c->network->re_ip[0].to, "10.9.8.0/24");
        assert_int_equal(c->network->adapters_count, 2);
        assert_string_equal(c->network->adapters[0].nic, "52:54:00:12:34:56");
        assert_int_equal(*c->network->adapters[1].dhcp, PLANFILE_NO);
        assert_string_equal(c->network->adapters[1].addresses[1], "fd00:7::5/64");
        assert_string_equal(c->files[0].to, "C:\\Tools\\check.cmd");
}

static void the_example_of_the_manual_is_read_and_written(void **state)
{
        OW_AUTO_FREE char *text = manual_example();
        OW_AUTO(ow_planfile) file = NULL;
        OW_AUTO_BUFFER out = OW_BUFFER_INIT;
        struct planfile *again = NULL;

        (void)state;
        assert_ok(parse(text, &file, &err));
        expect_manual(file->content);
        assert_int_equal(ow_planfile_host_count(file), 2);
        assert_string_equal(ow_planfile_host_path(file, 0), "tools/check.cmd");
        assert_string_equal(ow_planfile_host_path(file, 1), "scripts/join.cmd");
        assert_null(ow_planfile_host_path(file, 2));
        assert_ok(planfile_write(file->content, &out, &err));
        assert_ok(planfile_read("again", (const char *)out.p, out.len, &again, &err));
        expect_manual(again);
        planfile_done(again);
}

#define ADAPTERS "offwin: 1\nnetwork:\n  adapters:\n"

static const struct {
        const char *text;
        uint64_t line; /* 0: none */
        const char *says;
} bad[] = {
        { "", 0, "empty" },
        { "# nothing\n", 0, "offwin: 1" },
        { "fixes:\n  all: yes\n", 2, "offwin" },
        { "offwin: 2\n", 1, "format 2" },
        { "offwin: one\n", 1, "one" },
        { "offwin: 1\nfixs:\n  all: yes\n", 2, "fixs" },
        { "offwin: 1\nfixes:\n  all: maybe\n", 3, "p.yaml:3: all: 'maybe' is neither yes nor no" },
        { "offwin: 1\nfixes:\n  all: no\n  except: [x]\n", 4, "all: yes" },
        { "offwin: 1\nfixes: [all]\n", 2, "MAPPING" },
        { "offwin: 1\nservices:\n  - start: disabled\n", 3, "name" },
        { "offwin: 1\nservices:\n  - name: x\n    start: off\n    stop: 1\n", 5, "stop" },
        { "offwin: 1\nnetwork:\n  adapters:\n    - dhcp: yes\n", 3, "neither" },
        { "offwin: 1\nnetwork:\n  adapters:\n    - adapter: a\n      dhcp: yes\n      addresses: [10.0.0.1/8]\n", 6,
          "dhcp: yes" },
        { "offwin: 1\nnetwork:\n  adapters:\n    - adapter: a\n      mtu: big\n", 5,
          "p.yaml:5: mtu: 'big' is no number" },
        { ADAPTERS "  - adapter: a\n    name: x\n  - adapter: b\n    name: X\n", 6,
          "two adapters would be called 'X'" },
        { ADAPTERS "  - adapter: a\n    routes:\n    - to: 10.0.0.0/8\n", 6, "'10.0.0.0/8' has no 'via'" },
        { ADAPTERS "  - adapter: a\n    routes:\n    - to: none\n      via: 10.0.0.1\n", 6, "stands alone" },
        { ADAPTERS "  - adapter: a\n    routes:\n    - {to: 10.0.0.0/8, via: 10.0.0.1}\n    - to: none\n", 7,
          "stands alone" },
        { "offwin: 1\nfirstboot: &x [a]\nfixes:\n  names: *x\n", 4, "alias" },
        { "offwin: 1\n bad: [\n", 1, "mapping values" },
        { "offwin: 1\nfiles:\n  - from: a\n    to: C:\\a\n    to: C:\\b\n", 4, "to" },
};

static void each_bad_construct_is_told_with_its_line(void **state)
{
        (void)state;
        for (size_t i = 0; i < OW_COUNT(bad); i++) {
                ow_error err = OW_ERROR_INIT;
                ow_planfile *file = NULL;

                print_message("%s\n", bad[i].says);
                assert_int_equal(parse(bad[i].text, &file, &err), OW_E_INVAL);
                assert_null(file);
                if (!strstr(err.text, bad[i].says) || (bad[i].line && err.where != bad[i].line))
                        fail_msg("'%s' at %llu, wanted '%s' at %llu", err.text, (unsigned long long)err.where,
                                 bad[i].says, (unsigned long long)bad[i].line);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_example_of_the_manual_is_read_and_written),
                cmocka_unit_test(each_bad_construct_is_told_with_its_line),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
