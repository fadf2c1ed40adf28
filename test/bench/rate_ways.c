/*
 * rate_ways.c
 *		The ways of doing the same: what test/bench/rate.c times, and of which
 *		instructions.pl counts the instructions.
 */
#include <stddef.h>
#include <string.h>

#include "rate_ways.h"

#define CHANGE(table) \
	"UPDATE " table " SET data = data || $3::jsonb WHERE tenant_id = $1 AND id = $2::uuid"
#define REPLACE(table) \
	"UPDATE " table " SET data = $3::jsonb WHERE tenant_id = $1 AND id = $2::uuid"
#define SAME(table) \
	"UPDATE " table " SET data = data || jsonb_build_object('nickName', data -> 'nickName')" \
	" WHERE tenant_id = $1 AND id = $2::uuid"
#define SAVE_STAFF \
	"UPDATE staff SET nick_name = $2, login = login, first_name = first_name, last_name = " \
	"last_name, title = title, email = email," \
	" mobile = mobile, department = department, cost_center = cost_center, locale = locale, " \
	"status = status WHERE id = $1::bigint"
#define CHANGE_STAFF(table) "UPDATE " table " SET nick_name = $2 WHERE id = $1::bigint"
#define SMALL "'00000000-0000-4000-8000-000000000010'"
#define LARGE "'00000000-0000-4000-8000-000000050000'"
#define ADD(group) \
	"INSERT INTO groups_members (group_id, member_type, member_id) VALUES (" group \
	", 'User', $1::uuid)"
#define PATCH(group) \
	"SELECT scim_patch_group(" group \
	", jsonb_build_array(jsonb_build_object('op', 'add', 'path', 'members'," \
	" 'value', jsonb_build_array(jsonb_build_object('value', $1::text)))))"
#define REMOVE_FROM(table, group) \
	"DELETE FROM " table " WHERE tenant_id = 'default' AND group_id = " group \
	" AND member_type = 'User' AND member_id = $1::uuid"
#define REMOVE(group) REMOVE_FROM("groups_members", group)
#define ADD_BARE(group) \
	"INSERT INTO bare_members (group_id, member_type, member_id) VALUES (" group \
	", 'User', $1::uuid)"
#define REMOVE_MANY_FROM(table, group) \
	"DELETE FROM " table " WHERE tenant_id = 'default' AND group_id = " group \
	" AND member_type = 'User' AND member_id = ANY ($1::uuid[])"
#define ADD_MANY_BARE(group) \
	"INSERT INTO bare_members (group_id, member_type, member_id) SELECT " group \
	", 'User', unnest($1::uuid[])"

/* A user as it is shown, by hand: the same as ours. */
#define UTC(time) "to_char(" time " AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
#define SHOWN_GROUPS \
	"(SELECT jsonb_agg(jsonb_build_object('value', m.group_id, '$ref', '/Groups/' || m.group_id, " \
	"'display', g.data ->> 'displayName', 'type', 'direct')" \
	" ORDER BY m.group_id) FROM groups_members m JOIN groups g ON g.tenant_id = m.tenant_id AND " \
	"g.id = m.group_id WHERE m.tenant_id = u.tenant_id AND m.user_id = u.id)"
#define SHOWN_USER \
	"u.data || jsonb_build_object('id', u.id, 'groups', " SHOWN_GROUPS \
	", 'meta', jsonb_build_object('resourceType', 'User', 'created', " UTC("u.created") \
	", 'lastModified', " UTC("u.last_modified") \
	", 'version', u.version, 'location', '/Users/' || u.id))"

/* An update on condition of a version, by ours and by hand. */
#define UPDATE_USER_WITH(argument) \
	"SELECT r, r #>> '{meta,version}' " \
	"FROM scim_update_user($2, $3::jsonb, $4, " argument "tenant_id => $1) AS r"
#define UPDATE_USER UPDATE_USER_WITH("")
#define ON_VERSION " AND version = $4"
#define RETURNING_ROW " RETURNING data, version, id, revision, created, last_modified"
#define RETURNING_SAME " RETURNING " SHOWN_USER ", version"

/* A list by hand: the same as ours, but for its version. */
#define LIST_BY_HAND(condition) \
	"SELECT jsonb_build_object('schemas', " \
	"'[\"urn:ietf:params:scim:api:messages:2.0:ListResponse\"]'::jsonb, 'totalResults', count(*)," \
	" 'startIndex', 1, 'itemsPerPage', count(*), 'Resources', coalesce(jsonb_agg(u.resource " \
	"ORDER BY u.id), '[]'))" \
	" FROM (SELECT u.id, " SHOWN_USER " AS resource" \
	" FROM users u WHERE u.tenant_id = $1 AND " condition \
						   " ORDER BY u.id LIMIT 100) AS u"
