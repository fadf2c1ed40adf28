/*
 * delete.h
 *		Deleting a resource.
 */
#ifndef SCIM_OPERATION_DELETE_H
#define SCIM_OPERATION_DELETE_H

#include "postgres.h"

/*
 * Deletes; returns the version that was deleted.  "at_once": foreign keys that
 * are deferred are asked, too.
 */
extern char *scim_store_delete(const char *type, const char *tenant, const char *id,
							   const char *expected, bool at_once);

#endif							/* SCIM_OPERATION_DELETE_H */
