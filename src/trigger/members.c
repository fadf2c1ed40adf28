/*
 * members.c
 *		The members of a group in the hands of the row trigger: count and digest
 *		follow the membership triggers, and nobody else.
 *
 * They stand in two columns of the group's table, or are summed up from the
 * memberships: the row is locked when its trigger fires, so that what is
 * committed then is all that there is.
 */
#include "postgres.h"

#include "group/move.h"
#include "resource/frame.h"
#include "resource/member_sum.h"
#include "trigger/members.h"
#include "trigger/work.h"

static inline bool
in_columns(const ScimTriggerRow *work)
{
	return work->registration->numbers[SCIM_COLUMN_MEMBER_COUNT] != InvalidAttrNumber;
}

/* What the columns say, if they do. */
static void
read_columns(const ScimTriggerRow *work, const ScimColumnValues *row, ScimMemberSum *members)
{
	bytea	   *bytes;

	if (scim_work_is_null(work, row, SCIM_COLUMN_MEMBER_DIGEST) ||
		!scim_work_integer(work, row, SCIM_COLUMN_MEMBER_COUNT, &members->count))
		return;
	bytes = DatumGetByteaPP(scim_work_value(work, row, SCIM_COLUMN_MEMBER_DIGEST));
	if (VARSIZE_ANY_EXHDR(bytes) != SCIM_DIGEST_SIZE)
		return;
	memcpy(members->digest, VARDATA_ANY(bytes), SCIM_DIGEST_SIZE);
	members->known = true;
}

/* A row without a tenant is no group. */
static bool
is_group(const ScimTriggerRow *work, const ScimColumnValues *row)
{
	return work->registration->tenant_type == NULL ||
		!scim_work_is_null(work, row, SCIM_COLUMN_TENANT);
}

void
scim_work_stored_members(const ScimTriggerRow *work, const ScimColumnValues *row,
						 ScimMemberSum *members)
{
	if (!is_group(work, row))
		*members = (ScimMemberSum) {.known = true};
	else if (in_columns(work))
		read_columns(work, row, members);
}

/*
 * Counts the memberships; what is kept then must not have in it what triggers
 * that are still to come will add.
 */
static void
sum_up(const ScimTriggerRow *work, const ScimColumnValues *row, ScimMemberSum *members)
{
	(in_columns(work) ? scim_sum_members_before : scim_sum_members)
		(work->registration, scim_work_tenant(work, row), scim_work_id(work, row), members);
}

/*
 * The same of a group that has an id anew: another with that id may be about to
 * go, and its memberships with it.
 */
static void
sum_up_new(const ScimTriggerRow *work, ScimMemberSum *members)
{
	scim_await_group(work->registration, scim_work_tenant(work, &work->new),
					 scim_work_id(work, &work->new));
	sum_up(work, &work->new, members);
}

void
scim_work_set_members(ScimTriggerRow *work, const ScimMemberSum *members)
{
	bytea	   *bytes;

	work->members = *members;
	if (!in_columns(work))
		return;
	bytes = palloc(VARHDRSZ + SCIM_DIGEST_SIZE);
	SET_VARSIZE(bytes, VARHDRSZ + SCIM_DIGEST_SIZE);
	memcpy(VARDATA(bytes), members->digest, SCIM_DIGEST_SIZE);
	scim_work_set_integer(work, SCIM_COLUMN_MEMBER_COUNT, members->count);
	scim_work_assign(work, work->registration->numbers[SCIM_COLUMN_MEMBER_DIGEST],
					 PointerGetDatum(bytes), false);
}

void
scim_work_first_members(ScimTriggerRow *work)
{
	ScimMemberSum members = {.known = true};

	/* without a foreign key, memberships may come before the group */
	if (!work->registration->storage->ties_members)
		sum_up_new(work, &members);
	scim_work_set_members(work, &members);
}

/* Takes what the membership triggers have counted: it is added to what is kept. */
static void
add_pending(ScimTriggerRow *work, const ScimPending *pending)
{
	ScimMemberSum *old = &work->old_members;
	ScimMemberSum members = {0};

	scim_work_stored_members(work, &work->old, old);
	if (pending->recount)
		scim_sum_members(work->registration, scim_work_tenant(work, &work->new),
						 scim_work_id(work, &work->new), &members);
	else if (!pending->empty)
	{
		if (!old->known)
			sum_up(work, &work->old, old);
		members = *old;
		digest_add(members.digest, pending->digest);
		members.count += pending->count;
	}
	members.known = old->known = true;
	scim_work_set_members(work, &members);
}

/* The same where nothing is kept: all is there already, and was not there before. */
static void
subtract_pending(ScimTriggerRow *work, const ScimPending *pending)
{
	ScimMemberSum *old = &work->old_members;

	sum_up(work, &work->new, &work->members);
	*old = work->members;
	if (pending->empty)
		work->members = (ScimMemberSum) {.known = true};
	else if (pending->recount)
	{
		work->lost_members = true;
		old->known = false;
	}
	else
	{
		digest_subtract(old->digest, pending->digest);
		old->count -= pending->count;
	}
}

bool
scim_work_next_members(ScimTriggerRow *work)
{
	const ScimPending *pending = scim_pending_for(work->registration->root);
	ScimMemberSum members = {0};

	if (scim_is_refilling(work->registration->root))
	{
		/* what is written was counted */
		scim_work_stored_members(work, &work->new, &work->members);
		return false;
	}
	if (in_columns(work))
	{
		scim_work_keep(work, SCIM_COLUMN_MEMBER_COUNT);
		scim_work_keep(work, SCIM_COLUMN_MEMBER_DIGEST);
	}
	if (pending)
	{
		(in_columns(work) ? add_pending : subtract_pending) (work, pending);
		return true;
	}
	if (!work->registration->storage->ties_members && !scim_work_same_key(work))
	{
		/* another group: its members come with the cascade of a foreign key, or are there */
		sum_up_new(work, &members);
		scim_work_set_members(work, &members);
		return true;
	}
	if (in_columns(work))
	{
		/* a row that came without them */
		read_columns(work, &work->old, &members);
		if (!members.known)
		{
			sum_up(work, &work->new, &members);
			scim_work_set_members(work, &members);
		}
	}
	return false;
}

void
scim_work_know_members(ScimTriggerRow *work)
{
	const ScimPending *pending = scim_pending_for(work->registration->root);

	if (in_columns(work))
	{
		scim_work_stored_members(work, &work->old, &work->old_members);
		scim_work_stored_members(work, &work->new, &work->members);
	}
	else if (pending)
		subtract_pending(work, pending);
}

void
scim_work_refuse_unseen(const ScimTriggerRow *work)
{
	if (!scim_is_summed(work->registration))
		return;
	scim_refuse_unseen_members(work->registration, scim_work_tenant(work, &work->old),
							   scim_work_id(work, &work->old));
}

const ScimMemberSum *
scim_work_members(ScimTriggerRow *work, const ScimColumnValues *row)
{
	ScimMemberSum *members = row == &work->new ? &work->members : &work->old_members;
	const ScimMemberSum *other = row == &work->new ? &work->old_members : &work->members;

	if (!members->known)
		scim_work_stored_members(work, row, members);
	/* nobody's statement on memberships has this row written: they are what they were */
	if (!members->known && other->known && !in_columns(work) && scim_work_same_key(work))
		*members = *other;
	if (!members->known)
		sum_up(work, row, members);
	return members;
}
