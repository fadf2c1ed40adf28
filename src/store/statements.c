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
#include "nodes/value.h"
#include "store/column_value.h"
#include "store/plans.h"
#include "store/statements.h"
#include "store/tenant.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#define EQ " OPERATOR(pg_catalog.=) "
#define MEMBERSHIP "{in_tenant} AND {group}" EQ "$2"

/*
 * How the other side of the membership m is displayed, whose table is at hand
 * as r, or the group table as g.  A subquery, so that it is a look-up by key
 * whatever the planner thinks of the table's size.
 */
#define DISPLAY_MEMBER \
	"(SELECT {display:r} FROM {table} AS r WHERE {tenants:r=m} AND r.{id}" EQ "m.{members.member} AND {live:r})"
#define DISPLAY_GROUP \
	"(SELECT {display:g} FROM {groups.table} AS g WHERE {tenants:g=m} AND g.{groups.id}" EQ "m.{members.group} AND {live:g})"

/* The groups of the user r, each as the length of its id, a blank, the id, and how it is displayed. */
#define GROUPS \
	"ARRAY(SELECT pg_catalog.concat(pg_catalog.octet_length(CAST(m.{members.group} AS pg_catalog.text))," \
	" ' ', m.{members.group}, " DISPLAY_GROUP ")" \
	" FROM {members.table} AS m WHERE {tenants:m=r} AND m.{members.user}" EQ "r.{id}" \
	" AND m.{members.group} IS NOT NULL ORDER BY m.{members.group})"

/* And the groups that hold the group up.id: a look-up by key, whatever the planner thinks of the table's size. */
#define HOLDERS \
	"{?subgroup: UNION SELECT h.id FROM up, LATERAL (SELECT m.{group} AS id FROM {table} AS m" \
	" WHERE {in_tenant} AND m.{subgroup}" EQ "up.id OFFSET 0) AS h}"

#define STATE_KEY "relation" EQ "$1 AND tenant_id" EQ "$2 AND group_id" EQ "$3"

/* What the key of a created membership table is led through by. */
#define IS_MEMBER_TYPE "{?type: AND {type}" EQ "ANY ('{User,Group}'::pg_catalog.text[])}"

