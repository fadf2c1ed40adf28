/*
 * resource.c
 *		A resource as a client sends it, checked against its schema and brought
 *		to the form in which it is stored (RFC 7643 sections 2, 3, 7).
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/json_text.h"
#include "base/jsonb_tree.h"
#include "core/mentions.h"
#include "core/resource.h"
#include "core/sides.h"
#include "core/understood.h"
#include "core/unknown.h"
#include "core/value.h"
#include "miscadmin.h"

/* bcrypt looks at no more bytes than that. */
#define MAX_PASSWORD 72

#define MAX_VERSION 128

/* ---- schemas ---- */

int
scim_schema_count(const ScimResourceType *type)
{
	int			count = 1;

	while (type->extensions[count - 1])
		count++;
	return count;
}

const ScimSchema *
scim_schema_at(const ScimResourceType *type, int i)
{
	return i == 0 ? type->schema : type->extensions[i - 1];
}

static int
schema_index(const ScimResourceType *type, const JsonbValue *urn)
{
	for (int i = 0; i < scim_schema_count(type); i++)
	{
		if (scim_same_name(urn->val.string.val, urn->val.string.len, scim_schema_at(type, i)->urn))
			return i;
	}
	return -1;
}

static SCIM_NORETURN void throw_schemas(const ScimResourceType *type, const char *problem);

static void
throw_schemas(const ScimResourceType *type, const char *problem)
{
	scim_throw_path(SCIM_INVALID_VALUE, "schemas",
					"schemas must be an array of the URNs of the schemas of %s: %-s",
					type->name, problem);
}

static void
read_urn(const ScimResourceType *type, const ScimRules *rules, const JsonbValue *urn, bool *known)
{
	int			i;

	if (urn->type != jbvString)
		throw_schemas(type, "an element is no string");
	i = schema_index(type, urn);
	if (i < 0 && rules->loose_envelope)
		return;
	if (i < 0)
		throw_schemas(type, psprintf("%s is unknown",
									 scim_shown_name(urn->val.string.val, urn->val.string.len)));
	known[i] = true;
}

void
scim_read_schemas(const ScimResourceType *type, const ScimRules *rules, const JsonbValue *given,
				  bool one, bool *known)
{
	ScimWalk	walk;
	JsonbValue	urn;

	if (one && given->type == jbvString && !scim_holds_json(given))
	{
		read_urn(type, rules, given, known);
		return;
	}
	if (!scim_is_array(given))
		throw_schemas(type, scim_holds_json(given) ? "this is a string that holds JSON"
					  : "this is no array");
	scim_walk(&walk, given->val.binary.data);
	while (scim_walk_next(&walk, NULL, &urn))
	{
		CHECK_FOR_INTERRUPTS();
		read_urn(type, rules, &urn, known);
	}
}

static bool
lists_urn(const JsonbValue *data, const char *urn)
{
	JsonbValue	found;
	JsonbValue *urns = scim_find_member(data, "schemas", &found) && scim_is_array(&found)
	? scim_open(&found) : NULL;

	for (int i = 0; urns && i < urns->val.array.nElems; i++)
	{
		if (scim_string_is(&urns->val.array.elems[i], urn))
			return true;
	}
	return false;
}

/*
 * RFC 7643 section 6: a resource must have the extensions that its type
 * requires, and in each what that requires.  One that requires nothing may be
 * empty, and stand in "schemas" alone.
 */
static void
check_extensions(const ScimResourceType *type, const JsonbValue *data)
{
	for (int i = 0; type->extensions[i]; i++)
	{
		const ScimSchema *extension = type->extensions[i];
		JsonbValue	part;
		ScimPlace	place = scim_place(NULL, extension->urn);

		if (scim_find_member(data, extension->urn, &part) && scim_is_object(&part))
			scim_check_required(extension->attributes, &part, &place);
		else if (type->extension_required[i])
		{
			scim_check_required(extension->attributes, scim_new_object(), &place);
			if (!lists_urn(data, extension->urn))
				scim_throw_path(SCIM_INVALID_VALUE, extension->urn, "%s is required",
								extension->urn);
		}
	}
}

