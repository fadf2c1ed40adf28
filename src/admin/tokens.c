/*
 * tokens.c
 *		Giving out tokens, and ending them: scim_rotate_token, scim_revoke_token.
 *
 * Who may is a matter of EXECUTE on the functions, and of the roles and tenants that he has.
 * The rows are written by fixed statements as the owner of their table.
 */
#include "postgres.h"

#include "admin/tokens.h"
#include "base/actor.h"
#include "base/compat.h"
#include "base/digest.h"
#include "base/entered.h"
#include "base/errors.h"
#include "base/function_arguments.h"
#include "base/jsonb_tree.h"
#include "base/sha256.h"
#include "base/uuids.h"
#include "catalog/pg_type.h"
#include "column/instant.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "statement/enter.h"
#include "statement/own.h"
#include "statement/own_table.h"
#include "statement/role.h"
#include "statement/sql.h"
#include "statement/tenant.h"
#include "statement/token_row.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

PG_FUNCTION_INFO_V1(scim_rotate_token);
PG_FUNCTION_INFO_V1(scim_revoke_token);

/* What tells that a text is one of ours, to who finds it somewhere. */
#define PREFIX "scimver_"

#define SECRET_BYTES 32

/* A token that is being made. */
typedef struct NewToken
{
	char		text[sizeof(PREFIX) + BASE64_SIZE(SECRET_BYTES)];
	pg_uuid_t	id;
	bytea	   *digest;
	char	   *principal;
	TimestampTz created_at;
	TimestampTz ends_at;		/* DT_NOEND: never */
} NewToken;

/* ---- what is made ---- */

static void
fill_randomly(void *bytes, Size length)
{
	if (!pg_strong_random(bytes, length))
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not generate random values")));
}

static NewToken *
new_token(void)
{
	NewToken   *token = palloc0(sizeof(NewToken));
	uint8		secret[SECRET_BYTES];

	fill_randomly(secret, sizeof(secret));
	strcpy(token->text, PREFIX);
	base64url_text(token->text + strlen(PREFIX), secret, sizeof(secret));
	token->digest = palloc(VARHDRSZ + SCIM_DIGEST_SIZE);
	SET_VARSIZE(token->digest, VARHDRSZ + SCIM_DIGEST_SIZE);
	scim_sha256(token->text, strlen(token->text), (uint8 *) VARDATA(token->digest));

	fill_randomly(token->id.data, UUID_LEN);
	token->id.data[6] = (token->id.data[6] & 0x0F) | 0x40;	/* version 4 */
	token->id.data[8] = (token->id.data[8] & 0x3F) | 0x80;
	token->created_at = GetCurrentTimestamp();
	return token;
}

static TimestampTz
later_by(TimestampTz from, const Interval *time)
{
	return DatumGetTimestampTz(DirectFunctionCall2(timestamptz_pl_interval,
												   TimestampTzGetDatum(from),
												   IntervalPGetDatum(time)));
}

/* What whoever asked for it is told, and nobody again. */
static Jsonb *
show(const NewToken *token)
{
	JsonbValue *shown = scim_new_object();

	scim_set_text(shown, "token", token->text);
	scim_set_text(shown, "id", scim_uuid_text(&token->id));
	scim_set_text(shown, "principal", token->principal);
	scim_set_text_or_null(shown, "expires_at",
						  token->ends_at == DT_NOEND ? NULL : scim_instant_text(token->ends_at));
	return scim_write(shown);
}

/* ---- who may ---- */

/* One token does not lead to another: that could be wider than it. */
static void
check_writes(const char *function)
{
	PreventCommandIfReadOnly(function);
	if (scim_entered())
		scim_throw(scim_error(SCIM_NOT_BY_TOKEN), "%-s is refused behind a token", function);
}

static void
check_role(Oid role)
{
	const char *name = GetUserNameFromId(role, true);
	const char *why = name ? scim_no_role_of_tokens(role) : NULL;

	if (name == NULL)
		scim_throw_path(SCIM_BAD_PARAMETER, "role", "there is no such role");
	if (why)
		scim_throw_path(SCIM_NO_ROLE_OF_TOKENS, "role", "role \"%s\" %-s", name, why);
	if (!scim_may_become(GetUserId(), role))
		scim_throw(scim_error(SCIM_NOT_YOUR_ROLE), "you cannot become role \"%s\"", name);
}

