/*
 * statements.c
 *		All SQL that scimver runs on registered tables.
 *
 * The texts name columns by the keys of the mapping: {table} and {tenant},
 * {id}, {data}, ... of the relation at hand, lookups by their paths,
 * {members.table}, {members.group}, ... of the membership table, {groups.id},
 * ... of the group table, {ext} for the schema of scimver.  Nothing in them
 * depends on the caller's search_path: every operator and function is qualified.
 *
 * A text is prepared once per role (row level security is part of a plan) and
 * relation, and again when a registration changes.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "store/plans.h"
#include "store/statements.h"
#include "utils/builtins.h"

#define EQ " OPERATOR(pg_catalog.=) "
#define FIELD " OPERATOR(pg_catalog.->>) "
#define KEY "{tenant}" EQ "$1 AND {id}" EQ "$2"
#define BY_TENANT "{tenant}" EQ "$1"
#define MEMBERSHIP "{tenant}" EQ "$1 AND {group}" EQ "$2"

/*
 * How the other side of the membership m is displayed.  A subquery, so that it
 * is a look-up by key whatever the planner thinks of the table's size.
 */
#define DISPLAY(table, side) \
	"(SELECT coalesce(t.{" table "data}" FIELD "'displayName', t.{" table "data}" FIELD "'userName')" \
	" FROM {" table "table} AS t WHERE t.{" table "tenant}" EQ "m.{members.tenant}" \
	" AND t.{" table "id}" EQ "m." side ")"

/* The groups of the user r, each as its id, a blank, and how it is displayed. */
#define GROUPS \
	"ARRAY(SELECT pg_catalog.concat(m.{members.group}, ' ', " DISPLAY("groups.", "{members.group}") ")" \
	" FROM {members.table} AS m WHERE m.{members.tenant}" EQ "r.{tenant} AND m.{members.user}" EQ "r.{id}" \
	" ORDER BY m.{members.group})"

/* The groups that hold the group up.id: a look-up by key, whatever the planner thinks of the table's size. */
#define HOLDERS \
	"SELECT h.id FROM up, LATERAL (SELECT m.{group} AS id FROM {table} AS m" \
	" WHERE m.{tenant}" EQ "$1 AND m.{subgroup}" EQ "up.id OFFSET 0) AS h"

/* By the key, whatever the planner thinks of a group's size: a limit that it does not know makes it want order. */
#define SHOW_MEMBERS(display) \
	{"SELECT m.{members.group}, m.{members.member}, " display \
	" FROM pg_catalog.unnest($2) AS g(id), LATERAL (SELECT * FROM {members.table} AS m" \
	" WHERE m.{members.tenant}" EQ "$1 AND m.{members.group}" EQ "g.id AND m.{members.type}" EQ "$3" \
	" ORDER BY m.{members.member} LIMIT $4) AS m", 4, {TEXTOID, UUIDARRAYOID, TEXTOID, INT8OID}}

typedef struct Statement
{
	const char *sql;
	int			nargs;
	Oid			types[5];
	bool		as_owner;		/* of the relation at hand, as foreign keys do */
	bool		latest;			/* sees rows that a transaction's snapshot does not */
} Statement;

