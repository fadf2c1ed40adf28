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

static char *
draw(const ScimRegistration *table, Relation relation)
{
	AttrNumber	number = table->numbers[SCIM_COLUMN_ID];
	Node	   *expression;

	if (TupleDescAttr(RelationGetDescr(relation), number - 1)->attgenerated != '\0' ||
		!may_name(table, number))
		return NULL;
	expression = build_column_default(relation, number);
	if (expression == NULL)
		return table->id_type->type == UUIDOID ? random_uuid(table->id_type) : NULL;
	if (is_random_uuid(expression))
		return random_uuid(table->id_type);
	return draw_default(table, expression);
}

char *
scim_draw_id(const ScimRegistration *table)
{
	Relation	relation = table_open(table->relid, AccessShareLock);
	char	   *id = draw(table, relation);

	table_close(relation, NoLock);
	return id;
}
