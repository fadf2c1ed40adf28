/*
 * unsealed.h
 *		The rows that the last call of scim_seal_history has not seen.
 *
 * Within SPI, and as the owner of the history's tables.  "then" is what that call saw,
 * "now" what this one does, both of this server: rows are of transactions that were
 * running then, or of such that came after, and are found by (xid, seq).
 */
#ifndef SCIM_AUDIT_UNSEALED_H
#define SCIM_AUDIT_UNSEALED_H

#include "postgres.h"

#include "executor/spi.h"
#include "history/seen.h"

/* Are there any, be they the transaction's own? */
extern bool scim_has_unsealed(const ScimSeen *then, const ScimSeen *now);

/*
 * If there are more than so many: "now" goes up to a transaction, and sees none of those
 * behind it yet.  Are there any?
 */
extern bool scim_cut_unsealed(const ScimSeen *then, ScimSeen *now, int64 most);

/*
 * Opens them, by tenant and seq, with the columns of scim_row_columns: among them may
 * be some that "now" does not see.
 */
extern Portal scim_open_unsealed(const ScimSeen *then, const ScimSeen *now);

/*
 * The same of all rows, but for those that the last call has certainly seen, be it on
 * another server ("has_sealer": there was one): most of what was restored is not
 * sorted.  Rows up to "floor" came from elsewhere.
 */
extern Portal scim_open_all_rows(bool has_sealer, int64 floor);

#endif							/* SCIM_AUDIT_UNSEALED_H */
