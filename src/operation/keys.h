/*
 * keys.h
 *		The keys by which clients named their calls (scim_idempotency): what was called under
 *		each, and what it made.
 *
 * Within SPI; the table is written, and read, as its owner.
 */
#ifndef SCIM_OPERATION_KEYS_H
#define SCIM_OPERATION_KEYS_H

#include "postgres.h"

#include "storage/itemptr.h"
#include "utils/jsonb.h"

/* A key of the role that acts. */
typedef struct ScimKey
{
	const char *tenant;			/* as it is stored */
	const char *principal;		/* who entered by a token, else the role's name */
	const char *key;
	bytea	   *digest;			/* of what is called */
	Jsonb	   *made;			/* NULL: nothing yet */
	ItemPointerData row;		/* of one that was taken */
} ScimKey;

/*
 * Takes it, as long as it is nobody's; false: it is there, as others took it, who are waited
 * for.  In a transaction that keeps its snapshot, what is newer than that fails (40001).
 */
extern bool scim_take_key(ScimKey *key);

/* Reads the digest and what was made of one that is there, into the context; false: it is gone. */
extern bool scim_read_key(ScimKey *key, MemoryContext context);

/* Notes what was made, under one that was taken; or gives it back. */
extern void scim_keep_key(const ScimKey *key, Jsonb *made);
extern void scim_drop_key(const ScimKey *key);

#endif							/* SCIM_OPERATION_KEYS_H */