bool
scim_complete_resource(const ScimResourceType *type, JsonbValue *data)
{
	JsonbValue *found = scim_get(data, "schemas", strlen("schemas"));
	JsonbValue *urns = found && scim_is_array(found) ? scim_open(found) : scim_new_array();
	bool		changed = false;

	for (int i = 0; i < scim_schema_count(type); i++)
	{
		const char *urn = scim_schema_at(type, i)->urn;
		bool		listed = i > 0 && !scim_get(data, urn, strlen(urn));

		for (int j = 0; !listed && j < urns->val.array.nElems; j++)
			listed = scim_string_is(&urns->val.array.elems[j], urn);
		if (!listed)
			scim_append_text(urns, urn);
		changed |= !listed;
	}
	if (changed)
		scim_set_value(data, "schemas", urns);
	scim_check_required(type->schema->attributes, data, NULL);
	check_extensions(type, data);
	return changed;
}

/* ---- passwords and versions ---- */

/* How a password is understood: as any text. */
static const ScimAttribute password_attribute = {"password"};

char *
scim_read_password(const ScimRules *rules, const JsonbValue *given)
{
	JsonbValue	room;

	if (scim_is_cleared(&password_attribute, given, rules))
		return NULL;
	given = scim_understand(&password_attribute, given, rules, &room);
	if (given->type != jbvString || given->val.string.len < 1 ||
		given->val.string.len > MAX_PASSWORD)
		scim_throw_path(SCIM_INVALID_VALUE, "password",
						"password must be a string of 1 to %d bytes", MAX_PASSWORD);
	return scim_string_copy(given);
}

bool
scim_version_is_well_formed(const char *version, int length)
{
	if (length < 1 || length > MAX_VERSION)
		return false;
	for (int i = 0; i < length; i++)
	{
		char		c = version[i];

		if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
			  c == '+' || c == '/' || c == '=' || c == '-' || c == '_'))
			return false;
	}
	return true;
}

void
scim_throw_version_format(ScimErrorCode situation, const char *name, const char *given)
{
	ScimError  *error = scim_error(situation);

	scim_error_text(error, "given", given);
	scim_throw(error, "Invalid %s format: '%s'. Use raw version (e.g., 'abc123def')", name, given);
}

/* ---- the whole resource ---- */

static bool
read_extension(const ScimReading *reading, const ScimSchema *extension, const JsonbValue *given,
			   JsonbValue *read)
{
	ScimPlace	place = scim_place(NULL, extension->urn);

	if (scim_is_unassigned(given) ||
		(reading->rules->empty_clears && scim_string_is(given, "")))
		return false;
	if (!scim_is_object(given))
		scim_throw_path(SCIM_INVALID_VALUE, extension->urn, "%s must be %-s", extension->urn,
						scim_wanted_container(given, "an object"));
	return scim_read_attributes(extension->attributes, given, &place, reading, read);
}

static void
read_all_members(const ScimReading *reading, const ScimAttribute *attribute,
				 const JsonbValue *given, ScimSpellId spell, ScimInput *input)
{
	ScimMentions mentions = {.spell = spell};

	input->has_members = true;
	if (given->type == jbvNull || scim_is_cleared(attribute, given, reading->rules))
		return;
	scim_read_members(attribute, given, false, reading, false, &mentions);
	scim_unique_members(&mentions);
	input->members = scim_members(&mentions, false, &input->member_count);
}

/* A resource while it is read. */
typedef struct Reader
{
	const ScimResourceType *type;
	ScimReading reading;
	ScimSpellId members;
	ScimInput  *input;
	bool		has_schemas;
	JsonbValue	schemas;		/* as given */
} Reader;

/* False: the document has nothing of it. */
static bool
read_attribute(Reader *reader, const ScimAttribute *attribute, const JsonbValue *given,
			   JsonbValue *read)
{
	const ScimResourceType *type = reader->type;
	ScimPlace	place;

	if (strcmp(attribute->name, "schemas") == 0)
	{
		reader->has_schemas = !scim_is_unassigned(given) &&
			!scim_is_cleared(attribute, given, reader->reading.rules);
		reader->schemas = *read = *given;
		return true;
	}
	if (attribute->mutability == SCIM_READ_ONLY)
		return false;
	if (type->has_members && strcmp(attribute->name, "members") == 0)
	{
		read_all_members(&reader->reading, attribute, given, reader->members, reader->input);
		return false;
	}
	if (type->has_password && strcmp(attribute->name, "password") == 0)
	{
		reader->input->password = given->type == jbvNull ? NULL
			: scim_read_password(reader->reading.rules, given);
		return false;
	}
	place = scim_place(NULL, attribute->name);
	return scim_read_value(attribute, given, &place, &reader->reading, read);
}

