/*
 * order.c
 *		The order of a list, and points in it.
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "access/transam.h"
#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "catalog/pg_type.h"
#include "column/value.h"
#include "core/filter_path.h"
#include "core/path.h"
#include "query/access.h"
#include "query/attribute.h"
#include "query/column.h"
#include "query/order.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"

/* The type of the values of each kind of expression. */
static const Oid key_types[] = {
	[SCIM_SQL_EXACT] = TEXTOID,
	[SCIM_SQL_FOLDED] = TEXTOID,
	[SCIM_SQL_BOOLEAN] = BOOLOID,
	[SCIM_SQL_NUMBER] = NUMERICOID,
	[SCIM_SQL_INSTANT] = TIMESTAMPTZOID,
	[SCIM_SQL_BINARY] = BYTEAOID,
};

/* ---- what is asked for ---- */

static void
check_readable(const ScimPath *path, const char *sort_by)
{
	if (path->attribute->returned == SCIM_NEVER || (path->sub && path->sub->returned == SCIM_NEVER))
		scim_throw_path(SCIM_SENSITIVE, sort_by,
						"a list cannot be sorted by %s, which is never returned", path->text);
}

static void
resolve(const ScimResourceType *type, const ScimRules *rules, const char *sort_by, ScimPath *path)
{
	const ScimAttribute *attribute;

	scim_resolve_path(type, rules, sort_by, strlen(sort_by), path);
	if (path->filter)
		scim_throw_path(SCIM_INVALID_PATH, sort_by,
						"a list cannot be sorted by values that match a filter");
	attribute = path->sub ? path->sub : path->attribute;
	if (attribute == NULL || attribute->type == SCIM_COMPLEX)
		scim_throw_path(SCIM_INVALID_PATH, sort_by,
						"%s is complex: name the sub-attribute to sort by", path->text);
	check_readable(path, sort_by);
}

static bool
is_descending(const char *sort_order)
{
	if (sort_order == NULL || pg_strcasecmp(sort_order, "ascending") == 0)
		return false;
	if (pg_strcasecmp(sort_order, "descending") != 0)
		scim_throw_path(SCIM_BAD_PARAMETER, "sort_order",
						"sort_order must be \"ascending\" or \"descending\"");
	return true;
}

/* What the values of the key are. */
static void
find_key(ScimOrder *order)
{
	ScimAttributeSql *key = &order->key;

	if (key->type == SCIM_SQL_ID)
	{
		/* of the other side of a membership */
		key->value = psprintf("(CAST(%s AS pg_catalog.text) COLLATE pg_catalog.\"C\")", key->value);
		key->type = SCIM_SQL_EXACT;
	}
	if (key->type == SCIM_SQL_COLUMN)
		key->value = scim_column_order_sql(key->column, &order->key_type, &order->by_column);
	else
		order->key_type = key_types[key->type];
}

static void
begin_order(const char *sort_order, ScimOrder *order)
{
	memset(order, 0, sizeof(*order));
	order->descending = is_descending(sort_order);
	order->phases[order->phase_count++] = SCIM_PHASE_ALL;
}

static void
order_by(const ScimRegistration *registration, const ScimPath *path, ScimOrder *order)
{
	bool		descending = order->descending;

	scim_sort_sql(path, registration, &order->key);
	order->path = path->text;
	order->attribute = path->sub ? path->sub : path->attribute;
	order->by_id = !path->extension && strcmp(path->attribute->name, "id") == 0;
	/* the id itself, or what no resource has */
	if (order->key.value == NULL || order->by_id)
		order->key.value = NULL;
	else
	{
		find_key(order);
		order->phases[0] = descending ? SCIM_PHASE_MISSING : SCIM_PHASE_VALUES;
		order->phases[order->phase_count++] = descending ? SCIM_PHASE_VALUES : SCIM_PHASE_MISSING;
	}
}

