/*
 * ids.h
 *		The ids that begin with a text.
 */
#ifndef SCIM_OPERATION_IDS_H
#define SCIM_OPERATION_IDS_H

#include "postgres.h"

#include "nodes/pg_list.h"

/*
 * Ids of resources in the tenant that begin with the prefix as they are shown, as many as
 * "most": char *, palloc'd.  By ranges of ids, which the key's index serves: of numbers one
 * for each length, of text as code points go.  Text whose collation is another is looked
 * through.  Errors: as of reading.
 */
extern List *scim_store_ids(const char *type, const char *tenant, const char *prefix, int most);

#endif							/* SCIM_OPERATION_IDS_H */
