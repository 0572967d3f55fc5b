/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Builds with AddressSanitizer map terabytes, read their own program to name the lines of a report, and trace
 * themselves to find leaks: limits that are right for the program are not right for its tests.
 */
#ifndef CLI_SANITIZER_H
#define CLI_SANITIZER_H

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifdef SANITIZED
#define SANITIZER_COST 4                /* times as much memory and time */
#else
#define SANITIZED 0
#define SANITIZER_COST 1
#endif

#endif
