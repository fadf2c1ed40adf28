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
#include "statement/bare.h"
#include "statement/names.h"
#include "statement/text.h"
#include "utils/builtins.h"

/* A placeholder as it stands in a text: {name}, {name:alias}, {name $n}, {name:alias $n}. */
typedef struct Placeholder
{
	const ScimRegistration *table;	/* at hand */
	const ScimRegistration *side;	/* the one of the alias; without an alias, the table at hand */
	const char *aliases;		/* what stands behind the colon, or empty */
	const char *prefix;			/* of columns: the alias with a dot, or empty */
	const char *parameter;		/* what stands behind the blank, or empty */
	const char *tenant;			/* the expression that stands for the tenant */
} Placeholder;

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

/* ---- rows ---- */

static void
append_table(StringInfo out, const Placeholder *at)
{
	appendStringInfoString(out, at->table->table);
}

static void
append_schema(StringInfo out, const Placeholder *at)
{
	appendStringInfoString(out, scim_extension_schema("scimver"));
}

/* The columns of a row, as scim_read_row expects them. */
static void
append_bare(StringInfo out, const Placeholder *at)
{
	const ScimRegistration *registration = at->table;
	int			count = scim_bare_columns(registration);

	for (int i = 0; i < count; i++)
	{
		const char *column = registration->columns[scim_bare[i]];

		appendStringInfoString(out, i > 0 ? ", " : "");
		if (column)
			appendStringInfo(out, "r.%s", column);
		else
			appendStringInfo(out, "NULL::%s",
							 format_type_be_qualified(scim_column_kinds[scim_bare[i]].type));
	}
	for (int i = 0; i < registration->mapped_count; i++)
		appendStringInfo(out, ", r.%s", registration->mapped[i].column);
}

/* ---- conditions ---- */

static const char *
tenant_column(const ScimRegistration *table)
{
	return table->columns[table->is_members ? (int) SCIM_MEMBER_TENANT : (int) SCIM_COLUMN_TENANT];
}

static const char *
mark_column(const ScimRegistration *table)
{
	return table->is_members ? NULL : table->columns[SCIM_COLUMN_DELETED];
}

static void
append_of_tenant(StringInfo out, const Placeholder *at)
{
	const char *column = tenant_column(at->side);

	if (column)
		appendStringInfo(out, "%s%s" EQ "%s", at->prefix, column, at->tenant);
	else if (at->side->is_members)
		appendStringInfoString(out, "true");	/* ids of groups tell */
	else
		appendStringInfo(out, "%s" EQ "%s::pg_catalog.text", at->tenant,
						 quote_literal_cstr(at->side->tenant));
}

static void
append_live(StringInfo out, const Placeholder *at)
{
	const char *column = mark_column(at->side);

	if (column)
		appendStringInfoString(out, scim_not_deleted_sql(at->side->types[SCIM_COLUMN_DELETED],
														 psprintf("%s%s", at->prefix, column)));
	else
		appendStringInfoString(out, "true");
}

static void
append_in_tenant(StringInfo out, const Placeholder *at)
{
	append_of_tenant(out, at);
	if (mark_column(at->side) == NULL)
		return;
	appendStringInfoString(out, " AND ");
	append_live(out, at);
}

static void
append_key(StringInfo out, const Placeholder *at)
{
	append_in_tenant(out, at);
	appendStringInfo(out, " AND %s" EQ "$2", at->table->columns[SCIM_COLUMN_ID]);
}

/*
 * The group's row, marked as deleted or not; its tenant is asked for if
 * memberships tell it.  A row without one is no group.
 */
static void
append_row_key(StringInfo out, const Placeholder *at)
{
	const ScimRegistration *registration = at->table;
	const char *tenant = registration->columns[SCIM_COLUMN_TENANT];
	const ScimRegistration *members = scim_find_members(registration->type);

	if (tenant && members && members->columns[SCIM_MEMBER_TENANT])
		appendStringInfo(out, "%s" EQ "$1 AND ", tenant);
	else if (tenant)
		appendStringInfo(out, "%s IS NOT NULL AND ", tenant);
	appendStringInfo(out, "%s" EQ "$2", registration->columns[SCIM_COLUMN_ID]);
}

/* An assignment that leaves the row as it is, for the trigger to see. */
static void
append_touch(StringInfo out, const Placeholder *at)
{
	const char *column = scim_touched_column(at->table);

	if (column == NULL)
		elog(ERROR, "table %s keeps nothing", at->table->table);
	appendStringInfo(out, "%1$s=%1$s", column);
}

/*
 * The version of the row r as it is computed: of its columns alone, so that
 * whoever waited for it sees it anew.
 */
static void
append_computed_version(StringInfo out, const Placeholder *at)
{
	const ScimRegistration *registration = at->table;

	appendStringInfo(out, "%s.scim_row_version(%u::pg_catalog.oid::pg_catalog.regclass, ROW(",
					 scim_extension_schema("scimver"), registration->relid);
	append_bare(out, at);
	if (registration->columns[SCIM_COLUMN_TENANT])
		appendStringInfo(out, ", r.%s", registration->columns[SCIM_COLUMN_TENANT]);
	appendStringInfoString(out, "))");
}

