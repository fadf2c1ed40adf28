/*
 * rows.c
 *		Rows as they come from the table, and resources as they are shown.
 *
 * A resource is its document with id, meta and what other rows tell: a group's
 * members, a user's groups.  Memberships are read for all rows of a list at
 * once.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "core/canonical.h"
#include "core/jsonb_tree.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "settings.h"
#include "store/rows.h"
#include "store/statements.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/memutils.h"

/* ---- rows ---- */

char *
scim_uuid_text(const pg_uuid_t *id)
{
	return DatumGetCString(DirectFunctionCall1(uuid_out, UUIDPGetDatum(id)));
}

void
scim_read_row(const ScimRegistration *registration, uint64 index, ScimRow *row)
{
	HeapTuple	tuple = SPI_tuptable->vals[index];
	TupleDesc	descriptor = SPI_tuptable->tupdesc;
	Datum		values[8];
	bool		nulls[8];

	/* the columns of {row}, in its order */
	heap_deform_tuple(tuple, descriptor, values, nulls);
	memset(row, 0, sizeof(ScimRow));
	row->id = *DatumGetUUIDP(values[0]);
	row->data = DatumGetJsonbPCopy(values[1]);
	row->version = nulls[2] ? NULL : TextDatumGetCString(values[2]);
	row->revision = nulls[3] ? 0 : DatumGetInt64(values[3]);
	row->has_created = !nulls[4] && !TIMESTAMP_NOT_FINITE(DatumGetTimestampTz(values[4]));
	row->has_last_modified = !nulls[5] && !TIMESTAMP_NOT_FINITE(DatumGetTimestampTz(values[5]));
	row->created = row->has_created ? DatumGetTimestampTz(values[4]) : 0;
	row->last_modified = row->has_last_modified ? DatumGetTimestampTz(values[5]) : 0;
	if (registration->type->has_members)
	{
		bytea	   *digest = nulls[7] ? NULL : DatumGetByteaPP(values[7]);

		row->member_count = nulls[6] ? 0 : DatumGetInt64(values[6]);
		row->member_digest = palloc0(SCIM_DIGEST_SIZE);
		if (digest)
			memcpy(row->member_digest, VARDATA_ANY(digest),
				   Min(VARSIZE_ANY_EXHDR(digest), SCIM_DIGEST_SIZE));
	}
}

static ScimForm
row_form(const ScimRow *row, Jsonb *data, text *password)
{
	ScimRowParts parts = {0};

	parts.id = scim_uuid_text(&row->id);
	parts.member_count = row->member_count;
	parts.member_digest = row->member_digest;
	if (password)
	{
		parts.password_hash = VARDATA_ANY(password);
		parts.password_length = VARSIZE_ANY_EXHDR(password);
	}
	return scim_content_form(&data->root, &parts);
}

char *
scim_row_content(const ScimRegistration *registration, const ScimRow *row, Jsonb *data, Size *length)
{
	ScimForm	form = row_form(row, data, NULL);
	char	   *copy = palloc(form.length);

	memcpy(copy, form.data, form.length);
	*length = form.length;
	return copy;
}

char *
scim_row_version(const ScimRegistration *registration, const char *tenant, ScimRow *row)
{
	text	   *password = NULL;
	char		version[SCIM_VERSION_SIZE + 1];

	if (row->version)
		return row->version;
	if (registration->type->has_password)
	{
		Datum		values[2];
		bool		isnull;

		values[0] = CStringGetTextDatum(tenant);
		values[1] = UUIDPGetDatum(&row->id);
		if (scim_run(SCIM_GET_PASSWORD, registration, values, NULL, true) == 1)
		{
			Datum		hash = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);

			password = isnull ? NULL : DatumGetTextPP(hash);
		}
	}
	scim_form_version(row_form(row, row->data, password),
					  registration->revision_scheme ? Max(row->revision, 1) : -1, version);
	row->version = pstrdup(version);
	return row->version;
}

