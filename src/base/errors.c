/*
 * errors.c
 *		The catalogue of errors, and the one place where they are raised.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/json_text.h"
#include "base/jsonb_tree.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"

/* Marks what scim_throw raised; nobody's RAISE can set it. */
static const char *const scim_domain = "scimver";

/* The order is that of ScimErrorCode. */
static const ScimErrorKind kinds[SCIM_ERROR_CODES] = {
	[SCIM_VERSION_MISMATCH] = {"VERSION_MISMATCH", 412, NULL, true,
		"Read the resource again, merge your change into what is there now, "
	"and write it with the current version."},
	[SCIM_INVALID_VERSION_FORMAT] = {"INVALID_VERSION_FORMAT", 400, NULL, false,
		"Pass meta.version exactly as it was read; the ETag form "
	"belongs to HTTP."},
	[SCIM_VERSION_REQUIRED] = {"VERSION_REQUIRED", 428, NULL, false,
		"Read the resource, and pass its version as expected_version."},
	[SCIM_VERSION_NOT_FOUND] = {"VERSION_NOT_FOUND", 404, NULL, false,
		"Choose a version that scim_get_history lists: others were never there, or "
		"are not kept any more. Where complete is false, it lists some that cannot be shown, "
	"as what came next is not known."},
	[SCIM_USER_NOT_FOUND] = {"USER_NOT_FOUND", 404, NULL, false,
		"Look the id up with scim_list_users; the user may have been deleted, "
	"or live in another tenant."},
	[SCIM_GROUP_NOT_FOUND] = {"GROUP_NOT_FOUND", 404, NULL, false,
		"Look the id up with scim_list_groups; the group may have been "
	"deleted, or live in another tenant."},
	[SCIM_RESOURCE_NOT_FOUND] = {"RESOURCE_NOT_FOUND", 404, NULL, false,
		"Look the id up with scim_list_resources; the resource may have "
	"been deleted, or live in another tenant."},
	[SCIM_UNIQUENESS] = {"UNIQUENESS", 409, "uniqueness", false,
		"Choose another value, or update the resource that has it."},
	[SCIM_INVALID_VALUE] = {"INVALID_VALUE", 400, "invalidValue", false,
		"Correct the value that path names; scim_get_schemas says what it may "
	"be."},
	[SCIM_INVALID_SYNTAX] = {"INVALID_SYNTAX", 400, "invalidSyntax", false,
		"Correct what path names; scim_get_schemas lists the attributes."},
	[SCIM_INVALID_PATH] = {"INVALID_PATH", 400, "invalidPath", false,
		"Use a path of the schema, such as name.givenName; scim_get_schemas "
	"lists the attributes."},
	[SCIM_INVALID_FILTER] = {"INVALID_FILTER", 400, "invalidFilter", false,
		"Correct what path and position name; scim_get_schemas lists the "
	"attributes and their types."},
	[SCIM_NO_TARGET] = {"NO_TARGET", 400, "noTarget", false,
		"Read the resource, and name in path what is there to be changed."},
	[SCIM_MUTABILITY] = {"MUTABILITY", 400, "mutability", false,
		"Leave out what only the server may change, or what must keep its value."},
	[SCIM_TOO_MANY] = {"TOO_MANY", 400, "tooMany", false,
		"Narrow the filter, or read page by page with a cursor, without "
	"include_total."},
	[SCIM_INVALID_CURSOR] = {"INVALID_CURSOR", 400, "invalidCursor", false,
		"Pass the cursor of the page before as it was given (nextCursor, of "
		"tools metadata.next_cursor), with the same query; an empty one (of "
	"tools *) begins anew."},
	[SCIM_EXPIRED_CURSOR] = {"EXPIRED_CURSOR", 400, "expiredCursor", false,
		"Begin the list again."},
	[SCIM_INVALID_COUNT] = {"INVALID_COUNT", 400, "invalidCount", false,
		"Pass a count within the limits that the message names, or none."},
	[SCIM_INVALID_ARGUMENT] = {"INVALID_ARGUMENT", 400, "invalidValue", false,
		"Correct the argument that path names; the tool's inputSchema lists "
	"all of them."},
	[SCIM_TOKEN_INVALID] = {"TOKEN_INVALID", 401, NULL, false,
		"Ask an administrator for a new token; scim_create_token(role, tenant) gives one out, "
	"scim_list_tokens() shows which there are."},
	[SCIM_TENANT_FORBIDDEN] = {"TENANT_FORBIDDEN", 403, NULL, false,
		"Use a tenant that was granted to you; an administrator grants one "
	"with scim_grant_tenant(tenant, role)."},
	[SCIM_PERMISSION_DENIED] = {"PERMISSION_DENIED", 403, NULL, false,
		"Ask an administrator for the privilege; scim_grant_tenant(tenant, "
	"role) grants those on the tables."},
	[SCIM_SENSITIVE] = {"SENSITIVE", 403, "sensitive", false,
		"What is never returned, such as a password, is written, never read or "
	"searched."},
	[SCIM_LEASE_HELD] = {"LEASE_HELD", 423, NULL, true,
		"Wait, retry_after_ms at least, then read the resource again and write; or ask its "
	"holder. Whoever holds it names its lease_id in scimver.lease_id."},
	[SCIM_LEASE_LOST] = {"LEASE_LOST", 409, NULL, false,
		"Nothing was changed. Read the resource again, as others may have written it, acquire "
	"a new lease, and write what is still to be written."},
	[SCIM_POLICY_DENIED] = {"POLICY_DENIED", 403, NULL, false,
		"The policy of the resource type does not let you do that; the view scim_policies shows "
	"it. Leave it, or ask whoever set it."},
	[SCIM_REVIEW_REQUIRED] = {"REVIEW_REQUIRED", 403, NULL, false,
		"Propose it with scim_propose_change or, where the call has on_conflict, by propose "
	"there; one of the reviewers decides."},
	[SCIM_NOT_A_REVIEWER] = {"NOT_A_REVIEWER", 403, NULL, false,
		"Somebody else has to decide, in one of the roles that reviewers names."},
	[SCIM_PROPOSAL_NOT_FOUND] = {"PROPOSAL_NOT_FOUND", 404, NULL, false,
		"Look it up with scim_list_proposals; it may be another tenant's."},
	[SCIM_PROPOSAL_CLOSED] = {"PROPOSAL_CLOSED", 409, NULL, false,
		"Read the resource; what is still to be changed is proposed anew."},
	[SCIM_NOT_REGISTERED] = {"NOT_REGISTERED", 400, NULL, false,
		"An administrator makes a table with scim_create_table(name, "
	"resource_type), or registers one with scim_register_table."},
	[SCIM_ALREADY_REGISTERED] = {"ALREADY_REGISTERED", 409, NULL, false,
		"A database has one table for each resource type: use it, or end "
	"its registration first with scim_unregister_table."},
	[SCIM_INVALID_MAPPING] = {"INVALID_MAPPING", 400, NULL, false,
		"Correct the mapping, or the table, as the message says."},
	[SCIM_TOO_LARGE] = {"TOO_LARGE", 413, NULL, false, "Send or ask for less at once."},
	[SCIM_CONFLICT_STORM] = {"CONFLICT_STORM", 429, NULL, true,
		"Wait, retry_after_ms at least, then read the resource again and write at once: a "
	"refusal counts for a minute."},
	[SCIM_RETRY_LATER] = {"RETRY_LATER", 503, NULL, true,
		"Nothing was changed: make the same call again."},
	[SCIM_OUTCOME_UNKNOWN] = {"OUTCOME_UNKNOWN", 503, NULL, true,
		"The write may or may not have happened: read the resource, then "
	"decide."},
	[SCIM_STILL_REFERENCED] = {"STILL_REFERENCED", 409, NULL, false,
		"Have the rows of the table that relation names taken away first, "
	"or leave the resource as it is."},
	[SCIM_INTERNAL] = {"INTERNAL", 500, NULL, false,
		"Report this to the administrator; the server's log says more."},
};

