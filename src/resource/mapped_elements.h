/*
 * mapped_elements.h
 *		The elements of a multi-valued attribute while a document is taken apart.
 */
#ifndef SCIM_RESOURCE_MAPPED_ELEMENTS_H
#define SCIM_RESOURCE_MAPPED_ELEMENTS_H

#include "resource/mapped_value.h"

/*
 * Moves the values of mapped columns out of the elements of a multi-valued
 * attribute of the object, which keeps what the columns do not hold.
 */
extern void scim_take_slots(ScimTaken *taken, const ScimMappedAttribute *attribute,
							JsonbValue *object);

#endif							/* SCIM_RESOURCE_MAPPED_ELEMENTS_H */