/* By the key, whatever the planner thinks of a group's size: a limit that it does not know makes it want order. */
#define SHOW_MEMBERS(display) \
	{"SELECT m.{members.group}, m.{members.member}, " display \
	" FROM pg_catalog.unnest($2) AS g(id), LATERAL (SELECT * FROM {members.table} AS m" \
	" WHERE {in_tenant:m} AND m.{members.group}" EQ "g.id AND {is_type:m $3} AND m.{members.member} IS NOT NULL" \
	" ORDER BY m.{members.member} LIMIT $4) AS m", 4, {MEMBERS_TENANT, GROUP_IDS, TEXTOID, INT8OID}}

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
	[SCIM_GET_PASSWORD] = {"SELECT {password} FROM {table} WHERE {key}", 2, {TENANT, ID}},
	[SCIM_FILL_VERSION] = {"UPDATE {table} SET {version}=NULL WHERE {key} AND {version} IS NULL", 2, {TENANT, ID}},
	[SCIM_INSERT] = {"INSERT INTO {table} AS r ({tenant}, {data}) VALUES ($1, $2)"
		" ON CONFLICT DO NOTHING RETURNING {row}", 2, {TENANT, JSONBOID}},
	[SCIM_INSERT_PASSWORD] = {"INSERT INTO {table} AS r ({tenant}, {data}, {password}) VALUES ($1, $2, $3)"
		" ON CONFLICT DO NOTHING RETURNING {row}", 3, {TENANT, JSONBOID, TEXTOID}},
	[SCIM_UPDATE] = {"UPDATE {table} AS r SET {data}=$3 WHERE {key}"
		" AND ($4 IS NULL OR {is_version $4}) RETURNING {row}", 4, {TENANT, ID, JSONBOID, TEXTOID}},
	[SCIM_UPDATE_PASSWORD] = {"UPDATE {table} AS r SET {data}=$3, {password}=$5 WHERE {key}"
		" AND ($4 IS NULL OR {is_version $4}) RETURNING {row}", 5, {TENANT, ID, JSONBOID, TEXTOID, TEXTOID}},
	[SCIM_DELETE] = {"DELETE FROM {table} AS r WHERE {key}"
		" AND ($3 IS NULL OR {is_version $3}) RETURNING {row}", 3, {TENANT, ID, TEXTOID}},

	[SCIM_LOCK_FOR_DELETE] = {"SELECT {bare} FROM {table} AS r WHERE {key} FOR UPDATE", 2, {TENANT, ID}, true},
	[SCIM_LOCK_MEMBERS] = {"SELECT {id} FROM {table} AS r WHERE {in_tenant} AND {id}" EQ
		"ANY ($2) ORDER BY {lock_order} FOR KEY SHARE", 2, {TENANT, IDS}, true},
	[SCIM_LOCK_MEMBER] = {"SELECT {id} FROM {table} AS r WHERE {key} FOR KEY SHARE", 2, {TENANT, ID}, true},
	[SCIM_LOCK_HOLDERS] = {"SELECT {id} FROM {table} AS r WHERE {in_tenant} AND {id}" EQ
		"ANY ($2) ORDER BY {lock_order} FOR NO KEY UPDATE", 2, {TENANT, IDS}, true},
	[SCIM_LOCK_GROUP] = {"SELECT tableoid, ctid{?tenant:, {tenant}} FROM {table} WHERE {row_key} FOR NO KEY UPDATE",
	2, {TENANT, ID}, true},
	[SCIM_TOUCH_GROUP] = {"UPDATE {table} AS r SET {touch} WHERE {row_key} RETURNING {bare}", 2, {TENANT, ID}, true},
	[SCIM_READ_GROUP] = {"SELECT {bare} FROM {table} AS r WHERE {row_key}", 2, {TENANT, ID}, true},
	[SCIM_EMPTY_GROUPS] = {"UPDATE {table} SET {touch} WHERE {memberCount} OPERATOR(pg_catalog.<>) 0"
		" OR {memberDigest} IS NULL", 0, {0}, true, true},
	[SCIM_RECOUNT_GROUPS] = {"UPDATE {table} AS r SET {touch} WHERE (false{?version: OR r.{version} IS NOT NULL}"
		"{?memberDigest: OR r.{memberDigest} IS NOT NULL}) AND ({?memberCount:r.{memberCount} OPERATOR(pg_catalog.<>) 0 OR }"
		"EXISTS (SELECT FROM {members.table} AS m"
		" WHERE {tenants:m=r} AND m.{members.group}" EQ "r.{id} AND m.{members.member} IS NOT NULL))", 0, {0}, true, true},
	[SCIM_ALL_GROUPS] = {"SELECT {id}{?tenant:, {tenant}} FROM {table} ORDER BY {?tenant:{tenant}, }{lock_order}",
	0, {0}, true},

	[SCIM_MEMBERS_OF] = {"SELECT {member}{?type:, {type}} FROM {table} WHERE " MEMBERSHIP
		" AND {member} IS NOT NULL", 2, {TENANT, ID}, true},
	[SCIM_FIND_HOLDERS] = {"SELECT {group} FROM {table} WHERE {in_tenant} AND"
		" ({user}" EQ "$2{?subgroup: OR {subgroup}" EQ "$2}) AND {group} IS NOT NULL", 2, {TENANT, MEMBER}, true},
	[SCIM_ADD_MEMBERS] = {"INSERT INTO {table} ({?tenant:{tenant}, }{group}{?type:, {type}}, {member})"
		" SELECT {?tenant:$1, }$2{?type:, m.type}, m.id FROM ROWS FROM (pg_catalog.unnest($3), pg_catalog.unnest($4)) AS m(type, id)"
		" ORDER BY m.type, m.id ON CONFLICT DO NOTHING", 4, {TENANT, ID, TEXTARRAYOID, MEMBERS}},
	[SCIM_ADD_MEMBER] = {"INSERT INTO {table} ({?tenant:{tenant}, }{group}{?type:, {type}}, {member})"
		" VALUES ({?tenant:$1, }$2{?type:, $3}, $4)"
		" ON CONFLICT DO NOTHING", 4, {TENANT, ID, TEXTOID, MEMBER}},
	[SCIM_REMOVE_MEMBERS] = {"DELETE FROM {table} WHERE " MEMBERSHIP
		IS_MEMBER_TYPE " AND {member}" EQ "ANY ($3)", 3, {TENANT, ID, MEMBERS}},
	[SCIM_KEEP_MEMBERS] = {"DELETE FROM {table} AS t WHERE " MEMBERSHIP
		" AND NOT EXISTS (SELECT FROM ROWS FROM (pg_catalog.unnest($3), pg_catalog.unnest($4)) AS m(type, id)"
		" WHERE {?type:m.type" EQ "t.{type} AND }m.id" EQ "t.{member})", 4, {TENANT, ID, TEXTARRAYOID, MEMBERS}},
	[SCIM_COUNT_MEMBERS] = {"SELECT pg_catalog.count(*) FROM {table} WHERE " MEMBERSHIP
		IS_MEMBER_TYPE " AND {member}" EQ "ANY ($3)", 3, {TENANT, ID, MEMBERS}},

	[SCIM_FIND_WAY_BACK] = {"WITH RECURSIVE up(id) AS (SELECT $2" HOLDERS ")"
		" SELECT up.id FROM up WHERE up.id" EQ "ANY ($3) LIMIT 1", 3, {TENANT, ID, IDS}, true, true},
	[SCIM_SHOW_GROUPS] = {"WITH RECURSIVE up(id) AS (SELECT m.{group} FROM {table} AS m"
		" WHERE {in_tenant} AND m.{user}" EQ "$2 AND m.{group} IS NOT NULL" HOLDERS ")"
		" SELECT up.id, EXISTS (SELECT FROM {table} AS m WHERE {in_tenant} AND m.{user}" EQ "$2"
		" AND m.{group}" EQ "up.id),"
		" (SELECT {display:g} FROM {groups.table} AS g WHERE {in_tenant:g} AND g.{groups.id}" EQ "up.id AND {live:g})"
		" FROM up ORDER BY 1", 2, {TENANT, MEMBER}},

	[SCIM_LIST_MEMBERS] = {"SELECT m.{members.member}, " DISPLAY_MEMBER
		" FROM {members.table} AS m"
		" WHERE {in_tenant:m} AND m.{members.group}" EQ "$2 AND {is_type:m $3} AND m.{members.member} IS NOT NULL"
		" AND ($4 IS NULL OR m.{members.member} OPERATOR(pg_catalog.>=) $4) ORDER BY m.{members.member} LIMIT $5",
	5, {MEMBERS_TENANT, GROUP_ID, TEXTOID, ID, INT8OID}},
	[SCIM_SHOW_MEMBERS] = SHOW_MEMBERS(DISPLAY_MEMBER),
	[SCIM_SHOW_MEMBER_IDS] = SHOW_MEMBERS("NULL::pg_catalog.text"),
	[SCIM_GET_STATE] = {"SELECT member_count, member_digest FROM {ext}.scim_group_state WHERE " STATE_KEY,
	3, {REGCLASSOID, TEXTOID, TEXTOID}},
	[SCIM_PUT_STATE] = {"INSERT INTO {ext}.scim_group_state (relation, tenant_id, group_id, member_count, member_digest)"
		" VALUES ($1, $2, $3, $4, $5) ON CONFLICT (relation, tenant_id, group_id)"
		" DO UPDATE SET member_count = excluded.member_count, member_digest = excluded.member_digest",
	5, {REGCLASSOID, TEXTOID, TEXTOID, INT8OID, BYTEAOID}},
	[SCIM_FORGET_STATE] = {"DELETE FROM {ext}.scim_group_state WHERE " STATE_KEY, 3, {REGCLASSOID, TEXTOID, TEXTOID}},
	[SCIM_FORGET_STATES] = {"DELETE FROM {ext}.scim_group_state WHERE relation" EQ "$1", 1, {REGCLASSOID}},
	[SCIM_IS_GRANTED] = {"SELECT 1 FROM {ext}.scim_tenant_grants WHERE tenant_id" EQ
		"$1 AND pg_catalog.pg_has_role(role, 'USAGE') LIMIT 1", 1, {TEXTOID}},
};

