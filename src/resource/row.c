/*
 * row.c
 *		Rows as they come from the table, and resources as they are shown.
 *
 * A resource is its document with id, meta and what other rows tell: a user's
 * groups, which come with the row, and a group's members, which are read for
 * all groups of a list at once.
 */
#include "postgres.h"

#include "access/xact.h"
#include "base/jsonb_tree.h"
#include "catalog/pg_type.h"
#include "core/canonical.h"
#include "core/location.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "registry/cache.h"
#include "registry/schemas.h"
#include "resource/document.h"
#include "resource/member_sum.h"
#include "resource/row.h"
#include "statement/parameters.h"
#include "statement/required.h"
#include "statement/statements.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/snapmgr.h"

/* ---- rows ---- */

JsonbValue *
scim_other_side(const ScimResourceType *type, const char *id, const char *display, const char *type_value)
{
	JsonbValue *entry = scim_new_object();

	scim_set_text(entry, "value", id);
	scim_set_text(entry, "$ref", scim_location(type->endpoint, id));
	if (display)
		scim_set_text(entry, "display", display);
	scim_set_text(entry, "type", type_value);
	return entry;
}

/* The texts "LENGTH ID DISPLAY" of {row}, with a blank behind the length alone; NULL if there are none. */
static JsonbValue *
read_groups(ArrayType *texts)
{
	Datum	   *elements;
	int			count;
	JsonbValue *groups;

	deconstruct_array(texts, TEXTOID, -1, false, TYPALIGN_INT, &elements, NULL, &count);
	if (count == 0)
		return NULL;
	groups = scim_new_array();
	for (int i = 0; i < count; i++)
	{
		char	   *id;
		int			length = strtol(TextDatumGetCString(elements[i]), &id, 10);
		char	   *display = ++id + length;

		scim_append(groups, scim_other_side(scim_members_type(), pnstrdup(id, length),
											display[0] ? display : NULL, "direct"));
	}
	return groups;
}

/* The places of columns in {bare}; the mapped ones stand behind them. */
enum
{
	AT_ID, AT_DATA, AT_VERSION, AT_REVISION, AT_CREATED, AT_LAST_MODIFIED, AT_MEMBER_COUNT, AT_MEMBER_DIGEST
};

static int
fixed_columns(const ScimRegistration *registration)
{
	return registration->type->has_members ? AT_MEMBER_DIGEST + 1 : AT_MEMBER_COUNT;
}

static int64
revision_of(const ScimRegistration *registration, Datum value)
{
	switch (registration->types[SCIM_COLUMN_REVISION])
	{
		case INT2OID:
			return DatumGetInt16(value);
		case INT4OID:
			return DatumGetInt32(value);
		default:
			return DatumGetInt64(value);
	}
}

static void
take_digest(const ScimRegistration *registration, ScimRow *row, const Datum *values, const bool *nulls)
{
	bytea	   *digest = nulls[AT_MEMBER_DIGEST] ? NULL : DatumGetByteaPP(values[AT_MEMBER_DIGEST]);

	/* created tables always tell; what is not filled there counts as no members */
	row->members_known = !registration->is_mapped || (!nulls[AT_MEMBER_COUNT] && digest);
	row->member_count = nulls[AT_MEMBER_COUNT] ? 0 : DatumGetInt64(values[AT_MEMBER_COUNT]);
	row->member_digest = palloc0(SCIM_DIGEST_SIZE);
	if (digest)
		memcpy(row->member_digest, VARDATA_ANY(digest), Min(VARSIZE_ANY_EXHDR(digest), SCIM_DIGEST_SIZE));
}

/* The document of a mapped row, from the columns behind the fixed ones. */
static void
take_columns(const ScimRegistration *registration, const Datum *values, const bool *nulls, ScimRow *row)
{
	row->stored = nulls[AT_DATA] ? NULL : DatumGetJsonbP(values[AT_DATA]);
	row->columns.values = (Datum *) values + fixed_columns(registration);
	row->columns.nulls = (bool *) nulls + fixed_columns(registration);
	row->data = scim_join_columns(registration, row->stored, &row->columns);
}

