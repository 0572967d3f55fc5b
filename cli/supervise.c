/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "supervise.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "commands.h"
#include "output.h"
#include "sanitizer.h"

enum {
        /* To parse a guest; supervise_expect() adds to it. Several times what the largest known machines take. */
        MEMORY_LIMIT_MB = 192 * SANITIZER_COST,
        CPU_LIMIT_SECONDS = 5 * SANITIZER_COST,
        MEMORY_PER_BYTE = 6,            /* of what is expected: hives and files in memory, and what is made of them */
        MB_PER_SECOND = 4,              /* of what is expected; a tenth of what the slowest command does */
        LOOK_EVERY_MS = 10,             /* at memory and time; most commands are done before the first look */
        LEFTOVERS_MS = 5000,            /* how long servers of a crashed worker get to close the images */
};

/* Shared with the worker; NULL in a program that is not supervised. */
static struct shared {
        volatile sig_atomic_t stage;
        _Atomic uint64_t expected;      /* bytes */
} *shared;

struct watch {
        const struct arguments *arguments;
        sigset_t signals;               /* what the parent takes by sigtimedwait() */
        pid_t worker;
        bool bounded;
        uint64_t memory_mb, seconds;    /* its limits at the last look */
        bool too_large, too_slow;       /* we ended it for that */
};

void supervise_stage(enum stage stage)
{
        if (shared)
                shared->stage = (sig_atomic_t)stage;
}

void supervise_expect(uint64_t bytes)
{
        const uint64_t most = UINT64_C(1) << 50;        /* keeps the sum from wrapping around */

        if (shared && shared->expected < most)
                shared->expected += bytes < most ? bytes : most;
}

/* ---- the worker ---- */

/* Lowers a limit; a lower one of the user's stays. */
static void limit(enum __rlimit_resource resource, rlim_t soft, rlim_t hard)
{
        struct rlimit now;

        if (getrlimit(resource, &now) != 0)
                return;
        if (now.rlim_max > hard)
                now.rlim_max = hard;
        if (now.rlim_cur > soft)
                now.rlim_cur = soft;
        (void)setrlimit(resource, &now);
}

static int work(const struct watch *watch, pid_t parent, const sigset_t *mask)
{
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
                return EXIT_FAILED;     /* it is gone already, and nobody waits for this */
        (void)sigprocmask(SIG_SETMASK, mask, NULL);
        limit(RLIMIT_CORE, 0, 0);       /* the memory of the worker is the guest's secrets */
        return watch->arguments->command->run(watch->arguments);
}

/* ---- the parent ---- */

/* What the worker may take now. Of the host's memory it gets three quarters at most. */
static void set_limits(struct watch *watch)
{
        uint64_t mb = shared->expected >> 20;
        uint64_t host_mb = (uint64_t)sysconf(_SC_PHYS_PAGES) / 4 * 3 * (uint64_t)sysconf(_SC_PAGESIZE) >> 20;

        watch->memory_mb = MEMORY_LIMIT_MB + mb * MEMORY_PER_BYTE * SANITIZER_COST;
        if (watch->memory_mb > host_mb && host_mb > MEMORY_LIMIT_MB)
                watch->memory_mb = host_mb;
        watch->seconds = CPU_LIMIT_SECONDS + mb / MB_PER_SECOND * SANITIZER_COST;
}

static uint64_t used_seconds(pid_t pid)
{
        struct timespec used;
        clockid_t clock;

        if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) != 0)
                return 0;
        return (uint64_t)used.tv_sec;
}

static uint64_t resident_mb(pid_t pid)
{
        unsigned long pages = 0;
        char path[64];
        FILE *file;

        (void)snprintf(path, sizeof path, "/proc/%ld/statm", (long)pid);
        file = fopen(path, "re");
        if (file && fscanf(file, "%*u %lu", &pages) != 1)
                pages = 0;
        if (file)
                (void)fclose(file);
        return (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE) >> 20;
}

/* The host's signals for the worker. What a terminal sends goes to both of us without help. */
static void pass_on(const struct watch *watch, const siginfo_t *info)
{
        if (info->si_code == SI_USER || info->si_code == SI_QUEUE || info->si_code == SI_TKILL)
                (void)kill(watch->worker, info->si_signo);
}

/* True when the worker has ended. A worker that waits for its terminal takes us along, so that the shell knows. */
static bool has_ended(const struct watch *watch, int *ret_status)
{
        pid_t pid;

        do {
                pid = waitpid(watch->worker, ret_status, WNOHANG | WUNTRACED);
        } while (pid < 0 && errno == EINTR);
        if (pid == watch->worker && WIFSTOPPED(*ret_status)) {
                if (WSTOPSIG(*ret_status) == SIGTTIN || WSTOPSIG(*ret_status) == SIGTTOU)
                        (void)kill(getpid(), SIGSTOP);
                return false;
        }
        return pid != 0;
}

