/*
 * spot.h
 *		The SQL of spots in a document: members of objects, elements of arrays,
 *		and the values there as an attribute's type reads them.
 */
#ifndef SCIM_QUERY_SPOT_H
#define SCIM_QUERY_SPOT_H

#include "lib/stringinfo.h"
#include "query/attribute_sql.h"

/* A spot in a document: a member of an object, or (key NULL) a value itself. */
typedef struct ScimSpot
{
	char	   *object;			/* jsonb expression */
	const char *key;
	bool		ordered;		/* elements come with their order */
	StringInfoData from;		/* the elements that "object" is one of; empty: none */
	StringInfoData order;		/* of the elements: the primary one first */
} ScimSpot;

/* The spot of a jsonb expression; "ordered": elements behind it are to come with their order. */
extern void scim_start_spot(ScimSpot *spot, const char *json, bool ordered);

/* To the elements of the array at the spot, as rows "alias"; what is no array has none. */
extern void scim_spread(ScimSpot *spot, const char *alias);

/* The same where there is an array, or NULL, and nothing else. */
extern void scim_spread_array(ScimSpot *spot, const char *alias);

/*
 * From a resource to where the path leads; "spread_last": to its elements, if
 * what it names is multi-valued.
 */
extern void scim_follow(ScimSpot *spot, const ScimPath *path, bool spread_last);

/* From there on to the path's sub-attribute, if it has one. */
extern void scim_follow_sub(ScimSpot *spot, const ScimPath *path, bool spread_last);

/* The JSON at the spot, and the condition that there is a value; of elements, that one has. */
extern char *scim_spot_json(const ScimSpot *spot);
extern char *scim_spot_assigned(const ScimSpot *spot);

/* The condition that there is an object, if an empty one. */
extern char *scim_spot_is_object(const ScimSpot *spot);

/* What expressions of an attribute yield. */
extern ScimSqlType scim_sql_type(const ScimAttribute *attribute);

/* The value at the spot as an attribute of the type. */
extern void scim_spot_sql(const ScimSpot *spot, ScimSqlType type, ScimAttributeSql *result);

/* The SQL of a document that values of the row r are taken from: its data column. */
extern char *scim_data_sql(const ScimRegistration *registration);

#endif							/* SCIM_QUERY_SPOT_H */
