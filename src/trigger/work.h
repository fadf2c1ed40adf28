/*
 * work.h
 *		A row in the hands of the row trigger: its columns, of whatever type.
 *
 * row.c decides, work.c knows the columns, content.c the document, members.c a
 * group's members, move.c what becomes of a row that changes partitions.
 */
#ifndef SCIM_TRIGGER_WORK_H
#define SCIM_TRIGGER_WORK_H

#include "access/htup_details.h"
#include "commands/trigger.h"
#include "core/canonical.h"
#include "registry/registration.h"
#include "resource/frame.h"
#include "resource/mapped.h"
#include "utils/timestamp.h"

/* A row in the hands of the row trigger, all its columns in place, as it was and as it will be. */
typedef struct ScimTriggerRow
{
	const ScimRegistration *registration;
	TupleDesc	descriptor;
	HeapTuple	tuple;			/* the new row, as it came */
	ScimColumnValues new;		/* of all columns of the table */
	ScimColumnValues old;		/* UPDATE only */
	bool		assigned;		/* the new row is no longer that of its tuple */
	bool		is_update;
	ScimCall   *call;			/* the one under way, if it is on this row, or NULL */
	Jsonb	   *document;		/* the content of the new row, once it was made */
	Jsonb	   *old_document;	/* and of the old one */
	bool		moved;			/* the revision was moved on, and lastModified */

	ScimMemberSum members;		/* of the new row of a group, once they were asked for */
	ScimMemberSum old_members;
	bool		lost_members;	/* it may have had others, of which nothing is left */
} ScimTriggerRow;

/* ---- columns (work.c) ---- */

/* Does the table have the column, and is it ours to write? */
static inline bool
scim_work_keeps(const ScimTriggerRow *work, ScimColumn column)
{
	return work->registration->numbers[column] != InvalidAttrNumber &&
		!work->registration->read_only[column];
}

/* NULL, too, where there is no such column. */
static inline bool
scim_work_is_null(const ScimTriggerRow *work, const ScimColumnValues *row, ScimColumn column)
{
	AttrNumber	number = work->registration->numbers[column];

	return number == InvalidAttrNumber || row->nulls[number - 1];
}

static inline Datum
scim_work_value(const ScimTriggerRow *work, const ScimColumnValues *row, ScimColumn column)
{
	return row->values[work->registration->numbers[column] - 1];
}

extern void scim_work_start(ScimTriggerRow *work, TriggerData *data);

/* Of a row that is stored, or gone: then there is no new one. */
extern void scim_work_start_after(ScimTriggerRow *work, const ScimRegistration *registration,
								  const TriggerData *data);
extern HeapTuple scim_work_finish(const ScimTriggerRow *work);

extern void scim_work_assign(ScimTriggerRow *work, AttrNumber number, Datum value, bool isnull);

/* Is the new row's value stored like the old one's?  The second: or there is no such column. */
extern bool scim_work_same_number(const ScimTriggerRow *work, AttrNumber number);
extern bool scim_work_same(const ScimTriggerRow *work, ScimColumn column);

/* Puts the old row's value back, unless it is there; nothing where the column is not ours. */
extern void scim_work_keep(ScimTriggerRow *work, ScimColumn column);

/* Whole numbers and instants, in columns of all types that are for them; false: none. */
extern bool scim_work_integer(const ScimTriggerRow *work, const ScimColumnValues *row,
							  ScimColumn column, int64 *value);
extern void scim_work_set_integer(ScimTriggerRow *work, ScimColumn column, int64 value);
extern bool scim_work_instant(const ScimTriggerRow *work, const ScimColumnValues *row,
							  ScimColumn column, TimestampTz *instant);
extern void scim_work_set_instant(ScimTriggerRow *work, ScimColumn column, TimestampTz instant);
extern void scim_work_set_text(ScimTriggerRow *work, ScimColumn column, const char *value);

/* Whose row it is, as text; the row has an id, and a tenant where there is a column for it. */
extern char *scim_work_id(const ScimTriggerRow *work, const ScimColumnValues *row);
extern const char *scim_work_tenant(const ScimTriggerRow *work, const ScimColumnValues *row);

/* Is it another resource's row than before? */
extern bool scim_work_same_key(const ScimTriggerRow *work);

/*
 * Has it an id, and a tenant where there is a column for it?  And all that
 * makes it a resource's?
 */
extern bool scim_work_has_key(const ScimTriggerRow *work, const ScimColumnValues *row);
extern bool scim_work_is_resource(const ScimTriggerRow *work, const ScimColumnValues *row);

/* Is it marked as deleted? */
extern bool scim_work_is_marked(const ScimTriggerRow *work, const ScimColumnValues *row);

#endif							/* SCIM_TRIGGER_WORK_H */