/* ---- memberships ---- */

/* The memberships of a list of rows, while they are collected. */
typedef struct Memberships
{
	const ScimRow *rows;		/* those of a page, in any order */
	uint64		count;
	JsonbValue **lists;			/* of each row; NULL: none */
	bool	   *omitted;
} Memberships;

static char *
location(const ScimResourceType *type, const char *id)
{
	return psprintf("%s%s/%s", scim_setting_base_url ? scim_setting_base_url : "", type->endpoint, id);
}

/* The rows whose memberships are to be read, as uuid[]. */
static Datum
wanted_ids(const Memberships *memberships)
{
	Datum	   *ids = palloc(Max(memberships->count, 1) * sizeof(Datum));
	int			n = 0;

	for (uint64 i = 0; i < memberships->count; i++)
	{
		if (!memberships->omitted[i])
			ids[n++] = UUIDPGetDatum(&memberships->rows[i].id);
	}
	return PointerGetDatum(construct_array(ids, n, UUIDOID, sizeof(pg_uuid_t), false, TYPALIGN_CHAR));
}

/* The place of a row in the list; results come grouped by row, so the last one is tried first. */
static uint64
find_row(const Memberships *memberships, const pg_uuid_t *id, uint64 last)
{
	for (uint64 i = 0; i < memberships->count; i++)
	{
		uint64		at = (last + i) % memberships->count;

		if (memcmp(&memberships->rows[at].id, id, sizeof(pg_uuid_t)) == 0)
			return at;
	}
	elog(ERROR, "a membership came for a resource that was not asked for");
}

/* Adds the rows of SPI_tuptable: (resource, other side, display). */
static void
collect(Memberships *memberships, const ScimResourceType *type, const char *type_value)
{
	SPITupleTable *table = SPI_tuptable;
	uint64		count = SPI_processed;
	uint64		at = 0;

	for (uint64 i = 0; i < count; i++)
	{
		bool		isnull;
		JsonbValue *entry = scim_new_object();
		JsonbValue *list;
		char	   *id;
		Datum		display;

		at = find_row(memberships,
					  DatumGetUUIDP(SPI_getbinval(table->vals[i], table->tupdesc, 1, &isnull)), at);
		id = scim_uuid_text(DatumGetUUIDP(SPI_getbinval(table->vals[i], table->tupdesc, 2, &isnull)));
		scim_set_text(entry, "value", id);
		scim_set_text(entry, "$ref", location(type, id));
		display = SPI_getbinval(table->vals[i], table->tupdesc, 3, &isnull);
		if (!isnull)
			scim_set_text(entry, "display", TextDatumGetCString(display));
		scim_set_text(entry, "type", type_value);
		list = memberships->lists[at];
		if (list == NULL)
			list = memberships->lists[at] = scim_new_array();
		scim_append(list, entry);
	}
	SPI_freetuptable(table);
}

static void
read_members(Memberships *memberships, const char *tenant)
{
	Datum		values[3];

	values[0] = CStringGetTextDatum(tenant);
	values[1] = wanted_ids(memberships);
	for (const ScimResourceType *const *type = scim_resource_types(); *type; type++)
	{
		const ScimRegistration *table = scim_find_table(*type);

		if (table == NULL)
			continue;
		values[2] = CStringGetTextDatum((*type)->name);
		scim_run(SCIM_SHOW_MEMBERS, table, values, NULL, true);
		collect(memberships, *type, (*type)->name);
	}
}

static void
read_groups(Memberships *memberships, const char *tenant)
{
	const ScimResourceType *type = scim_members_type();
	const ScimRegistration *groups = scim_find_table(type);
	Datum		values[2];

	if (groups == NULL)
		return;
	values[0] = CStringGetTextDatum(tenant);
	values[1] = wanted_ids(memberships);
	scim_run(SCIM_SHOW_GROUPS, groups, values, NULL, true);
	collect(memberships, type, "direct");
}

