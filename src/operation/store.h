/*
 * store.h
 *		The operations on resources in tables, as the SQL functions and the
 *		tools call them.
 *
 * "type" is the resource type's name, "tenant" NULL for the session's, "id"
 * the resource's id as the client gave it.  Everything runs with the caller's
 * rights.  Errors: NOT_REGISTERED, TENANT_FORBIDDEN, and as said.
 */
#ifndef SCIM_OPERATION_STORE_H
#define SCIM_OPERATION_STORE_H

#include "postgres.h"

#include "resource/view.h"
#include "utils/jsonb.h"

/* What a caller wants to know of a write beside the resource; filled in as far as the write came, in the caller's memory. */
typedef struct ScimWritten
{
	bool		unchanged;		/* what was wanted was there already */
	JsonbValue *ignored;		/* create, update: paths of what was sent and is the server's to say, where that differs from what is stored now; NULL: none */
	JsonbValue *added;			/* members: ids of who was no member when the group was locked, and is one now; */
	JsonbValue *removed;		/* and the other way round */
	int64		member_count;	/* members: of the group, now */
	JsonbValue *differing;		/* after VERSION_MISMATCH (also then): paths where what was wanted differs from what is stored; NULL: nobody knows */
} ScimWritten;

/* The new resource; "report" is filled in unless it is NULL, here and below.  Errors: those of scim_read_resource, UNIQUENESS, INVALID_VALUE (no such member). */
extern Jsonb *scim_store_create(const char *type, const char *tenant, Jsonb *data, const ScimView *view,
								ScimWritten *report);

/*
 * The resource, or (it still has view->known_version) {"id", "meta",
 * "not_modified": true}; NOT_FOUND, INVALID_VERSION_FORMAT.  Reads under the
 * caller's snapshot, or (fresh) under a new one that sees this call's writes.
 */
extern Jsonb *scim_store_get(const char *type, const char *tenant, const char *id,
							 const ScimView *view, bool fresh);

/*
 * Replaces the resource; "expected" NULL or "*": whatever version it has.
 * Errors: INVALID_VERSION_FORMAT, NOT_FOUND, VERSION_MISMATCH, those of create.
 */
extern Jsonb *scim_store_update(const char *type, const char *tenant, const char *id,
								Jsonb *data, const char *expected, const ScimView *view,
								ScimWritten *report);

/* RFC 7644 section 3.5.2; errors: those of scim_parse_patch and of update. */
extern Jsonb *scim_store_patch(const char *type, const char *tenant, const char *id,
							   Jsonb *operations, const char *expected, const ScimView *view,
							   ScimWritten *report);

/*
 * Adds members to a group and removes others, by their ids, in one step: as
 * sets, so that order and repetition do not matter.  What cannot be an id is no member.
 * Errors: those of update; INVALID_VALUE (no such member; a cycle of groups).
 */
extern Jsonb *scim_store_change_members(const char *tenant, const char *group_id, char **add, int add_count,
										char **remove, int remove_count, const char *expected,
										const ScimView *view, ScimWritten *report);

/*
 * A ListResponse with a page of the group's members, in the order of type and
 * id: schemas, version (the group's), totalResults, itemsPerPage, Resources, and nextCursor unless it
 * is the last page.  "cursor" NULL or empty: the first page.  Errors:
 * INVALID_COUNT unless count is 1 to scimver.max_page_size, INVALID_CURSOR,
 * EXPIRED_CURSOR, GROUP_NOT_FOUND.
 */
extern Jsonb *scim_store_list_members(const char *tenant, const char *group_id, int count,
									  const char *cursor, bool fresh);

/* Deletes; returns the version that was deleted.  "at_once": foreign keys that are deferred are asked, too. */
extern char *scim_store_delete(const char *type, const char *tenant, const char *id,
							   const char *expected, bool at_once);

/* Sees what was written before, as tools do. */
extern bool scim_store_exists(const char *type, const char *tenant, const char *id);

/* What "count" is unless it is given; then it is cut to the largest page, where another would be refused. */
#define SCIM_DEFAULT_PAGE_SIZE 100

/* What is asked for in a list; what is NULL is not. */
typedef struct ScimListQuery
{
	const char *filter;			/* RFC 7644 section 3.4.2.2 */
	const char *sort_by;		/* a path; else the order is that of ids */
	const char *sort_order;		/* "ascending" or "descending" */
	int			start_index;	/* 1-based; below 1 counts as 1 (RFC 7644 section 3.4.2.4) */
	int			count;			/* resources in a page; by index below 0 counts as 0 */
	const char *cursor;			/* "" for the first page, then nextCursor (RFC 9865); NULL: by start_index */
	bool		include_total;	/* by cursor: count them all the same */
	bool		fresh;			/* see what was written before; else under the caller's snapshot */
	const ScimView *view;		/* known_version: that of the page */
	const char *attribute;		/* in place of a filter: equality with "value" */
	const JsonbValue *value;
} ScimListQuery;

/*
 * A ListResponse: schemas, version, Resources, itemsPerPage; by index also
 * totalResults and startIndex; by cursor nextCursor, except in the last page.
 * If the page has the known version: schemas, version, not_modified.
 * Errors: INVALID_FILTER, SENSITIVE, INVALID_PATH, INVALID_VALUE (sort_order),
 * INVALID_CURSOR, EXPIRED_CURSOR, INVALID_COUNT, INVALID_VERSION_FORMAT,
 * TOO_MANY, TOO_LARGE.
 */
extern Jsonb *scim_store_list(const char *type, const char *tenant, const ScimListQuery *query);

/* The table of the type (or of its memberships) as text ("public.users"), or NULL when none is registered. */
extern char *scim_store_table(const char *type, bool of_members);

/* The mapping with which that was registered, if people had it before; else NULL. */
extern Jsonb *scim_store_mapping(const char *type, bool of_members);

/* The tenant that a call without tenant_id works in; TENANT_FORBIDDEN as for the calls. */
extern char *scim_store_tenant(const char *tenant);

#endif							/* SCIM_OPERATION_STORE_H */
