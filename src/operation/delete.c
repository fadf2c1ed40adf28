/*
 * delete.c
 *		Deleting a resource.
 *
 * The resource is locked first, then the groups that hold it, in order; only
 * then does anything cascade.  So a delete and a group's write never wait for
 * one another crosswise.
 *
 * Where groups hold groups, a group is a resource of one delete and a holder
 * in another: no order of rows suits both.  So a delete of a group runs beside
 * no other delete in its tenant; deletes of users run beside one another.
 *
 * Memberships that no foreign key takes along go before the row does.  In a
 * table whose rows are marked as deleted, nothing goes: the mark is set like any
 * other column.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "decision/guard.h"
#include "decision/policies.h"
#include "executor/spi.h"
#include "group/leaving.h"
#include "operation/answered.h"
#include "operation/applying.h"
#include "operation/deferred.h"
#include "operation/delete.h"
#include "operation/mismatch.h"
#include "operation/proposing.h"
#include "operation/run.h"
#include "registry/cache.h"
#include "registry/schemas.h"
#include "resource/member_sum.h"
#include "resource/row_write.h"
#include "resource/target.h"
#include "statement/parameters.h"
#include "statement/statement.h"
#include "statement/tenant.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"

typedef struct Delete
{
	ScimTarget	target;
	const ScimWriteOptions *options;
	char	   *id;
	const char *expected;		/* version, or NULL */
	char	   *locked;			/* the version that it has before */
	bool		emptied;		/* its memberships were removed */
	char	   *version;		/* that was deleted */
	bool		proposes;		/* where it must be reviewed, or others changed the resource, it
								 * becomes a proposal */
	const ScimPolicy *policy;	/* that binds it, or NULL */
	ScimWriteResult *result;
} Delete;

void
scim_queue_delete(const char *tenant, bool alone)
{
	const ScimRegistration *groups = scim_find_table(scim_members_type());
	uint32		hash = hash_bytes((const unsigned char *) tenant, strlen(tenant));

	if (groups)
		LockDatabaseObject(RelationRelationId, groups->relid, (uint16) hash,
						   alone ? ExclusiveLock : RowShareLock);
}

/* tenant, id: the groups that hold it */
static const ScimStatement find_holders = {
	.sql = "SELECT {group} FROM {table} WHERE {in_tenant}"
	" AND ({user}" EQ "$2{?subgroup: OR {subgroup}" EQ "$2}) AND {group} IS NOT NULL",
	.types = {SCIM_TENANT_PARAMETER, SCIM_MEMBER_PARAMETER},
	.as_owner = true
};

/* The groups that hold the resource, locked in the order of their ids. */
static void
lock_holders(const Delete *delete)
{
	const ScimRegistration *members = scim_find_members(scim_members_type());
	Datum		values[2];

	if (members == NULL || !scim_parse_id(members->member_type, delete->id, &values[1]) ||
		(delete->target.type->has_members && members->columns[SCIM_MEMBER_SUBGROUP] == NULL))
		return;
	values[0] = scim_tenant_datum(members, delete->target.tenant);
	scim_lock_holders(members, delete->target.tenant,
					  scim_run(&find_holders, members, values, NULL, false));
}

/* Memberships that nothing else removes, or that would keep the row. */
static void
remove_memberships(Delete *delete)
{
	const ScimRegistration *table = delete->target.table;
	const ScimRegistration *members = scim_memberships_of(table);
	Datum		id;

	if (members == NULL || scim_key_action(table, members) == SCIM_KEY_ACTS)
		return;
	id = scim_id_datum(table, delete->id);
	scim_remove_memberships(table, delete->target.tenant, &id, 1);

	/*
	 * a group has moved with its members; its version was compared under the lock that it still
	 * has
	 */
	delete->emptied = true;
}

bool
scim_delete_marks(const ScimRegistration *table)
{
	return table->columns[SCIM_COLUMN_DELETED] && !table->read_only[SCIM_COLUMN_DELETED];
}

static bool
sets_mark(const Delete *delete)
{
	return scim_delete_marks(delete->target.table);
}

/*
 * The version that the statement asks for: none where it was compared under the
 * lock, and what moved it since was ours, or members would be summed up once
 * more.
 */
static const char *
condition(const Delete *delete)
{
	return delete->emptied || scim_is_summed(delete->target.table) ? NULL : delete->expected;
}

static bool
mark_row(const Delete *delete)
{
	ScimRowWrite write = {
		.registration = delete->target.table,
		.tenant = delete->target.tenant,
		.id = delete->id,
		.expected = condition(delete),
		.marks = true
	};

	return delete->target.table->storage->update(&write);
}

/* tenant, id, expected version or NULL: returns what was deleted */
static const ScimStatement delete_statement = {
	.sql = "DELETE FROM {table} AS r WHERE {key}"
	" AND ($3 IS NULL OR {is_version $3}) RETURNING {bare}",
	.types = {SCIM_TENANT_PARAMETER, SCIM_ID_PARAMETER, TEXTOID}
};

static bool
remove_row(const Delete *delete)
{
	const char *expected = condition(delete);
	Datum		values[3];
	char		nulls[4] = "   ";

	values[0] = scim_tenant_datum(delete->target.table, delete->target.tenant);
	values[1] = scim_id_datum(delete->target.table, delete->id);
	values[2] = expected ? CStringGetTextDatum(expected) : (Datum) 0;
	nulls[2] = expected ? ' ' : 'n';
	return scim_run(&delete_statement, delete->target.table, values, nulls, false) > 0;
}

