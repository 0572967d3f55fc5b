/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * NBD through libnbd. Requests are asynchronous inside, so that a large one is split into pieces that travel together
 * and a server that falls silent is an error and not a hang. The cache above (disk/cache.h) keeps small reads local.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "base/alloc.h"
#include "base/log.h"
#include "disk/cache.h"
#include "disk/nbd-library.h"
#include "disk/nbd-server.h"
#include "disk/nbd.h"

enum {
        MAX_PIECE = 1 << 20,            /* bytes of one request; every server takes 32 MiB, but smaller ones overlap */
        MAX_IN_FLIGHT = 16,
        PATIENCE_MS = 60000,            /* without any answer */
        MAX_COMPLAINT = 400,            /* bytes of qemu-nbd's last words */
};

/* A handle exists only after nbd_library() has worked. */
static void handle_close(struct nbd_handle *handle)
{
        if (handle)
                nbd_library(NULL)->close(handle);
}

typedef struct nbd_handle nbd_handle;
OW_DEFINE_AUTO(nbd_handle, handle_close);

/* Requests without an answer yet. */
struct flight {
        int64_t cookies[MAX_IN_FLIGHT];
        uint8_t *buffers[MAX_IN_FLIGHT];        /* of writes, ours; NULL for reads */
        unsigned n;
};

struct nbd {
        struct store store;
        const struct nbd_library *lib;
        nbd_handle *handle;
        struct nbd_server *server;      /* our qemu-nbd; NULL: somebody else's server */
        char *name;
        uint32_t granule;               /* smallest write that the server takes, bytes */
        bool can_flush;
        bool broken;                    /* the server fell silent: late answers must not reach anybody's buffer */
        struct flight writes;           /* told done to the caller; a failure comes out of the next call */
};

bool nbd_is_uri(const char *name)
{
        static const char *const schemes[] = { "nbd://", "nbds://", "nbd+unix://", "nbds+unix://", "nbd+vsock://",
                                               "nbds+vsock://" };

        for (size_t i = 0; i < OW_COUNT(schemes); i++)
                if (strncmp(name, schemes[i], strlen(schemes[i])) == 0)
                        return true;
        return false;
}

static int nbd_failed(const struct nbd *nbd, const char *what, ow_error *err)
{
        const char *text = nbd->lib->get_error();
        int sys = nbd->lib->get_errno();
        int code = sys == ENOSPC ? OW_E_NOSPACE : sys == ENOMEM ? OW_E_NOMEM : OW_E_IO;

        (void)ow_fail(err, code, OW_NOWHERE, "%s '%s': %s", what, nbd->name, text ? text : "the connection broke");
        if (err)
                err->sys = sys;
        return code;
}

/* Waits until one of the requests is answered and takes it off the list. */
static int land_one(struct nbd *nbd, struct flight *flight, const char *what, ow_error *err)
{
        while (!nbd->broken) {
                int r;

                for (unsigned i = 0; i < flight->n; i++) {
                        r = nbd->lib->aio_command_completed(nbd->handle, (uint64_t)flight->cookies[i]);
                        if (r == 0)
                                continue;
                        ow_free(flight->buffers[i]);
                        flight->n--;
                        flight->cookies[i] = flight->cookies[flight->n];
                        flight->buffers[i] = flight->buffers[flight->n];
                        return r < 0 ? nbd_failed(nbd, what, err) : 0;
                }
                r = nbd->lib->poll(nbd->handle, PATIENCE_MS);
                nbd->broken = r <= 0;
                if (r < 0)
                        return nbd_failed(nbd, what, err);
        }
        return ow_fail(err, OW_E_IO, OW_NOWHERE, "%s '%s': no answer for %d seconds", what, nbd->name,
                       PATIENCE_MS / 1000);
}

/* All of them, also after a failure, because reads in flight go to the caller's buffer. Tells the first failure. */
static int land_all(struct nbd *nbd, struct flight *flight, const char *what, ow_error *err)
{
        int r = 0;

        while (flight->n > 0 && !nbd->broken) {
                int landed = land_one(nbd, flight, what, r < 0 ? NULL : err);

                if (r == 0)
                        r = landed;
                if (landed < 0 && nbd->lib->aio_is_dead(nbd->handle) == 1)
                        nbd->broken = true;
        }
        return r;
}

/* After what is still being written, so that a read sees it. */
static int settle(struct nbd *nbd, ow_error *err)
{
        if (nbd->broken)
                return ow_fail(err, OW_E_IO, OW_NOWHERE, "the connection to '%s' is lost", nbd->name);
        return land_all(nbd, &nbd->writes, "write", err);
}

