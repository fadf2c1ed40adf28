/*
 * content.c
 *		The content of a row in the hands of the row trigger: which of its
 *		columns are content, what must be brought in order, and what the schema
 *		says of it.
 *
 * What they hold is brought in order as the table's storage wants it, and a
 * password in clear text is taken out of what is to be stored.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "core/immutable.h"
#include "core/resource.h"
#include "operation/unique.h"
#include "registry/lookup_length.h"
#include "resource/frame.h"
#include "resource/mapped_split.h"
#include "resource/password.h"
#include "resource/version.h"
#include "trigger/content.h"
#include "trigger/members.h"
#include "utils/builtins.h"

/* ---- what changed ---- */

/* Is there another password?  The one of an upsert's document comes by way of its INSERT. */
static bool
has_new_password(ScimTriggerRow *work)
{
	const char *hash;

	if (work->registration->numbers[SCIM_COLUMN_PASSWORD] == InvalidAttrNumber)
		return false;
	if (!scim_work_same(work, SCIM_COLUMN_PASSWORD))
		return true;
	if (scim_work_is_null(work, &work->new, SCIM_COLUMN_DATA))
		return false;
	hash = scim_handed_on_password(work->registration->root,
								   scim_work_value(work, &work->new, SCIM_COLUMN_DATA));
	if (hash)
		scim_work_set_text(work, SCIM_COLUMN_PASSWORD, hash);
	return hash != NULL;
}

bool
scim_work_same_content(const ScimTriggerRow *work)
{
	const ScimRegistration *registration = work->registration;

	if (!scim_work_same(work, SCIM_COLUMN_ID) || !scim_work_same(work, SCIM_COLUMN_DATA) ||
		!scim_work_same(work, SCIM_COLUMN_PASSWORD))
		return false;
	for (int i = 0; i < registration->mapped_count; i++)
	{
		const ScimMappedColumn *column = &registration->mapped[i];

		if (!column->read_only && !scim_work_same_number(work, column->number))
			return false;
	}
	return true;
}

bool
scim_work_content_changed(ScimTriggerRow *work)
{
	return has_new_password(work) || !scim_work_same_content(work);
}

/* ---- the document ---- */

/* The mapped columns of the row; of a created table there are none. */
static ScimColumnValues
columns_of(const ScimTriggerRow *work, const ScimColumnValues *row)
{
	const ScimRegistration *registration = work->registration;
	int			count = registration->mapped_count;
	ScimColumnValues columns = {NULL};

	if (count == 0)
		return columns;
	columns.values = palloc(count * sizeof(Datum));
	columns.nulls = palloc(count * sizeof(bool));
	for (int i = 0; i < count; i++)
	{
		int			number = registration->mapped[i].number;

		columns.values[i] = row->values[number - 1];
		columns.nulls[i] = row->nulls[number - 1];
	}
	return columns;
}

/*
 * The document in the data column, or NULL.  One that is no object (it came
 * before the table was registered, or with triggers off) is as good as none.
 */
static Jsonb *
data_of(const ScimTriggerRow *work, const ScimColumnValues *row)
{
	Jsonb	   *data;

	if (scim_work_is_null(work, row, SCIM_COLUMN_DATA))
		return NULL;
	data = DatumGetJsonbP(scim_work_value(work, row, SCIM_COLUMN_DATA));
	return JB_ROOT_IS_OBJECT(data) ? data : NULL;
}

Jsonb *
scim_work_document(ScimTriggerRow *work, const ScimColumnValues *row)
{
	const ScimRegistration *registration = work->registration;
	Jsonb	  **document = row == &work->new ? &work->document : &work->old_document;
	ScimColumnValues columns;

	if (*document)
		return *document;
	columns = columns_of(work, row);
	*document = registration->storage->join(registration, data_of(work, row), &columns,
											!scim_work_is_null(work, row, SCIM_COLUMN_VERSION));
	return *document;
}

/* The document of the row, to be hashed: of mapped columns a tree that is not written. */
static JsonbValue *
content_of(ScimTriggerRow *work, const ScimColumnValues *row)
{
	const ScimRegistration *registration = work->registration;
	Jsonb	   *document = row == &work->new ? work->document : work->old_document;
	ScimColumnValues columns;
	JsonbValue *content;

	if (document)
	{
		content = palloc(sizeof(JsonbValue));
		scim_root(document, content);
		return content;
	}
	columns = columns_of(work, row);
	return registration->storage->join_tree(registration, data_of(work, row), &columns,
											!scim_work_is_null(work, row, SCIM_COLUMN_VERSION));
}

