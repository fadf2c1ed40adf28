/*
 * text.h
 *		Values of columns as text that no setting changes, and back.
 */
#ifndef SCIM_COLUMN_TEXT_H
#define SCIM_COLUMN_TEXT_H

#include "column/type.h"

/*
 * Of a value that is stored; palloc'd.  NULL for infinity and what JSON or RFC
 * 7643 cannot write.
 */
extern char *scim_value_text(const ScimValueType *type, Datum value);

/*
 * The value that is to be stored of a text: NULL, or what it must be.  Nothing is
 * cut, rounded or filled up.
 */
extern const char *scim_parse_value(const ScimValueType *type, const char *text, Datum *value);

#endif							/* SCIM_COLUMN_TEXT_H */
