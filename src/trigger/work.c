/*
 * work.c
 *		A row in the hands of the row trigger: its columns, of whatever type.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "column/id.h"
#include "column/instant.h"
#include "column/value.h"
#include "registry/cache.h"
#include "resource/row.h"
#include "trigger/work.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"
#include "utils/rel.h"

/* ---- the row ---- */

static void
deform(ScimColumnValues *row, HeapTuple tuple, TupleDesc descriptor)
{
	row->values = palloc(descriptor->natts * sizeof(Datum));
	row->nulls = palloc(descriptor->natts * sizeof(bool));
	heap_deform_tuple(tuple, descriptor, row->values, row->nulls);
}

void
scim_work_start(ScimTriggerRow *work, TriggerData *data)
{
	memset(work, 0, sizeof(ScimTriggerRow));
	work->registration = scim_trigger_registration(data->tg_relation, data->tg_trigger);
	work->descriptor = RelationGetDescr(data->tg_relation);
	work->is_update = TRIGGER_FIRED_BY_UPDATE(data->tg_event);
	if (work->is_update)
		deform(&work->old, data->tg_trigtuple, work->descriptor);
	work->tuple = work->is_update ? data->tg_newtuple : data->tg_trigtuple;
	deform(&work->new, work->tuple, work->descriptor);
}

void
scim_work_start_after(ScimTriggerRow *work, const ScimRegistration *registration,
					  const TriggerData *data)
{
	bool		is_insert = TRIGGER_FIRED_BY_INSERT(data->tg_event);

	memset(work, 0, sizeof(ScimTriggerRow));
	work->registration = registration;
	work->descriptor = RelationGetDescr(data->tg_relation);
	work->is_update = TRIGGER_FIRED_BY_UPDATE(data->tg_event);
	work->tuple = work->is_update ? data->tg_newtuple : data->tg_trigtuple;
	if (!is_insert)
		deform(&work->old, data->tg_trigtuple, work->descriptor);
	if (is_insert || work->is_update)
		deform(&work->new, work->tuple, work->descriptor);
}

HeapTuple
scim_work_finish(const ScimTriggerRow *work)
{
	HeapTuple	tuple;

	if (!work->assigned)
		return work->tuple;
	tuple = heap_form_tuple(work->descriptor, work->new.values, work->new.nulls);
	tuple->t_data->t_ctid = work->tuple->t_data->t_ctid;
	tuple->t_self = work->tuple->t_self;
	tuple->t_tableOid = work->tuple->t_tableOid;
	return tuple;
}

void
scim_work_assign(ScimTriggerRow *work, AttrNumber number, Datum value, bool isnull)
{
	work->new.values[number - 1] = value;
	work->new.nulls[number - 1] = isnull;
	work->assigned = true;
}

bool
scim_work_same_number(const ScimTriggerRow *work, AttrNumber number)
{
	int			i = number - 1;

	return scim_same_datum(TupleDescAttr(work->descriptor, i), work->old.values[i],
						   work->old.nulls[i], work->new.values[i], work->new.nulls[i]);
}

bool
scim_work_same(const ScimTriggerRow *work, ScimColumn column)
{
	AttrNumber	number = work->registration->numbers[column];

	return number == InvalidAttrNumber || scim_work_same_number(work, number);
}

void
scim_work_keep(ScimTriggerRow *work, ScimColumn column)
{
	AttrNumber	number = work->registration->numbers[column];

	if (scim_work_keeps(work, column) && !scim_work_same_number(work, number))
		scim_work_assign(work, number, work->old.values[number - 1], work->old.nulls[number - 1]);
}

/* ---- values ---- */

bool
scim_work_integer(const ScimTriggerRow *work, const ScimColumnValues *row, ScimColumn column,
				  int64 *value)
{
	if (scim_work_is_null(work, row, column))
		return false;
	*value = scim_integer_of(work->registration->types[column], scim_work_value(work, row, column));
	return true;
}

