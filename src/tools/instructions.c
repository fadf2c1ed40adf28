/*
 * instructions.c
 *		scim_instructions(): how agents use the tools, in words.
 *
 * What a client shows its model before any tool is called; of tools that are not
 * listed to it, nothing.
 */
#include "postgres.h"

#include "fmgr.h"
#include "lib/stringinfo.h"
#include "tools/named_tools.h"
#include "tools/offered.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(scim_instructions);

#define TOOL(id) (UINT64CONST(1) << TOOL_##id)

StaticAssertDecl(SCIM_TOOL_PATTERNS <= 64, "the rows of the catalogue fit into a word");

/* Of these one overwrites what others did. */
#define WRITES (TOOL(UPDATE) | TOOL(PATCH) | TOOL(DELETE))

/* A part of the instructions, for who has one of the tools; none: for all. */
typedef struct Part
{
	uint64		tools;
	bool		begins;			/* a line */
	const char *text;
} Part;

/* How to write safely; in fewer words, each tool that writes says it too. */
static const Part parts[] = {
	{0, true, "Users and groups (SCIM 2.0) that people, programs and other agents change at the "
	"same time. Every resource has a version, a hash of its content."},
	{WRITES, true, "To change one: read it, then write with expected_version set to the version "
		"you read (content._version or metadata.version). If it has changed meanwhile you get "
		"VERSION_MISMATCH and nothing is written: if content.merge.clean is true, make the same "
		"call again with on_conflict merge, which keeps both changes; else take content.current, "
		"merge your change into it, and retry with expected_version = content.current_version "
		"(where current is too large to be shown, do as content.next_steps says). Never drop "
	"expected_version to get through: that overwrites others' work."},
	{TOOL(UPDATE), true, "An update replaces the whole resource: send every attribute that shall "
	"stay."},
	{TOOL(PATCH), false, "For single attributes use a patch tool; for a group's members "
	"scim_modify_group_members."},
	{TOOL(BULK), false, "Many writes at once, also of new resources that refer to one another: "
	"scim_bulk."},
	{TOOL(GET) | TOOL(LIST), true, "To look again, pass the version you have as known_version: if "
	"nothing changed, the answer is only content.not_modified."},
	{0, false, "Leave tenant_id out unless you were told one."},
	{TOOL(GET), true, "What others often change has metadata.contention where you read it: its "
		"advice is to update as usual, to patch single attributes, to write with on_conflict "
	"merge, or to hold it first (lease)."},
	{TOOL(LEASE), true, "What takes longer, or keeps being disturbed: hold the resource with "
		"scim_lease, write with its lease_id, and release it. LEASE_LOST: yours has ended, so read "
	"again."},
	{WRITES | TOOL(LEASE), false, "LEASE_HELD: another holds it."},
	{WRITES | TOOL(CREATE) | TOOL(PROPOSE), true, "Some changes people must decide on: "
		"REVIEW_REQUIRED says so, on_conflict propose asks them; so does scim_propose_change. "
	"scim_list_proposals tells what they said. What you proposed somebody else approves."},
	{TOOL(GET_HISTORY), true, "What was overwritten or deleted is not lost: scim_get_history "
	"shows what a resource was; scim_restore brings it back."},
	{0, true, "Failures have content.error_code, content.retryable and content.next_steps. "
		"RETRY_LATER: nothing was changed, make the same call again. "
		"OUTCOME_UNKNOWN: the write may or may not have happened, so read the resource before "
	"you decide."},
	{TOOL(CREATE) | TOOL(PATCH) | TOOL(MODIFY_MEMBERS) | TOOL(BULK), false, "A call that had an "
	"idempotency_key can be made again with it instead: it is done once."},
};

/* The rows of the catalogue of which the caller has a tool. */
static uint64
offered_tools(void)
{
	int			count;
	const ScimTool *tools = scim_all_tools(&count);
	uint64		offered = 0;

	for (int i = 0; i < count; i++)
	{
		if (scim_tool_is_offered(&tools[i]))
			offered |= UINT64CONST(1) << tools[i].id;
	}
	return offered;
}

Datum
scim_instructions(PG_FUNCTION_ARGS)
{
	uint64		offered = offered_tools();
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < (int) lengthof(parts); i++)
	{
		const Part *part = &parts[i];
		const char *said = part->tools == 0 || (part->tools & offered) != 0
		? scim_fit_to_tools(part->text)
		: NULL;

		if (said == NULL)
			continue;
		if (text.len > 0)
			appendStringInfoChar(&text, part->begins ? '\n' : ' ');
		appendStringInfoString(&text, said);
	}
	PG_RETURN_TEXT_P(cstring_to_text_with_len(text.data, text.len));
}
