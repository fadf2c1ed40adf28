/*
 * password.c
 *		Passwords are stored as crypt strings of pgcrypto, and never read.
 */
#include "postgres.h"

#include "access/xact.h"
#include "base/settings.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "registry/extension.h"
#include "resource/password.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

/* What the last INSERT of a document with a password made of it. */
static struct
{
	MemoryContext context;		/* holds the rest */
	Oid			relid;			/* InvalidOid: none */
	TimestampTz transaction;	/* its start, and the number of the command in it */
	CommandId	command;
	Jsonb	   *document;
	char	   *hash;
}			handed_on;

void
scim_hand_on_password(Oid relid, Jsonb *document, const char *hash)
{
	MemoryContext old;

	handed_on.relid = InvalidOid;
	if (handed_on.context == NULL)
		handed_on.context = AllocSetContextCreate(TopMemoryContext, "scimver password",
												  ALLOCSET_SMALL_SIZES);
	MemoryContextReset(handed_on.context);
	old = MemoryContextSwitchTo(handed_on.context);
	handed_on.document = (Jsonb *) DatumGetPointer(datumCopy(JsonbPGetDatum(document), false, -1));
	handed_on.hash = pstrdup(hash);
	handed_on.transaction = GetCurrentTransactionStartTimestamp();
	handed_on.command = GetCurrentCommandId(false);
	MemoryContextSwitchTo(old);
	handed_on.relid = relid;
}

const char *
scim_handed_on_password(Oid relid, Datum document)
{
	Jsonb	   *jsonb;

	if (handed_on.relid != relid || handed_on.command != GetCurrentCommandId(false) ||
		handed_on.transaction != GetCurrentTransactionStartTimestamp())
		return NULL;
	jsonb = DatumGetJsonbP(document);
	if (VARSIZE(jsonb) != VARSIZE(handed_on.document) ||
		memcmp(jsonb, handed_on.document, VARSIZE(jsonb)) != 0)
		return NULL;
	return handed_on.hash;
}

char *
scim_crypt_password(const char *password)
{
	static const Oid salt_types[] = {TEXTOID, INT4OID};
	static const Oid crypt_types[] = {TEXTOID, TEXTOID};
	Datum		salt;
	Datum		hash;

	salt = OidFunctionCall2(scim_extension_function("pgcrypto", "gen_salt", 2, salt_types),
							CStringGetTextDatum("bf"),
							Int32GetDatum(scim_setting_password_cost));
	hash = OidFunctionCall2(scim_extension_function("pgcrypto", "crypt", 2, crypt_types),
							CStringGetTextDatum(password), salt);
	return TextDatumGetCString(hash);
}
