/*
 * move.c
 *		Rows that an UPDATE moves to another partition: what its trigger made of
 *		them is theirs there, too.
 *
 * PostgreSQL deletes the row in the one partition and inserts it in the other;
 * between the two, triggers of the application may set what is ours.
 */
#include "postgres.h"

#include "resource/frame.h"
#include "resource/member_sum.h"
#include "trigger/members.h"
#include "trigger/move.h"
#include "utils/builtins.h"
#include "utils/datum.h"

/* What an INSERT keeps when it is given, and an UPDATE from the old row. */
static const ScimColumn kept[] = {SCIM_COLUMN_REVISION, SCIM_COLUMN_CREATED,
SCIM_COLUMN_LAST_MODIFIED};

/* What the UPDATE of a row in a partition made. */
typedef struct Word
{
	const char *tenant;
	char	   *id;
	char	   *version;		/* or NULL */
	bool		moved;
	Datum		values[lengthof(kept)];
	bool		nulls[lengthof(kept)];
	ScimMemberSum members;
} Word;

/* Copies what is kept. */
static void
keep(Word *word, const ScimTriggerRow *work)
{
	for (size_t i = 0; i < lengthof(kept); i++)
	{
		AttrNumber	number = work->registration->numbers[kept[i]];
		Form_pg_attribute attribute;

		word->nulls[i] = scim_work_is_null(work, &work->new, kept[i]);
		if (word->nulls[i])
			continue;
		attribute = TupleDescAttr(work->descriptor, number - 1);
		word->values[i] = datumCopy(work->new.values[number - 1], attribute->attbyval,
									attribute->attlen);
	}
}

void
scim_work_leave_word(ScimTriggerRow *work)
{
	const ScimRegistration *registration = work->registration;
	const ScimMemberSum *members = NULL;
	MemoryContext old;
	Word	   *word;

	scim_forget_left(SCIM_LEFT_MOVED_ROW);
	if (registration->root == registration->relid || !scim_work_has_key(work, &work->new))
		return;
	if (scim_keeps_members(registration))
		members = scim_work_members(work, &work->new);
	old = MemoryContextSwitchTo(scim_start_leaving(SCIM_LEFT_MOVED_ROW));
	word = palloc0(sizeof(Word));
	word->tenant = pstrdup(scim_work_tenant(work, &work->new));
	word->id = scim_work_id(work, &work->new);
	if (!scim_work_is_null(work, &work->new, SCIM_COLUMN_VERSION))
		word->version = TextDatumGetCString(scim_work_value(work, &work->new, SCIM_COLUMN_VERSION));
	word->moved = work->moved;
	keep(word, work);
	if (members)
		word->members = *members;
	MemoryContextSwitchTo(old);
	scim_leave(SCIM_LEFT_MOVED_ROW, registration->root, word);
}

bool
scim_work_take_word(ScimTriggerRow *work, const char **version)
{
	const ScimRegistration *registration = work->registration;
	const Word *word = scim_left(SCIM_LEFT_MOVED_ROW, registration->root);

	if (word == NULL || strcmp(word->id, scim_work_id(work, &work->new)) != 0 ||
		strcmp(word->tenant, scim_work_tenant(work, &work->new)) != 0)
		return false;
	scim_forget_left(SCIM_LEFT_MOVED_ROW);
	for (size_t i = 0; i < lengthof(kept); i++)
	{
		if (scim_work_keeps(work, kept[i]))
			scim_work_assign(work, registration->numbers[kept[i]], word->values[i], word->nulls[i]);
	}
	if (scim_keeps_members(registration))
		scim_work_set_members(work, &word->members);
	work->moved = word->moved;
	*version = word->version;
	return true;
}
