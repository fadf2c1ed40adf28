/*
 * may_use.h
 *		What the policies of created tables ask.
 */
#ifndef SCIM_STATEMENT_MAY_USE_H
#define SCIM_STATEMENT_MAY_USE_H

#include "postgres.h"

/* Is it scim_may_use(text)?  By what it runs, not by its name. */
extern bool scim_is_may_use(Oid function);

#endif							/* SCIM_STATEMENT_MAY_USE_H */
