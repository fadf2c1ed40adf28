/*
 * mapped_parts.h
 *		A document while it is taken apart, for mapped_split.c.
 */
#ifndef SCIM_RESOURCE_MAPPED_PARTS_H
#define SCIM_RESOURCE_MAPPED_PARTS_H

#include "base/compat.h"
#include "registry/mapped_plan.h"

typedef struct ScimMappedParts
{
	const ScimRegistration *registration;
	const ScimMappedPlan *plan;
	bool		has_data;		/* the table has a column for what has none of its own */
	JsonbValue *values;			/* of each mapped column; jbvNull: none */
	JsonbValue *rest;			/* the document without them */
} ScimMappedParts;

/* Takes apart: "parts" comes with room for the values, each jbvNull. */
extern void scim_take_apart(ScimMappedParts *parts, Jsonb *document);

/* "schemas" of "rest" without what follows from the document, or from columns that are only shown. */
extern void scim_reduce_schemas(const ScimMappedParts *parts, const JsonbValue *document, JsonbValue *rest);

/* Sets a member of an object, or removes it if the value is unassigned. */
extern void scim_set_or_remove(JsonbValue *object, const char *name, int length, const JsonbValue *value);

/* Moves a part's value out of the object; none if it has none. */
extern void scim_take_part(ScimMappedParts *parts, const ScimMappedField *part, JsonbValue *object);

/* The same of a multi-valued attribute, whose elements are in slots (mapped_elements.c). */
extern void scim_take_slots(ScimMappedParts *parts, const ScimMappedAttribute *attribute, JsonbValue *object);

/* INVALID_VALUE: the first of what has no column, by its name. */
extern SCIM_NORETURN void scim_throw_rest(const ScimMappedParts *parts);

#endif							/* SCIM_RESOURCE_MAPPED_PARTS_H */
