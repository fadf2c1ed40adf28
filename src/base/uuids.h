/*
 * uuids.h
 *		Uuids as texts, and lists of them, as settings and arguments hold them.
 */
#ifndef SCIM_BASE_UUIDS_H
#define SCIM_BASE_UUIDS_H

#include "utils/uuid.h"

/* So many a list may have. */
#define SCIM_MOST_UUIDS 100

typedef struct ScimUuids
{
	int			count;
	pg_uuid_t	uuids[SCIM_MOST_UUIDS];
} ScimUuids;

/*
 * The uuid of a text that uuid_in takes: in either case, with braces around it or none,
 * and hyphens behind any four digits or none.  Raises nothing, as settings are read
 * where nothing may be raised.
 */
extern bool scim_parse_uuid(const char *text, pg_uuid_t *uuid);

/* As uuid_out writes it; palloc'd. */
extern char *scim_uuid_text(const pg_uuid_t *uuid);

/*
 * Reads uuids with commas or blanks between them; false: the text is no such list, or a
 * longer one.  An empty text has none.
 */
extern bool scim_read_uuids(const char *text, ScimUuids *uuids);

/* NULL: none. */
extern bool scim_has_uuid(const ScimUuids *uuids, const pg_uuid_t *uuid);

#endif							/* SCIM_BASE_UUIDS_H */