#define HAS_MAIL(fold) \
	"EXISTS (SELECT FROM jsonb_array_elements(u.data -> 'emails') e WHERE " fold \
	"(e ->> 'type') = 'work' AND " fold "(e ->> 'value') = " fold "($2))"
#define LIST "SELECT scim_list_users($2, tenant_id => $1)"
#define PAGE(arguments, place) \
	"SELECT scim_list_users(" arguments \
	"count => 100, cursor => (SELECT cursor FROM bench_cursor WHERE place = '" place "'))"

/* The feed of changes, and the same rows by hand: as they are, and as the feed shows them. */
#define CHANGES(place, arguments) \
	"SELECT scim_changes((SELECT cursor FROM bench_cursor WHERE place = '" place "'), " arguments \
	"tenant_id => $1)"
#define CHANGED_ROWS \
	"SELECT seq, resource_type, resource_id, operation, version, previous_version, revision, " \
	"at, actor, agent, tool, changed FROM scim_history_rows WHERE tenant_id = $1 AND seq > " \
	"(SELECT seq FROM bench_cursor WHERE place = 'middle') ORDER BY seq LIMIT 1000"
#define CHANGED_JSON \
	"SELECT jsonb_build_object('changes', jsonb_agg(jsonb_strip_nulls(jsonb_build_object(" \
	"'seq', seq, 'resource_type', resource_type, 'resource_id', resource_id, " \
	"'operation', operation, 'version', version, 'previous_version', previous_version, " \
	"'revision', revision, 'at', " UTC("at") ", 'actor', actor, 'agent', agent, 'tool', tool, " \
	"'changed', changed)) ORDER BY seq)) FROM (" CHANGED_ROWS ") AS rows"

#define ADD_TO_TEAM(table) "INSERT INTO " table " VALUES (1, $1::bigint)"
#define REMOVE_FROM_TEAM(table) "DELETE FROM " table " WHERE team = 1 AND person = $1::bigint"

