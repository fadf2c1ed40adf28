/*
 * statements.c
 *		All SQL that scimver runs on registered tables.
 *
 * The texts have placeholders for what differs between relations: see
 * text.h.  Nothing in them depends on the caller's search_path:
 * every operator and function is qualified.
 *
 * A text is prepared once per role (row level security is part of a plan) and
 * relation, and again when a registration changes.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "registry/cache.h"
#include "statement/parameters.h"
#include "statement/plans.h"
#include "statement/statements.h"
#include "statement/text.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#define MEMBERSHIP "{in_tenant} AND {group}" EQ "$2"

/*
 * The membership t is not among those of the types $3 and ids $4; its member is
 * among the ids $3.  By a hash, whatever the planner thinks of a group's size:
 * what is asked whether it is true is no join.
 */
#define IS_OTHER \
	"({?type:ROW(t.{type}, t.{member})}{!type:t.{member}}" EQ "ANY (SELECT {?type:m.type, }m.id" \
	" FROM ROWS FROM (pg_catalog.unnest($3), pg_catalog.unnest($4)) AS m(type, id))) IS NOT TRUE"
#define IS_AMONG_MANY \
	"(t.{member}" EQ "ANY (SELECT m.id FROM pg_catalog.unnest($3) AS m(id))) IS TRUE"

/*
 * How the member of the membership m is displayed, whose table is at hand as
 * r.  A subquery, so that it is a look-up by key whatever the planner thinks
 * of the table's size.  Memberships may not tell the tenant (then it is $1, as
 * text), and nobody is shown what another tenant's resources are called.
 */
#define DISPLAY_MEMBER \
	"(SELECT {display:r} FROM {table} AS r WHERE {tenants:r=m} AND r.{id}" EQ \
	"m.{members.member} AND {live:r}" \
	"{!members.tenant: AND {tenant_text:r}" EQ "$1})"

/*
 * And the groups that hold the group up.id: a look-up by key, whatever the
 * planner thinks of the table's size.
 */
#define HOLDERS \
	"{?subgroup: UNION SELECT h.id FROM up, LATERAL (SELECT m.{group} AS id FROM {table} AS m" \
	" WHERE {in_tenant} AND m.{subgroup}" EQ "up.id AND m.{group} IS NOT NULL OFFSET 0) AS h}"

/*
 * Memberships whose column is among the ids $2, which may be many.  What others
 * have committed is seen, as by foreign keys.
 */
#define AMONG(column) \
	"{in_tenant} AND {" column "}" EQ "ANY (SELECT k.id FROM pg_catalog.unnest($2) AS k(id))"
#define FIND_AMONG(column, ids) \
	{ \
		"SELECT DISTINCT {group} FROM {table} WHERE " AMONG(column) " AND {group} IS NOT NULL", 2, \
			{TENANT, ids}, true, true \
	}
#define REMOVE_AMONG(column, ids) \
	{ \
		"DELETE FROM {table} WHERE " AMONG(column), 2, {TENANT, ids}, false, true \
	}
#define NAMED(column) \
	{ \
		"SELECT DISTINCT {" column "}{?tenant:, {tenant}} FROM {table} WHERE {" column \
		"} IS NOT NULL{?tenant: AND {tenant} IS NOT NULL}", \
			0, {0}, true, true \
	}

/* What the key of a created membership table is led through by. */
#define IS_MEMBER_TYPE "{?type: AND {type}" EQ "ANY ('{User,Group}'::pg_catalog.text[])}"

/*
 * By the key, whatever the planner thinks of a group's size: a limit that it
 * does not know makes it want order.  So are members summed up.
 */
#define SHOW_MEMBERS(display) \
	{ \
		"SELECT m.{members.group}, m.{members.member}, " display \
		" FROM pg_catalog.unnest($2) AS g(id), LATERAL (SELECT * FROM {members.table} AS m" \
		" WHERE {in_tenant:m} AND m.{members.group}" EQ \
		"g.id AND {is_type:m $3} AND m.{members.member} IS NOT NULL" \
		" ORDER BY m.{members.member} LIMIT $4) AS m", \
			4, \
		{ \
			MEMBERS_TENANT, GROUP_IDS, TEXTOID, INT8OID \
		} \
	}

/*
 * Types of parameters that are those of columns: of the relation at hand, or
 * of the membership table (whose ids are those of groups).
 */
enum
{
	TENANT = 1, ID, IDS, MEMBER, MEMBERS, MEMBERS_TENANT, GROUP_ID, GROUP_IDS
};

