/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Giving up access to files with Landlock (Linux 5.13 and newer): what was not allowed before confine_enter() cannot
 * be opened, made or removed afterwards, by the calling thread and all that it starts. Descriptors that are open
 * already keep their rights. Network ports, devices and signals go too where the kernel can (5.19 to 6.12).
 */
#ifndef BASE_CONFINE_H
#define BASE_CONFINE_H

enum confine_right {
        CONFINE_READ = 1 << 0,          /* files, and lists of folders */
        CONFINE_WRITE = 1 << 1,         /* to files that are there */
        CONFINE_MAKE = 1 << 2,          /* make, rename and remove files in a folder; implies the two above */
        CONFINE_EXECUTE = 1 << 3,
        CONFINE_FOLDERS = 1 << 4,       /* make folders in a folder */
};

/* Version of Landlock in this kernel; 0: none. */
int confine_version(void);

/* A descriptor to collect rights in (close() it), -1 and errno. EOPNOTSUPP: the kernel has no Landlock. */
int confine_new(void);

/* Allows rights on a file, or on a folder and all below it. A path that leads nowhere needs no rights. 0, or errno. */
int confine_allow(int rules, const char *path, unsigned rights);

/* No way back. Safe between fork() and exec(). 0, or errno. */
int confine_enter(int rules);

#endif
