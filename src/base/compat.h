/*
 * compat.h
 *		Every difference between PostgreSQL versions (14 to 18), in one place.
 */
#ifndef SCIM_BASE_COMPAT_H
#define SCIM_BASE_COMPAT_H

#include "postgres.h"

#include "utils/guc.h"

#if PG_VERSION_NUM < 140000
#error "scimver needs PostgreSQL 14 or newer"
#endif

/* What postgres.h brought along before version 16, and what the macros below ask then. */
#if PG_VERSION_NUM >= 160000
#include "catalog/pg_class.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "varatt.h"
#endif

/*
 * Before version 15 a setting with our prefix that we do not have is only
 * warned of when the library is loaded, and the hash functions do not tell why
 * they failed.
 */
#if PG_VERSION_NUM < 150000
#define MarkGUCPrefixReserved(prefix) EmitWarningsOnPlaceholders(prefix)
#define pg_cryptohash_error(context) "unknown error"
#endif

/* What a setting's check hook keeps lies in memory of its own since version 16. */
#if PG_VERSION_NUM >= 160000
#define scim_guc_malloc(size) guc_malloc(LOG, size)
#else
#define scim_guc_malloc(size) malloc(size)
#endif

/*
 * Settings are in an array before version 16.  Since then such an array is made and sorted anew
 * for who asks, and those that are not at their defaults are in a ring, those that the
 * transaction changes in a list.  (guc_tables.h)
 */
#if PG_VERSION_NUM >= 160000
#define SCIM_SETTINGS_IN_RING true
#define scim_all_settings(count) get_guc_variables(count)
#define scim_setting_link(setting) (&(setting)->nondef_link)
#define scim_linked_setting(link) dlist_container(struct config_generic, nondef_link, link)
#define scim_find_setting(name) find_option(name, false, false, ERROR)
#define scim_stack_link(setting) (&(setting)->stack_link)
#define scim_stacked_setting(link) slist_container(struct config_generic, stack_link, link)
#else
#define SCIM_SETTINGS_IN_RING false
#define scim_all_settings(count) (*(count) = GetNumConfigOptions(), get_guc_variables())
#define scim_setting_link(setting) ((void) (setting), (dlist_node *) NULL)
#define scim_linked_setting(link) ((void) (link), (struct config_generic *) NULL)
#define scim_find_setting(name) ((void) (name), (struct config_generic *) NULL)
#define scim_stack_link(setting) ((void) (setting), (slist_node *) NULL)
#define scim_stacked_setting(link) ((void) (link), (struct config_generic *) NULL)
#endif

/* pg_noreturn took the place of pg_attribute_noreturn() in version 18. */
#if PG_VERSION_NUM >= 180000
#define SCIM_NORETURN pg_noreturn
#else
#define SCIM_NORETURN pg_attribute_noreturn()
#endif

/*
 * What a query may need of a relation moved out of its range table entry in
 * version 16; the fields kept their names.
 */
#if PG_VERSION_NUM >= 160000
#define ScimPermissions RTEPermissionInfo
#define scim_query_permissions(query) ((query)->rteperminfos)
#else
#define ScimPermissions RangeTblEntry
#define scim_query_permissions(query) ((query)->rtable)
#endif

/* Who owns a relation is asked in one way for all objects since version 16. */
#if PG_VERSION_NUM >= 160000
#define scim_owns_relation(relid, role) object_ownercheck(RelationRelationId, relid, role)
#else
#define scim_owns_relation(relid, role) pg_class_ownercheck(relid, role)
#endif

/* And so is who may look into a schema. */
#if PG_VERSION_NUM >= 160000
#define scim_may_use_schema(schema, role) \
	(object_aclcheck(NamespaceRelationId, schema, role, ACL_USAGE) == ACLCHECK_OK)
#define scim_may_execute(function, role) \
	(object_aclcheck(ProcedureRelationId, function, role, ACL_EXECUTE) == ACLCHECK_OK)
#else
#define scim_may_use_schema(schema, role) \
	(pg_namespace_aclcheck(schema, role, ACL_USAGE) == ACLCHECK_OK)
#define scim_may_execute(function, role) \
	(pg_proc_aclcheck(function, role, ACL_EXECUTE) == ACLCHECK_OK)
#endif

/* May the one become the other, by SET ROLE?  A membership may leave that out since version 16. */
#if PG_VERSION_NUM >= 160000
#define scim_may_become(member, role) member_can_set_role(member, role)
#else
#define scim_may_become(member, role) is_member_of_role(member, role)
#endif

/*
 * What the JSON parser calls can stop it since version 16; and what it reads of
 * is made in place since version 17.
 */
#if PG_VERSION_NUM >= 160000
#define ScimJsonAction JsonParseErrorType
#define SCIM_JSON_GO_ON return JSON_SUCCESS
#else
#define ScimJsonAction void
#define SCIM_JSON_GO_ON return
#endif
#if PG_VERSION_NUM >= 170000
#define scim_json_lexer(text, length) \
	makeJsonLexContextCstringLen(NULL, text, length, PG_UTF8, true)
#else
#define scim_json_lexer(text, length) makeJsonLexContextCstringLen(text, length, PG_UTF8, true)
#endif

/* Since version 18 a column can be marked as NOT NULL by a constraint that was never validated. */
#if PG_VERSION_NUM >= 180000
#define scim_is_not_null(descriptor, number) \
	(TupleDescCompactAttr(descriptor, (number) - 1)->attnullability == ATTNULLABLE_VALID)
#else
#define scim_is_not_null(descriptor, number) (TupleDescAttr(descriptor, (number) - 1)->attnotnull)
#endif

/* Since version 18 the locale of a collation says whether it goes by bytes. */
#if PG_VERSION_NUM >= 180000
#define scim_goes_by_bytes(collation) (pg_newlocale_from_collation(collation)->collate_is_c)
#else
#define scim_goes_by_bytes(collation) lc_collate_is_c(collation)
#endif

/* Since version 18 a foreign key may be there that is not enforced. */
#if PG_VERSION_NUM >= 180000
#define scim_is_enforced(constraint) ((constraint)->conenforced)
#else
#define scim_is_enforced(constraint) ((void) (constraint), true)
#endif

/*
 * Since version 18 columns may be computed when they are read, and an index scan
 * can count what it does.
 */
#if PG_VERSION_NUM >= 180000
#define scim_has_virtual_columns(descriptor) \
	((descriptor)->constr && (descriptor)->constr->has_generated_virtual)
#define scim_begin_index_scan(relation, index, snapshot, key_count) \
	index_beginscan(relation, index, snapshot, NULL, key_count, 0)
#else
#define scim_has_virtual_columns(descriptor) ((void) (descriptor), false)
#define scim_begin_index_scan(relation, index, snapshot, key_count) \
	index_beginscan(relation, index, snapshot, key_count, 0)
#endif

/*
 * The timeline that is written, once the server is out of recovery: before version
 * 15 a session has it in a variable, since it asked whether it is.
 */
#if PG_VERSION_NUM >= 150000
#define scim_insertion_timeline() GetWALInsertionTimeLine()
#else
#define scim_insertion_timeline() ThisTimeLineID
#endif

#endif							/* SCIM_BASE_COMPAT_H */
