/*
 * joined.c
 *		Memberships name groups and users by columns of their own: whether the
 *		two can still be compared.
 *
 * When memberships are registered both have one type.  Types are altered one
 * table after the other, though: in between, integers of any size will do.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "errors.h"
#include "store/joined.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

/* A column of memberships, and what it names. */
typedef struct Pair
{
	ScimMemberColumn column;
	ScimColumn	named;
	bool		of_groups;		/* or of users */
} Pair;

static const Pair pairs[] = {
	{SCIM_MEMBER_GROUP, SCIM_COLUMN_ID, true},
	{SCIM_MEMBER_ID, SCIM_COLUMN_ID, false},
	{SCIM_MEMBER_TENANT, SCIM_COLUMN_TENANT, true},
	{SCIM_MEMBER_TENANT, SCIM_COLUMN_TENANT, false},
};

static bool
is_integer(Oid type)
{
	return type == INT2OID || type == INT4OID || type == INT8OID;
}

static bool
can_be_compared(Oid a, Oid b)
{
	return scim_id_type(a) == scim_id_type(b) || (is_integer(getBaseType(a)) && is_integer(getBaseType(b)));
}

/* The table whose column does not fit that of the memberships; NULL: all do.  *pair: which. */
static const ScimRegistration *
find_misfit(const ScimRegistration *members, const Pair **pair)
{
	const ScimRegistration *groups = scim_find_table(members->type);
	const ScimRegistration *users = scim_find_table(scim_resource_type("User"));

	for (size_t i = 0; i < lengthof(pairs); i++)
	{
		const ScimRegistration *named = pairs[i].of_groups ? groups : users;

		*pair = &pairs[i];
		if (named && members->columns[pairs[i].column] && named->columns[pairs[i].named] &&
			!can_be_compared(members->types[pairs[i].column], named->types[pairs[i].named]))
			return named;
	}
	return NULL;
}

static const ScimRegistration *
find_members(void)
{
	const ScimResourceType *groups = scim_members_type();

	return groups ? scim_find_members(groups) : NULL;
}

static char *
problem_of(const ScimRegistration *members, const ScimRegistration *named, const Pair *pair)
{
	return psprintf("column %s of table %s is of type %s: column %s of table %s, which it names, is of type %s",
					members->columns[pair->column], members->table, format_type_be(members->types[pair->column]),
					named->columns[pair->named], named->table, format_type_be(named->types[pair->named]));
}

char *
scim_join_problem(void)
{
	const ScimRegistration *members = find_members();
	const Pair *pair;
	const ScimRegistration *named = members ? find_misfit(members, &pair) : NULL;

	return named ? problem_of(members, named, pair) : NULL;
}

void
scim_check_joined(void)
{
	const ScimRegistration *members = find_members();
	const Pair *pair;
	const ScimRegistration *named = members ? find_misfit(members, &pair) : NULL;
	ScimError  *error;

	if (named == NULL)
		return;
	error = scim_error(SCIM_NOT_JOINED);
	scim_error_whole(error, "relation", members->table);
	scim_error_whole(error, "column", members->columns[pair->column]);
	scim_throw(error, "%-s", problem_of(members, named, pair));
}