static inline const Statement *
statement_of(int statement)
{
	return &statements[statement & ~SCIM_BARE];
}

/* ---- parameters ---- */

Datum
scim_tenant_datum(const ScimRegistration *registration, const char *tenant)
{
	Datum		value;

	if (registration->tenant_type == NULL)
		return CStringGetTextDatum(tenant);
	if (!scim_parse_id(registration->tenant_type, tenant, &value))
		scim_throw_other_tenant(registration, tenant);
	return value;
}

Datum
scim_id_datum(const ScimRegistration *registration, const char *id)
{
	Datum		value;

	if (!scim_parse_id(registration->id_type, id, &value))
		elog(ERROR, "\"%s\" is no id of table %s", id, registration->table);
	return value;
}

Oid
scim_tenant_parameter(const ScimRegistration *registration)
{
	return registration->tenant_type ? registration->tenant_type->type : TEXTOID;
}

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

/* ---- texts ---- */

static bool
is_key(const char *key, int length, const char *name)
{
	return strlen(name) == (size_t) length && strncmp(key, name, length) == 0;
}

static const char *
find_column(const ScimRegistration *registration, const char *key, int length)
{
	const ScimColumnKind *kinds = registration->is_members ? scim_member_column_kinds : scim_column_kinds;
	int			count = registration->is_members ? SCIM_MEMBER_COLUMNS : SCIM_COLUMNS;

	for (int i = 0; i < count; i++)
	{
		if (is_key(key, length, kinds[i].key))
			return registration->columns[i];
	}
	for (int i = 0; i < registration->lookup_count; i++)
	{
		if (is_key(key, length, registration->lookups[i].path))
			return registration->lookups[i].column;
	}
	return NULL;
}

