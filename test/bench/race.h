/*
 * race.h
 *		What the scenarios share with the driver.
 */
#ifndef RACE_H
#define RACE_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define MAX_WRITERS 64
#define GROUPS 5				/* that writers share in "members" and "storm" */
#define OWN_USERS 6				/* of each writer in "members" */
#define ID_SIZE 40
#define VERSION_SIZE 160
#define TEXT_SIZE 4096

typedef struct Writer
{
	int			number;
	PGconn	   *connection;
	unsigned long long random;	/* state of the generator */
	int			round;
	char		state[6];		/* SQLSTATE of the last call; "00000" */
	char		version[VERSION_SIZE];	/* that the last success told */
	bool		won;			/* in this round */
	long		successes;
	long		conflicts;		/* mismatch, not found, taken, not serializable */
	long		wrong;
	char		users[OWN_USERS][ID_SIZE];
	bool		expected[OWN_USERS][GROUPS];	/* own users in groups */
} Writer;

typedef struct Scenario
{
	const char *name;
	void		(*prepare) (void);	/* once */
	void		(*before) (int round);	/* each round, nobody writes */
	void		(*act) (Writer *writer);	/* all at once */
	void		(*after) (int round);
	void		(*finish) (void);	/* once */
} Scenario;

extern int	writers;
extern int	rounds;
extern Writer all[MAX_WRITERS];
extern long wrong;				/* found by the judge */
extern long lost;				/* rounds with several winners */
extern char user[ID_SIZE];		/* that all want */

#define lengthof(array) (sizeof(array) / sizeof((array)[0]))

#define VERSION_OF "SELECT r #>> '{meta,version}' FROM "
#define REPLACE \
	VERSION_OF "scim_update_user($1, jsonb_build_object('userName', $1::text, 'nickName', " \
			   "$2::text), $3) AS r"
#define PATCH_NICK VERSION_OF "scim_patch_user($1, jsonb_build_array(jsonb_build_object(" \
	"'op', 'replace', 'path', 'nickName', 'value', $2::text)), $3) AS r"
#define NEW_USER \
	"SELECT r ->> 'id' FROM scim_create_user(jsonb_build_object('userName', " \
	"gen_random_uuid()::text)) AS r"
#define NEW_GROUP "SELECT r ->> 'id' FROM scim_create_group('{\"displayName\": \"race\"}') AS r"

/* What the judge asks must succeed; returns the first column of the first row, or "". */
extern const char *ask(const char *sql, int count, ...);

/* Counts something that must not happen, and says it. */
extern void blame(long *counter, const char *what, const char *detail);

/* Losing a race: VERSION_MISMATCH, NOT_FOUND, UNIQUENESS; 40001 above READ COMMITTED. */
extern bool is_conflict(const char *state);

/*
 * A writer's call.  Its first column is the new version (kept in the writer).
 * "given": the expected version, or NULL.  Returns the result, or NULL for a
 * conflict, or for an error that is blamed on the writer.
 */
extern PGresult *call(Writer *writer, const char *given, const char *sql, int count,
					  const char *const *values);

/* The same, where only success matters. */
extern bool try(Writer *writer, const char *given, const char *sql, int count,
				const char *const *values);

/* Of the writer's connection, whatever the result; to be cleared. */
extern PGresult *execute(PGconn *connection, const char *sql, int count, const char *const *values);
extern bool succeeded(const PGresult *result);

extern unsigned random_below(Writer *writer, unsigned limit);
extern void make_user(void);
extern void recount(void);

/* ended by one without a name */
extern const Scenario user_scenarios[];
extern const Scenario group_scenarios[];
extern const Scenario merge_scenarios[];

#endif							/* RACE_H */
