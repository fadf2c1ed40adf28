/*
 * scim.h
 *		SCIM over HTTP: one request, one call of scim_http, one answer.
 */
#ifndef BRIDGE_SCIM_H
#define BRIDGE_SCIM_H

#include "http.h"

/* Before the first request. */
extern void scim_open(struct event_base *base);

/* What the route of --scim-base does (http.h). */
extern bool scim_admit(HttpExchange *exchange, HttpAnswer *refusal);
extern void scim_handle(HttpExchange *exchange);
extern void scim_gone(HttpExchange *exchange);

#endif							/* BRIDGE_SCIM_H */
