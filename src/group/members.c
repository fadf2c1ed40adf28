/*
 * members.c
 *		Members of a group, as a client names them, are found and locked.
 */
#include "postgres.h"

#include "base/errors.h"
#include "column/id.h"
#include "executor/spi.h"
#include "group/members.h"
#include "group/nesting.h"
#include "miscadmin.h"
#include "registry/cache.h"
#include "registry/schemas.h"
#include "statement/parameters.h"
#include "statement/statement.h"
#include "statement/tenant.h"
#include "utils/builtins.h"
#include "utils/datum.h"

/* A member that is looked for. */
typedef struct Wanted
{
	const char *id;				/* as its table's type writes it */
	const ScimMember *member;
	const char *type;			/* of the resource that was found, or NULL */
} Wanted;

static int
compare_wanted(const void *a, const void *b)
{
	return strcmp(((const Wanted *) a)->id, ((const Wanted *) b)->id);
}

void
scim_throw_no_member(const char *member)
{
	ScimError  *error = scim_error(SCIM_NO_SUCH_MEMBER);

	scim_error_text(error, "path", "members.value");
	scim_error_text(error, "value", member);
	scim_throw(error, "member \"%s\" does not exist", member);
}

/* The ids in order, each once; *missing: one that is none. */
static Wanted *
sort_wanted(const ScimIdType *type, const ScimMember *members, int *count, const char **missing)
{
	Wanted	   *wanted = palloc_extended(Max(*count, 1) * sizeof(Wanted), MCXT_ALLOC_HUGE);
	int			ids = 0;
	int			kept = 0;

	for (int i = 0; i < *count; i++)
	{
		Datum		id;

		if (!scim_parse_id(type, members[i].value, &id))
		{
			*missing = *missing ? *missing : members[i].value;
			continue;
		}
		wanted[ids].id = scim_id_text(type, id);
		wanted[ids].member = &members[i];
		wanted[ids++].type = NULL;
	}
	qsort(wanted, ids, sizeof(Wanted), compare_wanted);
	for (int i = 0; i < ids; i++)
	{
		if (kept == 0 || compare_wanted(&wanted[kept - 1], &wanted[i]) != 0)
			wanted[kept++] = wanted[i];
	}
	*count = kept;
	return wanted;
}

/*
 * Does the URI lead to a resource of the type: does it end with the endpoint
 * and one more segment?
 */
static bool
leads_to(const char *uri, const ScimResourceType *type)
{
	const char *last = strrchr(uri, '/');
	const char *name = type->endpoint + 1;	/* "Users": "Users/2" leads there as well */
	size_t		length = strlen(name);
	const char *begin;

	if (last == NULL || (size_t) (last - uri) < length)
		return false;
	begin = last - length;
	return strncmp(begin, name, length) == 0 && (begin == uri || begin[-1] == '/');
}

/* Does the client say that the member is of the type?  By "type", or without it by "$ref". */
static bool
is_said_to_be(const ScimMember *member, const ScimResourceType *type)
{
	if (member->type)
		return pg_strcasecmp(member->type, type->name) == 0;
	return member->ref && leads_to(member->ref, type);
}

/*
 * The ids that a table may still have: of members not found yet, or said to be
 * of its type; *count of them.
 */
static Datum *
ids_for(const ScimRegistration *table, Wanted *wanted, int all, int *count)
{
	Datum	   *ids = palloc_extended(all * sizeof(Datum), MCXT_ALLOC_HUGE);

	*count = 0;
	for (int i = 0; i < all; i++)
	{
		if ((wanted[i].type == NULL || is_said_to_be(wanted[i].member, table->type)) &&
			scim_parse_id(table->id_type, wanted[i].id, &ids[*count]))
			(*count)++;
	}
	return ids;
}

/*
 * The type that stands behind the id in a row of SPI_tuptable; without one it
 * is that of the table at hand.
 */
static const ScimResourceType *
found_type(uint64 row, const ScimResourceType *otherwise)
{
	bool		isnull;
	Datum		name;

	if (SPI_tuptable->tupdesc->natts == 1)
		return otherwise;
	name = SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, 2, &isnull);
	return isnull ? NULL : scim_resource_type(TextDatumGetCString(name));
}

