/*
 * column_kinds.h
 *		The columns of registered tables that have a meaning of their own.
 */
#ifndef SCIM_REGISTRY_COLUMN_KINDS_H
#define SCIM_REGISTRY_COLUMN_KINDS_H

#include "postgres.h"

#include "core/schema.h"

/* The columns of a resource's table that have a meaning of their own. */
typedef enum ScimColumn
{
	SCIM_COLUMN_TENANT,
	SCIM_COLUMN_ID,
	SCIM_COLUMN_DATA,
	SCIM_COLUMN_VERSION,
	SCIM_COLUMN_REVISION,
	SCIM_COLUMN_CREATED,
	SCIM_COLUMN_LAST_MODIFIED,
	SCIM_COLUMN_PASSWORD,
	SCIM_COLUMN_MEMBER_COUNT,
	SCIM_COLUMN_MEMBER_DIGEST,
	SCIM_COLUMN_DELETED			/* a mark: the row is there, the resource is not */
} ScimColumn;

#define SCIM_COLUMNS (SCIM_COLUMN_DELETED + 1)

/* The columns of a membership table. */
typedef enum ScimMemberColumn
{
	SCIM_MEMBER_TENANT,
	SCIM_MEMBER_GROUP,
	SCIM_MEMBER_TYPE,
	SCIM_MEMBER_ID,
	SCIM_MEMBER_USER,
	SCIM_MEMBER_SUBGROUP
} ScimMemberColumn;

#define SCIM_MEMBER_COLUMNS (SCIM_MEMBER_SUBGROUP + 1)
#define SCIM_MAX_COLUMNS SCIM_COLUMNS

/* A column: what it is called in the mapping, and by default, and its type. */
typedef struct ScimColumnKind
{
	const char *key;			/* in the mapping, e.g. "lastModified" */
	const char *name;			/* in a created table, e.g. "last_modified" */
	Oid			type;
} ScimColumnKind;

extern const ScimColumnKind scim_column_kinds[SCIM_COLUMNS];
extern const ScimColumnKind scim_member_column_kinds[SCIM_MEMBER_COLUMNS];

/* Does a table of the type have the column? */
extern bool scim_has_column(const ScimResourceType *type, ScimColumn column);

#endif							/* SCIM_REGISTRY_COLUMN_KINDS_H */
