/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a path to a store: what the header says, how far it is believed, and the exact words for qemu-nbd, which is
 * told every file and format so that it follows nothing on its own. Source: docs/formats/images.md 1 and 4.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "base/log.h"
#include "disk/image.h"
#include "disk/nbd.h"
#include "disk/raw.h"
#include "disk/sniff.h"

enum { MAX_CHAIN = 16 };

/* How much the name of a file says about its format. */
enum trust { TRUST_RAW, TRUST_ALONE, TRUST_HEADER };

static enum trust trust_of(const char *path)
{
        static const char *const raw[] = { ".raw", ".dd", ".bin" };
        const char *dot = strrchr(path, '.');

        for (size_t i = 0; dot && i < OW_COUNT(raw); i++)
                if (strcasecmp(dot, raw[i]) == 0)
                        return TRUST_RAW;
        return dot && strcasecmp(dot, ".img") == 0 ? TRUST_ALONE : TRUST_HEADER;
}

/* Turns the header's claim into what we take the image for: sniff->format may become "raw". */
static int judge(const char *path, struct store *file, const ow_log *log, struct sniff *sniff, ow_error *err)
{
        enum trust trust = trust_of(path);
        bool boot_record;

        if (strcmp(sniff->format, "raw") == 0)
                return 0;
        boot_record = sniff->fixed_bytes == 0 && sniff_has_boot_record(file);
        if (trust == TRUST_RAW || boot_record) {
                ow_log_printf(log, OW_LOG_WARNING, "'%s' starts like %s, but is taken for a raw disk because %s", path,
                              sniff->format, boot_record ? "it also starts like one" : "of its name");
                sniff_done(sniff);
                sniff->format = "raw";
                return 0;
        }
        if (trust == TRUST_ALONE && (sniff->backing || sniff->n_files))
                return ow_fail(err, OW_E_REFUSED, OW_NOWHERE,
                               "'%s' may be a raw disk or %s, and its header names other files: rename it to .%s if "
                               "it is one, or to .raw", path, sniff->format, sniff->format);
        return 0;
}

/*
 * The real path of a file that a header names. It has to lie in the folder of the image: a header comes from whoever
 * made the image, and must not lead us to other people's files.
 */
static int resolve(const char *image, const char *name, char **ret, ow_error *err)
{
        size_t folder = (size_t)(strrchr(image, '/') - image);
        OW_AUTO_FREE char *path = NULL;
        char real[PATH_MAX];

        if (*name == '\0' || strstr(name, "..") || (strchr(name, ':') && *name != '/') ||
            (*name != '/' && strchr(name, '/')))
                return ow_fail(err, OW_E_REFUSED, OW_NOWHERE, "'%s' names the file '%s', which is outside its folder",
                               image, name);
        path = *name == '/' ? ow_strdup(name) : ow_asprintf("%.*s/%s", (int)folder, image, name);
        if (!path)
                return ow_fail_nomem(err);
        if (!realpath(path, real))
                return ow_fail(err, OW_E_ABSENT, OW_NOWHERE, "'%s' needs the file '%s', which is not there", image,
                               name);
        if (strncmp(real, image, folder + 1) != 0 || strchr(real + folder + 1, '/'))
                return ow_fail(err, OW_E_REFUSED, OW_NOWHERE, "'%s' names the file '%s', which is outside its folder",
                               image, name);
        *ret = ow_strdup(real);
        return *ret ? 0 : ow_fail_nomem(err);
}

/* A value of qemu's option syntax: commas are doubled. */
static void put_value(ow_buffer *opts, const char *value)
{
        for (; *value; value++) {
                if (*value == ',')
                        ow_buffer_put_byte(opts, ',');
                ow_buffer_put_byte(opts, (uint8_t)*value);
        }
}

/* Files of a VMDK or the data file of a qcow2: each in the folder, and without further names inside. */
static int check_files(const char *path, const struct sniff *sniff, ow_error *err)
{
        for (size_t i = 0; i < sniff->n_files; i++) {
                OW_AUTO_FREE char *real = NULL;
                OW_AUTO(disk_store) file = NULL;
                struct sniff inner = { .format = NULL };
                bool plain;
                int r = resolve(path, sniff->files[i], &real, err);

                if (r < 0 || !sniff->files_sparse[i]) {
                        if (r < 0)
                                return r;
                        continue;
                }
                r = raw_open(real, false, NULL, &file, err);
                if (r == 0)
                        r = sniff_image(file, &inner, err);
                if (r < 0)
                        return r;
                plain = inner.n_files == 0 && !inner.backing;
                sniff_done(&inner);
                if (!plain)
                        return ow_fail(err, OW_E_REFUSED, OW_NOWHERE, "'%s', a part of '%s', names further files", real,
                                       path);
        }
        return 0;
}

