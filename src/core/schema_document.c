/*
 * schema_document.c
 *		Schemas as JSON documents (RFC 7643 section 7), read and written.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "core/object.h"
#include "core/place.h"
#include "core/schema_document.h"
#include "miscadmin.h"

/* Far more than anybody needs; what is looked up by name is looked up one by one. */
#define MOST_ATTRIBUTES 1000

static const char *const type_names[] = {
	[SCIM_STRING] = "string", [SCIM_BOOLEAN] = "boolean", [SCIM_DECIMAL] = "decimal",
	[SCIM_INTEGER] = "integer", [SCIM_DATETIME] = "dateTime", [SCIM_BINARY] = "binary",
	[SCIM_REFERENCE] = "reference", [SCIM_COMPLEX] = "complex", NULL
};
static const char *const mutability_names[] = {
	[SCIM_READ_WRITE] = "readWrite", [SCIM_READ_ONLY] = "readOnly",
	[SCIM_IMMUTABLE] = "immutable", [SCIM_WRITE_ONLY] = "writeOnly", NULL
};
static const char *const returned_names[] = {
	[SCIM_DEFAULT] = "default", [SCIM_ALWAYS] = "always",
	[SCIM_NEVER] = "never", [SCIM_REQUEST] = "request", NULL
};
static const char *const uniqueness_names[] = {
	[SCIM_NONE] = "none", [SCIM_SERVER] = "server", [SCIM_GLOBAL] = "global", NULL
};

/* ---- characteristics that a type does not have (RFC 7643 section 2.3) ---- */

static bool
has_case(ScimType type)
{
	return type == SCIM_STRING || type == SCIM_REFERENCE || type == SCIM_BINARY;
}

bool
scim_can_be_unique(ScimType type)
{
	return type == SCIM_STRING || type == SCIM_REFERENCE || type == SCIM_DECIMAL ||
		type == SCIM_INTEGER;
}

/* ---- reading ---- */

/* The members of an attribute's document. */
enum
{
	NAME, TYPE, SUB_ATTRIBUTES, MULTI_VALUED, DESCRIPTION, REQUIRED, CANONICAL_VALUES,
	CASE_EXACT, MUTABILITY, RETURNED, UNIQUENESS, REFERENCE_TYPES, ATTRIBUTE_MEMBERS
};

static const char *const attribute_members[ATTRIBUTE_MEMBERS] = {
	"name", "type", "subAttributes", "multiValued", "description", "required", "canonicalValues",
	"caseExact", "mutability", "returned", "uniqueness", "referenceTypes"
};

/*
 * The members of a schema's document; those that the server fills in are taken
 * and not looked at.
 */
enum
{
	SCHEMA_SCHEMAS,
	SCHEMA_ID,
	SCHEMA_NAME,
	SCHEMA_DESCRIPTION,
	SCHEMA_ATTRIBUTES,
	SCHEMA_META,
	SCHEMA_MEMBERS
};

static const char *const schema_members[SCHEMA_MEMBERS] = {
	"schemas", "id", "name", "description", "attributes", "meta"
};

/* What is read, while it is read. */
typedef struct Reading
{
	bool		restricted;		/* the canonical values of the whole schema are all there are */
	int			depth;			/* of complex attributes that are allowed */
	bool		multi_valued;	/* a part of the values of a multi-valued attribute */
} Reading;

static SCIM_NORETURN void refuse(const ScimPlace *up, const char *member, const char *problem);

/* INVALID_VALUE about a member: "<path> <problem>". */
static void
refuse(const ScimPlace *up, const char *member, const char *problem)
{
	ScimPlace	place = scim_place(up, member);
	char	   *path = scim_place_text(&place);

	scim_throw_path(SCIM_BAD_DOCUMENT, path, "%s %-s", path, problem);
}

/* One of the words of a list, by its case-insensitive name; the first is the default. */
static int
read_word(const JsonbValue *value, const char *const *words, const ScimPlace *up,
		  const char *member)
{
	if (value->type == jbvNull)
		return 0;
	for (int i = 0; value->type == jbvString && words[i]; i++)
	{
		if (scim_same_name(value->val.string.val, value->val.string.len, words[i]))
			return i;
	}
	refuse(up, member, psprintf("must be one of %s", scim_listed(words)));
}

static const ScimAttribute *read_attributes(const JsonbValue *given, const ScimPlace *place,
											Reading reading);

