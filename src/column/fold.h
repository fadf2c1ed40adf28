/*
 * fold.h
 *		How text that is not caseExact is compared.
 */
#ifndef SCIM_COLUMN_FOLD_H
#define SCIM_COLUMN_FOLD_H

#include "postgres.h"

/* The folded form of UTF-8 text (core/fold.h). */
extern text *scim_fold_text(const char *string, int length);

#endif							/* SCIM_COLUMN_FOLD_H */
