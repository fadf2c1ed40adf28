/*
 * simple_value.h
 *		Values that are not complex, checked against their attribute.
 */
#ifndef SCIM_CORE_SIMPLE_VALUE_H
#define SCIM_CORE_SIMPLE_VALUE_H

#include "core/place.h"

/* INVALID_VALUE if the value is not what an attribute that is not complex may have. */
extern void scim_check_simple(const ScimAttribute *attribute, const JsonbValue *given,
							  const ScimPlace *place);

#endif							/* SCIM_CORE_SIMPLE_VALUE_H */