/* A situation: the code, and the hint where the code's own would not help. */
typedef struct Situation
{
	ScimErrorCode code;
	const char *hint;			/* each %s is one of scim_error_words */
} Situation;

#define SITUATION(situation) [(situation) - SCIM_ERROR_CODES]

static const Situation situations[SCIM_ERROR_SITUATIONS] = {
	SITUATION(SCIM_MERGE_IS_CLEAN) = {SCIM_VERSION_MISMATCH,
		"Both changes fit together: make the same call again with the same expected_version and "
	"on_conflict => 'merge', and nothing is lost."},
	SITUATION(SCIM_MERGE_IS_RULED) = {SCIM_VERSION_MISMATCH,
		"By merge_rules both changes fit together: make the same call again with the same "
	"expected_version and merge_rules and on_conflict => 'merge'."},
	SITUATION(SCIM_UPDATE_CONFLICTS) = {SCIM_VERSION_MISMATCH,
		"Both changed what conflicts names. Read the resource again, write into it what is to "
		"stand at each path, and your other changes, and send the whole of it with "
		"expected_version = current_version and on_conflict => 'merge' (merge_rules => "
		"'{\"title\": \"mine\"}': there yours stands whatever comes in between); or patch these "
	"paths alone. The same data once more would undo what others changed."},
	SITUATION(SCIM_PATCH_CONFLICTS) = {SCIM_VERSION_MISMATCH,
		"Both changed what conflicts names. Decide for each path whose value is to stand, and "
		"send the operations that are still to be done with expected_version = current_version "
		"and on_conflict => 'merge' (merge_rules => '{\"title\": \"mine\"}': there yours stands "
		"whatever comes in between). A list that is replaced whole must have what others changed "
	"in it, or that is undone."},
	SITUATION(SCIM_BASE_UNKNOWN) = {SCIM_VERSION_MISMATCH,
		"The history does not tell what the resource was at the expected version: read it again, "
	"make your change to what is there now, and write that with the current version."},
	SITUATION(SCIM_RESTORE_STALE) = {SCIM_VERSION_MISMATCH,
		"The restore would take back what was changed since: look at that (changes, or "
		"scim_get_history), and if it is still to be, make the call again with expected_version = "
	"current_version."},
	SITUATION(SCIM_DELETE_MISMATCH) = {SCIM_VERSION_MISMATCH, "Read the resource again; if it is "
		"still to be deleted, delete it with "
	"its current version."},
	SITUATION(SCIM_RESTORE_MISMATCH) = {SCIM_VERSION_MISMATCH,
		"It was deleted at another version: if it is still to be brought back, make the call "
	"again with that, current_version, as expected_version."},
	SITUATION(SCIM_MEMBERS_MISMATCH) = {SCIM_VERSION_MISMATCH,
		"Read the group again; if its members are still to be "
		"changed like that, make the call again with its current "
	"version, or with none."},
	SITUATION(SCIM_POLICY_MISMATCH) = {SCIM_VERSION_MISMATCH,
		"Read the policy again with scim_get_policy; if it is still to be set like that, call "
	"again with its _version."},
	SITUATION(SCIM_NO_SUCH_POLICY) = {SCIM_RESOURCE_NOT_FOUND,
		"Look it up in scim_policies; the policy that applies may be that of all tenants, whose "
	"tenant is *."},
	SITUATION(SCIM_STORM_TO_MERGE) = {SCIM_CONFLICT_STORM,
		"Make the same call with on_conflict merge, which is tried in any case: others' changes "
		"stay, and yours are added. Or wait, retry_after_ms at least, then read the resource again "
	"and write at once: a refusal counts for a minute."},
	SITUATION(SCIM_PROPOSAL_MISMATCH) = {SCIM_VERSION_MISMATCH,
		"Look at the changes that are proposed now, and decide on these: their version is "
	"current_version."},
	SITUATION(SCIM_NO_SQL_VERSION) = {SCIM_VERSION_REQUIRED,
		"Write with a function that takes an expected_version, such as scim_patch_user."},
	SITUATION(SCIM_NO_PROPOSAL_VERSION) = {SCIM_VERSION_REQUIRED,
		"Read the proposal with scim_get_proposal, and pass the version of what you decide on as "
	"expected_version."},
	SITUATION(SCIM_NOT_THE_PROPOSER) = {SCIM_NOT_A_REVIEWER,
		"Leave it, or reject it, if you are one of the reviewers."},
	SITUATION(SCIM_DECIDES_FOR_OTHERS) = {SCIM_NOT_A_REVIEWER,
		"Call scim_review_proposal yourself, with your own rights."},
	SITUATION(SCIM_PROPOSES_FOR_OTHERS) = {SCIM_PERMISSION_DENIED,
		"Whoever is to propose it calls that himself, with his own rights."},
	SITUATION(SCIM_NO_TOOL_VERSION) = {SCIM_INVALID_VERSION_FORMAT,
		"Read the resource, and pass its _version as it is. Of "
		"expected_version alone, null and \"\" do not mean that it "
	"is left out, and * stands for no version."},
	SITUATION(SCIM_KNOWN_VERSION_FORMAT) = {SCIM_INVALID_VERSION_FORMAT,
		"Pass metadata.version of the answer before exactly as "
		"it was, or leave it out; the ETag form belongs to "
	"HTTP."},
	SITUATION(SCIM_TAKEN_UNSEEN) = {SCIM_UNIQUENESS, "Choose another value. Who has it may have "
		"come this moment: a list finds that one by "
		"now. Whom no list finds is hidden from this "
		"role, marked as deleted, or in another "
	"tenant: ask an administrator."},
	SITUATION(SCIM_TAKEN_MAYBE_BY_DELETED) = {SCIM_UNIQUENESS,
		"Choose another value. A list finds who has it, "
		"unless that one is hidden from this role or marked "
		"as deleted. An administrator can have the index "
	"leave out rows that are marked as deleted: %s"},
	SITUATION(SCIM_TAKEN_BY_DELETED) = {SCIM_UNIQUENESS,
		"Choose another value: who has it is found by no function, "
		"and cannot be changed. An administrator can have the "
	"index leave out rows that are marked as deleted: %s"},
	SITUATION(SCIM_NOT_YET_UNIQUE) = {SCIM_UNIQUENESS, "Give each of the resources a value of its "
	"own first."},
	SITUATION(SCIM_BAD_PARAMETER) = {SCIM_INVALID_VALUE, "Correct the parameter that path names, "
	"as the message says."},
	SITUATION(SCIM_NOTHING_TO_MERGE) = {SCIM_INVALID_VALUE, "Pass the version that was read as "
		"expected_version, or leave on_conflict out: a patch without a version is made of what "
	"is there."},
	SITUATION(SCIM_BAD_RULE) = {SCIM_INVALID_VALUE, "Correct the rule that path names: fail, mine "
	"and theirs are for all, counter for numbers, max and min for numbers and dateTimes."},
	SITUATION(SCIM_BAD_MERGE_FUNCTION) = {SCIM_INVALID_VALUE,
		"Name a function with its schema that is made as (base jsonb, mine jsonb, theirs jsonb) "
	"RETURNS jsonb, and is a superuser's, or the table's owner's."},
	SITUATION(SCIM_BAD_RULE_PATH) = {SCIM_INVALID_PATH, "Name in a rule a path of the schema, such "
		"as name.givenName, or that of a conflict, such as emails[type eq \"work\"].value; "
	"scim_get_schemas lists the attributes."},
	SITUATION(SCIM_BAD_POLICY_RULE_PATH) = {SCIM_INVALID_VALUE, "Name in a rule of the policy a "
		"path of the schema, such as name.givenName; for a function one of what is returned, as "
	"scim_get_schemas lists the attributes."},
	SITUATION(SCIM_BAD_PROPOSAL) = {SCIM_INVALID_VALUE, "Propose the operations of a patch, "
	"{\"delete\": true} or, with id null, {\"create\": {...}}."},
	SITUATION(SCIM_NOT_TO_BE_PROPOSED) = {SCIM_INVALID_VALUE, "Leave out what path names: a "
	"proposal is kept, and read. Whoever may set it does so in a write of its own."},
	SITUATION(SCIM_PROPOSES_NOTHING) = {SCIM_INVALID_VALUE, "Read the resource: it is as wanted "
	"already, and nobody need decide."},
	SITUATION(SCIM_NO_SUCH_TOOL) = {SCIM_INVALID_ARGUMENT, "Call one of the tools that "
		"scim_tools() lists, by its exact "
	"name."},
	SITUATION(SCIM_BAD_KEY) = {SCIM_INVALID_ARGUMENT, "Name the call by 1 to 64 characters that no "
	"other call of yours has, such as a uuid."},
	SITUATION(SCIM_KEY_OF_ANOTHER) = {SCIM_INVALID_ARGUMENT, "Nothing was written. Give each "
		"call a key of its own; to repeat one, send it exactly as it was, with its "
	"key."},
	SITUATION(SCIM_MADE_IS_GONE) = {SCIM_RESOURCE_NOT_FOUND, "The call was done, and what it wrote "
		"was deleted since, or hidden from you. If it is to be made again, make the call under "
	"another idempotency_key."},
	SITUATION(SCIM_BAD_REQUEST_STATE) = {SCIM_INVALID_ARGUMENT, "Make the call again without "
		"requestState: what is to be decided then is asked anew. Nothing was "
	"written."},
	SITUATION(SCIM_BAD_INPUT_RESPONSES) = {SCIM_INVALID_ARGUMENT, "Answer with the action and, to "
		"accept, the content that the form asks for: call again with the same requestState. "
	"Nothing was written."},
	SITUATION(SCIM_NO_SUCH_TOOLSET) = {SCIM_INVALID_ARGUMENT, "Name in scimver.toolset sets (lean, "
		"core, full) and tools that scim_tools() lists where it is empty, with commas between "
	"them."},
	SITUATION(SCIM_NO_SUCH_URI) = {SCIM_RESOURCE_NOT_FOUND, "Take a URI that is listed, or make "
		"one of a template that is: with the tenant of this connection, and the id of what is "
	"there and yours to read."},
	SITUATION(SCIM_NO_SUCH_PROMPT) = {SCIM_INVALID_ARGUMENT, "Name one of the prompts that "
	"scim_mcp_prompts() lists."},
	SITUATION(SCIM_BAD_PROMPT) = {SCIM_INVALID_ARGUMENT, "Pass what the prompt lists as its "
	"arguments, each as a string."},
	SITUATION(SCIM_BAD_COMPLETION) = {SCIM_INVALID_ARGUMENT, "Pass ref, argument and context as "
	"completion/complete of MCP has them, with a prompt, or a template of URIs, that is listed."},
	SITUATION(SCIM_BAD_BULK) = {SCIM_INVALID_SYNTAX,
		"Send {\"schemas\": [\"urn:ietf:params:scim:api:messages:2.0:BulkRequest\"], "
		"\"Operations\": [{\"method\": \"POST\", \"path\": \"/Users\", \"bulkId\": \"1\", "
	"\"data\": {...}}, ...]}."},
	SITUATION(SCIM_NO_SUCH_PROFILE) = {SCIM_INVALID_ARGUMENT, "Name one of SELECT name FROM "
	"scim_profiles; its owner adds others there."},
	SITUATION(SCIM_BAD_RULES) = {SCIM_INVALID_ARGUMENT, "Write the rules as SELECT rules FROM "
	"scim_profiles shows them; what is left out is off."},
	SITUATION(SCIM_PROFILE_KEPT) = {SCIM_INVALID_ARGUMENT, "Leave the built-in profiles as they "
	"are, and add one of another name."},
	SITUATION(SCIM_NO_SUCH_MEMBER) = {SCIM_INVALID_VALUE,
		"Look the member's id up with scim_list_users, or with "
		"scim_list_groups if it is a group; it may have been "
	"deleted, or live in another tenant."},
	SITUATION(SCIM_NOT_HELD) = {SCIM_INVALID_VALUE, "Leave it out: scim_get_schemas lists, as "
		"canonicalValues of members.type, what can be "
	"a member here."},
	SITUATION(SCIM_MEMBER_IN_ITSELF) = {SCIM_INVALID_VALUE, "Leave this member out: no group is in "
	"itself, be it through others."},
	SITUATION(SCIM_NO_RESOURCE) = {SCIM_INVALID_VALUE, "Pass a resource: one JSON object, as "
		"scim_get_user or scim_get_group returns "
	"it."},
	SITUATION(SCIM_LONG_NUMBER) = {SCIM_INVALID_VALUE, "Use a shorter number, or a string."},
	SITUATION(SCIM_NEEDS_VALUE) = {SCIM_INVALID_VALUE, "Send a value for what path names: it can "
	"neither be left out nor removed."},
	SITUATION(SCIM_UNFILLED_COLUMN) = {SCIM_INVALID_VALUE,
		"No client can fill that column. An administrator can give "
		"it a default (ALTER TABLE %s ALTER COLUMN %s SET DEFAULT "
	"...), or let a mapping or a trigger fill it."},
	SITUATION(SCIM_COLUMN_REFUSES) = {SCIM_INVALID_VALUE, "Send a value that the column takes, as "
		"the message says: the schema allows "
	"more than the table can hold."},
	SITUATION(SCIM_CONSTRAINT_REFUSES) = {SCIM_INVALID_VALUE,
		"Send what the table takes, or ask an administrator what "
		"its constraint wants: it is the application's own, and "
	"no part of the schema."},
	SITUATION(SCIM_NO_ROW_TO_REFER_TO) = {SCIM_INVALID_VALUE, "Send a value that the other table "
		"has, or ask an administrator to add "
	"it there."},
	SITUATION(SCIM_NO_COLUMN) = {SCIM_INVALID_VALUE, "Leave it out: scim_get_schemas lists what "
	"has a place in the table."},
	SITUATION(SCIM_NO_PLACE_TO_SEARCH) = {SCIM_INVALID_FILTER, "Ask for an attribute that the "
		"table has a place for: "
	"scim_get_schemas lists them."},
	SITUATION(SCIM_BAD_ROW) = {SCIM_INVALID_VALUE, "Correct the row, or delete it, in SQL: "
		"scim_check_table names all rows that cannot be "
	"read."},
	SITUATION(SCIM_NO_ID_MADE) = {SCIM_INVALID_VALUE, "Ids are made by the database: give the "
		"column a default, such as a sequence or "
	"gen_random_uuid()."},
	SITUATION(SCIM_BAD_DOCUMENT) = {SCIM_INVALID_VALUE, "Correct what path names in the document, "
		"as the message says; scim_get_schemas "
	"shows documents that are in use."},
	SITUATION(SCIM_BAD_DOCUMENT_SYNTAX) = {SCIM_INVALID_SYNTAX,
		"Pass a document as RFC 7643, sections 6 and 7, have "
	"it; scim_get_schemas shows documents that are in use."},
	SITUATION(SCIM_DOCUMENT_IN_USE) = {SCIM_INVALID_VALUE, "Nothing was changed. End first what "
		"still uses it, as the message says; "
	"what belongs to scimver always stays."},
	SITUATION(SCIM_NO_SUCH_DOCUMENT) = {SCIM_RESOURCE_NOT_FOUND, "Look the name up in scim_schemas "
		"and scim_resource_types, which "
	"list all of them."},
	SITUATION(SCIM_INVALID_RESOURCES) = {SCIM_INVALID_VALUE,
		"Correct these resources first, or pass force => true; "
	"scim_check_schema lists all of them."},
	SITUATION(SCIM_NOT_UNIQUE_RESOURCES) = {SCIM_INVALID_VALUE, "Correct these resources first: "
		"values that are to be unique must "
		"differ. scim_check_schema lists "
	"all of them."},
	SITUATION(SCIM_NO_OBJECT) = {SCIM_INVALID_SYNTAX, "Send the resource as one JSON object; "
	"scim_get_schemas lists its attributes."},
	SITUATION(SCIM_BAD_OPERATION) = {SCIM_INVALID_SYNTAX,
		"Send operations such as [{\"op\": \"replace\", \"path\": "
	"\"active\", \"value\": false}] (RFC 7644, section 3.5.2)."},
	SITUATION(SCIM_BAD_SEARCH) = {SCIM_INVALID_SYNTAX,
		"Send a SearchRequest such as {\"schemas\": "
		"[\"urn:ietf:params:scim:api:messages:2.0:SearchRequest\"], \"filter\": "
	"\"title pr\"} (RFC 7644, section 3.4.3)."},
	SITUATION(SCIM_CANNOT_BE_INDEXED) = {SCIM_INVALID_PATH, "Name another attribute: this one is "
	"found without an index."},
	SITUATION(SCIM_REQUIRED_REMOVED) = {SCIM_MUTABILITY, "Replace it by another value: what the "
	"schema requires is never removed."},
	SITUATION(SCIM_READ_ONLY_GROUPS) = {SCIM_MUTABILITY, "Change the members of the group instead: "
		"scim_add_members and "
		"scim_remove_members, or the tool "
	"scim_modify_group_members."},
	SITUATION(SCIM_READ_ONLY_COLUMN) = {SCIM_MUTABILITY, "Leave it out, or send the value that it "
	"has: the application alone changes it."},
	SITUATION(SCIM_NOT_BY_TOKEN) = {SCIM_PERMISSION_DENIED,
		"Ask an administrator for a token that is for it; scim_list_tokens() shows what each is "
	"for."},
	SITUATION(SCIM_LEAVES_BEHIND) = {SCIM_PERMISSION_DENIED,
		"Have functions and triggers that run behind a token use SET LOCAL, and nothing that a "
	"session keeps, as temporary tables and prepared statements are."},
	SITUATION(SCIM_NO_SUCH_TOKEN) = {SCIM_RESOURCE_NOT_FOUND,
		"Look the id up with scim_list_tokens(), which shows those of your roles."},
	SITUATION(SCIM_NO_ROLE_OF_TOKENS) = {SCIM_INVALID_VALUE,
		"Name a role that row level security holds for, and that reads no tokens: one of the "
	"clients' own."},
	SITUATION(SCIM_NO_BRIDGE) = {SCIM_INVALID_VALUE,
		"Make a role that can log in, and nothing else: CREATE ROLE bridge LOGIN NOINHERIT."},
	SITUATION(SCIM_NOT_YOUR_ROLE) = {SCIM_PERMISSION_DENIED,
		"Have an administrator GRANT you the role, or create the token."},
	SITUATION(SCIM_OTHER_TENANT) = {SCIM_TENANT_FORBIDDEN, "Leave the tenant out: this connection "
	"works in one tenant only."},
	SITUATION(SCIM_SUPPRESSED) = {SCIM_PERMISSION_DENIED,
		"No privilege is missing: ask an administrator for what the "
	"table's triggers, rules and policies are to refuse."},
	SITUATION(SCIM_ROWS_HIDDEN) = {SCIM_PERMISSION_DENIED,
		"Call it as a role that row level security hides nothing from: "
	"one with BYPASSRLS, or the owner where it is not forced."},
	SITUATION(SCIM_HISTORY_HIDDEN) = {SCIM_PERMISSION_DENIED,
		"Read the history as a role that row level security of the table does not concern: "
	"one with BYPASSRLS, or the table's owner where it is not forced."},
	SITUATION(SCIM_HISTORY_KEPT) = {SCIM_PERMISSION_DENIED,
		"Leave it as it was written; CALL scim_prune_history(keep) deletes what is older than "
	"it is to be kept."},
	SITUATION(SCIM_CHANGES_LOST) = {SCIM_EXPIRED_CURSOR,
		"Take a new cursor with 'now' first, then read all resources anew by lists, and go on "
	"from that cursor."},
	SITUATION(SCIM_UNREGISTERED_RELATION) = {SCIM_NOT_REGISTERED,
		"Name a table that scim_create_table made, or that "
		"scim_register_table or scim_register_members "
	"registered."},
	SITUATION(SCIM_NO_MEMBERSHIPS) = {SCIM_NOT_REGISTERED, "Groups can be written without members. "
		"For these, ask an administrator to "
		"register their table: "
		"scim_register_members(relation, "
	"group_column, member_column)."},
	SITUATION(SCIM_NOT_JOINED) = {SCIM_INVALID_MAPPING, "To change the types of both, end the "
		"registration of the memberships first "
		"with scim_unregister_table, and register "
	"them again afterwards."},
	SITUATION(SCIM_INACTIVE_INSTEAD) = {SCIM_STILL_REFERENCED, "Set active to false instead, or "
		"have the rows of %s taken away "
	"first."},
	SITUATION(SCIM_TOO_LONG) = {SCIM_TOO_LARGE, "Send a shorter value."},
	SITUATION(SCIM_ROWS_KEPT) = {SCIM_INVALID_MAPPING, "Disable the table's own triggers and rules "
	"while it is registered."},
	SITUATION(SCIM_LOST_MEMBERS) = {SCIM_INVALID_MAPPING, "Delete those memberships first, or "
	"bring back what they name."},
	SITUATION(SCIM_STORED_TOO_LONG) = {SCIM_TOO_LARGE, "Shorten the values of those resources "
	"first."},
	SITUATION(SCIM_TOO_LARGE_TO_SORT_BY) = {SCIM_TOO_LARGE, "Sort by another attribute, or read "
	"pages by start_index."},
};

