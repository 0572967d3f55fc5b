/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a path to a store: what the header says, how far it is believed, and the exact words for qemu-nbd, which is
 * told every file and format so that it follows nothing on its own. Source: docs/formats/images.md 1 and 4.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <unistd.h>

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

/* What the header says, and how far it is believed: a claim that is not becomes "raw". */
static int judge(const char *path, struct store *file, const ow_log *log, struct sniff *ret, ow_error *err)
{
        struct sniff sniff = { .format = "raw" };
        enum trust trust = trust_of(path);
        bool boot_record = sniff_has_boot_record(file);
        bool guests = boot_record || trust == TRUST_RAW;        /* its first sector belongs to the guest */
        ow_error why = OW_ERROR_INIT;
        int r = sniff_image(file, &sniff, &why);

        if (r < 0 && !(r == OW_E_CORRUPT && guests))
                return ow_fail(err, r, why.where, "%s", why.text);
        if (r == 0 && guests && strcmp(sniff.format, "raw") != 0 && sniff.fixed_bytes == 0) {
                ow_log_printf(log, OW_LOG_WARNING, "'%s' starts like %s, but is taken for a raw disk because %s", path,
                              sniff.format, boot_record ? "it also starts like one" : "of its name");
                sniff_done(&sniff);
                sniff.format = "raw";
        }
        if (trust == TRUST_ALONE && (sniff.backing || sniff.n_files)) {
                r = ow_fail(err, OW_E_REFUSED, OW_NOWHERE, "'%s' may be a raw disk or %s, and its header names other "
                            "files: rename it to .%s if it is one, or to .raw", path, sniff.format, sniff.format);
                sniff_done(&sniff);
                return r;
        }
        *ret = sniff;
        return strcmp(sniff.format, "raw") == 0 && !guests ? sniff_foreign(file, path, err) : 0;
}

/* Words for qemu-nbd while they grow, layer by layer, and every file that it will need. */
struct words {
        ow_buffer opts;
        bool allow_outside;             /* the user trusts what headers name */
        struct nbd_files top, below;
};

static void words_done(struct words *words)
{
        struct nbd_files *lists[] = { &words->top, &words->below };

        ow_buffer_done(&words->opts);
        for (size_t k = 0; k < OW_COUNT(lists); k++) {
                for (size_t i = 0; i < lists[k]->count; i++)
                        ow_free(lists[k]->paths[i]);
                ow_free(lists[k]->paths);
        }
}
#define AUTO_WORDS __attribute__((cleanup(words_done))) struct words

/* depth: 0 for the image, which may be written to; more for what lies below it. */
static int add_file(struct words *words, unsigned depth, const char *path, ow_error *err)
{
        struct nbd_files *files = depth ? &words->below : &words->top;
        char **grown = ow_realloc_array(files->paths, files->count + 1, sizeof *grown);

        if (!grown)
                return ow_fail_nomem(err);
        files->paths = grown;
        grown[files->count] = ow_strdup(path);
        if (!grown[files->count])
                return ow_fail_nomem(err);
        files->count++;
        return 0;
}

static int outside(const char *image, const char *name, ow_error *err)
{
        return ow_fail(err, OW_E_REFUSED, OW_NOWHERE, "'%s' names the file '%s', which is outside its folder: if you "
                       "trust this image, --allow-outside", image, name);
}

/*
 * The real path of a file that a header names. It has to lie in the folder of the image: a header comes from whoever
 * made the image, and must not lead us to other people's files.
 */
