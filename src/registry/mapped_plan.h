/*
 * mapped_plan.h
 *		Where in a document the mapped columns of a table stand: sorted so that it
 *		can be put together and taken apart in one go.
 */
#ifndef SCIM_REGISTRY_MAPPED_PLAN_H
#define SCIM_REGISTRY_MAPPED_PLAN_H

#include "registry/registration.h"

/* A column in its object: a sub-attribute of a complex attribute, or of a slot. */
typedef struct ScimMappedField
{
	const char *name;
	int			length;
	int			index;			/* in registration->mapped */
	const ScimMappedColumn *column;
} ScimMappedField;

/* Of the filter of a slot: type eq "work". */
typedef struct ScimMappedConstant
{
	const char *name;
	int			length;
	JsonbValue	value;
} ScimMappedConstant;

/* An element of a multi-valued attribute that is made of columns: emails[type eq "work"]. */
typedef struct ScimMappedSlot
{
	ScimMappedConstant *constants;
	int			constant_count;
	ScimMappedField *fields;
	int			field_count;
	bool		spread;			/* one field, an array: each of its elements is one of the
								 * attribute's */
} ScimMappedSlot;

/* An attribute; by one column as a whole, by its fields, or by slots. */
typedef struct ScimMappedAttribute
{
	const char *name;			/* the key; of an extension as a whole its URN */
	int			length;
	const ScimAttribute *attribute; /* NULL: an extension as a whole */
	ScimMappedField *whole;		/* or NULL */
	ScimMappedField *fields;
	int			field_count;
	ScimMappedSlot *slots;
	int			slot_count;
	bool		has[2];			/* columns to be written, columns that are read only */
} ScimMappedAttribute;

/* The document itself, or an extension in it. */
typedef struct ScimMappedObject
{
	const ScimSchema *extension;	/* or NULL */
	int			length;			/* of its URN */
	ScimMappedAttribute *attributes;
	int			count;
	bool		has[2];
} ScimMappedObject;

/* What a column does without a value. */
typedef struct ScimMappedNull
{
	bool		not_null;		/* it takes no NULL */
	bool		has_default;	/* or is left out of an INSERT for another reason */
} ScimMappedNull;

typedef struct ScimMappedPlan
{
	ScimMappedObject *objects;
	int			count;
	ScimMappedNull *nulls;		/* of each of registration->mapped */
	ScimMappedNull data;		/* of the data column */
	ScimMappedNull password;	/* and of that of crypt strings */
} ScimMappedPlan;

extern const ScimMappedPlan *scim_make_mapped_plan(const ScimRegistration *registration);

static inline const ScimMappedPlan *
scim_mapped_plan(const ScimRegistration *registration)
{
	return likely(registration->plan != NULL) ? registration->plan
		: scim_make_mapped_plan(registration);
}

/* The columns of a path's attribute; NULL: there are none, as in a created table. */
extern const ScimMappedAttribute *scim_find_mapped(const ScimRegistration *registration,
												   const ScimPath *path);

/*
 * The column of a sub-attribute (NULL: there is none) among those of a complex
 * attribute, or of a slot; what a slot's filter says of it; or NULL.
 */
extern const ScimMappedField *scim_find_mapped_field(const ScimMappedField *fields, int count,
													 const ScimAttribute *sub);
extern const ScimMappedConstant *scim_find_mapped_constant(const ScimMappedSlot *slot,
														   const ScimAttribute *sub);

/*
 * Does an element (a tree) have the slot's constants, and (if "or_absent") no
 * other value in place of them?
 */
extern bool scim_fits_slot(const ScimMappedSlot *slot, const JsonbValue *element, bool or_absent);

#endif							/* SCIM_REGISTRY_MAPPED_PLAN_H */
