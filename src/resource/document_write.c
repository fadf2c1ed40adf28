/*
 * document_write.c
 *		The INSERT and the UPDATE of a created table: the content is one document.
 *
 * Both write the document whole.  What it must not change is kept by the row
 * trigger, which holds both of them.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "resource/document_write.h"
#include "resource/version.h"
#include "statement/parameters.h"
#include "statement/statement.h"
#include "utils/array.h"
#include "utils/builtins.h"

void
scim_document_take_apart(ScimRowWrite *write, const ScimRow *old, bool replaces)
{
	/* it is stored in one piece */
}

bool
scim_document_is_effective(const ScimRowWrite *write)
{
	/* the row trigger tells what changes nothing: it has the row at hand */
	return true;
}

/* tenant, data */
static const ScimStatement insert = {
	.sql = "INSERT INTO {table} AS r ({tenant}, {data}) VALUES ($1, $2)"
	" ON CONFLICT DO NOTHING RETURNING {bare}",
	.types = {SCIM_TENANT_PARAMETER, JSONBOID}
};

/* tenant, data, password */
static const ScimStatement insert_password = {
	.sql = "INSERT INTO {table} AS r ({tenant}, {data}, {password}) VALUES ($1, $2, $3)"
	" ON CONFLICT DO NOTHING RETURNING {bare}",
	.types = {SCIM_TENANT_PARAMETER, JSONBOID, TEXTOID}
};

/* the same of a row whose id was drawn: tenant, id, data; password */
static const ScimStatement insert_drawn = {
	.sql = "INSERT INTO {table} AS r ({tenant}, {id}, {data}) VALUES ($1, $2, $3)"
	" ON CONFLICT DO NOTHING RETURNING {bare}",
	.types = {SCIM_TENANT_PARAMETER, SCIM_ID_PARAMETER, JSONBOID}
};

static const ScimStatement insert_drawn_password = {
	.sql = "INSERT INTO {table} AS r ({tenant}, {id}, {data}, {password}) VALUES ($1, $2, $3, $4)"
	" ON CONFLICT DO NOTHING RETURNING {bare}",
	.types = {SCIM_TENANT_PARAMETER, SCIM_ID_PARAMETER, JSONBOID, TEXTOID}
};

/* tenant, id, data, revision, created or NULL: it was there before, but it changes now */
static const ScimStatement revive = {
	.sql = "INSERT INTO {table} AS r ({tenant}, {id}, {data}, {revision}, {created},"
	" {lastModified}) VALUES ($1, $2, $3, $4, $5, pg_catalog.clock_timestamp())"
	" ON CONFLICT DO NOTHING RETURNING {bare}",
	.types = {SCIM_TENANT_PARAMETER, SCIM_ID_PARAMETER, JSONBOID, INT8OID, TIMESTAMPTZOID}
};

/* tenant, id, data, expected version or NULL */
static const ScimStatement update = {
	.sql = "UPDATE {table} AS r SET {data}=$3"
	" WHERE {key} AND ($4 IS NULL OR {is_version $4}) RETURNING {bare}",
	.types = {SCIM_TENANT_PARAMETER, SCIM_ID_PARAMETER, JSONBOID, TEXTOID}
};

/* the same, password (NULL clears it) */
static const ScimStatement update_password = {
	.sql = "UPDATE {table} AS r SET {data}=$3, {password}=$5"
	" WHERE {key} AND ($4 IS NULL OR {is_version $4}) RETURNING {bare}",
	.types = {SCIM_TENANT_PARAMETER, SCIM_ID_PARAMETER, JSONBOID, TEXTOID, TEXTOID}
};

static bool
revive_row(const ScimRowWrite *write)
{
	const ScimRegistration *registration = write->registration;
	const ScimRevival *revival = write->revives;
	Datum		values[5];
	char		nulls[6] = "     ";

	values[0] = scim_tenant_datum(registration, write->tenant);
	values[1] = scim_id_datum(registration, write->id);
	values[2] = JsonbPGetDatum(write->document);
	values[3] = Int64GetDatum(revival->revision);
	nulls[3] = revival->revision ? ' ' : 'n';
	values[4] = TimestampTzGetDatum(revival->created);
	nulls[4] = revival->has_created ? ' ' : 'n';
	return scim_run(&revive, registration, values, nulls, false) > 0;
}

static bool
insert_drawn_row(const ScimRowWrite *write)
{
	const ScimRegistration *registration = write->registration;
	const ScimStatement *statement = write->password_hash ? &insert_drawn_password : &insert_drawn;
	Datum		values[4];

	values[0] = scim_tenant_datum(registration, write->tenant);
	values[1] = scim_id_datum(registration, write->id);
	values[2] = JsonbPGetDatum(write->document);
	if (write->password_hash)
		values[3] = CStringGetTextDatum(write->password_hash);
	return scim_run(statement, registration, values, NULL, false) > 0;
}

