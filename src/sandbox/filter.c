/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The strict filter is a list of what is allowed. Everything else fails with ENOSYS, as on an older kernel: a C library
 * that tries a newer call first then falls back to one that is listed. Conditions on arguments keep out processes
 * (but not threads), executable memory, and typing into a terminal.
 */
#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <linux/fs.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/macros.h"
#include "sandbox/filter.h"

typedef void *filter;

static void filter_free(filter *f)
{
        if (*f)
                seccomp_release(*f);
}
#define AUTO_FILTER __attribute__((cleanup(filter_free))) filter

/* Files, memory, time, threads, sockets that are open already. Calls that an architecture does not have are skipped. */
static const int allowed[] = {
        SCMP_SYS(read), SCMP_SYS(pread64), SCMP_SYS(readv), SCMP_SYS(preadv), SCMP_SYS(write), SCMP_SYS(pwrite64),
        SCMP_SYS(writev), SCMP_SYS(pwritev), SCMP_SYS(lseek), SCMP_SYS(_llseek), SCMP_SYS(open), SCMP_SYS(openat),
        SCMP_SYS(close), SCMP_SYS(dup), SCMP_SYS(dup2), SCMP_SYS(dup3), SCMP_SYS(fcntl), SCMP_SYS(fcntl64),
        SCMP_SYS(flock), SCMP_SYS(fsync), SCMP_SYS(fdatasync), SCMP_SYS(sync_file_range), SCMP_SYS(fadvise64),
        SCMP_SYS(ftruncate), SCMP_SYS(ftruncate64), SCMP_SYS(fallocate), SCMP_SYS(copy_file_range),
        SCMP_SYS(stat), SCMP_SYS(fstat), SCMP_SYS(lstat), SCMP_SYS(newfstatat), SCMP_SYS(fstatat64), SCMP_SYS(stat64),
        SCMP_SYS(fstat64), SCMP_SYS(lstat64), SCMP_SYS(statx), SCMP_SYS(statfs), SCMP_SYS(fstatfs),
        SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(readlink), SCMP_SYS(readlinkat),
        SCMP_SYS(getdents64), SCMP_SYS(getcwd), SCMP_SYS(rename), SCMP_SYS(renameat), SCMP_SYS(renameat2),
        SCMP_SYS(unlink), SCMP_SYS(unlinkat), SCMP_SYS(fchmod), SCMP_SYS(fchown), SCMP_SYS(umask),
        SCMP_SYS(utimensat), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(brk),
        SCMP_SYS(futex), SCMP_SYS(futex_time64), SCMP_SYS(set_robust_list), SCMP_SYS(rseq), SCMP_SYS(membarrier),
        SCMP_SYS(set_tid_address), SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity), SCMP_SYS(sysinfo),
        SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack),
        SCMP_SYS(rt_sigpending), SCMP_SYS(rt_sigtimedwait), SCMP_SYS(pause), SCMP_SYS(restart_syscall),
        SCMP_SYS(getpid), SCMP_SYS(getppid), SCMP_SYS(gettid), SCMP_SYS(getuid), SCMP_SYS(geteuid), SCMP_SYS(getgid),
        SCMP_SYS(getegid), SCMP_SYS(getpgrp), SCMP_SYS(getpgid), SCMP_SYS(uname), SCMP_SYS(getrandom),
        SCMP_SYS(clock_gettime), SCMP_SYS(clock_gettime64), SCMP_SYS(clock_getres), SCMP_SYS(gettimeofday),
        SCMP_SYS(time), SCMP_SYS(times), SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep), SCMP_SYS(getrusage),
        SCMP_SYS(getrlimit), SCMP_SYS(ugetrlimit), SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(ppoll_time64),
        SCMP_SYS(select), SCMP_SYS(pselect6), SCMP_SYS(sendto), SCMP_SYS(sendmsg), SCMP_SYS(recvfrom),
        SCMP_SYS(recvmsg), SCMP_SYS(shutdown), SCMP_SYS(getsockopt), SCMP_SYS(getpeername), SCMP_SYS(getsockname),
        SCMP_SYS(pipe), SCMP_SYS(pipe2), SCMP_SYS(eventfd2), SCMP_SYS(wait4), SCMP_SYS(waitid), SCMP_SYS(exit),
        SCMP_SYS(exit_group),
};