static int nbd_store_read(struct store *store, uint64_t offset, void *buf, size_t size, ow_error *err)
{
        struct nbd *nbd = (struct nbd *)store;
        struct flight flight = { .n = 0 };
        uint8_t *p = buf;
        int landed, r = settle(nbd, err);

        while (r == 0 && size > 0) {
                size_t n = size < MAX_PIECE ? size : MAX_PIECE;
                int64_t cookie = nbd->lib->aio_pread(nbd->handle, p, n, offset, NBD_NULL_COMPLETION, 0);

                if (cookie < 0) {
                        r = nbd_failed(nbd, "read", err);
                        break;
                }
                flight.buffers[flight.n] = NULL;
                flight.cookies[flight.n++] = cookie;
                p += n;
                offset += n;
                size -= n;
                if (flight.n == MAX_IN_FLIGHT)
                        r = land_one(nbd, &flight, "read", err);
        }
        landed = land_all(nbd, &flight, "read", r < 0 ? NULL : err);
        return r < 0 ? r : landed;
}

/* Sends one piece off; the server has it after the next flush. */
static int write_piece(struct nbd *nbd, uint64_t offset, const uint8_t *bytes, size_t size, ow_error *err)
{
        OW_AUTO_FREE uint8_t *copy = ow_malloc(size);
        struct flight *writes = &nbd->writes;
        int64_t cookie;

        if (!copy)
                return ow_fail_nomem(err);
        memcpy(copy, bytes, size);
        if (writes->n == MAX_IN_FLIGHT) {
                int r = land_one(nbd, writes, "write", err);

                if (r < 0)
                        return r;
        }
        cookie = nbd->lib->aio_pwrite(nbd->handle, copy, size, offset, NBD_NULL_COMPLETION, 0);
        if (cookie < 0)
                return nbd_failed(nbd, "write", err);
        writes->buffers[writes->n] = OW_TAKE(copy);
        writes->cookies[writes->n++] = cookie;
        return 0;
}

static int write_pieces(struct nbd *nbd, uint64_t offset, const uint8_t *bytes, size_t size, ow_error *err)
{
        while (size > 0) {
                size_t n = size < MAX_PIECE ? size : MAX_PIECE;
                int r = write_piece(nbd, offset, bytes, n, err);

                if (r < 0)
                        return r;
                bytes += n;
                offset += n;
                size -= n;
        }
        return 0;
}

/* A server may take whole granules only: then what is around the bytes is read and written back. */
static int nbd_store_write(struct store *store, uint64_t offset, const void *buf, size_t size, ow_error *err)
{
        struct nbd *nbd = (struct nbd *)store;
        uint64_t start = offset - offset % nbd->granule;
        uint64_t end = (offset + size + nbd->granule - 1) / nbd->granule * nbd->granule;
        OW_AUTO_FREE uint8_t *whole = NULL;
        int r;

        if (nbd->broken)
                return ow_fail(err, OW_E_IO, offset, "the connection to '%s' is lost", nbd->name);
        if (end > store->size_bytes)
                end = store->size_bytes;
        if (start == offset && end == offset + size)
                return write_pieces(nbd, offset, buf, size, err);
        whole = ow_malloc((size_t)(end - start));
        if (!whole)
                return ow_fail_nomem(err);
        r = nbd_store_read(store, start, whole, (size_t)(end - start), err);
        if (r < 0)
                return r;
        memcpy(whole + (offset - start), buf, size);
        return write_pieces(nbd, start, whole, (size_t)(end - start), err);
}

static int nbd_store_flush(struct store *store, ow_error *err)
{
        struct nbd *nbd = (struct nbd *)store;
        struct flight flight = { .n = 0 };
        int r = settle(nbd, err);

        if (r < 0 || !nbd->can_flush)
                return r;
        flight.cookies[0] = nbd->lib->aio_flush(nbd->handle, NBD_NULL_COMPLETION, 0);
        if (flight.cookies[0] < 0)
                return nbd_failed(nbd, "flush", err);
        flight.buffers[0] = NULL;
        flight.n = 1;
        return land_all(nbd, &flight, "flush", err);
}

static void nbd_store_close(struct store *store)
{
        struct nbd *nbd = (struct nbd *)store;

        handle_close(nbd->handle);
        nbd_server_stop(nbd->server);
        for (unsigned i = 0; i < nbd->writes.n; i++)
                ow_free(nbd->writes.buffers[i]);
        ow_free(nbd->name);
        ow_free(nbd);
}

/* Takes the connected handle, and the server behind it if it is ours, over on success only. */
static int make_store(nbd_handle **handle, const char *name, bool writable, struct nbd_server **server,
                      const ow_log *log, struct store **ret, ow_error *err)
{
        static const struct store_ops ops = {
                .read = nbd_store_read, .write = nbd_store_write, .flush = nbd_store_flush, .close = nbd_store_close,
        };
        const struct nbd_library *lib = nbd_library(NULL);
        int64_t size = lib->get_size(*handle);
        int64_t granule = lib->get_block_size(*handle, LIBNBD_SIZE_MINIMUM);
        OW_AUTO_FREE char *copy = NULL;
        struct nbd *nbd;

        if (size < 0)
                return ow_fail(err, OW_E_IO, OW_NOWHERE, "size of '%s': %s", name, lib->get_error());
        if (writable && lib->is_read_only(*handle) == 1)
                return ow_fail(err, OW_E_READONLY, OW_NOWHERE, "'%s' is served for reading only", name);
        if (granule > MAX_PIECE)
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "'%s' wants requests of %lld bytes, limit %d", name,
                               (long long)granule, MAX_PIECE);
        copy = ow_strdup(name);
        nbd = ow_calloc(1, sizeof *nbd);
        if (!copy || !nbd) {
                ow_free(nbd);
                return ow_fail_nomem(err);
        }
        nbd->store = (struct store){ &ops, (uint64_t)size, 0 };
        nbd->lib = lib;
        nbd->granule = granule > 0 ? (uint32_t)granule : 1;
        nbd->can_flush = lib->can_flush(*handle) == 1;
        if (writable && !nbd->can_flush)
                ow_log_printf(log, OW_LOG_WARNING, "'%s' cannot be flushed: a power cut may lose the change", name);
        nbd->name = OW_TAKE(copy);
        nbd->handle = OW_TAKE(*handle);
        if (server)
                nbd->server = OW_TAKE(*server);
        return cache_open(&nbd->store, ret, err);
}

