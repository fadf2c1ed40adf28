/*
 * document.h
 *		The SQL of places in a document: members of objects, elements of arrays,
 *		and the values there as an attribute's type reads them.
 */
#ifndef SCIM_QUERY_DOCUMENT_H
#define SCIM_QUERY_DOCUMENT_H

#include "lib/stringinfo.h"
#include "query/attribute.h"

/* A place in a document: a member of an object, or (key NULL) a value itself. */
typedef struct ScimPlace
{
	char	   *object;			/* jsonb expression */
	const char *key;
	bool		ordered;		/* elements come with their order */
	StringInfoData from;		/* the elements that "object" is one of; empty: none */
	StringInfoData order;		/* of the elements: the primary one first */
} ScimPlace;

/* The place of a jsonb expression; "ordered": elements behind it are to come with their order. */
extern void scim_start_place(ScimPlace *place, const char *json, bool ordered);

/* To a member of the object at the place. */
extern void scim_step(ScimPlace *place, const char *key);

/* To the elements of the array at the place, as rows "alias"; what is no array has none. */
extern void scim_spread(ScimPlace *place, const char *alias);

/* The same where there is an array, or NULL, and nothing else. */
extern void scim_spread_array(ScimPlace *place, const char *alias);

/* From a resource to where the path leads; "spread_last": to its elements, if what it names is multi-valued. */
extern void scim_follow(ScimPlace *place, const ScimPath *path, bool spread_last);

/* From there on to the path's sub-attribute, if it has one. */
extern void scim_follow_sub(ScimPlace *place, const ScimPath *path, bool spread_last);

/* The JSON at the place, and the condition that there is a value; of elements, that one has. */
extern char *scim_place_json(const ScimPlace *place);
extern char *scim_place_assigned(const ScimPlace *place);

/* What expressions of an attribute yield. */
extern ScimSqlType scim_sql_type(const ScimAttribute *attribute);

/* The value at the place as an attribute of the type. */
extern void scim_place_sql(const ScimPlace *place, ScimSqlType type, ScimAttributeSql *result);

#endif							/* SCIM_QUERY_DOCUMENT_H */
