/*
 * ids.h
 *		Ids as clients give them.
 */
#ifndef SCIM_IDS_H
#define SCIM_IDS_H

#include "postgres.h"

#include "utils/uuid.h"

/* The uuid of a text such as uuid_out writes (in either case); false if it is none. */
extern bool scim_parse_id(const char *text, pg_uuid_t *id);

/* The text of an id, as uuid_out writes it; palloc'd. */
extern char *scim_uuid_text(const pg_uuid_t *id);

#endif							/* SCIM_IDS_H */
