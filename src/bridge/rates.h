/*
 * rates.h
 *		How often requests may come: of who sends tokens that do not work, and with a token
 *		that has a limit.
 *
 * Times are given by the caller (clock_ms), and so are addresses, as text.  What is kept has
 * a fixed size, whoever comes: of very many, those that came last.
 */
#ifndef BRIDGE_RATES_H
#define BRIDGE_RATES_H

#include <stdbool.h>
#include <stdint.h>

/* Tokens that do not work, of one address within a minute. */
#define RATES_MOST_FAILURES 20

/* Bytes of what stands for a token: its SHA-256. */
#define RATES_DIGEST 32

/* What a request with a token may. */
typedef struct RateVerdict
{
	int			wait;			/* seconds until it may come again; 0: now */
	bool		by_token;		/* it has to wait as its token has a limit */
	bool		counted;		/* it counts for that limit already */
} RateVerdict;

/* May a request with this token, from there ("": a Unix socket), go on to the database? */
extern RateVerdict rates_look(const char *address, const unsigned char *digest, uint64_t now);

/* The same, and it does, if it may. */
extern RateVerdict rates_admit(const char *address, const unsigned char *digest, uint64_t now);

/* The database did not take the token. */
extern void rates_failed(const char *address, const unsigned char *digest, uint64_t now);

/* It did; the token may have a limit a minute, else that is 0. */
extern void rates_succeeded(const unsigned char *digest, uint32_t limit,
							const RateVerdict *verdict, uint64_t now);

#endif							/* BRIDGE_RATES_H */
