/*
 * value.c
 *		One value, checked against its attribute and brought to the form in which
 *		it is stored (RFC 7643 sections 2.2 to 2.5).
 *
 * Values come from a jsonb and are referenced, not copied.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "core/simple_value.h"
#include "core/value.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"

/*
 * What a client sends is folded time and again: no such text has more bytes.
 * What is stored may.
 */
#define LONGEST_FOLDED (1024 * 1024)

/* ---- names ---- */

void
scim_check_two_spellings(JsonbContainer *object, const char *exact, const ScimPlace *place)
{
	ScimWalk	walk;
	JsonbValue	other;
	JsonbValue	unused;
	int			found = 0;
	char	   *path;

	scim_walk(&walk, object);
	while (scim_walk_next(&walk, &other, &unused))
		found += scim_same_name(other.val.string.val, other.val.string.len, exact);
	if (found < 2)
		return;
	path = scim_place_text(place);
	scim_throw_path(SCIM_INVALID_SYNTAX, path, "%s is given twice, in different spellings", path);
}

const ScimAttribute *
scim_read_name(const ScimAttribute *attributes, JsonbContainer *object, const JsonbValue *key,
			   const ScimPlace *place, ScimErrorCode unknown)
{
	const ScimAttribute *found = scim_attribute(attributes, key->val.string.val,
												key->val.string.len);
	ScimPlace	here = {.up = place};

	if (!found)
	{
		char	   *path;

		here.name = scim_shown_name(key->val.string.val, key->val.string.len);
		here.length = strlen(here.name);
		path = scim_place_text(&here);
		scim_throw_path(unknown, path, "there is no attribute %s", path);
	}
	scim_check_spelling(object, key, found->name, place);
	return found;
}

/* ---- complex and multi-valued attributes ---- */

/* How values are read. */
typedef struct Reading
{
	ScimReading as;
	bool		stored;			/* they are stored already: nothing is corrected or left out */
} Reading;

static bool read_value(const ScimAttribute *attribute, const JsonbValue *given,
					   const ScimPlace *place, Reading reading, JsonbValue *result);

void
scim_check_required(const ScimAttribute *attributes, const JsonbValue *object,
					const ScimPlace *place)
{
	for (; attributes->name; attributes++)
	{
		ScimPlace	here = {.up = place, .name = attributes->name};
		JsonbValue	unused;
		char	   *path;

		if (!attributes->required || attributes->mutability == SCIM_READ_ONLY ||
			scim_find_member(object, attributes->name, &unused))
			continue;
		here.length = strlen(here.name);
		path = scim_place_text(&here);
		scim_throw_path(SCIM_INVALID_VALUE, path, "%s is required", path);
	}
}

static void
check_exact(const JsonbValue *key, const ScimPlace *place)
{
	char	   *path;

	if (scim_string_is(key, place->name))
		return;
	path = scim_place_text(place);
	scim_throw_path(SCIM_INVALID_SYNTAX, path, "%s is spelled \"%s\"", path, scim_string_copy(key));
}

static bool
read_attributes(const ScimAttribute *attributes, const JsonbValue *given,
				const ScimPlace *place, Reading reading, JsonbValue *result)
{
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	value;
	JsonbValue	read;
	JsonbValue *copy = NULL;
	bool		any = false;

	scim_walk(&walk, given->val.binary.data);
	while (scim_walk_next(&walk, &key, &value))
	{
		const ScimAttribute *attribute = scim_read_name(attributes, walk.container, &key, place,
														reading.as.unknown);
		ScimPlace	here = scim_place(place, attribute->name);
		bool		kept;

		if (reading.stored)
			check_exact(&key, &here);
		kept = (reading.stored || attribute->mutability != SCIM_READ_ONLY) &&
			read_value(attribute, &value, &here, reading, &read);
		scim_copy_member(&copy, &walk,
						 kept && scim_is_as_given(&value, &read) && scim_is_exact(&key, here.name),
						 here.name, here.length, kept ? &read : NULL);
		any |= kept;
	}
	if (!any)
		return false;
	*result = copy ? *copy : *given;
	scim_check_required(attributes, result, place);
	return true;
}

/* Of text that is compared folded. */
static void
check_length(const ScimAttribute *attribute, const JsonbValue *given, const ScimPlace *place)
{
	ScimError  *error;
	char	   *path;

	if (attribute->type != SCIM_STRING || attribute->case_exact || given->type != jbvString ||
		given->val.string.len <= LONGEST_FOLDED)
		return;
	error = scim_error(SCIM_TOO_LONG);
	path = scim_place_text(place);
	scim_error_text(error, "path", path);
	scim_error_integer(error, "limit", LONGEST_FOLDED);
	scim_throw(error, "%s must not be longer than %d bytes", path, LONGEST_FOLDED);
}

