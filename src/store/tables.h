/*
 * tables.h
 *		Running DDL that is written with placeholders.
 */
#ifndef SCIM_TABLES_H
#define SCIM_TABLES_H

#include "store/registration.h"

/* A placeholder's name without braces, and the text that takes its place as it is. */
typedef struct ScimWord
{
	const char *name;
	const char *text;
} ScimWord;

/* Runs utility statements within SPI, each {name} replaced; the words end with a NULL name. */
extern void scim_run_ddl(const char *text, const ScimWord *words);

/* Gives the role the privileges on all registered tables; or takes them. */
extern void scim_grant_tables(const char *role, bool grant);

/* Gives all roles that a tenant was granted to the privileges on all registered tables. */
extern void scim_grant_tables_to_all(void);

#endif							/* SCIM_TABLES_H */
