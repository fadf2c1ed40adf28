/*
 * write.c
 *		The steps that all writes of a resource share.
 *
 * The compare and the write are one statement: an UPDATE whose WHERE holds the
 * expected version.  Only when it finds no row is it asked why.  (A mapped
 * group is locked first: an UPDATE that waits does not look again at what
 * changed in another table.)  A group's members are locked before the
 * group, and written after it, so that no two calls wait for one another.
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "access/table.h"
#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "core/hidden.h"
#include "core/immutable.h"
#include "core/patch_parse.h"
#include "executor/spi.h"
#include "operation/unique.h"
#include "operation/write.h"
#include "registry/cache.h"
#include "resource/mapped_write.h"
#include "resource/member_sum.h"
#include "resource/password.h"
#include "resource/version.h"
#include "statement/parameters.h"
#include "statement/required.h"
#include "statement/statements.h"
#include "statement/tenant.h"
#include "utils/builtins.h"
#include "utils/rel.h"
#include "utils/relcache.h"

static void
identify(ScimWrite *write, const char *id)
{
	write->id_text = id;
	write->id = scim_take_id(&write->target, id);
	write->call.id = write->id;
}

void
scim_write_begin(ScimWrite *write, const ScimWriteOptions *options, ScimWriteResult *result)
{
	memset(write, 0, sizeof(ScimWrite));
	memset(result, 0, sizeof(ScimWriteResult));
	write->result = result;
	write->reports = options->report;
	write->expected = scim_read_expected(options->expected);
	scim_begin_write(&write->target, options->type, options->tenant);
	scim_take_view(&write->target, options->view);
	if (write->target.type->has_groups && !scim_projects(write->target.projection, "groups", NULL))
		write->bare = SCIM_BARE;
	write->call.registration = write->target.table;
	write->call.tenant = write->target.tenant;
	if (options->id)
		identify(write, options->id);
}

/* A password is crypted before any lock is taken: that takes a while on purpose. */
void
scim_write_take_password(ScimWrite *write, bool given, const char *password)
{
	write->sets_password = given;
	write->password_hash = given && password ? scim_crypt_password(password) : NULL;
}

void
scim_write_take_input(ScimWrite *write, Jsonb *data)
{
	ScimInput  *input = scim_read_resource(write->target.type, data,
										   scim_target_ids(&write->target).others);

	write->data = input->data;
	write->document = scim_write(input->data);
	scim_write_take_password(write, input->password != NULL, input->password);
	write->has_members = input->has_members;
	write->change.replace = true;
	write->change.add = input->members;
	write->change.add_count = input->member_count;
}

/* That there is a group is asked before whether its members to come exist. */
void
scim_write_prepare_members(ScimWrite *write)
{
	scim_prepare_members(&write->members, write->target.tenant, write->id, &write->change);
	if (write->members.missing == NULL)
		return;
	if (!write->call.inserting && !scim_fetch(&write->target, SCIM_GET, write->id, false, NULL))
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
	scim_check_privilege(scim_members_table(), ACL_INSERT);
	scim_write_prepare_members(write);
	scim_refuse_self(&write->members, write->id);
}

/* The memberships, and with them the group's count, digest and version. */
void
scim_write_store_members(ScimWrite *write)
{
	if (!write->has_members)
		return;
	if (!scim_write_members(&write->members, write->target.tenant, write->row.id))
		scim_throw(scim_error(SCIM_SUPPRESSED),
				   "a trigger, rule or unique index of table %s does not let the members of this "
				   "%s be as wanted",
				   write->members.members->table, write->target.type->name);
	if (write->call.has_row)
		write->row = write->call.row;
}

