/*
 * entry_shown.c
 *		An entry of the history, as readers are shown it.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "operation/entry_shown.h"
#include "resource/show.h"

static void
set_if_any(JsonbValue *object, const char *key, const char *text)
{
	if (text)
		scim_set_text(object, key, text);
}

JsonbValue *
scim_show_entry(const ScimHistoryEntry *entry)
{
	JsonbValue *shown = scim_new_object();
	JsonbValue *changed = scim_new_array();
	ListCell   *cell;

	set_if_any(shown, "version", entry->version);
	set_if_any(shown, "previous_version", entry->previous_version);
	if (entry->has_revision)
		scim_set_integer(shown, "revision", entry->revision);
	scim_set_text(shown, "operation", scim_operation_name(entry->operation));
	scim_set_date_time(shown, "at", entry->at);
	set_if_any(shown, "actor", scim_entry_actor(entry));
	set_if_any(shown, "agent", scim_entry_agent(entry));
	set_if_any(shown, "tool", scim_entry_tool(entry));
	foreach(cell, scim_entry_changed(entry))
		scim_append_text(changed, lfirst(cell));
	scim_set_value(shown, "changed", changed);
	return shown;
}

JsonbValue *
scim_show_change(const ScimHistoryEntry *entry)
{
	JsonbValue *shown = scim_show_entry(entry);

	scim_set_integer(shown, "seq", entry->seq);
	set_if_any(shown, "resource_type", scim_entry_type(entry));
	set_if_any(shown, "resource_id", scim_entry_id(entry));
	return shown;
}
