/*
 * object.h
 *		Objects of a known shape, such as the documents of schemas: members by a
 *		list of names, everything else refused.
 */
#ifndef SCIM_CORE_OBJECT_H
#define SCIM_CORE_OBJECT_H

#include "core/place.h"
#include "utils/jsonb.h"

/*
 * The members of an object, by their names (case-insensitive, as attribute
 * names are): values[i] belongs to names[i], and is null where there is none.
 * INVALID_VALUE: no object; INVALID_SYNTAX: another member, one in two spellings.
 */
extern void scim_read_object(const JsonbValue *given, const char *const *names, int count,
							 const ScimPlace *place, JsonbValue *values);

/*
 * Each reads a value of its type, null as the default; INVALID_VALUE.  Texts
 * are copied; scim_read_text is NULL where there is none.
 */
extern char *scim_read_text(const JsonbValue *value, const ScimPlace *place);
extern char *scim_read_required_text(const JsonbValue *value, const ScimPlace *place);
extern bool scim_read_flag(const JsonbValue *value, const ScimPlace *place);

/* NULL where there are none. */
extern const char *const *scim_read_texts(const JsonbValue *value, const ScimPlace *place);

/*
 * The members of a document, of which names[0] is "schemas": if it is there, it
 * holds the one URN.  INVALID_SYNTAX if it is no object; "what" is it to be?
 */
extern void scim_read_document(Jsonb *document, const char *what, const char *urn,
							   const char *const *names, int count, JsonbValue *values);

/* Is "schemas", of a message, an array that holds the URN? */
extern bool scim_has_urn(const JsonbValue *schemas, const char *urn);

/* A document that has "schemas", and nothing else yet. */
extern JsonbValue *scim_new_document(const char *urn);

/* Sets an array of strings; NULL sets nothing. */
extern void scim_set_texts(JsonbValue *object, const char *key, const char *const *texts);

#endif							/* SCIM_CORE_OBJECT_H */
