/*
 * register_check.c
 *		Which relations can be registered.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "admin/register_check.h"
#include "base/compat.h"
#include "base/errors.h"
#include "catalog/catalog.h"
#include "catalog/pg_class.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "miscadmin.h"
#include "registry/index.h"
#include "registry/mapping_error.h"
#include "registry/our_trigger.h"
#include "registry/relation.h"
#include "registry/root.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

/* ---- kinds ---- */

/* Why a relation of the kind cannot hold resources; NULL: it can. */
static const char *
kind_problem(char kind)
{
	switch (kind)
	{
		case RELKIND_RELATION:
		case RELKIND_PARTITIONED_TABLE:
			return NULL;
		case RELKIND_VIEW:
			return "is a view: a row that is written to the table under it would pass by its "
				"triggers; register that table";
		case RELKIND_MATVIEW:
			return "is a materialized view, which nobody writes to";
		case RELKIND_FOREIGN_TABLE:
			return "is a foreign table: who writes to it on its own server would pass by its "
				"triggers; register it there";
		default:
			return "is no table";
	}
}

static SCIM_NORETURN void refuse(Relation relation, const char *why);

static void
refuse(Relation relation, const char *why)
{
	scim_bad_mapping(relation, NULL, "\"%s\" %-s", RelationGetRelationName(relation), why);
}

static void
check_kind(Relation relation)
{
	const char *problem = kind_problem(relation->rd_rel->relkind);

	if (problem)
		refuse(relation, problem);
	if (relation->rd_rel->relpersistence == RELPERSISTENCE_TEMP)
		refuse(relation, "is a temporary table, which other sessions do not see");
	if (IsSystemRelation(relation))
		refuse(relation, "is one of the server's own");
}

/*
 * UPDATE ... RETURNING cannot be run on a table whose rules do something else;
 * nor is what they skip or divert to be noticed.
 */
void
scim_refuse_rules(Relation relation)
{
	const RuleLock *rules = relation->rd_rules;

	for (int i = 0; rules && i < rules->numLocks; i++)
	{
		if (rules->rules[i]->isInstead && rules->rules[i]->event != CMD_SELECT)
			refuse(relation, "has a rule that does something INSTEAD of what was asked for; a "
				   "trigger can do the same");
	}
}

void
scim_refuse_registered(Relation relation)
{
	ScimError  *error = scim_error(SCIM_ALREADY_REGISTERED);

	scim_error_text(error, "relation", RelationGetRelationName(relation));
	scim_error_hint(error, "End that registration first: scim_unregister_table.");
	scim_throw(error, "table \"%s\" is registered already", RelationGetRelationName(relation));
}

void
scim_check_relation(Relation relation)
{
	check_kind(relation);
	if (relation->rd_rel->relispartition)
		refuse(relation,
			   psprintf("is a partition: register the table that it is a part of, \"%s\"",
						get_rel_name(linitial_oid(scim_parents(RelationGetRelid(relation))))));
	scim_refuse_rules(relation);
	if (scim_has_triggers(RelationGetRelid(relation), SCIM_ROW_KIND))
		scim_refuse_registered(relation);
	scim_refuse_other_triggers(relation);
}

void
scim_check_partition(Relation relation)
{
	check_kind(relation);
	if (scim_has_triggers(RelationGetRelid(relation), SCIM_ROW_KIND))
		scim_refuse_registered(relation);
	scim_refuse_other_triggers(relation);
}

static SCIM_NORETURN void refuse_trigger(Relation relation, const Trigger *trigger,
										 const char *why, const char *hint);

static void
refuse_trigger(Relation relation, const Trigger *trigger, const char *why, const char *hint)
{
	ScimError  *error = scim_error(SCIM_INVALID_MAPPING);

	scim_error_text(error, "relation", RelationGetRelationName(relation));
	scim_error_hint(error, hint);
	scim_throw(error, "%strigger \"%s\" %s",
			   TRIGGER_FOR_BEFORE(trigger->tgtype) && TRIGGER_FOR_ROW(trigger->tgtype)
			   ? "BEFORE ROW "
			   : "",
			   trigger->tgname, why);
}

