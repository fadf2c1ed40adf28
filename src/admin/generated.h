/*
 * generated.h
 *		Whether a column that is there already is generated as scim_create_table
 *		makes it.
 */
#ifndef SCIM_ADMIN_GENERATED_H
#define SCIM_ADMIN_GENERATED_H

#include "access/attnum.h"
#include "utils/relcache.h"

/*
 * INVALID_MAPPING unless the column is stored, generated of the expression, whose
 * names are qualified, and in the order of bytes if it has one.  "type" is how the
 * hint declares it.
 */
extern void scim_check_generated(Relation relation, AttrNumber number, const char *type,
								 const char *expression);

#endif							/* SCIM_ADMIN_GENERATED_H */
