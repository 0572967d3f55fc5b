/* SPDX-License-Identifier: GPL-2.0-or-later */
/* offwin/api.h - how public functions are declared. Every other public header includes this one. */
#ifndef OFFWIN_API_H
#define OFFWIN_API_H

#if defined(__GNUC__)
#define OW_VISIBLE      __attribute__((visibility("default")))
#define OW_MUST_CHECK   __attribute__((warn_unused_result))
#define OW_PRINTF(f, a) __attribute__((format(printf, f, a)))
#else
#define OW_VISIBLE
#define OW_MUST_CHECK
#define OW_PRINTF(f, a)
#endif

#define OW_API  OW_VISIBLE OW_MUST_CHECK /* a function whose result must be looked at */
#define OW_APIV OW_VISIBLE               /* a function that returns nothing, or something that may be dropped */

#ifdef __cplusplus
#define OW_BEGIN_DECLS extern "C" {
#define OW_END_DECLS   }
#else
#define OW_BEGIN_DECLS
#define OW_END_DECLS
#endif

#endif
