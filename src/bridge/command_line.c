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
	.seal = SEAL_DEFAULT, .scim_base = SCIM_BASE_DEFAULT, .max_body = MAX_BODY_DEFAULT,
	.max_connections = MAX_CONNECTIONS_DEFAULT, .max_per_address = MAX_PER_ADDRESS_DEFAULT,
	.idle_timeout = IDLE_TIMEOUT_DEFAULT, .head_timeout = HEAD_TIMEOUT_DEFAULT,
	.body_timeout = BODY_TIMEOUT_DEFAULT
};

static const char help[] =
"scimver-mcp gives MCP clients the tools of the PostgreSQL extension scimver.\n"
"It speaks the Model Context Protocol on standard input and output; with --http,\n"
"SCIM over HTTP instead.\n"
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
"  --metrics ADDR     metrics for Prometheus, at http://ADDR/metrics, such as\n"
"                     127.0.0.1:9187 (default: none)\n"
"  --help             show this help, then exit\n"
"  --version          show the version, then exit\n"
"\n"
"HTTP:\n"
"  --http ADDR        serve HTTP at 127.0.0.1:8080, [::1]:8080, 8080 (which is\n"
"                     127.0.0.1:8080) or unix:PATH\n"
"  --scim-base PATH   SCIM below that path (default /scim/v2)\n"
"  --no-scim          no SCIM\n"
"  --tls-cert FILE    TLS, with these certificates, and ...\n"
"  --tls-key FILE     ... their key; SIGHUP reads both again\n"
"  --trusted-proxy CIDR,...\n"
"                     of these addresses X-Forwarded-For, -Proto and -Host are taken\n"
"  --open-discovery   no token is needed for what SCIM says of itself\n"
"  --insecure-loopback ROLE TENANT\n"
"                     no token at all: every request has the role ROLE in TENANT;\n"
"                     on loopback addresses only\n"
"  --max-body BYTES   of a request's body (1024 to 67108864, default 1048576)\n"
"  --max-connections N\n"
"                     of all clients (1 to 100000, default 1000)\n"
"  --max-per-address N\n"
"                     of one address (1 to 100000, default 100)\n"
"  --idle-timeout SECONDS\n"
"                     how long a client may take between two requests, ...\n"
"  --head-timeout SECONDS\n"
"                     ... for the head of one, ...\n"
"  --body-timeout SECONDS\n"
"                     ... and for its body (1 to 3600, default 60, 10 and 30)\n"
"  --log-requests     a line on standard error for each request\n"
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

/* ---- the options, one by one ---- */

/* What --toolset and --tools said, until both are known. */
static const char *set_of_tools;
static const char *names_of_tools;

static void
take_tenant(const char *word)
{
	if (word[0] == '\0' || !scan_utf8(word, strlen(word)))
		usage_error("--tenant takes the name of a tenant", NULL);
	options.tenant = word;
}

static void
take_toolset(const char *word)
{
	set_of_tools = toolset(word);
}

static void
take_tools(const char *names)
{
	names_of_tools = tools(names);
}

/* A path that requests may have: "/" alone means all of them. */
static void
take_scim_base(const char *path)
{
	static const char letters[] =
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-._~";
	size_t		length = strlen(path);

	if (path[0] != '/' || strspn(path, letters) != length || strstr(path, "//") != NULL ||
		strstr(path, "/.") != NULL || (length > 1 && path[length - 1] == '/'))
		usage_error("--scim-base takes a path such as /scim/v2", NULL);
	options.scim_base = path;
}

static void
take_no_scim(const char *nothing)
{
	options.scim_base = nothing;
}

/* Its second value is taken behind it (command_line_read). */
static void
take_loopback(const char *role)
{
	if (role[0] == '\0')
		usage_error("--insecure-loopback takes a role and a tenant", NULL);
	options.loopback_role = role;
}

static void
show_help(const char *nothing)
{
	(void) nothing;
	print(help);
}

static void
show_version(const char *nothing)
{
	(void) nothing;
	print("scimver-mcp " SCIMVER_VERSION "\n");
}

/* An option: what it sets, or who takes it. */
typedef struct KnownOption
{
	const char *name;
	bool	   *flag;			/* it is on */
	const char **text;			/* what it takes */
	int		   *number;			/* the same, as a number ... */
	long		least;			/* ... not less than that */
	long		limit;			/* ... nor more than that */
	const char *complaint;		/* ... or else */
	void		(*take) (const char *word); /* what it takes, if it takes something */
	bool		takes;			/* take gets a word */
} KnownOption;

