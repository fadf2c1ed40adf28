/*
 * refusal.h
 *		What it means that a connection could not be opened.
 */
#ifndef BRIDGE_REFUSAL_H
#define BRIDGE_REFUSAL_H

#include <stdbool.h>

#include "own_errors.h"

/*
 * What libpq's message, with PQERRORS_VERBOSE, means for the calls that wait:
 * ERROR_NO_DATABASE where another attempt may succeed, ERROR_LOGIN_REFUSED or
 * ERROR_SET_UP_WRONG where an administrator has to do something first.
 */
extern OwnError refusal_error(const char *message);

/*
 * The same in words for people: one line of UTF-8 without control characters;
 * to be freed.  From a URI nothing is quoted that libpq took out of it before
 * it reached a server: a password with an unescaped "@", ":" or "/" is read as
 * a host or a port.
 */
extern char *refusal_reason(const char *message, bool from_uri);

#endif							/* BRIDGE_REFUSAL_H */