static int resolve(const struct words *words, const char *image, const char *name, char **ret, ow_error *err)
{
        size_t folder = (size_t)(strrchr(image, '/') - image);
        OW_AUTO_FREE char *path = NULL;
        char real[PATH_MAX];

        if (*name == '\0' || (strchr(name, ':') && *name != '/'))
                return ow_fail(err, OW_E_REFUSED, OW_NOWHERE, "'%s' names '%s', which is not a file", image, name);
        if (!words->allow_outside && (strstr(name, "..") || (*name != '/' && strchr(name, '/'))))
                return outside(image, name, err);
        path = *name == '/' ? ow_strdup(name) : ow_asprintf("%.*s/%s", (int)folder, image, name);
        if (!path)
                return ow_fail_nomem(err);
        if (!realpath(path, real))
                return ow_fail(err, OW_E_ABSENT, OW_NOWHERE, "'%s' needs the file '%s', which is not there", image,
                               name);
        if (!words->allow_outside && (strncmp(real, image, folder + 1) != 0 || strchr(real + folder + 1, '/')))
                return outside(image, name, err);
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
static int add_parts(struct words *words, unsigned depth, const char *path, const struct sniff *sniff, ow_error *err)
{
        for (size_t i = 0; i < sniff->n_files; i++) {
                OW_AUTO_FREE char *real = NULL;
                OW_AUTO(disk_store) file = NULL;
                struct sniff inner = { .format = NULL };
                bool plain;
                int r = resolve(words, path, sniff->files[i], &real, err);

                if (r == 0)
                        r = add_file(words, depth, real, err);
                if (r < 0)
                        return r;
                if (!sniff->files_sparse[i])
                        continue;
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

static int put_layer(struct words *words, const char *prefix, const char *path, const struct sniff *sniff,
                     unsigned depth, ow_error *err);

/* What lies below a snapshot, with its own header looked at in the same way. */
static int put_backing(struct words *words, const char *prefix, const char *image, const struct sniff *upper,
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
        r = resolve(words, image, upper->backing, &path, err);
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
                r = put_layer(words, below, path, &sniff, depth + 1, err);
        sniff_done(&sniff);
        return r;
}

static int put_layer(struct words *words, const char *prefix, const char *path, const struct sniff *sniff,
                     unsigned depth, ow_error *err)
{
        int r = add_file(words, depth, path, err);

        if (r == 0)
                r = add_parts(words, depth, path, sniff, err);
        if (r < 0)
                return r;
        if (sniff->encrypted)
                return ow_fail(err, OW_E_UNSUPPORTED, OW_NOWHERE, "'%s' is encrypted: decrypt it with qemu-img convert",
                               path);
        ow_buffer_printf(&words->opts, "%s%sdriver=%s,%sfile.driver=file,%sfile.filename=", depth ? "," : "", prefix,
                         sniff->format, prefix, prefix);
        put_value(&words->opts, path);
        return sniff->backing ? put_backing(words, prefix, path, sniff, depth, err) : 0;
}

/* An image that cannot be opened for this, for a reason that its header gives. */
static int check_use(const char *path, const struct sniff *sniff, bool writable, ow_error *err)
{
        if (sniff->no_parent)
                return ow_fail(err, OW_E_UNSUPPORTED, OW_NOWHERE, "'%s' is a differencing VHD, which only Hyper-V can "
                               "read: merge it with its parent there first", path);
        if (writable && sniff->no_writing)
                return ow_fail(err, OW_E_UNSUPPORTED, OW_NOWHERE, "'%s' is a streamOptimized VMDK, which cannot be "
                               "changed in place: qemu-img convert -O qcow2 makes one that can", path);
        return 0;
}

/*
 * A VHDX that its last user did not close: qemu wants to write its log into it, also when we only look. So it gets a
 * writable layer in memory over a file that it cannot change.
 */
static int open_unclosed(const char *path, uint64_t size_bytes, const ow_log *log, struct store **ret, ow_error *err)
{
        AUTO_WORDS words = { .opts = OW_BUFFER_INIT };
        OW_AUTO_FREE char *text = NULL;
        OW_AUTO_FD fd = memfd_create("vhdx", MFD_CLOEXEC);
        int r;

        if (fd < 0)
                return ow_fail_sys(err, errno, "memory for the log of '%s'", path);
        r = add_file(&words, 0, path, err);
        if (r < 0)
                return r;
        ow_buffer_put_text(&words.opts, "driver=vhdx,file.driver=qcow2,file.file.driver=file,file.file.filename="
                           NBD_SCRATCH ",file.backing.driver=raw,file.backing.read-only=on,"
                           "file.backing.force-share=on,file.backing.file.driver=file,file.backing.file.filename=");
        put_value(&words.opts, path);
        text = ow_buffer_take_text(&words.opts);
        if (!text)
                return ow_fail_nomem(err);
        ow_log_printf(log, OW_LOG_WARNING, "'%s' was not closed by its last user: its log is followed in memory", path);
        return nbd_open_qemu(&(struct nbd_image){ path, text, words.top, words.below, fd, size_bytes }, false, log, ret,
                             err);
}

static int open_qemu(const char *path, const struct sniff *sniff, unsigned flags, const ow_log *log,
                     struct store **ret, ow_error *err)
{
        AUTO_WORDS words = { .opts = OW_BUFFER_INIT, .allow_outside = flags & OW_DISK_ALLOW_OUTSIDE };
        bool writable = flags & OW_DISK_WRITABLE;
        OW_AUTO_FREE char *text = NULL;
        int r = put_layer(&words, "", path, sniff, 0, err);

        if (!writable)
                ow_buffer_put_text(&words.opts, ",read-only=on,force-share=on");        /* a VM may still start */
        text = ow_buffer_take_text(&words.opts);
        if (r == 0 && !text)
                r = ow_fail_nomem(err);
        if (r < 0)
                return r;
        return nbd_open_qemu(&(struct nbd_image){ path, text, words.top, words.below, -1, 0 }, writable, log, ret, err);
}

int image_open(const char *path, unsigned flags, const ow_log *log, struct store **ret, const char **ret_format,
               ow_error *err)
{
        bool writable = flags & OW_DISK_WRITABLE;
        OW_AUTO(disk_store) file = NULL;
        struct sniff sniff = { .format = NULL };
        int r = raw_open(path, writable, log, &file, err);

        if (r < 0)
                return r;
        if (raw_is_device(file))
                sniff.format = "raw";
        else
                r = judge(path, file, log, &sniff, err);
        if (r == 0 && sniff.fixed_bytes)
                file->size_bytes = sniff.fixed_bytes;           /* the footer is behind the disk */
        if (r == 0 && (sniff.fixed_bytes || strcmp(sniff.format, "raw") == 0)) {
                *ret_format = sniff.format;
                *ret = OW_TAKE(file);
        } else if (r == 0) {
                uint64_t size_bytes = file->size_bytes;

                *ret_format = sniff.format;
                store_close(OW_TAKE(file));                     /* qemu-nbd takes its own lock */
                r = check_use(path, &sniff, writable, err);
                if (r == 0 && sniff.log_pending && !writable)
                        r = open_unclosed(path, size_bytes, log, ret, err);
                else if (r == 0)
                        r = open_qemu(path, &sniff, flags, log, ret, err);
        }
        sniff_done(&sniff);
        return r;
}
