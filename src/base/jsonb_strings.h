/*
 * jsonb_strings.h
 *		Small objects of strings, as jsonb from the start.
 *
 * Of these a large answer has thousands: a tree of each takes more than what is
 * written of it.
 */
#ifndef SCIM_BASE_JSONB_STRINGS_H
#define SCIM_BASE_JSONB_STRINGS_H

#include "postgres.h"

#include "utils/jsonb.h"

#define SCIM_MOST_STRINGS 8

/*
 * The object (jbvBinary, palloc'd) that has these strings, at most
 * SCIM_MOST_STRINGS, under these keys, which are in jsonb's order: by length, then
 * bytes.
 */
extern JsonbValue *scim_new_strings(const char *const *keys, const char *const *strings,
									int count);

#endif							/* SCIM_BASE_JSONB_STRINGS_H */
