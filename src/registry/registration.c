/*
 * registration.c
 *		What a registration tells of its table's columns.
 */
#include "postgres.h"

#include "registry/registration.h"

static bool
is_key(const char *key, int length, const char *name)
{
	return strlen(name) == (size_t) length && strncmp(key, name, length) == 0;
}

const char *
scim_find_column(const ScimRegistration *registration, const char *key, int length)
{
	const ScimColumnKind *kinds = registration->is_members ? scim_member_column_kinds
	: scim_column_kinds;
	int			count = registration->is_members ? SCIM_MEMBER_COLUMNS : SCIM_COLUMNS;

	for (int i = 0; i < count; i++)
	{
		if (is_key(key, length, kinds[i].key))
			return registration->columns[i];
	}
	for (int i = 0; i < registration->lookup_count; i++)
	{
		if (is_key(key, length, registration->lookups[i].path))
			return registration->lookups[i].column;
	}
	return NULL;
}

const char *
scim_touched_column(const ScimRegistration *groups)
{
	static const ScimColumn columns[] = {SCIM_COLUMN_REVISION, SCIM_COLUMN_VERSION,
	SCIM_COLUMN_LAST_MODIFIED, SCIM_COLUMN_MEMBER_COUNT};

	for (size_t i = 0; i < lengthof(columns); i++)
	{
		if (groups->columns[columns[i]] && !groups->read_only[columns[i]])
			return groups->columns[columns[i]];
	}
	return NULL;
}
