/*
 * catalogue.c
 *		The table of tools: data alone.
 *
 * A new tool is a row here and a handler in dispatch.c; its place in the list, its
 * argument checks and its JSON schemas follow from the row.
 *
 * A model pays for every byte of these texts in every conversation: each says
 * what a model would get wrong without it, and no more.
 */
#include "postgres.h"

#include "tools/catalogue.h"

static const char *const orders[] = {"ascending", "descending", NULL};

/* As operations read them (operation/merge.h, core/merge_rules.h); ask_user is ours (consult.h). */
static const char *const ways[] = {"fail", "merge", "propose", "ask_user", NULL};
static const char *const ways_unmerged[] = {"fail", "propose", NULL};
static const char *const ways_of_delete[] = {"fail", "propose", "ask_user", NULL};
static const char *const rules[] = {"fail", "mine", "theirs", "counter", "max", "min", NULL};

/* What is done with a lease (tools/lease.c). */
static const char *const actions[] = {"acquire", "renew", "release", NULL};

/* What is decided of a proposal (operation/review.h), and what becomes of it (tools/proposal.c). */
static const char *const decisions[] = {"approve", "reject", "counter", "withdraw", NULL};
static const char *const statuses[] = {"open", "expired", "applied", "rejected", "countered",
"withdrawn", "failed", "any", NULL};

