/*
 * show.c
 *		Resources as they are shown.
 *
 * A resource is its document with id, meta and what other rows tell, which is
 * read for all resources of a list at once: users' groups, and groups' members.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "catalog/pg_type.h"
#include "core/location.h"
#include "core/shown_version.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "registry/cache.h"
#include "registry/schemas.h"
#include "resource/groups.h"
#include "resource/show.h"
#include "resource/version.h"
#include "statement/parameters.h"
#include "statement/statement.h"
#include "utils/builtins.h"

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

/*
 * tenant, groups, type, NULL: group, member, display; by the key,
 * whatever the planner thinks of a group's size: a limit that it does not know
 * makes it want order.  The table at hand is that of the members.
 */
#define SHOW_MEMBERS(display) \
	{ \
		.sql = "SELECT m.{members.group}, m.{members.member}, " display \
			" FROM pg_catalog.unnest($2) AS g(id), LATERAL (SELECT * FROM {members.table} AS m" \
			" WHERE {in_tenant:m} AND m.{members.group}" EQ "g.id AND {is_type:m $3}" \
			" AND m.{members.member} IS NOT NULL ORDER BY m.{members.member} LIMIT $4) AS m", \
		.types = {SCIM_MEMBERS_TENANT_PARAMETER, SCIM_GROUP_IDS_PARAMETER, TEXTOID, INT8OID} \
	}

static const ScimStatement show_members = SHOW_MEMBERS(SCIM_DISPLAY_MEMBER);
static const ScimStatement show_member_ids = SHOW_MEMBERS("NULL::pg_catalog.text");

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
		scim_run(members->displayed ? &show_members : &show_member_ids, table, values,
				 "   n", true);
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
		members->omitted[i] = limit > 0 && rows[i].members.count > limit;
		any |= rows[i].members.count > 0 && !members->omitted[i];
	}
	if (any)
		read_members(members, groups, tenant);
}

/* ---- resources ---- */

/* "2008-01-23T04:56:22.000000Z" */
static char *
date_time_text(const struct pg_tm *tm, fsec_t microseconds)
{
	const struct
	{
		int			number;
		int			digits;
		char		behind;
	}			parts[] = {
		{tm->tm_year, 4, '-'}, {tm->tm_mon, 2, '-'}, {tm->tm_mday, 2, 'T'},
		{tm->tm_hour, 2, ':'}, {tm->tm_min, 2, ':'}, {tm->tm_sec, 2, '.'},
		{microseconds, 6, 'Z'}
	};
	char	   *text = palloc(sizeof("2008-01-23T04:56:22.000000Z"));
	char	   *end = text;

	for (Size i = 0; i < lengthof(parts); i++)
	{
		end = pg_ultostr_zeropad(end, parts[i].number, parts[i].digits);
		*end++ = parts[i].behind;
	}
	*end = '\0';
	return text;
}

/* What is beyond the years that are written so, as infinity is, is not shown. */
void
scim_set_date_time(JsonbValue *object, const char *name, TimestampTz timestamp)
{
	struct pg_tm tm;
	fsec_t		fraction;

	if (timestamp2tm(timestamp, NULL, &tm, &fraction, NULL, NULL) != 0 ||
		tm.tm_year < 1 || tm.tm_year > 9999)
		return;
	scim_set_text(object, name, date_time_text(&tm, fraction));
}

static JsonbValue *
meta_of(const ScimRegistration *registration, const ScimRow *row, const char *id)
{
	JsonbValue *meta = scim_new_object();

	/* in jsonb's order */
	if (row->has_created)
		scim_set_date_time(meta, "created", row->created);
	scim_set_text(meta, "version", scim_shown_version(row->version));
	scim_set_text(meta, "location", scim_location(registration->type->endpoint, id));
	if (row->has_last_modified)
		scim_set_date_time(meta, "lastModified", row->last_modified);
	scim_set_text(meta, "resourceType", registration->type->name);
	return meta;
}

/* Says in meta, where it is shown, that there are too many of these to show. */
static void
say_omitted(JsonbValue *resource, const char *name, bool always)
{
	JsonbValue *meta = scim_get(resource, "meta", strlen("meta"));
	JsonbValue *names = scim_new_array();

	if (!meta && always)
	{
		scim_set_value(resource, "meta", scim_new_object());
		meta = scim_get(resource, "meta", strlen("meta"));
	}
	scim_append_text(names, name);
	if (meta)
		scim_set_value(meta, "omitted", names);
}

Jsonb *
scim_show_tree(const ScimRegistration *registration, const ScimRow *row, JsonbValue *resource,
			   const JsonbValue *members, const char *omitted, const ScimProjection *projection,
			   MemoryContext context)
{
	scim_set_text(resource, "id", row->id);
	scim_set_value(resource, "meta", meta_of(registration, row, row->id));
	if (members)
		scim_set_value(resource, "members", members);
	if (row->groups && !omitted)
		scim_set_value(resource, "groups", row->groups);
	if (projection)
		scim_project(projection, resource);
	if (projection && scim_projects_version(projection))
		scim_set_text(resource, "_version", row->version);
	if (omitted)
		say_omitted(resource, omitted, projection && scim_projects_version(projection));
	return scim_write_in(context, resource);
}

static Jsonb *
show(const ScimRegistration *registration, const ScimRow *row, const JsonbValue *members,
	 const char *omitted, const ScimProjection *projection, MemoryContext context)
{
	JsonbValue *resource = scim_row_tree(registration, row);

	scim_show_columns(registration, resource, &row->columns);
	return scim_show_tree(registration, row, resource, members, omitted, projection, context);
}

Jsonb *
scim_show_alone(const ScimRegistration *registration, const ScimRow *row)
{
	return show(registration, row, NULL, NULL, NULL, CurrentMemoryContext);
}

Jsonb *
scim_show_not_modified(const ScimRegistration *registration, const ScimRow *row,
					   MemoryContext context)
{
	JsonbValue *resource = scim_new_object();
	JsonbValue *meta = scim_new_object();

	scim_set_text(meta, "resourceType", registration->type->name);
	scim_set_text(meta, "version", scim_shown_version(row->version));
	scim_set_text(meta, "location", scim_location(registration->type->endpoint, row->id));
	scim_set_text(resource, "id", row->id);
	scim_set_value(resource, "meta", meta);
	scim_set_bool(resource, "not_modified", true);
	return scim_write_in(context, resource);
}

static bool
is_shown(const ScimProjection *projection, const char *attribute)
{
	return projection == NULL || scim_projects(projection, attribute, NULL);
}

/* What is not shown of a row, as there is more of it than the limit, or NULL. */
static const char *
find_omitted(const Members *members, uint64 index, int limit, const ScimProjection *projection)
{
	const JsonbValue *groups = members->rows[index].groups;

	if (members->omitted[index])
		return "members";
	return limit > 0 && groups && groups->val.array.nElems > limit &&
		is_shown(projection, "groups") ? "groups" : NULL;
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
		(void) scim_know_version(registration, tenant, &rows[i]);
	if (is_shown(projection, "groups"))
		scim_read_groups(registration, tenant, rows, count, limit);
	members.shown = registration->type->has_members && is_shown(projection, "members");
	members.displayed = projection == NULL || scim_projects(projection, "members", "display");
	find_members(&members, registration, rows, count, tenant, limit);
	for (uint64 i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		shown[i] = show(registration, &rows[i], members.lists[i],
						find_omitted(&members, i, limit, projection), projection, context);
	}
	return shown;
}
