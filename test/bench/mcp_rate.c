/*
 * mcp_rate.c
 *		How many calls of a tool a server of MCP answers on stdio, and what they cost it.
 *
 *		mcp_rate CALLS IN_FLIGHT TOOL ARGUMENTS COMMAND [ARGUMENT...]
 *
 * Starts the command, calls the tool with these arguments (a JSON object), so many calls
 * in flight at a time, and prints one JSON object: calls a second, microseconds of
 * processor time that the server (not the database) took for each, and its resident
 * memory after the last.  Each call must be answered once, with an answer that holds
 * "success": true, perhaps within a string.
 *
 * Build: cc -O2 -D_GNU_SOURCE mcp_rate.c -o mcp_rate
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WARM_UP 500

/* What is not answered must fit into a pipe, so that no write waits for a server that writes. */
#define MOST_IN_FLIGHT 64
#define MOST_REQUEST 1000

typedef struct Server
{
	pid_t		pid;			/* the process */
	int			requests;		/* its standard input */
	int			answers;		/* its standard output */
	char	   *read;			/* what it wrote that is not looked at yet */
	size_t		length;			/* bytes of it */
	size_t		capacity;		/* bytes allocated */
	const char *tool;			/* what is called */
	const char *arguments;		/* and with what */
	long		sent;			/* calls so far, and the id of the last one */
	long		answered;		/* and those that were answered */
	bool	   *seen;			/* by id: was it answered? */
} Server;

static void
fail(const char *what, const char *detail)
{
	fprintf(stderr, "mcp_rate: %s: %s\n", what, detail);
	exit(1);
}

static double
seconds(clockid_t clock)
{
	struct timespec t;

	if (clock_gettime(clock, &t) < 0)
		fail("clock_gettime", strerror(errno));
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void
server_start(Server *s, char **command)
{
	int			in[2];
	int			out[2];

	if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0)
		fail("pipe", strerror(errno));
	s->pid = fork();
	if (s->pid < 0)
		fail("fork", strerror(errno));
	if (s->pid == 0)
	{
		if (dup2(in[0], 0) >= 0 && dup2(out[1], 1) >= 0)
			execv(command[0], command);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	s->requests = in[1];
	s->answers = out[0];
}

static void
server_write(const Server *s, const char *text, size_t length)
{
	while (length > 0)
	{
		ssize_t		n = write(s->requests, text, length);

		if (n < 0)
			fail("cannot write to the server", strerror(errno));
		text += n;
		length -= (size_t) n;
	}
}

/* So many more calls, in one write. */
static void
server_call(Server *s, long count)
{
	static char text[MOST_IN_FLIGHT * MOST_REQUEST];
	size_t		length = 0;

	for (; count > 0; count--)
		length += (size_t) snprintf(text + length, MOST_REQUEST,
									"{\"jsonrpc\":\"2.0\",\"id\":%ld,\"method\":\"tools/call\","
									"\"params\":{\"name\":\"%s\",\"arguments\":%s}}\n",
									++s->sent, s->tool, s->arguments);
	server_write(s, text, length);
}

/* Does the answer hold "success": true, with or without backslashes and a blank? */
static bool
is_success(const char *line)
{
	const char *at = line;

	while ((at = strstr(at, "\"success")) != NULL)
	{
		at += strlen("\"success");
		at += strspn(at, "\\\": ");
		if (strncmp(at, "true", 4) == 0)
			return true;
	}
	return false;
}

static void
look_at(Server *s, const char *line)
{
	const char *id = strstr(line, "\"id\":");
	long		number = id != NULL ? strtol(id + 5, NULL, 10) : 0;

	if (number == 0)
		return;					/* the answer to initialize, or a notification */
	if (number < 0 || number > s->sent || s->seen[number] || !is_success(line))
		fail("unexpected answer", line);
	s->seen[number] = true;
	s->answered++;
}

/* Wait for more, and look at the lines that are there; returns how many calls they answer. */
static long
server_read(Server *s)
{
	long		before = s->answered;
	char	   *line;
	char	   *end;
	ssize_t		n;

	if (s->capacity - s->length < 65536)
	{
		s->capacity = s->capacity * 2 + 65536;
		s->read = realloc(s->read, s->capacity);
		if (s->read == NULL)
			fail("memory", "none left");
	}
	n = read(s->answers, s->read + s->length, s->capacity - s->length);
	if (n <= 0)
		fail("the server ended", n < 0 ? strerror(errno) : "end of its output");
	s->length += (size_t) n;
	line = s->read;
	while ((end = memchr(line, '\n', s->length - (size_t) (line - s->read))) != NULL)
	{
		*end = '\0';
		look_at(s, line);
		line = end + 1;
	}
	s->length -= (size_t) (line - s->read);
	memmove(s->read, line, s->length);
	return s->answered - before;
}

/* So many calls, so many at a time. */
static void
server_answers(Server *s, long calls, long in_flight)
{
	long		last = s->sent + calls;

	server_call(s, in_flight < calls ? in_flight : calls);
	while (s->answered < last)
	{
		long		more = server_read(s);

		if (more > last - s->sent)
			more = last - s->sent;
		if (more > 0)
			server_call(s, more);
	}
}

static long
server_resident_kb(const Server *s)
{
	char		path[64];
	char		line[256];
	long		kb = -1;
	FILE	   *status;

	snprintf(path, sizeof(path), "/proc/%d/status", (int) s->pid);
	status = fopen(path, "r");
	if (status == NULL)
		fail(path, strerror(errno));
	while (fgets(line, sizeof(line), status) != NULL)
		sscanf(line, "VmRSS: %ld", &kb);
	fclose(status);
	return kb;
}

int
main(int argc, char **argv)
{
	static const char hello[] =
	"{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\","
	"\"params\":{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{},"
	"\"clientInfo\":{\"name\":\"mcp_rate\",\"version\":\"1\"}}}\n"
	"{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}\n";
	long		calls = argc > 5 ? atol(argv[1]) : 0;
	long		in_flight = argc > 5 ? atol(argv[2]) : 0;
	Server		server = {0};
	clockid_t	cpu;
	double		began;
	double		cpu_began;

	if (calls < 1 || in_flight < 1 || in_flight > MOST_IN_FLIGHT ||
		strlen(argv[3]) + strlen(argv[4]) > MOST_REQUEST - 128)
		fail("usage", "mcp_rate CALLS IN_FLIGHT TOOL ARGUMENTS COMMAND [ARGUMENT...]");
	signal(SIGPIPE, SIG_IGN);
	server.tool = argv[3];
	server.arguments = argv[4];
	server.seen = calloc((size_t) (calls + WARM_UP + 1), sizeof(bool));
	if (server.seen == NULL)
		fail("memory", "none left");
	server_start(&server, argv + 5);
	server_write(&server, hello, strlen(hello));
	server_answers(&server, WARM_UP, in_flight);
	if (clock_getcpuclockid(server.pid, &cpu) != 0)
		fail("clock_getcpuclockid", "no such process");
	cpu_began = seconds(cpu);
	began = seconds(CLOCK_MONOTONIC);
	server_answers(&server, calls, in_flight);
	printf("{\"calls_per_second\": %.1f, \"cpu_us\": %.2f, \"resident_kb\": %ld}\n",
		   calls / (seconds(CLOCK_MONOTONIC) - began), (seconds(cpu) - cpu_began) * 1e6 / calls,
		   server_resident_kb(&server));
	close(server.requests);
	close(server.answers);
	kill(server.pid, SIGTERM);
	waitpid(server.pid, NULL, 0);
	return 0;
}
