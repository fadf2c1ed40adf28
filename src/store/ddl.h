/*
 * ddl.h
 *		Running DDL that is written with placeholders.
 */
#ifndef SCIM_DDL_H
#define SCIM_DDL_H

/* A placeholder's name without braces, and the text that takes its place as it is. */
typedef struct ScimWord
{
	const char *name;
	const char *text;
} ScimWord;

/* Runs utility statements within SPI, each {name} replaced; the words end with a NULL name. */
extern void scim_run_ddl(const char *text, const ScimWord *words);

#endif							/* SCIM_DDL_H */
