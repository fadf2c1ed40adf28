/*
 * generated.c
 *		Whether a column that is there already is generated as scim_create_table
 *		makes it.
 *
 * One of that name and type that is generated of something else, or of nothing,
 * would find other resources than those asked for, and keep other values unique.
 */
#include "postgres.h"

#include "admin/generated.h"
#include "base/compat.h"
#include "base/errors.h"
#include "catalog/heap.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_collation.h"
#include "nodes/nodeFuncs.h"
#include "nodes/parsenodes.h"
#include "parser/parse_node.h"
#include "parser/parse_relation.h"
#include "parser/parser.h"
#include "registry/relation.h"
#include "utils/builtins.h"
#include "utils/rel.h"

/* The expression as the parser has it. */
static Node *
raw_expression(const char *text)
{
	RawStmt    *statement = linitial_node(RawStmt, raw_parser(psprintf("SELECT %s", text),
															  RAW_PARSE_DEFAULT));
	const SelectStmt *select = castNode(SelectStmt, statement->stmt);

	return linitial_node(ResTarget, select->targetList)->val;
}

/* What the column would be generated of: names in it are qualified. */
static Node *
wanted_expression(Relation relation, const FormData_pg_attribute *attribute, const char *text)
{
	ParseState *state = make_parsestate(NULL);
	ParseNamespaceItem *item = addRangeTableEntryForRelation(state, relation, AccessShareLock, NULL,
															 false, true);
	Node	   *result;

	addNSItemToQuery(state, item, true, true, true);
	result = cookDefault(state, raw_expression(text), attribute->atttypid, attribute->atttypmod,
						 pstrdup(NameStr(attribute->attname)), ATTRIBUTE_GENERATED_STORED);
	free_parsestate(state);
	return result;
}

/* What it is generated of. */
static Node *
stored_expression(Relation relation, AttrNumber number)
{
	const TupleConstr *constraints = RelationGetDescr(relation)->constr;

	for (int i = 0; constraints && i < constraints->num_defval; i++)
	{
		if (constraints->defval[i].adnum == number)
			return stringToNode(constraints->defval[i].adbin);
	}
	return NULL;
}

void
scim_check_generated(Relation relation, AttrNumber number, const char *type, const char *expression)
{
	const FormData_pg_attribute *attribute = TupleDescAttr(RelationGetDescr(relation), number - 1);
	const char *name = NameStr(attribute->attname);
	ScimError  *error;

	if (attribute->attgenerated == ATTRIBUTE_GENERATED_STORED &&
		(!OidIsValid(attribute->attcollation) || attribute->attcollation == C_COLLATION_OID) &&
		equal(stored_expression(relation, number),
			  wanted_expression(relation, attribute, expression)))
		return;
	error = scim_error(SCIM_INVALID_MAPPING);
	scim_error_text(error, "relation", RelationGetRelationName(relation));
	scim_error_text(error, "column", name);
	scim_error_hint(error,
					psprintf("If nothing else needs the column: ALTER TABLE %1$s DROP COLUMN %2$s, "
							 "ADD COLUMN %2$s %3$s GENERATED ALWAYS AS (%4$s) STORED;",
							 scim_table_text(RelationGetRelid(relation)), quote_identifier(name),
							 type, expression));
	scim_throw(error, "column \"%s\" of table \"%s\" must be generated as scim_create_table has it",
			   name, RelationGetRelationName(relation));
}
