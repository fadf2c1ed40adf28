/*
 * merge_function.c
 *		Functions that policies name in merge_rules.
 *
 * They are looked for by name whenever they are to decide: they may have been replaced, or
 * be gone, since the policy was set.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "base/compat.h"
#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "catalog/namespace.h"
#include "catalog/objectaccess.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "core/canonical.h"
#include "core/content.h"
#include "core/sides.h"
#include "decision/merge_function.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "registry/cache.h"
#include "resource/frame.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "utils/varlena.h"

/* ---- finding it ---- */

static SCIM_NORETURN void refuse(const char *name, const char *path, const char *problem);

static void
refuse(const char *name, const char *path, const char *problem)
{
	scim_throw_path(SCIM_BAD_MERGE_FUNCTION, path, "the merge function \"%s\" %-s", name, problem);
}

/* Of that name, with the arguments of a merge; InvalidOid: there is none. */
static Oid
find_function(const char *name, const char *path)
{
	static const Oid types[] = {JSONBOID, JSONBOID, JSONBOID};
	char	   *copy = pstrdup(name);
	List	   *names;
	Oid			schema;

	if (!SplitIdentifierString(copy, '.', &names) || list_length(names) != 2)
		refuse(name, path, "must be named as schema.name");
	schema = get_namespace_oid(linitial(names), true);
	if (!OidIsValid(schema) || !scim_may_use_schema(schema, GetUserId()))
		return InvalidOid;
	return GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid, CStringGetDatum(lsecond(names)),
						   PointerGetDatum(buildoidvector(types, lengthof(types))),
						   ObjectIdGetDatum(schema));
}

static bool
is_of_table_owner(const ScimResourceType *type, Oid owner)
{
	const ScimRegistration *table = scim_find_table(type);
	HeapTuple	row = table ? SearchSysCache1(RELOID, ObjectIdGetDatum(table->relid)) : NULL;
	bool		is = HeapTupleIsValid(row) && ((Form_pg_class) GETSTRUCT(row))->relowner == owner;

	if (HeapTupleIsValid(row))
		ReleaseSysCache(row);
	return is;
}

/* Why can it not be called for that role (InvalidOid: for whoever writes)?  NULL: it can. */
static const char *
problem_of(const ScimResourceType *type, Oid function, Oid role)
{
	HeapTuple	row = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	Form_pg_proc form;
	const char *problem = NULL;

	if (!HeapTupleIsValid(row))
		return "does not exist";
	form = (Form_pg_proc) GETSTRUCT(row);
	if (form->prokind != PROKIND_FUNCTION || form->proretset || form->prorettype != JSONBOID)
		problem = "does not return one jsonb";
	else if (!superuser_arg(form->proowner) && form->proowner != role &&
			 !is_of_table_owner(type, form->proowner))
		problem = "is not of the owner of the table, nor a superuser's";
	ReleaseSysCache(row);
	return problem;
}

/* One that can be called for the role. */
static Oid
require_function(const ScimResourceType *type, const char *name, const char *path, Oid role)
{
	Oid			function = find_function(name, path);
	const char *problem = problem_of(type, function, role);

	if (problem)
		refuse(name, path, problem);
	if (!scim_may_execute(function, GetUserId()))
		aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_FUNCTION, name);
	InvokeFunctionExecuteHook(function);
	return function;
}

/* Who sets a policy must be able to call it himself. */
static void
check(const ScimResourceType *type, const char *name, const char *path)
{
	(void) require_function(type, name, path, InvalidOid);
}

/* ---- calling it ---- */

typedef struct Asking
{
	ScimFrame	frame;
	Oid			function;
	const JsonbValue *const *of;
	Jsonb	   *result;			/* NULL: none */
	bool		decides;
} Asking;

/* What a strict function does not look at, it does not decide. */
static void
ask(void *argument)
{
	Asking	   *asking = argument;
	FmgrInfo	call;
	Datum		result;

	LOCAL_FCINFO(arguments, SCIM_THREE);

	fmgr_info(asking->function, &call);
	InitFunctionCallInfoData(*arguments, &call, SCIM_THREE, InvalidOid, NULL, NULL);
	asking->decides = true;
	for (int side = 0; side < SCIM_THREE; side++)
	{
		const JsonbValue *value = asking->of[side];

		arguments->args[side].isnull = value == NULL;
		arguments->args[side].value = value ? JsonbPGetDatum(scim_write(value)) : (Datum) 0;
		if (value == NULL && call.fn_strict)
			asking->decides = false;
	}
	if (!asking->decides)
		return;
	result = FunctionCallInvoke(arguments);
	asking->result = arguments->isnull ? NULL : DatumGetJsonbPCopy(result);
}

/* As it counts; NULL: unassigned. */
static const JsonbValue *
take_result(Jsonb *result, const char *name, const char *path)
{
	JsonbValue	root;
	JsonbValue *taken = palloc(sizeof(JsonbValue));

	scim_root(result, &root);
	if (!scim_can_be_content(&root))
		refuse(name, path, "returned a number of more digits than any may have");
	*taken = scim_pruned(&root);
	if (taken->type == jbvObject || taken->type == jbvArray)
		scim_root(scim_write(taken), taken);
	return scim_is_unassigned(taken) ? NULL : taken;
}

static bool
call_function(const ScimResourceType *type, const char *name, const char *path,
			  const JsonbValue *const *of, const JsonbValue **result)
{
	Asking		asking = {
		.frame = {.kind = SCIM_FOREIGN_FRAME},
		.function = require_function(type, name, path, GetUserId()),
		.of = of
	};

	scim_run_in_frame(&asking.frame, ask, &asking);
	*result = asking.result ? take_result(asking.result, name, path) : NULL;
	return asking.decides;
}

const ScimMergeFunctions scim_merge_functions = {check, call_function};
