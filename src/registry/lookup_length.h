/*
 * lookup_length.h
 *		What is looked up must fit into an index.
 */
#ifndef SCIM_REGISTRY_LOOKUP_LENGTH_H
#define SCIM_REGISTRY_LOOKUP_LENGTH_H

#include "registry/registration.h"

/*
 * A B-tree takes 2,704 bytes for the whole of an entry, GIN a little more.
 * (Plain SQL may store longer values that can be compressed.)
 */
#define SCIM_LOOKUP_BYTES 2000
#define SCIM_LOOKUP_BYTES_TEXT CppAsString2(SCIM_LOOKUP_BYTES)

/* TOO_LARGE if a value that is looked up may not fit into an index. */
extern void scim_check_lookups(const ScimRegistration *registration, Jsonb *data);

#endif							/* SCIM_REGISTRY_LOOKUP_LENGTH_H */