typedef struct Statement
{
	const char *sql;
	int			nargs;
	Oid			types[5];
	bool		as_owner;		/* of the relation at hand, as foreign keys do */
	bool		latest;			/* sees rows that a transaction's snapshot does not */
} Statement;

static const Statement statements[SCIM_STATEMENTS] = {
	[SCIM_GET] = {"SELECT {row} FROM {table} AS r WHERE {key}", 2, {TENANT, ID}},
	[SCIM_LOCK] = {"SELECT {row} FROM {table} AS r WHERE {key} FOR NO KEY UPDATE", 2, {TENANT, ID}},
	[SCIM_LOCK_KEY] = {"SELECT {row} FROM {table} AS r WHERE {key} FOR UPDATE", 2, {TENANT, ID}},
	[SCIM_SEE] = {"SELECT {id} FROM {table} WHERE {in_tenant} AND {id}" EQ "ANY ($2)",
		2,
	{TENANT, IDS}},
	[SCIM_GET_PASSWORD] = {"SELECT {password} FROM {table} WHERE {key}", 2, {TENANT, ID}, true},
	[SCIM_FILL_VERSION] = {"UPDATE {table} SET {version}=NULL WHERE {key} AND {version} IS NULL",
		2,
	{TENANT, ID}},
	[SCIM_INSERT] = {"INSERT INTO {table} AS r ({tenant}, {data}) VALUES ($1, $2)"
		" ON CONFLICT DO NOTHING RETURNING {row}",
		2,
	{TENANT, JSONBOID}},
	[SCIM_INSERT_PASSWORD] = {"INSERT INTO {table} AS r ({tenant}, {data}, {password}) VALUES ($1, "
		"$2, $3)"
		" ON CONFLICT DO NOTHING RETURNING {row}",
		3,
	{TENANT, JSONBOID, TEXTOID}},
	[SCIM_UPDATE] = {"UPDATE {table} AS r SET {data}=$3 WHERE {key}"
		" AND ($4 IS NULL OR {is_version $4}) RETURNING {row}",
		4,
	{TENANT, ID, JSONBOID, TEXTOID}},
	[SCIM_UPDATE_PASSWORD] = {"UPDATE {table} AS r SET {data}=$3, {password}=$5 WHERE {key}"
		" AND ($4 IS NULL OR {is_version $4}) RETURNING {row}",
		5,
	{TENANT, ID, JSONBOID, TEXTOID, TEXTOID}},
	[SCIM_DELETE] = {"DELETE FROM {table} AS r WHERE {key}"
		" AND ($3 IS NULL OR {is_version $3}) RETURNING {row}",
		3,
	{TENANT, ID, TEXTOID}},

	[SCIM_LOCK_FOR_DELETE] = {"SELECT {bare} FROM {table} AS r WHERE {key} FOR UPDATE",
		2,
		{TENANT, ID},
	true},
	[SCIM_LOCK_MEMBERS] = {"SELECT {id} FROM {table} AS r WHERE {in_tenant} AND {id}" EQ
		"ANY ($2) ORDER BY {lock_order} FOR KEY SHARE",
		2,
		{TENANT, IDS},
	true},
	[SCIM_LOCK_MEMBER] = {"SELECT {id} FROM {table} AS r WHERE {key} FOR KEY SHARE",
		2,
		{TENANT, ID},
	true},
	[SCIM_LOCK_HOLDERS] = {"SELECT {id} FROM {table} AS r WHERE {?members.tenant:{tenant}" EQ
		"$1 AND }{id}" EQ "ANY ($2) ORDER BY {lock_order} FOR NO KEY UPDATE",
		2,
		{TENANT, IDS},
	true},
	[SCIM_LOCK_GROUP] = {"SELECT {?tenant:{tenant}} FROM {table} WHERE {row_key} FOR NO KEY UPDATE",
		2,
		{TENANT, ID},
	true},
	[SCIM_TOUCH_GROUP] = {"UPDATE {table} AS r SET {touch} WHERE {row_key} RETURNING {bare}",
		2,
		{TENANT, ID},
	true},
	[SCIM_FIND_GROUP] =
	{"SELECT tableoid, ctid FROM {table} WHERE {row_key}", 2, {TENANT, ID}, true, true},
	[SCIM_HOLD_GROUP] =
	{"SELECT FROM {table} WHERE {row_key} FOR KEY SHARE", 2, {TENANT, ID}, true, true},
	[SCIM_READ_GROUP] = {"SELECT {bare} FROM {table} AS r WHERE {row_key}", 2, {TENANT, ID}, true},
	[SCIM_EMPTY_GROUPS] = {"UPDATE {table} SET {touch} WHERE {memberCount} OPERATOR(pg_catalog.<>) "
		"0"
		" OR {memberDigest} IS NULL",
		0,
		{0},
		true,
	true},
	[SCIM_RECOUNT_GROUPS] = {"UPDATE {table} AS r SET {touch} WHERE (false{?version: OR "
		"r.{version} IS NOT NULL}"
		"{?memberDigest: OR r.{memberDigest} IS NOT NULL}) AND "
		"({?memberCount:r.{memberCount} OPERATOR(pg_catalog.<>) 0 OR }"
		"EXISTS (SELECT FROM {members.table} AS m"
		" WHERE {tenants:m=r} AND m.{members.group}" EQ
		"r.{id} AND m.{members.member} IS NOT NULL))",
		0,
		{0},
		true,
	true},
	[SCIM_ALL_GROUPS] = {"SELECT {id}{?tenant:, {tenant}} FROM {table} WHERE {id} IS NOT "
		"NULL{?tenant: AND {tenant} IS NOT NULL}"
		" ORDER BY {?tenant:{tenant}, }{lock_order}",
		0,
		{0},
	true},

	[SCIM_FIND_GONE] = {"SELECT k.id FROM pg_catalog.unnest($2) AS k(id) WHERE NOT EXISTS (SELECT "
		"FROM {table} AS r"
		" WHERE {?members.tenant:r.{tenant}" EQ "$1 AND }r.{id}" EQ "k.id)",
		2,
		{TENANT, IDS},
		true,
	true},

	[SCIM_MEMBERS_OF] = {"SELECT {member}{?type:, {type}} FROM {table} WHERE " MEMBERSHIP
		" AND {member} IS NOT NULL{?type: AND {type} IS NOT NULL}"
		" ORDER BY {?type:{type}, }{member} LIMIT $3",
		3,
		{TENANT, ID, INT8OID},
	true},
	[SCIM_FIND_HOLDERS] = {"SELECT {group} FROM {table} WHERE {in_tenant} AND"
		" ({user}" EQ "$2{?subgroup: OR {subgroup}" EQ "$2}) AND {group} IS NOT "
		"NULL",
		2,
		{TENANT, MEMBER},
	true},
	[SCIM_ADD_MEMBERS] = {"INSERT INTO {table} ({?tenant:{tenant}, }{group}{?type:, {type}}, "
		"{member})"
		" SELECT {?tenant:$1, }$2{?type:, m.type}, m.id FROM ROWS FROM "
		"(pg_catalog.unnest($3), pg_catalog.unnest($4)) AS m(type, id)"
		" ORDER BY m.type, m.id ON CONFLICT DO NOTHING",
		4,
	{TENANT, ID, TEXTARRAYOID, MEMBERS}},
	[SCIM_ADD_MEMBER] = {"INSERT INTO {table} ({?tenant:{tenant}, }{group}{?type:, {type}}, "
		"{member})"
		" VALUES ({?tenant:$1, }$2{?type:, $3}, $4)"
		" ON CONFLICT DO NOTHING",
		4,
	{TENANT, ID, TEXTOID, MEMBER}},
	[SCIM_REMOVE_MEMBERS] = {"DELETE FROM {table} WHERE " MEMBERSHIP IS_MEMBER_TYPE
		" AND {member}" EQ "ANY ($3)",
		3,
	{TENANT, ID, MEMBERS}},
	[SCIM_REMOVE_MANY] = {"DELETE FROM {table} AS t WHERE " MEMBERSHIP IS_MEMBER_TYPE
		" AND " IS_AMONG_MANY,
		3,
	{TENANT, ID, MEMBERS}},
	[SCIM_KEEP_MEMBERS] = {"DELETE FROM {table} AS t WHERE " MEMBERSHIP " AND " IS_OTHER,
		4,
	{TENANT, ID, TEXTARRAYOID, MEMBERS}},
	[SCIM_COUNT_MEMBERS] = {"SELECT pg_catalog.count(*) FROM {table} WHERE " MEMBERSHIP
		IS_MEMBER_TYPE " AND {member}" EQ "ANY ($3)",
		3,
	{TENANT, ID, MEMBERS}},
	[SCIM_COUNT_MANY] = {"SELECT pg_catalog.count(*) FROM {table} AS t WHERE " MEMBERSHIP
		IS_MEMBER_TYPE " AND " IS_AMONG_MANY,
		3,
	{TENANT, ID, MEMBERS}},
	[SCIM_FIND_MEMBERS] = {"SELECT {member}{?type:, {type}} FROM {table} WHERE " MEMBERSHIP
		IS_MEMBER_TYPE " AND {member}" EQ "ANY ($3)",
		3,
	{TENANT, ID, MEMBERS}},
	[SCIM_FIND_MANY] = {"SELECT t.{member}{?type:, t.{type}} FROM {table} AS t WHERE " MEMBERSHIP
		IS_MEMBER_TYPE " AND " IS_AMONG_MANY,
		3,
	{TENANT, ID, MEMBERS}},
	[SCIM_COUNT_OTHERS] = {"SELECT pg_catalog.count(*) FROM {table} AS t WHERE " MEMBERSHIP
		" AND " IS_OTHER,
		4,
	{TENANT, ID, TEXTARRAYOID, MEMBERS}},

	[SCIM_FIND_HOLDERS_ABOVE] = {"WITH RECURSIVE up(id) AS (SELECT pg_catalog.unnest($2)" HOLDERS
		")"
		" SELECT up.id, h.id FROM up, LATERAL (SELECT m.{group} AS id "
		"FROM {table} AS m"
		" WHERE {in_tenant} AND {?subgroup:m.{subgroup}" EQ
		"up.id}{!subgroup:false} OFFSET 0) AS h",
		2,
		{TENANT, IDS},
		true,
	true},
	[SCIM_SHOW_GROUPS] = {"WITH RECURSIVE up(id) AS (SELECT m.{group} FROM {table} AS m"
		" WHERE {in_tenant} AND m.{user}" EQ "$2 AND m.{group} IS NOT "
		"NULL" HOLDERS ")"
		" SELECT up.id, EXISTS (SELECT FROM {table} AS m WHERE {in_tenant} AND "
		"m.{user}" EQ "$2"
		" AND m.{group}" EQ "up.id),"
		" (SELECT {display:g} FROM {groups.table} AS g WHERE "
		"{?members.tenant:{in_tenant:g}}{!members.tenant:{tenant_text:g}" EQ "$1}"
		" AND g.{groups.id}" EQ "up.id AND {live:g})"
		" FROM up ORDER BY 1",
		2,
	{TENANT, MEMBER}},

	[SCIM_FIND_OF_MEMBERS] = FIND_AMONG("member", MEMBERS),
	[SCIM_FIND_IN_GROUPS] = FIND_AMONG("group", IDS),
	[SCIM_REMOVE_OF_MEMBERS] = REMOVE_AMONG("member", MEMBERS),
	[SCIM_REMOVE_IN_GROUPS] = REMOVE_AMONG("group", IDS),
	[SCIM_NAMED_MEMBERS] = NAMED("member"),
	[SCIM_NAMED_GROUPS] = NAMED("group"),

	[SCIM_LIST_MEMBERS] = {"SELECT m.{members.member}, " DISPLAY_MEMBER " FROM {members.table} AS m"
		" WHERE {in_tenant:m} AND m.{members.group}" EQ
		"$2 AND {is_type:m $3} AND m.{members.member} IS NOT NULL"
		" AND ($4 IS NULL OR m.{members.member} OPERATOR(pg_catalog.>=) $4) "
		"ORDER BY m.{members.member} LIMIT $5",
		5,
	{MEMBERS_TENANT, GROUP_ID, TEXTOID, ID, INT8OID}},
	[SCIM_SHOW_MEMBERS] = SHOW_MEMBERS(DISPLAY_MEMBER),
	[SCIM_SHOW_MEMBER_IDS] = SHOW_MEMBERS("NULL::pg_catalog.text"),
	[SCIM_IS_GRANTED] = {"SELECT 1 FROM {ext}.scim_own_grants WHERE tenant_id" EQ "$1 LIMIT 1",
		1,
	{TEXTOID}},
};