/* The ids that came in SPI_tuptable are of that type, unless they say another. */
static void
note_found(const ScimIdType *id_type, const ScimResourceType *otherwise, Wanted *wanted, int count,
		   uint64 found)
{
	for (uint64 i = 0; i < found; i++)
	{
		const ScimResourceType *type = found_type(i, otherwise);
		bool		isnull;
		Wanted		key;
		Wanted	   *one;

		CHECK_FOR_INTERRUPTS();
		key.id = scim_id_text(id_type, SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc,
													 1, &isnull));
		one = type ? bsearch(&key, wanted, count, sizeof(Wanted), compare_wanted) : NULL;
		if (one && (one->type == NULL || is_said_to_be(one->member, type)))
			one->type = type->name;
	}
	SPI_freetuptable(SPI_tuptable);
}

/*
 * Those of the ids that the caller may see, *count of them: what is hidden from
 * the caller is not locked, and answered as if it did not exist.
 */
static Datum *
seen_ids(const ScimRegistration *table, const char *tenant, Datum *ids, int *count)
{
	Datum	   *seen;

	if (*count == 0 || scim_sees_all(table, tenant))
		return ids;
	*count = (int) scim_see_rows(table, tenant, ids, *count, false);
	seen = palloc_extended(Max(*count, 1) * sizeof(Datum), MCXT_ALLOC_HUGE);
	for (int i = 0; i < *count; i++)
	{
		bool		isnull;
		Datum		id = SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &isnull);

		seen[i] = datumCopy(id, table->id_type->by_value, table->id_type->length);
	}
	SPI_freetuptable(SPI_tuptable);
	return seen;
}

/* tenant, ids: FOR KEY SHARE, in the order of ids */
static const ScimStatement lock_members = {
	.sql = "SELECT {id} FROM {table} AS r WHERE {in_tenant} AND {id}" EQ "ANY ($2)"
	" ORDER BY {lock_order} FOR KEY SHARE",
	.types = {SCIM_TENANT_PARAMETER, SCIM_IDS_PARAMETER},
	.as_owner = true
};

/* tenant, id: the same for one */
static const ScimStatement lock_member = {
	.sql = "SELECT {id} FROM {table} AS r WHERE {key} FOR KEY SHARE",
	.types = {SCIM_TENANT_PARAMETER, SCIM_ID_PARAMETER},
	.as_owner = true
};

/*
 * Locks those of the wanted that the type's table may have, and has; a client's
 * hint decides where two types share an id.  Before any group is locked, so is
 * nesting: whoever waits for that must not hold what its owner may wait for, as
 * the row of a group that somebody else deletes.
 */
static void
lock_in(const ScimRegistration *table, const char *tenant, Wanted *wanted, int count)
{
	int			left;
	Datum	   *ids = ids_for(table, wanted, count, &left);
	Datum		values[2];
	uint64		found;

	ids = seen_ids(table, tenant, ids, &left);
	if (left == 0)
		return;
	if (table->type->has_members)
		scim_lock_nesting(scim_members_table(), tenant);
	values[0] = scim_tenant_datum(table, tenant);
	values[1] = left == 1 ? ids[0] : scim_id_array(table->id_type, ids, left);
	found = scim_run(left == 1 ? &lock_member : &lock_members, table, values, NULL, false);
	note_found(table->id_type, table->type, wanted, count, found);
}

/*
 * Members that are hidden from the caller, or (in a mapped join table)
 * are marked as deleted, or gone: they are shown, so what was read can be sent
 * back with them.
 */
static void
take_those_there(const ScimRegistration *table, const char *tenant, const char *group,
				 Wanted *wanted, int count)
{
	Datum	   *ids;
	int			left = 0;

	if (group == NULL)
		return;
	ids = palloc_extended(Max(count, 1) * sizeof(Datum), MCXT_ALLOC_HUGE);
	for (int i = 0; i < count; i++)
	{
		if (wanted[i].type == NULL && scim_parse_id(table->member_type, wanted[i].id, &ids[left]))
			left++;
	}
	if (left == 0)
		return;
	note_found(table->member_type, scim_resource_type("User"), wanted, count,
			   scim_find_memberships(table, tenant, group, ids, left));
}

/* The type that the member is said to be of, if the table cannot hold such members; or NULL. */
static const ScimResourceType *
type_not_held(const ScimRegistration *table, const ScimMember *member)
{
	for (const ScimResourceType *const *type = scim_resource_types(); *type; type++)
	{
		if ((*type)->can_be_member && is_said_to_be(member, *type) &&
			!scim_side_table(table, *type))
			return *type;
	}
	return NULL;
}

/*
 * Who is said to be of a type that the table cannot hold is not taken for
 * another resource that has the same id.
 */