struct ScimError
{
	const ScimErrorKind *kind;
	JsonbValue *detail;
	JsonbValue *private;		/* fields of it for the client alone; NULL: none */
	JsonbValue *logged;			/* what the server's log has in their place */
	const char *hint;
};

const ScimErrorKind *
scim_error_kind(ScimErrorCode code)
{
	return &kinds[code < SCIM_ERROR_CODES ? code : situations[code - SCIM_ERROR_CODES].code];
}

const char *
scim_hint(ScimErrorCode code)
{
	return code < SCIM_ERROR_CODES ? kinds[code].hint : situations[code - SCIM_ERROR_CODES].hint;
}

ScimError *
scim_error(ScimErrorCode code)
{
	const ScimErrorKind *kind = scim_error_kind(code);
	ScimError  *error = palloc(sizeof(ScimError));

	error->kind = kind;
	error->hint = scim_hint(code);
	error->private = error->logged = NULL;
	error->detail = scim_new_object();
	scim_set_text(error->detail, "error_code", kind->name);
	scim_set_integer(error->detail, "status", kind->status);
	if (kind->scim_type)
		scim_set_text(error->detail, "scim_type", kind->scim_type);
	return error;
}

/* ---- what was sent ---- */

char *
scim_shown_name(const char *name, int length)
{
	int			fits = length <= SCIM_SHOWN ? length : pg_mbcharcliplen(name, length, SCIM_SHOWN);

	return psprintf("%.*s%s", fits, name, fits < length ? "..." : "");
}

