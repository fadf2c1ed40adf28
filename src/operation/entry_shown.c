/*
 * entry_shown.c
 *		An entry of the history, as readers are shown it.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "operation/entry_shown.h"
#include "resource/show.h"

/* In the order in which jsonb has the keys, so that they need not be sorted. */
static JsonbValue *
show(const ScimHistoryEntry *entry, bool is_change)
{
	JsonbValue *shown = scim_new_object();

	scim_set_date_time(shown, "at", entry->at);
	if (is_change)
		scim_set_integer(shown, "seq", entry->seq);
	scim_set_optional_text(shown, "tool", scim_entry_tool(entry));
	scim_set_optional_text(shown, "actor", scim_entry_actor(entry));
	scim_set_optional_text(shown, "principal", scim_entry_principal(entry));
	scim_set_optional_text(shown, "agent", scim_entry_agent(entry));
	scim_set_optional_text(shown, "trace", scim_entry_trace(entry));
	scim_set_value(shown, "changed", scim_new_texts(scim_entry_changed(entry)));
	scim_set_optional_text(shown, "version", entry->version);
	if (entry->has_revision)
		scim_set_integer(shown, "revision", entry->revision);
	scim_set_text(shown, "operation", scim_operation_name(entry->operation));
	scim_set_optional_text(shown, "proposal_id", scim_entry_proposal(entry));
	if (is_change)
	{
		scim_set_optional_text(shown, "resource_id", scim_entry_id(entry));
		scim_set_optional_text(shown, "resource_type", scim_entry_type(entry));
	}
	scim_set_optional_text(shown, "expected_version", scim_entry_expected_version(entry));
	scim_set_optional_text(shown, "previous_version", entry->previous_version);
	return shown;
}

JsonbValue *
scim_show_entry(const ScimHistoryEntry *entry)
{
	return show(entry, false);
}

JsonbValue *
scim_show_change(const ScimHistoryEntry *entry)
{
	return show(entry, true);
}

JsonbValue *
scim_show_what_changed(const ScimHistoryEntry *entry)
{
	JsonbValue *shown = scim_new_object();

	scim_set_optional_text(shown, "version", entry->version);
	scim_set_optional_text(shown, "resource_id", scim_entry_id(entry));
	scim_set_optional_text(shown, "resource_type", scim_entry_type(entry));
	return shown;
}
