/*
 * functions_fuzz.c
 *		Calls every function of the extension (as the catalog has them: a new one
 *		is called, too) with what nobody should pass.
 *
 * Promised: the server stays up; errors are none of PostgreSQL's internal ones
 * or INTERNAL; a role without rights writes and locks no row, but for what tools and
 * scim_http refused it, which is on record; an agent changes nothing
 * of tenants that are not its own, nor of what scimver keeps of rights, schemas
 * and registrations; and the check finds nothing wrong with what agents wrote.
 */
#include "sql_fuzz.h"

#include <stdlib.h>
#include <string.h>

#define FUNCTIONS \
	"SELECT p.oid::pg_catalog.regproc, p.prokind, p.pronargs, p.pronargdefaults, p.proretset," \
	" (SELECT pg_catalog.string_agg(t.typname, ' ' ORDER BY n) FROM " \
	"pg_catalog.unnest(p.proargtypes) WITH ORDINALITY AS a (type, n)" \
	" JOIN pg_catalog.pg_type t ON t.oid = a.type)," \
	" pg_catalog.array_to_string(p.proargnames[1:p.pronargs], ' ')" \
	" FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_depend d ON d.classid = " \
	"'pg_proc'::pg_catalog.regclass AND d.objid = p.oid" \
	" JOIN pg_catalog.pg_extension e ON d.refclassid = 'pg_extension'::pg_catalog.regclass AND " \
	"d.refobjid = e.oid AND d.deptype = 'e'" \
	" WHERE e.extname = 'scimver' ORDER BY 1, 6"

#define MAX_ARGUMENTS 20

/*
 * What the grammar has for an argument: by its name and type, its name, its
 * type; what is known by none of these gets NULL and the like.
 */
static const char *
rule_for(Grammar *grammar, const char *name, const char *type)
{
	static char rule[200];

	snprintf(rule, sizeof(rule), "arg_%s_%s", name, type);
	if (has_rule(grammar, rule))
		return rule;
	snprintf(rule, sizeof(rule), "arg_%s", name);
	if (has_rule(grammar, rule))
		return rule;
	snprintf(rule, sizeof(rule), "value_%s", type);
	return has_rule(grammar, rule) ? rule : "value_other";
}

static int
split(char *text, char **words)
{
	int			count = 0;
	char	   *rest;

	for (char *word = strtok_r(text, " ", &rest); word && count < MAX_ARGUMENTS;
		 word = strtok_r(NULL, " ", &rest))
		words[count++] = word;
	return count;
}

/*
 * "f(<value_text>, name => <value_jsonb>)" with the first arguments; by name:
 * those after "positional".
 */
static void
add_call(Grammar *grammar, const char *name, char kind, bool is_set, char **types, char **names,
		 int count, int positional)
{
	char		text[4000];
	FILE	   *out = fmemopen(text, sizeof(text), "w");

	fprintf(out, "%s %s(", kind == 'p' ? "CALL" : is_set ? "SELECT * FROM" : "SELECT", name);
	for (int i = 0; i < count; i++)
	{
		fputs(i > 0 ? ", " : "", out);
		if (i >= positional)
			fprintf(out, "\"%s\" => ", names[i]);
		fprintf(out, "<%s>", rule_for(grammar, names[i], types[i]));
	}
	fputs(")", out);
	fclose(out);
	add_alternative(grammar, "call", text);
}

/* With all arguments, with as few as possible, and some of the rest by their names. */
static void
add_function(Grammar *grammar, PGresult *functions, int row)
{
	char	   *types[MAX_ARGUMENTS];
	char	   *names[MAX_ARGUMENTS];
	const char *name = PQgetvalue(functions, row, 0);
	char		kind = PQgetvalue(functions, row, 1)[0];
	int			arguments = atoi(PQgetvalue(functions, row, 2));
	int			required = arguments - atoi(PQgetvalue(functions, row, 3));
	bool		is_set = PQgetvalue(functions, row, 4)[0] == 't';
	char	   *type_text = strdup(PQgetvalue(functions, row, 5));
	char	   *name_text = strdup(PQgetvalue(functions, row, 6));
	int			named;

	if (split(type_text, types) != arguments)
		return;
	named = split(name_text, names);
	for (int i = named; i < arguments; i++)
		names[i] = "";
	for (int count = required; count <= arguments; count++)
		add_call(grammar, name, kind, is_set, types, names, count, count);
	if (named == arguments)
	{
		for (int i = required; i < arguments; i++)
		{
			types[required] = types[i];
			names[required] = names[i];
			add_call(grammar, name, kind, is_set, types, names, required + 1, required);
		}
	}
	free(type_text);
	free(name_text);
}

static void
prepare(Grammar *grammar)
{
	char		text[1000];
	PGconn	   *connection;
	PGresult   *functions;

	snprintf(text, sizeof(text), "%s dbname=created user=fuzz", conninfo);
	connection = PQconnectdb(text);
	functions = PQexec(connection, FUNCTIONS);
	if (PQresultStatus(functions) != PGRES_TUPLES_OK || PQntuples(functions) == 0)
	{
		fprintf(stderr, "the functions cannot be read: %s\n", PQerrorMessage(connection));
		exit(2);
	}
	for (int i = 0; i < PQntuples(functions); i++)
		add_function(grammar, functions, i);
	printf("%d functions\n", PQntuples(functions));
	PQclear(functions);
	PQfinish(connection);
}

/* Since its transaction began: then its refusals may be on record. */
static bool
has_been_refused(const Session *session)
{
	for (unsigned long i = session->said; i > 0 && session->said - i < HISTORY; i--)
	{
		const char *statement = session->history[(i - 1) % HISTORY].statement;

		if (strstr(statement, "scim_call_tool") || strstr(statement, "scim_http"))
			return true;
		if (strncmp(statement, "BEGIN", 5) == 0)
			return false;
	}
	return false;
}

/* Who has no right writes nothing and locks no row: no transaction gets a number. */
static void
look_at_writes(Session *session)
{
	char	   *number;

	if (PQtransactionStatus(session->connection) != PQTRANS_INTRANS || has_been_refused(session))
		return;
	number = ask_session(session, "SELECT pg_catalog.pg_current_xact_id_if_assigned()");
	if (number && number[0])
		found("writes", "%s of %s has written or locked", session->kind->role,
			  session->kind->database);
	free(number);
}

static const Kind kinds[] = {
	{"created", "fuzz", "superuser", NULL},
	{"created", "fuzz_agent", "agent", NULL},
	{"created", "fuzz_nobody", "nobody", look_at_writes},
	{"existing", "fuzz", "superuser", NULL},
	{"existing", "fuzz_agent", "agent", NULL},
	{"existing", "fuzz_nobody", "nobody", look_at_writes},
	{"broken", "fuzz", "superuser", NULL},
	{"broken", "fuzz_agent", "agent", NULL},
	{0}
};

static const char *const judged[] = {"created", "existing", NULL};

const Plan	plan = {"functions", kinds, prepare, judged};
