/*
 * attribute.h
 *		The SQL of an attribute path: the one place that knows whether it is read
 *		from a column, the document or the memberships.
 */
#ifndef SCIM_QUERY_ATTRIBUTE_H
#define SCIM_QUERY_ATTRIBUTE_H

#include "core/path.h"
#include "query/column.h"
#include "registry/lookup.h"
#include "registry/registration.h"

/* What an expression yields, and so how it is compared. */
typedef enum ScimSqlType
{
	SCIM_SQL_EXACT,				/* text, COLLATE "C" */
	SCIM_SQL_FOLDED,			/* the same, folded by scim_fold */
	SCIM_SQL_BOOLEAN,
	SCIM_SQL_NUMBER,			/* numeric */
	SCIM_SQL_INSTANT,			/* timestamptz */
	SCIM_SQL_BINARY,			/* bytea */
	SCIM_SQL_ID,				/* of the id_type */
	SCIM_SQL_COLUMN,			/* of a mapped column's own type: compared as "column" says */
	SCIM_SQL_COMPLEX			/* no value of its own */
} ScimSqlType;

/* Of what an attribute is asked for. */
typedef enum ScimScope
{
	SCIM_OF_ROW,				/* the row r of the registered table */
	SCIM_OF_SLOT,				/* an element that is made of columns of r: of mapped.h alone */
	SCIM_OF_ELEMENT,			/* the element e.value of the path's multi-valued attribute */
	SCIM_OF_MEMBER,				/* the same, of a group's members as they are shown */
	SCIM_OF_MEMBERSHIP			/* the membership m, as an element of members or groups */
} ScimScope;

/* URIs of resources of a type. */
typedef struct ScimUriSql
{
	char	   *base;			/* up to the id; NULL: the end of the list */
	char	   *condition;		/* that the URI is of that type; NULL: all are */
} ScimUriSql;

/*
 * An attribute as SQL.  The expressions never raise an error, whatever is
 * stored; what cannot be read as the attribute's type is NULL.
 */
typedef struct ScimAttributeSql
{
	ScimSqlType type;
	const ScimIdType *id_type;	/* of an id, and of the one in a URI */
	bool		id_is_text;		/* that is there as it is shown */
	char	   *id;				/* of URIs that end with one: the id */
	const ScimUriSql *uris;		/* and what is in front of it, by type; else NULL */
	char	   *value;			/* of the type; NULL if the attribute never has a value */
	char	   *json;			/* the same as jsonb; NULL where it comes from a column */
	char	   *from;			/* multi-valued: a FROM list of which each row has one "value"; else NULL */
	char	   *order;			/* of those rows, when they are sorted by: the primary one first */
	const ScimLookup *lookup;	/* the column that all values can be looked up in, or NULL */
	const ScimColumnSql *column;	/* of a mapped column, which compares itself (by code: for equality only); or NULL */
	char	   *present;		/* the condition that there is a value, where it is not that "value" is not NULL */
	struct ScimAttributeSql *next;	/* further sources of values of the attribute, or NULL */
} ScimAttributeSql;

/* "registration" may be NULL for elements. */
extern void scim_attribute_sql(const ScimPath *path, const ScimRegistration *registration,
							   ScimScope scope, ScimAttributeSql *result);

/* The SQL of a document that values of the row r are taken from: its data column. */
extern char *scim_data_sql(const ScimRegistration *registration);

/* One value of each row r to sort by: of a multi-valued attribute the primary one's, else the first (RFC 7644 section 3.4.2.3). */
extern void scim_sort_sql(const ScimPath *path, const ScimRegistration *registration,
						  ScimAttributeSql *result);

/* The elements of a multi-valued attribute as a FROM list: rows e or m, as *scope says; NULL if it never has any. */
extern char *scim_elements_sql(const ScimPath *path, const ScimRegistration *registration,
							   ScimScope *scope);

/* The condition that the attribute has a value (RFC 7644 table 3, "pr"); it is never NULL. */
extern char *scim_present_sql(const ScimPath *path, const ScimRegistration *registration, ScimScope scope);

#endif							/* SCIM_QUERY_ATTRIBUTE_H */