/* Is the value short enough as JSON? */
static bool
is_short(const JsonbValue *value)
{
	Jsonb	   *jsonb = scim_write(value);

	return VARSIZE(jsonb) <= 16 * SCIM_SHOWN &&
		strlen(JsonbToCString(NULL, &jsonb->root, VARSIZE(jsonb))) <= SCIM_SHOWN;
}

/* ---- fields ---- */

void
scim_error_text(ScimError *error, const char *field, const char *value)
{
	if (value)
		scim_set_text(error->detail, field, scim_shown_name(value, strlen(value)));
}

void
scim_error_whole(ScimError *error, const char *field, const char *value)
{
	if (value)
		scim_set_text(error->detail, field, value);
}

void
scim_error_integer(ScimError *error, const char *field, int64 value)
{
	scim_set_integer(error->detail, field, value);
}

void
scim_error_value(ScimError *error, const char *field, const JsonbValue *value)
{
	if (value->type == jbvString)
		scim_set_text(error->detail, field,
					  scim_shown_name(value->val.string.val, value->val.string.len));
	else if (is_short(value))
		scim_set_value(error->detail, field, value);
}

void
scim_error_list(ScimError *error, const char *field, const JsonbValue *list)
{
	scim_set_value(error->detail, field, list);
}

void
scim_error_private(ScimError *error, const char *field, const JsonbValue *value,
				   const JsonbValue *logged)
{
	if (error->private == NULL)
	{
		error->private = scim_new_object();
		error->logged = scim_new_object();
	}
	scim_set_value(error->private, field, value);
	if (logged)
		scim_set_value(error->logged, field, logged);
}

