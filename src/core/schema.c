/*
 * schema.c
 *		The schemas of RFC 7643 section 8.7.1 as data, and lookups in them.
 *
 * Where that section's JSON and the RFC's text differ, the text (and its
 * errata) is followed: displayName is required of a group, members have
 * "display", addresses have "primary", references and binaries are case exact
 * (sections 2.3.6 and 2.3.7).  A member's "value" is required here, as a member
 * without one means nothing.
 */
#include "postgres.h"

#include "core/jsonb_tree.h"
#include "core/schema.h"
#include "errors.h"
#include "miscadmin.h"

#define SCIM_URN_SCHEMA		"urn:ietf:params:scim:schemas:core:2.0:Schema"

/* ---- parts that several attributes share ---- */

#define END				{NULL}
#define LIST(...)		(const char *const[]) {__VA_ARGS__, NULL}
#define REFERENCE(...)	.type = SCIM_REFERENCE, .case_exact = true, .reference_types = LIST(__VA_ARGS__)
#define READ_ONLY		.mutability = SCIM_READ_ONLY
#define IMMUTABLE		.mutability = SCIM_IMMUTABLE
#define COMPLEX(list)	.type = SCIM_COMPLEX, .sub = list
#define PLURAL(list)	.type = SCIM_COMPLEX, .multi_valued = true, .sub = list

#define DISPLAY			{"display", "The value as shown to people"}
#define TYPE(...)		{"type", "What the value is used for", .canonical_values = LIST(__VA_ARGS__)}
#define FREE_TYPE		{"type", "What the value is used for"}
#define PRIMARY			{"primary", "Is this the preferred value? True for one value at most", .type = SCIM_BOOLEAN}

/* ---- User ---- */

static const ScimAttribute name_parts[] = {
	{"formatted", "The whole name, as it is written"},
	{"familyName", "Family name"},
	{"givenName", "Given name"},
	{"middleName", "Middle names"},
	{"honorificPrefix", "What stands before the name, such as Dr."},
	{"honorificSuffix", "What stands after the name, such as III"},
	END
};

static const ScimAttribute email_parts[] = {
	{"value", "E-mail address"}, DISPLAY, TYPE("work", "home", "other"), PRIMARY, END
};

static const ScimAttribute phone_parts[] = {
	{"value", "Phone number"}, DISPLAY,
	TYPE("work", "home", "mobile", "fax", "pager", "other"), PRIMARY, END
};

static const ScimAttribute im_parts[] = {
	{"value", "Address in the messaging service"}, DISPLAY,
	TYPE("aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo"), PRIMARY, END
};

static const ScimAttribute photo_parts[] = {
	{"value", "URL of the photo", REFERENCE("external")}, DISPLAY,
	TYPE("photo", "thumbnail"), PRIMARY, END
};

static const ScimAttribute address_parts[] = {
	{"formatted", "The whole address, as on a letter; may have line breaks"},
	{"streetAddress", "Street, house number, post box; may have line breaks"},
	{"locality", "City"},
	{"region", "State or region"},
	{"postalCode", "Postal code"},
	{"country", "Country, as an ISO 3166-1 alpha-2 code such as US"},
	TYPE("work", "home", "other"), PRIMARY, END
};

static const ScimAttribute group_parts[] = {
	{"value", "The group's id", READ_ONLY},
	{"$ref", "The group's URI", REFERENCE("User", "Group"), READ_ONLY},
	{"display", "The group's name", READ_ONLY},
	{"type", "Member itself, or through another group", READ_ONLY,
	.canonical_values = LIST("direct", "indirect")},
	END
};

static const ScimAttribute entitlement_parts[] = {
	{"value", "The entitlement"}, DISPLAY, FREE_TYPE, PRIMARY, END
};

static const ScimAttribute role_parts[] = {
	{"value", "The role"}, DISPLAY, FREE_TYPE, PRIMARY, END
};

static const ScimAttribute certificate_parts[] = {
	{"value", "An X.509 certificate: DER, in base64", .type = SCIM_BINARY, .case_exact = true},
	DISPLAY, FREE_TYPE, PRIMARY, END
};

