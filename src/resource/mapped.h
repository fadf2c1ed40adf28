/*
 * mapped.h
 *		The document of a row whose attributes are in columns of their own: put
 *		together from the columns, and taken apart into them.
 */
#ifndef SCIM_RESOURCE_MAPPED_H
#define SCIM_RESOURCE_MAPPED_H

#include "registry/registration.h"

/* Values of columns: of the mapped ones, in the order of registration->mapped, unless it says of which. */
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
extern Jsonb *scim_join_columns(const ScimRegistration *registration, Jsonb *data, const ScimColumnValues *columns);

/* The same as a tree that refers to the values: for the trigger, which only hashes it. */
extern JsonbValue *scim_join_tree(const ScimRegistration *registration, Jsonb *data, const ScimColumnValues *columns);

/* Adds to a resource (a tree) what read-only columns hold, for it to be shown. */
extern void scim_show_columns(const ScimRegistration *registration, JsonbValue *resource,
							  const ScimColumnValues *columns);

/* A document taken apart. */
typedef struct ScimSplit
{
	ScimColumnValues columns;	/* of read-only ones nothing */
	bool	   *changed;		/* of each column: does it differ from "old"? */
	bool	   *given;			/* of each that is read only: does the document have a value for it? */
	Jsonb	   *data;			/* what has no column; NULL if the table has no data column */
	bool		data_changed;
	Jsonb	   *old_data;		/* what was there; NULL: nothing */
} ScimSplit;

/*
 * Takes a document that the schema's check has passed apart.  "old" and
 * "old_data" are the row as it is, NULL for a new one.  INVALID_VALUE for an
 * attribute without a column (by name; "schemas" excepted, which follows from
 * the others), and as scim_column_from_json; MUTABILITY for a read-only one
 * that would change.  scim_join_columns of the result is the document as it will be read.
 */
extern ScimSplit *scim_split_document(const ScimRegistration *registration, Jsonb *document,
									  Jsonb *old_data, const ScimColumnValues *old);

#endif							/* SCIM_RESOURCE_MAPPED_H */
