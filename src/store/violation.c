/*
 * violation.c
 *		Constraints of the registered table that a scim_ call violates.
 *
 * PostgreSQL says which constraint it was; the catalog says on which columns,
 * and the mapping, which attributes these are.  What an application's own
 * trigger raises is no business of ours, be it called the same.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_index.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_partitioned_table.h"
#include "catalog/pg_type.h"
#include "errors.h"
#include "nodes/bitmapset.h"
#include "nodes/readfuncs.h"
#include "optimizer/optimizer.h"
#include "store/required.h"
#include "store/unique.h"
#include "store/violation.h"
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
	Oid			relid;			/* the relation that it names: the table, one of its partitions, or another one */
	bool		is_ours;		/* not another one */
} Violation;

/* ---- columns and attributes ---- */

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
		{SCIM_COLUMN_ID, "id"}, {SCIM_COLUMN_TENANT, "tenant_id"}, {SCIM_COLUMN_PASSWORD, "password"}
	};

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

static bool
is_data(const ScimRegistration *registration, const char *column)
{
	const char *data = registration->columns[SCIM_COLUMN_DATA];

	return data && strcmp(data, quote_identifier(column)) == 0;
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
 * The attribute that is to be mended, of those in the columns of the relation.
 * False: none of them is for a client to write.  *path is NULL where it is
 * somewhere in the document.
 */
static bool
find_path(const ScimCall *call, Oid relid, const Bitmapset *columns, const char **path)
{
	bool		found = false;
	int			best = 0;
	int			i = -1;

	*path = NULL;
	while ((i = bms_next_member(columns, i)) >= 0)
	{
		char	   *name = get_attname(relid, i + NUMBER_OFFSET, true);
		const char *candidate = name ? path_of(call->registration, name) : NULL;

		found |= candidate != NULL || (name && is_data(call->registration, name));
		if (candidate == NULL || rank_of(call, candidate) <= best)
			continue;
		*path = candidate;
		best = rank_of(call, candidate);
	}
	return found;
}

static Bitmapset *
columns_of_index(const Violation *violation)
{
	Oid			index = get_relname_relid(violation->error->constraint_name,
										  get_rel_namespace(violation->relid));
	HeapTuple	tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(index));
	Bitmapset  *columns = NULL;
	Form_pg_index form;
	Datum		expressions;
	bool		isnull;

	if (!HeapTupleIsValid(tuple))
		return NULL;
	form = (Form_pg_index) GETSTRUCT(tuple);
	for (int i = 0; i < form->indnkeyatts; i++)
	{
		if (form->indkey.values[i] != 0)
			columns = bms_add_member(columns, form->indkey.values[i] - NUMBER_OFFSET);
	}
	expressions = SysCacheGetAttr(INDEXRELID, tuple, Anum_pg_index_indexprs, &isnull);
	if (!isnull)
		pull_varattnos(stringToNode(TextDatumGetCString(expressions)), 1, &columns);
	ReleaseSysCache(tuple);
	return columns;
}

