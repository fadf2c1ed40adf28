/*
 * versions.c
 *		The versions that many resources have, and nothing else of them.
 *
 * Where the table stores versions, no document is looked at.  Where it does not, or a
 * row's is not filled yet, the rows are read one after the other, each freed behind it:
 * together they may be too large to be held.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "resource/direct_row.h"
#include "resource/version.h"
#include "resource/versions.h"
#include "statement/direct.h"
#include "statement/parameters.h"
#include "statement/statement.h"
#include "statement/tenant.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

/* Ids that can be some, and which of the resources each one names. */
typedef struct Sought
{
	Datum	   *ids;
	int		   *places;
	int			count;
} Sought;

typedef struct Reading
{
	const ScimRegistration *registration;
	const char *tenant;
	ScimVersionOf *resources;
	MemoryContext results;
	const Sought *sought;		/* by the scan under way */
} Reading;

/* ---- what is looked for ---- */

static Sought
room_for(int count)
{
	return (Sought)
	{
		.ids = palloc(Max(count, 1) * sizeof(Datum)),
			.places = palloc(Max(count, 1) * sizeof(int))
	};
}

static void
seek(Sought *sought, Datum id, int place)
{
	sought->ids[sought->count] = id;
	sought->places[sought->count++] = place;
}

static Sought
take_ids(const Reading *reading, int count)
{
	Sought		sought = room_for(count);

	for (int i = 0; i < count; i++)
	{
		Datum		id;

		reading->resources[i].version = NULL;
		if (scim_parse_id(reading->registration->id_type, reading->resources[i].id, &id))
			seek(&sought, id, i);
	}
	return sought;
}

/* ---- without a statement ---- */

/* Of a row that stores none: "scratch" is left as it was found. */
static char *
compute(const Reading *reading, TupleTableSlot *slot, MemoryContext scratch)
{
	ScimRow		row;
	char	   *version;

	MemoryContextSwitchTo(scratch);
	scim_take_slot(reading->registration, slot, &row);
	version = MemoryContextStrdup(reading->results,
								  scim_know_version(reading->registration, reading->tenant, &row));
	MemoryContextSwitchTo(reading->results);
	MemoryContextReset(scratch);
	return version;
}

static char *
version_in(const Reading *reading, TupleTableSlot *slot, MemoryContext scratch)
{
	AttrNumber	number = reading->registration->numbers[SCIM_COLUMN_VERSION];
	bool		isnull = true;
	Datum		version = (Datum) 0;

	if (number != InvalidAttrNumber)
		version = slot_getattr(slot, number, &isnull);
	return isnull ? compute(reading, slot, scratch) : TextDatumGetCString(version);
}

/* False: it takes a statement. */
static bool
read_directly(const Reading *reading, const Sought *sought)
{
	ScimDirect *direct = scim_open_direct(reading->registration, SCIM_DIRECT_ROWS,
										  reading->tenant);
	MemoryContext scratch;

	if (direct == NULL)
		return false;
	scratch = AllocSetContextCreate(CurrentMemoryContext, "scimver version",
									ALLOCSET_DEFAULT_SIZES);
	for (int i = 0; i < sought->count; i++)
	{
		TupleTableSlot *slot;

		CHECK_FOR_INTERRUPTS();
		scim_seek_direct(direct, sought->ids[i]);
		slot = scim_next_direct(direct);
		if (slot)
			reading->resources[sought->places[i]].version = version_in(reading, slot, scratch);
	}
	MemoryContextDelete(scratch);
	scim_close_direct(direct);
	return true;
}

/* ---- by statements ---- */

/* The rows r of the ids $2 in the tenant $1, and which of the ids each one has. */
#define SOUGHT_ROWS \
	" FROM ROWS FROM (pg_catalog.unnest($2)) WITH ORDINALITY AS k(id, place), {table} AS r" \
	" WHERE {in_tenant:r} AND r.{id}" EQ "k.id"

static const ScimStatement get_versions = {
	.sql = "SELECT r.{version}, k.place" SOUGHT_ROWS,
	.types = {SCIM_TENANT_PARAMETER, SCIM_IDS_PARAMETER}
};

static const ScimStatement get_rows = {
	.sql = "SELECT {bare}, k.place" SOUGHT_ROWS,
	.types = {SCIM_TENANT_PARAMETER, SCIM_IDS_PARAMETER}
};

static void
set_parameters(const Reading *reading, const Sought *sought, Datum values[2])
{
	values[0] = scim_tenant_datum(reading->registration, reading->tenant);
	values[1] = scim_id_array(reading->registration->id_type, sought->ids, sought->count);
}

/* Reads what is stored; those of which nothing is are left. */
static Sought
read_stored(const Reading *reading, const Sought *sought)
{
	Sought		left = room_for(sought->count);
	Datum		values[2];
	SPITupleTable *rows;
	uint64		count;

	set_parameters(reading, sought, values);
	count = scim_run(&get_versions, reading->registration, values, NULL, true);
	rows = SPI_tuptable;
	for (uint64 i = 0; i < count; i++)
	{
		bool		isnull;
		Datum		version = SPI_getbinval(rows->vals[i], rows->tupdesc, 1, &isnull);
		bool		no_place;
		int			at = DatumGetInt64(SPI_getbinval(rows->vals[i], rows->tupdesc, 2,
													 &no_place)) - 1;

		if (isnull)
			seek(&left, sought->ids[at], sought->places[at]);
		else
			reading->resources[sought->places[at]].version = TextDatumGetCString(version);
	}
	SPI_freetuptable(rows);
	return left;
}

static void
take_row(HeapTuple tuple, TupleDesc descriptor, void *argument)
{
	const Reading *reading = argument;
	Datum	   *values = palloc(descriptor->natts * sizeof(Datum));
	bool	   *nulls = palloc(descriptor->natts * sizeof(bool));
	ScimRow		row;
	int			at;

	heap_deform_tuple(tuple, descriptor, values, nulls);
	at = DatumGetInt64(values[descriptor->natts - 1]) - 1;
	scim_take_row(reading->registration, values, nulls, &row);
	reading->resources[reading->sought->places[at]].version =
		MemoryContextStrdup(reading->results,
							scim_know_version(reading->registration, reading->tenant, &row));
}

static void
read_rows(Reading *reading, const Sought *sought)
{
	Datum		values[2];

	reading->sought = sought;
	set_parameters(reading, sought, values);
	scim_scan(&get_rows, reading->registration, values, take_row, reading);
}

static void
read_by_statements(Reading *reading, const Sought *sought)
{
	Sought		left = *sought;

	if (reading->registration->columns[SCIM_COLUMN_VERSION])
		left = read_stored(reading, sought);
	if (left.count > 0)
		read_rows(reading, &left);
}

static bool
is_any_seen(const ScimVersionOf *resources, int count)
{
	for (int i = 0; i < count; i++)
	{
		if (resources[i].version)
			return true;
	}
	return false;
}

void
scim_read_versions(const ScimRegistration *registration, const char *tenant,
				   ScimVersionOf *resources, int count)
{
	Reading		reading = {
		.registration = registration,
		.tenant = tenant,
		.resources = resources,
		.results = CurrentMemoryContext
	};
	Sought		sought = take_ids(&reading, count);

	if (!read_directly(&reading, &sought))
		read_by_statements(&reading, &sought);
	if (!is_any_seen(resources, count))
		scim_check_tenant(registration, tenant);
}