/* {bare}: the columns of a row, as scim_read_row expects them. */
static void
append_bare_row(StringInfo out, const ScimRegistration *registration)
{
	static const ScimColumn columns[] = {
		SCIM_COLUMN_ID, SCIM_COLUMN_DATA, SCIM_COLUMN_VERSION, SCIM_COLUMN_REVISION,
		SCIM_COLUMN_CREATED, SCIM_COLUMN_LAST_MODIFIED,
		SCIM_COLUMN_MEMBER_COUNT, SCIM_COLUMN_MEMBER_DIGEST
	};
	int			count = registration->type->has_members ? lengthof(columns) : lengthof(columns) - 2;

	for (int i = 0; i < count; i++)
	{
		const char *column = registration->columns[columns[i]];

		appendStringInfoString(out, i > 0 ? ", " : "");
		if (column)
			appendStringInfo(out, "r.%s", column);
		else
			appendStringInfo(out, "NULL::%s", format_type_be_qualified(scim_column_kinds[columns[i]].type));
	}
	for (int i = 0; i < registration->mapped_count; i++)
		appendStringInfo(out, ", r.%s", registration->mapped[i].column);
}

/* {columns}: those of {row}, each once, and the tenant's: for a subquery that {row} is read of. */
static void
append_columns(StringInfo out, const ScimRegistration *registration)
{
	List	   *columns = NIL;
	ListCell   *cell;
	bool		first = true;

	for (int i = 0; i < SCIM_COLUMNS; i++)
	{
		if (registration->columns[i] && i != SCIM_COLUMN_PASSWORD)
			columns = list_append_unique(columns, makeString(registration->columns[i]));
	}
	for (int i = 0; i < registration->mapped_count; i++)
		columns = list_append_unique(columns, makeString(registration->mapped[i].column));
	foreach(cell, columns)
	{
		appendStringInfo(out, "%sr.%s", first ? "" : ", ", strVal(lfirst(cell)));
		first = false;
	}
}

/* {row}: {bare}, and a user's groups. */
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

/* The relation that an alias stands for: m the memberships, g the groups, r the relation at hand; others are it, too. */
static const ScimRegistration *
aliased(const ScimRegistration *registration, char alias)
{
	if (alias == 'm')
		return scim_members_table();
	return alias == 'g' ? scim_find_table(scim_members_type()) : registration;
}

/* The condition that a row is in the tenant; "prefix" is its alias with a dot, or empty. */
static void
append_in_tenant(StringInfo out, const ScimRegistration *registration, const char *prefix, const char *tenant)
{
	const char *column = registration->columns[registration->is_members ? (int) SCIM_MEMBER_TENANT : (int) SCIM_COLUMN_TENANT];

	if (column)
		appendStringInfo(out, "%s%s" EQ "%s", prefix, column, tenant);
	else if (registration->is_members)
		appendStringInfoString(out, "true");	/* ids of groups tell */
	else
		appendStringInfo(out, "%s" EQ "%s::pg_catalog.text", tenant, quote_literal_cstr(registration->tenant));
}

