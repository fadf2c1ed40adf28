/*
 * since.h
 *		What of a resource was changed since a version of it.
 */
#ifndef SCIM_HISTORY_SINCE_H
#define SCIM_HISTORY_SINCE_H

#include "resource/target.h"

/*
 * The names of the attributes that were changed since the resource had the version,
 * as an array; its row is locked.  NULL: the caller may not read the history, or it
 * does not tell.  Within SPI.
 */
extern JsonbValue *scim_changed_since(const ScimTarget *target, const ScimRow *row,
									  const char *version);

#endif							/* SCIM_HISTORY_SINCE_H */
