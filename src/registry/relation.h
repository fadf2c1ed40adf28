/*
 * relation.h
 *		Relations by their object ids: what they are called, and whose they are.
 */
#ifndef SCIM_REGISTRY_RELATION_H
#define SCIM_REGISTRY_RELATION_H

#include "postgres.h"

#include "base/compat.h"

/* schema.name, quoted. */
extern char *scim_table_text(Oid relid);

/* There is no relation with that object id: 42P01. */
extern SCIM_NORETURN void scim_refuse_missing(Oid relid);

/* Only the owner of a table makes triggers on it, and waits for its lock: 42501. */
extern void scim_check_owner(Oid relid);

#endif							/* SCIM_REGISTRY_RELATION_H */