void
scim_fill_hint(ScimError *error, const char *const *words)
{
	StringInfoData hint;
	const char *rest = error->hint;
	const char *mark;

	initStringInfo(&hint);
	while ((mark = strstr(rest, "%s")) != NULL)
	{
		if (*words == NULL)
			elog(ERROR, "a hint lacks a word: \"%s\"", error->hint);
		appendBinaryStringInfo(&hint, rest, mark - rest);
		appendStringInfoString(&hint, *words++);
		rest = mark + strlen("%s");
	}
	appendStringInfoString(&hint, rest);
	error->hint = hint.data;
}

void
scim_error_hint(ScimError *error, const char *hint)
{
	error->hint = hint;
}

static void
add_fields(JsonbValue *object, const JsonbValue *fields)
{
	for (int i = 0; i < fields->val.object.nPairs; i++)
	{
		const JsonbPair *pair = &fields->val.object.pairs[i];

		scim_add(object, pair->key.val.string.val, pair->key.val.string.len, &pair->value);
	}
}

/* With further fields, unless these are NULL. */
static char *
detail_text(const ScimError *error, const JsonbValue *further)
{
	JsonbValue *object = error->detail;
	StringInfoData text;

	if (further)
	{
		object = scim_new_object();
		add_fields(object, error->detail);
		add_fields(object, further);
	}
	initStringInfo(&text);
	scim_append_jsonb(&text, object);
	return text.data;
}

