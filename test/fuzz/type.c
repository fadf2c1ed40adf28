/*
 * type.c
 *		A resource type with attributes of every kind, and a slow, obvious
 *		evaluator of filters over the values of one of its attributes.
 */
#include "type.h"

#include <stdlib.h>

#include "base/jsonb_tree.h"
#include "base/settings.h"
#include "core/simple.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

int			scim_setting_max_patch_operations = 1000;
int			scim_setting_max_patch_work = 1000000;

#define END			{NULL}
#define COMPLEX(x)	.type = SCIM_COMPLEX, .sub = x
#define PLURAL(x)	.type = SCIM_COMPLEX, .multi_valued = true, .sub = x

static const ScimAttribute name_parts[] = {
	{"formatted"}, {"familyName"}, {"givenName"}, END
};
static const ScimAttribute email_parts[] = {
	{"value"}, {"display"}, {"type"}, {"primary", .type = SCIM_BOOLEAN}, END
};
static const ScimAttribute part_parts[] = {
	{"value", .required = true}, {"serial", .mutability = SCIM_IMMUTABLE},
	{"checked", .mutability = SCIM_READ_ONLY}, {"weight", .type = SCIM_DECIMAL},
	{"tags", .multi_valued = true}, {"primary", .type = SCIM_BOOLEAN}, END
};
static const ScimAttribute manager_parts[] = {
	{"value"}, {"$ref", .type = SCIM_REFERENCE, .case_exact = true},
	{"displayName", .mutability = SCIM_READ_ONLY}, END
};
static const ScimAttribute core_attributes[] = {
	{"userName", .required = true, .uniqueness = SCIM_SERVER},
	{"name", COMPLEX(name_parts)},
	{"nickName"},
	{"code", .case_exact = true},
	{"active", .type = SCIM_BOOLEAN},
	{"age", .type = SCIM_INTEGER},
	{"height", .type = SCIM_DECIMAL},
	{"hired", .type = SCIM_DATETIME},
	{"key", .type = SCIM_BINARY, .case_exact = true},
	{"profileUrl", .type = SCIM_REFERENCE, .case_exact = true},
	{"password", .mutability = SCIM_WRITE_ONLY, .returned = SCIM_NEVER},
	{"badge", .mutability = SCIM_IMMUTABLE},
	{"emails", PLURAL(email_parts)},
	{"tags", .multi_valued = true},
	{"roles", .multi_valued = true, .required = false, .mutability = SCIM_IMMUTABLE},
	{"groups", PLURAL(email_parts), .mutability = SCIM_READ_ONLY},
	END
};
static const ScimAttribute extension_attributes[] = {
	{"department"}, {"manager", COMPLEX(manager_parts)}, {"parts", PLURAL(part_parts)}, END
};
static const ScimAttribute other_attributes[] = {
	{"department"}, {"floor", .type = SCIM_INTEGER}, END
};

static const ScimSchema core = {"urn:x:core:2.0:User", "User", "", core_attributes};
static const ScimSchema extension = {"urn:x:ext:2.0:User", "Extension", "", extension_attributes};

/* another's URN is the beginning of this one */
static const ScimSchema other = {"urn:x:ext:2.0:User:2.0", "Other", "", other_attributes};

const ScimResourceType fuzz_type = {
	.name = "User", .plural = "users", .endpoint = "/Users", .description = "", .schema = &core,
	.extensions = (const ScimSchema *const[]) {&extension, &other, NULL},
	.extension_required = (const bool[]) {false, false}, .version = "",
	.not_found = SCIM_USER_NOT_FOUND, .has_password = true, .has_groups = true
};

static const ScimAttribute member_parts[] =
{{"value", .required = true, .mutability = SCIM_IMMUTABLE},
{"$ref", .type = SCIM_REFERENCE, .mutability = SCIM_IMMUTABLE},
{"type", .mutability = SCIM_IMMUTABLE,
.canonical_values = (const char *const[]) {"User", "Group", NULL}},
{"display", .mutability = SCIM_READ_ONLY},
END};
static const ScimAttribute group_attributes[] = {
	{"displayName", .required = true}, {"members", PLURAL(member_parts)}, END
};
static const ScimSchema group = {"urn:x:core:2.0:Group", "Group", "", group_attributes};

const ScimResourceType fuzz_group_type = {
	.name = "Group", .plural = "groups", .endpoint = "/Groups", .description = "", .schema = &group,
	.extensions = (const ScimSchema *const[]) {NULL}, .extension_required = (const bool[]) {false},
	.version = "", .not_found = SCIM_GROUP_NOT_FOUND, .has_members = true
};

/* ---- evaluation ---- */

static int
compare_strings(const char *a, int a_length, const char *b, int b_length, bool exact)
{
	for (int i = 0; i < a_length && i < b_length; i++)
	{
		unsigned char x = exact ? a[i] : pg_ascii_tolower(a[i]);
		unsigned char y = exact ? b[i] : pg_ascii_tolower(b[i]);

		if (x != y)
			return x < y ? -1 : 1;
	}
	return (a_length > b_length) - (a_length < b_length);
}

