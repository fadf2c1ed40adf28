/*
 * mcp.h
 *		The Model Context Protocol: eras, methods, and who answers them.
 */
#ifndef BRIDGE_MCP_H
#define BRIDGE_MCP_H

#include <stddef.h>

#include "request.h"

/* One line of input. */
extern void mcp_line(const char *line, size_t length);

/* A line of input that is too long to be kept. */
extern void mcp_line_too_long(void);

/* The members that end every result in that era, with a comma before them. */
extern const char *mcp_result_tail(Era era);

#endif							/* BRIDGE_MCP_H */
