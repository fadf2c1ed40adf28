/*
 * names.h
 *		Where the rows of a table keep what their resource is called.
 */
#ifndef SCIM_STATEMENT_NAMES_H
#define SCIM_STATEMENT_NAMES_H

#include "registry/registration.h"

/* A column, or a member of the document in a column. */
typedef struct ScimNamePlace
{
	const char *column;			/* quoted */
	AttrNumber	number;
	Oid			type;			/* of the column, as declared; of a document what is under it */
	const char *member;			/* of the document, or NULL: it is the column */
} ScimNamePlace;

#define SCIM_MOST_NAMES 4

/* The places, of which the first that holds a name tells it; and how many. */
extern int	scim_name_places(const ScimRegistration *registration,
							 ScimNamePlace places[SCIM_MOST_NAMES]);

#endif							/* SCIM_STATEMENT_NAMES_H */