static void
refuse_others(const ScimRegistration *table, const ScimMember *members, int count)
{
	for (int i = 0; i < count; i++)
	{
		const ScimResourceType *type = type_not_held(table, &members[i]);
		ScimError  *error;

		CHECK_FOR_INTERRUPTS();
		if (type == NULL)
			continue;
		error = scim_error(SCIM_NOT_HELD);
		scim_error_text(error, "path", members[i].type ? "members.type" : "members.$ref");
		scim_error_text(error, "value", members[i].value);
		scim_throw(error, "%s \"%s\" cannot be a member: table %-s holds no members of that type",
				   type->name, members[i].value, table->table);
	}
}

/* Those that were found become the set; returns one that was not, as it was named, or NULL. */
static const char *
keep_found(ScimMemberSet *set, const Wanted *wanted, int count)
{
	const char *missing = NULL;

	set->count = 0;
	set->types = palloc_extended(Max(count, 1) * sizeof(Datum), MCXT_ALLOC_HUGE);
	set->ids = palloc_extended(Max(count, 1) * sizeof(char *), MCXT_ALLOC_HUGE);
	for (int i = 0; i < count; i++)
	{
		if (wanted[i].type == NULL)
		{
			missing = missing ? missing : wanted[i].member->value;
			continue;
		}
		set->types[set->count] = CStringGetTextDatum(wanted[i].type);
		set->ids[set->count++] = (char *) wanted[i].id;
	}
	return missing;
}

/* Returns one that does not exist, as it was named, or NULL. */
static const char *
find_members(ScimMemberSet *set, const ScimRegistration *table, const char *tenant,
			 const char *group, const ScimMember *members, int count)
{
	const char *missing = NULL;
	const char *not_found;
	Wanted	   *wanted;

	refuse_others(table, members, count);
	wanted = sort_wanted(table->member_type, members, &count, &missing);
	for (const ScimResourceType *const *type = scim_resource_types(); *type && count > 0; type++)
	{
		const ScimRegistration *side = scim_side_table(table, *type);

		if (side)
			lock_in(side, tenant, wanted, count);
	}
	take_those_there(table, tenant, group, wanted, count);
	not_found = keep_found(set, wanted, count);
	return missing ? missing : not_found;
}

void
scim_prepare_members(ScimMembersWrite *write, const char *tenant, const char *group,
					 const ScimMemberChange *change)
{
	memset(write, 0, sizeof(ScimMembersWrite));
	write->members = scim_members_table();
	write->replace = change->replace;
	write->missing = find_members(&write->add, write->members, tenant, group, change->add,
								  change->add_count);
	write->remove = palloc_extended(Max(change->remove_count, 1) * sizeof(Datum), MCXT_ALLOC_HUGE);
	for (int i = 0; i < change->remove_count; i++)
	{
		/* what cannot be an id, or is said to be what no member is, is gone already */
		if (type_not_held(write->members, &change->remove[i]) == NULL &&
			scim_parse_id(write->members->member_type, change->remove[i].value,
						  &write->remove[write->remove_count]))
			write->remove_count++;
	}
}

/* His place among those who are to come, who are in order; -1: he was not found. */
static int
place_of(const ScimMembersWrite *write, const ScimMember *member)
{
	const ScimIdType *type = write->members->member_type;
	Datum		id;
	char	   *key;
	char	  **found;

	if (!scim_parse_id(type, member->value, &id))
		return -1;
	key = scim_id_text(type, id);
	found = bsearch(&key, write->add.ids, write->add.count, sizeof(char *), pg_qsort_strcmp);
	return found ? found - write->add.ids : -1;
}

void
scim_find_types(const ScimMembersWrite *write, ScimMember *members, int count)
{
	for (int i = 0; i < count; i++)
	{
		int			place = place_of(write, &members[i]);

		CHECK_FOR_INTERRUPTS();
		if (place >= 0)
			members[i].type = TextDatumGetCString(write->add.types[place]);
	}
}

bool
scim_is_to_come(const ScimMembersWrite *write, const ScimMember *member)
{
	return place_of(write, member) >= 0;
}

void
scim_refuse_self(const ScimMembersWrite *write, const char *group)
{
	/* a group that is made has no id yet */
	for (int i = 0; group && i < write->add.count; i++)
	{
		if (strcmp(TextDatumGetCString(write->add.types[i]), write->members->type->name) == 0 &&
			strcmp(write->add.ids[i], group) == 0)
			scim_throw_path(SCIM_MEMBER_IN_ITSELF, "members.value",
							"a group cannot be its own member");
	}
}
