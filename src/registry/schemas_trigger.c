/*
 * schemas_trigger.c
 *		The trigger of scim_schemas and scim_resource_types: it brings documents
 *		into their form, whoever writes them, and lets every session know of a
 *		change.
 *
 * Whether a document goes with the others and with the resources that are
 * there is checked by the functions that register (admin/register_schema.c).
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "base/jsonb_tree.h"
#include "commands/trigger.h"
#include "core/content.h"
#include "core/schema_document.h"
#include "core/type_document.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

PG_FUNCTION_INFO_V1(scim_schemas_trigger);

/* A row under way. */
typedef struct Row
{
	Relation	relation;
	HeapTuple	tuple;
	Datum		values[MaxHeapAttributeNumber];
	bool		nulls[MaxHeapAttributeNumber];
} Row;

static int
column(const Row *row, const char *name)
{
	AttrNumber	number = get_attnum(RelationGetRelid(row->relation), name);

	if (number == InvalidAttrNumber)
		elog(ERROR, "table \"%s\" has no column \"%s\"", RelationGetRelationName(row->relation),
			 name);
	return number - 1;
}

static void
assign(Row *row, const char *name, Datum value)
{
	int			i = column(row, name);

	row->values[i] = value;
	row->nulls[i] = false;
}

/* The document in its form, with what the other columns repeat of it. */
static void
normalize(Row *row)
{
	bool		is_schema = strcmp(RelationGetRelationName(row->relation), "scim_schemas") == 0;
	int			document = column(row, "document");
	const char *key = is_schema ? "id" : "name";
	const char *value;
	JsonbValue *tree;
	Jsonb	   *written;
	char		version[SCIM_VERSION_SIZE + 1];

	if (row->nulls[document])
		return;
	if (is_schema)
	{
		int			options = column(row, "options");
		ScimSchema *schema;

		if (row->nulls[options])
			return;
		schema = scim_read_schema(DatumGetJsonbP(row->values[document]),
								  DatumGetJsonbP(row->values[options]));
		value = schema->urn;
		tree = scim_schema_document(schema);
	}
	else
	{
		ScimTypeDocument *type = scim_read_resource_type(DatumGetJsonbP(row->values[document]));

		value = type->name;
		tree = scim_resource_type_document(type);
	}
	written = scim_write(tree);
	scim_form_version(scim_content_form(&written->root, NULL), NULL, version);
	assign(row, "document", JsonbPGetDatum(written));
	assign(row, key, CStringGetTextDatum(value));
	assign(row, "version", CStringGetTextDatum(version));
}

/*
 * scim_schemas_trigger(): BEFORE INSERT OR UPDATE OR DELETE FOR EACH ROW, and
 * BEFORE TRUNCATE FOR EACH STATEMENT.  Errors: INVALID_SYNTAX, INVALID_VALUE.
 */
Datum
scim_schemas_trigger(PG_FUNCTION_ARGS)
{
	TriggerData *data = (TriggerData *) fcinfo->context;
	Row		   *row;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_BEFORE(data->tg_event))
		ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
						errmsg("function \"%s\" must be fired as a BEFORE trigger", "scim_schemas_"
							   "trigger")));
	CacheInvalidateRelcache(data->tg_relation);
	if (!TRIGGER_FIRED_FOR_ROW(data->tg_event) || TRIGGER_FIRED_BY_DELETE(data->tg_event))
		return PointerGetDatum(data->tg_trigtuple);

	row = palloc(sizeof(Row));
	row->relation = data->tg_relation;
	row->tuple = TRIGGER_FIRED_BY_INSERT(data->tg_event) ? data->tg_trigtuple : data->tg_newtuple;
	heap_deform_tuple(row->tuple, RelationGetDescr(row->relation), row->values, row->nulls);
	normalize(row);
	return PointerGetDatum(heap_form_tuple(RelationGetDescr(row->relation),
										   row->values, row->nulls));
}