static void
read_canonical_values(ScimAttribute *attribute, const JsonbValue *given, const ScimPlace *place,
					  bool restricted)
{
	ScimPlace	here = scim_place(place, "canonicalValues");
	const char *const *values = scim_read_texts(given, &here);

	if (values && attribute->type != SCIM_STRING)
		refuse(place, "canonicalValues", "is for strings alone");
	for (int i = 0; values && values[i]; i++)
	{
		for (int j = 0; j < i; j++)
		{
			if (strcmp(values[i], values[j]) == 0)
				refuse(place, "canonicalValues", scim_phrase("has \"%s\" twice", values[i]));
		}
	}
	attribute->canonical_values = values;
	attribute->restricted = restricted && values;
}

static void
read_sub_attributes(ScimAttribute *attribute, const JsonbValue *given, const ScimPlace *place,
					Reading reading)
{
	ScimPlace	here = scim_place(place, "subAttributes");

	if (attribute->type != SCIM_COMPLEX)
	{
		if (!scim_is_unassigned(given))
			refuse(place, "subAttributes", "is for complex attributes alone");
		return;
	}
	if (reading.depth == 0)
		refuse(place, "type", "must not be complex: a sub-attribute has no sub-attributes");
	if (scim_is_unassigned(given))
		refuse(place, "subAttributes", "is required of a complex attribute");
	reading.depth--;
	reading.multi_valued |= attribute->multi_valued;
	attribute->sub = read_attributes(given, &here, reading);
}

/*
 * References and binaries have the one case that section 2.3 gives them,
 * whatever the document says.
 */
static void
read_case(ScimAttribute *attribute, const JsonbValue *given, const ScimPlace *place)
{
	ScimPlace	here = scim_place(place, "caseExact");

	attribute->case_exact = scim_read_flag(given, &here);
	if (attribute->case_exact && !has_case(attribute->type))
		refuse(place, "caseExact",
			   psprintf("has no meaning: a %s has no case", type_names[attribute->type]));
	if (attribute->type == SCIM_REFERENCE || attribute->type == SCIM_BINARY)
		attribute->case_exact = true;
}

static void
read_returned(ScimAttribute *attribute, const JsonbValue *given, const ScimPlace *place)
{
	attribute->returned = read_word(given, returned_names, place, "returned");
	if (attribute->mutability != SCIM_WRITE_ONLY)
		return;
	if (attribute->returned == SCIM_ALWAYS)
		refuse(place, "returned", "must be never: the attribute is writeOnly");
	attribute->returned = SCIM_NEVER;
}

static void
read_attribute(ScimAttribute *attribute, const JsonbValue *given, const ScimPlace *place,
			   Reading reading)
{
	JsonbValue	values[ATTRIBUTE_MEMBERS];
	ScimPlace	places[ATTRIBUTE_MEMBERS];

	scim_read_object(given, attribute_members, ATTRIBUTE_MEMBERS, place, values);
	for (int i = 0; i < ATTRIBUTE_MEMBERS; i++)
		places[i] = scim_place(place, attribute_members[i]);
	attribute->name = scim_read_required_text(&values[NAME], &places[NAME]);
	if (!scim_is_attribute_name(attribute->name))
		refuse(place, "name",
			   "must be a name of letters, digits, \"$\", \"-\" and \"_\" that begins with a "
			   "letter");
	attribute->type = read_word(&values[TYPE], type_names, place, "type");
	attribute->multi_valued = scim_read_flag(&values[MULTI_VALUED], &places[MULTI_VALUED]);
	attribute->description = scim_read_text(&values[DESCRIPTION], &places[DESCRIPTION]);
	attribute->required = scim_read_flag(&values[REQUIRED], &places[REQUIRED]);
	attribute->mutability = read_word(&values[MUTABILITY], mutability_names, place, "mutability");
	attribute->uniqueness = read_word(&values[UNIQUENESS], uniqueness_names, place, "uniqueness");
	if (attribute->uniqueness != SCIM_NONE && !scim_can_be_unique(attribute->type))
		refuse(place, "uniqueness",
			   psprintf("must be none: a %s has no uniqueness", type_names[attribute->type]));
	if (attribute->uniqueness != SCIM_NONE && (attribute->multi_valued || reading.multi_valued))
		refuse(place, "uniqueness", "must be none: that of many values cannot be kept");
	read_returned(attribute, &values[RETURNED], place);
	read_case(attribute, &values[CASE_EXACT], place);
	read_canonical_values(attribute, &values[CANONICAL_VALUES], place, reading.restricted);
	attribute->reference_types = scim_read_texts(&values[REFERENCE_TYPES],
												 &places[REFERENCE_TYPES]);
	if (attribute->reference_types && attribute->type != SCIM_REFERENCE)
		refuse(place, "referenceTypes", "is for references alone");
	read_sub_attributes(attribute, &values[SUB_ATTRIBUTES], place, reading);
}

