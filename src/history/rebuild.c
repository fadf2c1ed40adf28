/*
 * rebuild.c
 *		A resource as it was.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "history/rebuild.h"
#include "resource/version.h"
#include "utils/memutils.h"

/* ---- beginning and end ---- */

static void
take_now(ScimPast *past)
{
	const ScimTarget *target = past->target;
	ScimRow    *row = &past->row;

	past->version = scim_know_version(target->table, target->tenant, row);
	past->revision = row->revision;
	past->document = scim_row_data(target->table, row);
	if (target->type->has_members)
		scim_know_members(target->table, target->tenant, row, false);
	past->members.sum = row->members;
}

/* Whether it is there, and its row, are known. */
static void
begin(ScimPast *past)
{
	const ScimTarget *target = past->target;

	past->newest = past->this_life = true;
	past->members.sum.known = true;
	past->password = past->is_there ? SCIM_PASSWORD_OF_NOW : SCIM_NO_PASSWORD;
	if (past->is_there)
		take_now(past);
	scim_open_chain(&past->chain, target->tenant, target->type->name, past->id, past->version,
					past->revision);
}

void
scim_open_past(ScimPast *past, const ScimTarget *target, const char *id)
{
	*past = (ScimPast)
	{
		.target = target,
			.id = id
	};
	past->is_there = scim_fetch(target, id, true, &past->row);
	begin(past);
}

void
scim_open_past_of_row(ScimPast *past, const ScimTarget *target, const ScimRow *row)
{
	*past = (ScimPast)
	{
		.target = target,
			.id = row->id,
			.is_there = true,
			.row = *row
	};
	begin(past);
}

void
scim_close_past(ScimPast *past)
{
	scim_close_chain(&past->chain);
}

/* ---- going back ---- */

const ScimHistoryEntry *
scim_past_entry(ScimPast *past)
{
	if (past->looked)
		return past->made_by;
	past->looked = true;
	past->made_by = NULL;
	while (past->chain.state.linked && (past->made_by = scim_chain_back(&past->chain)) != NULL)
	{
		if (past->chain.follows)
			break;
	}
	/* what maintenance made of the row is no change of the resource */
	if (past->made_by &&
		(!past->chain.follows || past->made_by->operation == SCIM_HISTORY_REMAPPED))
		past->made_by = NULL;
	return past->made_by;
}

/* The document without what is to take a place in it. */
static void
put_in_place(ScimPast *past)
{
	if (past->replaced)
		past->document = scim_undo_delta(past->document, scim_write(past->replaced));
	past->replaced = NULL;
}

/* ---- what it takes ---- */

/* So much of what was there before is kept at most, beside what is at hand. */
#define MOST_HELD ((Size) 16 * 1024 * 1024)

/* A large document may have been changed very often: what was there later is forgotten. */
static void
make_room(ScimPast *past)
{
	MemoryContext full = past->held >= MOST_HELD ? past->values : NULL;
	MemoryContext old;

	if (past->values && full == NULL)
		return;
	past->values = AllocSetContextCreate(CurrentMemoryContext, "scimver past",
										 ALLOCSET_DEFAULT_SIZES);
	past->held = 0;
	if (full == NULL)
		return;
	old = MemoryContextSwitchTo(past->values);
	if (past->replaced)
		put_in_place(past);
	else if (past->document)
		past->document = memcpy(palloc_extended(VARSIZE(past->document), MCXT_ALLOC_HUGE),
								past->document, VARSIZE(past->document));
	MemoryContextSwitchTo(old);
	MemoryContextDelete(full);
}

/* ---- proof ---- */

/* Is the version at hand, whose password is known, that of the content at hand? */
static bool
is_true(ScimPast *past)
{
	const ScimTarget *target = past->target;
	ScimBeside	beside = {
		.id = past->id,
		.members = target->type->has_members ? &past->members.sum : NULL
	};
	JsonbValue	document;

	if (target->type->has_members && !past->members.sum.known)
		return false;
	if (past->password == SCIM_PASSWORD_OF_NOW)
		beside.password = scim_stored_password(target->table, target->tenant, past->id);
	put_in_place(past);
	scim_root(past->document, &document);
	return strcmp(scim_version_of(target->table, &document, &beside, past->revision),
				  past->version) == 0;
}

static bool
has_other_password(const ScimPast *past, const ScimHistoryEntry *entry)
{
	return past->target->table->columns[SCIM_COLUMN_PASSWORD] &&
		scim_entry_names(entry, "password");
}

/* The password of before is at hand: what had none can be told from what had one. */
static void
take_password_back(ScimPast *past)
{
	past->password = SCIM_NO_PASSWORD;
	if (!is_true(past))
		past->password = SCIM_UNKNOWN_PASSWORD;
}

/* ---- going back ---- */