static inline const Statement *
statement_of(int statement)
{
	return &statements[statement & ~SCIM_BARE];
}

/* ---- parameters ---- */

/* The type of a parameter for a relation. */
static Oid
parameter_type(Oid type, const ScimRegistration *registration)
{
	switch (type)
	{
		case TENANT:
			return scim_tenant_parameter(registration);
		case ID:
			return registration->id_type->type;
		case IDS:
			return registration->id_type->array;
		case MEMBER:
			return registration->member_type->type;
		case MEMBERS:
			return registration->member_type->array;
		case MEMBERS_TENANT:
			return scim_tenant_parameter(scim_members_table());
		case GROUP_ID:
			return scim_members_table()->id_type->type;
		case GROUP_IDS:
			return scim_members_table()->id_type->array;
		default:
			return type;
	}
}

/* The text with {bare} for {row}. */
static char *
without_groups(const char *text)
{
	const char *row = strstr(text, "{row}");

	return row ? psprintf("%.*s{bare}%s", (int) (row - text), text, row + strlen("{row}"))
		: pstrdup(text);
}

/* ---- plans ---- */

static SPIPlanPtr
prepare(const Statement *statement, bool bare, const ScimRegistration *registration)
{
	StringInfoData sql;
	Oid			types[lengthof(statement->types)];
	SPIPlanPtr	plan;

	for (int i = 0; i < statement->nargs; i++)
		types[i] = parameter_type(statement->types[i], registration);
	initStringInfo(&sql);
	scim_append_statement(&sql, bare ? without_groups(statement->sql) : statement->sql,
						  registration);
	plan = scim_prepare(sql.data, statement->nargs, types, CURSOR_OPT_GENERIC_PLAN, registration);
	pfree(sql.data);
	return plan;
}

