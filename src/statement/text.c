/*
 * text.c
 *		The placeholders of statements: what {key}, {row}, {is_version $4}, ...
 *		are for a registration.
 *
 * Columns are named by the keys of the mapping, lookups by their paths.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "nodes/pg_list.h"
#include "nodes/value.h"
#include "registry/cache.h"
#include "registry/extension.h"
#include "registry/schemas.h"
#include "statement/text.h"
#include "utils/builtins.h"

/*
 * How the group of the membership m is displayed, the group table being g.  A
 * subquery, so that it is a look-up by key whatever the planner thinks of the
 * table's size.
 */
#define DISPLAY_GROUP \
	"(SELECT {display:g} FROM {groups.table} AS g WHERE {tenants:g=m} AND g.{groups.id}" EQ \
	"m.{members.group} AND {live:g}" \
	"{!members.tenant: AND {tenant_text:g}" EQ "{tenant_text:r}})"

/*
 * The groups of the user r, each as the length of its id, a blank, the id, and
 * how it is displayed.
 */
#define GROUPS \
	"ARRAY(SELECT pg_catalog.concat(pg_catalog.octet_length(CAST(m.{members.group} AS " \
	"pg_catalog.text))," \
	" ' ', m.{members.group}, " DISPLAY_GROUP ")" \
	" FROM {members.table} AS m WHERE {tenants:m=r} AND m.{members.user}" EQ "r.{id}" \
	" AND m.{members.group} IS NOT NULL ORDER BY m.{members.group})"

static bool
is_key(const char *key, int length, const char *name)
{
	return strlen(name) == (size_t) length && strncmp(key, name, length) == 0;
}

static const char *
find_column(const ScimRegistration *registration, const char *key, int length)
{
	const ScimColumnKind *kinds = registration->is_members ? scim_member_column_kinds
	: scim_column_kinds;
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
			appendStringInfo(out, "NULL::%s",
							 format_type_be_qualified(scim_column_kinds[columns[i]].type));
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

/*
 * The relation that an alias stands for: m the memberships, g the groups, r the
 * relation at hand; others are it, too.
 */
static const ScimRegistration *
aliased(const ScimRegistration *registration, char alias)
{
	if (alias == 'm')
		return scim_members_table();
	return alias == 'g' ? scim_find_table(scim_members_type()) : registration;
}

/* The condition that a row is in the tenant; "prefix" is its alias with a dot, or empty. */
static void
append_in_tenant(StringInfo out, const ScimRegistration *registration, const char *prefix,
				 const char *tenant)
{
	const char *column = registration->columns[registration->is_members ? (int) SCIM_MEMBER_TENANT
											   : (int) SCIM_COLUMN_TENANT];

	if (column)
		appendStringInfo(out, "%s%s" EQ "%s", prefix, column, tenant);
	else if (registration->is_members)
		appendStringInfoString(out, "true");	/* ids of groups tell */
	else
		appendStringInfo(out, "%s" EQ "%s::pg_catalog.text", tenant,
						 quote_literal_cstr(registration->tenant));
}

/* The condition that it is not marked as deleted. */
static void
append_live(StringInfo out, const ScimRegistration *registration, const char *prefix)
{
	const char *column = registration->is_members ? NULL
	: registration->columns[SCIM_COLUMN_DELETED];

	if (column)
		appendStringInfoString(out, scim_not_deleted_sql(registration->types[SCIM_COLUMN_DELETED],
														 psprintf("%s%s", prefix, column)));
	else
		appendStringInfoString(out, "true");
}

static void
append_visible(StringInfo out, const ScimRegistration *registration, const char *prefix,
			   const char *tenant)
{
	append_in_tenant(out, registration, prefix, tenant);
	if (registration->is_members || registration->columns[SCIM_COLUMN_DELETED] == NULL)
		return;
	appendStringInfoString(out, " AND ");
	append_live(out, registration, prefix);
}

/*
 * {row_key}: the group's row, marked as deleted or not; its tenant is asked for
 * if memberships tell it.  A row without one is no group.
 */
static void
append_row_key(StringInfo out, const ScimRegistration *registration)
{
	const char *tenant = registration->columns[SCIM_COLUMN_TENANT];
	const ScimRegistration *members = scim_find_members(registration->type);

	if (tenant && members && members->columns[SCIM_MEMBER_TENANT])
		appendStringInfo(out, "%s" EQ "$1 AND ", tenant);
	else if (tenant)
		appendStringInfo(out, "%s IS NOT NULL AND ", tenant);
	appendStringInfo(out, "%s" EQ "$2", registration->columns[SCIM_COLUMN_ID]);
}

const char *
scim_touched_column(const ScimRegistration *groups)
{
	static const ScimColumn columns[] = {SCIM_COLUMN_REVISION, SCIM_COLUMN_VERSION,
	SCIM_COLUMN_LAST_MODIFIED, SCIM_COLUMN_MEMBER_COUNT};

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

/*
 * The version of the row r as it is computed: of its columns alone, so that
 * whoever waited for it sees it anew.
 */
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

/* {is_version $n}: the row r has that version; where it is computed, it may not be filled yet. */
static void
append_is_version(StringInfo out, const ScimRegistration *registration, const char *parameter,
				  int length)
{
	const char *column = registration->columns[SCIM_COLUMN_VERSION];
	bool		computes = column == NULL || registration->storage->computes_versions;

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

		columns[i] =
			side->columns[side->is_members ? (int) SCIM_MEMBER_TENANT : (int) SCIM_COLUMN_TENANT];
	}
	if (columns[0] && columns[1])
		appendStringInfo(out, "%c.%s" EQ "%c.%s", aliases[0], columns[0], aliases[2], columns[1]);
	else
		appendStringInfoString(out, "true");
}

/* {tenant_text:a}: the tenant of a row, be it the one of the whole table. */
static void
append_tenant_text(StringInfo out, const ScimRegistration *side, const char *prefix)
{
	const char *column = side->columns[SCIM_COLUMN_TENANT];

	if (column)
		appendStringInfo(out, "CAST(%s%s AS pg_catalog.text)", prefix, column);
	else
		appendStringInfo(out, "%s::pg_catalog.text", quote_literal_cstr(side->tenant));
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
				appendStringInfo(out, ", CAST(%c.%s AS pg_catalog.text)", alias,
								 registration->mapped[j].column);
		}
		if (registration->columns[SCIM_COLUMN_DATA])
			appendStringInfo(out, ", %c.%s OPERATOR(pg_catalog.->>) '%s'", alias,
							 registration->columns[SCIM_COLUMN_DATA], names[i]);
	}
	appendStringInfoString(out, ")");
}

/* {is_type:a $n}: a membership is of that type of members. */
static void
append_is_type(StringInfo out, const ScimRegistration *members, char alias, const char *parameter,
			   int length)
{
	if (members->columns[SCIM_MEMBER_TYPE])
		appendStringInfo(out, "%c.%s" EQ "%.*s", alias, members->columns[SCIM_MEMBER_TYPE], length,
						 parameter);
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
	else if (is_key(key, name, "of_tenant"))
		append_in_tenant(out, side, prefix, tenant);
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
	else if (is_key(key, name, "tenant_text"))
		append_tenant_text(out, side, prefix);
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
append_placeholder(StringInfo out, const ScimRegistration *registration, const char *key,
				   int length, const char *tenant)
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
append_condition(StringInfo out, const ScimRegistration *registration, const char *key,
				 const char *end, const char *tenant)
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
