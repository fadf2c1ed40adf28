/*
 * leaving.c
 *		Memberships of users and groups that are deleted: they go with them.
 *
 * Of created tables foreign keys see to that, and of many mapped ones.
 * Where there is none, whoever gets the id of one that was deleted would be in
 * its groups: so memberships are removed as a foreign key would, but with the
 * rights of whoever deletes.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "base/compat.h"
#include "base/errors.h"
#include "catalog/pg_constraint.h"
#include "executor/spi.h"
#include "group/leaving.h"
#include "registry/cache.h"
#include "registry/schemas.h"
#include "statement/parameters.h"
#include "statement/statement.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/syscache.h"

/* ---- which memberships ---- */

const ScimRegistration *
scim_memberships_of(const ScimRegistration *table)
{
	const ScimResourceType *type = scim_members_type();
	const ScimRegistration *members = NULL;

	if (!table->storage->ties_members && type &&
		(table->type->has_members || table->type->has_groups))
		members = scim_find_members(type);
	return members && !members->storage->ties_members ? members : NULL;
}

/* The column of memberships that names resources of the table. */
static ScimMemberColumn
column_for(const ScimRegistration *table)
{
	return table->type->has_members ? SCIM_MEMBER_GROUP : SCIM_MEMBER_ID;
}

/* ---- foreign keys ---- */

/* Does the foreign key lead from the column to the other one? */
static bool
leads(const ForeignKeyCacheInfo *key, AttrNumber from, AttrNumber to)
{
	for (int i = 0; i < key->nkeys; i++)
	{
		if (key->conkey[i] == from && key->confkey[i] == to)
			return true;
	}
	return false;
}

static ScimKeyAction
action_of(Oid constraint)
{
	HeapTuple	tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(constraint));
	ScimKeyAction action = SCIM_KEY_NONE;

	if (!HeapTupleIsValid(tuple))
		return action;
	if (scim_is_enforced((Form_pg_constraint) GETSTRUCT(tuple)))
	{
		switch (((Form_pg_constraint) GETSTRUCT(tuple))->confdeltype)
		{
			case FKCONSTR_ACTION_NOACTION:
			case FKCONSTR_ACTION_RESTRICT:
				action = SCIM_KEY_REFUSES;
				break;
			default:
				action = SCIM_KEY_ACTS;
		}
	}
	ReleaseSysCache(tuple);
	return action;
}

/* Those that lead from memberships to the table. */
static List *
keys_to(const ScimRegistration *table, const ScimRegistration *members)
{
	Relation	relation = table_open(members->relid, AccessShareLock);
	List	   *keys = NIL;
	ListCell   *cell;

	/* nothing is looked up meanwhile, which could have the relation forget them */
	foreach(cell, RelationGetFKeyList(relation))
	{
		const ForeignKeyCacheInfo *key = lfirst(cell);

		if (key->confrelid == table->relid &&
			leads(key, members->numbers[column_for(table)], table->numbers[SCIM_COLUMN_ID]))
			keys = lappend_oid(keys, key->conoid);
	}
	table_close(relation, AccessShareLock);
	return keys;
}

ScimKeyAction
scim_key_action(const ScimRegistration *table, const ScimRegistration *members)
{
	ScimKeyAction result = SCIM_KEY_NONE;
	ListCell   *cell;

	foreach(cell, keys_to(table, members))
	{
		ScimKeyAction action = action_of(lfirst_oid(cell));

		/* of several, the one that refuses decides */
		if (action == SCIM_KEY_REFUSES || result == SCIM_KEY_NONE)
			result = action;
	}
	return result;
}

/* ---- removing ---- */

/*
 * tenant, ids: FOR NO KEY UPDATE, in the order of ids, also of those that are
 * marked as deleted
 */
