/*
 * scim_admission.h
 *		Which requests of SCIM over HTTP are handed on to the database.
 */
#ifndef BRIDGE_SCIM_ADMISSION_H
#define BRIDGE_SCIM_ADMISSION_H

#include <stdbool.h>

#include "auth.h"
#include "http.h"

/*
 * May it come, with its token, or has that or who sends it to wait?  begins: then it comes,
 * and counts.  False: the answer to it is *refusal.
 */
extern bool scim_may_come(HttpExchange *exchange, Credentials *who, bool begins,
						  HttpAnswer *refusal);

#endif							/* BRIDGE_SCIM_ADMISSION_H */
