/*
 * move.c
 *		Rows that an UPDATE moves to another partition: what its trigger made of
 *		them is theirs there, too.
 *
 * PostgreSQL deletes the row in the one partition and inserts it in the other;
 * between the two, triggers of the application may set what is ours.
 */
#include "postgres.h"

#include "access/xact.h"
#include "resource/member_sum.h"
#include "trigger/members.h"
#include "trigger/move.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/memutils.h"

/* What an INSERT keeps when it is given, and an UPDATE from the old row. */
static const ScimColumn kept[] = {SCIM_COLUMN_REVISION, SCIM_COLUMN_CREATED, SCIM_COLUMN_LAST_MODIFIED};

/* What the last UPDATE of a row in a partition made. */
static struct
{
	MemoryContext context;		/* holds the rest */
	Oid			root;			/* InvalidOid: none */
	TimestampTz transaction;	/* its start, and the number of the command in it */
	CommandId	command;
	char	   *tenant;
	char	   *id;
	char	   *version;		/* or NULL */
	bool		moved;
	Datum		values[lengthof(kept)];
	bool		nulls[lengthof(kept)];
	ScimMemberSum members;
}			word;

void
scim_work_leave_word(ScimTriggerRow *work)
{
	const ScimRegistration *registration = work->registration;
	MemoryContext old;

	word.root = InvalidOid;
	if (registration->root == registration->relid || !scim_work_has_key(work, &work->new))
		return;
	if (scim_keeps_members(registration))
		word.members = *scim_work_members(work, &work->new);
	if (word.context == NULL)
		word.context = AllocSetContextCreate(TopMemoryContext, "scimver moving row", ALLOCSET_SMALL_SIZES);
	MemoryContextReset(word.context);
	old = MemoryContextSwitchTo(word.context);
	word.tenant = pstrdup(scim_work_tenant(work, &work->new));
	word.id = scim_work_id(work, &work->new);
	word.version = NULL;
	if (!scim_work_is_null(work, &work->new, SCIM_COLUMN_VERSION))
		word.version = TextDatumGetCString(scim_work_value(work, &work->new, SCIM_COLUMN_VERSION));
	word.moved = work->moved;
	for (size_t i = 0; i < lengthof(kept); i++)
	{
		AttrNumber	number = registration->numbers[kept[i]];
		Form_pg_attribute attribute;

		word.nulls[i] = scim_work_is_null(work, &work->new, kept[i]);
		if (word.nulls[i])
			continue;
		attribute = TupleDescAttr(work->descriptor, number - 1);
		word.values[i] = datumCopy(work->new.values[number - 1], attribute->attbyval, attribute->attlen);
	}
	word.transaction = GetCurrentTransactionStartTimestamp();
	word.command = GetCurrentCommandId(false);
	MemoryContextSwitchTo(old);
	word.root = registration->root;
}

bool
scim_work_take_word(ScimTriggerRow *work, const char **version)
{
	const ScimRegistration *registration = work->registration;

	if (!OidIsValid(word.root) || word.root != registration->root ||
		word.command != GetCurrentCommandId(false) ||
		word.transaction != GetCurrentTransactionStartTimestamp() ||
		strcmp(word.id, scim_work_id(work, &work->new)) != 0 ||
		strcmp(word.tenant, scim_work_tenant(work, &work->new)) != 0)
		return false;
	word.root = InvalidOid;
	for (size_t i = 0; i < lengthof(kept); i++)
	{
		if (scim_work_keeps(work, kept[i]))
			scim_work_assign(work, registration->numbers[kept[i]], word.values[i], word.nulls[i]);
	}
	if (scim_keeps_members(registration))
		scim_work_set_members(work, &word.members);
	work->moved = word.moved;
	*version = word.version;
	return true;
}