/* The condition that it is not marked as deleted. */
static void
append_live(StringInfo out, const ScimRegistration *registration, const char *prefix)
{
	const char *column = registration->is_members ? NULL : registration->columns[SCIM_COLUMN_DELETED];

	if (column)
		appendStringInfoString(out, scim_not_deleted_sql(registration->types[SCIM_COLUMN_DELETED],
														 psprintf("%s%s", prefix, column)));
	else
		appendStringInfoString(out, "true");
}

static void
append_visible(StringInfo out, const ScimRegistration *registration, const char *prefix, const char *tenant)
{
	append_in_tenant(out, registration, prefix, tenant);
	if (registration->is_members || registration->columns[SCIM_COLUMN_DELETED] == NULL)
		return;
	appendStringInfoString(out, " AND ");
	append_live(out, registration, prefix);
}

/* {row_key}: the group's row, marked as deleted or not; its tenant is asked for if memberships tell it. */
static void
append_row_key(StringInfo out, const ScimRegistration *registration)
{
	const ScimRegistration *members = scim_find_members(registration->type);

	if (registration->columns[SCIM_COLUMN_TENANT] && members && members->columns[SCIM_MEMBER_TENANT])
		appendStringInfo(out, "%s" EQ "$1 AND ", registration->columns[SCIM_COLUMN_TENANT]);
	appendStringInfo(out, "%s" EQ "$2", registration->columns[SCIM_COLUMN_ID]);
}

const char *
scim_touched_column(const ScimRegistration *groups)
{
	static const ScimColumn columns[] = {
		SCIM_COLUMN_REVISION, SCIM_COLUMN_VERSION, SCIM_COLUMN_LAST_MODIFIED, SCIM_COLUMN_MEMBER_COUNT
	};

	for (size_t i = 0; i < lengthof(columns); i++)
	{
		if (groups->columns[columns[i]] && !groups->read_only[columns[i]])
			return groups->columns[columns[i]];
	}
	return NULL;
}

/* {touch}: an assignment that leaves the row as it is, for the trigger to see. */
static void
append_touch(StringInfo out, const ScimRegistration *registration)
{
	const char *column = scim_touched_column(registration);

	if (column == NULL)
		elog(ERROR, "table %s keeps nothing", registration->table);
	appendStringInfo(out, "%1$s=%1$s", column);
}

/* The version of the row r as it is computed: of its columns alone, so that whoever waited for it sees it anew. */
static void
append_computed_version(StringInfo out, const ScimRegistration *registration)
{
	appendStringInfo(out, "%s.scim_row_version(%u::pg_catalog.oid::pg_catalog.regclass, ROW(",
					 scim_extension_schema("scimver"), registration->relid);
	append_bare_row(out, registration);
	if (registration->columns[SCIM_COLUMN_TENANT])
		appendStringInfo(out, ", r.%s", registration->columns[SCIM_COLUMN_TENANT]);
	appendStringInfoString(out, "))");
}

/* {is_version $n}: the row r has that version; in a table that people had it may not be filled yet. */
static void
append_is_version(StringInfo out, const ScimRegistration *registration, const char *parameter, int length)
{
	const char *column = registration->columns[SCIM_COLUMN_VERSION];
	bool		computes = column == NULL || registration->is_mapped;

	if (column && computes)
		appendStringInfo(out, "coalesce(r.%s, ", column);
	else if (column)
		appendStringInfo(out, "r.%s", column);
	if (computes)
		append_computed_version(out, registration);
	appendStringInfo(out, "%s" EQ "%.*s", column && computes ? ")" : "", length, parameter);
}

/* {tenants:a=b}: two rows are in the same tenant. */
static void
append_same_tenant(StringInfo out, const ScimRegistration *registration, const char *aliases)
{
	const char *columns[2];

	for (int i = 0; i < 2; i++)
	{
		const ScimRegistration *side = aliased(registration, aliases[2 * i]);

		columns[i] = side->columns[side->is_members ? (int) SCIM_MEMBER_TENANT : (int) SCIM_COLUMN_TENANT];
	}
	if (columns[0] && columns[1])
		appendStringInfo(out, "%c.%s" EQ "%c.%s", aliases[0], columns[0], aliases[2], columns[1]);
	else
		appendStringInfoString(out, "true");
}

