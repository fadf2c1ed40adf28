/*
 * deferred.h
 *		Foreign keys that would be asked at the end of the transaction only.
 */
#ifndef SCIM_OPERATION_DEFERRED_H
#define SCIM_OPERATION_DEFERRED_H

#include "registry/registration.h"

/*
 * Has those of other tables that refer to rows of the table, and are asked at
 * the end of the transaction, be asked now: PostgreSQL's own error if a row
 * that is gone is referred to.  Not those whose name, in their schema, a constraint of another kind
 * has, too.  Within SPI.
 */
extern void scim_ask_deferred(const ScimRegistration *table);

#endif							/* SCIM_OPERATION_DEFERRED_H */