char *
scim_work_version(ScimTriggerRow *work, const ScimColumnValues *row)
{
	const ScimRegistration *registration = work->registration;
	JsonbValue *content = content_of(work, row);
	ScimBeside	beside = {.id = scim_work_id(work, row)};
	int64		revision = 0;

	if (!scim_work_is_null(work, row, SCIM_COLUMN_PASSWORD))
		beside.password = DatumGetTextPP(scim_work_value(work, row, SCIM_COLUMN_PASSWORD));
	if (registration->type->has_members)
		beside.members = scim_work_members(work, row);
	(void) scim_work_integer(work, row, SCIM_COLUMN_REVISION, &revision);
	return scim_version_of(registration, content, &beside, revision);
}

/* A password in clear text becomes a crypt string in its column. */
static void
set_password(ScimTriggerRow *work, const JsonbValue *password, Jsonb *data)
{
	char	   *hash = scim_crypt_password(scim_read_password(&scim_strict_rules, password));

	scim_work_set_text(work, SCIM_COLUMN_PASSWORD, hash);
	if (!work->is_update)
		scim_hand_on_password(work->registration->root, data, hash);
}

void
scim_work_tidy(ScimTriggerRow *work)
{
	const ScimRegistration *registration = work->registration;
	const ScimStorage *storage = registration->storage;
	AttrNumber	number = registration->numbers[SCIM_COLUMN_DATA];
	JsonbValue	password;
	Jsonb	   *data;
	Jsonb	   *tidy;

	if (scim_work_is_null(work, &work->new, SCIM_COLUMN_DATA) ||
		(!storage->tidies && work->is_update && scim_work_same(work, SCIM_COLUMN_DATA)))
		return;
	data = DatumGetJsonbP(scim_work_value(work, &work->new, SCIM_COLUMN_DATA));
	tidy = storage->tidy(registration, data, &password);
	if (password.type != jbvNull)
		set_password(work, &password, tidy);
	if (storage->tidies)
		work->document = tidy;
	if (tidy != data)
		scim_work_assign(work, number, JsonbPGetDatum(tidy), false);
	else
		work->new.values[number - 1] = JsonbPGetDatum(data);
}

/* ---- what the schema says ---- */

/*
 * The document to be stored in place of "old" (NULL: the row is new); "call" is
 * the scim_ call that writes it, or NULL.  Immutable attributes keep their
 * value in calls, and everywhere with option validate, which also checks the
 * whole document.
 */
static Jsonb *
checked_document(const ScimRegistration *registration, const ScimCall *call, Jsonb *old, Jsonb *new)
{
	const ScimResourceType *type = registration->type;

	if (old && type->has_kept && (call || registration->validate))
		new = scim_keep_immutable(type, old, new, call && call->replaces, NULL);
	if (registration->validate)
		scim_check_document(type, new);
	return new;
}

/* The document in the row's columns. */
static void
store(ScimTriggerRow *work, Jsonb *document)
{
	const ScimRegistration *registration = work->registration;
	const ScimStorage *storage = registration->storage;
	ScimColumnValues old = columns_of(work, &work->new);
	ScimSplit  *split = storage->split(registration, document, data_of(work, &work->new), &old);

	for (int i = 0; i < registration->mapped_count; i++)
	{
		if (split->changed[i])
			scim_work_assign(work, registration->mapped[i].number, split->columns.values[i],
							 split->columns.nulls[i]);
	}
	if (split->data_changed)
		scim_work_assign(work, registration->numbers[SCIM_COLUMN_DATA], JsonbPGetDatum(split->data),
						 split->data == NULL);
	work->document = storage->join(registration, split->data, &split->columns, true);
}

void
scim_work_check(ScimTriggerRow *work)
{
	const ScimRegistration *registration = work->registration;
	bool		in_call = scim_call_on(registration->root) != NULL;
	bool		looks_back = work->is_update && (work->call || registration->validate);
	Jsonb	   *old;
	Jsonb	   *new;
	Jsonb	   *checked;

	if (!registration->validate &&
		(!in_call || (registration->storage->compares && !registration->type->has_kept)))
		return;
	old = looks_back ? scim_work_document(work, &work->old) : NULL;
	new = scim_work_document(work, &work->new);
	checked = checked_document(registration, work->call, old, new);
	if (in_call)
		scim_check_lookups(registration, checked);
	if (checked != new)
		store(work, checked);
	if (work->is_update && work->call)
		scim_check_unique(work->call, old, checked);
}
