/*
 * patch_fuzz.c
 *		libFuzzer target for resources, PATCH, filters against a schema, the
 *		canonical form, projections and schemas (src/core), without a server.
 *
 * The input is JSON, {"data": RESOURCE, "operations": [...], "filter": TEXT,
 * "attributes": [...], "schema": DOCUMENT, "members": [...]}, of the types in
 * type.c.  Beside memory errors it looks for what would break promises:
 * - an error is one of the catalogue, and leaves the resource as it was;
 * - a patch that is applied twice to the same makes the same;
 * - what a patch makes, and what is read by any rules, is a resource: read again,
 *   strictly, it stays what it is;
 * - the canonical form, read as JSON and written again, is the same;
 * - a patch that adds or replaces what is there anyway changes nothing;
 * - what is shown of a resource, is all shown of that;
 * - the content, written at once or as a tree, is the same, and its own content;
 * - no member is added and removed;
 * - how what a patch makes differs, done as a patch, makes the same;
 * - a schema that was read, written and read again, is the same.
 */
#include "server.h"
#include "type.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/jsonb_tree.h"
#include "base/settings.h"
#include "core/content.h"
#include "core/diff.h"
#include "core/patch_apply.h"
#include "core/patch_parse.h"
#include "core/projection.h"
#include "core/resource.h"
#include "core/schema_document.h"

#undef fprintf
#undef snprintf