/* Whom no policy keeps from any tenant has all, those that were granted to nobody, too. */
static void
check_tenant(const char *tenant)
{
	if (tenant[0] == '\0')
		scim_throw_path(SCIM_BAD_PARAMETER, "tenant", "the name of a tenant must not be empty");
	if (!superuser() && !has_bypassrls_privilege(GetUserId()))
		scim_check_granted(tenant);
}

/* ---- writing ---- */

/* As its owner; how many rows it wrote. */
static uint64
run(const char *text, int nargs, const Oid *types, Datum *values, const char *nulls)
{
	ScimRole	role;
	uint64		count;

	scim_act_as_owner_of(scim_tokens_table(), &role);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	count = scim_write_own(text, nargs, types, values, nulls);
	SPI_finish();
	scim_act_as_before(&role);
	CommandCounterIncrement();
	return count;
}

/* As with grants: DROP ROLE knows nothing of them, and a later role may get the same OID. */
static void
forget_gone_roles(void)
{
	(void) run("DELETE FROM ONLY %s.scim_tokens AS t WHERE t.role::pg_catalog.text" SQL_OP("=")
			   "t.role::pg_catalog.oid::pg_catalog.text", 0, NULL, NULL, NULL);
}

/* Parameters of a statement. */
typedef struct Values
{
	int			count;
	Oid			types[16];
	Datum		values[16];
	char		nulls[17];
} Values;

static void
add(Values *values, Oid type, Datum value, bool isnull)
{
	int			i = values->count++;

	values->types[i] = type;
	values->values[i] = value;
	values->nulls[i] = isnull ? 'n' : ' ';
}

static void
add_text(Values *values, const char *text)
{
	add(values, TEXTOID, text ? CStringGetTextDatum(text) : (Datum) 0, text == NULL);
}

/* NIL is NULL. */
static void
add_texts(Values *values, const List *texts)
{
	int			count = list_length(texts);
	Datum	   *elements = palloc(Max(count, 1) * sizeof(Datum));

	for (int i = 0; i < count; i++)
		elements[i] = CStringGetTextDatum(list_nth(texts, i));
	add(values, TEXTARRAYOID,
		PointerGetDatum(construct_array(elements, count, TEXTOID, -1, false, TYPALIGN_INT)),
		texts == NIL);
}

static void
add_instant(Values *values, TimestampTz instant)
{
	add(values, TIMESTAMPTZOID, TimestampTzGetDatum(instant), instant == DT_NOEND);
}

/* What all that are new have: the first five parameters. */
static Values
begin_values(const NewToken *token)
{
	Values		values = {0};

	add(&values, UUIDOID, UUIDPGetDatum(&token->id), false);
	add(&values, BYTEAOID, PointerGetDatum(token->digest), false);
	add_text(&values, GetUserNameFromId(scim_acting_role(), false));
	add_instant(&values, token->created_at);
	add_instant(&values, token->ends_at);
	return values;
}

static const char insert_statement[] =
"INSERT INTO %s.scim_tokens (id, digest, created_by, created_at, expires_at, role, tenant_id,"
" principal, subject_type, subject_id, scopes, tools, profile, agent, max_per_minute, lasts)"
" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";

static void
insert(const NewToken *token, Oid role, const char *tenant, const ScimTokenOptions *options)
{
	Values		values = begin_values(token);

	add(&values, REGROLEOID, ObjectIdGetDatum(role), false);
	add_text(&values, tenant);
	add_text(&values, token->principal);
	add_text(&values, options->subject_type);
	add_text(&values, options->subject_id);
	add_texts(&values, options->scopes);
	add_texts(&values, options->tools);
	add_text(&values, options->profile);
	add_text(&values, options->agent);
	add(&values, INT4OID, Int32GetDatum(options->max_per_minute), options->max_per_minute == 0);
	add(&values, INTERVALOID, IntervalPGetDatum(options->lasts), options->lasts == NULL);
	if (run(insert_statement, values.count, values.types, values.values, values.nulls) == 0)
		scim_throw_not_kept("scim_tokens");
}

Jsonb *
scim_make_token(Oid role, const char *tenant, const ScimTokenOptions *options)
{
	NewToken   *token;

	check_writes("scim_create_token()");
	check_role(role);
	check_tenant(tenant);
	token = new_token();
	token->created_at = options->made_at;
	token->ends_at = options->ends_at;
	token->principal = options->subject_type
		? psprintf("%s/%s", options->subject_type, options->subject_id)
		: psprintf("token:%s", scim_uuid_text(&token->id));
	forget_gone_roles();
	insert(token, role, tenant, options);
	return show(token);
}

