/*
 * log.c
 *		One line each on standard error.
 *
 * Entry points: log_line, log_fatal.
 */
#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Long enough for libpq's messages; longer ones are cut. */
#define LINE_SIZE 1024

static void
log_arguments(const char *format, va_list args)
{
	char		line[LINE_SIZE] = "scimver-mcp: ";
	size_t		prefix = strlen(line);
	int			wanted = vsnprintf(line + prefix, sizeof(line) - prefix - 1, format, args);
	size_t		length;

	if (wanted < 0)
		return;
	length = strlen(line);
	while (length > prefix && (line[length - 1] == '\n' || line[length - 1] == ' '))
		length--;
	for (size_t i = prefix; i < length; i++)
	{
		if ((unsigned char) line[i] < 0x20 || line[i] == 0x7F)
			line[i] = ' ';
	}
	line[length++] = '\n';

	/* one write, so that lines of several processes do not mix */
	if (write(STDERR_FILENO, line, length) < 0)
		return;					/* nobody is left to tell */
}

void
log_line(const char *format, ...)
{
	va_list		args;

	va_start(args, format);
	log_arguments(format, args);
	va_end(args);
}

void
log_fatal(const char *format, ...)
{
	va_list		args;

	va_start(args, format);
	log_arguments(format, args);
	va_end(args);
	exit(EXIT_FAILED);
}
