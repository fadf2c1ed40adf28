/*
 * session_guard.h
 *		Refuses statements that a session would remember beyond the transaction, while somebody
 *		has entered by a token, and those that write, if that is for reading alone.
 */
#ifndef SCIM_BASE_SESSION_GUARD_H
#define SCIM_BASE_SESSION_GUARD_H

/* When the library is loaded. */
extern void scim_init_session_guard(void);

#endif							/* SCIM_BASE_SESSION_GUARD_H */