#define MUST(condition) \
	do { if (!(condition)) { fprintf(stderr, "violated: %s\n", #condition); abort(); } } while (0)

typedef struct Case
{
	Jsonb	   *given;			/* the resource as given */
	Jsonb	   *operations;
	char	   *filter;
	char	  **names;			/* attributes to be shown */
	int			name_count;
	Jsonb	   *document;		/* of a schema */
	Jsonb	   *members;		/* of a group, which the operations are for */
	Jsonb	   *data;			/* as it is stored */
	ScimPatch  *patch;
	Jsonb	   *result;
	char	   *form;
} Case;

static ServerError error;

/* Ids of a form of their own: without case, and "-" is none. */
static char *
spell(const char *text)
{
	char	   *spelled = pstrdup(text);

	for (char *c = spelled; *c; c++)
		*c = pg_ascii_tolower((unsigned char) *c);
	return strcmp(text, "-") == 0 ? NULL : spelled;
}

static const ScimIds ids = {spell, spell};

/* By which it is read. */
static ScimRules rules;

static bool
is_same_id(const char *a, const char *b)
{
	return strcmp(spell(a) ? spell(a) : a, spell(b) ? spell(b) : b) == 0;
}

/* ---- pieces that may raise an error ---- */

static void
read_resource(void *argument)
{
	Case	   *c = argument;

	c->data = scim_read_input(&fuzz_type, &rules, c->given, spell)->document;
}

static void
parse_patch(void *argument)
{
	Case	   *c = argument;

	c->patch = scim_parse_patch(&fuzz_type, &rules, c->operations, &ids);
}

static void
apply_patch(void *argument)
{
	Case	   *c = argument;
	ScimPathSet differs = {0};

	/* "shown" is what is compared with readOnly attributes */
	c->result = scim_write(scim_apply_patch(c->patch, c->data, c->data, NULL, &fuzz_matching));
	/* with another version in mind, nothing is an error that is none without */
	scim_apply_patch(c->patch, c->data, c->data, &differs, &fuzz_matching);
	MUST(differs.count == 0);
}

static void
read_filter(void *argument)
{
	Case	   *c = argument;

	scim_read_filter(&fuzz_type, &rules, c->filter);
}

static void
show(void *argument)
{
	Case	   *c = argument;
	const ScimProjection *projection = scim_read_projection(&fuzz_type, &rules,
															c->names, c->name_count,
															NULL, -1);
	JsonbValue	root;
	JsonbValue *tree;

	scim_root(c->data, &root);
	tree = scim_open(&root);
	scim_project(projection, tree);
	c->result = scim_write(tree);
}

static void
read_schema(void *argument)
{
	Case	   *c = argument;

	const ScimSchema *schema = scim_read_schema(c->document, scim_write(scim_new_object()));

	c->result = scim_write(scim_schema_document(schema));
}

static void
make_form(void *argument)
{
	Case	   *c = argument;
	JsonbValue	root;
	ScimForm	form;

	scim_root(c->result, &root);
	form = scim_canonical_form(&root);
	c->form = pnstrdup(form.data, form.length);
}

/* The content, which is what a version is made of: written at once, and as a tree. */
static void
make_content(void *argument)
{
	Case	   *c = argument;
	ScimForm	form = scim_content_form(&c->result->root, NULL);
	char	   *text = pnstrdup(form.data, form.length);

	form = scim_canonical_form(scim_content_tree(&c->result->root, NULL));
	MUST(form.length == strlen(text) && memcmp(form.data, text, form.length) == 0);
	c->form = text;
}

/* Members of a group: those that a patch adds and removes, with its filters matched. */
static void
change_members(void *argument)
{
	Case	   *c = argument;
	ScimPatch  *patch = scim_parse_patch(&fuzz_group_type, &rules, c->operations, &ids);
	const ScimMemberChange *change = scim_patch_members(patch);
	JsonbValue	members;

	if (!change)
		return;
	scim_root(c->members, &members);
	if (change->has_filters)
		change = scim_match_patch_members(patch, &members, change->add, change->add_count,
										  fuzz_match);
	for (int i = 0; i < change->add_count; i++)
	{
		for (int j = 0; j < change->remove_count; j++)
			MUST(!is_same_id(change->add[i].value, change->remove[j].value));
	}
	MUST(!change->replace || change->remove_count == 0);
}

static bool
attempt(void (*body) (void *), Case *c)
{
	if (server_try(body, c, &error))
		return true;
	/* one of ours: a code of the catalogue, and a detail */
	MUST(strstr(error.message, ": ") && error.detail[0] == '{');
	return false;
}

/* ---- promises ---- */

static char *
form_of(Jsonb *value)
{
	Case		c = {.result = value};

	return attempt(make_form, &c) ? c.form : NULL;
}

/* Read as JSON and written again, the form is the same. */
static char *
check_form(Jsonb *value)
{
	char	   *form = form_of(value);
	Jsonb	   *again = form ? server_read_json(form, strlen(form)) : NULL;
	char	   *other = again ? form_of(again) : NULL;

	/* numbers beyond what it takes are refused */
	if (form && again)
		MUST(other && strcmp(form, other) == 0);
	return form;
}

/* Adding or replacing what is there anyway changes nothing. */
static void
check_no_change(Jsonb *data, const char *op)
{
	JsonbValue *operations = scim_new_array();
	JsonbValue *operation = scim_new_object();
	Case		c = {.data = data};
	char	   *before = form_of(data);
	JsonbValue	value;

	scim_root(data, &value);
	scim_set_text(operation, "op", op);
	scim_set_value(operation, "value", &value);
	scim_append(operations, operation);
	c.operations = scim_write(operations);
	if (!attempt(parse_patch, &c))
	{
		fprintf(stderr, "%s\n", error.message);
		abort();
	}
	if (!attempt(apply_patch, &c))
	{
		fprintf(stderr, "%s\n", error.message);
		abort();
	}
	if (before)
		MUST(strcmp(before, form_of(c.result)) == 0);
}

/* What was made is a resource: read again, and strictly, it stays what it is. */
static void
check_resource(Jsonb *result)
{
	Case		c = {.given = result};
	char	   *before = form_of(result);
	ScimRules	understood = rules;

	rules = scim_strict_rules;
	if (!attempt(read_resource, &c))
	{
		fprintf(stderr, "%s\n", error.message);
		abort();
	}
	if (before)
		MUST(strcmp(before, form_of(c.data)) == 0);
	check_no_change(result, "add");
	check_no_change(result, "replace");
	rules = understood;
}

static char *
content(Jsonb *value)
{
	Case		c = {.result = value};

	return attempt(make_content, &c) ? c.form : "";
}

/* The content of what the content says is the same. */
static void
check_content(Jsonb *value)
{
	Case		c = {.result = value};
	char	   *before;

	if (!attempt(make_content, &c))
		return;
	before = c.form;
	c.result = server_read_json(before, strlen(before));
	if (c.result && attempt(make_content, &c))
		MUST(strcmp(before, c.form) == 0);
}

/* Shown again, it is the same. */
static void
check_projection(const Case *given)
{
	Case		c = *given;
	char	   *before;

	if (!attempt(show, &c))
		return;
	before = form_of(c.result);
	c.data = c.result;
	MUST(attempt(show, &c));
	if (before)
		MUST(strcmp(before, form_of(c.result)) == 0);
}

/* Read again, it is the same. */
static void
check_schema(const Case *given)
{
	Case		c = *given;
	char	   *before;

	if (!attempt(read_schema, &c))
		return;
	before = form_of(c.result);
	c.document = c.result;
	if (!attempt(read_schema, &c))
	{
		fprintf(stderr, "%s\n", error.message);
		abort();
	}
	MUST(strcmp(before, form_of(c.result)) == 0);
}

static void
find_changes(void *argument)
{
	Case	   *c = argument;

	c->operations = scim_write(fuzz_operations(scim_write(scim_find_changes(c->data, c->given))));
}

/* How "result" differs leads from "data" to it, but where what is immutable is in the way. */
static void
check_changes(Jsonb *data, Jsonb *result)
{
	Case		c = {.data = data, .given = result};

	if (!attempt(find_changes, &c))
		return;
	if (JB_ROOT_COUNT(c.operations) == 0)
	{
		MUST(strcmp(content(data), content(result)) == 0);
		return;
	}
	if (attempt(parse_patch, &c) && attempt(apply_patch, &c))
		MUST(strcmp(content(c.result), content(result)) == 0);
	else
		MUST(strncmp(error.message, "MUTABILITY:", 11) == 0 ||
			 strncmp(error.message, "TOO_LARGE:", 10) == 0);
}

static void
check_patch(Case *c)
{
	Size		size = VARSIZE(c->data);
	char	   *before = palloc(size);
	char	   *first;
	bool		applied;

	memcpy(before, c->data, size);
	applied = attempt(apply_patch, c);
	MUST(VARSIZE(c->data) == size && memcmp(before, c->data, size) == 0);
	if (!applied)
		return;
	first = form_of(c->result);
	check_resource(c->result);
	check_changes(c->data, c->result);
	MUST(attempt(apply_patch, c));
	if (first)
		MUST(strcmp(first, form_of(c->result)) == 0);
}

/* ---- the input ---- */

static bool
read_case(const uint8_t *data, size_t size, Case *c)
{
	Jsonb	   *input = server_read_json((const char *) data, size);
	JsonbValue	value;

	memset(c, 0, sizeof(*c));
	if (!input || !JB_ROOT_IS_OBJECT(input))
		return false;
	if (scim_find(&input->root, "data", &value))
		c->given = scim_write(&value);
	if (scim_find(&input->root, "operations", &value))
		c->operations = scim_write(&value);
	if (scim_find(&input->root, "members", &value) && scim_is_array(&value))
		c->members = scim_write(&value);
	if (scim_find(&input->root, "schema", &value))
		c->document = scim_write(&value);
	if (scim_find(&input->root, "filter", &value) && value.type == jbvString)
		c->filter = scim_string_copy(&value);
	if (scim_find(&input->root, "attributes", &value) && scim_is_array(&value))
	{
		JsonbValue *names = scim_open(&value);

		c->names = palloc((names->val.array.nElems + 1) * sizeof(char *));
		for (int i = 0; i < names->val.array.nElems; i++)
		{
			if (names->val.array.elems[i].type == jbvString)
				c->names[c->name_count++] = scim_string_copy(&names->val.array.elems[i]);
		}
	}
	return true;
}

/* Profiles: strict, lenient filters, and what profiles have on beside. */
static const ScimRules profiles[] = {
	{0},
	{.filter = true},
	{.filter = true, .coerce = true, .path_keys = true, .create_target = true,
		.remove_absent = true, .simple_complex = true, .empty_clears = true,
		.loose_envelope = true, .member_forms = true, .unknown_attributes = true,
	.own_read_only = true, .absent_members = true, .same_values = true},
	{.filter = true, .same_values = true, .full_replace = true},
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Case		c;

	for (int lenient = 0; lenient < (int) lengthof(profiles); lenient++)
	{
		rules = profiles[lenient];
		if (read_case(data, size, &c))
		{
			if (c.filter)
				attempt(read_filter, &c);
			if (c.document && !lenient)
				check_schema(&c);
			if (c.given && !lenient)
			{
				check_form(c.given);
				check_content(c.given);
			}
			if (c.members && c.operations)
				attempt(change_members, &c);
			if (c.given && attempt(read_resource, &c))
			{
				check_resource(c.data);
				if (c.names)
					check_projection(&c);
				if (c.operations && attempt(parse_patch, &c))
					check_patch(&c);
			}
		}
		server_reset();
	}
	return 0;
}
