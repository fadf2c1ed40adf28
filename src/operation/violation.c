/*
 * violation.c
 *		Constraints of the registered tables that a scim_ call violates.
 *
 * PostgreSQL says which constraint it was; the catalog says on which columns,
 * and the mapping, which attributes these are.  Of the row, which PostgreSQL
 * would show whole, no value is repeated.  What an application's own trigger
 * raises is no business of ours, be it called the same.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "base/errors.h"
#include "catalog/namespace.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_partitioned_table.h"
#include "catalog/pg_type.h"
#include "nodes/bitmapset.h"
#include "operation/unique.h"
#include "operation/violation.h"
#include "query/access.h"
#include "registry/cache.h"
#include "registry/index.h"
#include "registry/relation.h"
#include "statement/required.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

/* Numbers of columns are kept in bitmaps as PostgreSQL does. */
#define NUMBER_OFFSET FirstLowInvalidHeapAttributeNumber

/* What is known of an error. */
typedef struct Violation
{
	const ScimCall *call;
	const ErrorData *error;
	int			depth;			/* of triggers in the call, at which it was raised */
	Oid			relid;			/* the relation that it names: a registered table, one of its
								 * partitions, or another one */
	const ScimRegistration *table;	/* resources or memberships, which the call writes; NULL:
									 * another one, or none is named */
} Violation;

/* ---- columns and attributes ---- */

/* Is it a column of memberships that scimver fills? */
static bool
is_of_members(const ScimRegistration *members, const char *quoted)
{
	for (int i = 0; i < SCIM_MEMBER_COLUMNS; i++)
	{
		if (members->columns[i] && strcmp(members->columns[i], quoted) == 0)
			return true;
	}
	return false;
}

/* The attribute that a column holds; NULL: none, or a whole document. */
static const char *
path_of(const ScimRegistration *registration, const char *column)
{
	const char *quoted = quote_identifier(column);
	static const struct
	{
		ScimColumn	column;
		const char *path;
	}			others[] = {
		{SCIM_COLUMN_ID, "id"},
		{SCIM_COLUMN_TENANT, "tenant_id"},
		{SCIM_COLUMN_PASSWORD, "password"}
	};

	if (registration->is_members)
		return is_of_members(registration, quoted) ? "members" : NULL;
	for (int i = 0; i < registration->mapped_count; i++)
	{
		if (strcmp(registration->mapped[i].column, quoted) == 0)
			return registration->mapped[i].path;
	}
	for (size_t i = 0; i < lengthof(others); i++)
	{
		const char *name = registration->columns[others[i].column];

		if (name && strcmp(name, quoted) == 0)
			return others[i].path;
	}
	return NULL;
}

/* How well an attribute explains what is wrong: that which the call writes, best of all. */
static int
rank_of(const ScimCall *call, const char *path)
{
	if (strcmp(path, "tenant_id") == 0)
		return 1;
	return scim_claimed_value(call, path) ? 3 : 2;
}

/*
 * The attribute that is to be mended, of those in the columns of the relation,
 * as "table" has them; or NULL.
 */
static const char *
find_path(const ScimCall *call, const ScimRegistration *table, Oid relid, const Bitmapset *columns)
{
	const char *path = NULL;
	int			best = 0;
	int			i = -1;

	while ((i = bms_next_member(columns, i)) >= 0)
	{
		char	   *name = get_attname(relid, i + NUMBER_OFFSET, true);
		const char *candidate = name ? path_of(table, name) : NULL;

		if (candidate == NULL || rank_of(call, candidate) <= best)
			continue;
		path = candidate;
		best = rank_of(call, candidate);
	}
	return path;
}

static Bitmapset *
columns_of_index(const Violation *violation)
{
	return scim_index_columns(get_relname_relid(violation->error->constraint_name,
												get_rel_namespace(violation->relid)));
}

static Bitmapset *
columns_of_constraint(const Violation *violation)
{
	Oid			constraint;

	if (violation->error->constraint_name == NULL)
		return NULL;
	return get_relation_constraint_attnos(violation->relid, violation->error->constraint_name, true,
										  &constraint);
}

/* The columns that tell the table's partitions apart. */
static Bitmapset *
columns_of_partitions(const Violation *violation)
{
	HeapTuple	tuple = SearchSysCache1(PARTRELID, ObjectIdGetDatum(violation->relid));
	Bitmapset  *columns = NULL;
	Form_pg_partitioned_table form;

	if (!HeapTupleIsValid(tuple))
		return NULL;
	form = (Form_pg_partitioned_table) GETSTRUCT(tuple);
	for (int i = 0; i < form->partnatts; i++)
	{
		if (form->partattrs.values[i] != 0)
			columns = bms_add_member(columns, form->partattrs.values[i] - NUMBER_OFFSET);
	}
	ReleaseSysCache(tuple);
	return columns;
}