/* {display:a}: how a resource is displayed. */
static void
append_display(StringInfo out, const ScimRegistration *registration, char alias)
{
	static const char *const names[] = {"displayName", "userName"};

	appendStringInfoString(out, "coalesce(NULL::pg_catalog.text");
	for (size_t i = 0; i < lengthof(names); i++)
	{
		for (int j = 0; j < registration->mapped_count; j++)
		{
			if (strcmp(registration->mapped[j].path, names[i]) == 0)
				appendStringInfo(out, ", CAST(%c.%s AS pg_catalog.text)", alias, registration->mapped[j].column);
		}
		if (registration->columns[SCIM_COLUMN_DATA])
			appendStringInfo(out, ", %c.%s OPERATOR(pg_catalog.->>) '%s'", alias,
							 registration->columns[SCIM_COLUMN_DATA], names[i]);
	}
	appendStringInfoString(out, ")");
}

/* {is_type:a $n}: a membership is of that type of members. */
static void
append_is_type(StringInfo out, const ScimRegistration *members, char alias, const char *parameter, int length)
{
	if (members->columns[SCIM_MEMBER_TYPE])
		appendStringInfo(out, "%c.%s" EQ "%.*s", alias, members->columns[SCIM_MEMBER_TYPE], length, parameter);
	else
		appendStringInfo(out, "%.*s" EQ "'User'", length, parameter);
}

