/*
 * our_trigger.c
 *		Which triggers are ours.
 *
 * A trigger is ours if it calls a trigger function of this extension, at a time
 * and with arguments that the function takes.  Only who may execute that
 * function can make one; a name proves nothing.  One of ours may have been made
 * by hand all the same: that its mapping fits its table is looked at where the
 * mapping is read.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "base/errors.h"
#include "catalog/indexing.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "common/jsonapi.h"
#include "mb/pg_wchar.h"
#include "registry/extension.h"
#include "registry/our_trigger.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/inval.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#define UNFIT_FOR_ROWS (TRIGGER_TYPE_DELETE | TRIGGER_TYPE_TRUNCATE | TRIGGER_TYPE_INSTEAD)
#define UNFIT_FOR_CHANGES (TRIGGER_TYPE_BEFORE | TRIGGER_TYPE_INSTEAD)
#define UNFIT_FOR_DELETES \
	(UNFIT_FOR_CHANGES | TRIGGER_TYPE_ROW | TRIGGER_TYPE_INSERT | TRIGGER_TYPE_UPDATE)
#define ALL_CHANGES (TRIGGER_TYPE_INSERT | TRIGGER_TYPE_UPDATE | TRIGGER_TYPE_DELETE)
#define HISTORY_FIRES \
	"AFTER INSERT OR UPDATE OR DELETE FOR EACH ROW, or BEFORE TRUNCATE FOR EACH STATEMENT," \
	" with a resource type"

#define LEASE_FIRES \
	"BEFORE DELETE FOR EACH ROW, or BEFORE TRUNCATE FOR EACH STATEMENT, with a resource type"

/* One of the ways in which triggers of a kind fire; a function may have more than one. */
typedef struct Form
{
	ScimTriggerKind kind;
	const char *function;
	int			least;			/* arguments */
	int			most;
	int16		needed;			/* of level, timing and events, as pg_trigger has them */
	int16		unfit;
	const char *arguments;		/* for people */
} Form;

static const Form forms[] = {
	{SCIM_ROW_KIND, "scim_row_trigger", 2, 3, TRIGGER_TYPE_ROW | TRIGGER_TYPE_BEFORE,
		UNFIT_FOR_ROWS,
	"BEFORE INSERT OR UPDATE FOR EACH ROW, with a resource type, a mapping, and options"},
	{SCIM_MEMBERS_KIND, "scim_members_trigger", 2, 3, 0, UNFIT_FOR_CHANGES,
	"AFTER changes, with a resource type, a mapping, and options"},
	{SCIM_DELETE_KIND, "scim_delete_trigger", 1, 1, 0, UNFIT_FOR_DELETES,
	"AFTER DELETE or TRUNCATE FOR EACH STATEMENT, with a resource type"},
	{SCIM_HISTORY_KIND, "scim_history_trigger", 1, 1, TRIGGER_TYPE_ROW | ALL_CHANGES,
		UNFIT_FOR_CHANGES | TRIGGER_TYPE_TRUNCATE,
	HISTORY_FIRES},
	{SCIM_HISTORY_KIND, "scim_history_trigger", 1, 1, TRIGGER_TYPE_BEFORE | TRIGGER_TYPE_TRUNCATE,
		TRIGGER_TYPE_ROW | TRIGGER_TYPE_INSTEAD | ALL_CHANGES,
	HISTORY_FIRES},
	{SCIM_LEASE_KIND, "scim_lease_trigger", 1, 1,
		TRIGGER_TYPE_BEFORE | TRIGGER_TYPE_ROW | TRIGGER_TYPE_DELETE,
		TRIGGER_TYPE_INSTEAD | TRIGGER_TYPE_TRUNCATE | TRIGGER_TYPE_INSERT | TRIGGER_TYPE_UPDATE,
	LEASE_FIRES},
	{SCIM_LEASE_KIND, "scim_lease_trigger", 1, 1, TRIGGER_TYPE_BEFORE | TRIGGER_TYPE_TRUNCATE,
		TRIGGER_TYPE_ROW | TRIGGER_TYPE_INSTEAD | ALL_CHANGES,
	LEASE_FIRES},
};

/* ---- the functions ---- */

static Oid	functions[lengthof(forms)];
static bool known = false;		/* are they? */
static uint64 changes = 0;

static void
function_changed(Datum argument, int cache_id, uint32 hash_value)
{
	known = false;
	changes++;
}

static void
find_functions(void)
{
	static bool registered = false;
	Oid			found[lengthof(forms)];
	uint64		started;

	if (!registered)
		CacheRegisterSyscacheCallback(PROCOID, function_changed, (Datum) 0);
	registered = true;
	do
	{
		started = changes;
		for (size_t i = 0; i < lengthof(forms); i++)
			found[i] = scim_find_extension_function("scimver", forms[i].function, 0, NULL);
		/* where debug_discard_caches says so, all is said to have changed all the time */
	} while (started != changes && debug_discard_caches == 0);
	memcpy(functions, found, sizeof(functions));
	known = true;
}

Oid
scim_trigger_function(ScimTriggerKind kind)
{
	for (size_t i = 0; i < lengthof(forms); i++)
	{
		if (forms[i].kind != kind)
			continue;
		if (!known)
			find_functions();
		return functions[i];
	}
	elog(ERROR, "unknown kind of triggers: %d", (int) kind);
}

/* ---- one trigger ---- */

/* The next form of the function behind that one (NULL: the first); NULL: there is none. */
static const Form *
next_form(Oid function, const Form *form)
{
	if (!known)
		find_functions();
	for (size_t i = form ? form - forms + 1 : 0; i < lengthof(forms); i++)
	{
		if (functions[i] == function)
			return &forms[i];
	}
	return NULL;
}