/* ---- each kind ---- */

/*
 * An error about the table: its fields say which table, column and constraint
 * it is, where there are such.
 */
static ScimError *
refusal(const Violation *violation, ScimErrorCode situation, const char *path)
{
	ScimError  *error = scim_error(situation);

	scim_error_text(error, "path", path);
	scim_error_whole(error, "relation", violation->table->table);
	scim_error_whole(error, "column", violation->error->column_name);
	scim_error_whole(error, "constraint", violation->error->constraint_name);
	return error;
}

/*
 * What the message begins with: the attribute, or that of this resource or
 * membership nothing can be named.
 */
static const char *
subject(const Violation *violation, const char *path)
{
	if (path)
		return path;
	return violation->table->is_members ? "membership" : violation->table->type->name;
}

static void
throw_not_null(const Violation *violation)
{
	const ScimRegistration *table = violation->table;
	const char *column = violation->error->column_name;
	const char *path = column ? path_of(table, column) : NULL;
	ScimError  *error;

	if (column == NULL)
		return;
	if (path && strcmp(path, "id") == 0)
		scim_throw_no_id(table);
	error = refusal(violation, path ? SCIM_NEEDS_VALUE : SCIM_UNFILLED_COLUMN, path);
	if (path)
		scim_throw(error, "%s must have a value: column \"%s\" of table %-s takes no NULL", path,
				   column, table->table);
	scim_error_words(error, table->table, quote_identifier(column));
	scim_throw(error,
			   "column \"%s\" of table %-s takes no NULL, and is not mapped: nothing fills it for "
			   "a %s",
			   column, table->table, subject(violation, NULL));
}

static void
throw_check(const Violation *violation)
{
	const char *constraint = violation->error->constraint_name;
	const Bitmapset *columns = constraint ? columns_of_constraint(violation)
	: columns_of_partitions(violation);
	const char *path = find_path(violation->call, violation->table, violation->relid, columns);
	ScimError  *error = refusal(violation, SCIM_CONSTRAINT_REFUSES, path);

	if (constraint == NULL)
		scim_throw(error, "%s: no partition of table %-s takes this value",
				   subject(violation, path), violation->table->table);
	scim_throw(error, "%s: table %-s does not take this value (constraint \"%s\")",
			   subject(violation, path), violation->table->table, constraint);
}

static void
throw_exclusion(const Violation *violation)
{
	const char *path = find_path(violation->call, violation->table, violation->relid,
								 columns_of_index(violation));
	const char *constraint = violation->error->constraint_name;

	scim_throw(refusal(violation, SCIM_CONSTRAINT_REFUSES, path),
			   "%s: table %-s does not take this value beside that of another row (constraint "
			   "\"%s\")",
			   subject(violation, path), violation->table->table,
			   constraint ? constraint : "unknown");
}

static void
throw_unique(const Violation *violation)
{
	const char *path = NULL;

	/* a lookup knows the index that keeps it apart */
	if (violation->error->constraint_name && !violation->table->storage->adds_lookups)
		path = find_path(violation->call, violation->table, violation->relid,
						 columns_of_index(violation));
	scim_throw_lost(violation->call, path, violation->error->constraint_name);
}

/* The row that a foreign key of the table refers to is not there. */
static void
throw_refers(const Violation *violation, const FormData_pg_constraint *constraint)
{
	const char *path = find_path(violation->call, violation->table, violation->relid,
								 columns_of_constraint(violation));

	scim_throw(refusal(violation, SCIM_NO_ROW_TO_REFER_TO, path),
			   "%s: there is no such row in table \"%s\" (constraint \"%s\")",
			   subject(violation, path), get_rel_name(constraint->confrelid),
			   NameStr(constraint->conname));
}

/*
 * Rows of another table still refer to the resource, by its id, or an attribute
 * that would change.
 */
