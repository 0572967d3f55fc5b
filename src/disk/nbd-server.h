/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * qemu-nbd as our child. It parses headers that came from elsewhere, so it can open only the files of its image, write
 * only to the topmost, and use no network (base/confine.h). It ends when its connection ends, however we end.
 */
#ifndef DISK_NBD_SERVER_H
#define DISK_NBD_SERVER_H

#include "base/macros.h"
#include "disk/nbd.h"

typedef struct nbd_server nbd_server;

/* complaints: a descriptor that its words go to. *ret is the caller's: nbd_server_stop(). */
int nbd_server_start(const struct nbd_image *image, bool writable, int complaints, nbd_server **ret, ow_error *err);

/* The connection, once; now the caller's. What goes wrong with the server shows there, as an end. */
int nbd_server_take_socket(nbd_server *server);

/* Waits until it has ended, so that the image is free again; its connection must be closed. NULL is fine. */
void nbd_server_stop(nbd_server *server);

OW_DEFINE_AUTO(nbd_server, nbd_server_stop);

#endif
