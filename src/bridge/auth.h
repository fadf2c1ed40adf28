/*
 * auth.h
 *		Who asks: from the head of a request to the digest of a token.
 */
#ifndef BRIDGE_AUTH_H
#define BRIDGE_AUTH_H

#include <stdbool.h>

#include "http.h"
#include "own_errors.h"
#include "rates.h"

/* Bytes of SHA-256. */
#define AUTH_DIGEST RATES_DIGEST

/* What a request brings. */
typedef struct Credentials
{
	bool		token;			/* a token, and this is ... */
	unsigned char digest[AUTH_DIGEST];	/* ... what the database knows of it */
	bool		loopback;		/* none: it has the role of --insecure-loopback */
	RateVerdict rate;			/* of a token: may it go on? (scim.c) */
} Credentials;

/* Is what the command line says of it possible?  Ends the process where not. */
extern void auth_open(void);

/*
 * Who sends this request; false: *error says why it is not handed on.  Whether a token is
 * good, the database says.
 */
extern bool auth_read(const HttpExchange *exchange, Credentials *who, OwnError *error);

/* WWW-Authenticate for an answer of that status; NULL: there is none. */
extern const char *auth_challenge(int status, bool token_sent);

#endif							/* BRIDGE_AUTH_H */
