/*
 * gone.c
 *		Members who left a group: because they are gone?
 *
 * A trigger of memberships does not learn whether a foreign key or a statement removed them:
 * its rows are the same, and it fires when the statement that deleted the member has ended,
 * as whoever ran that.  But members who are not there any more leave for that reason alone.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "group/gone.h"
#include "miscadmin.h"
#include "registry/cache.h"
#include "registry/schemas.h"
#include "statement/parameters.h"
#include "statement/statement.h"

/* tenant, ids: one that is there */
static const ScimStatement find_there = {
	.sql = "SELECT FROM {table} AS r WHERE {?members.tenant:r.{tenant}" EQ "$1 AND }"
	"r.{id}" EQ "ANY ($2) LIMIT 1",
	.types = {SCIM_TENANT_PARAMETER, SCIM_IDS_PARAMETER},
	.as_owner = true,
	.latest = true
};

/* Those of the type, as its table has them; *count of them that can be ids of it. */
static Datum *
ids_of(const ScimRegistration *table, const List *leavers, int *count)
{
	Datum	   *ids = palloc_extended(Max(list_length(leavers), 1) * sizeof(Datum),
									  MCXT_ALLOC_HUGE);
	ListCell   *cell;

	*count = 0;
	foreach(cell, leavers)
	{
		const ScimLeaver *leaver = lfirst(cell);

		CHECK_FOR_INTERRUPTS();
		if (strcmp(leaver->type, table->type->name) == 0 &&
			scim_parse_id(table->id_type, leaver->id, &ids[*count]))
			(*count)++;
	}
	return ids;
}

static bool
is_one_there(const ScimRegistration *table, const char *tenant, const List *leavers)
{
	Datum		values[2];
	int			count;
	Datum	   *ids = ids_of(table, leavers, &count);

	if (count == 0)
		return false;
	values[0] = tenant ? scim_tenant_datum(table, tenant) : (Datum) 0;
	values[1] = scim_id_array(table->id_type, ids, count);
	return scim_run(&find_there, table, values, tenant ? "  " : "n ", false) > 0;
}

/* Where members of the type are; NULL: nobody can tell whether they are there. */
static const ScimRegistration *
table_of(const ScimRegistration *members, const char *name)
{
	const ScimResourceType *type = scim_resource_type(name);

	return type && type->can_be_member ? scim_side_table(members, type) : NULL;
}

bool
scim_are_gone(const ScimRegistration *members, const char *tenant, const List *leavers)
{
	ListCell   *cell;

	foreach(cell, leavers)
	{
		CHECK_FOR_INTERRUPTS();
		if (table_of(members, ((const ScimLeaver *) lfirst(cell))->type) == NULL)
			return false;
	}
	for (const ScimResourceType *const *type = scim_resource_types(); *type; type++)
	{
		const ScimRegistration *table = table_of(members, (*type)->name);

		if (table && is_one_there(table, tenant, leavers))
			return false;
	}
	return true;
}
