/*
 * row_trigger.c
 *		The BEFORE ROW trigger that keeps version, revision, created and
 *		lastModified of every row, whoever writes it.
 *
 * On INSERT the version is always computed; on UPDATE only if something of the
 * content changed.  It is the last BEFORE trigger by its name, so that it sees
 * the row as it will be stored.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "commands/trigger.h"
#include "core/canonical.h"
#include "fmgr.h"
#include "store/call.h"
#include "store/check_row.h"
#include "store/document.h"
#include "store/lookup.h"
#include "store/password.h"
#include "store/pending.h"
#include "store/registration.h"
#include "store/unique.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(scim_row_trigger);

/* A row taken apart. */
typedef struct Row
{
	HeapTuple	tuple;
	Datum	   *values;
	bool	   *nulls;
	bool		changed;		/* the values are no longer those of the tuple */
} Row;

typedef struct Work
{
	const ScimRegistration *registration;
	TupleDesc	descriptor;
	Row			new;
	Row			old;			/* UPDATE only */
	bool		is_update;
	bool		is_called;		/* the row that the scim_ call under way is about */
} Work;

static inline Datum
value_of(const Work *work, const Row *row, ScimColumn column)
{
	return row->values[work->registration->numbers[column] - 1];
}

static inline bool
is_null(const Work *work, const Row *row, ScimColumn column)
{
	return row->nulls[work->registration->numbers[column] - 1];
}

static void
assign(Work *work, ScimColumn column, Datum value, bool isnull)
{
	int			i = work->registration->numbers[column] - 1;

	work->new.values[i] = value;
	work->new.nulls[i] = isnull;
	work->new.changed = true;
}

static inline Datum
new_value(const Work *work, ScimColumn column)
{
	return value_of(work, &work->new, column);
}

static inline bool
new_is_null(const Work *work, ScimColumn column)
{
	return is_null(work, &work->new, column);
}

static void
deform(Row *row, HeapTuple tuple, TupleDesc descriptor)
{
	row->tuple = tuple;
	row->values = palloc(descriptor->natts * sizeof(Datum));
	row->nulls = palloc(descriptor->natts * sizeof(bool));
	row->changed = false;
	heap_deform_tuple(tuple, descriptor, row->values, row->nulls);
}

/* ---- the document ---- */

/* The document that is to be stored in order, and a password of it as crypt string in its column. */
static void
tidy_document(Work *work)
{
	Jsonb	   *data = DatumGetJsonbP(new_value(work, SCIM_COLUMN_DATA));
	JsonbValue	password;
	Jsonb	   *tidy = scim_tidy_document(work->registration->type, data, &password);

	if (password.type != jbvNull)
	{
		char	   *hash = scim_crypt_password(scim_read_password(&password));

		assign(work, SCIM_COLUMN_PASSWORD, CStringGetTextDatum(hash), false);
		if (!work->is_update)
			scim_hand_on_password(work->registration->relid, tidy, hash);
	}
	if (tidy == data)
		work->new.values[work->registration->numbers[SCIM_COLUMN_DATA] - 1] = JsonbPGetDatum(data);
	else
		assign(work, SCIM_COLUMN_DATA, JsonbPGetDatum(tidy), false);
}

/* What the schema says of the document that is to be stored. */
static void
check_document(Work *work)
{
	Jsonb	   *old = work->is_update ? DatumGetJsonbP(value_of(work, &work->old, SCIM_COLUMN_DATA)) : NULL;
	Jsonb	   *new = DatumGetJsonbP(new_value(work, SCIM_COLUMN_DATA));
	Jsonb	   *checked = scim_check_row(work->registration, work->is_called ? scim_call : NULL, old, new);

	if (scim_call && scim_call->registration->root == work->registration->root)
		scim_check_lookups(work->registration, checked);
	if (checked != new)
		assign(work, SCIM_COLUMN_DATA, JsonbPGetDatum(checked), false);
}

/* ---- the version ---- */

static ScimForm
content_form(Work *work)
{
	const ScimRegistration *registration = work->registration;
	ScimRowParts parts = {0};

	parts.id = scim_id_text(registration->id_type, new_value(work, SCIM_COLUMN_ID));
	if (registration->type->has_password && !new_is_null(work, SCIM_COLUMN_PASSWORD))
	{
		text	   *hash = DatumGetTextPP(new_value(work, SCIM_COLUMN_PASSWORD));

		parts.password_hash = VARDATA_ANY(hash);
		parts.password_length = VARSIZE_ANY_EXHDR(hash);
	}
	if (registration->type->has_members)
	{
		bytea	   *digest = DatumGetByteaPP(new_value(work, SCIM_COLUMN_MEMBER_DIGEST));

		parts.member_count = DatumGetInt64(new_value(work, SCIM_COLUMN_MEMBER_COUNT));
		parts.member_digest = (uint8 *) VARDATA_ANY(digest);
	}
	return scim_content_form(&DatumGetJsonbP(new_value(work, SCIM_COLUMN_DATA))->root, &parts);
}

