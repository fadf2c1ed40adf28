/*
 * document_write.c
 *		The INSERT and the UPDATE of a created table: the content is one document.
 *
 * Both write the document whole.  What it must not change is kept by the row
 * trigger, which holds both of them.
 */
#include "postgres.h"

#include "resource/document_write.h"
#include "resource/version.h"
#include "statement/parameters.h"
#include "statement/statements.h"
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

bool
scim_document_insert(const ScimRowWrite *write)
{
	const ScimRegistration *registration = write->registration;
	Datum		values[3];

	values[0] = scim_tenant_datum(registration, write->tenant);
	values[1] = JsonbPGetDatum(write->document);
	if (write->password_hash)
		values[2] = CStringGetTextDatum(write->password_hash);
	return scim_run((write->password_hash ? SCIM_INSERT_PASSWORD : SCIM_INSERT) | write->bare,
					registration, values, NULL, false) > 0;
}

bool
scim_document_update(const ScimRowWrite *write)
{
	const ScimRegistration *registration = write->registration;
	Datum		values[5];
	char		nulls[6] = "     ";

	values[0] = scim_tenant_datum(registration, write->tenant);
	values[1] = scim_id_datum(registration, write->id);
	values[2] = JsonbPGetDatum(write->document);
	values[3] = write->expected ? CStringGetTextDatum(write->expected) : (Datum) 0;
	nulls[3] = write->expected ? ' ' : 'n';
	values[4] = write->password_hash ? CStringGetTextDatum(write->password_hash) : (Datum) 0;
	nulls[4] = write->password_hash ? ' ' : 'n';
	return scim_run((write->sets_password ? SCIM_UPDATE_PASSWORD : SCIM_UPDATE) | write->bare,
					registration, values, nulls, false) > 0;
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