/*
 * The statement is kept out of the log: a write's literals may hold a password.
 */
static SCIM_NORETURN void throw_text(ScimError *error, const char *text);

static void
throw_text(ScimError *error, const char *text)
{
	const ScimErrorKind *kind = error->kind;
	char		sqlstate[6];

	snprintf(sqlstate, sizeof(sqlstate), "PT%03d", kind->status);
	ereport_domain(ERROR, scim_domain,
				   (errcode(MAKE_SQLSTATE(sqlstate[0], sqlstate[1], sqlstate[2],
										  sqlstate[3], sqlstate[4])),
					errmsg_internal("%s: %s", kind->name, text),
					errdetail_internal("%s", detail_text(error, error->private)),
					error->private ? errdetail_log("%s", detail_text(error, error->logged)) : 0,
					errhint("%s", error->hint),
					errhidestmt(true)));
	pg_unreachable();
}

/* Appends what the conversion at "format" stands for; returns what is behind it. */
static const char *
append_conversion(StringInfo text, const char *format, va_list *args)
{
	const char *value;

	if (strncmp(format, "%s", 2) == 0)
	{
		value = va_arg(*args, const char *);
		if (value == NULL)
			value = "(null)";
		appendStringInfoString(text, scim_shown_name(value, strlen(value)));
		return format + 2;
	}
	if (strncmp(format, "%-s", 3) == 0)
	{
		appendStringInfoString(text, va_arg(*args, const char *));
		return format + 3;
	}
	if (strncmp(format, "%d", 2) == 0)
	{
		appendStringInfo(text, "%d", va_arg(*args, int));
		return format + 2;
	}
	if (strncmp(format, INT64_FORMAT, strlen(INT64_FORMAT)) == 0)
	{
		appendStringInfo(text, INT64_FORMAT, va_arg(*args, int64));
		return format + strlen(INT64_FORMAT);
	}
	elog(ERROR, "an error's text has an unknown conversion: \"%s\"", format);
}