const ScimParameter scim_parameters[] = {
	[PARAM_BULK] = {"request", ARGUMENT_BULK, 0, NULL},
	[PARAM_ATOMIC] = {"atomic", ARGUMENT_BOOLEAN, 0, NULL},
	[PARAM_ACTION] = {"action", ARGUMENT_WORD, 0, NULL, actions},
	[PARAM_PROPOSAL_ID] = {"proposal_id", ARGUMENT_UUID, 0, NULL},
	[PARAM_DECISION] = {"decision", ARGUMENT_WORD, 0, NULL, decisions},
	[PARAM_RESOURCE_TYPE] = {"resource_type", ARGUMENT_TEXT, 0, NULL},
	[PARAM_ID] = {"{one}_id", ARGUMENT_TEXT, 0, NULL},
	[PARAM_NEW] = {"{one}_data", ARGUMENT_RESOURCE, 0,
		"scim_get_schemas lists attributes"},
	[PARAM_WHOLE] = {"{one}_data", ARGUMENT_RESOURCE, 0,
		"Whole, as in scim_create_{one}"},
	[PARAM_OPERATIONS] = {"operations", ARGUMENT_OPERATIONS, 0,
	NULL},
	[PARAM_PROPOSED] = {"operations", ARGUMENT_PROPOSED, 0, NULL},
	[PARAM_ADD] = {"add", ARGUMENT_TEXTS, 0, "Ids of {members}"},
	[PARAM_REMOVE] = {"remove", ARGUMENT_TEXTS, 0, NULL},
	[PARAM_OLD_VERSION] = {"version", ARGUMENT_TEXT, 0, "Show the resource as it was then"},
	[PARAM_RESTORED_VERSION] = {"version", ARGUMENT_TEXT, 0, NULL},
	[PARAM_FROM_VERSION] = {"from_version", ARGUMENT_TEXT, 0, "Show what changed since"},
	[PARAM_TO_VERSION] = {"to_version", ARGUMENT_TEXT, 0, "Up to this; default: now"},
	[PARAM_EXPECTED_VERSION] = {"expected_version", ARGUMENT_VERSION, 0, "_version you read"},
	[PARAM_PROPOSAL_VERSION] = {"expected_version", ARGUMENT_VERSION, 0, "Of the proposal"},
	[PARAM_ON_CONFLICT] = {"on_conflict", ARGUMENT_WORD, 0,
		"merge: keep what others changed since, add yours; propose: so, or let people "
	"decide; ask_user: your user does", ways},
	[PARAM_ON_REVIEW] = {"on_conflict", ARGUMENT_WORD, 0, NULL, ways_unmerged},
	[PARAM_ON_DELETE] = {"on_conflict", ARGUMENT_WORD, 0, NULL, ways_of_delete},
	[PARAM_MERGE_RULES] = {"merge_rules", ARGUMENT_RULES, 0,
		"By path (\"*\": any), where both changed it. counter adds both, twice if repeated: after "
	"OUTCOME_UNKNOWN read first", rules},
	[PARAM_LEASE_ID] = {"lease_id", ARGUMENT_UUIDS, 0, NULL},
	[PARAM_IDEMPOTENCY_KEY] = {"idempotency_key", ARGUMENT_KEY, 0,
		"Same key, same call: done once"},
	[PARAM_LEASE] = {"lease_id", ARGUMENT_UUID, 0, "To renew, release"},
	[PARAM_SECONDS] = {"seconds", ARGUMENT_INTEGER, 1, "Default 60"},
	[PARAM_PURPOSE] = {"purpose", ARGUMENT_TEXT, 0, "Others see it"},
	[PARAM_REASON] = {"reason", ARGUMENT_TEXT, 0, "For who decides"},
	[PARAM_COMMENT] = {"comment", ARGUMENT_TEXT, 0, NULL},
	[PARAM_STATUS] = {"status", ARGUMENT_WORD, 0, "Default open", statuses},
	[PARAM_IDS] = {"ids", ARGUMENT_TEXTS, 0, NULL},
	[PARAM_SEEN] = {"resources", ARGUMENT_SEEN, 0, NULL},
	[PARAM_FILTER] = {"filter", ARGUMENT_TEXT, 0, "SCIM filter, e.g. {filters}"},
	[PARAM_ATTRIBUTE] = {"attribute", ARGUMENT_TEXT, 0, "Such as {searchable}"},
	[PARAM_VALUE] = {"value", ARGUMENT_SCALAR, 0, NULL},
	[PARAM_SORT_BY] = {"sort_by", ARGUMENT_TEXT, 0, NULL},
	[PARAM_SORT_ORDER] = {"sort_order", ARGUMENT_WORD, 0, NULL, orders},
	[PARAM_START_INDEX] = {"start_index", ARGUMENT_INTEGER, 1, NULL},
	[PARAM_COUNT] = {"count", ARGUMENT_INTEGER, 0, "Default 20"},
	[PARAM_MEMBER_COUNT] = {"count", ARGUMENT_INTEGER, 0, "Default 100"},
	[PARAM_CURSOR] = {"cursor", ARGUMENT_TEXT, 0,
		"For long lists: \"*\", then next_cursor"},
	[PARAM_MEMBER_CURSOR] = {"cursor", ARGUMENT_TEXT, 0, "next_cursor of the page before"},
	[PARAM_HISTORY_CURSOR] = {"cursor", ARGUMENT_TEXT, 0, "next_cursor of the page before"},
	[PARAM_CHANGES_CURSOR] = {"cursor", ARGUMENT_TEXT, 0,
		"next_cursor; \"now\": only what comes; default: all that is kept"},
	[PARAM_PROPOSALS_CURSOR] = {"cursor", ARGUMENT_TEXT, 0, NULL},
	[PARAM_INCLUDE_TOTAL] = {"include_total", ARGUMENT_BOOLEAN, 0, "Count beyond 1000"},
	[PARAM_ATTRIBUTES] = {"attributes", ARGUMENT_TEXTS, 0, "Show these only"},
	[PARAM_EXCLUDED_ATTRIBUTES] = {"excluded_attributes", ARGUMENT_TEXTS, 0, NULL},
	[PARAM_INDIRECT_GROUPS] = {"indirect_groups", ARGUMENT_BOOLEAN, 0, NULL},
	[PARAM_KNOWN_VERSION] = {"known_version", ARGUMENT_TEXT, 0,
		"metadata.version you have: not_modified if still that"},
	[PARAM_TENANT_ID] = {"tenant_id", ARGUMENT_TEXT, 0, NULL},
};

/* ---- examples; {NULL} ends each list ---- */

static const ScimExample user_paths[] = {
	{"name.givenName", {"name.givenName"}},
	{"emails[type eq \"work\"].value", {"emails.type", "emails.value"}},
	{"URN:attribute", {"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"}},
	{"userName", .otherwise = true},
	{NULL}
};