static SPIPlanPtr
find_plan(int statement, const ScimRegistration *registration)
{
	ScimPlanName name = {registration->relid, statement, NULL, registration->trigger};
	SPIPlanPtr	plan = scim_saved_plan(&name);
	uint64		generation;

	if (plan)
		return plan;
	/* preparing may run anything, also what makes it stale at once */
	generation = scim_registration_generation();
	plan = prepare(statement_of(statement), statement & SCIM_BARE, registration);
	scim_save_plan(&name, plan, generation);
	return plan;
}

static int
execute(int statement, const ScimRegistration *registration,
		Datum *values, const char *nulls, bool read_only)
{
	ScimRun		run = {0};

	run.plan = find_plan(statement, registration);
	run.read_only = read_only;
	run.latest = statement_of(statement)->latest;
	run.mapped = registration->storage->explains_denial ? registration : NULL;
	return scim_run_plan(&run, values, nulls);
}

void
scim_act_as(Oid owner, ScimRole *old)
{
	GetUserIdAndSecContext(&old->role, &old->context);
	SetUserIdAndSecContext(owner,
						   old->context | SECURITY_LOCAL_USERID_CHANGE | SECURITY_NOFORCE_RLS);
}

void
scim_act_as_owner_of(Oid relid, ScimRole *old)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	Oid			owner;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "relation with OID %u does not exist", relid);
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	scim_act_as(owner, old);
}

