/*
 * left_behind.h
 *		What a session keeps beyond the transaction, though one that others use next should not:
 *		a role, settings, temporary tables.
 *
 * Code that runs for who has entered by a token can leave it: what it was is told by
 * scim_left_behind, so that the session can be closed.  What comes too late for that, by
 * triggers that are deferred, fails the transaction.
 */
#ifndef SCIM_BASE_LEFT_BEHIND_H
#define SCIM_BASE_LEFT_BEHIND_H

/* Somebody enters: what was there before is not his. */
extern void scim_begin_to_look_behind(void);

/* At the end of what he does: PERMISSION_DENIED, if he leaves something that was not told. */
extern void scim_refuse_to_leave_behind(void);

#endif							/* SCIM_BASE_LEFT_BEHIND_H */