/* The document taken apart for a mapped table, in place of what the row holds (NULL: it is new). */
void
scim_write_split(ScimWrite *write, const ScimRow *old)
{
	const ScimRegistration *table = write->target.table;

	if (old)
		write->document = scim_keep_immutable(write->target.type, old->data, write->document,
											  write->call.replaces, NULL);
	write->split = scim_split_document(table, write->document, old ? old->stored : NULL,
									   old ? &old->columns : NULL);
	write->call.split = write->split;
	if (write->password_hash && table->columns[SCIM_COLUMN_PASSWORD] == NULL)
		scim_throw_path(SCIM_NO_COLUMN, "password", "password has no column in table %s",
						table->table);
}

/*
 * The same as a statement.  It has no condition where members are summed up: the
 * row was locked, and its version compared under that lock, while the statement
 * would sum them up once more.
 */
static ScimMappedWrite
mapped_write(const ScimWrite *write, const char *expected)
{
	return (ScimMappedWrite)
	{
		.registration = write->target.table,
			.tenant = write->target.tenant,
			.id = write->id,
			.expected = scim_is_summed(write->target.table) ? NULL : expected,
			.split = write->split,
			.sets_password = write->sets_password,
			.password_hash = write->password_hash,
			.bare = write->bare != 0
	};
}

static void
insert_mapped_row(ScimWrite *write)
{
	ScimMappedWrite statement;

	scim_write_split(write, NULL);
	scim_check_split(&write->call);
	statement = mapped_write(write, NULL);
	if (!scim_insert_mapped(&statement))
		scim_throw_suppressed(&write->target, "created");
}

static void
insert_row(ScimWrite *write)
{
	Datum		values[3];

	values[0] = scim_tenant_datum(write->target.table, write->target.tenant);
	values[1] = JsonbPGetDatum(write->document);
	if (write->password_hash)
		values[2] = CStringGetTextDatum(write->password_hash);
	if (scim_run((write->password_hash ? SCIM_INSERT_PASSWORD : SCIM_INSERT) | write->bare,
				 write->target.table, values, NULL, false) == 0)
		scim_throw_taken(write->target.table, write->target.tenant, write->data);
}

void
scim_write_insert_row(ScimWrite *write)
{
	if (write->target.table->is_mapped)
		insert_mapped_row(write);
	else
		insert_row(write);
	scim_read_row(write->target.table, 0, &write->row);
	if (write->row.id[0] == '\0')
		scim_throw_no_id(write->target.table);
	write->call.id = write->row.id;
}

/* Of a mapped table: what differs from the row as it was read is written, if anything does. */
static bool
update_mapped_row(ScimWrite *write, const char *expected)
{
	ScimMappedWrite statement;

	if (write->split == NULL)
		scim_write_split(write, &write->row);
	statement = mapped_write(write, expected);
	if (!scim_is_effective(&statement))
		return true;
	scim_check_split(&write->call);
	if (!scim_update_mapped(&statement))
		return false;
	scim_read_row(write->target.table, 0, &write->row);
	return true;
}

/* The conditional UPDATE; false if it found no row with that version. */
bool
scim_write_update_row(ScimWrite *write, const char *expected)
{
	Datum		values[5];
	char		nulls[6] = "     ";
	int			statement = write->sets_password ? SCIM_UPDATE_PASSWORD : SCIM_UPDATE;

	if (write->target.table->is_mapped)
		return update_mapped_row(write, expected);
	values[0] = scim_tenant_datum(write->target.table, write->target.tenant);
	values[1] = scim_id_datum(write->target.table, write->id);
	values[2] = JsonbPGetDatum(write->document);
	values[3] = expected ? CStringGetTextDatum(expected) : (Datum) 0;
	nulls[3] = expected ? ' ' : 'n';
	values[4] = write->password_hash ? CStringGetTextDatum(write->password_hash) : (Datum) 0;
	nulls[4] = write->password_hash ? ' ' : 'n';
	if (scim_run(statement | write->bare, write->target.table, values, nulls, false) == 0)
		return false;
	scim_read_row(write->target.table, 0, &write->row);
	return true;
}

