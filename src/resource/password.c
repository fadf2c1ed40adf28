/*
 * password.c
 *		Passwords are stored as crypt strings of pgcrypto, and never read.
 */
#include "postgres.h"

#include "base/settings.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "registry/extension.h"
#include "resource/frame.h"
#include "resource/password.h"
#include "utils/builtins.h"
#include "utils/datum.h"

/* What the INSERT of a document with a password made of it. */
typedef struct HandedOn
{
	Jsonb	   *document;
	char	   *hash;
} HandedOn;

void
scim_hand_on_password(Oid root, Jsonb *document, const char *hash)
{
	MemoryContext old = MemoryContextSwitchTo(scim_start_leaving(SCIM_LEFT_PASSWORD));
	HandedOn   *handed_on = palloc(sizeof(HandedOn));

	handed_on->document = (Jsonb *) DatumGetPointer(datumCopy(JsonbPGetDatum(document), false, -1));
	handed_on->hash = pstrdup(hash);
	MemoryContextSwitchTo(old);
	scim_leave(SCIM_LEFT_PASSWORD, root, handed_on);
}

const char *
scim_handed_on_password(Oid root, Datum document)
{
	const HandedOn *handed_on = scim_left(SCIM_LEFT_PASSWORD, root);
	Jsonb	   *jsonb;

	if (handed_on == NULL)
		return NULL;
	jsonb = DatumGetJsonbP(document);
	if (VARSIZE(jsonb) != VARSIZE(handed_on->document) ||
		memcmp(jsonb, handed_on->document, VARSIZE(jsonb)) != 0)
		return NULL;
	return handed_on->hash;
}

static char *
crypt_with(const char *password, Datum salt)
{
	static const Oid types[] = {TEXTOID, TEXTOID};

	return TextDatumGetCString(OidFunctionCall2(scim_extension_function("pgcrypto", "crypt", 2,
																		types),
												CStringGetTextDatum(password), salt));
}

char *
scim_crypt_password(const char *password)
{
	static const Oid types[] = {TEXTOID, INT4OID};

	return crypt_with(password,
					  OidFunctionCall2(scim_extension_function("pgcrypto", "gen_salt", 2, types),
									   CStringGetTextDatum("bf"),
									   Int32GetDatum(scim_setting_password_cost)));
}

bool
scim_is_crypted_as(const char *password, const char *hash)
{
	return strcmp(crypt_with(password, CStringGetTextDatum(hash)), hash) == 0;
}
