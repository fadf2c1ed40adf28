/*
 * fit.h
 *		Keeping answers small: a model has to read them.
 */
#ifndef SCIM_TOOLS_FIT_H
#define SCIM_TOOLS_FIT_H

#include "postgres.h"

#include "utils/jsonb.h"

/* About the size of an answer as JSON text, and of that what is not resources. */
#define SCIM_ANSWER_BYTES	(32 * 1024)
#define SCIM_FRAME_BYTES	1024

/*
 * The same where the call names the attributes: what fits into no other answer
 * can be read by its name.
 */
#define SCIM_ASKED_BYTES	(256 * 1024)

/* A failure as JSON text, at most: clients cut what is longer. */
#define SCIM_ERROR_BYTES	(8 * 1024)

/* A member of a group takes more; so more members never fit. */
#define SCIM_MEMBER_BYTES 100
#define SCIM_MOST_FITTING_MEMBERS (SCIM_ANSWER_BYTES / SCIM_MEMBER_BYTES)

/*
 * Leaves out the largest members of an object (a tree), whole, until it takes
 * no more than "room" bytes; never those that identify it.  Names, with
 * "prefix" in front, are appended to "omitted" (an array).
 */
extern void scim_fit_object(JsonbValue *object, int64 room, const char *prefix,
							JsonbValue *omitted);

/*
 * Leaves out the last elements of the array that the object (a tree) has as "list", as far
 * as it must become smaller by "excess" bytes, but for the first ones, "least" of them;
 * what is left out is counted as "more".  The excess that is left.
 */
extern int64 scim_drop_last(JsonbValue *object, const char *list, const char *more, int least,
							int64 excess);

/* Adds to a number of the object, 0 if it is not there. */
extern void scim_add_count(JsonbValue *object, const char *name, int count);

/* A C string, or its beginning: whole characters only, and no more bytes than that as JSON. */
extern const char *scim_clip(const char *string, int limit);

/* The same of a name or id that a client sent. */
extern const char *scim_clip_name(const char *given);

/*
 * Says in "metadata" that "omitted" (if not empty) was left out, and how to go
 * on (NULL: nothing more, or next_steps say it).
 */
extern void scim_say_omitted(JsonbValue *metadata, JsonbValue *omitted, const char *how_to_go_on);

#endif							/* SCIM_TOOLS_FIT_H */