/*
 * What the members of a document were is collected, so that it is written once for
 * many changes; those of extensions are told apart by what the document holds.
 */
static void
take_values_back(ScimPast *past, Jsonb *before)
{
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	value;

	if (before == NULL)
		return;
	scim_walk(&walk, &before->root);
	while (scim_walk_next(&walk, &key, &value))
	{
		if (memchr(key.val.string.val, ':', key.val.string.len))
		{
			put_in_place(past);
			past->document = scim_undo_delta(past->document, before);
			past->held += VARSIZE(past->document);
			return;
		}
	}
	scim_walk(&walk, &before->root);
	while (scim_walk_next(&walk, &key, &value))
	{
		if (past->replaced == NULL)
			past->replaced = scim_new_object();
		scim_set(past->replaced, key.val.string.val, key.val.string.len, &value);
	}
}

/* It was not there before. */
static void
take_creation_back(ScimPast *past)
{
	past->document = NULL;
	past->replaced = NULL;
	past->members = (ScimMemberNet)
	{
		.sum.known = true
	};
	past->password = SCIM_NO_PASSWORD;
	past->this_life = false;
}

/* What was there before it is all in the entry. */
static void
take_deletion_back(ScimPast *past, const ScimHistoryEntry *entry, Jsonb *before)
{
	past->document = before;
	past->password = has_other_password(past, entry) ? SCIM_UNKNOWN_PASSWORD : SCIM_NO_PASSWORD;
	scim_take_moves_back(&past->members, entry);
}

static void
take_update_back(ScimPast *past, const ScimHistoryEntry *entry, Jsonb *before)
{
	MemoryContext old = MemoryContextSwitchTo(past->values);

	take_values_back(past, before);
	MemoryContextSwitchTo(old);
	scim_take_moves_back(&past->members, entry);
	if (has_other_password(past, entry))
		take_password_back(past);
}

/* What the entry kept, as long as there is room. */
static Jsonb *
read_before(ScimPast *past, const ScimHistoryEntry *entry)
{
	MemoryContext old;
	Jsonb	   *before;

	make_room(past);
	old = MemoryContextSwitchTo(past->values);
	before = scim_entry_before(entry);
	MemoryContextSwitchTo(old);
	if (before)
		past->held += VARSIZE(before);
	return before;
}

static bool
is_document(const Jsonb *json)
{
	return json && JB_ROOT_IS_OBJECT(json);
}

/* The table's owner may have put anything into it. */
static bool
can_be_taken_back(const ScimPast *past, const ScimHistoryEntry *entry, const Jsonb *before)
{
	switch (entry->operation)
	{
		case SCIM_HISTORY_CREATE:
			return true;
		case SCIM_HISTORY_DELETE:
			return is_document(before);
		default:
			return past->document && (before == NULL || is_document(before));
	}
}

bool
scim_go_back(ScimPast *past)
{
	const ScimHistoryEntry *entry = scim_past_entry(past);
	Jsonb	   *before;

	/* a TRUNCATE leads nowhere */
	if (entry == NULL || !past->chain.state.linked)
		return false;
	before = read_before(past, entry);
	if (!can_be_taken_back(past, entry, before))
		return false;
	if (entry->operation == SCIM_HISTORY_UPDATE && past->password != SCIM_UNKNOWN_PASSWORD &&
		has_other_password(past, entry) && !is_true(past))
	{
		past->chain.state.linked = false;
		return false;
	}
	past->looked = past->newest = false;
	past->version = past->chain.state.version;
	past->revision = past->chain.state.has_revision ? past->chain.state.revision : 0;
	if (entry->operation == SCIM_HISTORY_CREATE)
		take_creation_back(past);
	else if (entry->operation == SCIM_HISTORY_DELETE)
		take_deletion_back(past, entry, before);
	else
		take_update_back(past, entry, before);
	return true;
}

bool
scim_go_back_to(ScimPast *past, const char *version)
{
	while (past->version == NULL || strcmp(past->version, version) != 0)
	{
		if (!scim_go_back(past))
			return false;
	}
	return true;
}

/* ---- what is at hand ---- */

Jsonb *
scim_past_document(ScimPast *past)
{
	put_in_place(past);
	/* whoever asks may keep it, and go further back */
	past->values = NULL;
	past->held = 0;
	return past->document;
}

ScimMemberThen *
scim_past_members(const ScimPast *past, int *count)
{
	return scim_members_then(past->target->table, past->target->tenant, past->id,
							 past->is_there && past->this_life, &past->members, count);
}

bool
scim_is_proven(ScimPast *past)
{
	if (past->newest)
		return true;
	if (past->version == NULL || scim_past_document(past) == NULL)
		return false;
	return past->password == SCIM_UNKNOWN_PASSWORD || is_true(past);
}
