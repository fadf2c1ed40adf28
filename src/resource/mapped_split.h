/*
 * mapped_split.h
 *		A document taken apart into the columns of a row and what is left for
 *		"data".
 */
#ifndef SCIM_RESOURCE_MAPPED_SPLIT_H
#define SCIM_RESOURCE_MAPPED_SPLIT_H

#include "resource/mapped.h"

/* A document taken apart. */
typedef struct ScimSplit
{
	ScimColumnValues columns;	/* of read-only ones nothing */
	bool	   *changed;		/* of each column: does it differ from "old"? */
	bool	   *given;			/* of each that is read only: does the document have a value for
								 * it? */
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

#endif							/* SCIM_RESOURCE_MAPPED_SPLIT_H */
