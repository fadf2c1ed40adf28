/*
 * trace.c
 *		Which distributed trace a call is a part of (W3C Trace Context, level 1).
 *
 * The text is kept, and shown in logs: nothing is taken that is not what it has to be.
 */
#include <stdbool.h>
#include <string.h>

#include "base/trace.h"

/* The parts of a traceparent: digits, and where they begin. */
#define VERSION_DIGITS 2
#define TRACE_AT 3
#define TRACE_DIGITS 32
#define PARENT_AT 36
#define PARENT_DIGITS 16
#define FLAGS_AT 53
#define FLAGS_DIGITS 2

/* What a version that is not known yet may put behind it, with a dash. */
#define MOST_FURTHER 64

#define HEX_DIGITS "0123456789abcdef"

static bool
is_hex(const char *text, int count)
{
	for (int i = 0; i < count; i++)
	{
		if (text[i] == '\0' || strchr(HEX_DIGITS, text[i]) == NULL)
			return false;
	}
	return true;
}

/* An id of zeros alone is none. */
static bool
is_id(const char *text, int count)
{
	return is_hex(text, count) && (int) strspn(text, "0") < count;
}

/* So many printable characters of ASCII are there, blanks too. */
static int
printable_length(const char *text)
{
	int			length = 0;

	while (text[length] >= ' ' && text[length] <= '~')
		length++;
	return length;
}

/*
 * Its length; 0: it is none.  A version to come begins as this one does; ff will never be
 * one.
 */
static int
parent_length(const char *text)
{
	int			length = strcspn(text, " ");

	if (length < SCIM_TRACEPARENT_LENGTH || !is_hex(text, VERSION_DIGITS) ||
		strncmp(text, "ff", VERSION_DIGITS) == 0 || text[TRACE_AT - 1] != '-' ||
		!is_id(text + TRACE_AT, TRACE_DIGITS) || text[PARENT_AT - 1] != '-' ||
		!is_id(text + PARENT_AT, PARENT_DIGITS) || text[FLAGS_AT - 1] != '-' ||
		!is_hex(text + FLAGS_AT, FLAGS_DIGITS))
		return 0;
	if (length == SCIM_TRACEPARENT_LENGTH)
		return length;
	if (strncmp(text, "00", VERSION_DIGITS) == 0 || text[SCIM_TRACEPARENT_LENGTH] != '-' ||
		length > SCIM_TRACEPARENT_LENGTH + MOST_FURTHER || printable_length(text) < length)
		return 0;
	return length;
}

int
scim_trace_length(const char *text)
{
	int			parent = parent_length(text);
	const char *state = text + parent + 1;
	int			length;

	if (parent == 0 || text[parent] == '\0')
		return parent;
	length = printable_length(state);
	if (length == 0 || length > SCIM_MOST_TRACESTATE || state[length] != '\0')
		return parent;
	return parent + 1 + length;
}