char *
scim_format_error(const char *format, va_list *args)
{
	StringInfoData text;

	initStringInfo(&text);
	while (*format)
	{
		int			plain = strcspn(format, "%");

		appendBinaryStringInfo(&text, format, plain);
		format += plain;
		if (*format)
			format = append_conversion(&text, format, args);
	}
	return text.data;
}

char *
scim_phrase(const char *format, ...)
{
	va_list		args;
	char	   *text;

	va_start(args, format);
	text = scim_format_error(format, &args);
	va_end(args);
	return text;
}

void
scim_throw(ScimError *error, const char *format, ...)
{
	va_list		args;
	char	   *text;

	va_start(args, format);
	text = scim_format_error(format, &args);
	va_end(args);
	throw_text(error, text);
}

void
scim_throw_path(ScimErrorCode code, const char *path, const char *format, ...)
{
	ScimError  *error = scim_error(code);
	va_list		args;
	char	   *text;

	scim_error_text(error, "path", path);
	va_start(args, format);
	text = scim_format_error(format, &args);
	va_end(args);
	throw_text(error, text);
}

bool
scim_is_ours(const ErrorData *error)
{
	return error->domain != NULL && strcmp(error->domain, scim_domain) == 0;
}

/* The kind with that error_code, or NULL. */
static const ScimErrorKind *
kind_named(const char *name)
{
	for (int i = 0; i < SCIM_ERROR_CODES; i++)
	{
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	}
	return NULL;
}

const ScimErrorKind *
scim_kind_of_ours(const ErrorData *error)
{
	const char *colon = scim_is_ours(error) ? strchr(error->message, ':') : NULL;

	return colon ? kind_named(pnstrdup(error->message, colon - error->message)) : NULL;
}

Jsonb *
scim_fields_of_ours(const ErrorData *error)
{
	const char *detail = error->detail ? error->detail : "{}";

	return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(detail)));
}
