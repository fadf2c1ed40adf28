/*
 * attribute_sql.h
 *		An attribute as SQL: what its values come from.
 */
#ifndef SCIM_QUERY_ATTRIBUTE_SQL_H
#define SCIM_QUERY_ATTRIBUTE_SQL_H

#include "column/id.h"
#include "query/comparison.h"
#include "registry/lookup.h"

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
	char	   *from;			/* multi-valued: a FROM list of which each row has one "value";
								 * else NULL */
	char	   *order;			/* of those rows, when they are sorted by: the primary one first */
	const ScimLookup *lookup;	/* the column that all values can be looked up in, or NULL */
	const ScimColumnSql *column;	/* of a mapped column, which compares itself (by code: for
									 * equality only); or NULL */
	char	   *present;		/* the condition that there is a value, where it is not that
								 * "value" is not NULL */
	struct ScimAttributeSql *next;	/* further sources of values of the attribute, or NULL */
} ScimAttributeSql;

#endif							/* SCIM_QUERY_ATTRIBUTE_SQL_H */
