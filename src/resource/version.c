/*
 * version.c
 *		The version of a row.
 *
 * Whoever holds a row gathers what counts: the row trigger from its columns,
 * those who read it from a ScimRow, the check of a table from what it counted.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "base/jsonb_tree.h"
#include "catalog/pg_type.h"
#include "column/id.h"
#include "core/differ.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "resource/row.h"
#include "resource/version.h"
#include "statement/direct.h"
#include "statement/parameters.h"
#include "statement/statement.h"
#include "utils/fmgrprotos.h"
#include "utils/snapmgr.h"

char *
scim_version_of(const ScimRegistration *registration, const JsonbValue *document,
				const ScimBeside *beside, int64 revision)
{
	ScimForm	form = scim_content_form_of(document, beside);
	char	   *version = palloc(SCIM_VERSION_SIZE + 1);

	if (revision == 0)
		revision = 1;
	scim_form_version(form, registration->revision_scheme ? &revision : NULL, version);
	return version;
}

int64
scim_next_revision(int64 revision)
{
	return DatumGetInt64(DirectFunctionCall2(int8pl, Int64GetDatum(revision), Int64GetDatum(1)));
}

bool
scim_is_next_revision(int64 revision, int64 before)
{
	return revision > before && revision - 1 == before;
}

/* ---- of a row that was read ---- */

static ScimBeside
beside_of(const ScimRegistration *registration, const ScimRow *row, const text *password)
{
	return (ScimBeside)
	{
		row->id, password, registration->type->has_members ? &row->members : NULL
	};
}

static const ScimStatement get_password = { /* tenant, id */
	.sql = "SELECT {password} FROM {table} WHERE {key}",
	.types = {SCIM_TENANT_PARAMETER, SCIM_ID_PARAMETER},
	.as_owner = true
};

static text *
copy_text(Datum value, bool isnull)
{
	return isnull ? NULL : DatumGetTextPCopy(value);
}

/* Without a statement, where nothing stands in the way; false: it takes one. */
static bool
read_password_directly(const ScimRegistration *registration, const char *tenant, Datum id,
					   text * *password)
{
	AttrNumber	number = registration->numbers[SCIM_COLUMN_PASSWORD];
	ScimDirect *direct = scim_open_direct(registration, SCIM_DIRECT_ROWS, tenant);
	TupleTableSlot *slot;

	if (direct == NULL)
		return false;
	scim_seek_direct(direct, id);
	slot = scim_next_direct(direct);
	*password = NULL;
	if (slot)
	{
		bool		isnull;
		Datum		value = slot_getattr(slot, number, &isnull);

		*password = copy_text(value, isnull);
	}
	scim_close_direct(direct);
	return true;
}

text *
scim_stored_password(const ScimRegistration *registration, const char *tenant, const char *id)
{
	Datum		values[2];
	Datum		hash;
	bool		isnull;
	text	   *password;

	if (registration->columns[SCIM_COLUMN_PASSWORD] == NULL)
		return NULL;
	values[1] = scim_id_datum(registration, id);
	if (read_password_directly(registration, tenant, values[1], &password))
		return password;
	values[0] = scim_tenant_datum(registration, tenant);
	if (scim_see_rows(registration, tenant, &values[1], 1, true) == 0 ||
		scim_run(&get_password, registration, values, NULL, true) != 1)
		return NULL;
	hash = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	return copy_text(hash, isnull);
}

char *
scim_know_version(const ScimRegistration *registration, const char *tenant, ScimRow *row)
{
	ScimBeside	beside;

	if (row->version)
		return row->version;
	scim_know_members(registration, tenant, row, false);
	beside = beside_of(registration, row, scim_stored_password(registration, tenant, row->id));
	row->version = scim_version_of(registration, scim_row_tree(registration, row), &beside,
								   row->revision);
	return row->version;
}

char *
scim_know_version_now(const ScimRegistration *registration, const char *tenant, ScimRow *row)
{
	bool		anew = row->version == NULL && registration->columns[SCIM_COLUMN_PASSWORD] != NULL;

	if (anew)
		PushActiveSnapshot(GetTransactionSnapshot());
	(void) scim_know_version(registration, tenant, row);
	if (anew)
		PopActiveSnapshot();
	return row->version;
}

/* The canonical content of the row with the document in place of its own, without the password. */
static char *
row_content(const ScimRegistration *registration, const ScimRow *row, const JsonbValue *document,
			Size *length)
{
	ScimBeside	beside = beside_of(registration, row, NULL);
	ScimForm	form = scim_content_form_of(document, &beside);
	char	   *copy = palloc(form.length);

	memcpy(copy, form.data, form.length);
	*length = form.length;
	return copy;
}

/* What is the same byte by byte needs no form; by "schemas" it is told what other members are. */
bool
scim_holds_content(const ScimRegistration *registration, const ScimRow *row, Jsonb *data)
{
	JsonbValue *old = scim_new_object();
	JsonbValue *new = scim_new_object();
	Size		old_length;
	Size		new_length;
	char	   *old_form;
	char	   *new_form;

	scim_take_differing(scim_row_data(registration, row), data, "schemas", old, new);
	old_form = row_content(registration, row, old, &old_length);
	new_form = row_content(registration, row, new, &new_length);
	return old_length == new_length && memcmp(old_form, new_form, old_length) == 0;
}