static void
throw_referred(const Violation *violation, HeapTuple tuple,
			   const FormData_pg_constraint *constraint)
{
	const ScimCall *call = violation->call;
	bool		isnull;
	Datum		keys = SysCacheGetAttr(CONSTROID, tuple, Anum_pg_constraint_confkey, &isnull);
	Bitmapset  *columns = NULL;
	const char *path;
	Datum	   *numbers;
	int			count;

	deconstruct_array(DatumGetArrayTypeP(keys), INT2OID, sizeof(int16), true, TYPALIGN_SHORT,
					  &numbers, NULL, &count);
	for (int i = 0; i < count; i++)
		columns = bms_add_member(columns, DatumGetInt16(numbers[i]) - NUMBER_OFFSET);
	path = call->split ? find_path(call, call->registration, constraint->confrelid, columns) : NULL;
	if (path == NULL)
		path = "id";
	scim_throw_path(SCIM_INVALID_VALUE, path,
					"table \"%s\" still refers to this %s by %s (constraint \"%s\")",
					violation->error->table_name, call->registration->type->name, path,
					NameStr(constraint->conname));
}

static bool
is_of_table(const ScimRegistration *registration, Oid relid)
{
	return relid == registration->relid ||
		list_member_oid(find_all_inheritors(registration->relid, NoLock, NULL), relid);
}

/* Can a client set "active" of resources of the table? */
static bool
has_active(const ScimRegistration *table)
{
	ScimPath	path;

	return scim_find_path(table->type, "active", strlen("active"), false, &path) == NULL &&
		path.attribute->type == SCIM_BOOLEAN && path.attribute->mutability == SCIM_READ_WRITE &&
		scim_access(table, &path) == SCIM_AS_SCHEMA;
}

/*
 * Rows of another table are in the way of a delete: they refer to the resource,
 * or to what would go with it.
 */
static void
throw_still_referenced(const Violation *violation, const FormData_pg_constraint *constraint)
{
	const ScimRegistration *table = violation->call->registration;
	char	   *relation = scim_table_text(violation->relid);
	ScimError  *error = scim_error(has_active(table) ? SCIM_INACTIVE_INSTEAD
								   : SCIM_STILL_REFERENCED);

	if (has_active(table))
		scim_error_words(error, relation);
	scim_error_whole(error, "relation", relation);
	scim_error_whole(error, "constraint", NameStr(constraint->conname));
	scim_throw(error, "table %-s still refers to %s%s (constraint \"%s\")", relation,
			   is_of_table(table, constraint->confrelid) ? "this "
			   : "what would be deleted with this ",
			   table->type->name, NameStr(constraint->conname));
}

/*
 * A table may refer to itself: PostgreSQL's message alone, before it is
 * translated, tells the two apart.
 */
bool
scim_is_reference(const ErrorData *error)
{
	static const char *const begin = "insert or update on table";

	return error->message_id && strncmp(error->message_id, begin, strlen(begin)) == 0;
}

static void
throw_foreign_key(const Violation *violation)
{
	Oid			oid = violation->error->constraint_name
	? get_relation_constraint_oid(violation->relid, violation->error->constraint_name,
								  true)
	: InvalidOid;
	HeapTuple	tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(oid));
	Form_pg_constraint constraint;

	if (!HeapTupleIsValid(tuple))
		return;
	constraint = (Form_pg_constraint) GETSTRUCT(tuple);
	if (scim_is_reference(violation->error))
	{
		if (violation->table)
			throw_refers(violation, constraint);
	}
	else if (violation->call->deletes)
		throw_still_referenced(violation, constraint);
	else if (is_of_table(violation->call->registration, constraint->confrelid))
		throw_referred(violation, tuple, constraint);
	ReleaseSysCache(tuple);
}

/* The attribute that the call writes, if it is no more than one. */
static const char *
only_path(const ScimCall *call)
{
	const char *path = NULL;

	for (int i = 0; call->split && i < call->registration->mapped_count; i++)
	{
		if (!call->split->changed[i])
			continue;
		if (path)
			return NULL;
		path = call->registration->mapped[i].path;
	}
	return path;
}

/* A value that a column, or an expression on it, cannot hold: PostgreSQL does not say which. */
static void
throw_data(const Violation *violation)
{
	const char *path = only_path(violation->call);
	ScimError  *error = scim_error(SCIM_COLUMN_REFUSES);
	const char *table = violation->call->registration->table;

	scim_error_text(error, "path", path);
	scim_error_whole(error, "relation", table);
	if (path)
		scim_throw(error, "%s: table %-s cannot hold this value", path, table);
	scim_throw(error, "%s: table %-s cannot hold one of its values",
			   violation->call->registration->type->name, table);
}

/* A domain of a column that no attribute has: those of mapped columns are asked before. */
static void
throw_domain(const Violation *violation)
{
	ScimError  *error = scim_error(SCIM_CONSTRAINT_REFUSES);
	const char *constraint = violation->error->constraint_name;

	scim_error_whole(error, "relation", violation->call->registration->table);
	scim_error_whole(error, "constraint", constraint);
	scim_throw(error,
			   "%s: domain \"%s\", which a column of table %-s is of, does not take a value%s%s%s",
			   violation->call->registration->type->name, violation->error->datatype_name,
			   violation->call->registration->table, constraint ? " (constraint \"" : "",
			   constraint ? constraint : "", constraint ? "\")" : "");
}