static int put_layer(ow_buffer *opts, const char *prefix, const char *path, const struct sniff *sniff, unsigned depth,
                     ow_error *err);

/* What lies below a snapshot, with its own header looked at in the same way. */
static int put_backing(ow_buffer *opts, const char *prefix, const char *image, const struct sniff *upper,
                       unsigned depth, ow_error *err)
{
        OW_AUTO_FREE char *path = NULL;
        OW_AUTO_FREE char *below = ow_asprintf("%sbacking.", prefix);
        OW_AUTO(disk_store) file = NULL;
        struct sniff sniff = { .format = NULL };
        int r;

        if (!below)
                return ow_fail_nomem(err);
        if (depth == MAX_CHAIN)
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "a chain of more than %d images below '%s'", MAX_CHAIN,
                               image);
        r = resolve(image, upper->backing, &path, err);
        if (r == 0)
                r = raw_open(path, false, NULL, &file, err);
        if (r == 0)
                r = sniff_image(file, &sniff, err);
        if (r < 0)
                return r;
        if (upper->backing_format && strcmp(upper->backing_format, "raw") == 0) {
                sniff_done(&sniff);
                sniff.format = "raw";
        }
        if (upper->backing_format && strcmp(upper->backing_format, sniff.format) != 0)
                r = ow_fail(err, OW_E_CONFLICT, OW_NOWHERE, "'%s' says that '%s' is %s, but it is %s", image, path,
                            upper->backing_format, sniff.format);
        if (r == 0)
                r = put_layer(opts, below, path, &sniff, depth + 1, err);
        sniff_done(&sniff);
        return r;
}

static int put_layer(ow_buffer *opts, const char *prefix, const char *path, const struct sniff *sniff, unsigned depth,
                     ow_error *err)
{
        int r = check_files(path, sniff, err);

        if (r < 0)
                return r;
        if (sniff->encrypted)
                return ow_fail(err, OW_E_UNSUPPORTED, OW_NOWHERE, "'%s' is encrypted: decrypt it with qemu-img convert",
                               path);
        ow_buffer_printf(opts, "%s%sdriver=%s,%sfile.driver=file,%sfile.filename=", depth ? "," : "", prefix,
                         sniff->format, prefix, prefix);
        put_value(opts, path);
        return sniff->backing ? put_backing(opts, prefix, path, sniff, depth, err) : 0;
}

static int open_qemu(const char *path, const struct sniff *sniff, bool writable, const ow_log *log, struct store **ret,
                     ow_error *err)
{
        OW_AUTO_BUFFER opts = OW_BUFFER_INIT;
        OW_AUTO_FREE char *text = NULL;
        int r;

        if (writable && sniff->no_writing)
                return ow_fail(err, OW_E_UNSUPPORTED, OW_NOWHERE, "'%s' is a streamOptimized VMDK, which cannot be "
                               "changed in place: qemu-img convert -O qcow2 makes one that can", path);
        r = put_layer(&opts, "", path, sniff, 0, err);
        if (r < 0)
                return r;
        if (!writable)
                ow_buffer_put_text(&opts, ",read-only=on,force-share=on");      /* does not keep a VM from starting */
        text = ow_buffer_take_text(&opts);
        if (!text)
                return ow_fail_nomem(err);
        return nbd_open_qemu(text, path, writable, log, ret, err);
}

int image_open(const char *path, bool writable, const ow_log *log, struct store **ret, const char **ret_format,
               ow_error *err)
{
        OW_AUTO(disk_store) file = NULL;
        struct sniff sniff = { .format = NULL };
        int r = raw_open(path, writable, log, &file, err);

        if (r < 0)
                return r;
        if (raw_is_device(file))
                sniff.format = "raw";
        else
                r = sniff_image(file, &sniff, err);
        if (r == 0)
                r = judge(path, file, log, &sniff, err);
        if (r == 0 && sniff.fixed_bytes)
                file->size_bytes = sniff.fixed_bytes;           /* the footer is behind the disk */
        if (r == 0 && (sniff.fixed_bytes || strcmp(sniff.format, "raw") == 0)) {
                *ret_format = sniff.format;
                *ret = OW_TAKE(file);
        } else if (r == 0) {
                store_close(OW_TAKE(file));                     /* qemu-nbd takes its own lock */
                r = open_qemu(path, &sniff, writable, log, ret, err);
                *ret_format = sniff.format;
        }
        sniff_done(&sniff);
        return r;
}
