/*
 * ascii.h
 *		Characters of ASCII.  The C library's isdigit and isalpha ask the locale.
 */
#ifndef SCIM_BASE_ASCII_H
#define SCIM_BASE_ASCII_H

#include <stdbool.h>

static inline bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

#endif							/* SCIM_BASE_ASCII_H */
