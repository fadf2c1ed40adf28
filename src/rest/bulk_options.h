/*
 * bulk_options.h
 *		How a bulk is to be done.
 */
#ifndef SCIM_REST_BULK_OPTIONS_H
#define SCIM_REST_BULK_OPTIONS_H

#include "postgres.h"

#include "base/settings.h"
#include "operation/once.h"

typedef struct ScimBulkOptions
{
	const char *tenant;			/* NULL: the session's */
	bool		atomic;			/* the first error undoes everything */
	bool		bare;			/* an array of operations may stand for the message */
	bool		by_tool;		/* by profiles that policies name, and scimver.require_version */
	int64		bytes;			/* of the request's text; -1: to be counted */
	ScimVersionForm form;		/* of versions in the answer */
	ScimOnce   *once;			/* the key that it is named by, but for the tenant; NULL: it cannot
								 * have one */
} ScimBulkOptions;

#endif							/* SCIM_REST_BULK_OPTIONS_H */
