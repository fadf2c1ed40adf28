/*
 * json_schema.h
 *		JSON schemas, put together, as all clients of MCP can read them.
 */
#ifndef SCIM_TOOLS_JSON_SCHEMA_H
#define SCIM_TOOLS_JSON_SCHEMA_H

#include "postgres.h"

#include "utils/jsonb.h"

/* Of a scalar type, or the beginning of another's. */
extern JsonbValue *scim_schema_of_type(const char *type);

/* One of these words; NULL ends them. */
extern JsonbValue *scim_schema_of_words(const char *const *words);

/* Arrays say what they hold: there are clients that refuse a tool of which one does not. */
extern JsonbValue *scim_schema_of_array(const JsonbValue *items);

/*
 * One of several types: there are clients that take no list of types, and none
 * at all for a mistake.  NULL ends them.
 */
extern JsonbValue *scim_schema_of_choices(const JsonbValue *const *choices);

#define scim_schema_of_any(...) \
	scim_schema_of_choices((const JsonbValue *const[]) {__VA_ARGS__, NULL})

/* A string, a number or a boolean. */
extern JsonbValue *scim_schema_of_scalar(void);

/*
 * Of a list of properties with their schemas, and the names of those that are required (NULL:
 * none); there are clients that refuse an object without any.
 */
extern JsonbValue *scim_schema_of_object(const JsonbValue *properties, const JsonbValue *required);

/*
 * The object may hold more, as what was read and is sent back does; there are
 * clients that forbid it unless told.
 */
extern JsonbValue *scim_opened_schema(JsonbValue *schema);

#endif							/* SCIM_TOOLS_JSON_SCHEMA_H */
