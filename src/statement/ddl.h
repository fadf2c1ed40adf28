/*
 * ddl.h
 *		Running DDL that is written with placeholders.
 */
#ifndef SCIM_STATEMENT_DDL_H
#define SCIM_STATEMENT_DDL_H

/* A placeholder's name without braces, and the text that takes its place as it is. */
typedef struct ScimWord
{
	const char *name;
	const char *text;
} ScimWord;

/* Runs utility statements within SPI, each {name} replaced; the words end with a NULL name. */
extern void scim_run_ddl(const char *text, const ScimWord *words);

/*
 * Of a SELECT that was run so, with LIMIT SCIM_FOUND: the values of its first
 * column for an error's text, the first ten, and whether there are more.
 */
#define SCIM_FOUND "11"
extern char *scim_found_values(void);

#endif							/* SCIM_STATEMENT_DDL_H */
