/*
 * may_use.c
 *		What the policies of created tables ask, as SQL functions; and what the
 *		planner should know of it.
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "access/xact.h"
#include "base/compat.h"
#include "catalog/pg_am.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/pathnodes.h"
#include "nodes/supportnodes.h"
#include "optimizer/optimizer.h"
#include "statement/granted.h"
#include "statement/may_use.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/selfuncs.h"
#include "utils/syscache.h"

PG_FUNCTION_INFO_V1(scim_may_use);
PG_FUNCTION_INFO_V1(scim_my_tenants);
PG_FUNCTION_INFO_V1(scim_may_use_support);

/* ---- asking ---- */

/* A place in a statement that asks. */
typedef struct Place
{
	TimestampTz began;			/* the client's statement that asked last from here */
	MemoryContextCallback callback;
} Place;

/* The memory of the statement that asked last, as long as it is there; and the client's. */
static MemoryContext asking = NULL;
static TimestampTz asking_began;

static void
statement_ends(void *statement)
{
	if (asking == statement)
		asking = NULL;
}

static Place *
make_place(FmgrInfo *place)
{
	Place	   *made = MemoryContextAllocZero(place->fn_mcxt, sizeof(Place));

	made->callback.func = statement_ends;
	made->callback.arg = place->fn_mcxt;
	MemoryContextRegisterResetCallback(place->fn_mcxt, &made->callback);
	return place->fn_extra = made;
}

/*
 * A statement that begins to ask hears of what other sessions have changed; one
 * with a saved plan, in a transaction that has its locks, would not by itself.
 * The other places of the statement that ask are to say the same, so they do not.
 * (An expression of PL/pgSQL is one place for the whole transaction, whatever the
 * client sends; so the client's statement counts, too.)
 */
static void
begin_asking(FmgrInfo *place)
{
	Place	   *known = place->fn_extra;
	TimestampTz began = GetCurrentStatementStartTimestamp();

	if (likely(known && known->began == began))
		return;
	if (known == NULL)
		known = make_place(place);
	if (place->fn_mcxt != asking || asking_began != began)
	{
		AcceptInvalidationMessages();
		asking = place->fn_mcxt;
		asking_began = began;
	}
	known->began = began;
}

/* scim_may_use(tenant_id text) -> boolean: may the current role work in the tenant? */
Datum
scim_may_use(PG_FUNCTION_ARGS)
{
	text	   *tenant = PG_GETARG_TEXT_PP(0);

	begin_asking(fcinfo->flinfo);
	PG_RETURN_BOOL(scim_is_granted(VARDATA_ANY(tenant), VARSIZE_ANY_EXHDR(tenant)));
}

bool
scim_is_may_use(Oid function)
{
	FmgrInfo	found;

	/* with settings or rights of its own, it is called by way of another */
	fmgr_info(function, &found);
	return found.fn_addr == scim_may_use;
}

/* scim_my_tenants() -> text[]: those that it may work in. */
Datum
scim_my_tenants(PG_FUNCTION_ARGS)
{
	const Datum *tenants;
	int			count;

	begin_asking(fcinfo->flinfo);
	tenants = scim_granted_tenants(&count);
	PG_RETURN_ARRAYTYPE_P(construct_array((Datum *) tenants, count, TEXTOID, -1, false,
										  TYPALIGN_INT));
}

/* ---- planning ---- */

/*
 * Of a role with more tenants, an index is not asked for all of them: the planner
 * takes them for ten, whatever it is told, and would look for each of them once for
 * every row of a join.
 */
#define MOST_SOUGHT 32

/* Does one of the conditions name the column, but for those that ask scim_may_use? */
static bool
conditions_name(List *conditions, const Var *column, Oid may_use)
{
	ListCell   *cell;

	foreach(cell, conditions)
	{
		Expr	   *clause = lfirst_node(RestrictInfo, cell)->clause;
		Bitmapset  *columns = NULL;

		if (IsA(clause, FuncExpr) && ((FuncExpr *) clause)->funcid == may_use)
			continue;
		pull_varattnos((Node *) clause, column->varno, &columns);
		if (bms_is_member(column->varattno - FirstLowInvalidHeapAttributeNumber, columns))
			return true;
	}
	return false;
}

/* Is the column equal to something else? */
static bool
equals_something(PlannerInfo *root, const Var *column)
{
	ListCell   *cell;
	ListCell   *member;

	foreach(cell, root->eq_classes)
	{
		EquivalenceClass *class = lfirst_node(EquivalenceClass, cell);

		if (list_length(class->ec_members) < 2)
			continue;
		foreach(member, class->ec_members)
		{
			if (equal(lfirst_node(EquivalenceMember, member)->em_expr, column))
				return true;
		}
	}
	return false;
}

/*
 * The relation of a column whose tenants the query leaves to the policy; NULL: it
 * says something of them itself, or the argument is no such column.
 */