/* The row r has that version; where it is computed, it may not be filled yet. */
static void
append_is_version(StringInfo out, const Placeholder *at)
{
	const ScimRegistration *registration = at->table;
	const char *column = registration->columns[SCIM_COLUMN_VERSION];
	bool		computes = column == NULL || registration->storage->computes_versions;

	if (column && computes)
		appendStringInfo(out, "coalesce(r.%s, ", column);
	else if (column)
		appendStringInfo(out, "r.%s", column);
	if (computes)
		append_computed_version(out, at);
	appendStringInfo(out, "%s" EQ "%s", column && computes ? ")" : "", at->parameter);
}

static void
append_tenants(StringInfo out, const Placeholder *at)
{
	char		left = at->aliases[0];
	char		right = at->aliases[2];
	const char *left_column = tenant_column(aliased(at->table, left));
	const char *right_column = tenant_column(aliased(at->table, right));

	if (left_column && right_column)
		appendStringInfo(out, "%c.%s" EQ "%c.%s", left, left_column, right, right_column);
	else
		appendStringInfoString(out, "true");
}

/* ---- expressions ---- */

/* The tenant of a row, be it the one of the whole table. */
static void
append_tenant_text(StringInfo out, const Placeholder *at)
{
	const char *column = at->side->columns[SCIM_COLUMN_TENANT];

	if (column)
		appendStringInfo(out, "CAST(%s%s AS pg_catalog.text)", at->prefix, column);
	else
		appendStringInfo(out, "%s::pg_catalog.text", quote_literal_cstr(at->side->tenant));
}

static void
append_display(StringInfo out, const Placeholder *at)
{
	ScimNamePlace places[SCIM_MOST_NAMES];
	int			count = scim_name_places(at->side, places);

	appendStringInfoString(out, "coalesce(NULL::pg_catalog.text");
	for (int i = 0; i < count; i++)
	{
		if (places[i].member)
			appendStringInfo(out, ", %s%s OPERATOR(pg_catalog.->>) '%s'", at->prefix,
							 places[i].column, places[i].member);
		else
			appendStringInfo(out, ", CAST(%s%s AS pg_catalog.text)", at->prefix,
							 places[i].column);
	}
	appendStringInfoString(out, ")");
}

static void
append_is_type(StringInfo out, const Placeholder *at)
{
	const char *column = at->side->columns[SCIM_MEMBER_TYPE];

	if (column)
		appendStringInfo(out, "%s%s" EQ "%s", at->prefix, column, at->parameter);
	else
		appendStringInfo(out, "%s" EQ "'User'", at->parameter);
}

static void
append_mapped(StringInfo out, const Placeholder *at)
{
	appendStringInfoString(out, at->table->mapped[strtol(at->parameter, NULL, 10)].column);
}

/* That of scim_compare_ids. */
static void
append_lock_order(StringInfo out, const Placeholder *at)
{
	appendStringInfo(out, "%s%s", at->table->columns[SCIM_COLUMN_ID],
					 at->table->id_type->type == TEXTOID ? " COLLATE pg_catalog.\"C\"" : "");
}

/* ---- by name ---- */

/* A name, and what appends what stands for it. */
typedef struct PlaceholderKind
{
	const char *name;
	void		(*append) (StringInfo out, const Placeholder *at);
} PlaceholderKind;

/* All that stand for more than a column; text.h says what each means. */
static const PlaceholderKind placeholders[] = {
	{"bare", append_bare},
	{"display", append_display},
	{"ext", append_schema},
	{"in_tenant", append_in_tenant},
	{"is_type", append_is_type},
	{"is_version", append_is_version},
	{"key", append_key},
	{"live", append_live},
	{"lock_order", append_lock_order},
	{"mapped", append_mapped},
	{"of_tenant", append_of_tenant},
	{"row_key", append_row_key},
	{"table", append_table},
	{"tenant_text", append_tenant_text},
	{"tenants", append_tenants},
	{"touch", append_touch}
};

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

/* False if it is none of these; the key is a name, and what stands behind it. */
static bool
append_named(StringInfo out, const ScimRegistration *registration, const char *key, int length,
			 const char *tenant)
{
	size_t		name = strcspn(key, ":} ");
	const char *blank = memchr(key, ' ', length);
	char		alias = key[name] == ':' ? key[name + 1] : '\0';
	Placeholder at = {
		.table = registration,
		.side = alias ? aliased(registration, alias) : registration,
		.aliases = alias ? &key[name + 1] : "",
		.prefix = alias ? psprintf("%c.", alias) : "",
		.parameter = blank ? pnstrdup(blank + 1, key + length - blank - 1) : "",
		.tenant = tenant
	};

	for (size_t i = 0; i < lengthof(placeholders); i++)
	{
		if (strlen(placeholders[i].name) != name || strncmp(key, placeholders[i].name, name) != 0)
			continue;
		placeholders[i].append(out, &at);
		return true;
	}
	return false;
}

static void
append_placeholder(StringInfo out, const ScimRegistration *registration, const char *key,
				   int length, const char *tenant)
{
	const ScimRegistration *other = other_table(&key, &length);
	const char *column;

	if (other)
		registration = other;
	column = scim_find_column(registration, key, length);
	if (column)
		appendStringInfoString(out, column);
	else if (!append_named(out, registration, key, length, tenant))
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
	bool		has_column = scim_find_column(other ? other : registration, name, length) != NULL;

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
