/*
 * short_digest.h
 *		Digests by which something is told from what it was before.  Nobody is kept from making
 *		two things of one digest: they are no proof.
 */
#ifndef SCIM_TOOLS_SHORT_DIGEST_H
#define SCIM_TOOLS_SHORT_DIGEST_H

#include "postgres.h"

/* 16 characters; palloc'd. */
extern char *scim_short_digest(const void *bytes, Size length);

#endif							/* SCIM_TOOLS_SHORT_DIGEST_H */
