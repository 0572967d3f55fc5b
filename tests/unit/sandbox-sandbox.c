/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside the sandbox: what was named works, everything else fails. Each attempt runs in a child, for there is no way
 * back.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

#include <offwin/sandbox.h>

#if defined(__SANITIZE_ADDRESS__)
#define GENTLE OW_SANDBOX_GENTLE
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GENTLE OW_SANDBOX_GENTLE
#endif
#endif
#ifndef GENTLE
#define GENTLE 0
#endif

static char inside[] = "/tmp/offwin-inside-XXXXXX", outside[] = "/tmp/offwin-outside-XXXXXX";
static char in_file[64], out_file[64], in_new[64], out_new[64];

static void make_file(const char *path)
{
        int fd = open(path, O_RDWR | O_CREAT, 0600);

        assert_true(fd >= 0);
        assert_int_equal(write(fd, "text", 4), 4);
        (void)close(fd);
}

static int make_folders(void **state)
{
        assert_non_null(mkdtemp(inside));
        assert_non_null(mkdtemp(outside));
        (void)snprintf(in_file, sizeof in_file, "%s/file", inside);
        (void)snprintf(in_new, sizeof in_new, "%s/new", inside);
        (void)snprintf(out_file, sizeof out_file, "%s/file", outside);
        (void)snprintf(out_new, sizeof out_new, "%s/new", outside);
        make_file(in_file);
        make_file(out_file);
        return 0;
}

static int remove_folders(void **state)
{
        (void)unlink(in_file);
        (void)unlink(out_file);
        (void)unlink(in_new);
        (void)unlink(out_new);
        (void)rmdir(inside);
        (void)rmdir(outside);
        return 0;
}

/* attempt's return in the sandbox, where inside is writable and nothing else: 0 when it worked, or errno. */
static int in_sandbox(int (*attempt)(void))
{
        pid_t pid = fork();
        int status = 0;

        assert_true(pid >= 0);
        if (pid == 0) {
                const char *folders[] = { inside };
                ow_sandbox_options options = { .flags = GENTLE, .writable = folders, .n_writable = 1 };
                ow_sandbox_status now;

                if (ow_sandbox_enter(&options, &now, NULL) < 0 || now.landlock != (now.landlock_version > 0) ||
                    now.seccomp != now.seccomp_available)
                        _exit(255);
                _exit(attempt());
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFEXITED(status));
        assert_int_not_equal(WEXITSTATUS(status), 255);
        return WEXITSTATUS(status);
}

static int result_of(long r)
{
        return r >= 0 ? 0 : errno;
}

static int write_inside(void) { return result_of(open(in_file, O_RDWR | O_TRUNC)); }
static int make_inside(void) { return result_of(open(in_new, O_RDWR | O_CREAT | O_EXCL, 0600)); }
static int rename_inside(void) { return result_of(rename(in_new, in_file)); }
static int remove_inside(void) { return result_of(unlink(in_file)); }
static int read_outside(void) { return result_of(open(out_file, O_RDONLY)); }
static int write_outside(void) { return result_of(open(out_file, O_RDWR)); }
static int make_outside(void) { return result_of(open(out_new, O_RDWR | O_CREAT, 0600)); }
static int remove_outside(void) { return result_of(unlink(out_file)); }
static int move_outside(void) { return result_of(rename(in_file, out_new)); }
static int make_folder(void) { return result_of(mkdir(in_new, 0700)); }
static int start_process(void) { return result_of(fork()); }
static int open_socket(void) { return result_of(socket(AF_INET, SOCK_STREAM, 0)); }
static int kill_parent(void) { return result_of(kill(getppid(), 0)); }
static int trace_parent(void) { return result_of(ptrace(PTRACE_ATTACH, getppid(), NULL, NULL)); }

static int executable_memory(void)
{
        void *p = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        return p == MAP_FAILED ? errno : 0;
}

static int start_program(void)
{
        char program[] = "/bin/true";
        char *argv[] = { program, NULL };

        (void)execv(program, argv);
        return errno;
}

static void *do_nothing(void *state)
{
        return state;
}

static int start_thread(void)
{
        pthread_t thread;
        int sys = pthread_create(&thread, NULL, do_nothing, NULL);

        return sys ? sys : pthread_join(thread, NULL);
}

static int allocate(void)
{
        char *p = malloc(32 << 20);     /* by mmap and munmap */

        if (!p)
                return ENOMEM;
        p[1 << 20] = 1;
        free(p);
        return 0;
}

static void what_is_needed_still_works(void **state)
{
        assert_int_equal(in_sandbox(write_inside), 0);
        assert_int_equal(in_sandbox(make_inside), 0);
        assert_int_equal(in_sandbox(rename_inside), 0);
        assert_int_equal(in_sandbox(remove_inside), 0);
        assert_int_equal(in_sandbox(start_thread), 0);
        assert_int_equal(in_sandbox(allocate), 0);
        make_file(in_file);
}

static void files_outside_are_closed_off(void **state)
{
        ow_sandbox_status status;

        ow_sandbox_probe(&status);
        if (status.landlock_version == 0) {
                print_message("skipped: this kernel has no Landlock\n");
                skip();
        }
        if (!GENTLE)
                assert_int_equal(in_sandbox(read_outside), EACCES);
        assert_int_equal(in_sandbox(write_outside), EACCES);
        assert_int_equal(in_sandbox(make_outside), EACCES);
        assert_int_equal(in_sandbox(remove_outside), EACCES);
        assert_int_not_equal(in_sandbox(move_outside), 0);
        assert_int_not_equal(in_sandbox(make_folder), 0);
        if (status.landlock_version >= 6)
                assert_int_not_equal(in_sandbox(kill_parent), 0);
}

static void programs_and_sockets_are_closed_off(void **state)
{
        ow_sandbox_status status;

        ow_sandbox_probe(&status);
        if (!status.seccomp_available) {
                print_message("skipped: this kernel has no seccomp filters\n");
                skip();
        }
        assert_int_not_equal(in_sandbox(start_program), 0);
        assert_int_not_equal(in_sandbox(open_socket), 0);
        assert_int_not_equal(in_sandbox(trace_parent), 0);
        if (!GENTLE) {
                assert_int_equal(in_sandbox(start_process), ENOSYS);
                assert_int_equal(in_sandbox(executable_memory), ENOSYS);
        }
}

/* The same attempts without it: a test that fails here would prove nothing above. */
static void outside_the_sandbox_it_all_works(void **state)
{
        assert_int_equal(read_outside(), 0);
        assert_int_equal(write_outside(), 0);
        assert_int_equal(make_outside(), 0);
        assert_int_equal(open_socket(), 0);
        assert_int_equal(executable_memory(), 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_is_needed_still_works),
                cmocka_unit_test(files_outside_are_closed_off),
                cmocka_unit_test(programs_and_sockets_are_closed_off),
                cmocka_unit_test(outside_the_sandbox_it_all_works),
        };

        return cmocka_run_group_tests(tests, make_folders, remove_folders);
}
