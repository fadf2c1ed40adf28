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
	const char *http;			/* --http: where HTTP is served; NULL: nowhere, stdio is */
	const char *metrics;		/* --metrics: where metrics are; NULL: nowhere */
	const char *scim_base;		/* --scim-base: the path of SCIM; NULL (--no-scim): there is none */
	const char *loopback_role;	/* --insecure-loopback: who asks without a token; or NULL */
	const char *loopback_tenant;	/* and in which tenant */
	bool		open_discovery; /* --open-discovery: that needs no token */
	int			max_body;		/* --max-body: bytes of a request's body */
	int			max_connections;	/* --max-connections: of clients, at once */
	int			max_per_address;	/* --max-per-address: of one address */
	int			idle_timeout;	/* --idle-timeout: seconds between two requests */
	int			head_timeout;	/* --head-timeout: seconds for the head of one */
	int			body_timeout;	/* --body-timeout: seconds for its body */
	const char *tls_cert;		/* --tls-cert: a file of certificates; NULL: no TLS */
	const char *tls_key;		/* --tls-key: and of its key */
	const char *trusted_proxy;	/* --trusted-proxy: CIDRs of them, with commas; or NULL */
	bool		log_requests;	/* --log-requests: a line for each */
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

/* --scim-base, its default. */
#define SCIM_BASE_DEFAULT "/scim/v2"

/* --max-body, its default and its limit. */
#define MAX_BODY_DEFAULT (1024 * 1024)
#define MAX_BODY_LIMIT (64 * 1024 * 1024)

/* --max-connections and --max-per-address, their defaults and their limit. */
#define MAX_CONNECTIONS_DEFAULT 1000
#define MAX_PER_ADDRESS_DEFAULT 100
#define MAX_CONNECTIONS_LIMIT 100000

/* --idle-timeout, --head-timeout and --body-timeout, their defaults and their limit: an hour. */
#define IDLE_TIMEOUT_DEFAULT 60
#define HEAD_TIMEOUT_DEFAULT 10
#define BODY_TIMEOUT_DEFAULT 30
#define HTTP_TIMEOUT_LIMIT 3600

extern Options options;

/* Is the connection string a URI? */
extern bool command_line_has_uri(void);

/* Read the command line; ends the process for --help, --version and mistakes. */
extern void command_line_read(int argc, char **argv);

#endif							/* BRIDGE_COMMAND_LINE_H */
