/*
 * contention.h
 *		Agents who call tools for one resource: what the ways of writing it share with the
 *		driver, and with the forecast's judge.
 */
#ifndef CONTENTION_H
#define CONTENTION_H

#include <jansson.h>
#include <libpq-fe.h>
#include <stdbool.h>

#define MAX_AGENTS 64
#define ID_SIZE 40
#define VERSION_SIZE 160

typedef struct Agent
{
	int			number;
	PGconn	   *connection;
	unsigned long long random;	/* state of the generator */
	long		attempts;		/* writes that it prepared and sent */
	long		successes;
	long		calls;			/* of tools, whatever for */
	long		lost;			/* leases that ended before the write */
	long		retry_after_ms; /* that the last refusal told */
} Agent;

/* A number that all increment, as it was read. */
typedef struct Tally
{
	long		count;
	char		version[VERSION_SIZE];
	char		advice[16];		/* that the read gave, such as "merge"; "": none */
} Tally;

/* From reading to the write that succeeds, or until the time is over. */
typedef struct Way
{
	const char *name;
	void		(*increment) (Agent *agent);
} Way;

extern const Way contention_ways[]; /* ended by one without a name */

extern const char *conninfo;
extern char tally_id[ID_SIZE];	/* of the resource that all want */
extern double think_seconds;	/* between a read and its write */

extern void fail(const char *what, const char *detail) __attribute__((noreturn));
extern double now(void);
extern double random_fraction(Agent *agent);	/* above 0, up to 1 */
extern void start_agent(Agent *agent, int number, const char *name);

/* Until now() is so much. */
extern void sleep_until(double time);

/* Sleeps for so long; false: the time is over. */
extern bool sleep_on(double seconds);

/* Runs a statement that must succeed; its first column, to be freed. */
extern char *ask(PGconn *connection, const char *sql, int count, const char *const *values);

/*
 * Calls a tool; takes the arguments over.  Its answer, to be released.  "code" is the
 * answer's error_code, NULL if it succeeded.
 */
extern json_t *call_tool(Agent *agent, const char *tool, json_t *arguments, const char **code);

/* A new resource of type Tally, at 0. */
extern void make_tally(Agent *agent, char *id);

/* test/bench/contention_forecast.c */
extern void judge_forecast(int resources, double warm_up, double seconds);

#endif							/* CONTENTION_H */
