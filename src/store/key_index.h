/*
 * key_index.h
 *		The unique index that tells the rows of a registered table apart.
 */
#ifndef SCIM_KEY_INDEX_H
#define SCIM_KEY_INDEX_H

#include "postgres.h"

#include "access/attnum.h"
#include "utils/relcache.h"

/*
 * A unique index (valid, immediate, not partial) on the id alone, or on the
 * tenant (InvalidAttrNumber: there is no such column) and the id in any order;
 * InvalidOid if there is none.  columns: which of the two, in its order; *count:
 * how many.
 */
extern Oid	scim_key_index(Relation relation, AttrNumber tenant, AttrNumber id, AttrNumber columns[2], int *count);

#endif							/* SCIM_KEY_INDEX_H */
