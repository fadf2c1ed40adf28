/*
 * fold.h
 *		How text that is not caseExact is compared.
 *
 * The folded form is the same wherever it is made: it depends on the table that
 * is built in (fold_table.h, of one version of Unicode), and on no locale, no
 * ICU and no version of the server.
 */
#ifndef SCIM_CORE_FOLD_H
#define SCIM_CORE_FOLD_H

#include "postgres.h"

#include "lib/stringinfo.h"

/* So many times its bytes a text has when it is folded, at most. */
#define SCIM_FOLD_GROWTH 11

/*
 * Appends the folded form of UTF-8 text: Unicode's full case folding, without
 * the rules of single languages, in normal form NFKC.  What is folded folds to
 * itself.  Can be interrupted.
 */
extern void scim_append_folded(StringInfo out, const char *string, int length);

/* Are the texts the same, folded? */
extern bool scim_is_same_folded(const char *a, int a_length, const char *b, int b_length);

/*
 * Does the character combine with nothing that is before it?  Where b begins
 * with such a one, folded(a || b) is folded(a) || folded(b), whatever a is.
 */
extern bool scim_is_fold_boundary(uint32 character);

#endif							/* SCIM_CORE_FOLD_H */
