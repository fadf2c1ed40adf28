/*
 * patched.c
 *		What a patch makes of a document.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "column/fold.h"
#include "column/value.h"
#include "core/patch_apply.h"
#include "operation/patched.h"
#include "query/filter.h"
#include "utils/builtins.h"

static bool
has_read_only(const ScimRegistration *table)
{
	for (int i = 0; i < table->mapped_count; i++)
	{
		if (table->mapped[i].read_only)
			return true;
	}
	return false;
}

/*
 * What a patch is applied to.  Read-only columns stand in it, so that paths and
 * filters lead to them, and it is noticed when they would change.
 */
static Jsonb *
content_of(const ScimWrite *write, Jsonb *document)
{
	const ScimRegistration *table = write->target.table;
	JsonbValue	root;
	JsonbValue *content;

	if (!has_read_only(table))
		return document;
	scim_root(document, &root);
	content = scim_open(&root);
	scim_show_columns(table, content, &write->row.columns);
	return scim_write(content);
}

static char *
fold(const char *string, int length)
{
	text	   *folded = scim_fold_text(string, length);
	char	   *result = text_to_cstring(folded);

	pfree(folded);
	return result;
}

static const ScimMatching matching = {.match = scim_match_elements, .fold = fold};

Jsonb *
scim_patched(const ScimWrite *write, Jsonb *document, Jsonb *shown, ScimPathSet *differs)
{
	return scim_write(scim_apply_patch(write->patch, content_of(write, document), shown, differs,
									   &matching));
}

/* Others than the patch did the split refuse. */
void
scim_refuse_removal(const ScimWrite *write, const ScimSplit *split)
{
	const ScimRegistration *table = write->target.table;
	const ScimColumnValues *old = &write->row.columns;

	for (int i = 0; i < table->mapped_count; i++)
	{
		const ScimMappedColumn *column = &table->mapped[i];

		if (column->read_only && !old->nulls[i] && !split->given[i] &&
			scim_column_to_json(column, old->values[i]).type != jbvNull)
			scim_throw_path(SCIM_READ_ONLY_COLUMN, column->path, "%s is read only", column->path);
	}
}