/* ---- ending ---- */

static SCIM_NORETURN void throw_no_token(const pg_uuid_t *id);

static void
throw_no_token(const pg_uuid_t *id)
{
	scim_throw(scim_error(SCIM_NO_SUCH_TOKEN), "there is no token \"%s\" that is in force",
			   scim_uuid_text(id));
}

/* A token of a role that the caller can become; one of a role that is gone, of a superuser. */
static bool
find(const pg_uuid_t *id, ScimTokenRow *row)
{
	return scim_find_token_by_id(id, row) && scim_may_become(GetUserId(), row->who.role);
}

/* Of the one that is there, unless somebody was faster. */
static bool
end_at(const pg_uuid_t *id, const char *statement, TimestampTz at)
{
	Values		values = {0};

	add(&values, UUIDOID, UUIDPGetDatum(id), false);
	add_instant(&values, at);
	return run(statement, values.count, values.types, values.values, values.nulls) > 0;
}

static const char expire_statement[] =
"UPDATE ONLY %s.scim_tokens SET expires_at = LEAST(expires_at, $2) WHERE id" SQL_OP("=") "$1"
" AND revoked_at IS NULL"
" AND (expires_at IS NULL OR expires_at" SQL_OP(">") "pg_catalog.clock_timestamp())";

static const char revoke_statement[] =
"UPDATE ONLY %s.scim_tokens SET revoked_at = $2 WHERE id" SQL_OP("=") "$1"
" AND revoked_at IS NULL";

static const char copy_statement[] =
"INSERT INTO %s.scim_tokens (id, digest, created_by, created_at, expires_at, role, tenant_id,"
" principal, subject_type, subject_id, scopes, tools, profile, agent, max_per_minute, lasts)"
" SELECT $1, $2, $3, $4, $4" SQL_OP("+") "lasts, role, tenant_id,"
" principal, subject_type, subject_id, scopes, tools, profile, agent, max_per_minute, lasts"
" FROM ONLY %s.scim_tokens WHERE id" SQL_OP("=") "$6";

static void
copy(const NewToken *token, const pg_uuid_t *id)
{
	Values		values = begin_values(token);

	add(&values, UUIDOID, UUIDPGetDatum(id), false);
	if (run(copy_statement, values.count, values.types, values.values, values.nulls) == 0)
		scim_throw_not_kept("scim_tokens");
}

/*
 * scim_rotate_token(id uuid, overlap interval) -> jsonb: one that is the same to all, but for
 * the secret.
 */
Datum
scim_rotate_token(PG_FUNCTION_ARGS)
{
	static ScimArgumentNames names;
	ScimFunctionArguments arguments = scim_function_arguments(fcinfo, &names);
	pg_uuid_t  *id = scim_required_uuid(&arguments, "id");
	Interval	none = {0};
	Interval   *overlap = PG_ARGISNULL(1) ? &none : PG_GETARG_INTERVAL_P(1);
	ScimTokenRow row;
	NewToken   *token = new_token();

	check_writes("scim_rotate_token()");
	if (!find(id, &row) || !scim_token_is_in_force(&row))
		throw_no_token(id);
	check_role(row.who.role);
	check_tenant(row.who.tenant);
	if (!end_at(id, expire_statement, later_by(token->created_at, overlap)))
		throw_no_token(id);
	copy(token, id);
	if (!scim_find_token_by_id(&token->id, &row))
		scim_throw_not_kept("scim_tokens");
	token->principal = unconstify(char *, row.who.principal);
	token->ends_at = row.ends_at;
	PG_RETURN_JSONB_P(show(token));
}

/* scim_revoke_token(id uuid) -> boolean: false if it is not in force any more. */
Datum
scim_revoke_token(PG_FUNCTION_ARGS)
{
	static ScimArgumentNames names;
	ScimFunctionArguments arguments = scim_function_arguments(fcinfo, &names);
	pg_uuid_t  *id = scim_required_uuid(&arguments, "id");
	ScimTokenRow row;
	bool		was_in_force;

	check_writes("scim_revoke_token()");
	if (!find(id, &row))
		throw_no_token(id);
	was_in_force = scim_token_is_in_force(&row);
	PG_RETURN_BOOL(end_at(id, revoke_statement, GetCurrentTimestamp()) && was_in_force);
}