/* {lock_order}: that of scim_compare_ids. */
static void
append_lock_order(StringInfo out, const ScimRegistration *registration)
{
	appendStringInfo(out, "%s%s", registration->columns[SCIM_COLUMN_ID],
					 registration->id_type->type == TEXTOID ? " COLLATE pg_catalog.\"C\"" : "");
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

/* What stands for more than a column; false if it is none of these. */
static bool
append_fragment(StringInfo out, const ScimRegistration *registration, const char *key, int length,
				const char *tenant)
{
	/* behind "name:" an alias, behind "name " or "name:a " a parameter */
	int			name = strcspn(key, ":} ");
	char		alias = key[name] == ':' ? key[name + 1] : '\0';
	const char *parameter = memchr(key, ' ', length);
	int			parameter_length = parameter ? key + length - ++parameter : 0;
	const ScimRegistration *side = alias ? aliased(registration, alias) : registration;
	char	   *prefix = alias ? psprintf("%c.", alias) : "";

	if (is_key(key, name, "table"))
		appendStringInfoString(out, registration->table);
	else if (is_key(key, name, "row"))
		append_row(out, registration);
	else if (is_key(key, name, "bare"))
		append_bare_row(out, registration);
	else if (is_key(key, name, "columns"))
		append_columns(out, registration);
	else if (is_key(key, name, "ext"))
		appendStringInfoString(out, scim_extension_schema("scimver"));
	else if (is_key(key, name, "in_tenant"))
		append_visible(out, side, prefix, tenant);
	else if (is_key(key, name, "key"))
	{
		append_visible(out, registration, "", tenant);
		appendStringInfo(out, " AND %s" EQ "$2", registration->columns[SCIM_COLUMN_ID]);
	}
	else if (is_key(key, name, "live"))
		append_live(out, side, prefix);
	else if (is_key(key, name, "row_key"))
		append_row_key(out, registration);
	else if (is_key(key, name, "touch"))
		append_touch(out, registration);
	else if (is_key(key, name, "is_version"))
		append_is_version(out, registration, parameter, parameter_length);
	else if (is_key(key, name, "tenants"))
		append_same_tenant(out, registration, key + name + 1);
	else if (is_key(key, name, "display"))
		append_display(out, side, alias);
	else if (is_key(key, name, "is_type"))
		append_is_type(out, side, alias, parameter, parameter_length);
	else if (is_key(key, name, "mapped"))
		appendStringInfoString(out, registration->mapped[strtol(parameter, NULL, 10)].column);
	else if (is_key(key, name, "lock_order"))
		append_lock_order(out, registration);
	else
		return false;
	return true;
}

static void
append_placeholder(StringInfo out, const ScimRegistration *registration, const char *key, int length,
				   const char *tenant)
{
	const ScimRegistration *other = other_table(&key, &length);
	const char *column;

	if (other)
		registration = other;
	column = find_column(registration, key, length);
	if (column)
		appendStringInfoString(out, column);
	else if (!append_fragment(out, registration, key, length, tenant))
		elog(ERROR, "table %s has no column for \"%.*s\"", registration->table, length, key);
}

/* {?key:text}: the text, if the relation has the column; {!key:text}: if it has not. */
static void
append_condition(StringInfo out, const ScimRegistration *registration, const char *key, const char *end,
				 const char *tenant)
{
	const char *colon = strchr(key, ':');
	const char *name = key + 1;
	int			length = colon - name;
	const ScimRegistration *other = other_table(&name, &length);
	bool		has_column = find_column(other ? other : registration, name, length) != NULL;

	if (has_column == (key[0] == '?'))
		scim_append_statement_for(out, pnstrdup(colon + 1, end - colon - 1), registration, tenant);
}

/* The brace that closes the one at "open". */
static const char *
closing_brace(const char *open)
{
	int			depth = 0;

	for (const char *p = open; *p; p++)
	{
		depth += *p == '{' ? 1 : *p == '}' ? -1 : 0;
		if (depth == 0)
			return p;
	}
	elog(ERROR, "a brace is not closed in \"%s\"", open);
}

void
scim_append_statement_for(StringInfo out, const char *text, const ScimRegistration *registration,
						  const char *tenant)
{
	for (const char *p = text; *p;)
	{
		const char *brace = strchr(p, '{');
		const char *end;

		if (brace == NULL)
		{
			appendStringInfoString(out, p);
			return;
		}
		appendBinaryStringInfo(out, p, brace - p);
		p = brace + 1;
		if (*p != '?' && *p != '!' && (*p < 'a' || *p > 'z'))
		{
			appendStringInfoChar(out, '{');
			continue;
		}
		end = closing_brace(brace);
		if (*p == '?' || *p == '!')
			append_condition(out, registration, p, end, tenant);
		else
			append_placeholder(out, registration, p, end - p, tenant);
		p = end + 1;
	}
}

void
scim_append_statement(StringInfo out, const char *text, const ScimRegistration *registration)
{
	scim_append_statement_for(out, text, registration, "$1");
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
	Oid			types[lengthof(statement->types)];
	SPIPlanPtr	plan;

	for (int i = 0; i < statement->nargs; i++)
		types[i] = parameter_type(statement->types[i], registration);
	initStringInfo(&sql);
	scim_append_statement(&sql, bare ? without_groups(statement->sql) : statement->sql, registration);
	plan = SPI_prepare_cursor(sql.data, statement->nargs, types, CURSOR_OPT_GENERIC_PLAN);
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
	ScimRun		run = {0};

	run.plan = find_plan(statement, registration);
	run.read_only = read_only;
	run.latest = statement_of(statement)->latest;
	run.explains_denial = registration->is_mapped;
	return scim_run_plan(&run, values, nulls);
}

/* What is restored behind a statement; an error does so too, as the (sub)transaction ends. */
typedef struct Role
{
	Oid			role;
	int			context;
} Role;

static void
take_role(int statement, const ScimRegistration *registration, Role *old)
{
	GetUserIdAndSecContext(&old->role, &old->context);
	if (statement_of(statement)->as_owner)
		SetUserIdAndSecContext(registration->owner,
							   old->context | SECURITY_LOCAL_USERID_CHANGE | SECURITY_NOFORCE_RLS);
}

uint64
scim_run(int statement, const ScimRegistration *registration,
		 Datum *values, const char *nulls, bool read_only)
{
	Role		old;
	int			result;

	take_role(statement, registration, &old);
	result = execute(statement, registration, values, nulls, read_only);
	SetUserIdAndSecContext(old.role, old.context);
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
	MemoryContext per_row = AllocSetContextCreate(caller, "scimver scanned row", ALLOCSET_SMALL_SIZES);
	Role		old;
	Portal		portal;
	uint64		count;

	take_role(statement, registration, &old);
	portal = scim_open_plan(find_plan(statement, registration), values);
	do
	{
		SPITupleTable *rows;

		SPI_cursor_fetch(portal, true, SCANNED_ROWS);
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
	SetUserIdAndSecContext(old.role, old.context);
	MemoryContextDelete(per_row);
}
