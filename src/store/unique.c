/*
 * unique.c
 *		UNIQUENESS, with the resource that has the value already.
 */
#include "postgres.h"

#include "core/jsonb_tree.h"
#include "errors.h"
#include "executor/spi.h"
#include "store/ids.h"
#include "store/statements.h"
#include "store/unique.h"
#include "utils/builtins.h"

/* The id of the resource with that userName, or NULL; within SPI. */
static pg_uuid_t *
find_user_name(const ScimRegistration *registration, const char *tenant, const char *name)
{
	Datum		values[2];
	bool		isnull;

	values[0] = CStringGetTextDatum(tenant);
	values[1] = CStringGetTextDatum(name);
	if (scim_run(SCIM_FIND_USER_NAME, registration, values, NULL, false) == 0)
		return NULL;
	return DatumGetUUIDP(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
}

static SCIM_NORETURN void throw_taken(const ScimRegistration *registration, const char *name,
									  const pg_uuid_t *existing);

static void
throw_taken(const ScimRegistration *registration, const char *name, const pg_uuid_t *existing)
{
	ScimError  *error = scim_error(SCIM_UNIQUENESS);

	scim_error_text(error, "attribute", "userName");
	scim_error_text(error, "value", name);
	scim_error_text(error, "existing_id",
					scim_uuid_text(existing));
	scim_throw(error, "userName \"%s\" is taken by another %s", name, registration->type->name);
}

static bool
user_name_of(Jsonb *data, JsonbValue *name)
{
	return JB_ROOT_IS_OBJECT(data) && scim_find(&data->root, "userName", name) &&
		name->type == jbvString;
}

void
scim_check_user_name(const ScimRegistration *registration, const char *tenant,
					 const pg_uuid_t *id, Jsonb *old, Jsonb *new)
{
	JsonbValue	old_name;
	JsonbValue	new_name;
	pg_uuid_t  *existing;
	char	   *name;

	if (!scim_attribute(registration->type->schema->attributes, "userName", strlen("userName")) ||
		!user_name_of(new, &new_name))
		return;
	if (user_name_of(old, &old_name) &&
		old_name.val.string.len == new_name.val.string.len &&
		memcmp(old_name.val.string.val, new_name.val.string.val, new_name.val.string.len) == 0)
		return;
	name = scim_string_copy(&new_name);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	existing = find_user_name(registration, tenant, name);
	if (existing && memcmp(existing, id, sizeof(pg_uuid_t)) != 0)
		throw_taken(registration, name, existing);
	SPI_finish();
}

void
scim_throw_taken(const ScimRegistration *registration, const char *tenant, const JsonbValue *data)
{
	JsonbValue *name = scim_get(data, "userName", strlen("userName"));

	if (name && name->type == jbvString)
	{
		char	   *text = scim_string_copy(name);
		pg_uuid_t  *existing = find_user_name(registration, tenant, text);

		if (existing)
			throw_taken(registration, text, existing);
	}
	scim_throw(scim_error(SCIM_UNIQUENESS),
			   "another %s has one of these values already, or a trigger of table %s skipped this one",
			   registration->type->name, registration->table);
}
