/*
 * place.h
 *		Where in a resource a value stands, for errors.
 */
#ifndef SCIM_CORE_PLACE_H
#define SCIM_CORE_PLACE_H

#include "base/compat.h"
#include "base/errors.h"
#include "core/schema.h"

/*
 * Where a value stands, for errors alone: a chain up to the resource, on the
 * stack, that becomes text ("emails[0].value") only when there is something to
 * say.  A place is a name, or (name NULL) an element.
 */
typedef struct ScimPlace
{
	const struct ScimPlace *up; /* NULL: a top-level attribute or extension */
	const char *name;
	int			length;
	int			index;			/* of an element, from 0 */
} ScimPlace;

extern ScimPlace scim_place(const ScimPlace *up, const char *name);
extern char *scim_place_text(const ScimPlace *place);

/* "one, two, three": a list that ends with NULL, for errors. */
extern char *scim_listed(const char *const *texts);

/* What must be there, an object or array, and that it is no string, if it was sent as one. */
extern const char *scim_wanted_container(const JsonbValue *given, const char *what);

/* INVALID_VALUE: "<place> must be <what>". */
extern SCIM_NORETURN void scim_throw_expected(ScimErrorCode situation, const ScimPlace *place,
											  const char *what);

/*
 * The same, with the value that was given instead; one that is never returned
 * is not said, a long one cut.
 */
extern SCIM_NORETURN void scim_throw_value(ScimErrorCode situation, const ScimAttribute *attribute,
										   const JsonbValue *given, const ScimPlace *place,
										   const char *what);

#endif							/* SCIM_CORE_PLACE_H */
