/*
 * work.h
 *		A row in the hands of the row trigger: what its files share.
 *
 * row.c decides, work.c knows the columns, content.c the
 * document, members.c a group's members, move.c what becomes of a row
 * that changes partitions.
 */
#ifndef SCIM_TRIGGER_WORK_H
#define SCIM_TRIGGER_WORK_H

#include "access/htup_details.h"
#include "base/digest.h"
#include "commands/trigger.h"
#include "registry/registration.h"
#include "resource/frame.h"
#include "resource/mapped.h"
#include "utils/timestamp.h"

/* A row taken apart. */
typedef struct ScimWorkRow
{
	HeapTuple	tuple;
	Datum	   *values;
	bool	   *nulls;
} ScimWorkRow;

/* How many members a group has, and the sum of their hashes. */
typedef struct ScimWorkMembers
{
	bool		known;
	int64		count;
	uint8		digest[SCIM_DIGEST_SIZE];
} ScimWorkMembers;

typedef struct ScimRowWork
{
	const ScimRegistration *registration;
	TupleDesc	descriptor;
	ScimWorkRow new;
	ScimWorkRow old;			/* UPDATE only */
	bool		assigned;		/* the new row is no longer that of its tuple */
	bool		is_update;
	ScimCall   *call;			/* the one under way, if it is on this row, or NULL */
	Jsonb	   *document;		/* the content of the new row, once it was made */
	bool		moved;			/* the revision was moved on, and lastModified */

	ScimWorkMembers members;	/* of the new row of a group, once they were asked for */
	ScimWorkMembers old_members;
	bool		lost_members;	/* it may have had others, of which nothing is left */
} ScimRowWork;

/* ---- columns (work.c) ---- */

/* Does the table have the column, and is it ours to write? */
static inline bool
scim_work_keeps(const ScimRowWork *work, ScimColumn column)
{
	return work->registration->numbers[column] != InvalidAttrNumber && !work->registration->read_only[column];
}

/* NULL, too, where there is no such column. */
static inline bool
scim_work_is_null(const ScimRowWork *work, const ScimWorkRow *row, ScimColumn column)
{
	AttrNumber	number = work->registration->numbers[column];

	return number == InvalidAttrNumber || row->nulls[number - 1];
}

static inline Datum
scim_work_value(const ScimRowWork *work, const ScimWorkRow *row, ScimColumn column)
{
	return row->values[work->registration->numbers[column] - 1];
}

extern void scim_work_start(ScimRowWork *work, TriggerData *data);
extern HeapTuple scim_work_finish(const ScimRowWork *work);

extern void scim_work_assign(ScimRowWork *work, AttrNumber number, Datum value, bool isnull);

/* Is the new row's value stored like the old one's?  The second: or there is no such column. */
extern bool scim_work_same_number(const ScimRowWork *work, AttrNumber number);
extern bool scim_work_same(const ScimRowWork *work, ScimColumn column);

/* Puts the old row's value back, unless it is there; nothing where the column is not ours. */
extern void scim_work_keep(ScimRowWork *work, ScimColumn column);

/* Whole numbers and instants, in columns of all types that are for them; false: none. */
extern bool scim_work_integer(const ScimRowWork *work, const ScimWorkRow *row, ScimColumn column, int64 *value);
extern void scim_work_set_integer(ScimRowWork *work, ScimColumn column, int64 value);
extern bool scim_work_instant(const ScimRowWork *work, const ScimWorkRow *row, ScimColumn column, TimestampTz *instant);
extern void scim_work_set_instant(ScimRowWork *work, ScimColumn column, TimestampTz instant);
extern void scim_work_set_text(ScimRowWork *work, ScimColumn column, const char *value);

/* Whose row it is, as text; the row has an id, and a tenant where there is a column for it. */
extern char *scim_work_id(const ScimRowWork *work, const ScimWorkRow *row);
extern const char *scim_work_tenant(const ScimRowWork *work, const ScimWorkRow *row);

/* Is it another resource's row than before? */
extern bool scim_work_same_key(const ScimRowWork *work);

/* Has it an id, and a tenant where there is a column for it?  And all that makes it a resource's? */
extern bool scim_work_has_key(const ScimRowWork *work, const ScimWorkRow *row);
extern bool scim_work_is_resource(const ScimRowWork *work, const ScimWorkRow *row);

/* ---- the document (content.c) ---- */

/* Is something of the content stored otherwise than before?  Members excepted. */
extern bool scim_work_content_changed(ScimRowWork *work);

/* What is to be stored brought in order, and checked.  INVALID_VALUE, MUTABILITY, UNIQUENESS. */
extern void scim_work_tidy(ScimRowWork *work);
extern void scim_work_check(ScimRowWork *work);

/* The document of the row. */
extern Jsonb *scim_work_document(ScimRowWork *work, const ScimWorkRow *row);

/* The same to be hashed: of mapped columns a tree that is not written. */
extern JsonbValue *scim_work_content(ScimRowWork *work, const ScimWorkRow *row);

/* ---- members (members.c) ---- */

/* The members of a group that is new. */
extern void scim_work_first_members(ScimRowWork *work);

/* Those that the membership triggers have counted since; true if they are others than before. */
extern bool scim_work_next_members(ScimRowWork *work);

/* 40001 if members of the row's group came or went that the transaction does not see, and nothing in the row tells. */
extern void scim_work_refuse_unseen(const ScimRowWork *work);

/* The members of a group's row. */
extern const ScimWorkMembers *scim_work_members(ScimRowWork *work, const ScimWorkRow *row);

extern void scim_work_set_members(ScimRowWork *work, const ScimWorkMembers *members);

/* ---- rows that change partitions (move.c) ---- */

/*
 * An UPDATE that moves a row to another partition is an UPDATE there and an
 * INSERT here.  The UPDATE's trigger leaves word, the INSERT's takes it: true
 * if the new row is one that moves; then revision, created, lastModified and
 * members are as the UPDATE left them, *version is the one it left (or NULL).
 */
extern void scim_work_leave_word(ScimRowWork *work);
extern bool scim_work_take_word(ScimRowWork *work, const char **version);

#endif							/* SCIM_TRIGGER_WORK_H */