void
scim_take_row(const ScimRegistration *registration, const Datum *values, const bool *nulls, ScimRow *row)
{
	const Oid  *types = registration->types;
	const ScimFormat *formats = registration->formats;

	memset(row, 0, sizeof(ScimRow));
	row->id = scim_row_id(registration, values[AT_ID], nulls[AT_ID]);
	row->version = nulls[AT_VERSION] ? NULL : TextDatumGetCString(values[AT_VERSION]);
	row->revision = nulls[AT_REVISION] ? 0 : revision_of(registration, values[AT_REVISION]);
	row->has_created = !nulls[AT_CREATED] &&
		scim_column_to_instant(types[SCIM_COLUMN_CREATED], formats[SCIM_COLUMN_CREATED],
							   values[AT_CREATED], &row->created);
	row->has_last_modified = !nulls[AT_LAST_MODIFIED] &&
		scim_column_to_instant(types[SCIM_COLUMN_LAST_MODIFIED], formats[SCIM_COLUMN_LAST_MODIFIED],
							   values[AT_LAST_MODIFIED], &row->last_modified);
	if (registration->is_mapped)
		take_columns(registration, values, nulls, row);
	else
		row->data = scim_stored_document(registration->type,
										 scim_row_document(registration, row->id, values[AT_DATA], nulls[AT_DATA]),
										 row->version != NULL);
	if (registration->type->has_members)
		take_digest(registration, row, values, nulls);
}

void
scim_read_row(const ScimRegistration *registration, uint64 index, ScimRow *row)
{
	HeapTuple	tuple = SPI_tuptable->vals[index];
	TupleDesc	descriptor = SPI_tuptable->tupdesc;
	Datum	   *values = palloc(descriptor->natts * sizeof(Datum));
	bool	   *nulls = palloc(descriptor->natts * sizeof(bool));
	int			groups = fixed_columns(registration) + registration->mapped_count;

	/* the row outlives SPI_tuptable; lists have one more column behind */
	heap_deform_tuple(heap_copytuple(tuple), descriptor, values, nulls);
	scim_take_row(registration, values, nulls, row);
	if (registration->type->has_groups && descriptor->natts > groups && !nulls[groups])
		row->groups = read_groups(DatumGetArrayTypeP(values[groups]));
}