static const Statement statements[SCIM_STATEMENTS] = {
	[SCIM_GET] = {"SELECT {row} FROM {table} AS r WHERE " KEY, 2, {TEXTOID, UUIDOID}},
	[SCIM_LOCK] = {"SELECT {row} FROM {table} AS r WHERE " KEY " FOR NO KEY UPDATE",
	2, {TEXTOID, UUIDOID}},
	[SCIM_GET_PASSWORD] = {"SELECT {password} FROM {table} WHERE " KEY, 2, {TEXTOID, UUIDOID}},
	[SCIM_FILL_VERSION] = {"UPDATE {table} SET {version}=NULL WHERE " KEY " AND {version} IS NULL",
	2, {TEXTOID, UUIDOID}},
	[SCIM_INSERT] = {"INSERT INTO {table} AS r ({tenant}, {data}) VALUES ($1, $2)"
		" ON CONFLICT DO NOTHING RETURNING {row}", 2, {TEXTOID, JSONBOID}},
	[SCIM_INSERT_PASSWORD] = {"INSERT INTO {table} AS r ({tenant}, {data}, {password}) VALUES ($1, $2, $3)"
		" ON CONFLICT DO NOTHING RETURNING {row}", 3, {TEXTOID, JSONBOID, TEXTOID}},
	[SCIM_UPDATE] = {"UPDATE {table} AS r SET {data}=$3 WHERE " KEY
		" AND ($4 IS NULL OR {version}" EQ "$4) RETURNING {row}",
	4, {TEXTOID, UUIDOID, JSONBOID, TEXTOID}},
	[SCIM_UPDATE_PASSWORD] = {"UPDATE {table} AS r SET {data}=$3, {password}=$5 WHERE " KEY
		" AND ($4 IS NULL OR {version}" EQ "$4) RETURNING {row}",
	5, {TEXTOID, UUIDOID, JSONBOID, TEXTOID, TEXTOID}},
	[SCIM_DELETE] = {"DELETE FROM {table} WHERE " KEY
		" AND ($3 IS NULL OR {version}" EQ "$3) RETURNING {version}",
	3, {TEXTOID, UUIDOID, TEXTOID}},

	[SCIM_LOCK_FOR_DELETE] = {"SELECT {bare} FROM {table} WHERE " KEY " FOR UPDATE",
	2, {TEXTOID, UUIDOID}, true},
	[SCIM_LOCK_MEMBERS] = {"SELECT {id} FROM {table} WHERE " BY_TENANT " AND {id}" EQ
		"ANY ($2) ORDER BY {id} FOR KEY SHARE", 2, {TEXTOID, UUIDARRAYOID}, true},
	[SCIM_LOCK_MEMBER] = {"SELECT {id} FROM {table} WHERE " KEY " FOR KEY SHARE",
	2, {TEXTOID, UUIDOID}, true},
	[SCIM_LOCK_HOLDERS] = {"SELECT {id} FROM {table} WHERE " BY_TENANT " AND {id}" EQ
		"ANY ($2) ORDER BY {id} FOR NO KEY UPDATE", 2, {TEXTOID, UUIDARRAYOID}, true},
	[SCIM_LOCK_GROUP] = {"SELECT {id} FROM {table} WHERE " KEY " FOR NO KEY UPDATE",
	2, {TEXTOID, UUIDOID}, true},
	[SCIM_TOUCH_GROUP] = {"UPDATE {table} SET {revision}={revision} WHERE " KEY " RETURNING {bare}",
	2, {TEXTOID, UUIDOID}, true},
	[SCIM_EMPTY_GROUPS] = {"UPDATE {table} SET {revision}={revision} WHERE {memberCount}"
		" OPERATOR(pg_catalog.<>) 0", 0, {0}, true, true},

	[SCIM_FIND_HOLDERS] = {"SELECT {group} FROM {table} WHERE " BY_TENANT " AND"
		" ({user}" EQ "$2 OR {subgroup}" EQ "$2)", 2, {TEXTOID, UUIDOID}, true},
	[SCIM_ADD_MEMBERS] = {"INSERT INTO {table} ({tenant}, {group}, {type}, {member})"
		" SELECT $1, $2, m.type, m.id FROM ROWS FROM (pg_catalog.unnest($3), pg_catalog.unnest($4)) AS m(type, id)"
		" ORDER BY m.type, m.id ON CONFLICT DO NOTHING",
	4, {TEXTOID, UUIDOID, TEXTARRAYOID, UUIDARRAYOID}},
	[SCIM_ADD_MEMBER] = {"INSERT INTO {table} ({tenant}, {group}, {type}, {member}) VALUES ($1, $2, $3, $4)"
		" ON CONFLICT DO NOTHING", 4, {TEXTOID, UUIDOID, TEXTOID, UUIDOID}},
	[SCIM_REMOVE_MEMBERS] = {"DELETE FROM {table} WHERE " MEMBERSHIP
		" AND {type}" EQ "ANY ('{User,Group}'::pg_catalog.text[]) AND {member}" EQ "ANY ($3)",
	3, {TEXTOID, UUIDOID, UUIDARRAYOID}},
	[SCIM_KEEP_MEMBERS] = {"DELETE FROM {table} AS t WHERE " MEMBERSHIP
		" AND NOT EXISTS (SELECT FROM ROWS FROM (pg_catalog.unnest($3), pg_catalog.unnest($4)) AS m(type, id)"
		" WHERE m.type" EQ "t.{type} AND m.id" EQ "t.{member})",
	4, {TEXTOID, UUIDOID, TEXTARRAYOID, UUIDARRAYOID}},
	[SCIM_COUNT_MEMBERS] = {"SELECT pg_catalog.count(*) FROM {table} WHERE " MEMBERSHIP
		" AND {type}" EQ "ANY ('{User,Group}'::pg_catalog.text[]) AND {member}" EQ "ANY ($3)",
	3, {TEXTOID, UUIDOID, UUIDARRAYOID}},

	[SCIM_FIND_WAY_BACK] = {"WITH RECURSIVE up(id) AS (SELECT $2 UNION " HOLDERS ")"
		" SELECT up.id FROM up WHERE up.id" EQ "ANY ($3) LIMIT 1",
	3, {TEXTOID, UUIDOID, UUIDARRAYOID}, true, true},
	[SCIM_SHOW_GROUPS] = {"WITH RECURSIVE up(id) AS (SELECT m.{group} FROM {table} AS m"
		" WHERE m.{tenant}" EQ "$1 AND m.{user}" EQ "$2 UNION " HOLDERS ")"
		" SELECT up.id, EXISTS (SELECT FROM {table} AS m WHERE m.{tenant}" EQ "$1 AND m.{user}" EQ "$2"
		" AND m.{group}" EQ "up.id),"
		" (SELECT t.{groups.data}" FIELD "'displayName' FROM {groups.table} AS t"
		" WHERE t.{groups.tenant}" EQ "$1 AND t.{groups.id}" EQ "up.id)"
		" FROM up ORDER BY 1", 2, {TEXTOID, UUIDOID}},

	[SCIM_LIST_MEMBERS] = {"SELECT m.{members.member}, " DISPLAY("", "{members.member}")
		" FROM {members.table} AS m"
		" WHERE m.{members.tenant}" EQ "$1 AND m.{members.group}" EQ "$2 AND m.{members.type}" EQ "$3"
		" AND m.{members.member} OPERATOR(pg_catalog.>=) $4 ORDER BY m.{members.member} LIMIT $5",
	5, {TEXTOID, UUIDOID, TEXTOID, UUIDOID, INT8OID}},
	[SCIM_SHOW_MEMBERS] = SHOW_MEMBERS(DISPLAY("", "{members.member}")),
	[SCIM_SHOW_MEMBER_IDS] = SHOW_MEMBERS("NULL::pg_catalog.text"),
	[SCIM_IS_GRANTED] = {"SELECT 1 FROM {ext}.scim_tenant_grants WHERE tenant_id" EQ
		"$1 AND pg_catalog.pg_has_role(role, 'USAGE') LIMIT 1", 1, {TEXTOID}},
};