static Datum
version_datum(const Work *work, ScimForm form, int64 revision)
{
	char		version[SCIM_VERSION_SIZE + 1];

	scim_form_version(form, work->registration->revision_scheme ? &revision : NULL, version);
	return PointerGetDatum(cstring_to_text_with_len(version, SCIM_VERSION_SIZE));
}

/* ---- INSERT ---- */

static const uint8 zero[SCIM_DIGEST_SIZE];	/* the digest of no members */

static void
set_member_state(Work *work, int64 count, const uint8 *digest)
{
	bytea	   *bytes = palloc(VARHDRSZ + SCIM_DIGEST_SIZE);

	SET_VARSIZE(bytes, VARHDRSZ + SCIM_DIGEST_SIZE);
	memcpy(VARDATA(bytes), digest, SCIM_DIGEST_SIZE);
	assign(work, SCIM_COLUMN_MEMBER_COUNT, Int64GetDatum(count), false);
	assign(work, SCIM_COLUMN_MEMBER_DIGEST, PointerGetDatum(bytes), false);
}

static bool
has_no_key(const Work *work)
{
	return new_is_null(work, SCIM_COLUMN_DATA) || new_is_null(work, SCIM_COLUMN_ID) ||
		new_is_null(work, SCIM_COLUMN_TENANT);
}

static void
insert_row(Work *work)
{
	TimestampTz now = GetCurrentTimestamp();
	int64		revision;

	/* the table's own NOT NULL says it better, but must not say a password */
	if (!new_is_null(work, SCIM_COLUMN_DATA))
		tidy_document(work);
	if (has_no_key(work))
		return;
	check_document(work);
	if (work->registration->type->has_members)
		set_member_state(work, 0, zero);
	if (new_is_null(work, SCIM_COLUMN_REVISION))
		assign(work, SCIM_COLUMN_REVISION, Int64GetDatum(1), false);
	if (new_is_null(work, SCIM_COLUMN_CREATED))
		assign(work, SCIM_COLUMN_CREATED, TimestampTzGetDatum(now), false);
	if (new_is_null(work, SCIM_COLUMN_LAST_MODIFIED))
		assign(work, SCIM_COLUMN_LAST_MODIFIED, new_value(work, SCIM_COLUMN_CREATED), false);
	revision = DatumGetInt64(new_value(work, SCIM_COLUMN_REVISION));
	assign(work, SCIM_COLUMN_VERSION, version_datum(work, content_form(work), revision), false);
}

/* ---- UPDATE ---- */

/* Are the stored bytes the same?  Packed or compressed, they may differ where the values do not. */
static bool
same_bytes(const Work *work, ScimColumn column)
{
	bool		old_null = is_null(work, &work->old, column);
	Pointer		old;
	Pointer		new;

	if (old_null || new_is_null(work, column))
		return old_null && new_is_null(work, column);
	old = DatumGetPointer(value_of(work, &work->old, column));
	new = DatumGetPointer(new_value(work, column));
	return VARSIZE_ANY(old) == VARSIZE_ANY(new) && memcmp(old, new, VARSIZE_ANY(old)) == 0;
}

static bool
same_text(Datum a, Datum b)
{
	struct varlena *x = PG_DETOAST_DATUM_PACKED(a);
	struct varlena *y = PG_DETOAST_DATUM_PACKED(b);

	return VARSIZE_ANY_EXHDR(x) == VARSIZE_ANY_EXHDR(y) &&
		memcmp(VARDATA_ANY(x), VARDATA_ANY(y), VARSIZE_ANY_EXHDR(x)) == 0;
}

static bool
same_value(const Work *work, ScimColumn column)
{
	if (same_bytes(work, column))
		return true;
	if (is_null(work, &work->old, column) || new_is_null(work, column))
		return false;
	return same_text(value_of(work, &work->old, column), new_value(work, column));
}

static bool
same_id(const Work *work)
{
	const ScimIdType *type = work->registration->id_type;

	return datumIsEqual(value_of(work, &work->old, SCIM_COLUMN_ID), new_value(work, SCIM_COLUMN_ID),
						type->by_value, type->length);
}

