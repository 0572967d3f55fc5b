/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The server gets a listening socket by systemd's protocol for socket activation. We connect to it before it is
 * started and remove its name at once, so nothing is left behind and nobody else can connect. Between fork() and exec()
 * only calls that are safe in a program with threads: all memory is got before.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/confine.h"
#include "disk/nbd-server.h"

enum {
        LISTEN_FD = 3,                  /* where socket activation has its socket */
        SCRATCH_FD = 4,                 /* NBD_SCRATCH */
        FIRST_FREE_FD,
        PATIENCE_MS = 10000,            /* for a server to end whose connection is closed */
};

struct nbd_server {
        pid_t pid;
        int pidfd;                      /* -1: the kernel has none */
        int socket;
};

/* What the child needs, made before the fork. */
struct launch {
        char **argv;
        char **envp;
        char *pid_text;                 /* inside envp: to be filled with the child's own number */
        int listener, complaints, null;
        int scratch;                    /* -1: none */
        int rules;                      /* -1: the kernel has no Landlock */
        pid_t parent;                   /* whose end is its end too; 0: see launch_child() */
};

/* ---- the socket ---- */

/* A listening socket and a connection to it, nameless already. 0, or errno. */
static int connect_in(const char *folder, int *ret_listener, int *ret_socket)
{
        OW_AUTO_FD listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        OW_AUTO_FD client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        char own[64];
        int sys = 0;

        if (listener < 0 || client < 0)
                return errno;
        (void)snprintf(own, sizeof own, "%s/offwin-XXXXXX", folder);
        if (!mkdtemp(own))              /* for us alone: mode 0700 */
                return errno;
        (void)snprintf(address.sun_path, sizeof address.sun_path, "%s/nbd", own);
        if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 1) < 0 ||
            connect(client, (struct sockaddr *)&address, sizeof address) < 0)
                sys = errno;
        (void)unlink(address.sun_path);
        (void)rmdir(own);
        if (sys)
                return sys;
        *ret_listener = ow_take_fd(&listener);
        *ret_socket = ow_take_fd(&client);
        return 0;
}

static int make_sockets(int *ret_listener, int *ret_socket, ow_error *err)
{
        static const char *const folders[] = { "/tmp", "/dev/shm", "/run", "/var/tmp" };
        int sys = 0;

        for (size_t i = 0; i < OW_COUNT(folders); i++) {
                sys = connect_in(folders[i], ret_listener, ret_socket);
                if (sys == 0)
                        return 0;
        }
        return ow_fail_sys(err, sys, "make a socket for qemu-nbd in '/tmp'");
}

/* ---- what it may touch ---- */

/* Where programs and their libraries are, here and on distributions that keep them elsewhere. */
static void allow_programs(int rules)
{
        static const char *const folders[] = { "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32",
                                               "/opt", "/nix", "/gnu", "/snap", "/run/current-system",
                                               "/home/linuxbrew/.linuxbrew" };
        static const char *const readable[] = { "/etc", "/proc", "/sys", "/dev/urandom", "/dev/random" };

        for (size_t i = 0; i < OW_COUNT(folders); i++)
                (void)confine_allow(rules, folders[i], CONFINE_READ | CONFINE_EXECUTE);
        for (size_t i = 0; i < OW_COUNT(readable); i++)
                (void)confine_allow(rules, readable[i], CONFINE_READ);
        (void)confine_allow(rules, "/dev/null", CONFINE_READ | CONFINE_WRITE);
}

/* A descriptor of rules, or -1 when this kernel has no Landlock: then it runs as freely as we do. */
static int make_rules(const struct nbd_image *image, bool writable)
{
        int rules = confine_new();

        if (rules < 0)
                return -1;
        allow_programs(rules);
        for (size_t i = 0; i < image->top.count; i++)
                (void)confine_allow(rules, image->top.paths[i], CONFINE_READ | (writable ? CONFINE_WRITE : 0));
        for (size_t i = 0; i < image->below.count; i++)
                (void)confine_allow(rules, image->below.paths[i], CONFINE_READ);
        return rules;
}

/* ---- the child ---- */

static void put_number(char *text, unsigned long number)
{
        char digits[24];
        size_t n = 0;

        do {
                digits[n++] = (char)('0' + number % 10);
                number /= 10;
        } while (number);
        while (n > 0)
                *text++ = digits[--n];
        *text = '\0';
}

static void give_up(const char *words)
{
        ssize_t ignored = write(STDERR_FILENO, words, strlen(words));

        (void)ignored;
        _exit(127);
}

