/*
 * groups.c
 *		The groups that users are in, as they are shown.
 *
 * Two look-ups by index for each user, of memberships and of the groups' names,
 * or one statement for all users, where something stands in the way of these.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "catalog/pg_type.h"
#include "core/finder.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "parser/parse_coerce.h"
#include "registry/cache.h"
#include "registry/schemas.h"
#include "resource/groups.h"
#include "statement/direct.h"
#include "statement/names.h"
#include "statement/parameters.h"
#include "statement/statement.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/fmgrprotos.h"
#include "utils/typcache.h"

/* What is read. */
typedef struct Reading
{
	const ScimRegistration *members;
	const ScimRegistration *groups;
	const char *tenant;
	ScimRow   **rows;			/* those that do not know their groups */
	Datum	   *users;			/* their ids, as memberships have them */
	int			count;
	int			limit;			/* of the groups of each; 0: none */
} Reading;

static void
add_group(const Reading *reading, ScimRow *row, const char *group, const char *display)
{
	if (row->groups == NULL)
		row->groups = scim_new_array();
	/* a name that is empty is none */
	if (display && display[0] == '\0')
		display = NULL;
	scim_append(row->groups,
				scim_other_side(reading->groups->type, group, display, "direct"));
}

/* ---- by index ---- */

/* Where the groups' names are. */
typedef struct Names
{
	ScimNamePlace places[SCIM_MOST_NAMES];
	Datum		members[SCIM_MOST_NAMES];	/* texts: of the document there; 0: it is the column */
	int			count;
} Names;

/* A group that was looked up. */
typedef struct KnownGroup
{
	char	   *id;
	char	   *name;			/* or NULL */
} KnownGroup;

typedef struct KnownGroups
{
	Names		names;
	KnownGroup *items;
	int			count;
	int			room;
	bool		is_list;		/* of users: then they are found by id */
	ScimFinder	by_id;
} KnownGroups;

/* False: one must be cast to text. */
static bool
find_names(const ScimRegistration *groups, Names *names)
{
	names->count = scim_name_places(groups, names->places);
	for (int i = 0; i < names->count; i++)
	{
		const ScimNamePlace *place = &names->places[i];

		names->members[i] = place->member ? CStringGetTextDatum(place->member) : (Datum) 0;
		if (place->member ? place->type != JSONBOID : !IsBinaryCoercible(place->type, TEXTOID))
			return false;
	}
	return true;
}

/* document ->> member; NULL: nothing. */
static char *
text_of(Datum document, Datum member)
{
	LOCAL_FCINFO(call, 2);
	Datum		result;

	InitFunctionCallInfoData(*call, NULL, 2, InvalidOid, NULL, NULL);
	call->args[0] = (NullableDatum) {.value = document};
	call->args[1] = (NullableDatum) {.value = member};
	result = jsonb_object_field_text(call);
	return call->isnull ? NULL : TextDatumGetCString(result);
}

static char *
name_in(TupleTableSlot *slot, const Names *names)
{
	char	   *found = NULL;

	for (int i = 0; i < names->count && found == NULL; i++)
	{
		bool		isnull;
		Datum		value = slot_getattr(slot, names->places[i].number, &isnull);

		if (!isnull)
			found = names->members[i] ? text_of(value, names->members[i])
				: TextDatumGetCString(value);
	}
	return found;
}

/* How groups are ordered: by their ids, as memberships have them. */
typedef struct Order
{
	FmgrInfo   *compare;
	Oid			collation;
} Order;

static int
compare_groups(const void *a, const void *b, void *argument)
{
	const Order *order = argument;

	CHECK_FOR_INTERRUPTS();
	return DatumGetInt32(FunctionCall2Coll(order->compare, order->collation,
										   *(const Datum *) a, *(const Datum *) b));
}

/* The groups of one user, in order; of more than the limit, that many, whichever. */
static Datum *
find_groups(const Reading *reading, ScimDirect *memberships, int *count)
{
	const ScimIdType *type = reading->members->id_type;
	AttrNumber	number = reading->members->numbers[SCIM_MEMBER_GROUP];
	int			size = 8;
	Order		order = {&lookup_type_cache(type->type, TYPECACHE_CMP_PROC_FINFO)->cmp_proc_finfo};
	Datum	   *found = palloc(size * sizeof(Datum));
	TupleTableSlot *slot;

	*count = 0;
	while ((reading->limit == 0 || *count < reading->limit) &&
		   (slot = scim_next_direct(memberships)) != NULL)
	{
		bool		isnull;
		Datum		group = slot_getattr(slot, number, &isnull);

		if (isnull)
			continue;
		if (*count == size)
			found = repalloc_huge(found, (Size) (size *= 2) * sizeof(Datum));
		order.collation = TupleDescAttr(slot->tts_tupleDescriptor, number - 1)->attcollation;
		found[(*count)++] = datumCopy(group, type->by_value, type->length);
	}
	qsort_arg(found, *count, sizeof(Datum), compare_groups, &order);
	return found;
}

