/*
 * duplicates.h
 *		Keys that stand twice in an object of a JSON text.
 */
#ifndef SCIM_TOOLS_DUPLICATES_H
#define SCIM_TOOLS_DUPLICATES_H

#include "postgres.h"

/*
 * Refuses a text in which an object, at any depth, has a key twice, however it
 * is escaped: jsonb would keep the last value, and nobody would hear of the
 * others.  The text is valid JSON.  INVALID_ARGUMENT with the path of the key.
 */
extern void scim_refuse_duplicates(char *json);

#endif							/* SCIM_TOOLS_DUPLICATES_H */