int nbd_open_uri(const char *uri, bool writable, const ow_log *log, struct store **ret, ow_error *err)
{
        const struct nbd_library *lib = nbd_library(err);
        OW_AUTO(nbd_handle) handle = NULL;

        if (!lib)
                return OW_E_UNSUPPORTED;
        handle = lib->create();
        if (!handle)
                return ow_fail_nomem(err);
        if (lib->connect_uri(handle, uri) < 0)
                return ow_fail(err, OW_E_IO, OW_NOWHERE, "connect to '%s': %s", uri, lib->get_error());
        return make_store(&handle, uri, writable, NULL, log, ret, err);
}

/* What qemu-nbd wrote, without its own name before it: its first line, since advice follows the complaint. */
static void complaint_of(int fd, char words[MAX_COMPLAINT])
{
        ssize_t n = pread(fd, words, MAX_COMPLAINT - 1, 0);
        char *line = words;

        words[n > 0 ? n : 0] = '\0';
        while (strstr(line, "warning:") && strchr(line, '\n') && strstr(line, "warning:") < strchr(line, '\n'))
                line = strchr(line, '\n') + 1;
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "qemu-nbd: ", 10) == 0)
                line += 10;
        memmove(words, line, strlen(line) + 1);
}

/* What a user would do about it decides the code; the words are qemu's. */
static int explain(const char *path, const char *words, ow_error *err)
{
        static const struct { const char *part; int code; } meanings[] = {
                { " lock", OW_E_DIRTY },
                { "log that needs", OW_E_DIRTY },
                { "Permission denied", OW_E_READONLY },
                { "Read-only", OW_E_READONLY },
                { "not support", OW_E_UNSUPPORTED },
                { "nsupported", OW_E_UNSUPPORTED },
                { "Unknown driver", OW_E_UNSUPPORTED },
                { "No space", OW_E_NOSPACE },
                { "nput/output error", OW_E_IO },
        };

        if (strcmp(words, "no qemu-nbd") == 0)
                return ow_fail(err, OW_E_UNSUPPORTED, OW_NOWHERE, "'%s' needs qemu-nbd, which is not installed "
                               "(Debian and Ubuntu: qemu-utils; Fedora: qemu-img; openSUSE: qemu-tools)", path);
        for (size_t i = 0; i < OW_COUNT(meanings); i++) {
                if (!strstr(words, meanings[i].part))
                        continue;
                (void)ow_fail(err, meanings[i].code, OW_NOWHERE, "%s '%s': %s",
                              meanings[i].code == OW_E_DIRTY ? "another program uses" : "open", path, words);
                if (err && meanings[i].code == OW_E_NOSPACE)
                        err->sys = ENOSPC;      /* of the host */
                return meanings[i].code;
        }
        return ow_fail(err, *words ? OW_E_CORRUPT : OW_E_IO, OW_NOWHERE, "open '%s': %s", path,
                       *words ? words : "qemu-nbd ended without a word");
}

int nbd_open_qemu(const struct nbd_image *image, bool writable, const ow_log *log, struct store **ret, ow_error *err)
{
        const struct nbd_library *lib = nbd_library(err);
        OW_AUTO(nbd_server) server = NULL;
        OW_AUTO(nbd_handle) handle = NULL;
        OW_AUTO_FD complaints = -1;
        char words[MAX_COMPLAINT];
        int r;

        if (!lib)
                return OW_E_UNSUPPORTED;
        handle = lib->create();
        complaints = memfd_create("qemu-nbd", MFD_CLOEXEC);
        if (!handle)
                return ow_fail_nomem(err);
        if (complaints < 0)
                return ow_fail_sys(err, errno, "memory for the words of qemu-nbd");
        r = nbd_server_start(image, writable, complaints, &server, err);
        if (r < 0)
                return r;
        if (lib->connect_socket(handle, nbd_server_take_socket(server)) < 0) {
                nbd_server_stop(OW_TAKE(server));
                complaint_of(complaints, words);
                return explain(image->path, words, err);
        }
        return make_store(&handle, image->path, writable, &server, log, ret, err);
}
