/*
 * row_write.h
 *		What an INSERT or an UPDATE writes into the row of a resource.
 *
 * How it does depends on the table's storage: registration->storage->insert and
 * what belongs to it (registry/storage.h).
 */
#ifndef SCIM_RESOURCE_ROW_WRITE_H
#define SCIM_RESOURCE_ROW_WRITE_H

#include "registry/registration.h"
#include "resource/mapped_split.h"
#include "statement/statement.h"
#include "utils/timestamp.h"

/* What an INSERT gives a row that was there before, beside its content. */
typedef struct ScimRevival
{
	int64		revision;		/* 0: as of any new row */
	bool		has_created;
	TimestampTz created;
} ScimRevival;

typedef struct ScimRowWrite
{
	const ScimRegistration *registration;
	const char *tenant;
	const char *id;				/* of an UPDATE, and of an INSERT that revives, or was drawn for
								 * it; else NULL */
	const ScimRevival *revives; /* NULL: an INSERT makes a row that is new */
	const char *expected;		/* and the version that the row must have, or NULL */
	bool		has_version;	/* and that the row, when it was read, held in its column */
	bool		locked;			/* the row is, and had it under that lock */
	Jsonb	   *document;		/* the content; NULL: nothing of it is written */
	ScimSplit  *split;			/* of a mapped table: the same taken apart, or NULL */
	bool		marks;			/* of a mapped table: the row is marked as deleted */
	bool		unmarks;		/* the row is marked, and will not be any more */
	bool		sets_password;
	const char *password_hash;	/* NULL: clears it */
} ScimRowWrite;

#endif							/* SCIM_RESOURCE_ROW_WRITE_H */