static const ScimAttribute user_attributes[] = {
	{"userName", "The name to sign in with; unique, whatever its case",
	.required = true, .uniqueness = SCIM_SERVER},
	{"name", "The parts of the person's name", COMPLEX(name_parts)},
	{"displayName", "The name to show"},
	{"nickName", "What the person is called"},
	{"profileUrl", "URL of the person's profile page", REFERENCE("external")},
	{"title", "Job title"},
	{"userType", "How the person belongs to the organization, such as Employee or Contractor"},
	{"preferredLanguage", "Preferred language, such as en-US"},
	{"locale", "Locale for dates, numbers and currency, such as en-US"},
	{"timezone", "Time zone, such as Europe/Berlin"},
	{"active", "May the account be used?", .type = SCIM_BOOLEAN},
	{"password", "Clear text, to set a new password; never returned",
	.mutability = SCIM_WRITE_ONLY, .returned = SCIM_NEVER},
	{"emails", "E-mail addresses", PLURAL(email_parts)},
	{"phoneNumbers", "Phone numbers", PLURAL(phone_parts)},
	{"ims", "Instant messaging addresses", PLURAL(im_parts)},
	{"photos", "Photos", PLURAL(photo_parts)},
	{"addresses", "Postal addresses", PLURAL(address_parts)},
	{"groups", "The groups that the user is in; changed through the groups",
	PLURAL(group_parts), READ_ONLY},
	{"entitlements", "What the user has", PLURAL(entitlement_parts)},
	{"roles", "What the user is", PLURAL(role_parts)},
	{"x509Certificates", "Certificates issued to the user", PLURAL(certificate_parts)},
	END
};

/* ---- Group ---- */

static const ScimAttribute member_parts[] = {
	{"value", "The member's id", .required = true, IMMUTABLE},
	{"$ref", "The member's URI", REFERENCE("User", "Group"), IMMUTABLE},
	{"type", "The member's resource type", IMMUTABLE, .canonical_values = LIST("User", "Group")},
	{"display", "The member's name", READ_ONLY},
	END
};

static const ScimAttribute group_attributes[] = {
	{"displayName", "The group's name", .required = true},
	{"members", "Users and groups in the group", PLURAL(member_parts)},
	END
};

/* ---- the enterprise extension of User ---- */

static const ScimAttribute manager_parts[] = {
	{"value", "The manager's id"},
	{"$ref", "The manager's URI", REFERENCE("User")},
	{"displayName", "The manager's name", READ_ONLY},
	END
};

static const ScimAttribute enterprise_attributes[] = {
	{"employeeNumber", "The organization's identifier for the person"},
	{"costCenter", "Cost center"},
	{"organization", "Organization"},
	{"division", "Division"},
	{"department", "Department"},
	{"manager", "The person's manager", COMPLEX(manager_parts)},
	END
};

/* ---- what every resource has ---- */

static const ScimAttribute meta_parts[] = {
	{"resourceType", "The resource type's name", .case_exact = true, READ_ONLY},
	{"created", "When the resource was made", .type = SCIM_DATETIME, READ_ONLY},
	{"lastModified", "When the resource last changed", .type = SCIM_DATETIME, READ_ONLY},
	{"location", "The resource's URI", REFERENCE("uri"), READ_ONLY},
	{"version", "The version of the content", .case_exact = true, READ_ONLY},
	END
};

static const ScimAttribute common_attributes[] = {
	{"id", "Given by the server", .case_exact = true, READ_ONLY,
	.returned = SCIM_ALWAYS, .uniqueness = SCIM_SERVER},
	{"externalId", "The client's own identifier", .case_exact = true},
	{"schemas", "URNs of the schemas that the resource uses", .multi_valued = true,
	.required = true, .returned = SCIM_ALWAYS, REFERENCE("uri")},
	{"meta", "What the server keeps about the resource", COMPLEX(meta_parts), READ_ONLY},
	END
};

/* How the tools show meta.version; clients send it back with the rest. */
static const ScimAttribute version_attribute = {
	"_version", "The version of the content", .case_exact = true, READ_ONLY
};

/* ---- schemas and resource types ---- */

static const ScimSchema user_schema = {
	SCIM_URN_USER, "User", "A person's account", user_attributes
};
static const ScimSchema group_schema = {
	SCIM_URN_GROUP, "Group", "A group of users and groups", group_attributes
};
static const ScimSchema enterprise_schema = {
	SCIM_URN_ENTERPRISE, "EnterpriseUser", "A user's place in an organization", enterprise_attributes
};

static const ScimResourceType user_type = {
	"User", "users", "/Users", "A person's account", &user_schema,
	(const ScimSchema *const[]) {&enterprise_schema, NULL},
	.not_found = SCIM_USER_NOT_FOUND, .has_password = true, .has_groups = true
};
static const ScimResourceType group_type = {
	"Group", "groups", "/Groups", "A group of users and groups", &group_schema,
	(const ScimSchema *const[]) {NULL},
	.not_found = SCIM_GROUP_NOT_FOUND, .has_members = true
};

