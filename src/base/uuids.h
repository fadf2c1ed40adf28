/*
 * uuids.h
 *		Lists of uuids, as settings and arguments hold them.
 */
#ifndef SCIM_BASE_UUIDS_H
#define SCIM_BASE_UUIDS_H

#include "utils/uuid.h"

typedef struct ScimUuids
{
	int			count;
	pg_uuid_t	uuids[FLEXIBLE_ARRAY_MEMBER];
} ScimUuids;

/*
 * Reads uuids with commas (or blanks) between them, into memory of malloc; NULL: there is none
 * ("*valid"), or the text is no such list, or there is no memory.
 */
extern ScimUuids *scim_read_uuids(const char *text, bool *valid);

#endif							/* SCIM_BASE_UUIDS_H */
