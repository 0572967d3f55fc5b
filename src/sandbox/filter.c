/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The strict filter is a list of what is allowed. Everything else fails with ENOSYS, as on an older kernel: a C library
 * that tries a newer call first then falls back to one that is listed. Conditions on arguments keep out processes
 * (but not threads), executable memory, and typing into a terminal. Numbers are made into a program here, where they
 * are known: a search in a sorted list, so that no call passes more than a dozen steps.
 */
#include <assert.h>
#include <errno.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/fs.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <offwin/sandbox.h>

#include "base/macros.h"
#include "sandbox/filter.h"

/* What the kernel calls the calls of this program. Those of another architecture end the process. */
#if defined(__x86_64__) && !defined(__ILP32__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__) && defined(__AARCH64EL__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCHITECTURE AUDIT_ARCH_RISCV64
#else
#define ARCHITECTURE 0          /* unknown: no filter, and the front end says so */
#endif

/* Files, memory, time, threads, sockets that are open already. */
static const uint32_t allowed[] = {
        SYS_read, SYS_pread64, SYS_readv, SYS_preadv, SYS_write, SYS_pwrite64, SYS_writev, SYS_pwritev, SYS_lseek,
        SYS_openat, SYS_close, SYS_dup, SYS_dup3, SYS_fcntl, SYS_flock, SYS_fsync, SYS_fdatasync, SYS_sync_file_range,
        SYS_fadvise64, SYS_ftruncate, SYS_fallocate, SYS_copy_file_range, SYS_fstat, SYS_newfstatat, SYS_statx,
        SYS_statfs, SYS_fstatfs, SYS_faccessat, SYS_readlinkat, SYS_getdents64, SYS_getcwd, SYS_renameat2,
        SYS_unlinkat, SYS_fchmod, SYS_fchown, SYS_umask, SYS_utimensat, SYS_munmap, SYS_mremap, SYS_madvise, SYS_brk,
        SYS_futex, SYS_set_robust_list, SYS_membarrier, SYS_set_tid_address, SYS_sched_yield, SYS_sched_getaffinity,
        SYS_sysinfo, SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_sigaltstack, SYS_rt_sigpending,
        SYS_rt_sigtimedwait, SYS_restart_syscall, SYS_getpid, SYS_getppid, SYS_gettid, SYS_getuid, SYS_geteuid,
        SYS_getgid, SYS_getegid, SYS_getpgid, SYS_uname, SYS_getrandom, SYS_clock_gettime, SYS_clock_getres,
        SYS_gettimeofday, SYS_times, SYS_clock_nanosleep, SYS_nanosleep, SYS_getrusage, SYS_ppoll, SYS_pselect6,
        SYS_sendto, SYS_sendmsg, SYS_recvfrom, SYS_recvmsg, SYS_shutdown, SYS_getsockopt, SYS_getpeername,
        SYS_getsockname, SYS_pipe2, SYS_eventfd2, SYS_wait4, SYS_waitid, SYS_exit, SYS_exit_group,
#ifdef SYS_open                 /* calls that only the older architectures have */
        SYS_open, SYS_dup2, SYS_stat, SYS_lstat, SYS_access, SYS_readlink, SYS_rename, SYS_unlink, SYS_pause,
        SYS_getpgrp, SYS_time, SYS_poll, SYS_select, SYS_pipe,
#endif
#ifdef SYS_renameat
        SYS_renameat, SYS_getrlimit,
#endif
#ifdef SYS_rseq
        SYS_rseq,
#endif
#ifdef SYS_faccessat2
        SYS_faccessat2,
#endif
};

/* What a terminal and a block device are asked. */
static const uint32_t requests[] = {
        TCGETS, TCSETS, TCSETSW, TCSETSF, TIOCGWINSZ, FIONREAD, FIONBIO, BLKGETSIZE64, BLKSSZGET, BLKPBSZGET,
};

