/*
 * control.h
 *		Control characters, which texts of strangers must not have: a line that shows
 *		one must not be two.
 */
#ifndef SCIM_BASE_CONTROL_H
#define SCIM_BASE_CONTROL_H

#include "postgres.h"

/*
 * How many bytes of the text are a control character that it begins with?  Those above
 * ASCII only where the text is UTF-8.
 */
extern int	scim_control_length(const char *text, bool is_utf8);

/* Has the text any? */
extern bool scim_has_control(const char *text, bool is_utf8);

#endif							/* SCIM_BASE_CONTROL_H */
