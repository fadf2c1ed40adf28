/*
 * log.h
 *		One line each on standard error; standard output is the protocol's.
 *
 * What is logged never holds tool arguments, results or the text of a
 * server's error: they may hold passwords and personal data.
 */
#ifndef BRIDGE_LOG_H
#define BRIDGE_LOG_H

/* The program's exit codes, as --help documents them. */
#define EXIT_CLEAN 0			/* end of input, SIGTERM, SIGINT, --help, --version */
#define EXIT_FAILED 1			/* standard input or output failed, no memory */
#define EXIT_USAGE 2			/* wrong options or connection string */

/* "scimver-mcp: " and the text; control characters become blanks. */
extern void log_line(const char *format, ...)
			__attribute__((format(printf, 1, 2)));

/* The same, and the end of the process with EXIT_FAILED. */
extern _Noreturn void log_fatal(const char *format, ...)
			__attribute__((format(printf, 1, 2)));

#endif							/* BRIDGE_LOG_H */
