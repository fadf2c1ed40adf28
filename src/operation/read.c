/*
 * read.c
 *		Reading resources: one, and whether there is one.
 *
 * An operation reads everything under one snapshot, so that what it returns
 * belongs together: a group's members are those of its version.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "group/nesting.h"
#include "operation/read.h"
#include "registry/cache.h"
#include "registry/our_trigger.h"
#include "registry/schemas.h"
#include "resource/show.h"
#include "resource/target.h"
#include "resource/version.h"
#include "statement/tenant.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

/* ---- one resource ---- */

/* Is it still the version that the client knows?  Then nothing else is read. */
static bool
is_known(const ScimTarget *target, const char *id, const char *known, ScimRow *row)
{
	return known && scim_fetch(target, id, true, row) &&
		strcmp(scim_know_version(target->table, target->tenant, row), known) == 0;
}

/* How many members of a group, or groups of a user, are shown; 0: all. */
static int
most_shown(const ScimTarget *target, const ScimView *view)
{
	if (view == NULL)
		return 0;
	if (target->type->has_groups)
		return view->few_groups ? SCIM_SHOWN_MEMBERS : 0;
	return view->most_members;
}

/* What goes with the answer, whatever it shows. */
static void
tell(const ScimTarget *target, const char *id, const ScimView *view, const ScimRow *row)
{
	if (view == NULL || view->read == NULL)
		return;
	*view->read = (ScimRead)
	{
		.tenant = MemoryContextStrdup(target->caller, target->tenant),
			.id = MemoryContextStrdup(target->caller, id),
			.last_modified = row->has_last_modified ? row->last_modified : 0
	};
}

static Jsonb *
read_one(const ScimTarget *target, const char *id, const ScimView *view)
{
	const char *given = id;
	ScimRow		row;

	id = scim_take_id(target, id);
	if (view && is_known(target, id, view->known_version, &row))
	{
		tell(target, id, view, &row);
		return scim_show_not_modified(target->table, &row, target->caller);
	}
	if (!scim_fetch(target, id, true, &row))
		scim_throw_not_found(target, given);
	tell(target, id, view, &row);
	if (view && view->indirect_groups && target->type->has_groups &&
		scim_projects(target->projection, "groups", NULL))
	{
		row.groups = scim_all_groups(target->tenant, id);
		row.knows_groups = true;
	}
	return scim_show_rows(target->table, target->tenant, &row, 1, most_shown(target, view),
						  target->projection, target->caller)[0];
}

Jsonb *
scim_store_get(const char *type, const char *tenant, const char *id, const ScimView *view,
			   bool fresh)
{
	ScimTarget	target;
	Jsonb	   *result;

	scim_begin_read(&target, type, tenant, fresh);
	scim_take_view(&target, view);
	result = read_one(&target, id, view);
	scim_finish_read(&target);
	return result;
}

bool
scim_store_exists(const char *type, const char *tenant, const char *id)
{
	ScimTarget	target;
	Datum		value;
	bool		exists;

	scim_begin_read(&target, type, tenant, true);
	exists = scim_parse_id(target.table->id_type, id, &value) &&
		scim_fetch(&target, scim_id_text(target.table->id_type, value), true, NULL);
	if (!exists)
		scim_check_tenant(target.table, target.tenant);
	scim_finish_read(&target);
	return exists;
}

/* The registration of the type's table, or of its memberships; or NULL. */
static const ScimRegistration *
find_registration(const char *name, bool of_members)
{
	const ScimResourceType *type = scim_resource_type(name);

	if (!type)
		return NULL;
	if (of_members)
		return type->has_members ? scim_find_members(type) : NULL;
	return scim_find_table(type);
}

char *
scim_store_table(const char *type, bool of_members)
{
	const ScimRegistration *table = find_registration(type, of_members);

	return table ? pstrdup(table->table) : NULL;
}

bool
scim_store_has_history(const char *type)
{
	const ScimRegistration *table = find_registration(type, false);

	return table && table->history;
}

bool
scim_store_is_enforced(const char *type)
{
	const ScimRegistration *table = find_registration(type, false);

	return table && table->enforce;
}

Jsonb *
scim_store_mapping(const char *type, bool of_members)
{
	const ScimRegistration *resources = find_registration(type, false);
	const ScimRegistration *table = find_registration(type, of_members);
	ListCell   *cell;

	if (!table || !resources || resources->storage->created)
		return NULL;
	foreach(cell, scim_triggers_of(table->relid, SCIM_MAPPED_KINDS))
	{
		const Trigger *trigger = lfirst(cell);

		if (trigger->tgoid == table->trigger)
		{
			Datum		text = CStringGetDatum(trigger->tgargs[SCIM_MAPPING_ARGUMENT]);

			return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, text));
		}
	}
	return NULL;
}

char *
scim_store_tenant(const char *tenant)
{
	return scim_resolve_tenant(tenant);
}
