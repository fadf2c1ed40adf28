/*
 * trace.c
 *		What a client says that its request is a part of: W3C Trace Context.
 *
 * Entry point: trace_read.
 */
#include "trace.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "rpc.h"

/* Where a traceparent's identifiers stand, neither of which may be zero. */
#define TRACE_ID 3
#define TRACE_ID_LENGTH 32
#define PARENT_ID 36
#define PARENT_ID_LENGTH 16

static bool
is_zero(const char *id, size_t length)
{
	return strspn(id, "0") >= length;
}

/* Is it one, in its form of today?  A later one may go on after that, which is not looked at. */
static bool
is_parent(const char *text, size_t length)
{
	static const char form[] = "xx-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx-xxxxxxxxxxxxxxxx-xx";

	if (length < TRACE_PARENT)
		return false;
	for (size_t i = 0; i < TRACE_PARENT; i++)
	{
		if (form[i] == '-' ? text[i] != '-' :
			text[i] == '\0' || strchr("0123456789abcdef", text[i]) == NULL)
			return false;
	}
	if (strncmp(text, "ff", 2) == 0 || is_zero(text + TRACE_ID, TRACE_ID_LENGTH) ||
		is_zero(text + PARENT_ID, PARENT_ID_LENGTH))
		return false;
	return length == TRACE_PARENT ||
		(text[TRACE_PARENT] == '-' && strncmp(text, "00", 2) != 0);
}

static bool
is_state(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
	{
		if (text[i] < 0x20 || text[i] > 0x7E)
			return false;
	}
	return length > 0 && length <= TRACE_STATE_LIMIT;
}

void
trace_read(Trace *trace, ScanSpan parent, ScanSpan state)
{
	size_t		length = 0;
	char	   *text = rpc_string(parent, &length);

	trace->text[0] = '\0';
	if (text == NULL || !is_parent(text, length))
	{
		free(text);
		return;
	}
	memcpy(trace->text, text, TRACE_PARENT);
	trace->text[TRACE_PARENT] = '\0';
	free(text);
	text = rpc_string(state, &length);
	if (text != NULL && is_state(text, length))
	{
		strcat(trace->text, " ");
		strcat(trace->text, text);
	}
	free(text);
}
