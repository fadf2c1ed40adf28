/*
 * findings.c
 *		What a fuzzer found: a file for each kind, with the statements before.
 */
#include "sql_fuzz.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define MAX_FINDINGS 50
#define MAX_KEY 200

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char keys[MAX_FINDINGS][MAX_KEY];
static int	count;
static char prefix[1000];		/* of the files' names */

void
open_findings(const char *folder, uint64_t seed)
{
	snprintf(prefix, sizeof(prefix), "%s/%llu", folder, (unsigned long long) seed);
}

int
findings(void)
{
	return count;
}

static bool
is_known(const char *key)
{
	for (int i = 0; i < count; i++)
	{
		if (strncmp(keys[i], key, MAX_KEY - 1) == 0)
			return true;
	}
	return false;
}

/* A copy of what all sessions said, since they go on. */
static Said *
copy_histories(int *length, int *owner)
{
	Said	   *all = calloc(MAX_SESSIONS * HISTORY, sizeof(Said));

	*length = 0;
	for (int i = 0; i < session_count; i++)
	{
		pthread_mutex_lock(&sessions[i].lock);
		for (int j = 0; j < HISTORY; j++)
		{
			if (sessions[i].history[j].number == 0)
				continue;
			owner[*length] = i;
			all[*length] = sessions[i].history[j];
			all[*length].statement = strdup(all[*length].statement);
			(*length)++;
		}
		pthread_mutex_unlock(&sessions[i].lock);
	}
	return all;
}

static void
print_histories(FILE *out)
{
	static int	owner[MAX_SESSIONS * HISTORY];
	int			length;
	Said	   *all = copy_histories(&length, owner);

	for (;;)
	{
		int			next = -1;

		for (int i = 0; i < length; i++)
		{
			if (all[i].number && (next < 0 || all[i].number < all[next].number))
				next = i;
		}
		if (next < 0)
			break;
		fprintf(out, "-- %d %s@%s %s\n%s;\n", owner[next], sessions[owner[next]].kind->role,
				sessions[owner[next]].kind->database,
				all[next].state[0] ? all[next].state : "(not answered)", all[next].statement);
		all[next].number = 0;
		free(all[next].statement);
	}
	free(all);
}

static void
keep(int number, const char *text)
{
	char		path[1200];
	FILE	   *file;

	snprintf(path, sizeof(path), "%s-%d.sql", prefix, number);
	file = fopen(path, "w");
	if (file == NULL)
	{
		perror(path);
		return;
	}
	fprintf(file, "-- %s\n", text);
	print_histories(file);
	fclose(file);
}

void
found(const char *key, const char *format, ...)
{
	char		text[4000];
	va_list		arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	for (char *p = text; *p; p++)
	{
		if (*p == '\n')
			*p = ' ';
	}
	pthread_mutex_lock(&lock);
	if (count < MAX_FINDINGS && !is_known(key))
	{
		snprintf(keys[count++], MAX_KEY, "%s", key);
		printf("violated: %s (%s-%d.sql)\n", text, prefix, count);
		fflush(stdout);
		keep(count, text);
	}
	pthread_mutex_unlock(&lock);
}
