/*
 * sql_fuzz.c
 *		Drives a fuzzer that talks to a server (see sql_fuzz.h).
 *
 *		FUZZER SECONDS SEED FOLDER SERVER_LOG CONNINFO
 *
 * For a quarter of the time the sessions take turns, so that the same seed says
 * the same again, then all work at once.  In the server's log, a backend that
 * died, an assertion and a sanitizer's report are looked for.  Prints
 * "violated: ..." for what must not happen, and exits with 1 then; FOLDER has
 * what the sessions had said.
 */
#include "sql_fuzz.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LONGEST 120				/* seconds that a statement may take, with its cancelling */

Session		sessions[MAX_SESSIONS];
int			session_count;
bool		concurrently;
const char *conninfo;

static Grammar *grammar;
static bool over;
static FILE *server_log;

/* ---- the server's log ---- */

static const char *const alarms[] = {
	"was terminated by signal", "TRAP: ", "PANIC: ", "AddressSanitizer", "runtime error: ", NULL
};

/* "signal 11", with what was said when it came: the numbers of processes tell nothing. */
static void
report_line(const char *line, char *following)
{
	const char *signal = strstr(line, "was terminated by signal");
	const char *process = strstr(following, "Failed process was running: ");
	char		key[200];

	for (const char *const *alarm = alarms; *alarm; alarm++)
	{
		const char *at = strstr(line, *alarm);

		if (at == NULL)
			continue;
		if (process)
			process += strlen("Failed process was running: ");
		snprintf(key, sizeof(key), "%.60s %.24s", signal ? signal : at, process ? process : "");
		found(key, "%.300s %.1500s", at, process ? process : "");
		return;
	}
}

/* A line is looked at together with the next one, which may be its detail. */
static void
read_log(void)
{
	static char *line,
			   *next;
	static size_t line_size,
				next_size;
	static bool has_line;

	ssize_t		length;

	while ((length = getline(&next, &next_size, server_log)) > 0)
	{
		char	   *other = line;
		size_t		other_size = line_size;

		if (next[length - 1] != '\n')
		{
			/* the rest is being written */
			fseek(server_log, -length, SEEK_CUR);
			break;
		}
		if (has_line)
			report_line(line, next);
		line = next, line_size = next_size;
		next = other, next_size = other_size;
		has_line = true;
	}
	clearerr(server_log);
}

/* ---- what is other people's ---- */

static void
judge_database(const char *database)
{
	char	   *changes = ask(database, "SELECT judge.changes()");
	char	   *problems = ask(database, "SELECT judge.problems()");

	if (changes && changes[0])
		found(changes, "what is not theirs changed in %s: %s", database, changes);
	if (problems && problems[0])
		found(problems, "problems in %s: %s", database, problems);
	free(changes);
	free(problems);
}

/* ---- sessions ---- */

static void *
work(void *argument)
{
	while (!__atomic_load_n(&over, __ATOMIC_RELAXED))
		run_next(argument, grammar);
	return NULL;
}

static void
look(void)
{
	read_log();
	for (const char *const *database = plan.judged; *database; database++)
		judge_database(*database);
	for (int i = 0; i < session_count; i++)
	{
		time_t		since = sessions[i].since;

		if (since && time(NULL) - since > LONGEST)
		{
			found("endless", "a statement of session %d does not end", i);
			exit(1);
		}
	}
}

static void
take_turns(time_t end, uint64_t random)
{
	time_t		looked = time(NULL);

	while (time(NULL) < end)
	{
		run_next(&sessions[pick(&random, session_count)], grammar);
		if (time(NULL) != looked)
		{
			look();
			looked = time(NULL);
		}
	}
}

static void
work_at_once(time_t end)
{
	pthread_t	threads[MAX_SESSIONS];

	concurrently = true;
	for (int i = 0; i < session_count; i++)
		pthread_create(&threads[i], NULL, work, &sessions[i]);
	while (time(NULL) < end)
	{
		usleep(500000);
		look();
	}
	__atomic_store_n(&over, true, __ATOMIC_RELAXED);
	for (int i = 0; i < session_count; i++)
		pthread_join(threads[i], NULL);
}

int
main(int argc, char **argv)
{
	int			seconds;
	uint64_t	seed;
	time_t		start = time(NULL);
	char		path[200];

	if (argc != 6)
	{
		fprintf(stderr, "usage: %s SECONDS SEED FOLDER SERVER_LOG CONNINFO\n", argv[0]);
		return 2;
	}
	seconds = atoi(argv[1]);
	seed = strtoull(argv[2], NULL, 10);
	conninfo = argv[5];
	printf("seed %llu\n", (unsigned long long) seed);
	open_findings(argv[3], seed);
	server_log = fopen(argv[4], "r");
	if (server_log == NULL)
	{
		perror(argv[4]);
		return 2;
	}
	snprintf(path, sizeof(path), "%s.grammar", plan.name);
	grammar = read_grammar(path);
	if (plan.prepare)
		plan.prepare(grammar);
	link_grammar(grammar);
	for (const Kind *kind = plan.kinds; kind->database && session_count < MAX_SESSIONS;
		 kind++, session_count++)
	{
		sessions[session_count] = (Session)
		{
			.kind = kind,
				.number = session_count,
				.random = seed * 1000 + session_count
		};
		start_session(&sessions[session_count]);
	}
	take_turns(start + seconds / 4, seed);
	work_at_once(start + seconds);
	look();
	print_states();
	printf("Done %lu runs in %ld second(s)\n", statements_run(), (long) (time(NULL) - start));
	return findings() > 0;
}