static const Form *
form_of(Oid function)
{
	return next_form(function, NULL);
}

/* Without an error where it is none. */
static bool
is_json_object(char *text)
{
	return text[strspn(text, " \t\r\n")] == '{' &&
		pg_parse_json(scim_json_lexer(text, strlen(text)), &nullSemAction) == JSON_SUCCESS;
}

/* Does the trigger see rows, or have there been none? */
static bool
sees_changes(const Trigger *trigger)
{
	return (trigger->tgtype & (TRIGGER_TYPE_ROW | TRIGGER_TYPE_TRUNCATE)) != 0 ||
		trigger->tgoldtable || trigger->tgnewtable;
}

static bool
fits(const Trigger *trigger, const Form *form)
{
	if (form->kind != SCIM_ROW_KIND && !sees_changes(trigger))
		return false;
	if (OidIsValid(trigger->tgconstraint) || (trigger->tgtype & form->needed) != form->needed ||
		(trigger->tgtype & form->unfit) != 0 || trigger->tgnargs < form->least ||
		trigger->tgnargs > form->most || trigger->tgargs[SCIM_TYPE_ARGUMENT][0] == '\0')
		return false;
	for (int i = SCIM_MAPPING_ARGUMENT; i < trigger->tgnargs; i++)
	{
		if (!is_json_object(trigger->tgargs[i]))
			return false;
	}
	return true;
}

int
scim_trigger_kind(const Trigger *trigger)
{
	const Form *form = form_of(trigger->tgfoid);

	while (form && !fits(trigger, form))
		form = next_form(trigger->tgfoid, form);
	return form ? form->kind : 0;
}

void
scim_check_called(FunctionCallInfo fcinfo, const char *function)
{
	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" was not called by trigger manager", function)));
}

void
scim_refuse_trigger(Relation relation, const Trigger *trigger)
{
	const Form *form = form_of(trigger->tgfoid);
	ScimError  *error = scim_error(SCIM_INVALID_MAPPING);

	scim_error_text(error, "relation", RelationGetRelationName(relation));
	scim_error_hint(error, "Drop the trigger; scim_register_table and scim_register_members make "
					"those that a table needs.");
	if (form == NULL)
		scim_throw(error,
				   "trigger \"%s\" of table \"%s\" calls a function that is not the extension's",
				   trigger->tgname, RelationGetRelationName(relation));
	scim_throw(error, "trigger \"%s\" of table \"%s\" is not as scimver makes them: %s fires %s",
			   trigger->tgname, RelationGetRelationName(relation), form->function, form->arguments);
}

/* ---- what the catalog tells ---- */

/* The arguments stand one behind the other, each ended by a zero byte. */
static char **
read_arguments(bytea *bytes, int count)
{
	char	  **arguments = palloc0(Max(count, 1) * sizeof(char *));
	const char *next = VARDATA_ANY(bytes);

	for (int i = 0; i < count; i++)
	{
		arguments[i] = pstrdup(next);
		next += strlen(next) + 1;
	}
	return arguments;
}

/* A name, or NULL. */
static char *
read_name(HeapTuple tuple, AttrNumber number, TupleDesc descriptor)
{
	bool		isnull;
	Datum		value = heap_getattr(tuple, number, descriptor, &isnull);

	return isnull ? NULL : pstrdup(NameStr(*DatumGetName(value)));
}

Trigger *
scim_read_trigger(HeapTuple tuple, TupleDesc descriptor)
{
	const FormData_pg_trigger *form = (Form_pg_trigger) GETSTRUCT(tuple);
	Trigger    *trigger = palloc0(sizeof(Trigger));
	bool		isnull;
	Datum		arguments = heap_getattr(tuple, Anum_pg_trigger_tgargs, descriptor, &isnull);
	Datum		qual;

	trigger->tgoid = form->oid;
	trigger->tgname = pstrdup(NameStr(form->tgname));
	trigger->tgfoid = form->tgfoid;
	trigger->tgtype = form->tgtype;
	trigger->tgenabled = form->tgenabled;
	trigger->tgisinternal = form->tgisinternal;
	trigger->tgconstraint = form->tgconstraint;
	trigger->tgnargs = isnull ? 0 : form->tgnargs;
	if (trigger->tgnargs > 0)
		trigger->tgargs = read_arguments(DatumGetByteaPP(arguments), trigger->tgnargs);
	trigger->tgnattr = form->tgattr.dim1;
	qual = heap_getattr(tuple, Anum_pg_trigger_tgqual, descriptor, &isnull);
	trigger->tgqual = isnull ? NULL : TextDatumGetCString(qual);
	trigger->tgoldtable = read_name(tuple, Anum_pg_trigger_tgoldtable, descriptor);
	trigger->tgnewtable = read_name(tuple, Anum_pg_trigger_tgnewtable, descriptor);
	return trigger;
}

List *
scim_triggers_of(Oid relid, int kinds)
{
	Relation	catalog = table_open(TriggerRelationId, AccessShareLock);
	List	   *result = NIL;
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&key, Anum_pg_trigger_tgrelid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(relid));
	scan = systable_beginscan(catalog, TriggerRelidNameIndexId, true, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Trigger    *trigger;

		/* most are others', or those of foreign keys */
		if (form_of(((Form_pg_trigger) GETSTRUCT(tuple))->tgfoid) == NULL)
			continue;
		trigger = scim_read_trigger(tuple, RelationGetDescr(catalog));
		if (scim_trigger_kind(trigger) & kinds)
			result = lappend(result, trigger);
	}
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	return result;
}

bool
scim_has_triggers(Oid relid, int kinds)
{
	return scim_triggers_of(relid, kinds) != NIL;
}
