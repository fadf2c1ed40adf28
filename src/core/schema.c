/*
 * schema.c
 *		Lookups in schemas, and the attributes that belong to none of them.
 */
#include "postgres.h"

#include "core/schema.h"

/* Longer URNs would not fit into an index. */
#define LONGEST_URN 512

#define END				{NULL}
#define REFERENCE(...)	.type = SCIM_REFERENCE, .case_exact = true, \
	.reference_types = (const char *const[]) {__VA_ARGS__, NULL}
#define READ_ONLY		.mutability = SCIM_READ_ONLY

/* ---- what every resource has ---- */

static const ScimAttribute meta_parts[] = {
	{"resourceType", "The resource type's name", .case_exact = true, READ_ONLY},
	{"created", "When the resource was made", .type = SCIM_DATETIME, READ_ONLY},
	{"lastModified", "When the resource last changed", .type = SCIM_DATETIME, READ_ONLY},
	{"location", "The resource's URI", REFERENCE("uri"), READ_ONLY},
	{"version", "The version of the content", .case_exact = true, READ_ONLY},
	END
};

static const ScimAttribute common_attributes[] =
{{"id", "Given by the server", .case_exact = true, READ_ONLY, .returned = SCIM_ALWAYS,
.uniqueness = SCIM_SERVER},
{"externalId", "The client's own identifier", .case_exact = true},
{"schemas", "URNs of the schemas that the resource uses", .multi_valued = true,
.required = true, .returned = SCIM_ALWAYS, REFERENCE("uri")},
{"meta", "What the server keeps about the resource", .type = SCIM_COMPLEX, .sub = meta_parts,
READ_ONLY},
END};

/* How the tools show meta.version; clients send it back with the rest. */
static const ScimAttribute version_attribute = {
	"_version", "The version of the content", .case_exact = true, READ_ONLY
};

/* ---- lookups ---- */

static inline char
fold(char c)
{
	return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

/* ASCII alone, so no locale has a say; a holds no zero byte, so b's end is seen. */
static inline bool
same_name(const char *a, int length, const char *b)
{
	for (int i = 0; i < length; i++)
	{
		/* most are spelled alike */
		if (a[i] != b[i] && fold(a[i]) != fold(b[i]))
			return false;
	}
	return b[length] == '\0';
}

bool
scim_same_name(const char *a, int length, const char *b)
{
	return same_name(a, length, b);
}

bool
scim_is_attribute_name(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	const char *rest = name + strspn(name, letters);

	if (strcmp(name, "$ref") == 0)
		return true;
	while (*rest && rest > name && (strchr("$-_0123456789", *rest) || strchr(letters, *rest)))
		rest++;
	return rest > name && *rest == '\0' && strlen(name) < NAMEDATALEN * 2;
}

bool
scim_is_urn(const char *urn)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-."
	"_~:+,=@;$!*'()%/&";
	const char *nss = scim_same_name(urn, 4, "urn:") ? strchr(urn + 4, ':') : NULL;

	return nss && nss > urn + 4 && nss[1] != '\0' && strlen(urn) <= LONGEST_URN &&
		strspn(urn, allowed) == strlen(urn) && urn[strlen(urn) - 1] != ':';
}

const ScimAttribute *
scim_attribute(const ScimAttribute *attributes, const char *name, int length)
{
	if (length == 0)
		return NULL;
	for (; attributes->name; attributes++)
	{
		/* most differ in their first letter, by more than its case */
		if (((name[0] ^ attributes->name[0]) & ~0x20) == 0 &&
			same_name(name, length, attributes->name))
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