/* Puts the old row's value back, unless it is there. */
static void
keep(Work *work, ScimColumn column)
{
	Datum		old = value_of(work, &work->old, column);
	bool		old_null = is_null(work, &work->old, column);
	bool		new_null = new_is_null(work, column);
	const FormData_pg_attribute *attribute =
	TupleDescAttr(work->descriptor, work->registration->numbers[column] - 1);
	bool		same = old_null && new_null;

	if (!old_null && !new_null)
		same = attribute->attbyval ? old == new_value(work, column) : same_bytes(work, column);
	if (!same)
		assign(work, column, old, old_null);
}

static bool
has_digest(const Work *work)
{
	return !new_is_null(work, SCIM_COLUMN_MEMBER_DIGEST) &&
		VARSIZE_ANY_EXHDR(DatumGetByteaPP(new_value(work, SCIM_COLUMN_MEMBER_DIGEST))) == SCIM_DIGEST_SIZE;
}

/* The members that the membership triggers have counted since; true if there are any. */
static bool
apply_pending_members(Work *work)
{
	const ScimPending *pending = scim_pending_for(work->registration->root);
	uint8		digest[SCIM_DIGEST_SIZE] = {0};
	int64		count = 0;

	keep(work, SCIM_COLUMN_MEMBER_COUNT);
	keep(work, SCIM_COLUMN_MEMBER_DIGEST);
	if (!new_is_null(work, SCIM_COLUMN_MEMBER_COUNT))
		count = DatumGetInt64(new_value(work, SCIM_COLUMN_MEMBER_COUNT));
	if (!new_is_null(work, SCIM_COLUMN_MEMBER_DIGEST))
	{
		bytea	   *bytes = DatumGetByteaPP(new_value(work, SCIM_COLUMN_MEMBER_DIGEST));

		memcpy(digest, VARDATA_ANY(bytes), Min(VARSIZE_ANY_EXHDR(bytes), SCIM_DIGEST_SIZE));
	}
	if (pending == NULL)
	{
		/* a row that came without them */
		if (new_is_null(work, SCIM_COLUMN_MEMBER_COUNT) || !has_digest(work))
			set_member_state(work, count, digest);
		return false;
	}
	digest_add(digest, pending->digest);
	if (pending->empty)
		set_member_state(work, 0, zero);
	else
		set_member_state(work, count + pending->count, digest);
	return true;
}

/* The revision moves by one with each change, and once in a scim_ call. */
static void
move_revision(Work *work)
{
	TimestampTz now = GetCurrentTimestamp();
	int64		revision = is_null(work, &work->old, SCIM_COLUMN_REVISION) ? 0 :
	DatumGetInt64(value_of(work, &work->old, SCIM_COLUMN_REVISION));

	if (work->is_called && scim_call->inserting)
		return;
	if (!work->is_called || !scim_call->moved)
		assign(work, SCIM_COLUMN_REVISION, Int64GetDatum(revision + 1), false);
	if (work->is_called)
		scim_call->moved = true;

	/* the clock may have been set back */
	if (!new_is_null(work, SCIM_COLUMN_LAST_MODIFIED))
		now = Max(now, DatumGetTimestampTz(new_value(work, SCIM_COLUMN_LAST_MODIFIED)));
	assign(work, SCIM_COLUMN_LAST_MODIFIED, TimestampTzGetDatum(now), false);
}

static void
update_version(Work *work)
{
	bool		had_version = !is_null(work, &work->old, SCIM_COLUMN_VERSION);
	int64		revision = new_is_null(work, SCIM_COLUMN_REVISION) ? 0 :
	DatumGetInt64(new_value(work, SCIM_COLUMN_REVISION));
	ScimForm	form = content_form(work);
	Datum		version = version_datum(work, form, revision);

	if (had_version && same_text(version, value_of(work, &work->old, SCIM_COLUMN_VERSION)))
		return;
	move_revision(work);
	if (work->is_called)
		scim_call->changed = true;
	if (work->registration->revision_scheme)
		version = version_datum(work, form,
								DatumGetInt64(new_value(work, SCIM_COLUMN_REVISION)));
	assign(work, SCIM_COLUMN_VERSION, version, false);
}

/* A row that came without a version (loaded with triggers off) gets it, and is otherwise left alone. */
static void
fill_version(Work *work)
{
	int64		revision = 1;

	if (new_is_null(work, SCIM_COLUMN_REVISION))
		assign(work, SCIM_COLUMN_REVISION, Int64GetDatum(revision), false);
	revision = DatumGetInt64(new_value(work, SCIM_COLUMN_REVISION));
	tidy_document(work);
	assign(work, SCIM_COLUMN_VERSION, version_datum(work, content_form(work), revision), false);
}