/* ---- which is it ---- */

/* What an error is about, and where PostgreSQL raises it. */
typedef enum Subject
{
	ABOUT_TABLE,				/* the statement, naming the table */
	ABOUT_DOMAIN,				/* the statement, naming a type */
	ABOUT_ANY,					/* the statement, naming the table or one that refers to it; from a
								 * trigger of its own */
	ABOUT_NOTHING				/* the statement, naming none */
} Subject;

typedef struct Kind
{
	int			sqlstate;		/* or a class: ERRCODE_TO_CATEGORY(sqlstate) */
	Subject		subject;
	void		(*throw) (const Violation *violation);
} Kind;

static const Kind kinds[] = {
	{ERRCODE_UNIQUE_VIOLATION, ABOUT_TABLE, throw_unique},
	{ERRCODE_NOT_NULL_VIOLATION, ABOUT_TABLE, throw_not_null},
	{ERRCODE_NOT_NULL_VIOLATION, ABOUT_DOMAIN, throw_domain},
	{ERRCODE_CHECK_VIOLATION, ABOUT_TABLE, throw_check},
	{ERRCODE_CHECK_VIOLATION, ABOUT_DOMAIN, throw_domain},
	{ERRCODE_EXCLUSION_VIOLATION, ABOUT_TABLE, throw_exclusion},
	{ERRCODE_FOREIGN_KEY_VIOLATION, ABOUT_ANY, throw_foreign_key},
	{ERRCODE_RESTRICT_VIOLATION, ABOUT_ANY, throw_foreign_key},
	{ERRCODE_DATA_EXCEPTION, ABOUT_NOTHING, throw_data},
};

static bool
is_state(const Kind *kind, int sqlstate)
{
	return kind->sqlstate == sqlstate || kind->sqlstate == ERRCODE_TO_CATEGORY(sqlstate);
}

bool
scim_is_violation(int sqlstate)
{
	for (size_t i = 0; i < lengthof(kinds); i++)
	{
		if (is_state(&kinds[i], sqlstate))
			return true;
	}
	return false;
}

/* Did the call's own statement raise it?  Foreign keys are triggers of PostgreSQL's own. */
static bool
is_raised_by_statement(const Violation *violation, Subject subject)
{
	if (subject != ABOUT_ANY)
		return violation->depth == 0;
	if (violation->error->funcname == NULL ||
		strcmp(violation->error->funcname, "ri_ReportViolation") != 0)
		return false;
	/* what goes along with a resource may be referred to as well */
	return violation->call->deletes ? violation->depth > 0 : violation->depth == 1;
}

/*
 * The table that the call writes, its resources' or their memberships', which
 * the relation is, or is a part of.
 */
static const ScimRegistration *
table_of(const ScimCall *call, Oid relid)
{
	const ScimRegistration *members = call->registration->type->has_members ?
		scim_find_members(call->registration->type) : NULL;

	if (is_of_table(call->registration, relid))
		return call->registration;
	return members && is_of_table(members, relid) ? members : NULL;
}

/*
 * Is the error about such a thing?  What is in a document has been looked at
 * before; only columns can be too small.
 */
static bool
is_about(const Violation *violation, Subject subject)
{
	switch (subject)
	{
		case ABOUT_TABLE:
			return violation->table != NULL;
		case ABOUT_DOMAIN:
			return violation->error->datatype_name != NULL;
		case ABOUT_ANY:
			return OidIsValid(violation->relid);
		case ABOUT_NOTHING:
			return !violation->call->registration->storage->created;
	}
	return false;
}

void
scim_throw_violation(const ScimCall *call, const ErrorData *error, int depth)
{
	Violation	violation = {.call = call, .error = error, .depth = depth};

	if (error->schema_name && error->table_name)
		violation.relid = get_relname_relid(error->table_name,
											get_namespace_oid(error->schema_name, true));
	if (OidIsValid(violation.relid))
		violation.table = table_of(call, violation.relid);
	for (size_t i = 0; i < lengthof(kinds); i++)
	{
		const Kind *kind = &kinds[i];

		if (is_state(kind, error->sqlerrcode) && is_about(&violation, kind->subject) &&
			is_raised_by_statement(&violation, kind->subject))
			kind->throw(&violation);
	}
}