static const ScimStatement lock_holders = {
	.sql = "SELECT {id} FROM {table} AS r WHERE {?members.tenant:{tenant}" EQ "$1 AND }"
	"{id}" EQ "ANY ($2) ORDER BY {lock_order} FOR NO KEY UPDATE",
	.types = {SCIM_TENANT_PARAMETER, SCIM_IDS_PARAMETER},
	.as_owner = true
};

void
scim_lock_holders(const ScimRegistration *members, const char *tenant, uint64 count)
{
	const ScimRegistration *groups = scim_find_table(members->type);
	Datum	   *ids;
	Datum		values[2];

	if (groups == NULL || count == 0)
		return;
	ids = palloc_extended(count * sizeof(Datum), MCXT_ALLOC_HUGE);
	for (uint64 i = 0; i < count; i++)
	{
		bool		isnull;

		ids[i] = SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &isnull);
	}
	values[0] = tenant ? scim_tenant_datum(groups, tenant) : (Datum) 0;
	values[1] = scim_id_array(groups->id_type, ids, count);
	scim_run(&lock_holders, groups, values, tenant ? "  " : "n ", false);
}

/*
 * tenant, ids: memberships whose column is among the ids, which may be many.
 * What others have committed is seen, as by foreign keys.
 */
#define AMONG(column) \
	"{in_tenant} AND {" column "}" EQ "ANY (SELECT k.id FROM pg_catalog.unnest($2) AS k(id))"

/* The groups that hold any of the members; those of the groups that hold anybody. */
#define FIND_AMONG(column, ids) \
	{ \
		.sql = "SELECT DISTINCT {group} FROM {table} WHERE " AMONG(column) \
			" AND {group} IS NOT NULL", \
		.types = {SCIM_TENANT_PARAMETER, ids}, \
		.as_owner = true, \
		.latest = true \
	}
static const ScimStatement find_of_members = FIND_AMONG("member", SCIM_MEMBERS_PARAMETER);
static const ScimStatement find_in_groups = FIND_AMONG("group", SCIM_IDS_PARAMETER);

#define REMOVE_AMONG(column, ids) \
	{ \
		.sql = "DELETE FROM {table} WHERE " AMONG(column), \
		.types = {SCIM_TENANT_PARAMETER, ids}, \
		.latest = true \
	}
static const ScimStatement remove_of_members = REMOVE_AMONG("member", SCIM_MEMBERS_PARAMETER);
static const ScimStatement remove_in_groups = REMOVE_AMONG("group", SCIM_IDS_PARAMETER);

static SCIM_NORETURN void throw_kept(const ScimRegistration *table,
									 const ScimRegistration *members);

static void
throw_kept(const ScimRegistration *table, const ScimRegistration *members)
{
	ScimError  *error = scim_error(SCIM_SUPPRESSED);

	scim_error_whole(error, "relation", members->table);
	scim_throw(error,
			   "a policy, trigger or rule of table %-s keeps memberships of this %s, which would "
			   "have to go along",
			   members->table, table->type->name);
}

void
scim_remove_memberships(const ScimRegistration *table, const char *tenant, Datum *ids, int count)
{
	const ScimRegistration *members = scim_memberships_of(table);
	bool		of_groups = table->type->has_members;
	const ScimStatement *find = of_groups ? &find_in_groups : &find_of_members;
	const char *nulls = tenant ? "  " : "n ";
	Datum		values[2];
	uint64		found;

	values[0] = tenant ? scim_tenant_datum(members, tenant) : (Datum) 0;
	values[1] = scim_id_array(of_groups ? members->id_type : members->member_type, ids, count);
	/* the privilege is needed for what is there only */
	found = scim_run(find, members, values, nulls, false);
	if (found == 0)
		return;
	if (!of_groups)
		scim_lock_holders(members, tenant, found);
	scim_run(of_groups ? &remove_in_groups : &remove_of_members, members, values, nulls,
			 false);
	if (scim_run(find, members, values, nulls, false) > 0)
		throw_kept(table, members);
}
