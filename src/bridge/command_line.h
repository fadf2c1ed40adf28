/*
 * command_line.h
 *		What the command line said.
 */
#ifndef BRIDGE_COMMAND_LINE_H
#define BRIDGE_COMMAND_LINE_H

#include <stdbool.h>

typedef struct Options
{
	const char *conninfo;		/* connection string, URI or database name; or NULL */
	const char *tenant;			/* --tenant: the one tenant of all calls; or NULL */
	bool		read_only;		/* --read-only: no tools that write */
	bool		require_version;	/* --require-version: no writes without expected_version */
	const char *toolset;		/* --toolset, --tools: which tools there are */
	int			poll;			/* --poll: milliseconds between two looks at what was changed */
	int			pool_size;		/* --pool: most connections at once */
	int			timeout;		/* --timeout: seconds that a call may take */
	int			seal;			/* --seal: seconds between two seals of the history; 0: none */
} Options;

/* --toolset, its default. */
#define TOOLSET_DEFAULT "core"

/* --poll, its default and its limits. */
#define POLL_DEFAULT 250
#define POLL_LEAST 10
#define POLL_LIMIT 60000

/* --pool, its default and its limit. */
#define POOL_DEFAULT 4
#define POOL_LIMIT 64

/* --timeout, its default and its limit: a day. */
#define TIMEOUT_DEFAULT 30
#define TIMEOUT_LIMIT 86400

/* --seal, its default and its limit: a day. */
#define SEAL_DEFAULT 10
#define SEAL_LIMIT 86400

extern Options options;

/* Is the connection string a URI? */
extern bool command_line_has_uri(void);

/* Read the command line; ends the process for --help, --version and mistakes. */
extern void command_line_read(int argc, char **argv);

#endif							/* BRIDGE_COMMAND_LINE_H */
