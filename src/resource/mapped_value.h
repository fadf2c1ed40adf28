/*
 * mapped_value.h
 *		What putting a document together from columns and taking it apart share.
 */
#ifndef SCIM_RESOURCE_MAPPED_VALUE_H
#define SCIM_RESOURCE_MAPPED_VALUE_H

#include "registry/mapped_plan.h"

/* A document while it is taken apart. */
typedef struct ScimTaken
{
	const ScimRegistration *registration;
	const ScimMappedPlan *plan;
	bool		has_data;		/* the table has a column for what has none of its own */
	JsonbValue *values;			/* of each mapped column; jbvNull: none */
	JsonbValue *rest;			/* the document without them */
} ScimTaken;

/* Sets a member of an object, or removes it if the value is unassigned. */
extern void scim_set_or_remove(JsonbValue *object, const char *name, int length,
							   const JsonbValue *value);

/* Moves the value of a mapped column out of the object; none if it has none. */
extern void scim_take_value(ScimTaken *taken, const ScimMappedField *field, JsonbValue *object);

/*
 * The element of "data" that a slot's columns are joined with: it fits and has
 * nothing that they hold; -1: none.
 */
extern int	scim_find_rest(const ScimMappedSlot *slot, const JsonbValue *elements,
						   const bool *taken, bool read_only);

#endif							/* SCIM_RESOURCE_MAPPED_VALUE_H */
