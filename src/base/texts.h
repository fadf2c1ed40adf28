/*
 * texts.h
 *		Lists of texts, of char *.
 */
#ifndef SCIM_BASE_TEXTS_H
#define SCIM_BASE_TEXTS_H

#include "postgres.h"

#include "nodes/pg_list.h"

/* Is the text, or one like it, in the list? */
extern bool scim_has_text(const List *texts, const char *text);

#endif							/* SCIM_BASE_TEXTS_H */