/* What a terminal and a block device are asked. */
static const unsigned long requests[] = {
        TCGETS, TCSETS, TCSETSW, TCSETSF, TIOCGWINSZ, FIONREAD, FIONBIO, BLKGETSIZE64, BLKSSZGET, BLKPBSZGET,
};

/* The gentle filter: programs, other processes, the network, and the insides of the kernel. */
static const int ways_out[] = {
        SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(socket), SCMP_SYS(socketpair), SCMP_SYS(connect),
        SCMP_SYS(bind), SCMP_SYS(listen), SCMP_SYS(accept), SCMP_SYS(accept4), SCMP_SYS(process_vm_readv),
        SCMP_SYS(process_vm_writev), SCMP_SYS(pidfd_getfd), SCMP_SYS(mount), SCMP_SYS(umount2), SCMP_SYS(pivot_root),
        SCMP_SYS(chroot), SCMP_SYS(unshare), SCMP_SYS(setns), SCMP_SYS(bpf), SCMP_SYS(perf_event_open),
        SCMP_SYS(userfaultfd), SCMP_SYS(io_uring_setup), SCMP_SYS(keyctl), SCMP_SYS(add_key), SCMP_SYS(request_key),
        SCMP_SYS(init_module), SCMP_SYS(finit_module), SCMP_SYS(delete_module), SCMP_SYS(kexec_load),
        SCMP_SYS(reboot), SCMP_SYS(swapon), SCMP_SYS(swapoff), SCMP_SYS(setuid), SCMP_SYS(setgid),
        SCMP_SYS(setresuid), SCMP_SYS(setresgid), SCMP_SYS(open_by_handle_at), SCMP_SYS(ioperm), SCMP_SYS(iopl),
};

/* 0, or a negative errno. EDOM: not a call of this architecture. */
static int add(filter f, uint32_t action, const int *calls, size_t n)
{
        for (size_t i = 0; i < n; i++) {
                int r = seccomp_rule_add(f, action, calls[i], 0);

                if (r < 0 && r != -EDOM)
                        return r;
        }
        return 0;
}

static int add_if(filter f, int call, struct scmp_arg_cmp condition)
{
        return seccomp_rule_add_array(f, SCMP_ACT_ALLOW, call, 1, &condition);
}

static int fill_strict(filter f)
{
        int r = add(f, SCMP_ACT_ALLOW, allowed, OW_COUNT(allowed));

        for (size_t i = 0; i < OW_COUNT(requests) && r == 0; i++)
                r = add_if(f, SCMP_SYS(ioctl), SCMP_A1(SCMP_CMP_EQ, requests[i], 0));
        if (r == 0)
                r = add_if(f, SCMP_SYS(mmap), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
        if (r == 0)
                r = add_if(f, SCMP_SYS(mprotect), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
        /* clone3 hides its flags from a filter; refused, the C library takes clone. */
        if (r == 0)
                r = add_if(f, SCMP_SYS(clone), SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
        /* raise() and abort(). */
        if (r == 0)
                r = add_if(f, SCMP_SYS(tgkill), SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0));
        if (r == 0)
                r = add_if(f, SCMP_SYS(prlimit64), SCMP_A2(SCMP_CMP_EQ, 0, 0));
        return r;
}

bool filter_available(void)
{
        uint32_t action = SECCOMP_RET_ERRNO;

        return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

int filter_enter(bool gentle, ow_error *err)
{
        AUTO_FILTER f = NULL;
        int r;

        if (!filter_available())
                return 0;
        f = seccomp_init(gentle ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(ENOSYS));
        if (!f)
                return ow_fail_nomem(err);
        r = gentle ? add(f, SCMP_ACT_ERRNO(EPERM), ways_out, OW_COUNT(ways_out)) : fill_strict(f);
        if (r == 0)
                r = seccomp_load(f);
        if (r < 0)
                return ow_fail_sys(err, -r, "filter system calls");
        return 1;
}