/* A commit under way is not ended: it reads nothing of a guest, and it ends by itself. */
static void look(struct watch *watch)
{
        if (shared->stage == STAGE_WRITING)
                return;
        set_limits(watch);
        watch->too_large = resident_mb(watch->worker) > watch->memory_mb;
        watch->too_slow = !watch->too_large && used_seconds(watch->worker) >= watch->seconds;
        if (watch->too_large || watch->too_slow)
                (void)kill(watch->worker, SIGKILL);
}

static int wait_for(struct watch *watch)
{
        const struct timespec pause = { 0, LOOK_EVERY_MS * 1000000L };
        int status = 0;

        while (!has_ended(watch, &status)) {
                siginfo_t info;
                int got = watch->bounded ? sigtimedwait(&watch->signals, &info, &pause)
                                         : sigwaitinfo(&watch->signals, &info);

                if (got > 0 && got != SIGCHLD)
                        pass_on(watch, &info);
                if (got < 0 && errno == EAGAIN && !watch->too_large && !watch->too_slow)
                        look(watch);
        }
        return status;
}

/* Image servers that a crashed worker leaves behind close by themselves; then the images are free again. */
static void wait_for_leftovers(const struct watch *watch)
{
        const struct timespec pause = { 0, LOOK_EVERY_MS * 1000000L };

        for (int waited = 0; waited < LEFTOVERS_MS; waited += LOOK_EVERY_MS) {
                pid_t pid;

                while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
                        continue;
                if (pid < 0)
                        return;
                (void)sigtimedwait(&watch->signals, NULL, &pause);
        }
}

static int explain(const struct watch *watch, int sig)
{
        static const char *const outcomes[] = {
                [STAGE_READING] = "nothing was written",
                [STAGE_WRITING] = ("the change was being written: the next `offwin fix` or `offwin undo` of this image "
                                   "finishes it or takes it back first"),
                [STAGE_WRITTEN] = "the change is on the image (`offwin undo` takes it back)",
        };
        sig_atomic_t stage = shared->stage;
        const char *outcome = outcomes[stage >= 0 && stage <= STAGE_WRITTEN ? stage : STAGE_WRITING];
        ow_error err = OW_ERROR_INIT;

        if (watch->too_large)
                (void)ow_fail(&err, OW_E_CORRUPT, OW_NOWHERE, "the work took more than %llu MB of memory, which only "
                              "a damaged image asks for; %s", (unsigned long long)watch->memory_mb, outcome);
        else if (watch->too_slow)
                (void)ow_fail(&err, OW_E_CORRUPT, OW_NOWHERE, "the work took more than %llu seconds of processor time, "
                              "which only a damaged image asks for; %s", (unsigned long long)watch->seconds, outcome);
        else if (sig == SIGXCPU)
                (void)ow_fail(&err, OW_E_IO, OW_NOWHERE, "the work took all the processor time that this shell allows "
                              "(ulimit -t); %s", outcome);
        else if (sig == SIGKILL)
                (void)ow_fail(&err, OW_E_IO, OW_NOWHERE, "the working process was killed (is this host out of "
                              "memory?); %s", outcome);
        else
                (void)ow_fail(&err, OW_E_CORRUPT, OW_NOWHERE, "reading crashed (%s), most likely on a damaged file "
                              "system; %s", strsignal(sig), outcome);
        return fail(watch->arguments, &err);
}

/* As the worker ended, so do we; what somebody sent to end it ends us, too, for the shell to see. */
static int ending(const struct watch *watch, int status, const sigset_t *mask)
{
        int sig = WIFSIGNALED(status) ? WTERMSIG(status) : 0;

        if (sig == 0)
                return WEXITSTATUS(status);
        wait_for_leftovers(watch);
        if (sig == SIGINT || sig == SIGTERM || sig == SIGHUP || sig == SIGQUIT) {
                (void)signal(sig, SIG_DFL);
                (void)raise(sig);
                (void)sigprocmask(SIG_SETMASK, mask, NULL);
        }
        return explain(watch, sig);
}

int supervise(const struct arguments *arguments)
{
        struct watch watch = { .arguments = arguments,
                               .bounded = arguments->command->flags & COMMAND_BOUNDED };
        static const int taken[] = { SIGCHLD, SIGINT, SIGTERM, SIGHUP, SIGQUIT };
        pid_t parent = getpid();
        void *page = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        sigset_t mask;
        int status;

        if (page == MAP_FAILED)
                return out_of_memory();
        shared = page;
        (void)sigemptyset(&watch.signals);
        for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++)
                (void)sigaddset(&watch.signals, taken[i]);
        (void)signal(SIGCHLD, SIG_DFL);         /* ignored, there would be nothing to wait for */
        (void)sigprocmask(SIG_BLOCK, &watch.signals, &mask);
        (void)prctl(PR_SET_CHILD_SUBREAPER, 1);
        watch.worker = fork();
        if (watch.worker == 0)
                return work(&watch, parent, &mask);
        if (watch.worker < 0) {
                fprintf(stderr, "offwin: start a process: %s\n", strerror(errno));
                return EXIT_FAILED;
        }
        status = wait_for(&watch);
        return ending(&watch, status, &mask);
}
