/*
 * mapped.h
 *		The document of a row whose attributes are in columns of their own, put
 *		together from the columns; mapped_split.h takes it apart.
 */
#ifndef SCIM_RESOURCE_MAPPED_H
#define SCIM_RESOURCE_MAPPED_H

#include "registry/mapped_plan.h"
#include "registry/registration.h"

/*
 * Values of columns: of the mapped ones, in the order of registration->mapped,
 * unless it says of which.
 */
typedef struct ScimColumnValues
{
	Datum	   *values;
	bool	   *nulls;
} ScimColumnValues;

/*
 * The content of a row as a document: "data" (of the data column; NULL: there
 * is none) and the columns that can be written, with "schemas" as they imply.
 * Independent of who writes, and of the session's settings.
 */
extern Jsonb *scim_join_columns(const ScimRegistration *registration, Jsonb *data,
								const ScimColumnValues *columns);

/* The same as a tree that refers to the values: for the trigger, which only hashes it. */
extern JsonbValue *scim_join_tree(const ScimRegistration *registration, Jsonb *data,
								  const ScimColumnValues *columns);

/* Adds to a resource (a tree) what read-only columns hold, for it to be shown. */
extern void scim_show_columns(const ScimRegistration *registration, JsonbValue *resource,
							  const ScimColumnValues *columns);

#endif							/* SCIM_RESOURCE_MAPPED_H */
