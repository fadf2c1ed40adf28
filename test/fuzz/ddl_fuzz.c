/*
 * ddl_fuzz.c
 *		DDL that event triggers see, by a superuser, an owner of tables and roles
 *		without rights.
 *
 * Promised: the server stays up; errors are none of PostgreSQL's internal ones;
 * and in the databases where only roles without rights work, the tables of
 * others, their registrations, rights and rows stay what they are, the check
 * finds nothing wrong with them, and nobody holds a lock on them that somebody
 * with rights would have to wait for.
 */
#include "sql_fuzz.h"

#include <stdlib.h>

/*
 * AccessShareLock is what any look at a table takes; more needs rights.  What
 * scimver keeps of a table that is dropped goes with it, whoever drops it.
 */
#define LOCKS \
	"SELECT pg_catalog.string_agg(pg_catalog.concat_ws(' ', c.relname, l.mode), ', ')" \
	" FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_class c ON c.oid = l.relation" \
	" WHERE l.pid = pg_catalog.pg_backend_pid() AND l.granted AND l.mode <> 'AccessShareLock' " \
	"AND c.relnamespace = 'public'::pg_catalog.regnamespace" \
	" AND c.relname NOT LIKE 'scim!_%' ESCAPE '!'"

/* Within a transaction, what a statement locked is still locked. */
static void
look_at_locks(Session *session)
{
	char	   *locks;

	if (PQtransactionStatus(session->connection) != PQTRANS_INTRANS)
		return;
	locks = ask_session(session, LOCKS);
	if (locks && locks[0])
		found(locks, "%s of %s holds locks: %s", session->kind->role, session->kind->database,
			  locks);
	free(locks);
}

static const Kind kinds[] = {
	{"mixed", "fuzz", "superuser", NULL},
	{"mixed", "fuzz_owner", "owner", NULL},
	{"mixed", "fuzz_owner", "owner", NULL},
	{"mixed", "fuzz_nobody", "nobody", NULL},
	{"safe", "fuzz_nobody", "nobody", look_at_locks},
	{"safe", "fuzz_nobody", "nobody", look_at_locks},
	{"safe", "fuzz_stranger", "nobody", look_at_locks},
	{"mapped", "fuzz_nobody", "nobody", look_at_locks},
	{"mapped", "fuzz_stranger", "nobody", look_at_locks},
	{0}
};

static const char *const judged[] = {"safe", "mapped", NULL};

const Plan	plan = {"ddl", kinds, NULL, judged};
