/*
 * sql_fuzz.h
 *		Fuzzers that talk to a server: sessions of several roles say what a
 *		grammar makes, and nothing may break.
 *
 * sql_fuzz.c drives (main), sql_session.c runs a statement and judges its
 * outcome, findings.c keeps what was found.  A fuzzer is a Plan, a grammar and a
 * script that sets databases up.
 */
#ifndef SQL_FUZZ_H
#define SQL_FUZZ_H

#include <libpq-fe.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "grammar.h"

#define HISTORY 300				/* statements of a session that a finding shows */
#define MAX_SESSIONS 16

typedef struct Session Session;

/* What a session is, who, and what it says. */
typedef struct Kind
{
	const char *database;
	const char *role;
	const char *rule;			/* of the grammar: what it says next, one statement a line */
	void		(*after) (Session *session);	/* each statement that succeeded; or NULL */
} Kind;

typedef struct Said
{
	unsigned long number;		/* in the order of all sessions; 0: nothing yet */
	char	   *statement;
	char		state[6];		/* SQLSTATE; "": not answered */
} Said;

struct Session
{
	const Kind *kind;
	int			number;
	PGconn	   *connection;
	uint64_t	random;			/* state of the generator */
	time_t		since;			/* of the statement under way; 0: there is none */
	pthread_mutex_t lock;		/* on the history */
	Said		history[HISTORY];
	unsigned	said;			/* statements so far */
};

typedef struct Plan
{
	const char *name;			/* of the grammar's file */
	const Kind *kinds;			/* one a session, ended by one without a database */
	void		(*prepare) (Grammar *grammar);	/* adds to the grammar; or NULL */
	/* databases in which nothing of other people may change (everything.sql); ended by NULL */
	const char *const *judged;
} Plan;

/* Each fuzzer has its own. */
extern const Plan plan;

extern Session sessions[MAX_SESSIONS];
extern int	session_count;
extern bool concurrently;		/* do the sessions work at once now? */
extern const char *conninfo;

/* ---- sql_session.c ---- */

extern void start_session(Session *session);
extern void run_statement(Session *session, const char *statement);

/* Runs what the grammar makes next. */
extern void run_next(Session *session, const Grammar *grammar);

/*
 * The first column of the first row, to be freed; NULL if the server is not
 * there.  An error ends the program.
 */
extern char *ask_session(Session *session, const char *sql);
extern char *ask(const char *database, const char *sql);

/* How often which SQLSTATE came, for the log. */
extern unsigned long statements_run(void);
extern void print_states(void);

/* ---- findings.c ---- */

/* Files are named by the seed. */
extern void open_findings(const char *folder, uint64_t seed);

/*
 * Something that must not happen.  "key" tells kinds apart: each is kept once,
 * with what all sessions said last.
 */
extern void found(const char *key, const char *format, ...) __attribute__((format(printf, 2, 3)));
extern int	findings(void);

#endif							/* SQL_FUZZ_H */
