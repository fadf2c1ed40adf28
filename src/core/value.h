/*
 * value.h
 *		One value, checked against its attribute and brought to the form in which
 *		it is stored (RFC 7643 sections 2.2 to 2.5).
 */
#ifndef SCIM_CORE_VALUE_H
#define SCIM_CORE_VALUE_H

#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "core/place.h"
#include "core/rules.h"
#include "core/schema.h"

/*
 * Reads the value of an attribute into "result": names as the schema spells
 * them, nothing unassigned in it, readOnly sub-attributes left out, and what the
 * rules of the reading know as the standards have it.  What is so
 * already is not copied: a container is binary as it was given, or a tree.
 * False: the value is unassigned.  Errors: INVALID_VALUE, INVALID_SYNTAX, TOO_LARGE, and for names
 * that the schema does not know what the reading says.
 */
extern bool scim_read_value(const ScimAttribute *attribute, const JsonbValue *given,
							const ScimPlace *place, const ScimReading *reading, JsonbValue *result);

/* Is what was read the given value itself?  If not, its type tells: it is a tree. */
static inline bool
scim_is_as_given(const JsonbValue *given, const JsonbValue *read)
{
	return read->type == given->type;
}

/* The same for one value, of a multi-valued attribute or not; null, [] and {} are no values. */
extern bool scim_read_one(const ScimAttribute *attribute, const JsonbValue *given,
						  const ScimPlace *place, const ScimReading *reading, JsonbValue *result);

/* The same for the attributes in an object: an extension, or a complex value. */
extern bool scim_read_attributes(const ScimAttribute *attributes, const JsonbValue *given,
								 const ScimPlace *place, const ScimReading *reading,
								 JsonbValue *result);

/*
 * Checks a value as it is stored: names are to be spelled as the schema does,
 * and what is readOnly is there and is checked as well.  False: the value is
 * unassigned.
 */
extern bool scim_check_stored(const ScimAttribute *attribute, const JsonbValue *stored,
							  const ScimPlace *place);

/* The attribute that a member of the object names; else "unknown". */
extern const ScimAttribute *scim_read_name(const ScimAttribute *attributes, JsonbContainer *object,
										   const JsonbValue *key, const ScimPlace *place,
										   ScimErrorCode unknown);

/*
 * The same in what is read by rules: the member that the walk has just come to, at whose
 * object "place" is; NULL: it is to be ignored (scim_ignores_member).
 */
extern const ScimAttribute *scim_read_member(const ScimAttribute *attributes, const ScimWalk *walk,
											 const JsonbValue *key, const JsonbValue *value,
											 const ScimPlace *place, const ScimReading *reading);

/* Is the key, which is the name in some spelling, the name itself? */
static inline bool
scim_is_exact(const JsonbValue *key, const char *name)
{
	return memcmp(key->val.string.val, name, key->val.string.len) == 0;
}

/* INVALID_SYNTAX if the object has the name in two spellings; "exact" is the schema's. */
extern void scim_check_two_spellings(JsonbContainer *object, const char *exact,
									 const ScimPlace *place);

/*
 * The same of a key in the object, which stands at "up".  A key stands in a
 * jsonb but once: of two spellings, one is not the schema's.
 */
static inline void
scim_check_spelling(JsonbContainer *object, const JsonbValue *key, const char *exact,
					const ScimPlace *up)
{
	ScimPlace	place;

	if (scim_is_exact(key, exact))
		return;
	place = scim_place(up, exact);
	scim_check_two_spellings(object, exact, &place);
}

/*
 * INVALID_VALUE if a required attribute is missing in the object (a tree or
 * binary); what is readOnly is not the client's to give.
 */
extern void scim_check_required(const ScimAttribute *attributes, const JsonbValue *object,
								const ScimPlace *place);

/* INVALID_VALUE if more than one value of the array (a tree) is primary. */
extern void scim_check_primary(const JsonbValue *values, const ScimPlace *place);

/* Is the value one whose "primary" is true? */
extern bool scim_is_primary(const JsonbValue *value);

#endif							/* SCIM_CORE_VALUE_H */
