/*
 * offered.c
 *		Which tools there are for the caller.
 */
#include "postgres.h"

#include "admin/narrow.h"
#include "decision/place.h"
#include "statement/own_table.h"
#include "tools/offered.h"
#include "tools/toolset.h"

static bool
tool_exists(const ScimTool *tool)
{
	return !tool->subject->type || scim_resource_type(tool->subject->type);
}

/* Is there a resource type that has no tools of its own? */
static bool
has_other_types(void)
{
	for (const ScimResourceType *const *type = scim_resource_types(); *type; type++)
	{
		bool		has_tools = false;

		for (int i = 0; i < SCIM_SUBJECTS; i++)
			has_tools |= scim_subjects[i].type &&
				strcmp(scim_subjects[i].type, (*type)->name) == 0;
		if (!has_tools)
			return true;
	}
	return false;
}

bool
scim_tool_is_named(const ScimTool *tool)
{
	if (!tool_exists(tool) || !scim_toolset_has(tool))
		return false;
	if (scim_tool_is_generic(tool))
		return has_other_types();
	return !tool->pattern->asks ||
		scim_offers(scim_resource_type(tool->subject->type), tool->pattern->asks);
}

bool
scim_tool_is_offered(const ScimTool *tool)
{
	if (!scim_tool_is_named(tool))
		return false;
	if (tool->subject->has_history)
		return scim_keeps_history();
	if (tool->subject->has_leases)
		return OidIsValid(scim_leases_table());
	if (tool->subject->has_proposals)
		return OidIsValid(scim_find_own_relation("scim_proposal_rows"));
	return true;
}

const ScimTool *
scim_tool_named(const char *name)
{
	int			count;
	const ScimTool *all = scim_all_tools(&count);

	for (int i = 0; i < count; i++)
		if (strcmp(all[i].name, name) == 0 && tool_exists(&all[i]) && scim_toolset_has(&all[i]))
			return &all[i];
	return NULL;
}