static void
throw_unknown(const ScimResourceType *type, const JsonbValue *key)
{
	char	   *name = scim_shown_name(key->val.string.val, key->val.string.len);

	scim_throw_path(SCIM_INVALID_SYNTAX, name, "%s has no attribute %s", type->name, name);
}

/* The attributes and extensions; "schemas" is left as it is. */
static JsonbValue
read_document(Reader *reader, const JsonbValue *given)
{
	const ScimResourceType *type = reader->type;
	JsonbValue *copy = NULL;
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	value;

	scim_walk(&walk, given->val.binary.data);
	while (scim_walk_next(&walk, &key, &value))
	{
		const char *name = key.val.string.val;
		int			length = key.val.string.len;
		const ScimAttribute *attribute = scim_top_attribute(type, name, length);
		const ScimSchema *extension = attribute ? NULL : scim_extension(type, name, length);
		JsonbValue	read;
		bool		kept;

		if (!attribute && !extension)
		{
			if (!scim_ignores_member(NULL, &key, &value, reader->reading.rules))
				throw_unknown(type, &key);
			scim_copy_member(&copy, &walk, false, NULL, 0, NULL);
			continue;
		}
		name = attribute ? attribute->name : extension->urn;
		scim_check_spelling(walk.container, &key, name, NULL);
		kept = attribute ? read_attribute(reader, attribute, &value, &read)
			: read_extension(&reader->reading, extension, &value, &read);
		scim_copy_member(&copy, &walk,
						 kept && scim_is_as_given(&value, &read) && scim_is_exact(&key, name),
						 name, length, kept ? &read : NULL);
	}
	return copy ? *copy : *given;
}

/* Does the value list these URNs, in their order? */
static bool
lists_urns(const JsonbValue *value, const JsonbValue *urns)
{
	ScimWalk	walk;
	JsonbValue	urn = {.type = jbvNull};

	scim_walk(&walk, value->val.binary.data);
	if (walk.count != urns->val.array.nElems)
		return false;
	while (scim_walk_next(&walk, NULL, &urn))
	{
		const JsonbValue *wanted = &urns->val.array.elems[walk.next - 1];

		if (urn.type != jbvString || urn.val.string.len != wanted->val.string.len ||
			memcmp(urn.val.string.val, wanted->val.string.val, urn.val.string.len) != 0)
			return false;
	}
	return true;
}

/*
 * Puts the URNs of the core schema, of those named and of those present in the
 * data, in the schemas' order.
 */
static void
set_schemas(const Reader *reader, JsonbValue *data)
{
	const ScimResourceType *type = reader->type;
	int			count = scim_schema_count(type);
	bool	   *known = palloc0(count * sizeof(bool));
	JsonbValue *urns = scim_new_array();
	JsonbValue	unused;

	if (reader->has_schemas)
		scim_read_schemas(type, reader->reading.rules, &reader->schemas, false, known);
	for (int i = 0; i < count; i++)
	{
		const char *urn = scim_schema_at(type, i)->urn;

		if (i == 0 || known[i] || scim_find_member(data, urn, &unused))
			scim_append_text(urns, urn);
	}
	if (reader->has_schemas && lists_urns(&reader->schemas, urns))
		return;
	*data = *scim_open(data);
	scim_set_value(data, "schemas", urns);
}

ScimInput *
scim_read_input(const ScimResourceType *type, const ScimRules *rules, Jsonb *given,
				ScimSpellId members)
{
	ScimInput  *input = palloc0(sizeof(ScimInput));
	Reader		reader = {
		.type = type,
		.reading = {.rules = rules, .unknown = SCIM_INVALID_SYNTAX},
		.members = members,
		.input = input
	};
	JsonbValue	root;
	JsonbValue	data;

	scim_root(given, &root);
	if (!scim_is_object(&root))
		scim_throw_path(SCIM_NO_OBJECT, NULL, "a %s must be %-s", type->name,
						scim_wanted_container(&root, "an object"));
	data = read_document(&reader, &root);
	scim_log_unknown();
	set_schemas(&reader, &data);
	scim_check_required(type->schema->attributes, &data, NULL);
	check_extensions(type, &data);
	input->document = data.type == jbvBinary ? given : scim_write(&data);
	return input;
}

