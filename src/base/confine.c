/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The numbers are those of linux/landlock.h, repeated here so that a build on an old system uses what a newer kernel
 * has. Source: Linux, Documentation/userspace-api/landlock.rst.
 */
#include "base/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/macros.h"

enum {                                  /* one number for all architectures */
        NR_CREATE_RULESET = 444,
        NR_ADD_RULE = 445,
        NR_RESTRICT_SELF = 446,
        GET_VERSION = 1,                /* flag of the first */
        RULE_PATH_BENEATH = 1,
};

enum {
        FS_EXECUTE = 1 << 0,
        FS_WRITE_FILE = 1 << 1,
        FS_READ_FILE = 1 << 2,
        FS_READ_DIR = 1 << 3,
        FS_REMOVE_FILE = 1 << 5,
        FS_MAKE_DIR = 1 << 7,
        FS_MAKE_REG = 1 << 8,
        FS_TRUNCATE = 1 << 14,
        FS_OF_FILES = FS_EXECUTE | FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE,
        NET_TCP = 3,                    /* bind and connect */
        SCOPES = 3,                     /* abstract sockets and signals of others */
};

struct ruleset_attr {
        uint64_t fs, net, scoped;
};

struct path_attr {
        uint64_t allowed;
        int32_t parent;
} __attribute__((packed));

/* Every file right that a kernel of this version knows; all of them are taken away. */
static uint64_t known_rights(int version)
{
        return version >= 5 ? 0xffff : version >= 3 ? 0x7fff : version == 2 ? 0x3fff : 0x1fff;
}

int confine_version(void)
{
        long version = syscall(NR_CREATE_RULESET, NULL, 0, GET_VERSION);

        return version > 0 ? (int)version : 0;
}

int confine_new(void)
{
        int version = confine_version();
        struct ruleset_attr attr = { .fs = known_rights(version), .net = NET_TCP, .scoped = SCOPES };
        size_t size = version >= 6 ? sizeof attr : version >= 4 ? 2 * sizeof attr.fs : sizeof attr.fs;

        if (version == 0) {
                errno = EOPNOTSUPP;
                return -1;
        }
        return (int)syscall(NR_CREATE_RULESET, &attr, size, 0);
}

int confine_allow(int rules, const char *path, unsigned rights)
{
        OW_AUTO_FD fd = open(path, O_PATH | O_CLOEXEC);
        struct path_attr attr = { .allowed = 0, .parent = fd };
        struct stat st;

        if (fd < 0)
                return errno == ENOMEM || errno == EMFILE || errno == ENFILE ? errno : 0;
        if (fstat(fd, &st) < 0)
                return errno;
        if (rights & (CONFINE_READ | CONFINE_MAKE))
                attr.allowed |= FS_READ_FILE | FS_READ_DIR;
        if (rights & (CONFINE_WRITE | CONFINE_MAKE))
                attr.allowed |= FS_WRITE_FILE | FS_TRUNCATE;
        if (rights & CONFINE_MAKE)
                attr.allowed |= FS_MAKE_REG | FS_REMOVE_FILE;
        if (rights & CONFINE_FOLDERS)
                attr.allowed |= FS_MAKE_DIR;
        if (rights & CONFINE_EXECUTE)
                attr.allowed |= FS_EXECUTE;
        attr.allowed &= known_rights(confine_version());
        if (!S_ISDIR(st.st_mode))
                attr.allowed &= FS_OF_FILES;
        return syscall(NR_ADD_RULE, rules, RULE_PATH_BENEATH, &attr, 0) < 0 ? errno : 0;
}

int confine_enter(int rules)
{
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || syscall(NR_RESTRICT_SELF, rules, 0) < 0)
                return errno;
        return 0;
}
