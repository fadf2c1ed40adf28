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
#include "trigger/work.h"

static inline bool
in_columns(const ScimRowWork *work)
{
	return work->registration->numbers[SCIM_COLUMN_MEMBER_COUNT] != InvalidAttrNumber;
}

/* What the columns say, if they do. */
static void
read_columns(const ScimRowWork *work, const ScimWorkRow *row, ScimWorkMembers *members)
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
is_group(const ScimRowWork *work, const ScimWorkRow *row)
{
	return work->registration->tenant_type == NULL || !scim_work_is_null(work, row, SCIM_COLUMN_TENANT);
}

/* What stands in the row of its members, be it nothing. */
static void
read_stored(const ScimRowWork *work, const ScimWorkRow *row, ScimWorkMembers *members)
{
	if (!is_group(work, row))
		*members = (ScimWorkMembers) {.known = true};
	else if (in_columns(work))
		read_columns(work, row, members);
}

/*
 * Counts the memberships; what is kept then must not have in it what triggers
 * that are still to come will add.
 */
static void
sum_up(const ScimRowWork *work, const ScimWorkRow *row, ScimWorkMembers *members)
{
	(in_columns(work) ? scim_sum_members_before : scim_sum_members)
		(work->registration, scim_work_tenant(work, row), scim_work_id(work, row), &members->count, members->digest);
	members->known = true;
}

/* The same of a group that has an id anew: another with that id may be about to go, and its memberships with it. */
static void
sum_up_new(const ScimRowWork *work, ScimWorkMembers *members)
{
	scim_await_group(work->registration, scim_work_tenant(work, &work->new), scim_work_id(work, &work->new));
	sum_up(work, &work->new, members);
}

void
scim_work_set_members(ScimRowWork *work, const ScimWorkMembers *members)
{
	bytea	   *bytes;

	work->members = *members;
	if (!in_columns(work))
		return;
	bytes = palloc(VARHDRSZ + SCIM_DIGEST_SIZE);
	SET_VARSIZE(bytes, VARHDRSZ + SCIM_DIGEST_SIZE);
	memcpy(VARDATA(bytes), members->digest, SCIM_DIGEST_SIZE);
	scim_work_set_integer(work, SCIM_COLUMN_MEMBER_COUNT, members->count);
	scim_work_assign(work, work->registration->numbers[SCIM_COLUMN_MEMBER_DIGEST], PointerGetDatum(bytes), false);
}

void
scim_work_first_members(ScimRowWork *work)
{
	ScimWorkMembers members = {.known = true};

	/* without a foreign key, memberships may come before the group; created tables have one */
	if (work->registration->is_mapped)
		sum_up_new(work, &members);
	scim_work_set_members(work, &members);
}

/* Takes what the membership triggers have counted: it is added to what is kept. */
static void
add_pending(ScimRowWork *work, const ScimPending *pending)
{
	ScimWorkMembers *old = &work->old_members;
	ScimWorkMembers members = {0};

	read_stored(work, &work->old, old);
	if (pending->recount)
		scim_sum_members(work->registration, scim_work_tenant(work, &work->new), scim_work_id(work, &work->new),
						 &members.count, members.digest);
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
subtract_pending(ScimRowWork *work, const ScimPending *pending)
{
	ScimWorkMembers *old = &work->old_members;

	sum_up(work, &work->new, &work->members);
	*old = work->members;
	if (pending->empty)
		work->members = (ScimWorkMembers) {.known = true};
	else if (pending->recount)
		work->lost_members = true;
	else
	{
		digest_subtract(old->digest, pending->digest);
		old->count -= pending->count;
	}
}

bool
scim_work_next_members(ScimRowWork *work)
{
	const ScimPending *pending = scim_pending_for(work->registration->root);
	ScimWorkMembers members = {0};

	if (scim_is_refilling(work->registration->root))
	{
		/* what is written was counted */
		read_stored(work, &work->new, &work->members);
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
	if (work->registration->is_mapped && !scim_work_same_key(work))
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
scim_work_refuse_unseen(const ScimRowWork *work)
{
	if (!scim_is_summed(work->registration))
		return;
	scim_refuse_unseen_members(work->registration, scim_work_tenant(work, &work->old), scim_work_id(work, &work->old));
}

const ScimWorkMembers *
scim_work_members(ScimRowWork *work, const ScimWorkRow *row)
{
	ScimWorkMembers *members = row == &work->new ? &work->members : &work->old_members;
	const ScimWorkMembers *other = row == &work->new ? &work->old_members : &work->members;

	if (!members->known)
		read_stored(work, row, members);
	/* nobody's statement on memberships has this row written: they are what they were */
	if (!members->known && other->known && !in_columns(work) && scim_work_same_key(work))
		*members = *other;
	if (!members->known)
		sum_up(work, row, members);
	return members;
}
