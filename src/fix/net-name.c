/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A connection's name: with the connection, and where the NDIS table of the network store and NetworkSetup2 repeat
 * it. */
#include "fix/net.h"

#include <string.h>

static int rename_row(struct net_job *nj, const ow_nsi_row *row, const char *name, ow_error *err)
{
        OW_AUTO_FREE char *where = net_path(nj, "%s", row->key);
        ow_datum now = { false, 0, { NULL, 0 } };
        int r;

        if (!where)
                return ow_fail_nomem(err);
        r = plan_read(nj->job->guest, where, row->name, &now, err);
        if (r == 0 && now.present) {
                r = ow_nsi_ifinfo_rename(now.data.p, now.data.size, name, err);
                if (r == 0)
                        r = fix_job_value(nj->job, where, row->name, now.type, now.data.p, now.data.size, err);
        }
        ow_blob_done(&now.data);
        return r;
}

static int rename_kernel(struct net_job *nj, const char *name, ow_error *err)
{
        const char *place = ow_adapter_place(nj->adapter, OW_PLACE_NETWORK_SETUP);
        OW_AUTO_FREE char *where = place ? net_path(nj, "%s\\Kernel", place) : NULL;
        ow_datum now = { false, 0, { NULL, 0 } };
        int r;

        if (!place)
                return 0;
        if (!where)
                return ow_fail_nomem(err);
        r = plan_read(nj->job->guest, where, "IfAlias", &now, err);
        if (r < 0)
                return r;
        ow_blob_done(&now.data);
        return now.present ? net_put_text(nj, where, "IfAlias", name, err) : 0;
}

int net_rename(struct net_job *nj, const char *name, ow_error *err)
{
        const ow_adapter *a = nj->adapter;
        const char *place = ow_adapter_place(a, OW_PLACE_CONNECTION);
        OW_AUTO_FREE char *where = place ? net_path(nj, "%s\\Connection", place) : NULL;
        int r;

        if (!place)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%s' is no connection: it cannot be called '%s'",
                               a->description, name);
        r = where ? net_put_text(nj, where, "Name", name, err) : ow_fail_nomem(err);
        for (size_t i = 0; i < a->n_rows && r == 0; i++)
                if (a->rows[i].kind == OW_NSI_ROW_IFINFO && a->rows[i].understood)
                        r = rename_row(nj, &a->rows[i], name, err);
        return r == 0 ? rename_kernel(nj, name, err) : r;
}