static bool
delete_row(Delete *delete)
{
	ScimRow		row;

	if (!(sets_mark(delete) ? mark_row(delete) : remove_row(delete)))
		return false;
	scim_read_row(delete->target.table, 0, &row);
	delete->version = row.version && !delete->emptied ? row.version : delete->locked;
	return true;
}

/* tenant, id: FOR UPDATE */
static const ScimStatement lock_for_delete = {
	.sql = "SELECT {bare} FROM {table} AS r WHERE {key} FOR UPDATE",
	.types = {SCIM_TENANT_PARAMETER, SCIM_ID_PARAMETER},
	.as_owner = true
};

static bool
is_stale(const Delete *delete, const ScimRow *row)
{
	return delete->expected && strcmp(delete->expected, row->version) != 0;
}

static bool
becomes_proposal(Delete *delete, const ScimRow *row)
{
	bool		is_reviewed = delete->policy &&
		(delete->policy->reviewed_operations & SCIM_DELETES) != 0;


	if (!delete->proposes || !(is_reviewed || is_stale(delete, row)))
		return false;
	scim_propose_delete(&delete->target, delete->options, row, delete->result);
	return true;
}

/* Others changed it since, and it is to be deleted as it was. */
static void
refuse_stale(const Delete *delete, const ScimRow *row)
{
	ScimSince	since;

	scim_open_since(&since, &delete->target, row, delete->expected, false);
	scim_throw_stale(&delete->target, SCIM_DELETE_MISMATCH, delete->options->id,
					 delete->expected, row, &since, NULL);
}

/*
 * Somebody was asked, as others had changed it: what he saw of it is deleted, or nothing.  False:
 * that became a proposal.
 */
static bool
take_answer(Delete *delete, const ScimRow *row)
{
	const ScimAnswer *answer = delete->options->answer;

	if (!is_stale(delete, row))
		scim_throw_outdated_answer(delete->target.type);
	if (!scim_answer_holds(answer, row))
		refuse_stale(delete, row);
	if (answer->kind == SCIM_ANSWERS_PROPOSE)
	{
		scim_propose_delete(&delete->target, delete->options, row, delete->result);
		return false;
	}
	delete->expected = row->version;
	return true;
}

/*
 * Locks the row, as deleting it would: a mark is an update like others.  False: it is not
 * what was approved to be deleted.
 */
static bool
lock(Delete *delete)
{
	ScimApplication *applies = delete->options->applies;
	ScimRow		row;

	if (!sets_mark(delete))
		scim_queue_delete(delete->target.tenant, delete->target.type->has_members);
	if (!scim_lock_row(&delete->target,
					   sets_mark(delete) ? &scim_lock_statement : &lock_for_delete,
					   delete->id, &row))
	{
		if (scim_apply_is_gone(&delete->target, delete->id, applies))
			return false;
		scim_throw_not_locked(&delete->target, delete->options->id, "deleted");
	}
	delete->locked = row.version;
	scim_guard_delete(delete->target.table, delete->target.tenant, delete->id);
	if (applies && !scim_apply_delete(&delete->target, &row, applies))
		return false;
	if (applies)
		delete->expected = row.version;
	if (delete->options->answer && !take_answer(delete, &row))
		return false;
	if (becomes_proposal(delete, &row))
		return false;
	if (is_stale(delete, &row))
		refuse_stale(delete, &row);
	if (sets_mark(delete))
		return true;
	lock_holders(delete);
	remove_memberships(delete);
	return true;
}

static void
delete_resource(void *argument)
{
	Delete	   *delete = argument;

	/* locked as the owner of the table: the caller's rights and policies are asked first */
	scim_check_tenant(delete->target.table, delete->target.tenant);
	if (!sets_mark(delete))
		scim_check_privilege(delete->target.table, ACL_DELETE);
	if (!scim_fetch(&delete->target, delete->id, false, NULL))
	{
		if (scim_apply_is_gone(&delete->target, delete->id, delete->options->applies))
			return;
		scim_throw_not_found(&delete->target, delete->options->id);
	}
	if (!lock(delete))
		return;
	if (delete_row(delete))
	{
		if (delete->options->asks_deferred && !sets_mark(delete))
			scim_ask_deferred(delete->target.table);
		return;
	}
	if (!scim_fetch(&delete->target, delete->id, false, NULL))
		scim_throw_not_found(&delete->target, delete->options->id);
	scim_throw_suppressed(&delete->target, "deleted");
}

void
scim_store_delete(const ScimWriteOptions *options, ScimWriteResult *result)
{
	Delete		delete = {.options = options};
	ScimCall	call = {0};

	memset(result, 0, sizeof(ScimWriteResult));
	delete.result = result;
	delete.proposes = scim_takes_proposals(options->on_conflict, "\"fail\" or \"propose\"");
	delete.expected = scim_read_expected(options->expected);
	scim_begin_write(&delete.target, options->type, options->tenant);
	delete.id = scim_take_id(&delete.target, options->id);
	call.registration = delete.target.table;
	call.tenant = delete.target.tenant;
	call.id = delete.id;
	call.leases = options->leases;
	call.operation = SCIM_DELETES;
	call.conditional = delete.expected && !options->unnamed;
	call.policy = scim_binding_policy(delete.target.type, delete.target.tenant);
	call.proposal = scim_applied_id(options);
	call.deletes = !sets_mark(&delete);
	call.only_proposes = scim_answer_proposes(options->answer);
	call.proposes = delete.proposes;
	delete.policy = call.policy;
	scim_run_call(&call, delete_resource, &delete);
	if (options->report && !result->proposed)
		result->version = MemoryContextStrdup(delete.target.caller, delete.version);
	SPI_finish();
}