/* sort_order is that of sort_by, and says nothing without it. */
void
scim_read_order(const ScimRegistration *registration, const ScimRules *rules,
				const char *sort_by, const char *sort_order, ScimOrder *order)
{
	ScimPath	path;

	begin_order(sort_order, order);
	if (sort_by == NULL)
	{
		order->descending = false;
		return;
	}
	resolve(registration->type, rules, sort_by, &path);
	scim_check_sort_access(registration, &path);
	order_by(registration, &path, order);
}

bool
scim_try_order(const ScimRegistration *registration, const char *sort_by, const char *sort_order,
			   ScimOrder *order)
{
	ScimPath	path;

	begin_order(sort_order, order);
	if (scim_find_path(registration->type, sort_by, strlen(sort_by), false, &path) ||
		path.attribute == NULL || (path.sub ? path.sub : path.attribute)->type == SCIM_COMPLEX ||
		scim_lacks(registration, &path))
		return false;
	check_readable(&path, sort_by);
	order_by(registration, &path, order);
	return true;
}

/* ---- SQL ---- */

static void
append_id(ScimSql *sql, const ScimRegistration *registration, const char *operator, const char *id)
{
	scim_append_template(sql, "r.{id}", registration);
	appendStringInfoString(&sql->text, operator);
	scim_append_id(sql, registration, id);
}

/*
 * Of a type whose operators are not PostgreSQL's own, as ROW takes one name for
 * all of its columns.
 */
static void
append_foreign_point(ScimSql *sql, const ScimRegistration *registration, const ScimOrder *order,
					 const ScimListPoint *point)
{
	int			beyond = order->descending ? BTLessStrategyNumber : BTGreaterStrategyNumber;
	int			at_least = order->descending ? BTLessEqualStrategyNumber
	: BTGreaterEqualStrategyNumber;
	Oid			operand;

	appendStringInfo(&sql->text, " AND %s%s", order->key.value,
					 scim_operator_sql(order->key_type, at_least, &operand));
	scim_append_argument(sql, operand, point->key);
	appendStringInfo(&sql->text, " AND (%s%s", order->key.value,
					 scim_operator_sql(order->key_type, beyond, &operand));
	scim_append_argument(sql, operand, point->key);
	appendStringInfoString(&sql->text, " OR ");
	append_id(sql, registration, order->descending ? SQL_OP("<") : SQL_OP(">"), point->id);
	appendStringInfoString(&sql->text, ")");
}

static void
append_point(ScimSql *sql, const ScimRegistration *registration, const ScimOrder *order,
			 const ScimListPoint *point)
{
	const char *operator = order->descending ? SQL_OP("<") : SQL_OP(">");

	if (point->phase != SCIM_PHASE_VALUES)
	{
		appendStringInfoString(&sql->text, " AND ");
		append_id(sql, registration, operator, point->id);
		return;
	}
	if (order->by_column && order->key_type >= FirstNormalObjectId &&
		get_typtype(order->key_type) != TYPTYPE_ENUM)
	{
		append_foreign_point(sql, registration, order, point);
		return;
	}
	appendStringInfo(&sql->text, " AND ROW(%s, ", order->key.value);
	scim_append_template(sql, "r.{id})", registration);
	appendStringInfo(&sql->text, "%sROW(", operator);
	scim_append_argument(sql, order->key_type, point->key);
	appendStringInfoString(&sql->text, ", ");
	scim_append_id(sql, registration, point->id);
	appendStringInfoString(&sql->text, ")");
}

void
scim_append_phase(ScimSql *sql, const ScimRegistration *registration, const ScimOrder *order,
				  ScimPhase phase, const ScimListPoint *point)
{
	if (phase != SCIM_PHASE_ALL && order->key.present)
		appendStringInfo(&sql->text, " AND %s%s", phase == SCIM_PHASE_VALUES ? "" : "NOT ",
						 order->key.present);
	else if (phase != SCIM_PHASE_ALL)
		appendStringInfo(&sql->text, " AND %s IS %s", order->key.value,
						 phase == SCIM_PHASE_VALUES ? "NOT NULL" : "NULL");
	if (point)
		append_point(sql, registration, order, point);
}