static const KnownOption known_options[] = {
	{"tenant", .take = take_tenant, .takes = true},
	{"read-only", .flag = &options.read_only},
	{"require-version", .flag = &options.require_version},
	{"toolset", .take = take_toolset, .takes = true},
	{"tools", .take = take_tools, .takes = true},
	{"pool", .number = &options.pool_size, 1, POOL_LIMIT, "--pool takes a number from 1 to 64"},
	{"timeout", .number = &options.timeout, 1, TIMEOUT_LIMIT,
	"--timeout takes a number of seconds from 1 to 86400"},
	{"seal", .number = &options.seal, 0, SEAL_LIMIT,
	"--seal takes a number of seconds from 0 to 86400"},
	{"poll", .number = &options.poll, POLL_LEAST, POLL_LIMIT,
	"--poll takes a number of milliseconds from 10 to 60000"},
	{"metrics", .text = &options.metrics},
	{"http", .text = &options.http},
	{"scim-base", .take = take_scim_base, .takes = true},
	{"no-scim", .take = take_no_scim},
	{"tls-cert", .text = &options.tls_cert},
	{"tls-key", .text = &options.tls_key},
	{"trusted-proxy", .text = &options.trusted_proxy},
	{"open-discovery", .flag = &options.open_discovery},
	{"insecure-loopback", .take = take_loopback, .takes = true},
	{"max-body", .number = &options.max_body, 1024, MAX_BODY_LIMIT,
	"--max-body takes a number of bytes from 1024 to 67108864"},
	{"max-connections", .number = &options.max_connections, 1, MAX_CONNECTIONS_LIMIT,
	"--max-connections takes a number from 1 to 100000"},
	{"max-per-address", .number = &options.max_per_address, 1, MAX_CONNECTIONS_LIMIT,
	"--max-per-address takes a number from 1 to 100000"},
	{"idle-timeout", .number = &options.idle_timeout, 1, HTTP_TIMEOUT_LIMIT,
	"--idle-timeout takes a number of seconds from 1 to 3600"},
	{"head-timeout", .number = &options.head_timeout, 1, HTTP_TIMEOUT_LIMIT,
	"--head-timeout takes a number of seconds from 1 to 3600"},
	{"body-timeout", .number = &options.body_timeout, 1, HTTP_TIMEOUT_LIMIT,
	"--body-timeout takes a number of seconds from 1 to 3600"},
	{"log-requests", .flag = &options.log_requests},
	{"help", .take = show_help},
	{"version", .take = show_version},
};

/* What getopt_long returns for options of one letter, and for mistakes, is below that. */
#define BEYOND_LETTERS 256

#define KNOWN_OPTIONS (sizeof(known_options) / sizeof(known_options[0]))

static void
take_option(const KnownOption *option, const char *word)
{
	if (option->flag != NULL)
		*option->flag = true;
	else if (option->text != NULL)
		*option->text = word;
	else if (option->number != NULL)
		*option->number = number(word, option->least, option->limit, option->complaint);
	else
		option->take(word);
}

/* What they need of each other. */
static void
check_together(void)
{
	if ((options.tls_cert == NULL) != (options.tls_key == NULL))
		usage_error("--tls-cert and --tls-key go together", NULL);
	if (options.http == NULL && options.tls_cert != NULL)
		usage_error("--tls-cert needs --http", NULL);
	if (options.http == NULL && options.loopback_role != NULL)
		usage_error("--insecure-loopback needs --http", NULL);
	if (options.http != NULL &&
		(options.tenant != NULL || set_of_tools != NULL || names_of_tools != NULL))
		usage_error("--tenant, --toolset and --tools do not go with --http: tokens say that",
					NULL);
}

void
command_line_read(int argc, char **argv)
{
	struct option known[KNOWN_OPTIONS + 1] = {{NULL, 0, NULL, 0}};
	int			option;
	int			which = 0;

	for (size_t i = 0; i < KNOWN_OPTIONS; i++)
	{
		const KnownOption *one = &known_options[i];

		known[i].name = one->name;
		known[i].has_arg = one->text != NULL || one->number != NULL || one->takes;
		/* what is alike in all of this would be one and the same in the eyes of getopt_long */
		known[i].val = BEYOND_LETTERS + (int) i;
	}
	opterr = 0;
	while ((option = getopt_long(argc, argv, ":", known, &which)) != -1)
	{
		if (option == ':')
			usage_error("an option lacks its value", argv[optind - 1]);
		if (option == '?')
			usage_error("unknown option", argv[optind - 1]);
		take_option(&known_options[which], optarg);
		if (known_options[which].take != take_loopback)
			continue;
		if (optind >= argc || argv[optind][0] == '-')
			usage_error("--insecure-loopback takes a role and a tenant", NULL);
		options.loopback_tenant = argv[optind++];
	}
	check_together();
	options.toolset = all_tools(set_of_tools, names_of_tools);
	if (argc - optind > 1)
		usage_error("more than one connection string", NULL);
	if (argc - optind == 1)
	{
		options.conninfo = argv[optind];
		check_conninfo(options.conninfo);
	}
}