/* The gentle filter: programs, other processes, the network, and the insides of the kernel. */
static const uint32_t ways_out[] = {
        SYS_execve, SYS_execveat, SYS_socket, SYS_socketpair, SYS_connect, SYS_bind, SYS_listen, SYS_accept,
        SYS_accept4, SYS_process_vm_readv, SYS_process_vm_writev, SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot,
        SYS_unshare, SYS_setns, SYS_bpf, SYS_perf_event_open, SYS_userfaultfd, SYS_keyctl, SYS_add_key,
        SYS_request_key, SYS_init_module, SYS_finit_module, SYS_delete_module, SYS_kexec_load, SYS_reboot, SYS_swapon,
        SYS_swapoff, SYS_setuid, SYS_setgid, SYS_setresuid, SYS_setresgid, SYS_open_by_handle_at,
#ifdef SYS_ioperm
        SYS_ioperm, SYS_iopl,
#endif
#ifdef SYS_io_uring_setup
        SYS_io_uring_setup,
#endif
#ifdef SYS_pidfd_getfd
        SYS_pidfd_getfd,
#endif
};

/* ---- making the program ---- */

enum {
        PROGRAM_MOST = 512,
        RANGES_MOST = OW_COUNT(allowed),
        JUMP_MOST = 250,        /* a jump is a byte; above that are the two below until the end is known */
        TO_LISTED,              /* the call is one of the list */
        TO_OTHER,
};

/* Which half of an argument is the low one. */
#define ARGUMENT_LOW(n)  (offsetof(struct seccomp_data, args) + 8 * (n))
#define ARGUMENT_HIGH(n) (ARGUMENT_LOW(n) + 4)

struct program {
        struct sock_filter code[PROGRAM_MOST];
        size_t n;
};

static void put(struct program *p, unsigned code, uint32_t k, unsigned when_true, unsigned when_false)
{
        if (p->n < PROGRAM_MOST)
                p->code[p->n] = (struct sock_filter){ (uint16_t)code, (uint8_t)when_true, (uint8_t)when_false, k };
        p->n++;
}

static void load(struct program *p, size_t at)
{
        put(p, BPF_LD | BPF_W | BPF_ABS, (uint32_t)at, 0, 0);
}

static void jump(struct program *p, unsigned how, uint32_t k, unsigned when_true, unsigned when_false)
{
        put(p, BPF_JMP | how | BPF_K, k, when_true, when_false);
}

/* That call is listed when its argument, of which only mask counts, is one of values. The number is loaded. */
static void put_condition(struct program *p, uint32_t call, unsigned argument, uint32_t mask, const uint32_t *values,
                          size_t n)
{
        size_t rest = n + (mask == UINT32_MAX ? 3 : 2);

        jump(p, BPF_JEQ, call, 0, (unsigned)rest);
        if (mask == UINT32_MAX) {
                load(p, ARGUMENT_HIGH(argument));
                jump(p, BPF_JEQ, 0, 0, TO_OTHER);
                load(p, ARGUMENT_LOW(argument));
        } else {
                load(p, ARGUMENT_LOW(argument));
                put(p, BPF_ALU | BPF_AND | BPF_K, mask, 0, 0);
        }
        for (size_t i = 0; i < n; i++)
                jump(p, BPF_JEQ, values[i], TO_LISTED, i + 1 < n ? 0 : TO_OTHER);
}

struct range {
        uint32_t first, last;
};

static int by_number(const void *a, const void *b)
{
        const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

        return (x > y) - (x < y);
}

/* Numbers that follow each other are one range. */
static size_t make_ranges(const uint32_t *calls, size_t n, struct range ranges[RANGES_MOST])
{
        uint32_t sorted[RANGES_MOST];
        size_t made = 0;

        for (size_t i = 0; i < n; i++)
                sorted[i] = calls[i];
        qsort(sorted, n, sizeof *sorted, by_number);
        for (size_t i = 0; i < n; i++) {
                if (made > 0 && sorted[i] <= ranges[made - 1].last + 1)
                        ranges[made - 1].last = sorted[i];
                else
                        ranges[made++] = (struct range){ sorted[i], sorted[i] };
        }
        return made;
}

/* The number is loaded, and is in none of the ranges before these. */
static void put_search(struct program *p, const struct range *ranges, size_t n)
{
        size_t half = n / 2, before;

        if (n == 1) {
                jump(p, BPF_JGE, ranges->first, 0, TO_OTHER);
                jump(p, BPF_JGT, ranges->last, TO_OTHER, TO_LISTED);
                return;
        }
        before = p->n;
        jump(p, BPF_JGE, ranges[half].first, 0, 0);
        put_search(p, ranges, half);
        if (p->n <= PROGRAM_MOST && p->n - before - 1 < JUMP_MOST)
                p->code[before].jt = (uint8_t)(p->n - before - 1);
        else
                p->n = PROGRAM_MOST + 1;        /* too long for this machine's jumps */
        put_search(p, ranges + half, n - half);
}

