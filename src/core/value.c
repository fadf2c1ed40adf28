/*
 * value.c
 *		One value, checked against its attribute and brought to the form in which
 *		it is stored (RFC 7643 sections 2.2 to 2.5).
 *
 * Values come from a jsonb and are referenced, not copied.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "core/same_values.h"
#include "core/simple_value.h"
#include "core/understood.h"
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

static SCIM_NORETURN void throw_unknown(const ScimPlace *place, const JsonbValue *key,
										ScimErrorCode unknown);

static void
throw_unknown(const ScimPlace *place, const JsonbValue *key, ScimErrorCode unknown)
{
	ScimPlace	here = {.up = place};
	char	   *path;

	here.name = scim_shown_name(key->val.string.val, key->val.string.len);
	here.length = strlen(here.name);
	path = scim_place_text(&here);
	scim_throw_path(unknown, path, "there is no attribute %s", path);
}

const ScimAttribute *
scim_read_name(const ScimAttribute *attributes, JsonbContainer *object, const JsonbValue *key,
			   const ScimPlace *place, ScimErrorCode unknown)
{
	const ScimAttribute *found = scim_attribute(attributes, key->val.string.val,
												key->val.string.len);

	if (!found)
		throw_unknown(place, key, unknown);
	scim_check_spelling(object, key, found->name, place);
	return found;
}

const ScimAttribute *
scim_read_member(const ScimAttribute *attributes, const ScimWalk *walk, const JsonbValue *key,
				 const JsonbValue *value, const ScimPlace *place, const ScimReading *reading)
{
	const ScimAttribute *found = scim_attribute(attributes, key->val.string.val,
												key->val.string.len);

	if (found)
		scim_check_spelling(walk->container, key, found->name, place);
	else if (!scim_ignores_member(place, key, value, reading->rules))
		throw_unknown(place, key, reading->unknown);
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

/* The attribute of the member that the walk has just come to; NULL: it is ignored. */
static const ScimAttribute *
member_attribute(const ScimAttribute *attributes, const ScimWalk *walk, const JsonbValue *key,
				 const JsonbValue *value, const ScimPlace *place, Reading reading)
{
	return reading.stored
		? scim_read_name(attributes, walk->container, key, place, reading.as.unknown)
		: scim_read_member(attributes, walk, key, value, place, &reading.as);
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
		const ScimAttribute *attribute = member_attribute(attributes, &walk, &key, &value,
														  place, reading);
		ScimPlace	here;
		bool		kept;

		if (!attribute)
		{
			scim_copy_member(&copy, &walk, false, NULL, 0, NULL);
			continue;
		}
		here = scim_place(place, attribute->name);
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

/* A value that is not complex. */
static void
read_simple(const ScimAttribute *attribute, const JsonbValue *given, const ScimPlace *place,
			Reading reading, JsonbValue *result)
{
	if (!reading.stored)
		check_length(attribute, given, place);
	scim_check_simple(attribute, given, place);
	*result = *given;
}

static bool
read_one(const ScimAttribute *attribute, const JsonbValue *given, const ScimPlace *place,
		 Reading reading, JsonbValue *result)
{
	JsonbValue	room;
	const JsonbValue *meant = scim_understand(attribute, given, reading.as.rules, &room);

	check_stack_depth();
	if (scim_is_cleared(attribute, meant, reading.as.rules) ||
		(meant != given && scim_is_unassigned(meant)))
		return false;
	if (attribute->type != SCIM_COMPLEX)
	{
		read_simple(attribute, meant, place, reading, result);
		return true;
	}
	if (!scim_is_object(meant))
		scim_throw_value(SCIM_INVALID_VALUE, attribute, given, place,
						 scim_wanted_container(given, "an object"));
	if (!read_attributes(attribute->sub, meant, place, reading, result))
		return false;
	/* see scim_is_as_given */
	if (meant != given && result->type == jbvBinary)
		*result = *scim_open(result);
	return true;
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
	*result = copy ? *copy : *given;
	if (walk.count > 1 && reading.as.rules->same_values && scim_has_pairs(attribute))
	{
		copy = scim_join_same_values(attribute, result);
		if (copy)
		{
			*result = *copy;
			scim_check_primary(result, place);
			return any;
		}
	}
	check_primaries(primaries, place);
	return any;
}

static bool
read_value(const ScimAttribute *attribute, const JsonbValue *given, const ScimPlace *place,
		   Reading reading, JsonbValue *result)
{
	if (scim_is_unassigned(given))
		return false;
	if (!attribute->multi_valued)
		return read_one(attribute, given, place, reading, result);
	return !scim_is_cleared(attribute, given, reading.as.rules) &&
		read_values(attribute, given, place, reading, result);
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
