/*
 * index.h
 *		The application's own indexes: what they say of ids, of how text is
 *		compared, and of what is unique.
 */
#ifndef SCIM_REGISTRY_INDEX_H
#define SCIM_REGISTRY_INDEX_H

#include "nodes/bitmapset.h"
#include "registry/registration.h"

/*
 * The index that keeps ids apart, on the id alone or with the tenant, or
 * InvalidOid.  columns: these, in its order; *count: how many.
 */
extern Oid	scim_id_index(const ScimRegistration *registration, Relation relation,
						  AttrNumber columns[2], int *count);

extern bool scim_has_id_index(const ScimRegistration *registration, Relation relation);

/*
 * Is there one that keeps the pairs of a membership table apart: on group and
 * member, alone or with the tenant?
 */
extern bool scim_has_pair_index(const ScimRegistration *members, Relation relation);

/* The unique index on the column (as it is compared), alone or with the tenant, or InvalidOid. */
extern Oid	scim_unique_index_of(const ScimRegistration *registration,
								 const ScimMappedColumn *column, Relation relation);

/*
 * How the application's indexes compare the text in the column: folded if there
 * is an index on scim_fold(column), lower() if there is one on that, exactly if
 * there is one on the column itself, whose name is given back then; else folded.
 */
extern ScimCompare scim_compare_of_indexes(const ScimRegistration *registration,
										   const ScimMappedColumn *column, Relation relation,
										   char **exact_index);

/*
 * The index that serves filters on the column as they compare it, or InvalidOid:
 * a B-tree that leads from the tenant (or nothing) and the column to rows; of an
 * array a GIN index.
 */
extern Oid	scim_filter_index_of(const ScimRegistration *registration,
								 const ScimMappedColumn *column, Relation relation);

/*
 * The columns in the keys of an index, also those in expressions: numbers, less
 * FirstLowInvalidHeapAttributeNumber.
 */
extern Bitmapset *scim_index_columns(Oid index);

/* The unique indexes on attributes that look at rows that are marked as deleted, too: OIDs. */
extern List *scim_indexes_of_deleted(const ScimRegistration *registration, Relation relation);

/*
 * Does the index look at rows that are marked as deleted, too?  False: there is
 * no mark, or no index.
 */
extern bool scim_index_holds_deleted(const ScimRegistration *registration, Oid index);

/* The statements that put another index in its place, one that leaves these rows out. */
extern char *scim_live_index_sql(const ScimRegistration *registration, Oid index);

/* The name of an index, qualified. */
extern char *scim_index_name(Oid index);

/* Are ids unique within their tenant only? */
extern bool scim_needs_tenant(const ScimRegistration *table);

#endif							/* SCIM_REGISTRY_INDEX_H */