/* False: too long. */
static bool finish(struct program *p, uint32_t listed, uint32_t other)
{
        size_t end = p->n;

        put(p, BPF_RET | BPF_K, listed, 0, 0);
        put(p, BPF_RET | BPF_K, other, 0, 0);
        if (p->n > PROGRAM_MOST)
                return false;
        for (size_t i = 0; i < end; i++) {
                struct sock_filter *s = &p->code[i];
                size_t distance = end - i - 1;

                if (BPF_CLASS(s->code) != BPF_JMP)
                        continue;
                if ((s->jt > JUMP_MOST || s->jf > JUMP_MOST) && distance + 1 > UINT8_MAX)
                        return false;
                if (s->jt > JUMP_MOST)
                        s->jt = (uint8_t)(distance + (s->jt == TO_OTHER));
                if (s->jf > JUMP_MOST)
                        s->jf = (uint8_t)(distance + (s->jf == TO_OTHER));
        }
        return true;
}

/* Calls of another architecture, or of x32, which has numbers of its own, are none of a program like this. */
static void put_start(struct program *p)
{
        load(p, offsetof(struct seccomp_data, arch));
        jump(p, BPF_JEQ, ARCHITECTURE, 1, 0);
        put(p, BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS, 0, 0);
        load(p, offsetof(struct seccomp_data, nr));
        jump(p, BPF_JGE, 0x40000000, 0, 1);
        put(p, BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS, 0, 0);
}

static bool make_strict(struct program *p, bool folders)
{
        static const uint32_t zero[] = { 0 }, thread[] = { CLONE_THREAD };
        const uint32_t self[] = { (uint32_t)getpid() };
        struct range ranges[RANGES_MOST];

        put_start(p);
        put_condition(p, SYS_ioctl, 1, UINT32_MAX, requests, OW_COUNT(requests));
        put_condition(p, SYS_mmap, 2, PROT_EXEC, zero, 1);
        put_condition(p, SYS_mprotect, 2, PROT_EXEC, zero, 1);
        /* clone3 hides its flags from a filter; refused, the C library takes clone. */
        put_condition(p, SYS_clone, 0, CLONE_THREAD, thread, 1);
        /* raise() and abort(). */
        put_condition(p, SYS_tgkill, 0, UINT32_MAX, self, 1);
        put_condition(p, SYS_prlimit64, 2, UINT32_MAX, zero, 1);
        if (folders)
                put_condition(p, SYS_mkdirat, 2, 0, zero, 1);   /* whatever its arguments */
        put_search(p, ranges, make_ranges(allowed, OW_COUNT(allowed), ranges));
        return finish(p, SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO | ENOSYS);
}

static bool make_gentle(struct program *p)
{
        struct range ranges[RANGES_MOST];

        put_start(p);
        put_search(p, ranges, make_ranges(ways_out, OW_COUNT(ways_out), ranges));
        return finish(p, SECCOMP_RET_ERRNO | EPERM, SECCOMP_RET_ALLOW);
}
static_assert(OW_COUNT(ways_out) <= RANGES_MOST, "room for the ranges of either list");

/* ---- */

bool filter_available(void)
{
        uint32_t action = SECCOMP_RET_ERRNO;

        return ARCHITECTURE != 0 && syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

int filter_enter(unsigned flags, ow_error *err)
{
        bool gentle = flags & OW_SANDBOX_GENTLE;
        struct program p = { .n = 0 };
        struct sock_fprog loaded = { .filter = p.code };

        if (!filter_available())
                return 0;
        if (!(gentle ? make_gentle(&p) : make_strict(&p, flags & OW_SANDBOX_FOLDERS)))
                return ow_fail(err, OW_E_UNSUPPORTED, OW_NOWHERE, "filter system calls: a program of %zu steps", p.n);
        loaded.len = (unsigned short)p.n;
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
            syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &loaded) < 0)
                return ow_fail_sys(err, errno, "filter system calls");
        return 1;
}