bool
scim_document_insert(const ScimRowWrite *write)
{
	const ScimRegistration *registration = write->registration;
	const ScimStatement *statement = write->password_hash ? &insert_password : &insert;
	Datum		values[3];

	if (write->revives)
		return revive_row(write);
	if (write->id)
		return insert_drawn_row(write);
	values[0] = scim_tenant_datum(registration, write->tenant);
	values[1] = JsonbPGetDatum(write->document);
	if (write->password_hash)
		values[2] = CStringGetTextDatum(write->password_hash);
	return scim_run(statement, registration, values, NULL, false) > 0;
}

/* tenant, ids, data, passwords or NULLs */
static const ScimStatement insert_many = {
	.sql = "INSERT INTO {table} AS r ({tenant}, {id}, {data})"
	" SELECT $1, n.id, n.data FROM ROWS FROM (pg_catalog.unnest($2), pg_catalog.unnest($3))"
	" AS n(id, data) RETURNING {bare}",
	.types = {SCIM_TENANT_PARAMETER, SCIM_IDS_PARAMETER, JSONBARRAYOID}
};

static const ScimStatement insert_many_passwords = {
	.sql = "INSERT INTO {table} AS r ({tenant}, {id}, {data}, {password})"
	" SELECT $1, n.id, n.data, n.password FROM ROWS FROM (pg_catalog.unnest($2),"
	" pg_catalog.unnest($3), pg_catalog.unnest($4)) AS n(id, data, password) RETURNING {bare}",
	.types = {SCIM_TENANT_PARAMETER, SCIM_IDS_PARAMETER, JSONBARRAYOID, TEXTARRAYOID}
};

static Datum
id_array(const ScimRowWrite *writes, int count)
{
	const ScimRegistration *registration = writes->registration;
	Datum	   *ids = palloc(count * sizeof(Datum));

	for (int i = 0; i < count; i++)
		ids[i] = scim_id_datum(registration, writes[i].id);
	return scim_id_array(registration->id_type, ids, count);
}

static Datum
document_array(const ScimRowWrite *writes, int count)
{
	Datum	   *documents = palloc(count * sizeof(Datum));

	for (int i = 0; i < count; i++)
		documents[i] = JsonbPGetDatum(writes[i].document);
	return PointerGetDatum(construct_array(documents, count, JSONBOID, -1, false, TYPALIGN_INT));
}

/* Has none of them a password, *has is false. */
static Datum
password_array(const ScimRowWrite *writes, int count, bool *has)
{
	Datum	   *passwords = palloc0(count * sizeof(Datum));
	bool	   *nulls = palloc(count * sizeof(bool));
	int			low = 1;

	*has = false;
	for (int i = 0; i < count; i++)
	{
		nulls[i] = writes[i].password_hash == NULL;
		if (nulls[i])
			continue;
		passwords[i] = CStringGetTextDatum(writes[i].password_hash);
		*has = true;
	}
	return PointerGetDatum(construct_md_array(passwords, nulls, 1, &count, &low, TEXTOID, -1,
											  false, TYPALIGN_INT));
}

uint64
scim_document_insert_many(const ScimRowWrite *writes, int count)
{
	const ScimRegistration *registration = writes->registration;
	bool		has_passwords;
	Datum		values[4];

	values[0] = scim_tenant_datum(registration, writes->tenant);
	values[1] = id_array(writes, count);
	values[2] = document_array(writes, count);
	values[3] = password_array(writes, count, &has_passwords);
	return scim_run(has_passwords ? &insert_many_passwords : &insert_many, registration, values,
					NULL, false);
}

bool
scim_document_update(const ScimRowWrite *write)
{
	const ScimRegistration *registration = write->registration;
	const ScimStatement *statement = write->sets_password ? &update_password : &update;
	Datum		values[5];
	char		nulls[6] = "     ";

	values[0] = scim_tenant_datum(registration, write->tenant);
	values[1] = scim_id_datum(registration, write->id);
	values[2] = JsonbPGetDatum(write->document);
	values[3] = write->expected ? CStringGetTextDatum(write->expected) : (Datum) 0;
	nulls[3] = write->expected ? ' ' : 'n';
	values[4] = write->password_hash ? CStringGetTextDatum(write->password_hash) : (Datum) 0;
	nulls[4] = write->password_hash ? ' ' : 'n';
	return scim_run(statement, registration, values, nulls, false) > 0;
}

bool
scim_document_is_there(const ScimRowWrite *write, const ScimRow *row, bool exact)
{
	return !write->sets_password &&
		scim_holds_content(write->registration, row, write->document);
}

bool
scim_document_changes_key(const ScimRowWrite *write)
{
	/* ids and tenants stay, and memberships refer to nothing else */
	return false;
}
