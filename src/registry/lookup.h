/*
 * lookup.h
 *		Lookup columns: which attributes have one, of what kind it is, and how it
 *		is generated from the document.
 */
#ifndef SCIM_REGISTRY_LOOKUP_H
#define SCIM_REGISTRY_LOOKUP_H

#include "core/path.h"
#include "nodes/pg_list.h"
#include "registry/registration.h"

/* A lookup column as it is to be made. */
typedef struct ScimPlannedLookup
{
	ScimPath	path;
	ScimLookupKind kind;
	bool		unique;
	char	   *column;			/* name, not quoted */
} ScimPlannedLookup;

/* What the column of a kind is: its type, and how DDL says it. */
typedef struct ScimLookupType
{
	Oid			type;
	const char *declaration;
	const char *comment;		/* behind the path, e.g. "folded" */
} ScimLookupType;

extern const ScimLookupType scim_lookup_types[SCIM_LOOKUP_KINDS];

/* Does a column of the kind hold all values of a multi-valued attribute? */
static inline bool
scim_has_values(ScimLookupKind kind)
{
	return kind == SCIM_LOOKUP_VALUES_EXACT || kind == SCIM_LOOKUP_VALUES_FOLDED;
}

/* Is the attribute kept elsewhere than in the document: id, meta, password, members, groups? */
extern bool scim_is_kept_elsewhere(const ScimResourceType *type, const ScimPath *path);

/* Plans the lookup of an attribute, without a column's name; false if it cannot have one. */
extern bool scim_plan_lookup(const ScimResourceType *type, const ScimPath *path, ScimPlannedLookup *lookup);

/* The same for a path as schemas spell it; false also if the type has no such attribute. */
extern bool scim_plan_path(const ScimResourceType *type, const char *path, ScimPlannedLookup *lookup);

/*
 * The lookups of a created table: what real clients look for, and all that is
 * unique (List of ScimPlannedLookup, with names).  INVALID_VALUE for a
 * uniqueness that cannot be kept.
 */
extern List *scim_plan_lookups(const ScimResourceType *type);

/* A column's name for the path, other than those of the plans and of the relation (may be InvalidOid). */
extern char *scim_lookup_name(const ScimPath *path, List *plans, Oid relid);

/* The SQL from which the column is generated; "data" is the quoted column of the document. */
extern char *scim_lookup_expression(const ScimPlannedLookup *lookup, const char *data);

/* Does a valid index begin with the column, or with the tenant and the column? */
extern bool scim_leads_to(Relation relation, AttrNumber tenant, AttrNumber number);

/* The unique index that keeps values of the column apart within their tenant, or InvalidOid. */
extern Oid	scim_unique_index(Relation relation, AttrNumber tenant, AttrNumber number);

/*
 * A B-tree takes 2,704 bytes for the whole of an entry, GIN a little more.
 * (Plain SQL may store longer values that can be compressed.)
 */
#define SCIM_LOOKUP_BYTES 2000
#define SCIM_LOOKUP_BYTES_TEXT CppAsString2(SCIM_LOOKUP_BYTES)

/* TOO_LARGE if a value that is looked up may not fit into an index. */
extern void scim_check_lookups(const ScimRegistration *registration, Jsonb *data);

/* Of a mapped table with a document: registration->in_data. */
extern void scim_read_in_data(ScimRegistration *registration);

/* The SQL of such a value in a row: an index on it serves. */
extern char *scim_in_data_sql(const ScimRegistration *registration, const ScimLookup *lookup);

/* The lookups of a mapping; what fits the schema or the table no more is left out. */
extern void scim_read_lookups(ScimRegistration *registration, Relation relation, JsonbContainer *lookups);

#endif							/* SCIM_REGISTRY_LOOKUP_H */