/* A list of attributes, ended by one without a name. */
static const ScimAttribute *
read_attributes(const JsonbValue *given, const ScimPlace *place, Reading reading)
{
	ScimAttribute *attributes;
	ScimWalk	walk;
	JsonbValue	element;

	check_stack_depth();
	if (!scim_is_array(given))
		scim_throw_expected(SCIM_BAD_DOCUMENT, place, "an array of attributes");
	scim_walk(&walk, given->val.binary.data);
	if (walk.count > MOST_ATTRIBUTES)
		scim_throw_expected(SCIM_BAD_DOCUMENT, place,
							psprintf("an array of at most %d attributes", MOST_ATTRIBUTES));
	attributes = palloc0((walk.count + 1) * sizeof(ScimAttribute));
	for (int i = 0; scim_walk_next(&walk, NULL, &element); i++)
	{
		ScimPlace	here = {.up = place, .index = i};

		CHECK_FOR_INTERRUPTS();
		read_attribute(&attributes[i], &element, &here, reading);
		for (int j = 0; j < i; j++)
		{
			if (scim_same_name(attributes[j].name, strlen(attributes[j].name), attributes[i].name))
				refuse(&here, "name", scim_phrase("is \"%s\" a second time", attributes[i].name));
		}
	}
	return attributes;
}

/* Messages have no schema (RFC 7644 section 4). */
static void
check_urn(const char *urn)
{
	if (!scim_is_urn(urn))
		scim_throw_path(SCIM_BAD_DOCUMENT, "id", "id must be a URN such as urn:example:2.0:Device");
	if (pg_strncasecmp(urn, "urn:ietf:params:scim:api:messages:", 34) == 0)
		scim_throw_path(SCIM_BAD_DOCUMENT, "id", "id is the URN of a message, not of a resource");
}

/* ---- options ---- */

enum
{
	OPTION_CANONICAL_VALUES, OPTION_RESTRICT, OPTIONS
};

static const char *const option_names[OPTIONS] = {"canonicalValues", "restrict"};

/* The attribute of a path "attribute" or "attribute.sub" of the schema. */
static const ScimAttribute *
find_attribute(const ScimAttribute *attributes, const char *path)
{
	const char *dot = strchr(path, '.');
	const ScimAttribute *found = scim_attribute(attributes, path,
												dot ? dot - path : (int) strlen(path));

	if (dot == NULL || found == NULL)
		return found;
	return found->sub ? scim_attribute(found->sub, dot + 1, strlen(dot + 1)) : NULL;
}

static void
restrict_paths(const ScimSchema *schema, const JsonbValue *paths)
{
	ScimPlace	options = scim_place(NULL, "options");
	ScimPlace	place = scim_place(&options, "restrict");
	const char *const *texts = scim_read_texts(paths, &place);

	for (int i = 0; texts && texts[i]; i++)
	{
		const ScimAttribute *found = find_attribute(schema->attributes, texts[i]);

		if (found == NULL || found->canonical_values == NULL)
			scim_throw_path(SCIM_BAD_DOCUMENT, "options.restrict",
							"\"%s\" is no attribute of the schema that has canonicalValues",
							texts[i]);
		/* the attribute is still ours alone */
		((ScimAttribute *) found)->restricted = true;
	}
}

/* ---- the schema ---- */

static void
read_options(Jsonb *options, JsonbValue *values)
{
	ScimPlace	place = scim_place(NULL, "options");
	JsonbValue	root;

	scim_root(options, &root);
	scim_read_object(&root, option_names, OPTIONS, &place, values);
	if (values[OPTION_CANONICAL_VALUES].type != jbvNull &&
		!scim_string_is(&values[OPTION_CANONICAL_VALUES], "restrict") &&
		!scim_string_is(&values[OPTION_CANONICAL_VALUES], "suggest"))
		refuse(&place, "canonicalValues", "must be \"restrict\" or \"suggest\"");
}