static Bitmapset *
columns_of_constraint(const Violation *violation)
{
	Oid			constraint;

	if (violation->error->constraint_name == NULL)
		return NULL;
	return get_relation_constraint_attnos(violation->relid, violation->error->constraint_name, true, &constraint);
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

static void
throw_not_null(const Violation *violation)
{
	const ScimRegistration *registration = violation->call->registration;
	const char *column = violation->error->column_name;
	const char *path = column ? path_of(registration, column) : NULL;

	if (path == NULL)
		return;
	if (strcmp(path, "id") == 0)
		scim_throw_no_id(registration);
	scim_throw_path(SCIM_INVALID_VALUE, path, "%s must have a value: column \"%s\" of table %s takes no NULL",
					path, column, registration->table);
}

static void
throw_check(const Violation *violation)
{
	const char *constraint = violation->error->constraint_name;
	const char *path;

	if (constraint == NULL)
	{
		if (find_path(violation->call, violation->relid, columns_of_partitions(violation), &path) && path)
			scim_throw_path(SCIM_INVALID_VALUE, path, "%s: no partition of table %s takes this value", path,
							violation->call->registration->table);
		return;
	}
	if (!find_path(violation->call, violation->relid, columns_of_constraint(violation), &path))
		return;
	if (path)
		scim_throw_path(SCIM_INVALID_VALUE, path, "%s: table %s does not take this value (constraint \"%s\")",
						path, violation->call->registration->table, constraint);
	scim_throw(scim_error(SCIM_INVALID_VALUE), "table %s does not take this document (constraint \"%s\")",
			   violation->call->registration->table, constraint);
}

static void
throw_exclusion(const Violation *violation)
{
	const char *constraint = violation->error->constraint_name;
	const char *path;

	if (constraint == NULL || !find_path(violation->call, violation->relid, columns_of_index(violation), &path) ||
		path == NULL)
		return;
	scim_throw_path(SCIM_INVALID_VALUE, path, "%s: table %s does not take this value beside another %s's (constraint \"%s\")",
					path, violation->call->registration->table, violation->call->registration->type->name, constraint);
}

static void
throw_unique(const Violation *violation)
{
	const char *path = NULL;

	if (violation->error->constraint_name && violation->call->registration->is_mapped)
		find_path(violation->call, violation->relid, columns_of_index(violation), &path);
	scim_throw_lost(violation->call, path, violation->error->constraint_name);
}

/* The row that a foreign key of the table refers to is not there. */
static void
throw_refers(const Violation *violation, const FormData_pg_constraint *constraint)
{
	const char *path;

	if (find_path(violation->call, violation->relid, columns_of_constraint(violation), &path) && path)
		scim_throw_path(SCIM_INVALID_VALUE, path, "%s: there is no such row in table \"%s\" (constraint \"%s\")",
						path, get_rel_name(constraint->confrelid), NameStr(constraint->conname));
}

/* Rows of another table still refer to the resource, by its id, or an attribute that would change. */
static void
throw_referred(const Violation *violation, HeapTuple tuple, const FormData_pg_constraint *constraint)
{
	const ScimCall *call = violation->call;
	bool		isnull;
	Datum		keys = SysCacheGetAttr(CONSTROID, tuple, Anum_pg_constraint_confkey, &isnull);
	Bitmapset  *columns = NULL;
	const char *path;
	Datum	   *numbers;
	int			count;

	deconstruct_array(DatumGetArrayTypeP(keys), INT2OID, sizeof(int16), true, TYPALIGN_SHORT, &numbers, NULL, &count);
	for (int i = 0; i < count; i++)
		columns = bms_add_member(columns, DatumGetInt16(numbers[i]) - NUMBER_OFFSET);
	if (call->split == NULL || !find_path(call, constraint->confrelid, columns, &path) || path == NULL)
		path = "id";
	scim_throw_path(SCIM_INVALID_VALUE, path, "table \"%s\" still refers to this %s by %s (constraint \"%s\")",
					violation->error->table_name, call->registration->type->name, path,
					NameStr(constraint->conname));
}

static bool
is_part(const ScimRegistration *registration, Oid relid)
{
	return relid == registration->relid ||
		list_member_oid(find_all_inheritors(registration->relid, NoLock, NULL), relid);
}

/* A table may refer to itself: PostgreSQL's message alone tells the two apart. */
static bool
is_reference(const ErrorData *error)
{
	static const char *const begin = "insert or update on table";

	return error->message_id && strncmp(error->message_id, begin, strlen(begin)) == 0;
}

static void
throw_foreign_key(const Violation *violation)
{
	Oid			oid = violation->error->constraint_name ?
	get_relation_constraint_oid(violation->relid, violation->error->constraint_name, true) : InvalidOid;
	HeapTuple	tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(oid));
	Form_pg_constraint constraint;

	if (!HeapTupleIsValid(tuple))
		return;
	constraint = (Form_pg_constraint) GETSTRUCT(tuple);
	if (is_reference(violation->error))
	{
		if (violation->is_ours)
			throw_refers(violation, constraint);
	}
	else if (is_part(violation->call->registration, constraint->confrelid))
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

/* A value that a column cannot hold: PostgreSQL does not say which. */
static void
throw_data(const Violation *violation)
{
	const char *path = only_path(violation->call);

	if (path)
		scim_throw_path(SCIM_INVALID_VALUE, path, "%s: table %s cannot hold this value", path,
						violation->call->registration->table);
}

/* ---- which is it ---- */

/* What an error is about, and where PostgreSQL raises it. */
typedef enum Subject
{
	ABOUT_TABLE,				/* the statement, naming the table */
	ABOUT_ANY,					/* the statement, naming the table or one that refers to it; from a trigger of its own */
	ABOUT_NOTHING				/* the statement, naming none */
} Subject;

typedef struct Kind
{
	int			sqlstate;
	Subject		subject;
	void		(*throw) (const Violation *violation);
} Kind;

static const Kind kinds[] = {
	{ERRCODE_UNIQUE_VIOLATION, ABOUT_TABLE, throw_unique},
	{ERRCODE_NOT_NULL_VIOLATION, ABOUT_TABLE, throw_not_null},
	{ERRCODE_CHECK_VIOLATION, ABOUT_TABLE, throw_check},
	{ERRCODE_EXCLUSION_VIOLATION, ABOUT_TABLE, throw_exclusion},
	{ERRCODE_FOREIGN_KEY_VIOLATION, ABOUT_ANY, throw_foreign_key},
	{ERRCODE_RESTRICT_VIOLATION, ABOUT_ANY, throw_foreign_key},
	{ERRCODE_STRING_DATA_RIGHT_TRUNCATION, ABOUT_NOTHING, throw_data},
	{ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, ABOUT_NOTHING, throw_data},
	{ERRCODE_INVALID_TEXT_REPRESENTATION, ABOUT_NOTHING, throw_data},
};

static const Kind *
find_kind(int sqlstate)
{
	for (size_t i = 0; i < lengthof(kinds); i++)
	{
		if (kinds[i].sqlstate == sqlstate)
			return &kinds[i];
	}
	return NULL;
}

bool
scim_is_violation(int sqlstate)
{
	return find_kind(sqlstate) != NULL;
}

/* Did the call's own statement raise it?  Foreign keys are triggers of PostgreSQL's own. */
static bool
is_raised_by_statement(const Violation *violation, Subject subject)
{
	const ScimCall *call = violation->call;

	if (subject != ABOUT_ANY)
		return call->error_depth == call->depth;
	return call->error_depth == call->depth + 1 && violation->error->funcname &&
		strcmp(violation->error->funcname, "ri_ReportViolation") == 0;
}

void
scim_throw_violation(const ScimCall *call, const ErrorData *error)
{
	const Kind *kind = find_kind(error->sqlerrcode);
	Violation	violation = {.call = call, .error = error};

	/* of a created table the schema has said everything else before */
	if (kind == NULL || (!call->registration->is_mapped && kind->sqlstate != ERRCODE_UNIQUE_VIOLATION) ||
		!is_raised_by_statement(&violation, kind->subject))
		return;
	if (error->schema_name && error->table_name)
		violation.relid = get_relname_relid(error->table_name, get_namespace_oid(error->schema_name, true));
	violation.is_ours = OidIsValid(violation.relid) && is_part(call->registration, violation.relid);
	if (violation.is_ours || (kind->subject == ABOUT_ANY && OidIsValid(violation.relid)) ||
		kind->subject == ABOUT_NOTHING)
		kind->throw(&violation);
}
