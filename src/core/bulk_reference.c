/*
 * bulk_reference.c
 *		References within a bulk.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "core/bulk_reference.h"
#include "core/schema.h"
#include "miscadmin.h"

#define PREFIX "bulkId:"
#define PREFIX_LENGTH ((int) strlen(PREFIX))

bool
scim_is_bulk_id(const char *text, int length)
{
	if (length < 1 || length > SCIM_LONGEST_BULK_ID)
		return false;
	for (int i = 0; i < length; i++)
	{
		char		c = text[i];

		if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
			  c == '.' || c == '_' || c == '~' || c == '-'))
			return false;
	}
	return true;
}

bool
scim_is_bulk_reference(const char *text, int length, const char **bulk_id, int *id_length)
{
	if (length <= PREFIX_LENGTH || memcmp(text, PREFIX, PREFIX_LENGTH) != 0 ||
		!scim_is_bulk_id(text + PREFIX_LENGTH, length - PREFIX_LENGTH))
		return false;
	*bulk_id = text + PREFIX_LENGTH;
	*id_length = length - PREFIX_LENGTH;
	return true;
}

/* The same of a value. */
static bool
is_reference(const JsonbValue *value, const char **bulk_id, int *length)
{
	return value->type == jbvString &&
		scim_is_bulk_reference(value->val.string.val, value->val.string.len, bulk_id, length);
}

/* ---- visiting ---- */

typedef struct Visit
{
	ScimVisitBulkId visit;
	void	   *argument;
	bool		member;			/* within "members" */
} Visit;

static void
visit_value(const Visit *visit, const JsonbValue *value)
{
	const char *bulk_id;
	int			length;
	ScimWalk	walk;
	JsonbValue	child;

	if (is_reference(value, &bulk_id, &length))
		visit->visit(bulk_id, length, visit->member, visit->argument);
	if (value->type != jbvBinary)
		return;
	check_stack_depth();
	scim_walk(&walk, value->val.binary.data);
	while (scim_walk_next(&walk, NULL, &child))
	{
		CHECK_FOR_INTERRUPTS();
		visit_value(visit, &child);
	}
}

void
scim_visit_bulk_ids(Jsonb *data, ScimVisitBulkId visit, void *argument)
{
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	value;

	scim_walk(&walk, &data->root);
	while (scim_walk_next(&walk, &key, &value))
	{
		Visit		within = {
			.visit = visit,
			.argument = argument,
			.member = scim_same_name(key.val.string.val, key.val.string.len, "members")
		};

		visit_value(&within, &value);
	}
}

/* ---- resolving ---- */

typedef struct Resolving
{
	ScimFindBulkId find;
	void	   *argument;
} Resolving;

static bool resolve_container(const Resolving *resolving, JsonbValue *value);

/* Is the value, which is changed in place then, another than before? */
static bool
resolve_value(const Resolving *resolving, JsonbValue *value)
{
	const char *bulk_id;
	int			length;
	const char *found;

	if (value->type == jbvBinary)
		return resolve_container(resolving, value);
	if (!is_reference(value, &bulk_id, &length))
		return false;
	found = resolving->find(bulk_id, length, resolving->argument);
	if (found)
		*value = scim_text(found);
	return found != NULL;
}

static bool
resolve_container(const Resolving *resolving, JsonbValue *value)
{
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	child;
	JsonbValue *copy = NULL;

	check_stack_depth();
	scim_walk(&walk, value->val.binary.data);
	while (scim_walk_next(&walk, &key, &child))
	{
		bool		changed = resolve_value(resolving, &child);

		CHECK_FOR_INTERRUPTS();
		scim_copy_member(&copy, &walk, !changed,
						 JsonContainerIsObject(walk.container) ? key.val.string.val : NULL,
						 key.val.string.len, &child);
	}
	if (copy)
		*value = *copy;
	return copy != NULL;
}

Jsonb *
scim_resolve_bulk_ids(Jsonb *data, ScimFindBulkId find, void *argument)
{
	Resolving	resolving = {find, argument};
	JsonbValue	root;

	scim_root(data, &root);
	return resolve_value(&resolving, &root) ? scim_write(&root) : data;
}
