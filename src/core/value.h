/*
 * value.h
 *		One value, checked against its attribute and brought to the form in which
 *		it is stored (RFC 7643 sections 2.2 to 2.5).
 */
#ifndef SCIM_CORE_VALUE_H
#define SCIM_CORE_VALUE_H

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
extern SCIM_NORETURN void scim_throw_expected(ScimErrorCode situation, const ScimPlace *place, const char *what);

/* The same, with the value that was given instead; one that is never returned is not said, a long one cut. */
extern SCIM_NORETURN void scim_throw_value(ScimErrorCode situation, const ScimAttribute *attribute, const JsonbValue *given,
										   const ScimPlace *place, const char *what);

/*
 * Reads the value of an attribute into "result": names as the schema spells
 * them, nothing unassigned in it, readOnly sub-attributes left out.  False: the
 * value is unassigned.  Errors: INVALID_VALUE, INVALID_SYNTAX, TOO_LARGE, and for names
 * that the schema does not know "unknown": INVALID_SYNTAX in a resource,
 * INVALID_PATH in a PATCH.
 */
extern bool scim_read_value(const ScimAttribute *attribute, const JsonbValue *given,
							const ScimPlace *place, ScimErrorCode unknown, JsonbValue *result);

/* The same for one value, of a multi-valued attribute or not; null, [] and {} are no values. */
extern bool scim_read_one(const ScimAttribute *attribute, const JsonbValue *given,
						  const ScimPlace *place, ScimErrorCode unknown, JsonbValue *result);

/* The same for the attributes in an object: an extension, or a complex value. */
extern bool scim_read_attributes(const ScimAttribute *attributes, const JsonbValue *given,
								 const ScimPlace *place, ScimErrorCode unknown, JsonbValue *result);

/*
 * Checks a value as it is stored: names are to be spelled as the schema does,
 * and what is readOnly is there and is checked as well.  False: the value is
 * unassigned.
 */
extern bool scim_check_stored(const ScimAttribute *attribute, const JsonbValue *stored,
							  const ScimPlace *place);

/* INVALID_VALUE if the value is not what an attribute that is not complex may have. */
extern void scim_check_simple(const ScimAttribute *attribute, const JsonbValue *given, const ScimPlace *place);

/* The attribute that a member of the object names; else "unknown". */
extern const ScimAttribute *scim_read_name(const ScimAttribute *attributes, JsonbContainer *object,
										   const JsonbValue *key, const ScimPlace *place,
										   ScimErrorCode unknown);

/* INVALID_SYNTAX if the object has the key in two spellings; "exact" is the schema's. */
extern void scim_check_spelling(JsonbContainer *object, const JsonbValue *key, const char *exact,
								const ScimPlace *place);

/* INVALID_VALUE if a required attribute is missing in the tree; what is readOnly is not the client's to give. */
extern void scim_check_required(const ScimAttribute *attributes, const JsonbValue *tree,
								const ScimPlace *place);

/* INVALID_VALUE if more than one value of the array (a tree) is primary. */
extern void scim_check_primary(const JsonbValue *values, const ScimPlace *place);

/* Is the value one whose "primary" is true? */
extern bool scim_is_primary(const JsonbValue *value);

#endif							/* SCIM_CORE_VALUE_H */