/* The users of a list are in much the same groups: each is looked up once. */
static const KnownGroup *
know_group(KnownGroups *known, ScimDirect *groups, Datum group, char *id)
{
	uint64		hash = known->is_list ? scim_text_hash(id, strlen(id)) : 0;
	const ScimFound *found = scim_finder_first(&known->by_id, hash);
	KnownGroup *item;
	TupleTableSlot *slot;

	while (found && strcmp(known->items[found->item].id, id) != 0)
		found = scim_finder_next(&known->by_id, found);
	if (found)
		return &known->items[found->item];
	if (known->count == known->room)
		known->items = repalloc_huge(known->items, (Size) (known->room *= 2) * sizeof(KnownGroup));
	if (known->is_list)
		scim_finder_add(&known->by_id, hash, known->count);
	item = &known->items[known->count++];
	scim_seek_direct(groups, group);
	slot = scim_next_direct(groups);
	item->id = id;
	item->name = slot ? name_in(slot, &known->names) : NULL;
	return item;
}

static void
read_user(const Reading *reading, int index, ScimDirect *memberships, ScimDirect *groups,
		  KnownGroups *known)
{
	int			count;
	Datum	   *found;

	scim_seek_direct(memberships, reading->users[index]);
	found = find_groups(reading, memberships, &count);
	for (int i = 0; i < count; i++)
	{
		const KnownGroup *group = know_group(known, groups, found[i],
											 scim_id_text(reading->members->id_type, found[i]));

		CHECK_FOR_INTERRUPTS();
		add_group(reading, reading->rows[index], group->id, group->name);
	}
	pfree(found);
}

/* False: something stands in the way. */
static bool
read_directly(const Reading *reading)
{
	const ScimRegistration *members = reading->members;
	KnownGroups known = {.room = 8, .is_list = reading->count > 1};
	ScimDirect *memberships;
	ScimDirect *groups = NULL;

	if (members->id_type != reading->groups->id_type || !find_names(reading->groups, &known.names))
	{
		ereport(DEBUG1, (errmsg_internal("table %s is read by a statement: its ids or names take "
										 "a cast", reading->groups->table)));
		return false;
	}
	known.items = palloc(known.room * sizeof(KnownGroup));
	memberships = scim_open_direct(members, SCIM_DIRECT_GROUPS_OF, reading->tenant);
	if (memberships)
		groups = scim_open_direct(reading->groups, SCIM_DIRECT_NAMES, reading->tenant);
	for (int i = 0; groups && i < reading->count; i++)
		read_user(reading, i, memberships, groups, &known);
	if (memberships)
		scim_close_direct(memberships);
	if (groups)
		scim_close_direct(groups);
	return groups != NULL;
}

/* ---- by a statement ---- */

/*
 * tenant, users, limit or NULL: which user, group, display.  The memberships are
 * joined with a row, as the planner would read the whole table for a limit where
 * it takes users to be in many groups: it plans the sides of a join for all rows,
 * and no more are read of them than the limit takes.
 */
static const ScimStatement show_groups = {
	.sql = "SELECT u.n, m.{group}, g.display"
	" FROM pg_catalog.unnest($2) WITH ORDINALITY AS u(id, n), LATERAL"
	" (SELECT m.{group} FROM (SELECT OFFSET 0) AS one, LATERAL (SELECT m.{group} FROM {table} AS m"
	" WHERE {in_tenant:m} AND m.{user}" EQ "u.id AND m.{group} IS NOT NULL OFFSET 0) AS m"
	" LIMIT $3) AS m, LATERAL (SELECT " SCIM_DISPLAY_GROUP("m.{members.group}") " AS display) AS g"
	" ORDER BY u.n, m.{group}",
	.types = {SCIM_TENANT_PARAMETER, SCIM_MEMBERS_PARAMETER, INT8OID}
};

static void
read_by_statement(const Reading *reading)
{
	const ScimRegistration *members = reading->members;
	Datum		values[3];
	uint64		count;
	SPITupleTable *table;

	values[0] = scim_tenant_datum(members, reading->tenant);
	values[1] = scim_id_array(members->member_type, reading->users, reading->count);
	values[2] = Int64GetDatum(reading->limit);
	count = scim_run(&show_groups, members, values, reading->limit > 0 ? NULL : "  n", true);
	table = SPI_tuptable;
	for (uint64 i = 0; i < count; i++)
	{
		Datum		row[3];
		bool		nulls[3];

		CHECK_FOR_INTERRUPTS();
		heap_deform_tuple(table->vals[i], table->tupdesc, row, nulls);
		add_group(reading, reading->rows[DatumGetInt64(row[0]) - 1],
				  scim_id_text(members->id_type, row[1]),
				  nulls[2] ? NULL : TextDatumGetCString(row[2]));
	}
	SPI_freetuptable(table);
}

/* ---- both ---- */

void
scim_read_groups(const ScimRegistration *users, const char *tenant, ScimRow *rows, uint64 count,
				 int most)
{
	Reading		reading = {.tenant = tenant, .limit = most > 0 ? most + 1 : 0};

	if (!users->type->has_groups)
		return;
	reading.members = scim_find_members(scim_members_type());
	reading.groups = scim_find_table(scim_members_type());
	if (reading.members == NULL || reading.groups == NULL)
		return;
	reading.rows = palloc_extended(Max(count, 1) * sizeof(ScimRow *), MCXT_ALLOC_HUGE);
	reading.users = palloc_extended(Max(count, 1) * sizeof(Datum), MCXT_ALLOC_HUGE);
	for (uint64 i = 0; i < count; i++)
	{
		if (!rows[i].knows_groups &&
			scim_parse_id(reading.members->member_type, rows[i].id, &reading.users[reading.count]))
			reading.rows[reading.count++] = &rows[i];
		rows[i].knows_groups = true;
	}
	if (reading.count > 0 && !read_directly(&reading))
		read_by_statement(&reading);
}