static inline const Statement *
statement_of(int statement)
{
	return &statements[statement & ~SCIM_BARE];
}

/* ---- texts ---- */

/* {bare}: the columns of a row, as scim_read_row expects them. */
static void
append_bare_row(StringInfo out, const ScimRegistration *registration)
{
	static const ScimColumn columns[] = {
		SCIM_COLUMN_ID, SCIM_COLUMN_DATA, SCIM_COLUMN_VERSION, SCIM_COLUMN_REVISION,
		SCIM_COLUMN_CREATED, SCIM_COLUMN_LAST_MODIFIED,
		SCIM_COLUMN_MEMBER_COUNT, SCIM_COLUMN_MEMBER_DIGEST
	};

	for (size_t i = 0; i < lengthof(columns); i++)
	{
		if (registration->columns[columns[i]])
			appendStringInfo(out, "%s%s", i > 0 ? ", " : "", registration->columns[columns[i]]);
	}
}

static bool
is_key(const char *key, int length, const char *name)
{
	return strlen(name) == (size_t) length && strncmp(key, name, length) == 0;
}

static bool
append_column(StringInfo out, const ScimRegistration *registration, const char *key, int length)
{
	const ScimColumnKind *kinds = registration->is_members ? scim_member_column_kinds : scim_column_kinds;
	int			count = registration->is_members ? SCIM_MEMBER_COLUMNS : SCIM_COLUMNS;

	for (int i = 0; i < count; i++)
	{
		if (is_key(key, length, kinds[i].key) && registration->columns[i])
		{
			appendStringInfoString(out, registration->columns[i]);
			return true;
		}
	}
	for (int i = 0; i < registration->lookup_count; i++)
	{
		if (is_key(key, length, registration->lookups[i].path))
		{
			appendStringInfoString(out, registration->lookups[i].column);
			return true;
		}
	}
	return false;
}