static RelOptInfo *
open_relation(PlannerInfo *root, Node *argument, Oid may_use)
{
	const Var  *column = (Var *) argument;
	RelOptInfo *relation;

	if (root == NULL || !IsA(argument, Var) || column->varlevelsup != 0 || column->varattno <= 0 ||
		IS_SPECIAL_VARNO(column->varno) || (int) column->varno >= root->simple_rel_array_size)
		return NULL;
	relation = root->simple_rel_array[column->varno];
	if (relation == NULL || relation->reloptkind != RELOPT_BASEREL ||
		equals_something(root, column) ||
		conditions_name(relation->baserestrictinfo, column, may_use) ||
		conditions_name(relation->joininfo, column, may_use))
		return NULL;
	return relation;
}

/* Is the condition the first of its kind?  One is enough for an index. */
static bool
is_first(const RelOptInfo *relation, const Node *condition, Oid may_use)
{
	ListCell   *cell;

	foreach(cell, relation->baserestrictinfo)
	{
		Expr	   *clause = lfirst_node(RestrictInfo, cell)->clause;

		if (IsA(clause, FuncExpr) && ((FuncExpr *) clause)->funcid == may_use)
			return (Node *) clause == condition;
	}
	return false;
}

/*
 * scim_may_use(tenant_id), where the query names no tenant: the rows are in an
 * index that begins with the tenant,
 *		tenant_id = ANY (scim_my_tenants())
 * which is asked first, and each row all the same.  Where the query names one,
 * this would have the index look into all the others for nothing.
 */
static Node *
index_condition(SupportRequestIndexCondition *request)
{
	Node	   *argument;
	RelOptInfo *relation;
	Oid			my_tenants;
	int			mine;
	ScalarArrayOpExpr *condition;

	if (!is_funcclause(request->node) || request->indexarg != 0 || request->indexcol != 0 ||
		request->index->relam != BTREE_AM_OID ||
		get_op_opfamily_strategy(TextEqualOperator, request->opfamily) != BTEqualStrategyNumber)
		return NULL;
	argument = linitial(((FuncExpr *) request->node)->args);
	relation = open_relation(request->root, argument, request->funcid);
	if (relation == NULL || !is_first(relation, request->node, request->funcid))
		return NULL;
	(void) scim_granted_tenants(&mine);
	if (mine > MOST_SOUGHT)
		return NULL;
	my_tenants = GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid,
								 CStringGetDatum("scim_my_tenants"),
								 PointerGetDatum(buildoidvector(NULL, 0)),
								 ObjectIdGetDatum(get_func_namespace(request->funcid)));
	if (!OidIsValid(my_tenants) || !scim_may_execute(my_tenants, GetUserId()))
		return NULL;

	/*
	 * The participants of a parallel scan of the index would each evaluate the array; if a grant
	 * came in between, they would not share out the same keys, and return rows twice, or not. (In
	 * a bitmap scan, one of them reads the index.)
	 */
	request->index->amcanparallel = false;

	condition = makeNode(ScalarArrayOpExpr);
	condition->opno = TextEqualOperator;
	condition->opfuncid = F_TEXTEQ;
	condition->useOr = true;
	condition->inputcollid = request->indexcollation;
	condition->args = list_make2(argument,
								 makeFuncExpr(my_tenants, TEXTARRAYOID, NIL, InvalidOid, InvalidOid,
											  COERCE_EXPLICIT_CALL));
	condition->location = -1;
	request->lossy = true;
	return (Node *) list_make1(condition);
}

/*
 * Who names a tenant means one that he may use; who names none gets as many of the
 * tenants that there are as he has.
 */
static Node *
selectivity(SupportRequestSelectivity *request)
{
	Node	   *argument = list_length(request->args) == 1 ? linitial(request->args) : NULL;
	VariableStatData statistics;
	bool		is_default;
	double		distinct;
	int			mine;

	if (argument == NULL || request->is_join)
		return NULL;
	request->selectivity = 1.0;
	if (open_relation(request->root, argument, request->funcid))
	{
		examine_variable(request->root, argument, request->varRelid, &statistics);
		distinct = get_variable_numdistinct(&statistics, &is_default);
		ReleaseVariableStats(statistics);
		(void) scim_granted_tenants(&mine);
		if (!is_default && distinct >= 1)
			request->selectivity = Min(mine / distinct, 1.0);
	}
	return (Node *) request;
}

/* scim_may_use_support(internal) -> internal */
Datum
scim_may_use_support(PG_FUNCTION_ARGS)
{
	Node	   *request = (Node *) PG_GETARG_POINTER(0);

	if (IsA(request, SupportRequestIndexCondition))
		PG_RETURN_POINTER(index_condition((SupportRequestIndexCondition *) request));
	if (IsA(request, SupportRequestSelectivity))
		PG_RETURN_POINTER(selectivity((SupportRequestSelectivity *) request));
	PG_RETURN_POINTER(NULL);
}