static void
read_memberships(Memberships *memberships, const ScimRegistration *registration,
				 const char *tenant, const ScimRow *rows, uint64 count, int limit)
{
	bool		any = false;

	memberships->rows = rows;
	memberships->count = count;
	memberships->lists = palloc0(Max(count, 1) * sizeof(JsonbValue *));
	memberships->omitted = palloc0(Max(count, 1) * sizeof(bool));
	for (uint64 i = 0; i < count; i++)
	{
		memberships->omitted[i] = limit > 0 && rows[i].member_count > limit;
		any |= registration->type->has_groups || (rows[i].member_count > 0 && !memberships->omitted[i]);
	}
	if (!any || scim_find_members(scim_members_type()) == NULL)
		return;
	if (registration->type->has_members)
		read_members(memberships, tenant);
	else if (registration->type->has_groups)
		read_groups(memberships, tenant);
}

/* ---- resources ---- */

/* RFC 7643 section 2.3.5; UTC with microseconds, whatever the session's settings. */
static char *
date_time(TimestampTz timestamp)
{
	struct pg_tm tm;
	fsec_t		fraction;

	if (timestamp2tm(timestamp, NULL, &tm, &fraction, NULL, NULL) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("timestamp out of range")));
	return psprintf("%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", tm.tm_year, tm.tm_mon, tm.tm_mday,
					tm.tm_hour, tm.tm_min, tm.tm_sec, (int) fraction);
}

static JsonbValue *
meta_of(const ScimRegistration *registration, const ScimRow *row, const char *id, bool omitted)
{
	JsonbValue *meta = scim_new_object();

	scim_set_text(meta, "resourceType", registration->type->name);
	if (row->has_created)
		scim_set_text(meta, "created", date_time(row->created));
	if (row->has_last_modified)
		scim_set_text(meta, "lastModified", date_time(row->last_modified));
	scim_set_text(meta, "version", row->version);
	scim_set_text(meta, "location", location(registration->type, id));
	if (omitted)
	{
		JsonbValue *names = scim_new_array();

		scim_append_text(names, "members");
		scim_set_value(meta, "omitted", names);
	}
	return meta;
}

static Jsonb *
show(const ScimRegistration *registration, const ScimRow *row, const JsonbValue *memberships,
	 bool omitted)
{
	char	   *id = scim_uuid_text(&row->id);
	JsonbValue	root;
	JsonbValue *resource;

	scim_root(row->data, &root);
	resource = scim_open(&root);
	scim_set_text(resource, "id", id);
	scim_set_value(resource, "meta", meta_of(registration, row, id, omitted));
	if (memberships)
		scim_set_value(resource, registration->type->has_members ? "members" : "groups", memberships);
	return scim_write(resource);
}

Jsonb **
scim_show_rows(const ScimRegistration *registration, const char *tenant,
			   ScimRow *rows, uint64 count, int limit, MemoryContext context)
{
	Memberships memberships;
	MemoryContext old = MemoryContextSwitchTo(context);
	Jsonb	  **shown = palloc(Max(count, 1) * sizeof(Jsonb *));

	MemoryContextSwitchTo(old);
	for (uint64 i = 0; i < count; i++)
		(void) scim_row_version(registration, tenant, &rows[i]);
	read_memberships(&memberships, registration, tenant, rows, count, limit);
	for (uint64 i = 0; i < count; i++)
	{
		Jsonb	   *resource;

		CHECK_FOR_INTERRUPTS();
		resource = show(registration, &rows[i], memberships.lists[i], memberships.omitted[i]);
		old = MemoryContextSwitchTo(context);
		shown[i] = (Jsonb *) DatumGetPointer(datumCopy(JsonbPGetDatum(resource), false, -1));
		MemoryContextSwitchTo(old);
	}
	return shown;
}
