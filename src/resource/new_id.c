/*
 * new_id.c
 *		The id that a new row would get.
 *
 * What its column's default says is evaluated as the INSERT would: as the caller, who may lack
 * a right that it needs, and outside of any call of ours that is under way.
 */
#include "postgres.h"

#include "access/table.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "optimizer/optimizer.h"
#include "resource/frame.h"
#include "resource/new_id.h"
#include "rewrite/rewriteHandler.h"
#include "utils/acl.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

/* A default that is evaluated. */
typedef struct Drawing
{
	ScimFrame	frame;
	const ScimIdType *type;
	Expr	   *expression;
	char	   *id;				/* NULL: it is NULL */
} Drawing;

/* May the caller say what is inserted there? */
static bool
may_name(const ScimRegistration *table, AttrNumber number)
{
	Oid			role = GetUserId();

	return pg_class_aclcheck(table->relid, role, ACL_INSERT) == ACLCHECK_OK ||
		pg_attribute_aclcheck(table->relid, number, role, ACL_INSERT) == ACLCHECK_OK;
}

/* What it is in almost all tables need not be evaluated. */
static bool
is_random_uuid(const Node *expression)
{
	return IsA(expression, FuncExpr) &&
		((const FuncExpr *) expression)->funcid == F_GEN_RANDOM_UUID;
}

static char *
random_uuid(const ScimIdType *type)
{
	return scim_id_text(type, DirectFunctionCall1(gen_random_uuid, (Datum) 0));
}

static void
evaluate(void *argument)
{
	Drawing    *drawing = argument;
	EState	   *estate = CreateExecutorState();
	ExprState  *state = ExecInitExpr(expression_planner(drawing->expression), NULL);
	bool		isnull;
	Datum		value = ExecEvalExprSwitchContext(state, GetPerTupleExprContext(estate), &isnull);

	if (!isnull)
		drawing->id = scim_id_text(drawing->type, value);
	FreeExecutorState(estate);
}

/* An empty text is no id: the INSERT says that. */
static char *
draw_default(const ScimRegistration *table, Node *expression)
{
	Drawing		drawing = {
		.frame = {.kind = SCIM_FOREIGN_FRAME},
		.type = table->id_type,
		.expression = (Expr *) expression
	};

	scim_run_in_frame(&drawing.frame, evaluate, &drawing);
	return drawing.id && drawing.id[0] != '\0' ? drawing.id : NULL;
}

/* The default of the column of ids; NULL: there is none. */
static Node *
default_of(const ScimRegistration *table)
{
	Relation	relation = table_open(table->relid, AccessShareLock);
	Node	   *expression = build_column_default(relation, table->numbers[SCIM_COLUMN_ID]);

	table_close(relation, NoLock);
	return expression;
}

/* Who cannot say what is to be inserted there cannot tell it before, either. */
static bool
is_generated(const ScimRegistration *table)
{
	return get_attgenerated(table->relid, table->numbers[SCIM_COLUMN_ID]) != '\0';
}

bool
scim_draws_ids(const ScimRegistration *table)
{
	return !is_generated(table) && may_name(table, table->numbers[SCIM_COLUMN_ID]) &&
		(table->id_type->type == UUIDOID || default_of(table) != NULL);
}

char *
scim_draw_id(const ScimRegistration *table)
{
	Node	   *expression;

	if (is_generated(table) || !may_name(table, table->numbers[SCIM_COLUMN_ID]))
		return NULL;
	expression = default_of(table);
	if (expression == NULL)
		return table->id_type->type == UUIDOID ? random_uuid(table->id_type) : NULL;
	if (is_random_uuid(expression))
		return random_uuid(table->id_type);
	return draw_default(table, expression);
}