void
scim_act_as_before(const ScimRole *old)
{
	SetUserIdAndSecContext(old->role, old->context);
}

static void
take_role(int statement, const ScimRegistration *registration, ScimRole *old)
{
	if (statement_of(statement)->as_owner)
		scim_act_as(registration->owner, old);
	else
		GetUserIdAndSecContext(&old->role, &old->context);
}

uint64
scim_run(int statement, const ScimRegistration *registration,
		 Datum *values, const char *nulls, bool read_only)
{
	ScimRole	old;
	int			result;

	take_role(statement, registration, &old);
	result = execute(statement, registration, values, nulls, read_only);
	scim_act_as_before(&old);
	if (result < 0)
		elog(ERROR, "statement %d failed: %s", statement, SPI_result_code_string(result));
	return SPI_processed;
}

/* How many rows of a scan are held at once. */
#define SCANNED_ROWS 1000

void
scim_scan(int statement, const ScimRegistration *registration, Datum *values,
		  void (*take) (HeapTuple tuple, TupleDesc descriptor, void *argument), void *argument)
{
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext per_row = AllocSetContextCreate(caller, "scimver scanned row",
												  ALLOCSET_SMALL_SIZES);
	ScimRole	old;
	Portal		portal;
	uint64		count;

	take_role(statement, registration, &old);
	portal = scim_open_plan(find_plan(statement, registration), values);
	do
	{
		SPITupleTable *rows;

		SPI_cursor_fetch(portal, true, SCANNED_ROWS);
		MemoryContextSwitchTo(caller);
		rows = SPI_tuptable;
		count = SPI_processed;
		for (uint64 i = 0; i < count; i++)
		{
			CHECK_FOR_INTERRUPTS();
			MemoryContextSwitchTo(per_row);
			take(rows->vals[i], rows->tupdesc, argument);
			MemoryContextSwitchTo(caller);
			MemoryContextReset(per_row);
		}
		SPI_freetuptable(rows);
	} while (count > 0);
	SPI_cursor_close(portal);
	scim_act_as_before(&old);
	MemoryContextDelete(per_row);
}
