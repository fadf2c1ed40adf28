/*
 * server_error.c
 *		Errors that are not ours: what clients are told of them, and what the log.
 */
#include "postgres.h"

#include "base/actor.h"
#include "base/server_error.h"
#include "base/trace.h"
#include "lib/stringinfo.h"

static const ScimServerError server_errors[] = {
	{ERRCODE_READ_ONLY_SQL_TRANSACTION, SCIM_PERMISSION_DENIED, "this connection may only read",
	"Use a connection that may write."},
	{ERRCODE_INSUFFICIENT_PRIVILEGE, SCIM_PERMISSION_DENIED,
	"the database role of this connection may not do this"},
	{ERRCODE_UNIQUE_VIOLATION, SCIM_TAKEN_UNSEEN, "a value that must be unique is taken"},
	{ERRCODE_LOCK_NOT_AVAILABLE, SCIM_RETRY_LATER, "somebody else is changing the same resource"},
	{ERRCODE_DATA_EXCEPTION, SCIM_INVALID_VALUE, "the database does not accept a value",
		"If it is one that you sent, correct it; scim_get_schemas says what attributes may be. If "
	"you sent none, report this to the administrator."},
	{ERRCODE_PROGRAM_LIMIT_EXCEEDED, SCIM_TOO_LARGE,
	"this is larger or deeper than the database can take"},
	{ERRCODE_TRANSACTION_ROLLBACK, SCIM_RETRY_LATER,
	"somebody else changed the same data at the same time"},
	{ERRCODE_CONNECTION_EXCEPTION, SCIM_RETRY_LATER, "a connection of the database failed"},
	{ERRCODE_OPERATOR_INTERVENTION, SCIM_RETRY_LATER, "the database is not ready"},
	{0, SCIM_INTERNAL, "internal error"}
};

/* The same for JSON text that is being parsed. */
static const ScimServerError parse_errors[] = {
	{ERRCODE_UNTRANSLATABLE_CHARACTER, SCIM_INVALID_SYNTAX,
		"%s hold an escape that stands for no character that can be stored (\\u0000 or half a "
		"surrogate pair)",
	"Leave that character out."},
	{ERRCODE_CHARACTER_NOT_IN_REPERTOIRE, SCIM_INVALID_SYNTAX, "%s are not valid UTF-8",
	"Send them in UTF-8."},
	{ERRCODE_INVALID_TEXT_REPRESENTATION, SCIM_INVALID_SYNTAX, "%s are not valid JSON",
	"Send arguments as one valid JSON object."},
	{ERRCODE_DATA_EXCEPTION, SCIM_INVALID_VALUE,
	"%s hold a number that is too large to be stored", "Send a smaller number."},
	{ERRCODE_PROGRAM_LIMIT_EXCEEDED, SCIM_TOO_LARGE,
	"%s are nested too deeply or too long", "Send less at once."},
	{0}
};

/* In a list that ends with the SQLSTATE 0, which is what is returned if it is none of them. */
static const ScimServerError *
find_error(const ScimServerError *list, int sqlstate)
{
	while (list->sqlstate && list->sqlstate != sqlstate &&
		   list->sqlstate != ERRCODE_TO_CATEGORY(sqlstate))
		list++;
	return list;
}

const ScimServerError *
scim_server_error(const ErrorData *error, bool parsing)
{
	const ScimServerError *found = parsing ? find_error(parse_errors, error->sqlerrcode) : NULL;

	return found && found->sqlstate ? found : find_error(server_errors, error->sqlerrcode);
}

void
scim_log_error(const char *who, const char *what, const ErrorData *error)
{
	ScimActor	actor = scim_actor();
	StringInfoData where;

	initStringInfo(&where);
	if (error->table_name)
		appendStringInfo(&where, ", table \"%s\"", error->table_name);
	if (error->constraint_name)
		appendStringInfo(&where, ", constraint \"%s\"", error->constraint_name);
	/* not its state, which may be anything */
	if (actor.trace)
		appendStringInfo(&where, ", trace \"%.*s\"", SCIM_TRACEPARENT_LENGTH, actor.trace);
	/* last: what it says stands behind all that is ours */
	if (actor.agent[0])
		appendStringInfo(&where, ", agent \"%s\"", actor.agent);
	ereport(LOG_SERVER_ONLY,
			(errcode(error->sqlerrcode),
			 errmsg_internal("%s %s SQLSTATE %s in %s: %s%s",
							 who,
							 what,
							 unpack_sql_state(error->sqlerrcode),
							 error->funcname ? error->funcname : "?",
							 error->message_id ? error->message_id : "?",
							 where.data),
			 errhidestmt(true),
			 errhidecontext(true)));
}