/* A number that the column cannot hold is PostgreSQL's own error, as with any counter. */
void
scim_work_set_integer(ScimTriggerRow *work, ScimColumn column, int64 value)
{
	Datum		datum = Int64GetDatum(value);

	if (work->registration->types[column] == INT2OID)
		datum = DirectFunctionCall1(int82, datum);
	else if (work->registration->types[column] == INT4OID)
		datum = DirectFunctionCall1(int84, datum);
	scim_work_assign(work, work->registration->numbers[column], datum, false);
}

bool
scim_work_instant(const ScimTriggerRow *work, const ScimColumnValues *row, ScimColumn column,
				  TimestampTz *instant)
{
	const ScimRegistration *registration = work->registration;

	return !scim_work_is_null(work, row, column) &&
		scim_column_to_instant(registration->types[column], registration->formats[column],
							   scim_work_value(work, row, column), instant);
}

/* The value as a column of few digits holds it: timestamp(0), numeric(10). */
static Datum
fit(Form_pg_attribute attribute, Oid type, Datum value)
{
	int32		typmod = attribute->atttypmod;

	if (attribute->atttypid != type)
		(void) getBaseTypeAndTypmod(attribute->atttypid, &typmod);
	if (typmod < 0)
		return value;
	if (type == TIMESTAMPTZOID)
		return DirectFunctionCall2(timestamptz_scale, value, Int32GetDatum(typmod));
	if (type == TIMESTAMPOID)
		return DirectFunctionCall2(timestamp_scale, value, Int32GetDatum(typmod));
	if (type == NUMERICOID)
		return DirectFunctionCall2(numeric, value, Int32GetDatum(typmod));
	return value;
}

void
scim_work_set_instant(ScimTriggerRow *work, ScimColumn column, TimestampTz instant)
{
	const ScimRegistration *registration = work->registration;
	AttrNumber	number = registration->numbers[column];
	Datum		value = scim_column_from_instant(registration->types[column],
												 registration->formats[column], instant);

	scim_work_assign(work, number,
					 fit(TupleDescAttr(work->descriptor, number - 1), registration->types[column],
						 value),
					 false);
}

void
scim_work_set_text(ScimTriggerRow *work, ScimColumn column, const char *value)
{
	scim_work_assign(work, work->registration->numbers[column], CStringGetTextDatum(value), false);
}

/* ---- the key ---- */

char *
scim_work_id(const ScimTriggerRow *work, const ScimColumnValues *row)
{
	return scim_id_text(work->registration->id_type, scim_work_value(work, row, SCIM_COLUMN_ID));
}

const char *
scim_work_tenant(const ScimTriggerRow *work, const ScimColumnValues *row)
{
	if (work->registration->tenant_type == NULL)
		return work->registration->tenant;
	return scim_id_text(work->registration->tenant_type,
						scim_work_value(work, row, SCIM_COLUMN_TENANT));
}

bool
scim_work_same_key(const ScimTriggerRow *work)
{
	return scim_work_same(work, SCIM_COLUMN_ID) && scim_work_same(work, SCIM_COLUMN_TENANT);
}

bool
scim_work_has_key(const ScimTriggerRow *work, const ScimColumnValues *row)
{
	return !scim_work_is_null(work, row, SCIM_COLUMN_ID) &&
		(work->registration->tenant_type == NULL ||
		 !scim_work_is_null(work, row, SCIM_COLUMN_TENANT));
}

bool
scim_work_is_resource(const ScimTriggerRow *work, const ScimColumnValues *row)
{
	return scim_work_has_key(work, row) &&
		(!work->registration->storage->only_resources ||
		 !scim_work_is_null(work, row, SCIM_COLUMN_DATA));
}

bool
scim_work_is_marked(const ScimTriggerRow *work, const ScimColumnValues *row)
{
	return !scim_work_is_null(work, row, SCIM_COLUMN_DELETED) &&
		scim_is_deleted(work->registration->types[SCIM_COLUMN_DELETED],
						scim_work_value(work, row, SCIM_COLUMN_DELETED));
}