void
scim_append_order(ScimSql *sql, const ScimRegistration *registration, const ScimOrder *order,
				  ScimPhase phase)
{
	const char *direction = order->descending ? " DESC" : "";

	appendStringInfoString(&sql->text, " ORDER BY ");
	if (phase == SCIM_PHASE_VALUES)
		appendStringInfo(&sql->text, "%s%s, ", order->key.value, direction);
	scim_append_template(sql, "r.{id}", registration);
	appendStringInfoString(&sql->text, direction);
}

/* ---- points ---- */

JsonbValue
scim_order_value(const ScimOrder *order, Datum key)
{
	JsonbValue	value = {.type = jbvNumeric};

	if (order->by_column)
		return scim_column_to_json(order->key.column->column, key);
	switch (order->key.type)
	{
		case SCIM_SQL_BOOLEAN:
			value.type = jbvBool;
			value.val.boolean = DatumGetBool(key);
			return value;
		case SCIM_SQL_NUMBER:
			value.val.numeric = DatumGetNumeric(key);
			return value;
		case SCIM_SQL_INSTANT:
			value.val.numeric = DatumGetNumeric(DirectFunctionCall1(int8_numeric, key));
			return value;
		case SCIM_SQL_BINARY:
			key = DirectFunctionCall2(binary_encode, key, CStringGetTextDatum("hex"));
			return scim_text(TextDatumGetCString(key));
		default:
			return scim_text(TextDatumGetCString(key));
	}
}

Jsonb *
scim_write_point(const ScimOrder *order, const ScimListPoint *point)
{
	JsonbValue *state = scim_new_object();

	scim_set_text(state, "id", point->id);
	if (point->phase == SCIM_PHASE_VALUES)
	{
		JsonbValue	key = scim_order_value(order, point->key);

		scim_set_value(state, "key", &key);
	}
	return scim_write(state);
}

static bool
read_key(const ScimOrder *order, const JsonbValue *value, Datum *key)
{
	if (order->by_column)
		return scim_column_could_hold(order->key.column->column, value, key);
	switch (order->key.type)
	{
		case SCIM_SQL_BOOLEAN:
			*key = BoolGetDatum(value->type == jbvBool && value->val.boolean);
			return value->type == jbvBool;
		case SCIM_SQL_NUMBER:
		case SCIM_SQL_INSTANT:
			if (value->type != jbvNumeric)
				return false;
			*key = NumericGetDatum(value->val.numeric);
			if (order->key.type == SCIM_SQL_INSTANT)
				*key = DirectFunctionCall1(numeric_int8, *key);
			return true;
		default:
			break;
	}
	if (value->type != jbvString)
		return false;
	if (order->key.type == SCIM_SQL_BINARY)
		*key = DirectFunctionCall2(binary_decode, CStringGetTextDatum(scim_string_copy(value)),
								   CStringGetTextDatum("hex"));
	else
		*key = CStringGetTextDatum(scim_string_copy(value));
	return true;
}

bool
scim_read_point(const ScimRegistration *registration, const ScimOrder *order, Jsonb *state,
				ScimListPoint *point)
{
	JsonbValue	value;

	if (!JB_ROOT_IS_OBJECT(state) || !scim_find(&state->root, "id", &value) ||
		value.type != jbvString)
		return false;
	point->id = scim_string_copy(&value);
	if (!scim_is_id(registration->id_type, point->id))
		return false;
	point->phase = order->phase_count == 1 ? SCIM_PHASE_ALL : SCIM_PHASE_MISSING;
	if (!scim_find(&state->root, "key", &value))
		return true;
	point->phase = SCIM_PHASE_VALUES;
	return order->phase_count > 1 && read_key(order, &value, &point->key);
}
