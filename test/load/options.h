/*
 * options.h
 *		What the programs of this folder take: [-b BASE] [-i IDS] [-t TOKENS] ADDRESS ...
 */
#ifndef LOAD_OPTIONS_H
#define LOAD_OPTIONS_H

#include "ask.h"
#include "client.h"

typedef struct Options
{
	struct event_base *loop;
	Lines		ids;			/* of users; count 0: none were given */
	char	  **words;			/* behind ADDRESS; NULL ends them */
} Options;

/* Begins requests and clients; the end, with the usage, if there are not so many words, or one
 * more. */
extern Options options_read(int argc, char **argv, int words, const char *usage);

/* A number from 1, or the end. */
extern size_t options_number(const char *word);

#endif							/* LOAD_OPTIONS_H */
