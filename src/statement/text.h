/*
 * text.h
 *		Texts of SQL with placeholders for what differs between relations.
 */
#ifndef SCIM_STATEMENT_TEXT_H
#define SCIM_STATEMENT_TEXT_H

#include "postgres.h"

#include "lib/stringinfo.h"
#include "registry/registration.h"

/* Equality in such a text, whatever the search_path. */
#define EQ " OPERATOR(pg_catalog.=) "

/*
 * Write functions and lists show up to this many members of a group, and groups
 * of a user.
 */
#define SCIM_SHOWN_MEMBERS 100

/*
 * Appends a text with its placeholders filled in: {table} and {tenant}, {id},
 * {data}, ... of the relation, {members.table}, {members.group}, ... of the
 * membership table, {groups.id}, ... of the group table, {ext} the schema of
 * scimver; and
 *
 * {bare}: the columns that scim_read_row expects, of a row r;
 * {of_tenant}: the row is in the tenant $1;
 * {in_tenant}: the same, and it is not marked as deleted;
 * {key}: the same, and its id is $2;
 * {is_version $3}: the row r has that version;
 * {tenants:m=r}: the rows of two aliases are in the same tenant;
 * {tenant_text:r}: the tenant of the row of an alias, as text;
 * {live:r}: the row of an alias is not marked as deleted;
 * {display:r}: how it is displayed as a member or group;
 * {is_type:m $3}: a membership's member is of that type;
 * {row_key}: the row of a group that memberships name by $1 and $2, be it marked;
 * {touch}: assigns scim_touched_column to itself;
 * {mapped 3}: the mapped column of that index;
 * {lock_order}: the order in which rows are locked;
 * {?data:text}, {!data:text}: the text, if the relation has (not) the column.
 *
 * Aliases: m is the membership table, g the group table, r the relation.
 */
extern void scim_append_statement(StringInfo out, const char *text,
								  const ScimRegistration *registration);

/* The same with another expression for the tenant than $1. */
extern void scim_append_statement_for(StringInfo out, const char *text,
									  const ScimRegistration *registration, const char *tenant);

#endif							/* SCIM_STATEMENT_TEXT_H */