static const ScimExample user_filters[] = {
	{"userName eq \"a\""},
	{"emails[type eq \"work\" and value co \"@x.org\"]", {"emails.type", "emails.value"}},
	{"meta.lastModified gt \"2026-01-01T00:00:00Z\"", {"meta.lastModified"}},
	{NULL}
};

static const ScimExample user_searchable[] = {
	{"userName"},
	{"emails.value", {"emails.value"}},
	{"active", {"active"}},
	{NULL}
};

static const ScimExample group_paths[] = {
	{"displayName"},
	{"members[value eq \"<id>\"]", {"members"}},
	{NULL}
};

static const ScimExample group_filters[] = {
	{"displayName sw \"A\""},
	{"members.value eq \"<id>\"", {"members"}},
	{NULL}
};

static const ScimExample group_searchable[] = {
	{"displayName"},
	{"externalId", {"externalId"}},
	{"members.value", {"members"}},
	{NULL}
};

static const ScimExample group_members[] = {
	{"users", {"members[User]"}},
	{"groups", {"members[Group]"}},
	{NULL}
};

static const ScimExample resource_paths[] = {
	{"attribute"},
	{"attribute.sub"},
	{"attribute[filter].sub"},
	{"URN:attribute"},
	{NULL}
};

static const ScimExample resource_filters[] = {
	{"displayName co \"x\" or not (active eq true)"},
	{NULL}
};

/* ---- what tools are about ---- */

/* In the order of the ABOUT_ bits. */
const ScimSubject scim_subjects[] = {
	{
		.type = "User",
		.one = "user",
		.many = "users",
		.any = "",
		.kept = "the password",
		.paths = user_paths,
		.filters = user_filters,
		.searchable = user_searchable,
	},
	{
		.type = "Group",
		.one = "group",
		.many = "groups",
		.any = "",
		.kept = "members (send [] to remove all of them)",
		.paths = group_paths,
		.filters = group_filters,
		.searchable = group_searchable,
		.members = group_members,
		.lacks = PARAM_INDIRECT_GROUPS,
	},
	{
		.one = "resource",
		.many = "resources",
		.any = " of any type",
		.kept = "a user's password and a group's members",
		.paths = resource_paths,
		.filters = resource_filters,
		.adds = PARAM_RESOURCE_TYPE,
	},
	{
		.one = "resource",
		.many = "resources",
	},
	{
		.one = "resource",
		.many = "resources",
		.any = "",
		.adds = PARAM_RESOURCE_TYPE,
		.has_history = true,
	},
	{
		.one = "resource",
		.many = "resources",
		.has_history = true,
	},
	{
		.one = "resource",
		.many = "resources",
		.has_leases = true,
	},
	{
		.one = "resource",
		.many = "resources",
		.has_proposals = true,
	},
};

/* Parameters that go together. */
#define PAGE	PARAM_START_INDEX, PARAM_COUNT
#define CONDITION	PARAM_EXPECTED_VERSION, PARAM_ON_CONFLICT, PARAM_MERGE_RULES, PARAM_LEASE_ID
#define VIEW	PARAM_ATTRIBUTES, PARAM_EXCLUDED_ATTRIBUTES, PARAM_KNOWN_VERSION

#define ABOUT_TYPED		(ABOUT_USERS | ABOUT_GROUPS)
#define ABOUT_ALL		(ABOUT_TYPED | ABOUT_RESOURCES)

const ScimToolsetForm scim_toolsets[] = {
	[TOOLSET_LEAN] = {"lean", 12000},
	[TOOLSET_CORE] = {"core", 26000},
	[TOOLSET_FULL] = {"full", 40000},
};

