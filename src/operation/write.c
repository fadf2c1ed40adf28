/*
 * write.c
 *		The steps that all writes of a resource share.
 *
 * The compare and the write are one statement: an UPDATE whose WHERE holds the
 * expected version.  Only when it finds no row is it asked why.  (A mapped
 * group is locked first: an UPDATE that waits does not look again at what
 * changed in another table.  A version that was computed under a lock is not
 * computed once more in the WHERE.)  A group's members are locked before the
 * group, and written after it, so that no two calls wait for one another.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "core/hidden.h"
#include "core/patch_parse.h"
#include "decision/policies.h"
#include "executor/spi.h"
#include "operation/application.h"
#include "operation/unique.h"
#include "operation/write.h"
#include "registry/cache.h"
#include "resource/password.h"
#include "resource/version.h"
#include "statement/required.h"
#include "statement/statement.h"
#include "statement/tenant.h"

static void
identify(ScimWrite *write, const char *id)
{
	write->id_text = id;
	write->wanted.id = write->call.id = scim_take_id(&write->target, id);
}

void
scim_write_begin(ScimWrite *write, ScimOperation operation, const ScimWriteOptions *options,
				 ScimWriteResult *result)
{
	memset(write, 0, sizeof(ScimWrite));
	memset(result, 0, sizeof(ScimWriteResult));
	write->result = result;
	write->options = options;
	write->reports = options->report;
	write->expected = scim_read_expected(options->expected);
	write->call.leases = options->leases;
	write->call.conditional = write->expected && !options->unnamed;
	write->call.proposal = scim_applied_id(options);
	scim_begin_write(&write->target, options->type, options->tenant);
	scim_take_view(&write->target, options->view);
	/* what was stored, or approved, is no client's input */
	if (operation == SCIM_RESTORES || options->applies)
		write->target.rules = &scim_strict_rules;
	write->wanted.registration = write->call.registration = write->target.table;
	write->wanted.tenant = write->call.tenant = write->target.tenant;
	write->call.operation = operation;
	write->call.policy = scim_binding_policy(write->target.type, write->target.tenant);
	if (options->id)
		identify(write, options->id);
}

/* A password is crypted before any lock is taken: that takes a while on purpose. */
void
scim_write_take_password(ScimWrite *write, bool given, const char *password)
{
	write->wanted.sets_password = given;
	write->wanted.password_hash = given && password ? scim_crypt_password(password) : NULL;
}

void
scim_write_take_input(ScimWrite *write, Jsonb *data)
{
	ScimInput  *input = scim_read_input(write->target.type, write->target.rules, data,
										scim_target_ids(&write->target).others);

	write->wanted.document = write->taken = input->document;
	scim_write_take_password(write, input->password != NULL, input->password);
	write->has_members = input->has_members;
	write->change.replace = true;
	write->change.add = input->members;
	write->change.add_count = input->member_count;
}

/*
 * That there is a group is asked before whether its members to come exist.  A write
 * that is merged may name who was a member and is gone: whom it really adds, is known
 * when they are stored.  By the rule "absent_members" who does not exist is left out.
 */
void
scim_write_prepare_members(ScimWrite *write)
{
	const char *id = write->wanted.id;

	scim_prepare_members(&write->members, write->target.tenant, id, &write->change);
	if (write->target.rules->absent_members)
		write->members.missing = NULL;
	if (write->members.missing == NULL || write->merges)
		return;
	if (!write->call.inserting && !scim_fetch(&write->target, id, false, NULL))
		scim_throw_not_found(&write->target, write->id_text);
	scim_throw_no_member(write->members.missing);
}

void
scim_write_lock_members(ScimWrite *write)
{
	if (!write->has_members)
		return;

	/* they are looked up as the owner of their table: not in anybody's tenant */
	scim_check_tenant(write->target.table, write->target.tenant);
	if (write->proposes != SCIM_PROPOSES_ALWAYS)
		scim_check_privilege(scim_members_table(), ACL_INSERT);
	scim_write_prepare_members(write);
	scim_refuse_self(&write->members, write->wanted.id);
}

/* The memberships, and with them the group's count, digest and version. */
void
scim_write_store_members(ScimWrite *write)
{
	if (!write->has_members)
		return;
	if (write->members.missing)
		scim_throw_no_member(write->members.missing);
	if (!scim_write_members(&write->members, write->target.tenant, write->row.id))
		scim_throw(scim_error(SCIM_SUPPRESSED),
				   "a trigger, rule or unique index of table %s does not let the members of this "
				   "%s be as wanted",
				   write->members.members->table, write->target.type->name);
	if (write->call.has_row)
		write->row = write->call.row;
}

/* The storage of the table. */
static const ScimStorage *
storage_of(const ScimWrite *write)
{
	return write->target.table->storage;
}

