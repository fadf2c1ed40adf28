/*
 * create_many.h
 *		Creating many resources of a type by one statement: all of them, or none.
 */
#ifndef SCIM_OPERATION_CREATE_MANY_H
#define SCIM_OPERATION_CREATE_MANY_H

#include "core/schema.h"
#include "utils/jsonb.h"

typedef struct ScimNewResource
{
	Jsonb	   *data;			/* as scim_store_create takes it, without members */
	const char *id;				/* that was drawn for it (resource/new_id.h) */
	const char *version;		/* out: in the caller's memory */
} ScimNewResource;

/*
 * May resources of the type be made so?  Not where a policy binds the caller, which is asked of
 * each by itself; nor where the table cannot tell their ids before.
 */
extern bool scim_can_create_many(const ScimResourceType *type, const char *tenant);

/*
 * Creates them.  Errors: those of scim_store_create, of whichever; nothing tells of which.
 * Whoever catches it creates them one by one.
 */
extern void scim_store_create_many(const ScimResourceType *type, const char *tenant,
								   ScimNewResource *resources, int count);

#endif							/* SCIM_OPERATION_CREATE_MANY_H */