/* {row}: the same of r, and a user's groups. */
static void
append_row(StringInfo out, const ScimRegistration *registration)
{
	append_bare_row(out, registration);
	if (!registration->type->has_groups)
		return;
	if (scim_find_members(scim_members_type()) && scim_find_table(scim_members_type()))
		scim_append_statement(out, ", " GROUPS, registration);
	else
		appendStringInfoString(out, ", NULL::pg_catalog.text[]");
}

/* Does the key lead to another table?  Then *key is what follows. */
static const ScimRegistration *
other_table(const char **key, int *length)
{
	static const char *const prefixes[] = {"members.", "groups."};

	for (size_t i = 0; i < lengthof(prefixes); i++)
	{
		int			prefix = strlen(prefixes[i]);

		if (*length > prefix && strncmp(*key, prefixes[i], prefix) == 0)
		{
			*key += prefix;
			*length -= prefix;
			return i == 0 ? scim_members_table() : scim_find_table(scim_members_type());
		}
	}
	return NULL;
}

static void
append_placeholder(StringInfo out, const ScimRegistration *registration, const char *key, int length)
{
	const ScimRegistration *other = other_table(&key, &length);

	if (other)
		registration = other;
	if (is_key(key, length, "table"))
		appendStringInfoString(out, registration->table);
	else if (is_key(key, length, "row"))
		append_row(out, registration);
	else if (is_key(key, length, "bare"))
		append_bare_row(out, registration);
	else if (is_key(key, length, "ext"))
		appendStringInfoString(out, scim_extension_schema("scimver"));
	else if (!append_column(out, registration, key, length))
		elog(ERROR, "table %s has no column for \"%.*s\"", registration->table, length, key);
}

void
scim_append_statement(StringInfo out, const char *text, const ScimRegistration *registration)
{
	for (const char *p = text; *p;)
	{
		const char *brace = strchr(p, '{');
		const char *end = brace && brace[1] >= 'a' && brace[1] <= 'z' ? strchr(brace, '}') : NULL;

		if (brace == NULL)
		{
			appendStringInfoString(out, p);
			return;
		}
		appendBinaryStringInfo(out, p, brace - p);
		if (end)
			append_placeholder(out, registration, brace + 1, end - brace - 1);
		else
			appendStringInfoChar(out, '{');
		p = end ? end + 1 : brace + 1;
	}
}

/* The text with {bare} for {row}. */
static char *
without_groups(const char *text)
{
	const char *row = strstr(text, "{row}");

	return row ? psprintf("%.*s{bare}%s", (int) (row - text), text, row + strlen("{row}")) : pstrdup(text);
}

/* ---- plans ---- */

static SPIPlanPtr
prepare(const Statement *statement, bool bare, const ScimRegistration *registration)
{
	StringInfoData sql;
	SPIPlanPtr	plan;

	initStringInfo(&sql);
	scim_append_statement(&sql, bare ? without_groups(statement->sql) : statement->sql, registration);
	plan = SPI_prepare_cursor(sql.data, statement->nargs, (Oid *) statement->types,
							  CURSOR_OPT_GENERIC_PLAN);
	if (plan == NULL)
		elog(ERROR, "could not prepare \"%s\": %s", sql.data, SPI_result_code_string(SPI_result));
	pfree(sql.data);
	return plan;
}

static SPIPlanPtr
find_plan(int statement, const ScimRegistration *registration)
{
	ScimPlanName name = {registration->relid, statement, NULL};
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
	SPIPlanPtr	plan = find_plan(statement, registration);

	return scim_run_plan(plan, values, nulls, read_only, statement_of(statement)->latest);
}

uint64
scim_run(int statement, const ScimRegistration *registration,
		 Datum *values, const char *nulls, bool read_only)
{
	int			result;

	if (statement_of(statement)->as_owner)
	{
		Oid			role;
		int			context;

		/* an error resets both, as the end of the (sub)transaction does */
		GetUserIdAndSecContext(&role, &context);
		SetUserIdAndSecContext(registration->owner,
							   context | SECURITY_LOCAL_USERID_CHANGE | SECURITY_NOFORCE_RLS);
		result = execute(statement, registration, values, nulls, read_only);
		SetUserIdAndSecContext(role, context);
	}
	else
		result = execute(statement, registration, values, nulls, read_only);
	if (result < 0)
		elog(ERROR, "statement %d failed: %s", statement, SPI_result_code_string(result));
	return SPI_processed;
}
