/*
 * command_line.c
 *		What the command line said.
 *
 * Entry points: command_line_read, command_line_has_uri.
 */
#include "command_line.h"

#include <errno.h>
#include <getopt.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "log.h"
#include "scan.h"

Options		options = {
	.poll = POLL_DEFAULT, .pool_size = POOL_DEFAULT, .timeout = TIMEOUT_DEFAULT,
	.seal = SEAL_DEFAULT
};

static const char help[] =
"scimver-mcp gives MCP clients the tools of the PostgreSQL extension scimver.\n"
"It speaks the Model Context Protocol on standard input and output.\n"
"\n"
"Usage:\n"
"  scimver-mcp [OPTIONS] [CONNINFO]\n"
"\n"
"CONNINFO is one argument: \"host=... dbname=...\", a postgresql:// URI, or the\n"
"name of a database. What it leaves out comes from libpq's environment\n"
"variables (PGHOST, PGDATABASE, ...), ~/.pgpass and pg_service.conf.\n"
"\n"
"Options:\n"
"  --tenant T         every call works in tenant T; another tenant_id is refused\n"
"  --read-only        only tools that read, in read-only transactions\n"
"  --require-version  a write that names no expected_version is refused with\n"
"                     VERSION_REQUIRED\n"
"  --toolset SET      which tools there are: lean (ten for single users and groups,\n"
"                     for small models), core (the default) or full\n"
"  --tools A,B,...    these tools; with --toolset, these as well\n"
"  --pool N           at most N connections to the database (1 to 64, default 4)\n"
"  --timeout SECONDS  a call that takes the database longer is cancelled and\n"
"                     answered with RETRY_LATER (1 to 86400, default 30)\n"
"  --seal SECONDS     every so often the history is sealed, if the role may do\n"
"                     that (1 to 86400, default 10; 0: never)\n"
"  --poll MS          while somebody is subscribed, changes are looked for so often,\n"
"                     in milliseconds (10 to 60000, default 250)\n"
"  --help             show this help, then exit\n"
"  --version          show the version, then exit\n"
"\n"
"Connections are opened when they are first needed. Messages about the\n"
"process itself go to standard error, one line each.\n"
"\n"
"Exit codes:\n"
"  0  end of input, SIGTERM or SIGINT; --help and --version\n"
"  1  standard input or output failed, or memory ran out\n"
"  2  wrong options or connection string\n";

static _Noreturn void
usage_error(const char *text, const char *what)
{
	log_line("%s%s%s (try --help)", text, what != NULL ? ": " : "", what != NULL ? what : "");
	exit(EXIT_USAGE);
}

static _Noreturn void
print(const char *text)
{
	if (fputs(text, stdout) == EOF || fflush(stdout) == EOF)
		log_fatal("cannot write to standard output: %s", strerror(errno));
	exit(EXIT_CLEAN);
}

bool
command_line_has_uri(void)
{
	return options.conninfo != NULL &&
		(strncmp(options.conninfo, "postgres://", 11) == 0 ||
		 strncmp(options.conninfo, "postgresql://", 13) == 0);
}

/* The error text never repeats the string: it may hold a password. */
static void
check_conninfo(const char *conninfo)
{
	PQconninfoOption *parsed;
	char	   *message = NULL;

	if (strchr(conninfo, '=') == NULL && !command_line_has_uri())
		return;					/* the name of a database */
	parsed = PQconninfoParse(conninfo, &message);
	if (parsed == NULL)
		usage_error("the connection string cannot be read", NULL);
	PQconninfoFree(parsed);
	PQfreemem(message);
}

/* A number from the least to the limit, or the end with this complaint. */
static int
number(const char *text, long least, long limit, const char *complaint)
{
	char	   *end;
	long		value;

	errno = 0;
	value = strtol(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || value < least || value > limit)
		usage_error(complaint, NULL);
	return (int) value;
}

/* The set, if it is one. */
static const char *
toolset(const char *word)
{
	static const char *const words[] = {"lean", "core", "full"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
	{
		if (strcmp(word, words[i]) == 0)
			return words[i];
	}
	usage_error("--toolset takes lean, core or full", NULL);
}

/* Names of tools; which there are, the database knows. */
static const char *
tools(const char *names)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_,";

	if (names[0] == '\0' || strspn(names, letters) != strlen(names))
		usage_error("--tools takes names of tools, with commas between them", NULL);
	return names;
}

/* What scimver.toolset is to be: the tools that are named, and those of the set. */
static const char *
all_tools(const char *set, const char *names)
{
	char	   *all;

	if (names == NULL)
		return set != NULL ? set : TOOLSET_DEFAULT;
	if (set == NULL)
		return names;
	all = must_alloc(strlen(set) + strlen(names) + 2);
	(void) sprintf(all, "%s,%s", set, names);
	return all;
}

void
command_line_read(int argc, char **argv)
{
	static const struct option known[] = {
		{"tenant", required_argument, NULL, 't'},
		{"read-only", no_argument, NULL, 'r'},
		{"require-version", no_argument, NULL, 'q'},
		{"toolset", required_argument, NULL, 'o'},
		{"tools", required_argument, NULL, 'n'},
		{"pool", required_argument, NULL, 'p'},
		{"timeout", required_argument, NULL, 'l'},
		{"seal", required_argument, NULL, 's'},
		{"poll", required_argument, NULL, 'w'},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'v'},
		{NULL, 0, NULL, 0}
	};
	const char *set = NULL;
	const char *names = NULL;
	int			option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":", known, NULL)) != -1)
	{
		switch (option)
		{
			case 't':
				if (optarg[0] == '\0' || !scan_utf8(optarg, strlen(optarg)))
					usage_error("--tenant takes the name of a tenant", NULL);
				options.tenant = optarg;
				break;
			case 'r':
				options.read_only = true;
				break;
			case 'o':
				set = toolset(optarg);
				break;
			case 'n':
				names = tools(optarg);
				break;
			case 'w':
				options.poll = number(optarg, POLL_LEAST, POLL_LIMIT,
									  "--poll takes a number of milliseconds from 10 to 60000");
				break;
			case 'q':
				options.require_version = true;
				break;
			case 'p':
				options.pool_size = number(optarg, 1, POOL_LIMIT,
										   "--pool takes a number from 1 to 64");
				break;
			case 'l':
				options.timeout = number(optarg, 1, TIMEOUT_LIMIT,
										 "--timeout takes a number of seconds from 1 to 86400");
				break;
			case 's':
				options.seal = number(optarg, 0, SEAL_LIMIT,
									  "--seal takes a number of seconds from 0 to 86400");
				break;
			case 'h':
				print(help);
			case 'v':
				print("scimver-mcp " SCIMVER_VERSION "\n");
			case ':':
				usage_error("an option lacks its value", argv[optind - 1]);
			default:
				usage_error("unknown option", argv[optind - 1]);
		}
	}
	options.toolset = all_tools(set, names);
	if (argc - optind > 1)
		usage_error("more than one connection string", NULL);
	if (argc - optind == 1)
	{
		options.conninfo = argv[optind];
		check_conninfo(options.conninfo);
	}
}