static bool
same_content(const ScimWrite *write, Jsonb *document)
{
	Size		old_length;
	Size		new_length;
	char	   *old = scim_row_content(write->target.table, &write->row, write->row.data,
									   &old_length);
	char	   *new = scim_row_content(write->target.table, &write->row, document, &new_length);

	return old_length == new_length && memcmp(old, new, old_length) == 0;
}

/*
 * The same of a mapped table.  What is stored otherwise may still be the same;
 * but only where it must not be written does that have to be known before.
 */
static bool
same_columns(ScimWrite *write, bool stale)
{
	const ScimRegistration *table = write->target.table;
	ScimMappedWrite statement;

	scim_write_split(write, &write->row);
	statement = mapped_write(write, NULL);
	return !scim_is_effective(&statement) ||
		(stale && same_content(write, scim_join_columns(table, write->split->data,
														&write->split->columns)));
}

/*
 * With values that are never returned, "it is there already" would tell who
 * guesses them that the guess is right.
 */
static bool
would_tell(const ScimWrite *write)
{
	return scim_has_hidden(write->target.type, write->row.data) ||
		scim_has_hidden(write->target.type, write->document);
}

/* Is what is wanted there already, in the row that is locked? */
bool
scim_write_is_there(ScimWrite *write, bool stale)
{
	if (write->target.table->is_mapped)
	{
		/* also where there is a password: what the columns make of the document is reported */
		if (!same_columns(write, stale) || write->sets_password)
			return false;
	}
	else if (write->sets_password || !same_content(write, write->document))
		return false;
	if (stale && would_tell(write))
		return false;
	return !write->has_members ||
		scim_members_are_there(&write->members, write->target.tenant, &write->row);
}

/* ---- the lock ---- */

/*
 * Does a mapped column stand in a key that foreign keys may refer to?
 * "changed" (NULL: all) says which are asked about.
 */
static bool
has_key_column(const ScimRegistration *table, const bool *changed)
{
	Relation	relation = table_open(table->relid, AccessShareLock);
	Bitmapset  *keys = RelationGetIndexAttrBitmap(relation, INDEX_ATTR_BITMAP_KEY);
	bool		result = false;

	for (int i = 0; i < table->mapped_count && !result; i++)
		result = !table->mapped[i].read_only && (changed == NULL || changed[i]) &&
			bms_is_member(table->mapped[i].number - FirstLowInvalidHeapAttributeNumber, keys);
	bms_free(keys);
	table_close(relation, NoLock);
	return result;
}

/* Would the document, put in place of what the row holds now, change a key? */
static bool
replaces_key(ScimWrite *write)
{
	Jsonb	   *document = write->document;
	bool		result;

	if (!scim_fetch(&write->target, SCIM_GET | SCIM_BARE, write->id, false, &write->row))
		return false;
	scim_write_split(write, &write->row);
	result = has_key_column(write->target.table, write->split->changed);
	write->split = NULL;
	write->document = document;
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
	const ScimRegistration *table = write->target.table;

	if (!table->is_mapped || !write->target.type->has_members || !has_key_column(table, NULL))
		return false;
	if (write->patch)
		return scim_patch_has_attributes(write->patch);
	return write->document && replaces_key(write);
}

/*
 * Locks the row; throws if there is none.  Who may update no column of it is
 * told which one it would be by the UPDATE, where nothing else is written.
 */
void
scim_write_lock_row(ScimWrite *write, int bare)
{
	const ScimRegistration *table = write->target.table;
	bool		is_told = table->is_mapped && !write->target.type->has_members &&
		!scim_has_privilege(table, ACL_UPDATE);
	ScimStatement lock = is_told ? SCIM_GET : changes_key(write) ? SCIM_LOCK_KEY : SCIM_LOCK;

	if (!scim_lock_row(&write->target, lock | bare, write->id, &write->row))
		scim_throw_not_locked(&write->target, write->id_text, "updated");
}
