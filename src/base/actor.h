/*
 * actor.h
 *		Who acts: what is to be written down of whoever makes a change.
 */
#ifndef SCIM_BASE_ACTOR_H
#define SCIM_BASE_ACTOR_H

#include "postgres.h"

typedef struct ScimActor
{
	Oid			role;			/* the session's, or what SET ROLE made of it */
	const char *agent;			/* scimver.agent, fit to be printed; "": none */
	const char *tool;			/* the tool that runs; NULL: none */
	const char *application_name;	/* "": none */
	const char *principal;		/* who has entered by a token; NULL: nobody */
	const char *trace;			/* scimver.trace, as far as it is one; NULL: none */
} ScimActor;

/* The role alone. */
extern Oid	scim_acting_role(void);

/*
 * Is the code that runs, with the rights of "user", the acting role's own?  That of others is
 * what they defined as SECURITY DEFINER, and what indexes and materialized views evaluate.
 */
extern bool scim_is_own_code(Oid user);
extern bool scim_acts_itself(void); /* the current user */

/* Who acts now.  Palloc'd, or good as long as the tool runs and the settings stay. */
extern ScimActor scim_actor(void);

/*
 * The tool that runs from now on (NULL: none); its name stays where it is.  Returns
 * the one before, which the caller sets again when this one ends, also by an error.
 */
extern const char *scim_set_tool(const char *tool);

#endif							/* SCIM_BASE_ACTOR_H */
