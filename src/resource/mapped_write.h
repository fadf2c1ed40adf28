/*
 * mapped_write.h
 *		The INSERT and the UPDATE of a table whose attributes are in columns of
 *		their own: both name only the columns that the resource needs.
 */
#ifndef SCIM_RESOURCE_MAPPED_WRITE_H
#define SCIM_RESOURCE_MAPPED_WRITE_H

#include "registry/registration.h"
#include "resource/mapped_split.h"

typedef struct ScimMappedWrite
{
	const ScimRegistration *registration;
	const char *tenant;
	const char *id;				/* of an UPDATE */
	const char *expected;		/* and the version that the row must have, or NULL */
	const ScimSplit *split;		/* what is written; NULL: nothing of the content */
	bool		marks;			/* the row is marked as deleted */
	bool		sets_password;
	const char *password_hash;	/* NULL: clears it */
	bool		bare;			/* {bare} is returned, not {row} */
} ScimMappedWrite;

/* Is there anything for an UPDATE to write? */
extern bool scim_is_effective(const ScimMappedWrite *write);

/*
 * Run it, within SPI; false if no row was written, else it is row 0 of
 * SPI_tuptable.
 */
extern bool scim_insert_mapped(const ScimMappedWrite *write);
extern bool scim_update_mapped(const ScimMappedWrite *write);

#endif							/* SCIM_RESOURCE_MAPPED_WRITE_H */