static bool
read_one(const ScimAttribute *attribute, const JsonbValue *given, const ScimPlace *place,
		 Reading reading, JsonbValue *result)
{
	check_stack_depth();
	if (attribute->type != SCIM_COMPLEX)
	{
		if (!reading.stored)
			check_length(attribute, given, place);
		scim_check_simple(attribute, given, place);
		*result = *given;
		return true;
	}
	if (!scim_is_object(given))
		scim_throw_value(SCIM_INVALID_VALUE, attribute, given, place,
						 scim_wanted_container(given, "an object"));
	return read_attributes(attribute->sub, given, place, reading, result);
}

bool
scim_is_primary(const JsonbValue *value)
{
	JsonbValue	primary;

	return scim_is_object(value) && scim_find_member(value, "primary", &primary) &&
		primary.type == jbvBool && primary.val.boolean;
}

/* So many values of an array are primary. */
static void
check_primaries(int count, const ScimPlace *place)
{
	char	   *path;

	if (count < 2)
		return;
	path = scim_place_text(place);
	scim_throw_path(SCIM_INVALID_VALUE, path, "%s must not have more than one primary value", path);
}

void
scim_check_primary(const JsonbValue *values, const ScimPlace *place)
{
	int			count = 0;

	for (int i = 0; i < values->val.array.nElems; i++)
		count += scim_is_primary(&values->val.array.elems[i]);
	check_primaries(count, place);
}

/* The values of a multi-valued attribute; those that are unassigned are left out. */
static bool
read_values(const ScimAttribute *attribute, const JsonbValue *given, const ScimPlace *place,
			Reading reading, JsonbValue *result)
{
	ScimWalk	walk;
	JsonbValue	value;
	JsonbValue	read;
	JsonbValue *copy = NULL;
	bool		any = false;
	int			primaries = 0;

	if (!scim_is_array(given))
		scim_throw_value(SCIM_INVALID_VALUE, attribute, given, place,
						 scim_wanted_container(given, "an array"));
	scim_walk(&walk, given->val.binary.data);
	for (int i = 0; scim_walk_next(&walk, NULL, &value); i++)
	{
		ScimPlace	here = {.up = place, .index = i};
		bool		kept;

		CHECK_FOR_INTERRUPTS();
		kept = !scim_is_unassigned(&value) && read_one(attribute, &value, &here, reading, &read);
		scim_copy_member(&copy, &walk, kept && scim_is_as_given(&value, &read), NULL, 0,
						 kept ? &read : NULL);
		any |= kept;
		primaries += kept && scim_is_primary(&read);
	}
	check_primaries(primaries, place);
	*result = copy ? *copy : *given;
	return any;
}

static bool
read_value(const ScimAttribute *attribute, const JsonbValue *given, const ScimPlace *place,
		   Reading reading, JsonbValue *result)
{
	if (scim_is_unassigned(given))
		return false;
	if (attribute->multi_valued)
		return read_values(attribute, given, place, reading, result);
	return read_one(attribute, given, place, reading, result);
}

/* ---- entry points ---- */

bool
scim_read_value(const ScimAttribute *attribute, const JsonbValue *given, const ScimPlace *place,
				const ScimReading *reading, JsonbValue *result)
{
	return read_value(attribute, given, place, (Reading) {.as = *reading}, result);
}

bool
scim_read_one(const ScimAttribute *attribute, const JsonbValue *given, const ScimPlace *place,
			  const ScimReading *reading, JsonbValue *result)
{
	return read_one(attribute, given, place, (Reading) {.as = *reading}, result);
}

bool
scim_read_attributes(const ScimAttribute *attributes, const JsonbValue *given,
					 const ScimPlace *place, const ScimReading *reading, JsonbValue *result)
{
	return read_attributes(attributes, given, place, (Reading) {.as = *reading}, result);
}

bool
scim_check_stored(const ScimAttribute *attribute, const JsonbValue *stored, const ScimPlace *place)
{
	static const Reading as_stored = {
		.as = {.rules = &scim_strict_rules, .unknown = SCIM_INVALID_SYNTAX},
		.stored = true
	};
	JsonbValue	unused;

	return read_value(attribute, stored, place, as_stored, &unused);
}