static const Way ways[] = {
	{"change_users", TENANT_ID_CHANGE, CHANGE("users"), NULL, -1},
	{"change_bare", TENANT_ID_CHANGE, CHANGE("bare"), NULL, -1},
	{"change_nothing_c", TENANT_ID_CHANGE, CHANGE("nothing_c"), NULL, -1},
	{"change_nothing_pl", TENANT_ID_CHANGE, CHANGE("nothing_pl"), NULL, -1},
	{"change_hashed", TENANT_ID_CHANGE, CHANGE("hashed"), NULL, -1},
	{"replace_users", TENANT_ID_DOCUMENT, REPLACE("users"), NULL, -1},
	{"replace_bare", TENANT_ID_DOCUMENT, REPLACE("bare"), NULL, -1},
	{"same_users", TENANT_ID, SAME("users"), NULL, -1},
	{"same_nothing_c", TENANT_ID, SAME("nothing_c"), NULL, -1},
	{"same_nothing_pl", TENANT_ID, SAME("nothing_pl"), NULL, -1},
	{"update_function", TENANT_ID_DOCUMENT_VERSION, UPDATE_USER, NULL, 1},
	{"update_fail", TENANT_ID_DOCUMENT_VERSION, UPDATE_USER_WITH("on_conflict => 'fail', "),
	NULL, 1},
	{"update_merge", TENANT_ID_DOCUMENT_VERSION, UPDATE_USER_WITH("on_conflict => 'merge', "),
	NULL, 1},
	{"update_by_hand", TENANT_ID_DOCUMENT_VERSION,
	REPLACE("users") ON_VERSION RETURNING_ROW, NULL, 1},
	{"update_by_hand_same", TENANT_ID_DOCUMENT_VERSION,
	REPLACE("users u") ON_VERSION RETURNING_SAME, NULL, 1},
	{"patch_function", TENANT_ID_PATCH_VERSION,
		"SELECT r, r #>> '{meta,version}' "
		"FROM scim_patch_user($2, $3::jsonb, $4, tenant_id => $1) AS r",
	NULL, 1},
	{"patch_by_hand", TENANT_ID_CHANGE_VERSION,
	CHANGE("users") ON_VERSION RETURNING_ROW, NULL, 1},
	{"patch_by_hand_same", TENANT_ID_CHANGE_VERSION,
	CHANGE("users u") ON_VERSION RETURNING_SAME, NULL, 1},
	{"get_function", TENANT_ID, "SELECT scim_get_user($2, tenant_id => $1)", NULL, -1},
	{"get_by_hand", TENANT_ID,
		"SELECT " SHOWN_USER " FROM users u WHERE u.tenant_id = $1 AND u.id = $2::uuid",
	NULL, -1},
	{"add_small", NEW_MEMBER, ADD(SMALL), REMOVE(SMALL), -1},
	{"add_large", NEW_MEMBER, ADD(LARGE), REMOVE(LARGE), -1},
	{"patch_small", NEW_MEMBER, PATCH(SMALL), REMOVE(SMALL), -1},
	{"patch_large", NEW_MEMBER, PATCH(LARGE), REMOVE(LARGE), -1},
	{"add_function", NEW_MEMBER, "SELECT scim_add_members(" LARGE ", ARRAY[$1::text])",
	REMOVE(LARGE), -1},
	{"add_bare", NEW_MEMBER, ADD_BARE(LARGE), REMOVE_FROM("bare_members", LARGE), -1},
	{"remove_function", OLD_MEMBER,
	"SELECT scim_remove_members(" LARGE ", ARRAY[$1::text])", ADD(LARGE), -1},
	{"remove_bare", OLD_MEMBER, REMOVE_FROM("bare_members", LARGE), ADD_BARE(LARGE),
	-1},
	{"add_many_function", NEW_MEMBERS, "SELECT scim_add_members(" LARGE ", $1::text[])",
	REMOVE_MANY_FROM("groups_members", LARGE), -1},
	{"add_many_bare", NEW_MEMBERS, ADD_MANY_BARE(LARGE), REMOVE_MANY_FROM("bare_members", LARGE),
	-1},
	{"list_function", TENANT, "SELECT scim_list_users(tenant_id => $1)", NULL, -1},
	{"name_function", TENANT_NAME_FILTER, LIST, NULL, -1},
	{"name_by_hand", TENANT_NAME, LIST_BY_HAND("u.user_name = scim_fold($2)"), NULL,
	-1},
	{"name_scan", TENANT_NAME, LIST_BY_HAND("lower(u.data ->> 'userName') = lower($2)"),
	NULL, -1},
	{"mail_function", TENANT_MAIL_FILTER, LIST, NULL, -1},
	{"mail_by_hand", TENANT_NAME,
	LIST_BY_HAND("u.emails @= scim_fold($2) AND " HAS_MAIL("scim_fold")), NULL, -1},
	{"mail_scan", TENANT_NAME, LIST_BY_HAND(HAS_MAIL("lower")), NULL, -1},
	{"team_add", NEW_MEMBER, ADD_TO_TEAM("teams_staff"),
	REMOVE_FROM_TEAM("teams_staff"), -1},
	{"team_add_bare", NEW_MEMBER, ADD_TO_TEAM("teams_staff_bare"),
	REMOVE_FROM_TEAM("teams_staff_bare"), -1},
	{"team_sum", NOTHING,
		"SELECT count(sha256(convert_to('{\"type\":\"User\",\"value\":\"' || person || "
		"'\"}', "
		"'UTF8'))) FROM teams_staff WHERE team = 1",
	NULL, -1},
	{"staff_change", ID_NAME, CHANGE_STAFF("staff"), NULL, -1},
	{"staff_change_bare", ID_NAME, CHANGE_STAFF("staff_bare"), NULL, -1},
	{"staff_function", TENANT_ID_DOCUMENT_VERSION, UPDATE_USER, NULL, 1},
	{"staff_save", ID_NAME, SAVE_STAFF " RETURNING id, scim_version", NULL, 1},
	{"staff_by_hand", ID_NAME, CHANGE_STAFF("staff") " RETURNING id, scim_version",
	NULL, 1},
	{"page_first", NOTHING, PAGE("", "first"), NULL, -1},
	{"page_deep", NOTHING, PAGE("", "id"), NULL, -1},
	{"sorted_first", NOTHING, PAGE("sort_by => 'userName', ", "first"), NULL, -1},
	{"changes_function", TENANT, CHANGES("middle", "1000, "), NULL, -1},
	{"changes_of_type", TENANT, CHANGES("middle of type", "1000, 'User', "), NULL, -1},
	{"changes_bulk", TENANT, CHANGES("bulk", "1000, "), NULL, -1},
	{"changes_rows", TENANT, CHANGED_ROWS, NULL, -1},
	{"changes_by_hand", TENANT, CHANGED_JSON, NULL, -1},
	{"changes_none", TENANT, CHANGES("end", ""), NULL, -1},
	{"sorted_deep", NOTHING, PAGE("sort_by => 'userName', ", "userName"), NULL, -1},
};

const Way *
find_way(const char *name)
{
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
	{
		if (strcmp(ways[i].name, name) == 0)
			return &ways[i];
	}
	return NULL;
}
