/*
 * document.c
 *		Documents in the history that are no resources.
 *
 * Unlike in resources, where there is nothing, null or an empty array is the same, here all
 * that stands in a document counts: an empty list of roles is not the same as none.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "core/canonical.h"
#include "core/sides.h"
#include "history/document.h"
#include "history/write.h"
#include "utils/timestamp.h"

bool
scim_is_document_kind(const char *name)
{
	return pg_strcasecmp(name, SCIM_POLICY_KIND) == 0 ||
		pg_strcasecmp(name, SCIM_PROPOSAL_KIND) == 0;
}

char *
scim_document_version(Jsonb *document)
{
	char	   *version = palloc(SCIM_VERSION_SIZE + 1);
	JsonbValue	root;

	scim_root(document, &root);
	scim_form_version(scim_canonical_form(&root), NULL, version);
	return version;
}

/* ---- what changed ---- */

static int
compare_names(const ListCell *a, const ListCell *b)
{
	return strcmp(lfirst(a), lfirst(b));
}

/* A side that is not there has no members. */
static void
begin_sides(ScimSides *sides, Jsonb *a, Jsonb *b)
{
	JsonbValue	root_a;
	JsonbValue	root_b;

	if (a)
		scim_root(a, &root_a);
	if (b)
		scim_root(b, &root_b);
	scim_begin_sides(sides, a ? &root_a : NULL, b ? &root_b : NULL);
}

/* What was not there before is null. */
static void
add_before(JsonbValue *before, const ScimPair *pair)
{
	static const JsonbValue none = {.type = jbvNull};

	scim_add(before, pair->key.val.string.val, pair->key.val.string.len,
			 pair->a ? pair->a : &none);
}

static void
find_delta(Jsonb *old, Jsonb *new, ScimDelta *delta)
{
	ScimSides	sides;
	ScimPair	pair;

	if (old)
		delta->before = scim_new_object();
	begin_sides(&sides, old, new);
	while (scim_next_pair(&sides, &pair))
	{
		if (pair.a && pair.b && scim_equal(pair.a, pair.b))
			continue;
		delta->changed = lappend(delta->changed, scim_string_copy(&pair.key));
		if (old)
			add_before(delta->before, &pair);
	}
	list_sort(delta->changed, compare_names);
}

Jsonb *
scim_undo_document(Jsonb *document, Jsonb *before)
{
	JsonbValue *old = scim_new_object();
	ScimSides	sides;
	ScimPair	pair;

	if (before == NULL)
		return NULL;
	begin_sides(&sides, document, before);
	while (scim_next_pair(&sides, &pair))
	{
		const JsonbValue *value = pair.b ? pair.b : pair.a;

		if (value->type != jbvNull)
			scim_add(old, pair.key.val.string.val, pair.key.val.string.len, value);
	}
	return scim_write(old);
}

/* ---- recording ---- */

static ScimHistoryOperation
operation_of(const Jsonb *before, const Jsonb *after)
{
	if (before == NULL)
		return SCIM_HISTORY_CREATE;
	return after ? SCIM_HISTORY_UPDATE : SCIM_HISTORY_DELETE;
}

static bool
is_same(const ScimChange *change)
{
	if (change->version == NULL || change->previous_version == NULL)
		return change->version == change->previous_version;
	return strcmp(change->version, change->previous_version) == 0;
}

void
scim_record_document(const char *kind, const char *tenant, const char *id, Jsonb *before,
					 Jsonb *after)
{
	ScimChange	change = {
		.operation = operation_of(before, after),
		.type = kind,
		.tenant = tenant,
		.id = id,
		.at = GetCurrentTimestamp(),
		.version = after ? scim_document_version(after) : NULL,
		.previous_version = before ? scim_document_version(before) : NULL
	};

	if (is_same(&change))
		return;
	find_delta(before, after, &change.delta);
	scim_write_history(&change);
}