static ScimForm
row_form(const ScimRow *row, Jsonb *data, text *password)
{
	ScimRowParts parts = {0};

	parts.id = row->id;
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

void
scim_know_members(const ScimRegistration *registration, const char *tenant, ScimRow *row, bool fresh)
{
	if (!registration->type->has_members || row->members_known)
		return;
	row->members_known = true;
	if (scim_find_members(registration->type) == NULL)
		return;
	if (fresh)
	{
		CommandCounterIncrement();
		PushActiveSnapshot(GetTransactionSnapshot());
	}
	scim_sum_seen_members(registration, tenant, row->id, &row->member_count, row->member_digest);
	if (fresh)
		PopActiveSnapshot();
}

/*
 * The crypt string of a resource that the caller sees; NULL: there is none.  It
 * takes part in the version of who may not read it, too.
 */
static text *
read_password(const ScimRegistration *registration, const char *tenant, const char *id)
{
	Datum		values[2];
	Datum		seen[2];
	Datum		hash;
	bool		isnull;

	values[0] = seen[0] = scim_tenant_datum(registration, tenant);
	values[1] = scim_id_datum(registration, id);
	seen[1] = scim_id_array(registration->id_type, &values[1], 1);
	if (scim_run(SCIM_SEE, registration, seen, NULL, true) == 0 ||
		scim_run(SCIM_GET_PASSWORD, registration, values, NULL, true) != 1)
		return NULL;
	hash = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	return isnull ? NULL : DatumGetTextPP(hash);
}

char *
scim_row_version(const ScimRegistration *registration, const char *tenant, ScimRow *row)
{
	text	   *password;
	char		version[SCIM_VERSION_SIZE + 1];
	int64		revision;

	if (row->version)
		return row->version;
	scim_know_members(registration, tenant, row, false);
	password = registration->columns[SCIM_COLUMN_PASSWORD] ? read_password(registration, tenant, row->id) : NULL;
	revision = row->revision != 0 ? row->revision : 1;
	scim_form_version(row_form(row, row->data, password), registration->revision_scheme ? &revision : NULL, version);
	row->version = pstrdup(version);
	return row->version;
}

/* ---- members ---- */

/* The members of groups, while they are collected. */
typedef struct Members
{
	const ScimRow *rows;
	uint64		count;
	bool		shown;			/* at all */
	bool		displayed;		/* with the names of the resources, which stand in their rows */
	JsonbValue **lists;			/* of each row; NULL: none */
	bool	   *omitted;		/* there are too many */
} Members;

/* The rows whose members are to be read, as an array of ids. */
static Datum
wanted_ids(const ScimRegistration *groups, const Members *members)
{
	Datum	   *ids = palloc(members->count * sizeof(Datum));
	int			n = 0;

	for (uint64 i = 0; i < members->count; i++)
	{
		if (!members->omitted[i])
			ids[n++] = scim_id_datum(groups, members->rows[i].id);
	}
	return scim_id_array(groups->id_type, ids, n);
}

/* The place of a group in the list; members come grouped, so the last one is tried first. */
static uint64
find_row(const Members *members, const char *id, uint64 last)
{
	for (uint64 i = 0; i < members->count; i++)
	{
		uint64		at = (last + i) % members->count;

		if (strcmp(members->rows[at].id, id) == 0)
			return at;
	}
	elog(ERROR, "a member came for a group that was not asked for");
}

/* Adds the rows of SPI_tuptable: (group, member, display). */
static void
collect(Members *members, const ScimRegistration *groups, const ScimRegistration *side)
{
	const ScimResourceType *type = side->type;
	SPITupleTable *table = SPI_tuptable;
	uint64		count = SPI_processed;
	uint64		at = 0;

	for (uint64 i = 0; i < count; i++)
	{
		Datum		values[3];
		bool		nulls[3];

		CHECK_FOR_INTERRUPTS();
		heap_deform_tuple(table->vals[i], table->tupdesc, values, nulls);
		at = find_row(members, scim_id_text(groups->id_type, values[0]), at);
		if (members->lists[at] == NULL)
			members->lists[at] = scim_new_array();
		scim_append(members->lists[at],
					scim_other_side(type, scim_id_text(side->id_type, values[1]),
									nulls[2] ? NULL : TextDatumGetCString(values[2]), type->name));
	}
	SPI_freetuptable(table);
}

static void
read_members(Members *members, const ScimRegistration *groups, const char *tenant)
{
	const ScimRegistration *memberships = scim_members_table();
	Datum		values[4];

	values[1] = wanted_ids(groups, members);
	for (const ScimResourceType *const *type = scim_resource_types(); *type; type++)
	{
		const ScimRegistration *table = scim_side_table(memberships, *type);

		if (table == NULL)
			continue;
		values[0] = scim_tenant_datum(memberships, tenant);
		values[2] = CStringGetTextDatum((*type)->name);
		scim_run(members->displayed ? SCIM_SHOW_MEMBERS : SCIM_SHOW_MEMBER_IDS, table, values, "   n", true);
		collect(members, groups, table);
	}
}

static void
find_members(Members *members, const ScimRegistration *groups, ScimRow *rows, uint64 count,
			 const char *tenant, int limit)
{
	bool		any = false;

	members->rows = rows;
	members->count = count;
	members->lists = palloc0(Max(count, 1) * sizeof(JsonbValue *));
	members->omitted = palloc0(Max(count, 1) * sizeof(bool));
	for (uint64 i = 0; i < count && members->shown; i++)
	{
		scim_know_members(groups, tenant, &rows[i], false);
		members->omitted[i] = limit > 0 && rows[i].member_count > limit;
		any |= rows[i].member_count > 0 && !members->omitted[i];
	}
	if (any)
		read_members(members, groups, tenant);
}

/* ---- resources ---- */

/*
 * RFC 7643 section 2.3.5; UTC with microseconds, whatever the session's
 * settings.  What is beyond the years that are written so is not shown.
 */
static void
set_date_time(JsonbValue *meta, const char *name, TimestampTz timestamp)
{
	struct pg_tm tm;
	fsec_t		fraction;

	if (timestamp2tm(timestamp, NULL, &tm, &fraction, NULL, NULL) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("timestamp out of range")));
	if (tm.tm_year < 1 || tm.tm_year > 9999)
		return;
	scim_set_text(meta, name, psprintf("%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", tm.tm_year, tm.tm_mon, tm.tm_mday,
									   tm.tm_hour, tm.tm_min, tm.tm_sec, (int) fraction));
}