/* In the order in which they are listed. */
const ScimToolPattern scim_tool_patterns[] = {
	[TOOL_CREATE] = {
		.name = "scim_create_{one}",
		.title = "Create a {one}",
		.description = "Create a {one}{any}; returns it with its id and _version. Each call makes "
		"another, "
		"unless a unique value is taken (UNIQUENESS).",
		.about = ABOUT_ALL,
		.lean = ABOUT_USERS,
		.core = ABOUT_TYPED,
		.required = {PARAM_NEW},
		.optional = {PARAM_ON_REVIEW, PARAM_IDEMPOTENCY_KEY, PARAM_ATTRIBUTES, PARAM_TENANT_ID},
	},
	[TOOL_GET] = {
		.name = "scim_get_{one}",
		.title = "Read a {one}",
		.description = "Read one {one}{any} by id, with its _version.",
		.about = ABOUT_ALL,
		.lean = ABOUT_TYPED,
		.core = ABOUT_TYPED,
		.required = {PARAM_ID},
		.optional = {VIEW, PARAM_INDIRECT_GROUPS, PARAM_TENANT_ID},
		.read_only = true,
		.idempotent = true,
	},
	[TOOL_UPDATE] = {
		.name = "scim_update_{one}",
		.title = "Replace a {one}",
		.description = "Replace a {one}{any}: send it whole, as you read it (id, meta, _version "
		"may stay out), with your changes. "
		"What is left out is cleared, except {kept}.",
		.about = ABOUT_ALL,
		.core = ABOUT_TYPED,
		.required = {PARAM_ID, PARAM_WHOLE},
		.optional = {CONDITION, PARAM_ATTRIBUTES, PARAM_TENANT_ID},
		.destructive = true,
		/* what counts, does so again */
	},
	[TOOL_PATCH] = {
		.name = "scim_patch_{one}",
		.title = "Change parts of a {one}",
		.description = "Change parts of a {one}{any}, the rest stays. Each operation has op, path "
		"({paths}) and value.",
		.about = ABOUT_ALL,
		.lean = ABOUT_TYPED,
		.core = ABOUT_TYPED,
		.required = {PARAM_ID, PARAM_OPERATIONS},
		.optional = {CONDITION, PARAM_IDEMPOTENCY_KEY, PARAM_ATTRIBUTES, PARAM_TENANT_ID},
		.destructive = true,
	},
	[TOOL_DELETE] = {
		.name = "scim_delete_{one}",
		.title = "Delete a {one}",
		.description = "Delete a {one}{any} for good, with its memberships.",
		.about = ABOUT_ALL,
		.lean = ABOUT_USERS,
		.core = ABOUT_TYPED,
		.required = {PARAM_ID},
		.optional = {PARAM_EXPECTED_VERSION, PARAM_ON_DELETE, PARAM_LEASE_ID, PARAM_TENANT_ID},
		.destructive = true,
		.idempotent = true,
		.rule = "Read it first and pass its _version as expected_version; on VERSION_MISMATCH "
		"nothing was deleted: "
		"if current is still to go, repeat with current_version.",
		.after_mismatch = "if it is still to be deleted, make the call again with expected_version "
		"= ",
	},
	[TOOL_LIST] = {
		.name = "scim_list_{many}",
		.title = "List {many}",
		.description = "List {many}{any}, all or filtered. While metadata has next_start_index or "
		"next_cursor, more follow.",
		.about = ABOUT_ALL,
		.lean = ABOUT_TYPED,
		.core = ABOUT_TYPED,
		.optional = {PARAM_FILTER, PARAM_SORT_BY, PARAM_SORT_ORDER, PAGE, PARAM_CURSOR,
		PARAM_INCLUDE_TOTAL, VIEW, PARAM_TENANT_ID},
		.read_only = true,
		.idempotent = true,
	},
	[TOOL_SEARCH] = {
		.name = "scim_search_{many}",
		.title = "Search {many}",
		.description = "Find {many} by one attribute; scim_list_{many} takes any filter.",
		.about = ABOUT_TYPED,
		.core = ABOUT_TYPED,
		.required = {PARAM_ATTRIBUTE, PARAM_VALUE},
		.optional = {PAGE, PARAM_TENANT_ID},
		.read_only = true,
		.idempotent = true,
	},
	[TOOL_EXISTS] = {
		.name = "scim_{one}_exists",
		.title = "Does a {one} exist?",
		.description = "Is there a {one} with this id? False is no error.",
		.about = ABOUT_TYPED,
		.core = ABOUT_TYPED,
		.required = {PARAM_ID},
		.optional = {PARAM_TENANT_ID},
		.read_only = true,
		.idempotent = true,
	},
	[TOOL_MODIFY_MEMBERS] = {
		.name = "scim_modify_{one}_members",
		.title = "Add and remove members",
		.description = "Add members to a {one} and remove others, in one step, however large it "
		"is. "
		"Answers who was added or removed, and how many there are.",
		.about = ABOUT_GROUPS,
		.lean = ABOUT_GROUPS,
		.core = ABOUT_GROUPS,
		.asks = "members",
		.required = {PARAM_ID},
		.optional = {PARAM_ADD, PARAM_REMOVE, PARAM_EXPECTED_VERSION, PARAM_LEASE_ID,
		PARAM_IDEMPOTENCY_KEY, PARAM_ATTRIBUTES, PARAM_TENANT_ID},
		.destructive = true,
		.idempotent = true,
		.rule = "Repeating it is harmless. With expected_version, on VERSION_MISMATCH nothing was "
		"changed: repeat with current_version.",
		.after_mismatch = "if its members are still to be changed like that, make the call again "
		"with expected_version = ",
	},
	[TOOL_LIST_MEMBERS] = {
		.name = "scim_list_{one}_members",
		.title = "List members",
		.description = "List the members of a {one}: while metadata has next_cursor, more follow.",
		.about = ABOUT_GROUPS,
		.core = ABOUT_GROUPS,
		.asks = "members",
		.required = {PARAM_ID},
		.optional = {PARAM_MEMBER_COUNT, PARAM_MEMBER_CURSOR, PARAM_TENANT_ID},
		.read_only = true,
		.idempotent = true,
	},
	[TOOL_GET_HISTORY] = {
		.name = "scim_get_history",
		.title = "Read what a resource was",
		.description = "Who changed which attributes of a {one}, and when, newest first, also of a "
		"deleted one; with version the {one} as it was, with from_version what changed.",
		.about = ABOUT_HISTORY,
		.core = ABOUT_HISTORY,
		.required = {PARAM_ID},
		.optional = {PARAM_OLD_VERSION, PARAM_FROM_VERSION, PARAM_TO_VERSION, PARAM_COUNT,
		PARAM_HISTORY_CURSOR, PARAM_TENANT_ID},
		.read_only = true,
		.idempotent = true,
	},
	[TOOL_RESTORE] = {
		.name = "scim_restore",
		.title = "Bring a version back",
		.description = "Make a {one} what it was at an older version (not its password), also a "
		"deleted one; what changed since is undone; scim_get_history lists versions.",
		.about = ABOUT_HISTORY,
		.required = {PARAM_ID, PARAM_RESTORED_VERSION},
		.optional = {PARAM_EXPECTED_VERSION, PARAM_LEASE_ID, PARAM_ATTRIBUTES, PARAM_TENANT_ID},
		.destructive = true,
		.idempotent = true,
		.rule = "Pass its _version (of a deleted one the version that was deleted) as "
		"expected_version; on VERSION_MISMATCH nothing was changed: if current is still to be "
		"undone, repeat with current_version.",
		.after_mismatch = "if it is still to be brought back, make the call again with "
		"expected_version = ",
	},
	[TOOL_CHANGES] = {
		.name = "scim_changes",
		.title = "What changed",
		.description = "Who changed which attributes of which {many}, each change once, in order; "
		"later call again with next_cursor.",
		.about = ABOUT_CHANGES,
		.core = ABOUT_CHANGES,
		.optional = {PARAM_RESOURCE_TYPE, PARAM_COUNT, PARAM_CHANGES_CURSOR, PARAM_TENANT_ID},
		.read_only = true,
		.idempotent = true,
	},
	[TOOL_LEASE] = {
		.name = "scim_lease",
		.title = "Hold a resource",
		.description = "Hold a {one} for a while: nobody writes it but with your lease_id, which "
		"acquire answers with its version (read it again if yours is another). For work that takes "
		"long or is often disturbed. Release it when done.",
		.about = ABOUT_ANY,
		.core = ABOUT_ANY,
		.required = {PARAM_ACTION},
		.optional = {PARAM_RESOURCE_TYPE, PARAM_ID, PARAM_LEASE, PARAM_SECONDS, PARAM_PURPOSE,
		PARAM_TENANT_ID},
	},
	[TOOL_CHECK_VERSIONS] = {
		.name = "scim_check_versions",
		.title = "What moved meanwhile",
		.description = "With resource_type and ids: the versions of these {many}, to be kept. "
		"Later, with these as resources: which were changed since, by whom, and which are gone.",
		.about = ABOUT_ANY,
		.optional = {PARAM_RESOURCE_TYPE, PARAM_IDS, PARAM_SEEN, PARAM_TENANT_ID},
		.read_only = true,
		.idempotent = true,
	},
	[TOOL_PROPOSE] = {
		.name = "scim_propose_change",
		.title = "Propose a change",
		.description = "Ask people for a change, as REVIEW_REQUIRED demands: nothing is "
		"written before they approve. operations as in a patch, or an object with delete true or, "
		"without resource_id, create.",
		.about = ABOUT_PROPOSALS,
		.core = ABOUT_PROPOSALS,
		.required = {PARAM_RESOURCE_TYPE, PARAM_PROPOSED},
		.optional = {PARAM_ID, PARAM_EXPECTED_VERSION, PARAM_REASON, PARAM_TENANT_ID},
		.any_version = true,
		.rule = "What others changed since expected_version stays.",
		.after_mismatch = "if you still want it, make the call again with expected_version = ",
	},
	[TOOL_LIST_PROPOSALS] = {
		.name = "scim_list_proposals",
		.title = "Read proposals",
		.description = "Changes that wait for people to decide, newest first, and whether you may "
		"(can_review); with proposal_id that one, with its reviews and what became of it.",
		.about = ABOUT_PROPOSALS,
		.optional = {PARAM_PROPOSAL_ID, PARAM_STATUS, PARAM_RESOURCE_TYPE, PARAM_ID, PARAM_COUNT,
		PARAM_PROPOSALS_CURSOR, PARAM_TENANT_ID},
		.read_only = true,
		.idempotent = true,
	},
	[TOOL_REVIEW] = {
		.name = "scim_review_proposal",
		.title = "Decide on a proposal",
		.description = "Approve or reject a proposal of somebody else's, counter it with other "
		"operations, or withdraw your own. The last approval it needs writes its changes. Read "
		"changes first; VERSION_MISMATCH: they are others now, read them again.",
		.about = ABOUT_PROPOSALS,
		.required = {PARAM_PROPOSAL_ID, PARAM_DECISION, PARAM_PROPOSAL_VERSION},
		.optional = {PARAM_COMMENT, PARAM_PROPOSED, PARAM_LEASE_ID},
		.destructive = true,
	},
	[TOOL_BULK] = {
		.name = "scim_bulk",
		.title = "Many writes at once",
		.description = "Many writes in one call, each all or nothing; atomic: all or none. POST "
		"/Users with bulkId, data; PUT, PATCH /Users/<id> with data (of PATCH: Operations), "
		"version (the _version you read); DELETE. \"bulkId:x\" as an id is that of what POST x "
		"makes, in any order. The call succeeds even if they fail: look at each status.",
		.about = ABOUT_NONE,
		.core = ABOUT_NONE,
		.required = {PARAM_BULK},
		.optional = {PARAM_ATOMIC, PARAM_LEASE_ID, PARAM_IDEMPOTENCY_KEY, PARAM_TENANT_ID},
		.destructive = true,
	},
	[TOOL_GET_SCHEMAS] = {
		.name = "scim_get_schemas",
		.title = "Read the schemas",
		.description = "The resource types and their attributes: what is required, unique, "
		"multi-valued, writable. "
		"Read it before you write attributes you do not know.",
		.about = ABOUT_NONE,
		.lean = ABOUT_NONE,
		.core = ABOUT_NONE,
		.optional = {PARAM_RESOURCE_TYPE},
		.read_only = true,
		.idempotent = true,
	},
	[TOOL_SERVER_INFO] = {
		.name = "scim_server_info",
		.title = "About this server",
		.description = "This server: version, time, the tenant you work in, resource types with "
		"tables and mappings, features and limits.",
		.about = ABOUT_NONE,
		.core = ABOUT_NONE,
		.read_only = true,
		.idempotent = true,
	},
};
