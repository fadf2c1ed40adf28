/*
 * lost.c
 *		What does not come back with a resource, and how that is told: attributes and
 *		members in meta.omitted, columns that no attribute has in a NOTICE.
 */
#include "postgres.h"

#include "access/table.h"
#include "base/jsonb_tree.h"
#include "operation/lost.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/rel.h"

/* ---- columns ---- */

/* Is the column filled by what is restored, or by the table itself? */
static bool
is_filled(const ScimRegistration *table, Form_pg_attribute attribute)
{
	if (attribute->attisdropped || attribute->attgenerated != '\0')
		return true;
	for (int i = 0; i < SCIM_MAX_COLUMNS; i++)
	{
		if (table->columns[i] && table->numbers[i] == attribute->attnum)
			return !table->read_only[i];
	}
	for (int i = 0; i < table->mapped_count; i++)
	{
		if (table->mapped[i].number == attribute->attnum)
			return !table->mapped[i].read_only;
	}
	return false;
}

void
scim_tell_lost_columns(const ScimRegistration *table)
{
	Relation	relation = table_open(table->relid, AccessShareLock);
	TupleDesc	descriptor = RelationGetDescr(relation);
	StringInfoData names;

	initStringInfo(&names);
	for (int i = 0; i < descriptor->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(descriptor, i);

		if (!is_filled(table, attribute))
			appendStringInfo(&names, "%s%s", names.len > 0 ? ", " : "",
							 quote_identifier(NameStr(attribute->attname)));
	}
	table_close(relation, NoLock);
	if (names.len > 0)
		ereport(NOTICE,
				(errmsg("columns of table %s that scimver does not write do not come back: %s",
						table->table, names.data)));
}

/* ---- meta.omitted ---- */

/* What is named takes part in an answer that is to be short. */
#define GONE_BYTES (8 * 1024)

static bool
are_too_many(const List *gone)
{
	size_t		size = 0;
	ListCell   *cell;

	if (list_length(gone) > SCIM_SHOWN_MEMBERS)
		return true;
	foreach(cell, gone)
		size += strlen(lfirst(cell));
	return size > GONE_BYTES;
}

void
scim_name_gone(JsonbValue *omitted, const List *gone)
{
	ListCell   *cell;

	if (are_too_many(gone))
	{
		scim_append_text(omitted, "members");
		return;
	}
	foreach(cell, gone)
	{
		StringInfoData path;

		initStringInfo(&path);
		appendStringInfoString(&path, "members[value eq ");
		escape_json(&path, lfirst(cell));
		appendStringInfoChar(&path, ']');
		scim_append_text(omitted, path.data);
	}
}

static bool
holds_text(const JsonbValue *array, const JsonbValue *text)
{
	for (int i = 0; i < array->val.array.nElems; i++)
	{
		if (scim_equal(&array->val.array.elems[i], text))
			return true;
	}
	return false;
}

Jsonb *
scim_name_omitted(const ScimTarget *target, Jsonb *resource, const JsonbValue *omitted)
{
	JsonbValue	root;
	JsonbValue *tree;
	JsonbValue *meta;
	JsonbValue *names;
	JsonbValue *found;

	scim_root(resource, &root);
	tree = scim_open(&root);
	found = scim_get(tree, "meta", strlen("meta"));
	if (omitted->val.array.nElems == 0 ||
		(found == NULL && !scim_projects_version(target->projection)))
		return resource;
	meta = found ? scim_open(found) : scim_new_object();
	found = scim_get(meta, "omitted", strlen("omitted"));
	names = found ? scim_open(found) : scim_new_array();
	for (int i = 0; i < omitted->val.array.nElems; i++)
	{
		if (!holds_text(names, &omitted->val.array.elems[i]))
			scim_append(names, &omitted->val.array.elems[i]);
	}
	scim_set_value(meta, "omitted", names);
	scim_set_value(tree, "meta", meta);
	return scim_write(tree);
}
