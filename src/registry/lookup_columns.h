/*
 * lookup_columns.h
 *		Lookup columns that are there: of a table, and the indexes on them.
 */
#ifndef SCIM_REGISTRY_LOOKUP_COLUMNS_H
#define SCIM_REGISTRY_LOOKUP_COLUMNS_H

#include "registry/lookup.h"
#include "registry/registration.h"
#include "utils/relcache.h"

/* The lookups of a mapping; what fits the schema or the table no more is left out. */
extern void scim_read_lookups(ScimRegistration *registration, Relation relation,
							  JsonbContainer *lookups);

/* Of a mapped table with a document: registration->in_data. */
extern void scim_read_in_data(ScimRegistration *registration);

/* The SQL of such a value in a row: an index on it serves. */
extern char *scim_in_data_sql(const ScimRegistration *registration, const ScimLookup *lookup);

/* The lookup of the attribute path (as ScimPath.text spells it), or NULL. */
extern const ScimLookup *scim_find_lookup(const ScimRegistration *registration, const char *path);

/* The unique index that keeps values of the column apart within their tenant, or InvalidOid. */
extern Oid	scim_unique_index(Relation relation, AttrNumber tenant, AttrNumber number);

/* Does a valid index begin with the column, or with the tenant and the column? */
extern bool scim_leads_to(Relation relation, AttrNumber tenant, AttrNumber number);

#endif							/* SCIM_REGISTRY_LOOKUP_COLUMNS_H */