void
scim_write_take_apart(ScimWrite *write, const ScimRow *old)
{
	storage_of(write)->take_apart(&write->wanted, old, write->call.replaces);
	write->call.split = write->wanted.split;
}

bool
scim_write_try_insert(ScimWrite *write)
{
	scim_write_take_apart(write, NULL);
	scim_check_split(&write->call);
	if (!storage_of(write)->insert(&write->wanted))
		return false;
	scim_read_row(write->target.table, 0, &write->row);
	if (write->row.id[0] == '\0')
		scim_throw_no_id(write->target.table);
	write->call.id = write->row.id;
	return true;
}

void
scim_write_throw_not_inserted(ScimWrite *write)
{
	if (storage_of(write)->skips_taken)
		scim_throw_taken(write->target.table, write->target.tenant, write->wanted.document);
	scim_throw_suppressed(&write->target, "created");
}

/* What differs from the row as it was read is written, if anything does. */
bool
scim_write_update_row(ScimWrite *write, const char *expected)
{
	const ScimStorage *storage = storage_of(write);

	scim_write_take_apart(write, &write->row);
	write->wanted.expected = expected;
	write->wanted.has_version = write->row.has_version;
	if (!storage->is_effective(&write->wanted))
		return true;
	scim_check_split(&write->call);
	if (!storage->update(&write->wanted))
		return false;
	scim_read_row(write->target.table, 0, &write->row);
	return true;
}

/*
 * With values that are never returned, "it is there already" would tell who
 * guesses them that the guess is right.
 */
static bool
would_tell(const ScimWrite *write)
{
	return scim_has_hidden(write->target.type, scim_row_data(write->target.table, &write->row)) ||
		scim_has_hidden(write->target.type, write->wanted.document);
}

/* Is what is wanted there already, in the row that is locked? */
bool
scim_write_is_there(ScimWrite *write, bool stale)
{
	/* also where there is a password: what columns make of the document is reported */
	scim_write_take_apart(write, &write->row);
	if (!storage_of(write)->is_there(&write->wanted, &write->row, stale) ||
		(stale && would_tell(write)))
		return false;
	return !write->has_members ||
		scim_members_are_there(&write->members, write->target.tenant, &write->row);
}

/* ---- the lock ---- */

/* Would the document, put in place of what the row holds now, change a key? */
static bool
replaces_key(ScimWrite *write)
{
	Jsonb	   *document = write->wanted.document;
	bool		result;

	if (!scim_fetch(&write->target, write->wanted.id, false, &write->row))
		return false;
	scim_write_take_apart(write, &write->row);
	result = storage_of(write)->changes_key(&write->wanted);
	write->wanted.split = NULL;
	write->wanted.document = document;
	return result;
}

/*
 * The UPDATE of a key waits for those who refer to the row, as a membership
 * that plain SQL adds does, which then waits for the row itself, to move the
 * group: so a lock that is taken before must be the strong one at once.
 */
static bool
changes_key(ScimWrite *write)
{
	if (!write->target.type->has_members || !storage_of(write)->changes_key(&write->wanted))
		return false;
	if (write->patch)
		return scim_patch_has_attributes(write->patch);
	return write->wanted.document && replaces_key(write);
}

/* tenant, id: FOR UPDATE */
static const ScimStatement lock_key = {
	.sql = "SELECT {bare} FROM {table} AS r WHERE {key} FOR UPDATE",
	.types = {SCIM_TENANT_PARAMETER, SCIM_ID_PARAMETER}
};

/*
 * Locks the row; false if there is none.  Who may update no column of it is
 * told which one it would be by the UPDATE, where nothing else is written.
 */
bool
scim_write_try_lock_row(ScimWrite *write)
{
	const ScimRegistration *table = write->target.table;
	bool		is_told = table->storage->explains_denial && !write->target.type->has_members &&
		!scim_has_privilege(table, ACL_UPDATE);
	const ScimStatement *lock = is_told ? &scim_get_statement
	: changes_key(write) ? &lock_key : &scim_lock_statement;

	if (!scim_lock_row(&write->target, lock, write->wanted.id, &write->row))
		return false;
	write->wanted.locked = !is_told;
	return true;
}

/* What nobody writes is not locked, and so is for who may only read it. */
void
scim_see_row(const ScimTarget *target, const char *id, const char *given, ScimRow *row)
{
	if (!scim_fetch(target, id, false, row))
		scim_throw_not_found(target, given);
	(void) scim_know_version_now(target->table, target->tenant, row);
}

void
scim_write_lock_row(ScimWrite *write)
{
	if (write->proposes == SCIM_PROPOSES_ALWAYS && write->options->answer == NULL)
		scim_see_row(&write->target, write->wanted.id, write->id_text, &write->row);
	else if (!scim_write_try_lock_row(write))
		scim_throw_not_locked(&write->target, write->id_text, "updated");
}
