/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Preloaded in place of libntfs-3g's mount: what hostile bytes could make of the process once they run it.
 * OFFWIN_MISBEHAVE says what; each attempt that is refused says so on stderr with its errno, and mounting goes on.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <unistd.h>

struct ntfs_device;
struct ntfs_volume;
typedef struct ntfs_volume *mount_fn(struct ntfs_device *device, unsigned long flags);
__attribute__((visibility("default"))) mount_fn ntfs_device_mount;

static void told(const char *what, long result)
{
        fprintf(stderr, "%s: %s\n", what, result >= 0 ? "done" : strerrorname_np(errno));
}

static void try_to_open(const char *variable, const char *what, int flags)
{
        const char *path = getenv(variable);
        int fd = path ? open(path, flags | O_CLOEXEC, 0600) : -1;

        if (path)
                told(what, fd);
        if (fd >= 0)
                (void)close(fd);
}

static void break_out(void)
{
        char program[] = "/bin/true";
        char *argv[] = { program, NULL };
        struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = 0x0900, .sin_addr = { 0x0100007f } };
        void *page;
        pid_t pid;
        int fd;

        try_to_open("OUTSIDE_READ", "read outside", O_RDONLY);
        try_to_open("OUTSIDE_WRITE", "write outside", O_RDWR);
        try_to_open("OUTSIDE_CREATE", "create outside", O_RDWR | O_CREAT);
        if (getenv("OUTSIDE_WRITE"))
                told("remove outside", unlink(getenv("OUTSIDE_WRITE")));
        pid = fork();
        told("fork", pid);
        if (pid == 0)
                _exit(0);
        fd = socket(AF_INET, SOCK_STREAM, 0);
        told("socket", fd);
        if (fd >= 0)
                told("connect", connect(fd, (struct sockaddr *)&address, sizeof address));
        told("ptrace", ptrace(PTRACE_ATTACH, getppid(), NULL, NULL));
        page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        told("executable memory", page == MAP_FAILED ? -1 : 0);
        told("exec", execv(program, argv));     /* when it works there is nothing more to tell */
}

struct ntfs_volume *ntfs_device_mount(struct ntfs_device *device, unsigned long flags)
{
        const char *what = getenv("OFFWIN_MISBEHAVE");
        volatile char *volatile null = NULL;
        mount_fn *mount;
        void *symbol;

        if (!what)
                what = "";
        if (strcmp(what, "crash") == 0)
                *null = 1;
        if (strcmp(what, "abort") == 0)
                abort();
        if (strcmp(what, "killed") == 0)
                (void)raise(SIGKILL);
        if (strcmp(what, "interrupted") == 0)
                (void)raise(SIGINT);
        while (strcmp(what, "loop") == 0)
                continue;
        while (strcmp(what, "grow") == 0) {
                char *volatile more = malloc(1 << 20); /* volatile: or it may be left out */

                if (more)
                        memset(more, 1, 1 << 20);
        }
        if (strcmp(what, "wait") == 0) {
                fprintf(stderr, "%ld\n", (long)getpid());
                for (;;)
                        (void)pause();
        }
        if (strcmp(what, "break-out") == 0)
                break_out();
        symbol = dlsym(RTLD_NEXT, "ntfs_device_mount");
        memcpy(&mount, &symbol, sizeof mount);
        return mount(device, flags);
}