/* Is there another password?  The one of an upsert's document comes by way of its INSERT. */
static bool
new_password(Work *work)
{
	const char *hash;

	if (!same_value(work, SCIM_COLUMN_PASSWORD))
		return true;
	hash = scim_handed_on_password(work->registration->relid, new_value(work, SCIM_COLUMN_DATA));
	if (hash)
		assign(work, SCIM_COLUMN_PASSWORD, CStringGetTextDatum(hash), false);
	return hash != NULL;
}

static void
update_row(Work *work)
{
	bool		changed = false;

	if (has_no_key(work))
	{
		if (!new_is_null(work, SCIM_COLUMN_DATA))
			tidy_document(work);
		return;
	}
	keep(work, SCIM_COLUMN_VERSION);
	keep(work, SCIM_COLUMN_REVISION);
	keep(work, SCIM_COLUMN_CREATED);
	keep(work, SCIM_COLUMN_LAST_MODIFIED);
	if (!same_value(work, SCIM_COLUMN_DATA))
	{
		tidy_document(work);
		check_document(work);
		changed = true;
		if (work->is_called)
			scim_check_unique(scim_call,
							  DatumGetJsonbP(value_of(work, &work->old, SCIM_COLUMN_DATA)),
							  DatumGetJsonbP(new_value(work, SCIM_COLUMN_DATA)));
	}
	if (!same_id(work))
		changed = true;
	if (work->registration->type->has_password && new_password(work))
		changed = true;
	if (work->registration->type->has_members && apply_pending_members(work))
		changed = true;
	if (is_null(work, &work->old, SCIM_COLUMN_VERSION) && !changed)
		fill_version(work);
	else if (changed)
		update_version(work);
}

/* ---- the trigger ---- */

static HeapTuple
finish(const Work *work)
{
	HeapTuple	tuple;

	if (!work->new.changed)
		return work->new.tuple;
	tuple = heap_form_tuple(work->descriptor, work->new.values, work->new.nulls);
	tuple->t_data->t_ctid = work->new.tuple->t_data->t_ctid;
	tuple->t_self = work->new.tuple->t_self;
	tuple->t_tableOid = work->new.tuple->t_tableOid;
	return tuple;
}

static bool
is_called_row(const Work *work)
{
	const ScimRegistration *registration = work->registration;
	bool		has_tenant = registration->numbers[SCIM_COLUMN_TENANT] != InvalidAttrNumber;

	if (scim_call == NULL || scim_call->registration->root != registration->root ||
		new_is_null(work, SCIM_COLUMN_ID) || (has_tenant && new_is_null(work, SCIM_COLUMN_TENANT)))
		return false;
	return scim_is_called_row(registration, scim_id_text(registration->id_type, new_value(work, SCIM_COLUMN_ID)),
							  has_tenant ? scim_id_text(registration->tenant_type, new_value(work, SCIM_COLUMN_TENANT)) : NULL);
}

/*
 * scim_row_trigger(resource type, mapping, options): BEFORE INSERT OR UPDATE
 * FOR EACH ROW.  Errors: INVALID_VALUE (data is no object), INVALID_MAPPING.
 */
Datum
scim_row_trigger(PG_FUNCTION_ARGS)
{
	TriggerData *data = (TriggerData *) fcinfo->context;
	Work		work = {0};

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" was not called by trigger manager", "scim_row_trigger")));
	if (!TRIGGER_FIRED_BEFORE(data->tg_event) || !TRIGGER_FIRED_FOR_ROW(data->tg_event) ||
		TRIGGER_FIRED_BY_DELETE(data->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" must be fired BEFORE INSERT OR UPDATE FOR EACH ROW",
						"scim_row_trigger")));

	work.registration = scim_trigger_registration(data->tg_relation, data->tg_trigger);
	work.descriptor = RelationGetDescr(data->tg_relation);
	work.is_update = TRIGGER_FIRED_BY_UPDATE(data->tg_event);
	if (work.is_update)
	{
		deform(&work.old, data->tg_trigtuple, work.descriptor);
		deform(&work.new, data->tg_newtuple, work.descriptor);
		work.is_called = is_called_row(&work);
		update_row(&work);
	}
	else
	{
		deform(&work.new, data->tg_trigtuple, work.descriptor);
		insert_row(&work);
	}
	return PointerGetDatum(finish(&work));
}
