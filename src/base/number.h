/*
 * number.h
 *		Numbers as text, and the other way round.
 */
#ifndef SCIM_BASE_NUMBER_H
#define SCIM_BASE_NUMBER_H

#include "postgres.h"

#include "utils/numeric.h"

/* As JSON has it, without exponent. */
extern char *scim_number_text(Numeric number);

/* Of a text that was seen to be a number; else the server's error. */
extern Numeric scim_read_number(const char *text);

#endif							/* SCIM_BASE_NUMBER_H */
