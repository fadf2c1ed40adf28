/*
 * mapped.h
 *		Mapped columns: what the mapping of a table says of each.
 */
#ifndef SCIM_COLUMN_MAPPED_H
#define SCIM_COLUMN_MAPPED_H

#include "postgres.h"

#include "access/attnum.h"
#include "column/instant.h"
#include "column/type.h"
#include "core/path.h"
#include "utils/jsonb.h"

/* How text in a mapped column is compared by filters and for uniqueness. */
typedef enum ScimCompare
{
	SCIM_COMPARE_EXACT,			/* as the column's own type and collation do */
	SCIM_COMPARE_LOWER,			/* lower(column), as an index of the application's does */
	SCIM_COMPARE_FOLD			/* scim_fold(column), as created tables do */
} ScimCompare;

/* A code that stands for a value: {"A": true}. */
typedef struct ScimCode
{
	char	   *code;			/* as the column's type writes it */
	JsonbValue	value;			/* scalar */
} ScimCode;

/* A column of a mapped table: what the mapping says of it. */
typedef struct ScimMappedColumn
{
	char	   *path;			/* as the mapping spells it, e.g. emails[type eq "work"].value */
	ScimPath	parsed;			/* the same; "filter" only of a multi-valued attribute */
	const ScimAttribute *attribute; /* that the column holds: parsed.sub, else parsed.attribute */
	char	   *column;			/* quoted */
	AttrNumber	number;
	Oid			type;			/* as declared */
	Oid			base_type;		/* the same, of a domain what is under it */
	int32		typmod;
	Oid			collation;
	ScimFormat	format;
	bool		read_only;		/* mode "read": shown, not written, outside of the content */
	ScimCompare compare;
	ScimCode   *codes;			/* or NULL */
	int			code_count;
	bool		unique;			/* the schema says so: no two resources of a tenant have the same
								 * value */
	Oid			index_relid;	/* of what is unique: the application's index that keeps it so, or
								 * InvalidOid */
	char	   *index;			/* and its name, or NULL */
	ScimValueType value;		/* filled when it is first asked for (scim_value_type) */
} ScimMappedColumn;

/* What the column's type makes of values; looked up once. */
static inline const ScimValueType *
scim_value_type(const ScimMappedColumn *column)
{
	if (unlikely(column->value.storage == SCIM_STORAGE_UNKNOWN))
		scim_find_value_type(column->type, column->typmod,
							 unconstify(ScimValueType *, &column->value));
	return &column->value;
}

/* The SCIM type of the column's values: of an extension as a whole, complex. */
static inline ScimType
scim_column_scim_type(const ScimMappedColumn *column)
{
	return column->attribute ? column->attribute->type : SCIM_COMPLEX;
}

/* Is the column's JSON value an array: does it hold all values of a multi-valued attribute? */
extern bool scim_holds_values(const ScimMappedColumn *column);

/* Is each element of the column's array that part of one value: emails.value on text[]? */
extern bool scim_spreads(const ScimMappedColumn *column);

#endif							/* SCIM_COLUMN_MAPPED_H */
