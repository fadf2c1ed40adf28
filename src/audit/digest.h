/*
 * digest.h
 *		What a row of the history adds to a seal: the SHA-256 of its canonical form.
 *
 * That is the JSON (RFC 8785, as core/canonical.h writes it) of one object with the
 * columns of the row, without those that are NULL, so that columns of later
 * versions change nothing in old rows; and without xid, which means nothing in
 * another server.  "at" is an RFC 3339 time in UTC with six digits behind the second.
 */
#ifndef SCIM_AUDIT_DIGEST_H
#define SCIM_AUDIT_DIGEST_H

#include "postgres.h"

#include "base/digest.h"
#include "history/place.h"

/*
 * The columns of a row (history/place.h), from 0; any may be NULL.  What is detoasted
 * stays in the current context, which the caller resets.
 */
extern void scim_digest_row(const Datum *values, const bool *nulls,
							uint8 digest[SCIM_DIGEST_SIZE]);

#endif							/* SCIM_AUDIT_DIGEST_H */