void
scim_refuse_other_triggers(Relation relation)
{
	static const char *const sort_before =
	"Rename the trigger so that it sorts before " SCIM_ROW_TRIGGER ".";
	const TriggerDesc *triggers = CopyTriggerDesc(relation->trigdesc);

	for (int i = 0; triggers && i < triggers->numtriggers; i++)
	{
		const Trigger *trigger = &triggers->triggers[i];

		if (scim_trigger_kind(trigger) != 0)
			continue;
		if (strncmp(trigger->tgname, SCIM_ROW_TRIGGER, strlen(SCIM_ROW_TRIGGER)) == 0)
			refuse_trigger(relation, trigger, "has a name that is kept for scimver's", sort_before);
		if (strncmp(trigger->tgname, SCIM_HISTORY_TRIGGER, strlen(SCIM_HISTORY_TRIGGER)) == 0)
			refuse_trigger(relation, trigger, "has a name that is kept for scimver's",
						   "Give the trigger another name.");
		if (TRIGGER_FOR_BEFORE(trigger->tgtype) && TRIGGER_FOR_ROW(trigger->tgtype) &&
			(trigger->tgtype & (TRIGGER_TYPE_INSERT | TRIGGER_TYPE_UPDATE)) != 0 &&
			strcmp(trigger->tgname, SCIM_ROW_TRIGGER) > 0)
			refuse_trigger(relation, trigger, "would run after scimver's", sort_before);
	}
}

void
scim_check_id_index(const ScimRegistration *registration, Relation relation)
{
	AttrNumber	number = registration->numbers[SCIM_COLUMN_ID];
	const char *name = NameStr(TupleDescAttr(RelationGetDescr(relation), number - 1)->attname);

	if (!scim_is_not_null(RelationGetDescr(relation), number))
		scim_bad_mapping(relation, name, "must be NOT NULL: a resource has an id");
	if (scim_has_id_index(registration, relation))
		return;
	scim_bad_mapping(relation, name,
					 "must have a unique index on it alone%s: complete (without WHERE), valid, and "
					 "not deferrable",
					 registration->columns[SCIM_COLUMN_TENANT]
					 ? ", or on it and the tenant's column"
					 : "");
}

const char *
scim_nullable_column(const ScimRegistration *registration, Relation relation)
{
	static const ScimColumn needed[] = {SCIM_COLUMN_TENANT, SCIM_COLUMN_ID, SCIM_COLUMN_DATA};

	/*
	 * the id of a mapped row is looked at with its index; without a document it has what is in its
	 * columns
	 */
	for (size_t i = 0; i < lengthof(needed) && registration->storage->only_resources; i++)
	{
		AttrNumber	number = registration->numbers[needed[i]];

		if (number != InvalidAttrNumber && !scim_is_not_null(RelationGetDescr(relation), number))
			return NameStr(TupleDescAttr(RelationGetDescr(relation), number - 1)->attname);
	}
	return NULL;
}

void
scim_check_not_null(const ScimRegistration *registration, Relation relation)
{
	const char *name = scim_nullable_column(registration, relation);
	ScimError  *error;

	if (name == NULL)
		return;
	error = scim_error(SCIM_INVALID_MAPPING);
	scim_error_text(error, "relation", RelationGetRelationName(relation));
	scim_error_text(error, "column", name);
	scim_error_hint(error,
					psprintf("Have the column NOT NULL: ALTER TABLE %s ALTER COLUMN %s SET NOT "
							 "NULL. If the table is registered, and is to have it otherwise, end "
							 "the registration first, with scim_unregister_table.",
							 scim_table_text(RelationGetRelid(relation)), quote_identifier(name)));
	scim_throw(error,
			   "column \"%s\" of table \"%s\" must be NOT NULL: a row without it is no resource",
			   name, RelationGetRelationName(relation));
}

void
scim_check_pair_index(const ScimRegistration *members, Relation relation)
{
	if (!scim_has_pair_index(members, relation))
		scim_bad_mapping(relation, NULL,
						 "table \"%s\" must have a unique index on its columns %s and %s%s: "
						 "complete (without WHERE), valid, and not deferrable",
						 RelationGetRelationName(relation), members->columns[SCIM_MEMBER_GROUP],
						 members->columns[SCIM_MEMBER_ID],
						 members->tenant_type ? ", alone or with the tenant's" : "");
}
