/*
 * once.c
 *		Calls that a client has named by a key are done once.
 *
 * What is called is told by a digest of the name and the arguments in canonical form.  Where
 * these may hold what is never returned, as a password is, that digest is crypted as passwords
 * are: who reads the table could else try one password after the other, and fast.
 */
#include "postgres.h"

#include "base/actor.h"
#include "base/entered.h"
#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "base/settings.h"
#include "base/sha256.h"
#include "core/canonical.h"
#include "executor/spi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "operation/keys.h"
#include "operation/once.h"
#include "registry/schemas.h"
#include "resource/frame.h"
#include "resource/password.h"
#include "statement/own_table.h"

/* Calls with a key that are under way, one in the other. */
static int	depth = 0;

/* ---- the key ---- */

/* Is it the current user's, or does the code run for nobody else? */
static bool
is_for_this_code(void)
{
	Oid			user = GetUserId();

	return user == scim_acting_role() || user == scim_setting_idempotency_role;
}

const char *
scim_session_key(void)
{
	const char *key = scim_setting_idempotency_key;

	if (key[0] == '\0' || depth > 0 || scim_trigger_depth() > 0 || scim_call_around(NULL) ||
		!is_for_this_code())
		return NULL;
	return pstrdup(key);
}

ScimOnce
scim_once_of_function(ScimFunctionArguments *arguments, const char *name)
{
	ScimOnce	once = {.name = name};

	once.key = scim_session_key();
	if (once.key)
		once.arguments = scim_all_arguments(arguments);
	return once;
}

static void
check_key(const char *key)
{
	if (pg_mbstrlen(key) > SCIM_MOST_KEY)
		scim_throw_path(SCIM_BAD_KEY, "idempotency_key",
						"idempotency_key must have 1 to %d characters", SCIM_MOST_KEY);
}

/* ---- what is called ---- */

/* Does the text have the name in it, in any case? */
static bool
mentions(ScimForm form, const char *name)
{
	Size		length = strlen(name);

	for (Size i = 0; i + length <= form.length; i++)
	{
		if (pg_strncasecmp(form.data + i, name, length) == 0)
			return true;
	}
	return false;
}

/* One of these that is never returned, or a part of one?  "attributes" may be NULL: none. */
static bool
mentions_hidden(ScimForm form, const ScimAttribute *attributes)
{
	for (; attributes && attributes->name; attributes++)
	{
		if (attributes->returned == SCIM_NEVER ? mentions(form, attributes->name)
			: mentions_hidden(form, attributes->sub))
			return true;
	}
	return false;
}

/* However a call means an attribute, it has its name. */
static bool
may_hold_hidden(ScimForm form)
{
	for (const ScimResourceType *const *type = scim_resource_types(); *type; type++)
	{
		if (mentions_hidden(form, (*type)->schema->attributes))
			return true;
		for (int i = 0; (*type)->extensions[i]; i++)
			if (mentions_hidden(form, (*type)->extensions[i]->attributes))
				return true;
	}
	return false;
}

/* What a call is told by. */
typedef struct Called
{
	uint8		hash[SCIM_DIGEST_SIZE];
	char		text[BASE64_SIZE(SCIM_DIGEST_SIZE) + 1];	/* the same */
	bool		secret;			/* it is not to be kept as it is */
} Called;

static void
describe(const ScimOnce *once, Called *called)
{
	JsonbValue *call = scim_new_object();
	ScimForm	form;

	scim_set_text(call, "call", once->name);
	scim_set_text(once->arguments, "tenant_id", once->tenant);
	scim_set_value(call, "arguments", once->arguments);
	form = scim_canonical_form(call);
	scim_sha256(form.data, form.length, called->hash);
	base64_text(called->text, called->hash, SCIM_DIGEST_SIZE);
	called->secret = may_hold_hidden(form);
}

static bytea *
bytes(const void *data, Size length)
{
	bytea	   *result = palloc(VARHDRSZ + length);

	SET_VARSIZE(result, VARHDRSZ + length);
	memcpy(VARDATA(result), data, length);
	return result;
}

static bytea *
kept_digest(const Called *called)
{
	const char *crypted = called->secret ? scim_crypt_password(called->text) : NULL;

	return crypted ? bytes(crypted, strlen(crypted)) : bytes(called->hash, SCIM_DIGEST_SIZE);
}

/* A schema may have changed since, and with it what is secret: how it was kept then shows. */
static bool
is_same_call(const Called *called, const bytea *digest)
{
	const char *kept = VARDATA_ANY(digest);
	int			length = VARSIZE_ANY_EXHDR(digest);

	if (length == SCIM_DIGEST_SIZE)
		return memcmp(kept, called->hash, SCIM_DIGEST_SIZE) == 0;
	return scim_is_crypted_as(called->text, pnstrdup(kept, length));
}

/* ---- first, or again ---- */

/* So often one is tried that was there, and then was not: more often it is not kept. */
#define MOST_ATTEMPTS 10

static SCIM_NORETURN void throw_other_call(const char *key);

static void
throw_other_call(const char *key)
{
	scim_throw_path(SCIM_KEY_OF_ANOTHER, "idempotency_key",
					"another call was made under the idempotency_key \"%s\"", key);
}

/* True: the call is the first; else what it made then, in "context". */
static bool
take(const Called *called, ScimKey *key, MemoryContext context)
{
	ScimKey		found = *key;

	key->digest = kept_digest(called);
	for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++)
	{
		CHECK_FOR_INTERRUPTS();
		if (scim_take_key(key))
			return true;
		/* gone again: it was pruned, or its call taken back */
		if (!scim_read_key(&found, context))
			continue;
		/* what has made nothing yet is under way: it calls itself */
		if (found.made == NULL || !is_same_call(called, found.digest))
			throw_other_call(key->key);
		key->made = found.made;
		return false;
	}
	scim_throw_not_kept("scim_idempotency");
}

static JsonbValue *
run(JsonbValue *(*work) (void *argument), void *argument)
{
	JsonbValue *volatile made = NULL;

	depth++;
	PG_TRY();
	{
		made = work(argument);
	}
	PG_FINALLY();
	{
		depth--;
	}
	PG_END_TRY();
	return made;
}

static bool
begin(const ScimOnce *once, ScimKey *key)
{
	MemoryContext caller = CurrentMemoryContext;
	Called		called;
	bool		is_first;

	check_key(once->key);
	describe(once, &called);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	is_first = take(&called, key, caller);
	SPI_finish();
	return is_first;
}

static void
end(const ScimKey *key, const JsonbValue *made)
{
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	if (made)
		scim_keep_key(key, scim_write(made));
	else
		scim_drop_key(key);
	SPI_finish();
}

Jsonb *
scim_run_once(const ScimOnce *once, JsonbValue *(*work) (void *argument), void *argument)
{
	ScimKey		key = {.tenant = once->tenant, .key = once->key};

	if (once->key == NULL)
	{
		(void) work(argument);
		return NULL;
	}
	key.principal = scim_principal();
	if (key.principal == NULL)
		key.principal = GetUserNameFromId(scim_acting_role(), false);
	if (!begin(once, &key))
		return key.made;
	end(&key, run(work, argument));
	return NULL;
}
