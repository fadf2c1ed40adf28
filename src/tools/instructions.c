/*
 * instructions.c
 *		scim_instructions(): how agents use the tools, in words.
 *
 * What a client shows its model before any tool is called.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(scim_instructions);

/* How to write safely; in fewer words, each tool that writes says it too. */
static const char instructions[] =
"Users and groups (SCIM 2.0) that people, programs and other agents change at the same time. "
"Every resource has a version, a hash of its content.\n"
"To change one: read it, then write with expected_version set to the version you read "
"(content._version or metadata.version). If it has changed meanwhile you get VERSION_MISMATCH "
"and nothing is written: if content.merge.clean is true, make the same call again with "
"on_conflict merge, which keeps both changes; else take content.current, merge your change "
"into it, "
"and retry with expected_version = content.current_version (where current is too large to be "
"shown, do as content.next_steps says). Never drop expected_version to get through: that "
"overwrites others' work.\n"
"An update replaces the whole resource: send every attribute that shall stay. "
"For single attributes use a patch tool, for a group's members scim_modify_group_members. "
"Many writes at once, also of new resources that refer to one another: scim_bulk.\n"
"To look again, pass the version you have as known_version: if nothing changed, the answer is "
"only content.not_modified. "
"Leave tenant_id out unless you were told one.\n"
"What others often change has metadata.contention where you read it: its advice is to update as "
"usual, to patch single attributes, to write with on_conflict merge, or to hold it first (lease).\n"
"What takes longer, or keeps being disturbed: hold the resource with scim_lease, where it is "
"listed, write with its lease_id, and release it. LEASE_HELD: another holds it. LEASE_LOST: yours "
"has ended, so read again.\n"
"Some changes people must decide on: REVIEW_REQUIRED says so, on_conflict propose or "
"scim_propose_change asks them, and scim_list_proposals tells what they said. What you proposed "
"somebody else approves.\n"
"What was overwritten or deleted is not lost: scim_get_history, where it is listed, shows what a "
"resource was, scim_restore brings it back.\n"
"Failures have content.error_code, content.retryable and content.next_steps. "
"RETRY_LATER: nothing was changed, make the same call again. "
"OUTCOME_UNKNOWN: the write may or may not have happened, so read the resource before you "
"decide.";

Datum
scim_instructions(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(instructions));
}
