/*
 * clauses.h
 *		Parts that several statements have, as elements of a list of expressions, with a
 *		comma before each.
 */
#ifndef BRIDGE_CLAUSES_H
#define BRIDGE_CLAUSES_H

extern const char clause_set_require_version[];
extern const char clause_set_read_only[];
extern const char clause_set_commit[];

/* "standby": can it be written? */
extern const char clause_may_write[];
extern const char clause_set_messages[];

#endif							/* BRIDGE_CLAUSES_H */
