/*
 * password.c
 *		Passwords are stored as crypt strings of pgcrypto, and never read.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "settings.h"
#include "store/password.h"
#include "store/registration.h"
#include "utils/builtins.h"

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
