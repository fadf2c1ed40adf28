/*
 * joined.c
 *		Memberships name groups and users by columns of their own: whether the
 *		two can still be compared.
 *
 * When memberships are registered both have one type.  Types are altered one
 * table after the other, though: in between, integers of any size will do.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/protect.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "column/id.h"
#include "core/schema.h"
#include "registry/cache.h"
#include "registry/joined.h"
#include "registry/our_trigger.h"
#include "registry/registration.h"
#include "registry/schemas.h"
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
	return scim_id_type(a) == scim_id_type(b) ||
		(is_integer(getBaseType(a)) && is_integer(getBaseType(b)));
}

/* What cannot be compared. */
typedef struct Misfit
{
	const ScimRegistration *members;
	const ScimRegistration *named;	/* NULL: all can be */
	const Pair *pair;
} Misfit;

static void
find_misfit(void *argument)
{
	Misfit	   *misfit = argument;
	const ScimResourceType *type = scim_members_type();
	const ScimRegistration *members = type ? scim_find_members(type) : NULL;
	const ScimRegistration *groups = scim_find_table(type);
	const ScimRegistration *users = scim_find_table(scim_resource_type("User"));

	misfit->members = members;
	for (size_t i = 0; members && misfit->named == NULL && i < lengthof(pairs); i++)
	{
		const ScimRegistration *named = pairs[i].of_groups ? groups : users;

		misfit->pair = &pairs[i];
		if (named && members->columns[pairs[i].column] && named->columns[pairs[i].named] &&
			!can_be_compared(members->types[pairs[i].column], named->types[pairs[i].named]))
			misfit->named = named;
	}
}

/* A table that cannot be read at all is in nobody's way here. */
static Misfit
misfit_of_tables(void)
{
	Misfit		misfit = {0};
	ErrorData  *error = scim_protect(find_misfit, &misfit);

	if (error && !scim_is_ours(error))
		ReThrowError(error);
	return misfit;
}

static char *
problem_of(const Misfit *misfit)
{
	const ScimRegistration *members = misfit->members;
	const ScimRegistration *named = misfit->named;

	return psprintf("column %s of table %s is of type %s: column %s of table %s, which it names, "
					"is of type %s",
					members->columns[misfit->pair->column], members->table,
					format_type_be(members->types[misfit->pair->column]),
					named->columns[misfit->pair->named], named->table,
					format_type_be(named->types[misfit->pair->named]));
}

char *
scim_join_problem(void)
{
	Misfit		misfit = misfit_of_tables();

	return misfit.named ? problem_of(&misfit) : NULL;
}

static bool
is_registered(Oid altered)
{
	ListCell   *cell;

	foreach(cell, find_all_inheritors(altered, NoLock, NULL))
	{
		if (scim_has_triggers(lfirst_oid(cell), SCIM_MAPPED_KINDS))
			return true;
	}
	return false;
}

void
scim_check_joined(Oid altered)
{
	Misfit		misfit = {0};
	ScimError  *error;

	if (is_registered(altered))
		misfit = misfit_of_tables();
	if (misfit.named == NULL)
		return;
	error = scim_error(SCIM_NOT_JOINED);
	scim_error_whole(error, "relation", misfit.members->table);
	scim_error_whole(error, "column", misfit.members->columns[misfit.pair->column]);
	scim_throw(error, "%-s", problem_of(&misfit));
}
