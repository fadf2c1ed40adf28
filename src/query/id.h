/*
 * id.h
 *		Ids, and the URIs that end with one, compared with what a client names.
 */
#ifndef SCIM_QUERY_ID_H
#define SCIM_QUERY_ID_H

#include "query/attribute_sql.h"
#include "statement/sql.h"

/*
 * Appends that the attribute's id is the one that is named, in any spelling:
 * true, false, or NULL.
 */
extern void scim_append_same_id(ScimSql *sql, const ScimAttributeSql *attribute, const char *id);

/* The same for the attribute's URI, however the id is encoded in it. */
extern void scim_append_same_uri(ScimSql *sql, const ScimAttributeSql *attribute, const char *uri);

/* The URI as SQL text; "base" is SQL text in front of the id, and "id" SQL of the type. */
extern char *scim_uri_sql(const char *base, const char *id, const ScimIdType *type);

#endif							/* SCIM_QUERY_ID_H */
