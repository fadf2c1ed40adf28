/*
 * type.h
 *		Types of columns: what they store.
 */
#ifndef SCIM_COLUMN_TYPE_H
#define SCIM_COLUMN_TYPE_H

#include "postgres.h"

/* What a type stores. */
typedef enum ScimValueStorage
{
	SCIM_STORAGE_UNKNOWN,
	SCIM_STORAGE_OTHER,			/* nothing that attributes are made of */
	SCIM_STORAGE_TEXT,			/* text, varchar, citext */
	SCIM_STORAGE_CHAR,			/* char(n), filled up with blanks */
	SCIM_STORAGE_NAME,
	SCIM_STORAGE_ENUM,
	SCIM_STORAGE_BOOLEAN,
	SCIM_STORAGE_INTEGER,
	SCIM_STORAGE_NUMERIC,
	SCIM_STORAGE_FLOAT,
	SCIM_STORAGE_DATE,
	SCIM_STORAGE_TIMESTAMP,		/* read as UTC */
	SCIM_STORAGE_TIMESTAMPTZ,
	SCIM_STORAGE_UUID,
	SCIM_STORAGE_ADDRESS,		/* inet, cidr */
	SCIM_STORAGE_BYTES,
	SCIM_STORAGE_JSON,
	SCIM_STORAGE_JSONB
} ScimValueStorage;

/* What a column's type makes of values. */
typedef struct ScimValueType
{
	ScimValueStorage storage;	/* SCIM_STORAGE_UNKNOWN: not looked at yet */
	bool		is_array;		/* the others tell of the elements */
	bool		not_null;		/* the column, or its domain, takes no NULL */
	Oid			declared;		/* maybe a domain */
	Oid			type;			/* what is under it */
	int32		typmod;
	int16		length;			/* as pg_type has them */
	bool		by_value;
	char		align;
} ScimValueType;

/* Sets of them. */
#define SCIM_STORES(storage) (1 << (storage))
#define SCIM_STORES_TEXT \
	(SCIM_STORES(SCIM_STORAGE_TEXT) | SCIM_STORES(SCIM_STORAGE_CHAR) | \
	 SCIM_STORES(SCIM_STORAGE_NAME) | SCIM_STORES(SCIM_STORAGE_ENUM))
#define SCIM_STORES_WHOLE (SCIM_STORES(SCIM_STORAGE_INTEGER) | SCIM_STORES(SCIM_STORAGE_NUMERIC))
#define SCIM_STORES_INSTANT \
	(SCIM_STORES(SCIM_STORAGE_DATE) | SCIM_STORES(SCIM_STORAGE_TIMESTAMP) | \
	 SCIM_STORES(SCIM_STORAGE_TIMESTAMPTZ))
#define SCIM_STORES_JSON (SCIM_STORES(SCIM_STORAGE_JSON) | SCIM_STORES(SCIM_STORAGE_JSONB))

static inline bool
scim_stores(const ScimValueType *type, int set)
{
	return (SCIM_STORES(type->storage) & set) != 0;
}

/* What a type, be it a domain or an array, makes of values. */
extern void scim_find_value_type(Oid type, int32 typmod, ScimValueType *result);

/* A domain that takes no NULL, or is made of one that takes none. */
extern bool scim_is_not_null_domain(Oid type);

#endif							/* SCIM_COLUMN_TYPE_H */
