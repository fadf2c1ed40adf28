/*
 * feed.h
 *		What writers, consumers and the judge of feed.c share.
 */
#ifndef FEED_H
#define FEED_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define MAX_WRITERS 64
#define USERS 200				/* ids of users in each tenant, whether they are there or not */
#define GROUPS 20				/* and of groups */
#define ID_SIZE 40
#define VERSION_SIZE 160
#define MOST_SHOWN 5			/* messages of one consumer */

typedef enum Type
{
	TYPE_USER,
	TYPE_GROUP,
	TYPES
} Type;

/* A resource, as a consumer has it. */
typedef struct Resource
{
	bool		is_there;
	bool		is_read;		/* in the table: changes may come that it has already */
	long		revision;
	char		version[VERSION_SIZE];
	char		xid[24];		/* of its last change, where the consumer is told */
} Resource;

/* An entry of the feed. */
typedef struct Change
{
	long		seq;
	Type		type;
	int			number;			/* of the resource; -1: all of the type */
	const char *operation;
	const char *version;		/* "": none, as the others */
	const char *previous_version;
	const char *revision;
	const char *xid;			/* "" where the consumer is not told */
} Change;

typedef struct Consumer Consumer;

/* A way of consuming: a page is taken, and folded; how many changes it had. */
typedef struct Way
{
	const char *name;
	int			(*page) (Consumer *consumer);
	const char *tenant;
	const char *type;			/* NULL: all */
	bool		naive;			/* what others build: it may lose */
	bool		joins;			/* begins with 'now' and the tables, when half is written */
} Way;

struct Consumer
{
	const Way  *way;
	PGconn	   *connection;
	unsigned long long random;
	char	   *cursor;
	bool		began_later;	/* than with the oldest change */
	bool		more;			/* there is, it was told */
	char	   *state;			/* of naive ones: where they are */
	Resource	resources[TYPES][USERS];
	unsigned char *times;		/* how often each seq came */
	long		capacity;		/* of times */
	long		changes;
	long		pages;
	long		missed;			/* that are in the table, and never came */
	long		twice;			/* that came more than once, or are not in the table */
	long		backwards;		/* a revision below the one before */
	long		broken;			/* that do not follow on the version before */
	long		expired;		/* times that it began anew, as the cursor had expired */
	long		wrong;			/* resources that are not what the tables have */
	int			shown;
};

extern const char *conninfo;
extern int	writers;
extern long wanted;				/* writes, until the end; 0: as many as there are */
extern double ends_at;			/* by now(); 0: never */
extern bool prunes;				/* one of the consumers prunes the history */
extern volatile bool over;		/* nobody writes any more */

extern void fail(const char *what, const char *detail);
extern double now(void);
extern PGconn *connect_now(void);
extern bool succeeded(const PGresult *result);
extern PGresult *execute(PGconn *connection, const char *sql, int count, const char *const *values);

/* The same, where it must succeed. */
extern PGresult *ask(PGconn *connection, const char *sql, int count, const char *const *values);
extern unsigned long long random_start(int number);
extern unsigned random_below(unsigned long long *random, unsigned limit);
extern void pause_up_to(unsigned long long *random, unsigned microseconds);

extern void id_of(char *id, Type type, int number);
extern int	number_of(const char *id);
extern Type type_of(const char *name);

/* ---- feed_write.c ---- */

extern void make_tables(PGconn *connection);
extern void *write_until_over(void *number);
extern bool half_is_written(void);
extern long writes_done(void);
extern long transactions_done(void);

/* ---- feed_read.c ---- */

extern const Way *find_way(const char *name);
extern void *consume_until_over(void *consumer);
extern void fold(Consumer *consumer, const Change *change);
extern void blame(Consumer *consumer, long *counter, const char *what, const char *detail);

/* ---- feed_naive.c ---- */

extern int	page_by_snapshot(Consumer *consumer);
extern int	page_by_seq(Consumer *consumer);
extern int	page_by_xid(Consumer *consumer);

#endif							/* FEED_H */
