/*
 * ask.h
 *		Requests of SCIM, as text.
 */
#ifndef LOAD_ASK_H
#define LOAD_ASK_H

#include <stdbool.h>
#include <stddef.h>

/* Lines of a file: ids of users, tokens. */
typedef struct Lines
{
	char	  **lines;
	size_t		count;
} Lines;

/* At least one line is in it. */
extern Lines read_lines(const char *path);

/* The path below which SCIM is, and the tokens that clients have, in turn; NULL: none. */
extern void ask_begin(const char *base, const Lines *tokens);

/* A request of a client's, in memory that the next call uses again: with the token, and
 * If-Match or If-None-Match where a tag is given.  "path" is below the base. */
typedef struct Request
{
	const char *method;
	const char *path;
	const char *if_match;		/* NULL, "": none */
	const char *if_none_match;	/* NULL, "": none */
	const char *body;			/* NULL: none */
	bool		outside;		/* the path is not below the base */
} Request;

extern const char *ask_text(size_t client, const Request *request, size_t *length);

/* Bodies, in memory that is the caller's: of a PATCH that sets the title, of a user who is
 * created, of a bulk that creates so many. */
extern char *ask_title(char *to, size_t size, const char *title);
extern char *ask_user(char *to, size_t size, const char *name, size_t number);
extern char *ask_bulk(size_t count, const char *name);

#endif							/* LOAD_ASK_H */
