/*
 * column_kinds.c
 *		The columns of registered tables that have a meaning of their own.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "registry/column_kinds.h"

const ScimColumnKind scim_column_kinds[SCIM_COLUMNS] = {
	[SCIM_COLUMN_TENANT] = {"tenant", "tenant_id", TEXTOID},
	[SCIM_COLUMN_ID] = {"id", "id", UUIDOID},
	[SCIM_COLUMN_DATA] = {"data", "data", JSONBOID},
	[SCIM_COLUMN_VERSION] = {"version", "version", TEXTOID},
	[SCIM_COLUMN_REVISION] = {"revision", "revision", INT8OID},
	[SCIM_COLUMN_CREATED] = {"created", "created", TIMESTAMPTZOID},
	[SCIM_COLUMN_LAST_MODIFIED] = {"lastModified", "last_modified", TIMESTAMPTZOID},
	[SCIM_COLUMN_PASSWORD] = {"password", "password_hash", TEXTOID},
	[SCIM_COLUMN_MEMBER_COUNT] = {"memberCount", "member_count", INT8OID},
	[SCIM_COLUMN_MEMBER_DIGEST] = {"memberDigest", "member_digest", BYTEAOID},
	[SCIM_COLUMN_DELETED] = {"deleted", NULL, TIMESTAMPTZOID},
};

const ScimColumnKind scim_member_column_kinds[SCIM_MEMBER_COLUMNS] = {
	[SCIM_MEMBER_TENANT] = {"tenant", "tenant_id", TEXTOID},
	[SCIM_MEMBER_GROUP] = {"group", "group_id", UUIDOID},
	[SCIM_MEMBER_TYPE] = {"type", "member_type", TEXTOID},
	[SCIM_MEMBER_ID] = {"member", "member_id", UUIDOID},
	[SCIM_MEMBER_USER] = {"user", "user_id", UUIDOID},
	[SCIM_MEMBER_SUBGROUP] = {"subgroup", "subgroup_id", UUIDOID},
};

bool
scim_has_column(const ScimResourceType *type, ScimColumn column)
{
	switch (column)
	{
		case SCIM_COLUMN_PASSWORD:
			return type->has_password;
		case SCIM_COLUMN_MEMBER_COUNT:
		case SCIM_COLUMN_MEMBER_DIGEST:
			return type->has_members;
		case SCIM_COLUMN_DELETED:
			return false;		/* of a created table */
		default:
			return true;
	}
}