/* ---- a resource as it is stored ---- */

/* An extension is checked as the complex attribute that it looks like. */
static void
check_member(const ScimResourceType *type, const JsonbValue *key, const JsonbValue *value,
			 bool *known)
{
	const char *name = key->val.string.val;
	int			length = key->val.string.len;
	const ScimAttribute *attribute = scim_top_attribute(type, name, length);
	const ScimSchema *extension = attribute ? NULL : scim_extension(type, name, length);
	ScimAttribute whole = {.type = SCIM_COMPLEX};
	ScimPlace	place;

	if (!attribute && !extension)
		throw_unknown(type, key);
	if (extension)
	{
		whole.name = extension->urn;
		whole.sub = extension->attributes;
		attribute = &whole;
	}
	place = scim_place(NULL, attribute->name);
	if (!scim_string_is(key, attribute->name))
		scim_throw_path(SCIM_INVALID_SYNTAX, attribute->name, "%s is spelled \"%s\"",
						attribute->name, scim_shown_name(name, length));
	if (strcmp(attribute->name, "schemas") == 0)
		scim_read_schemas(type, &scim_strict_rules, value, false, known);
	else
		(void) scim_check_stored(attribute, value, &place);
}

void
scim_check_document(const ScimResourceType *type, Jsonb *document)
{
	bool	   *known = palloc0(scim_schema_count(type) * sizeof(bool));
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	value;
	JsonbValue	data;

	if (!JB_ROOT_IS_OBJECT(document))
		scim_throw_path(SCIM_NO_OBJECT, NULL, "a %s must be an object", type->name);
	scim_walk(&walk, &document->root);
	while (scim_walk_next(&walk, &key, &value))
		check_member(type, &key, &value, known);
	scim_root(document, &data);
	for (int i = 0; i < scim_schema_count(type); i++)
	{
		const char *urn = scim_schema_at(type, i)->urn;

		if (!known[i] && (i == 0 || scim_find_member(&data, urn, &value)))
			throw_schemas(type, psprintf("%s is missing", urn));
	}
	scim_check_required(type->schema->attributes, &data, NULL);
	check_extensions(type, &data);
	pfree(known);
}

/* ---- what was merged ---- */

/* Is it one of the schema's to judge?  "schemas" follows from the others. */
static bool
is_judged(const ScimResourceType *type, const JsonbValue *key)
{
	const char *name = key->val.string.val;
	int			length = key->val.string.len;

	return !scim_string_is(key, "schemas") &&
		(scim_top_attribute(type, name, length) || scim_extension(type, name, length));
}

/* Is the member as it is in the other resource?  "there" may be NULL: it is not. */
static bool
is_as_there(const JsonbValue *value, const JsonbValue *there)
{
	return there && (scim_same_bytes(there, value) || scim_equal(there, value));
}

Jsonb *
scim_check_merged(const ScimResourceType *type, Jsonb *merged, Jsonb *mine, Jsonb *theirs)
{
	/* merged stands in the place of the base */
	Jsonb	   *documents[SCIM_THREE] = {merged, mine, theirs};
	JsonbValue	roots[SCIM_THREE];
	const JsonbValue *objects[SCIM_THREE];
	ScimThreeSides sides;
	ScimTriple	triple;
	JsonbValue *tree;

	for (int i = 0; i < SCIM_THREE; i++)
	{
		scim_root(documents[i], &roots[i]);
		objects[i] = &roots[i];
	}
	scim_begin_three_sides(&sides, objects);
	while (scim_next_triple(&sides, &triple))
	{
		const JsonbValue *value = triple.of[SCIM_BASE];

		if (value && !is_as_there(value, triple.of[SCIM_THEIRS]) &&
			!is_as_there(value, triple.of[SCIM_MINE]) && is_judged(type, &triple.key))
			check_member(type, &triple.key, value, NULL);
	}
	tree = scim_open(&roots[SCIM_BASE]);
	return scim_complete_resource(type, tree) ? scim_write(tree) : merged;
}
