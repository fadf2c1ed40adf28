/*
 * own_role.h
 *		The role that the bridge itself has in the database, and that it may do nothing.
 */
#ifndef BRIDGE_OWN_ROLE_H
#define BRIDGE_OWN_ROLE_H

#include "request.h"

/* Ask, as soon as the database can be reached; ends the process if the role may too much. */
extern void own_role_open(void);

/* Hand in a request of HTTP, when that is known. */
extern void own_role_submit(Request *request);

#endif							/* BRIDGE_OWN_ROLE_H */