static bool
holds(ScimFilterOp op, int order)
{
	switch (op)
	{
		case SCIM_EQ:
			return order == 0;
		case SCIM_NE:
			return order != 0;
		case SCIM_GT:
			return order > 0;
		case SCIM_GE:
			return order >= 0;
		case SCIM_LT:
			return order < 0;
		case SCIM_LE:
			return order <= 0;
		default:
			abort();
	}
}

static bool
has_part(const ScimFilter *filter, const char *text, int length, bool exact)
{
	int			wanted = strlen(filter->value);

	for (int i = 0; i + wanted <= length; i++)
	{
		if ((filter->op == SCIM_SW && i > 0) || (filter->op == SCIM_EW && i + wanted < length))
			continue;
		if (compare_strings(text + i, wanted, filter->value, wanted, exact) == 0)
			return true;
	}
	return false;
}

static bool
compare_value(const ScimFilter *filter, const ScimAttribute *attribute, const JsonbValue *value)
{
	if (filter->value_kind == SCIM_VALUE_NUMBER)
	{
		double		a;
		double		b = strtod(filter->value, NULL);

		if (value->type != jbvNumeric)
			return filter->op == SCIM_NE;
		a = strtod(DatumGetCString(
								   DirectFunctionCall1(numeric_out,
													   NumericGetDatum(value->val.numeric))),
				   NULL);
		return holds(filter->op, (a > b) - (a < b));
	}
	if (filter->value_kind != SCIM_VALUE_STRING)
	{
		bool		same = value->type == jbvBool &&
			value->val.boolean == (filter->value_kind == SCIM_VALUE_TRUE);

		return same == (filter->op == SCIM_EQ);
	}
	if (value->type != jbvString)
		return filter->op == SCIM_NE;
	if (filter->op == SCIM_CO || filter->op == SCIM_SW || filter->op == SCIM_EW)
		return has_part(filter, value->val.string.val, value->val.string.len,
						attribute->case_exact);
	return holds(filter->op,
				 compare_strings(value->val.string.val, value->val.string.len, filter->value,
								 strlen(filter->value), attribute->case_exact));
}

static bool
is_present(const JsonbValue *value)
{
	return !scim_is_unassigned(value) && !(value->type == jbvString && value->val.string.len == 0);
}

/* Of many values, any. */
static bool
evaluate_values(const ScimFilter *filter, const ScimAttribute *attribute, const JsonbValue *value)
{
	JsonbValue *array;
	bool		found = false;

	if (!scim_is_array(value))
		return filter->kind == SCIM_FILTER_PRESENT ? is_present(value) :
			compare_value(filter, attribute, value);
	array = scim_open(value);
	for (int i = 0; i < array->val.array.nElems; i++)
		found |= evaluate_values(filter, attribute, &array->val.array.elems[i]);
	return found;
}

static bool
evaluate(const ScimFilter *filter, const JsonbValue *element)
{
	const ScimAttribute *sub = filter->path.sub;
	JsonbValue *part;

	switch (filter->kind)
	{
		case SCIM_FILTER_AND:
			return evaluate(filter->left, element) && evaluate(filter->right, element);
		case SCIM_FILTER_OR:
			return evaluate(filter->left, element) || evaluate(filter->right, element);
		case SCIM_FILTER_NOT:
			return !evaluate(filter->left, element);
		case SCIM_FILTER_VALUE_PATH:
			abort();
		default:
			break;
	}
	if (!sub)
		return evaluate_values(filter, filter->path.attribute, element);
	part = scim_is_object(element) ? scim_get(scim_open(element), sub->name, strlen(sub->name))
		: NULL;
	if (!part)
		return filter->kind == SCIM_FILTER_COMPARE && filter->op == SCIM_NE;
	return evaluate_values(filter, sub, part);
}

bool *
fuzz_match(const ScimFilter *filter, const JsonbValue *elements)
{
	bool	   *matched = palloc(elements->val.array.nElems * sizeof(bool));

	for (int i = 0; i < elements->val.array.nElems; i++)
		matched[i] = evaluate(filter, &elements->val.array.elems[i]);
	return matched;
}

static char *
fold(const char *text, int length)
{
	char	   *folded = pnstrdup(text, length);

	for (char *c = folded; *c; c++)
		*c = pg_ascii_tolower(*c);
	return folded;
}

const ScimMatching fuzz_matching = {.match = fuzz_match, .fold = fold};

/* ---- differences as patches ---- */

static JsonbValue *
operation_of(const JsonbValue *change)
{
	JsonbValue *operation = scim_new_object();
	JsonbValue	value;

	if (scim_find(change->val.binary.data, "path", &value))
		scim_set_value(operation, "path", &value);
	if (scim_find(change->val.binary.data, "to", &value))
	{
		scim_set_value(operation, "value", &value);
		scim_set_text(operation, "op", "replace");
	}
	else
		scim_set_text(operation, "op", "remove");
	return operation;
}

JsonbValue *
fuzz_operations(Jsonb *changes)
{
	JsonbValue *operations = scim_new_array();
	ScimWalk	walk;
	JsonbValue	change;

	scim_walk(&walk, &changes->root);
	while (scim_walk_next(&walk, NULL, &change))
		scim_append(operations, operation_of(&change));
	return operations;
}