static const ScimResourceType *const resource_types[] = {&user_type, &group_type, NULL};

/* ---- lookups ---- */

static inline char
fold(char c)
{
	return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

/* ASCII alone, so no locale has a say; a holds no zero byte, so b's end is seen. */
bool
scim_same_name(const char *a, int length, const char *b)
{
	for (int i = 0; i < length; i++)
	{
		if (fold(a[i]) != fold(b[i]))
			return false;
	}
	return b[length] == '\0';
}

const ScimResourceType *const *
scim_resource_types(void)
{
	return resource_types;
}

const ScimResourceType *
scim_resource_type(const char *name)
{
	for (int i = 0; resource_types[i]; i++)
	{
		if (pg_strcasecmp(resource_types[i]->name, name) == 0)
			return resource_types[i];
	}
	return NULL;
}

const ScimAttribute *
scim_attribute(const ScimAttribute *attributes, const char *name, int length)
{
	for (; attributes->name; attributes++)
	{
		if (scim_same_name(name, length, attributes->name))
			return attributes;
	}
	return NULL;
}

const ScimAttribute *
scim_common_attributes(void)
{
	return common_attributes;
}

const ScimAttribute *
scim_top_attribute(const ScimResourceType *type, const char *name, int length)
{
	const ScimAttribute *found = scim_attribute(type->schema->attributes, name, length);

	if (!found)
		found = scim_attribute(common_attributes, name, length);
	if (!found && scim_same_name(name, length, version_attribute.name))
		found = &version_attribute;
	return found;
}

const ScimSchema *
scim_extension(const ScimResourceType *type, const char *urn, int length)
{
	for (int i = 0; type->extensions[i]; i++)
	{
		if (scim_same_name(urn, length, type->extensions[i]->urn))
			return type->extensions[i];
	}
	return NULL;
}

const ScimSchema *
scim_schema(const ScimResourceType *type, const char *urn, int length)
{
	if (scim_same_name(urn, length, type->schema->urn))
		return type->schema;
	return scim_extension(type, urn, length);
}

/* ---- a schema as JSON ---- */

static const char *const type_names[] = {
	[SCIM_STRING] = "string", [SCIM_BOOLEAN] = "boolean", [SCIM_DECIMAL] = "decimal",
	[SCIM_INTEGER] = "integer", [SCIM_DATETIME] = "dateTime", [SCIM_BINARY] = "binary",
	[SCIM_REFERENCE] = "reference", [SCIM_COMPLEX] = "complex"
};
static const char *const mutability_names[] = {
	[SCIM_READ_WRITE] = "readWrite", [SCIM_READ_ONLY] = "readOnly",
	[SCIM_IMMUTABLE] = "immutable", [SCIM_WRITE_ONLY] = "writeOnly"
};
static const char *const returned_names[] = {
	[SCIM_DEFAULT] = "default", [SCIM_ALWAYS] = "always",
	[SCIM_NEVER] = "never", [SCIM_REQUEST] = "request"
};
static const char *const uniqueness_names[] = {
	[SCIM_NONE] = "none", [SCIM_SERVER] = "server", [SCIM_GLOBAL] = "global"
};

static void
set_texts(JsonbValue *object, const char *key, const char *const *texts)
{
	JsonbValue *array = scim_new_array();

	if (!texts)
		return;
	for (; *texts; texts++)
		scim_append_text(array, *texts);
	scim_set_value(object, key, array);
}

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
		scim_set_text(document, "description", attribute->description);
		scim_set_bool(document, "required", attribute->required);
		if (attribute->sub)
			scim_set_value(document, "subAttributes", attribute_documents(attribute->sub));
		set_texts(document, "canonicalValues", attribute->canonical_values);
		set_texts(document, "referenceTypes", attribute->reference_types);

		/* section 2.3: the other types have no case; nor have these two a uniqueness */
		if (type == SCIM_STRING || type == SCIM_REFERENCE || type == SCIM_BINARY)
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
	JsonbValue *document = scim_new_object();
	JsonbValue *meta = scim_new_object();

	set_texts(document, "schemas", LIST(SCIM_URN_SCHEMA));
	scim_set_text(document, "id", schema->urn);
	scim_set_text(document, "name", schema->name);
	scim_set_text(document, "description", schema->description);
	scim_set_value(document, "attributes", attribute_documents(schema->attributes));
	scim_set_text(meta, "resourceType", "Schema");
	scim_set_text(meta, "location", psprintf("/Schemas/%s", schema->urn));
	scim_set_value(document, "meta", meta);
	return document;
}
