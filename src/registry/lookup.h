/*
 * lookup.h
 *		Lookup columns: which attributes have one, of what kind it is, and how it
 *		is generated from the document.
 */
#ifndef SCIM_REGISTRY_LOOKUP_H
#define SCIM_REGISTRY_LOOKUP_H

#include "postgres.h"

#include "access/attnum.h"
#include "core/path.h"
#include "nodes/pg_list.h"

/* How an attribute that is looked up is compared, and the type of its column. */
typedef enum ScimLookupKind
{
	SCIM_LOOKUP_EXACT,			/* text, as it is */
	SCIM_LOOKUP_FOLDED,			/* text, by scim_fold */
	SCIM_LOOKUP_BOOLEAN,
	SCIM_LOOKUP_NUMBER,			/* numeric */
	SCIM_LOOKUP_INSTANT,		/* timestamptz */
	SCIM_LOOKUP_VALUES_EXACT,	/* text[]: all values of a multi-valued attribute */
	SCIM_LOOKUP_VALUES_FOLDED	/* text[] */
} ScimLookupKind;

#define SCIM_LOOKUP_KINDS (SCIM_LOOKUP_VALUES_FOLDED + 1)
#define SCIM_LOOKUP_KEYS 3

/* An attribute that is looked up: its column is generated from the document. */
typedef struct ScimLookup
{
	char	   *path;			/* as ScimPath.text spells it */
	char	   *column;			/* quoted */
	AttrNumber	number;
	ScimLookupKind kind;
	bool		unique;			/* no two resources of a tenant have the same value */
	Oid			index_relid;	/* of what is unique: the index that keeps it so, or InvalidOid */
	char	   *index;			/* and its name, or NULL */
	char	   *keys[SCIM_LOOKUP_KEYS + 1]; /* the way to it in the document, ended by NULL */
} ScimLookup;

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

/* Visits the attributes of a type, and their sub-attributes; true as soon as a visit says so. */
typedef bool (*ScimVisitPath) (const ScimPath *path, void *argument);
extern bool scim_visit_attributes(const ScimResourceType *type, ScimVisitPath visit,
								  void *argument);

/* Is the attribute kept elsewhere than in the document: id, meta, password, members, groups? */
extern bool scim_is_kept_elsewhere(const ScimResourceType *type, const ScimPath *path);

/* Plans the lookup of an attribute, without a column's name; false if it cannot have one. */
extern bool scim_plan_lookup(const ScimResourceType *type, const ScimPath *path,
							 ScimPlannedLookup *lookup);

/* The same for a path as schemas spell it; false also if the type has no such attribute. */
extern bool scim_plan_path(const ScimResourceType *type, const char *path,
						   ScimPlannedLookup *lookup);

/*
 * The lookups of a created table: what real clients look for, and all that is
 * unique (List of ScimPlannedLookup, with names).  INVALID_VALUE for a
 * uniqueness that cannot be kept.
 */
extern List *scim_plan_lookups(const ScimResourceType *type);

/* What the plan says of a lookup; its column is not set. */
extern void scim_fill_lookup(ScimLookup *lookup, const ScimPlannedLookup *plan);

/*
 * A column's name for the path, other than those of the plans and of the
 * relation (may be InvalidOid).
 */
extern char *scim_lookup_name(const ScimPath *path, List *plans, Oid relid);

/* The SQL from which the column is generated; "data" is the quoted column of the document. */
extern char *scim_lookup_expression(const ScimPlannedLookup *lookup, const char *data);

#endif							/* SCIM_REGISTRY_LOOKUP_H */