ScimSchema *
scim_read_schema(Jsonb *document, Jsonb *options)
{
	ScimSchema *schema = palloc0(sizeof(ScimSchema));
	JsonbValue	values[SCHEMA_MEMBERS];
	JsonbValue	chosen[OPTIONS];
	ScimPlace	places[SCHEMA_MEMBERS];
	Reading		reading = {.depth = 1};

	for (int i = 0; i < SCHEMA_MEMBERS; i++)
		places[i] = scim_place(NULL, schema_members[i]);
	scim_read_document(document, "schema", SCIM_URN_SCHEMA, schema_members, SCHEMA_MEMBERS, values);
	read_options(options, chosen);
	schema->urn = scim_read_required_text(&values[SCHEMA_ID], &places[SCHEMA_ID]);
	check_urn(schema->urn);
	schema->name = scim_read_text(&values[SCHEMA_NAME], &places[SCHEMA_NAME]);
	schema->description = scim_read_text(&values[SCHEMA_DESCRIPTION], &places[SCHEMA_DESCRIPTION]);

	/* section 7: of all schemas, that of schemas alone has complex sub-attributes */
	if (strcmp(schema->urn, SCIM_URN_SCHEMA) == 0)
		reading.depth++;
	reading.restricted = scim_string_is(&chosen[OPTION_CANONICAL_VALUES], "restrict");
	schema->attributes = read_attributes(&values[SCHEMA_ATTRIBUTES], &places[SCHEMA_ATTRIBUTES],
										 reading);
	restrict_paths(schema, &chosen[OPTION_RESTRICT]);
	return schema;
}

/* ---- writing ---- */

static JsonbValue *
attribute_documents(const ScimAttribute *attribute)
{
	JsonbValue *array = scim_new_array();

	check_stack_depth();
	for (; attribute->name; attribute++)
	{
		JsonbValue *document = scim_new_object();
		ScimType	type = attribute->type;

		scim_set_text(document, "name", attribute->name);
		scim_set_text(document, "type", type_names[type]);
		scim_set_bool(document, "multiValued", attribute->multi_valued);
		if (attribute->description)
			scim_set_text(document, "description", attribute->description);
		scim_set_bool(document, "required", attribute->required);
		if (attribute->sub)
			scim_set_value(document, "subAttributes", attribute_documents(attribute->sub));
		scim_set_texts(document, "canonicalValues", attribute->canonical_values);
		scim_set_texts(document, "referenceTypes", attribute->reference_types);
		if (has_case(type))
			scim_set_bool(document, "caseExact", attribute->case_exact);
		scim_set_text(document, "mutability", mutability_names[attribute->mutability]);
		scim_set_text(document, "returned", returned_names[attribute->returned]);
		if (type != SCIM_BOOLEAN && type != SCIM_COMPLEX)
			scim_set_text(document, "uniqueness", uniqueness_names[attribute->uniqueness]);
		scim_append(array, document);
	}
	return array;
}

JsonbValue *
scim_schema_document(const ScimSchema *schema)
{
	JsonbValue *document = scim_new_document(SCIM_URN_SCHEMA);

	scim_set_text(document, "id", schema->urn);
	if (schema->name)
		scim_set_text(document, "name", schema->name);
	if (schema->description)
		scim_set_text(document, "description", schema->description);
	scim_set_value(document, "attributes", attribute_documents(schema->attributes));
	return document;
}

/* ---- comparing ---- */

bool
scim_same_attribute(const ScimAttribute *a, const ScimAttribute *b)
{
	ScimAttribute lists[2][2] = {{*a}, {*b}};
	JsonbValue *documents[2];

	for (int i = 0; i < 2; i++)
	{
		JsonbValue *list = attribute_documents(lists[i]);
		JsonbValue *document = &list->val.array.elems[0];
		JsonbValue *parts;

		scim_remove(document, "description", strlen("description"));
		parts = scim_get(document, "subAttributes", strlen("subAttributes"));
		for (int j = 0; parts && j < parts->val.array.nElems; j++)
			scim_remove(&parts->val.array.elems[j], "description", strlen("description"));
		documents[i] = document;
	}
	return scim_equal(documents[0], documents[1]);
}
