/*
 * json_text.h
 *		JSON as text, with the members of objects in the order of the tree.
 *
 * jsonb sorts the members of an object by the length of their names; where it
 * matters what a reader comes to first, a tree is written as text.
 */
#ifndef SCIM_BASE_JSON_TEXT_H
#define SCIM_BASE_JSON_TEXT_H

#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/jsonb.h"

/* Appends the value, a tree or binary, without white space. */
extern void scim_append_json(StringInfo out, const JsonbValue *value);

/* The same as the text of the jsonb that scim_write would make of it, which need not be made. */
extern void scim_append_jsonb(StringInfo out, const JsonbValue *value);

/* How many bytes the value takes, without white space. */
extern int64 scim_json_size(const JsonbValue *value);

/*
 * Is it a string that holds an object or array as JSON text?  A frequent
 * mistake of programs that write JSON.
 */
extern bool scim_holds_json(const JsonbValue *value);

#endif							/* SCIM_BASE_JSON_TEXT_H */