static JsonbValue *
meta_of(const ScimRegistration *registration, const ScimRow *row, const char *id)
{
	JsonbValue *meta = scim_new_object();

	scim_set_text(meta, "resourceType", registration->type->name);
	if (row->has_created)
		set_date_time(meta, "created", row->created);
	if (row->has_last_modified)
		set_date_time(meta, "lastModified", row->last_modified);
	scim_set_text(meta, "version", row->version);
	scim_set_text(meta, "location", scim_location(registration->type->endpoint, id));
	return meta;
}

/* Says in meta, where it is shown, that there are too many members to show. */
static void
say_omitted(JsonbValue *resource, bool always)
{
	JsonbValue *meta = scim_get(resource, "meta", strlen("meta"));
	JsonbValue *names = scim_new_array();

	if (!meta && always)
	{
		scim_set_value(resource, "meta", scim_new_object());
		meta = scim_get(resource, "meta", strlen("meta"));
	}
	scim_append_text(names, "members");
	if (meta)
		scim_set_value(meta, "omitted", names);
}

static Jsonb *
show(const ScimRegistration *registration, const ScimRow *row, const JsonbValue *members, bool omitted,
	 const ScimProjection *projection)
{
	JsonbValue	root;
	JsonbValue *resource;

	scim_root(row->data, &root);
	resource = scim_open(&root);
	if (registration->is_mapped)
		scim_show_columns(registration, resource, &row->columns);
	scim_set_text(resource, "id", row->id);
	scim_set_value(resource, "meta", meta_of(registration, row, row->id));
	if (members)
		scim_set_value(resource, "members", members);
	if (row->groups)
		scim_set_value(resource, "groups", row->groups);
	if (projection)
		scim_project(projection, resource);
	if (projection && scim_projects_version(projection))
		scim_set_text(resource, "_version", row->version);
	if (omitted)
		say_omitted(resource, projection && scim_projects_version(projection));
	return scim_write(resource);
}

Jsonb *
scim_show_alone(const ScimRegistration *registration, const ScimRow *row)
{
	return show(registration, row, NULL, false, NULL);
}

static Jsonb *
copy_jsonb(Jsonb *jsonb, MemoryContext context)
{
	MemoryContext old = MemoryContextSwitchTo(context);
	Jsonb	   *copy = (Jsonb *) DatumGetPointer(datumCopy(JsonbPGetDatum(jsonb), false, -1));

	MemoryContextSwitchTo(old);
	return copy;
}

Jsonb *
scim_show_not_modified(const ScimRegistration *registration, const ScimRow *row, MemoryContext context)
{
	JsonbValue *resource = scim_new_object();
	JsonbValue *meta = scim_new_object();

	scim_set_text(meta, "resourceType", registration->type->name);
	scim_set_text(meta, "version", row->version);
	scim_set_text(meta, "location", scim_location(registration->type->endpoint, row->id));
	scim_set_text(resource, "id", row->id);
	scim_set_value(resource, "meta", meta);
	scim_set_bool(resource, "not_modified", true);
	return copy_jsonb(scim_write(resource), context);
}

Jsonb **
scim_show_rows(const ScimRegistration *registration, const char *tenant,
			   ScimRow *rows, uint64 count, int limit,
			   const ScimProjection *projection, MemoryContext context)
{
	Members		members;
	MemoryContext old = MemoryContextSwitchTo(context);
	Jsonb	  **shown = palloc(Max(count, 1) * sizeof(Jsonb *));

	MemoryContextSwitchTo(old);
	for (uint64 i = 0; i < count; i++)
		(void) scim_row_version(registration, tenant, &rows[i]);
	members.shown = registration->type->has_members &&
		(projection == NULL || scim_projects(projection, "members", NULL));
	members.displayed = projection == NULL || scim_projects(projection, "members", "display");
	find_members(&members, registration, rows, count, tenant, limit);
	for (uint64 i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		shown[i] = copy_jsonb(show(registration, &rows[i], members.lists[i], members.omitted[i], projection),
							  context);
	}
	return shown;
}
