/*
 * place.c
 *		The table of the history: where it is, and what belongs to it.
 *
 * It is found by the extension that it belongs to: in a database whose extension
 * is still at 1.0, a table of that name is somebody else's.
 */
#include "postgres.h"

#include "catalog/dependency.h"
#include "catalog/index.h"
#include "catalog/pg_class.h"
#include "commands/extension.h"
#include "history/place.h"
#include "registry/extension.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"

/* What is known until one of them changes; that there is no table, until anything does. */
typedef struct Known
{
	bool		is_known;
	Oid			table;
	Oid			index;			/* InvalidOid: not looked for yet */
} Known;

static Known known;
static uint64 changes = 0;		/* of any relation */

static void
relation_changed(Datum argument, Oid relid)
{
	changes++;
	if (!OidIsValid(relid) || !OidIsValid(known.table) || relid == known.table ||
		relid == known.index)
		known = (Known) {0};
}

static void
hear_of_changes(void)
{
	static bool hears = false;

	if (hears)
		return;
	CacheRegisterRelcacheCallback(relation_changed, (Datum) 0);
	hears = true;
}

/* A relation of the extension's; InvalidOid: there is none, or one of somebody else's. */
static Oid
find_own(const char *name)
{
	Oid			found = get_relname_relid(name, scim_extension_namespace("scimver"));

	if (OidIsValid(found) &&
		getExtensionOfObject(RelationRelationId, found) == get_extension_oid("scimver", false))
		return found;
	return InvalidOid;
}

Oid
scim_history_table(void)
{
	uint64		started;
	Oid			found;

	if (likely(known.is_known))
		return known.table;
	hear_of_changes();
	started = changes;
	found = find_own("scim_history_rows");
	/* what changed meanwhile is looked for again the next time */
	if (started == changes)
		known = (Known) {.is_known = true, .table = found};
	return found;
}

Oid
scim_history_sequence(void)
{
	return find_own("scim_history_seq");
}

static Oid
find_index(Oid table)
{
	Oid			found = get_relname_relid("scim_history_resource", get_rel_namespace(table));

	if (!OidIsValid(found) || IndexGetRelation(found, true) != table)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("index \"%s\" of table \"%s\" is gone", "scim_history_resource",
						"scim_history_rows")));
	return found;
}

Oid
scim_history_resource_index(void)
{
	Oid			table = scim_history_table();
	Oid			found = known.index;
	uint64		started;

	if (likely(OidIsValid(found)))
		return found;
	started = changes;
	found = find_index(table);
	if (started == changes && known.is_known)
		known.index = found;
	return found;
}
