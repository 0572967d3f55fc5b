/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs a command several times and says what each run took:
 *
 *   stopwatch RUNS SECONDS PREPARE OUTPUT COMMAND [ARGUMENT]...
 *
 * One line per run: milliseconds by the clock, milliseconds of CPU time, peak memory in KiB, bytes read, bytes written,
 * exit status. PREPARE is a shell
 * command that is run before each run and not measured, or "". OUTPUT is a file for what COMMAND prints. A run of
 * more than SECONDS is ended; its status is 124. A shell or an interpreter would do the same, but the kernel counts
 * the memory of the process that forks as that of the child.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static pid_t running;

static void too_long(int number)
{
        (void)number;
        (void)kill(running, SIGKILL);
}

static double now_ms(void)
{
        struct timespec t;

        (void)clock_gettime(CLOCK_MONOTONIC, &t);
        return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static double ms_of(struct timeval t)
{
        return (double)t.tv_sec * 1e3 + (double)t.tv_usec / 1e3;
}

/* A process that has ended and was not waited for still has its counters. */
static void read_io(pid_t pid, unsigned long long *ret_read, unsigned long long *ret_written)
{
        char path[64];
        FILE *f;

        (void)snprintf(path, sizeof path, "/proc/%d/io", (int)pid);
        f = fopen(path, "r");
        if (!f || fscanf(f, "rchar: %llu wchar: %llu", ret_read, ret_written) != 2) {
                perror(path);
                exit(125);
        }
        (void)fclose(f);
}

static void child(const char *output, char **command)
{
        int in = open("/dev/null", O_RDONLY), out = open(output, O_WRONLY | O_CREAT | O_TRUNC, 0666);
        cpu_set_t last;

        CPU_ZERO(&last);
        CPU_SET((size_t)sysconf(_SC_NPROCESSORS_ONLN) - 1, &last);
        (void)sched_setaffinity(0, sizeof last, &last);
        if (in < 0 || out < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0)
                _exit(126);
        execvp(command[0], command);
        _exit(127);
}

static void run(unsigned seconds, const char *output, char **command)
{
        unsigned long long bytes_read, bytes_written;
        double start = now_ms(), wall;
        struct rusage usage;
        siginfo_t info;
        int status;

        running = fork();
        if (running == 0)
                child(output, command);
        (void)alarm(seconds);
        while (waitid(P_PID, (id_t)running, &info, WEXITED | WNOWAIT) < 0)
                continue;       /* interrupted by the alarm */
        wall = now_ms() - start;
        (void)alarm(0);
        read_io(running, &bytes_read, &bytes_written);
        (void)wait4(running, &status, 0, &usage);
        printf("%.3f %.3f %ld %llu %llu %d\n", wall, ms_of(usage.ru_utime) + ms_of(usage.ru_stime), usage.ru_maxrss,
               bytes_read, bytes_written,
               WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status) == SIGKILL ? 124 : 128 + WTERMSIG(status));
        (void)fflush(stdout);
}

int main(int argc, char **argv)
{
        struct sigaction action = { .sa_handler = too_long };

        if (argc < 6) {
                fprintf(stderr, "usage: stopwatch RUNS SECONDS PREPARE OUTPUT COMMAND [ARGUMENT]...\n");
                return 2;
        }
        (void)sigaction(SIGALRM, &action, NULL);
        for (int left = atoi(argv[1]); left > 0; left--) {
                if (argv[3][0] && system(argv[3]) != 0) {
                        fprintf(stderr, "stopwatch: failed: %s\n", argv[3]);
                        return 125;
                }
                run((unsigned)atoi(argv[2]), argv[4], argv + 5);
        }
        return 0;
}