static void run_server(const struct launch *launch)
{
        sigset_t none;

        (void)sigemptyset(&none);
        (void)sigprocmask(SIG_SETMASK, &none, NULL);
        (void)signal(SIGPIPE, SIG_DFL);
        (void)setpgid(0, 0);            /* Ctrl-C is for us; it ends when we do */
        if (launch->parent) {
                (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
                if (getppid() != launch->parent)
                        _exit(127);
        }
        put_number(launch->pid_text, (unsigned long)getpid());
        if (dup2(launch->complaints, STDERR_FILENO) < 0 || dup2(launch->null, STDIN_FILENO) < 0 ||
            dup2(launch->null, STDOUT_FILENO) < 0 || dup2(launch->listener, LISTEN_FD) < 0 ||
            (launch->scratch >= 0 && dup2(launch->scratch, SCRATCH_FD) < 0))
                _exit(127);
        if (launch->rules >= 0 && confine_enter(launch->rules) != 0)
                give_up("cannot be confined\n");
        (void)execvpe(launch->argv[0], launch->argv, launch->envp);
        give_up(errno == ENOENT ? "no qemu-nbd\n" : "qemu-nbd cannot be run\n");
}

/* Our environment, with the variables of socket activation in front. */
static int make_environment(struct launch *launch, char *fds, char *pid, ow_error *err)
{
        size_t n = 0, used = 0;

        while (environ && environ[n])
                n++;
        launch->envp = ow_calloc(n + 3, sizeof *launch->envp);
        if (!launch->envp)
                return ow_fail_nomem(err);
        launch->envp[used++] = fds;
        launch->envp[used++] = pid;
        for (size_t i = 0; i < n; i++)
                if (strncmp(environ[i], "LISTEN_", 7) != 0)
                        launch->envp[used++] = environ[i];
        launch->pid_text = strchr(pid, '=') + 1;
        return 0;
}

/* A copy above the numbers that the child replaces; -1 of -1. */
static int lift(int fd)
{
        return fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, FIRST_FREE_FD);
}

static int launch_child(struct launch *launch, nbd_server *server, ow_error *err)
{
        char fds[] = "LISTEN_FDS=1", pid[40] = "LISTEN_PID=";
        int r = make_environment(launch, fds, pid, err), sys;

        if (r < 0)
                return r;
        /*
         * A qemu-nbd whose first client dies before they have spoken waits for another one for ever, with the image
         * locked, and a gentler signal is lost while it opens the image. What it has not written then is as after a
         * power cut: the journal has it. The kernel takes the end of this thread for ours, which is right only for the
         * first thread of a program.
         */
        launch->parent = gettid() == getpid() ? getpid() : 0;
        server->pid = fork();
        if (server->pid == 0)
                run_server(launch);
        sys = errno;
        ow_free(launch->envp);
        return server->pid < 0 ? ow_fail_sys(err, sys, "start qemu-nbd") : 0;
}

static int spawn(const struct nbd_image *image, bool writable, int complaints, int listener, nbd_server *server,
                 ow_error *err)
{
        static char shell[] = "sh", command[] = "-c", program[] = "qemu-nbd", option[] = "--image-opts";
        static char for_reading[] = "--read-only", for_one[] = "--shared=1";
        static char script[] = "qemu-img create -q -f qcow2 " NBD_SCRATCH " \"$1\" && shift && exec qemu-nbd \"$@\"";
        bool scratch = image->scratch >= 0;
        OW_AUTO_FREE char *opts = ow_strdup(image->opts);
        OW_AUTO_FREE char *size = ow_asprintf("%llu", (unsigned long long)image->scratch_size);
        char *plain[] = { program, option, opts, writable ? for_one : for_reading, NULL };
        char *prepared[] = { shell, command, script, shell, size, option, opts, for_one, NULL };
        OW_AUTO_FD null = open("/dev/null", O_RDWR | O_CLOEXEC);
        OW_AUTO_FD rules = make_rules(image, writable);
        OW_AUTO_FD lifted_null = lift(null);
        OW_AUTO_FD lifted_words = lift(complaints);
        OW_AUTO_FD lifted_listener = lift(listener);
        OW_AUTO_FD lifted_scratch = lift(image->scratch);
        OW_AUTO_FD lifted_rules = lift(rules);
        struct launch launch = { .argv = scratch ? prepared : plain,
                                 .listener = lifted_listener,
                                 .complaints = lifted_words,
                                 .null = lifted_null,
                                 .scratch = lifted_scratch,
                                 .rules = lifted_rules };

        if (!opts || !size)
                return ow_fail_nomem(err);
        if (lifted_null < 0 || lifted_words < 0 || lifted_listener < 0 || (scratch && lifted_scratch < 0) ||
            (rules >= 0 && lifted_rules < 0))
                return ow_fail_sys(err, errno, "start qemu-nbd");
        return launch_child(&launch, server, err);
}

/* ---- for us ---- */

int nbd_server_start(const struct nbd_image *image, bool writable, int complaints, nbd_server **ret, ow_error *err)
{
        OW_AUTO(nbd_server) server = ow_calloc(1, sizeof *server);
        OW_AUTO_FD listener = -1;
        int r;

        if (!server)
                return ow_fail_nomem(err);
        server->pid = -1;
        server->pidfd = -1;
        server->socket = -1;
        r = make_sockets(&listener, &server->socket, err);
        if (r == 0)
                r = spawn(image, writable, complaints, listener, server, err);
        if (r < 0)
                return r;
        server->pidfd = (int)syscall(SYS_pidfd_open, server->pid, 0);
        *ret = OW_TAKE(server);
        return 0;
}

int nbd_server_take_socket(nbd_server *server)
{
        return ow_take_fd(&server->socket);
}

void nbd_server_stop(nbd_server *server)
{
        struct pollfd end = { .fd = server ? server->pidfd : -1, .events = POLLIN };

        if (!server)
                return;
        if (server->socket >= 0)
                (void)close(server->socket);
        if (server->pidfd >= 0) {
                while (poll(&end, 1, PATIENCE_MS) < 0 && errno == EINTR)
                        continue;
                (void)close(server->pidfd);
        }
        /* One that hangs, on a dead network drive perhaps, is not waited for any longer. */
        if (server->pid > 0)
                while (waitpid(server->pid, NULL, server->pidfd >= 0 ? WNOHANG : 0) < 0 && errno == EINTR)
                        continue;
        ow_free(server);
}
