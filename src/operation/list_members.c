/*
 * list_members.c
 *		The members of a group, page by page: for groups that are too large to be
 *		read at once.
 *
 * The order is that of the membership table's key, (type, id); a cursor holds
 * the member that the next page begins with, or would if it is gone by then.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "operation/cursor.h"
#include "operation/list_members.h"
#include "registry/cache.h"
#include "registry/schemas.h"
#include "resource/show.h"
#include "resource/target.h"
#include "resource/version.h"
#include "statement/parameters.h"
#include "statement/statement.h"
#include "utils/builtins.h"

/* Where a page begins; *type NULL: at the start. */
typedef struct Position
{
	const char *type;
	const char *id;				/* NULL: the first of the type */
} Position;

typedef struct MemberPage
{
	const ScimTarget *target;
	char	   *group;
	int			room;			/* for so many more */
	JsonbValue *members;
	Position	next;			/* what did not fit; type NULL: nothing */
} MemberPage;

static char *
cursor_kind(const ScimTarget *target, const char *group)
{
	return psprintf("members of %s in %s", group, target->tenant);
}

static char *
string_in(Jsonb *state, const char *key)
{
	JsonbValue	value;

	if (!scim_find(&state->root, key, &value) || value.type != jbvString)
		elog(ERROR, "a cursor without %s", key);
	return scim_string_copy(&value);
}

static void
read_position(const char *kind, const char *cursor, Position *position)
{
	Jsonb	   *state;

	memset(position, 0, sizeof(Position));
	if (cursor == NULL || cursor[0] == '\0')
		return;
	state = scim_read_cursor(kind, cursor);
	position->type = string_in(state, "type");
	position->id = string_in(state, "id");
}

static char *
write_position(const char *kind, const Position *position)
{
	JsonbValue *state = scim_new_object();

	scim_set_text(state, "type", position->type);
	scim_set_text(state, "id", position->id);
	return scim_write_cursor(kind, scim_write(state));
}

/* ---- a page ---- */

/*
 * tenant, group, type, id to begin with or NULL, limit: member, display; the
 * table at hand is that of the members
 */
static const ScimStatement list_members = {
	.sql = "SELECT m.{members.member}, " SCIM_DISPLAY_MEMBER " FROM {members.table} AS m"
	" WHERE {in_tenant:m} AND m.{members.group}" EQ "$2"
	" AND {is_type:m $3} AND m.{members.member} IS NOT NULL"
	" AND ($4 IS NULL OR m.{members.member} OPERATOR(pg_catalog.>=) $4)"
	" ORDER BY m.{members.member} LIMIT $5",
	.types = {SCIM_MEMBERS_TENANT_PARAMETER, SCIM_GROUP_ID_PARAMETER, TEXTOID, SCIM_ID_PARAMETER,
	INT8OID}
};

/*
 * The members of one type, from an id on; one more than there is room for tells
 * that there are more.
 */
static void
read_type(MemberPage *page, const ScimRegistration *table, const char *from)
{
	const ScimRegistration *members = scim_members_table();
	const ScimResourceType *type = table->type;
	Datum		values[5];
	uint64		count;

	if (from && !scim_is_id(table->id_type, from))
		scim_throw_path(SCIM_INVALID_CURSOR, "cursor", "this is no cursor of this list");
	values[0] = scim_tenant_datum(members, page->target->tenant);
	values[1] = scim_id_datum(members, page->group);
	values[2] = CStringGetTextDatum(type->name);
	values[3] = from ? scim_id_datum(table, from) : (Datum) 0;
	values[4] = Int64GetDatum((int64) page->room + 1);
	count = scim_run(&list_members, table, values, from ? NULL : "   n ", true);
	for (uint64 i = 0; i < count; i++)
	{
		Datum		row[2];
		bool		nulls[2];

		CHECK_FOR_INTERRUPTS();
		heap_deform_tuple(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, row, nulls);
		if (page->room == 0)
		{
			page->next.type = type->name;
			page->next.id = scim_id_text(table->id_type, row[0]);
			break;
		}
		scim_append(page->members,
					scim_other_side(type, scim_id_text(table->id_type, row[0]),
									nulls[1] ? NULL : TextDatumGetCString(row[1]), type->name));
		page->room--;
	}
	SPI_freetuptable(SPI_tuptable);
}

/*
 * The type whose name follows "name" (is it, if "itself"), in the order of the
 * membership table; or NULL.
 */
static const ScimResourceType *
following_type(const char *name, bool itself)
{
	const ScimResourceType *found = NULL;

	for (const ScimResourceType *const *type = scim_resource_types(); *type; type++)
	{
		int			order = name ? strcmp((*type)->name, name) : 1;

		if ((*type)->can_be_member && (order > 0 || (order == 0 && itself)) &&
			(found == NULL || strcmp((*type)->name, found->name) < 0))
			found = *type;
	}
	return found;
}

static void
read_members(MemberPage *page, const Position *from)
{
	const ScimResourceType *type = following_type(from->type, true);

	for (; type && page->next.type == NULL; type = following_type(type->name, false))
	{
		const ScimRegistration *table = scim_side_table(scim_members_table(), type);
		bool		goes_on = from->type && strcmp(type->name, from->type) == 0;

		if (table)
			read_type(page, table, goes_on ? from->id : NULL);
	}
}

static JsonbValue *
read_page(const ScimTarget *target, const char *group_id, int count, const char *cursor)
{
	MemberPage	page = {.target = target, .room = count, .members = scim_new_array()};
	JsonbValue *response = scim_new_object();
	JsonbValue *schemas = scim_new_array();
	ScimRow		group;
	Position	from;
	const char *kind;

	page.group = scim_take_id(target, group_id);
	if (!scim_fetch(target, page.group, true, &group))
		scim_throw_not_found(target, group_id);
	scim_know_members(target->table, target->tenant, &group, false);
	kind = cursor_kind(target, page.group);
	read_position(kind, cursor, &from);
	read_members(&page, &from);

	scim_append_text(schemas, SCIM_URN_LIST);
	scim_set_value(response, "schemas", schemas);
	scim_set_text(response, "version", scim_know_version(target->table, target->tenant, &group));
	scim_set_integer(response, "totalResults", group.members.count);
	scim_set_integer(response, "itemsPerPage", count - page.room);
	scim_set_value(response, "Resources", page.members);
	if (page.next.type)
		scim_set_text(response, "nextCursor", write_position(kind, &page.next));
	return response;
}

Jsonb *
scim_store_list_members(const char *tenant, const char *group_id, int count, const char *cursor,
						bool fresh)
{
	ScimTarget	target;
	JsonbValue *response;
	Jsonb	   *result;

	scim_begin_read(&target, "Group", tenant, fresh);
	response = read_page(&target, group_id, scim_cursor_count(count), cursor);
	result = scim_write_in(target.caller, response);
	scim_finish_read(&target);
	return result;
}
