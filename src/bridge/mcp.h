/*
 * mcp.h
 *		The Model Context Protocol: methods, and who answers them.
 */
#ifndef BRIDGE_MCP_H
#define BRIDGE_MCP_H

#include "session.h"
#include "transport.h"

/* Serve the client that this transport reaches, until it ends. */
extern Session *mcp_serve(Transport *transport);

#endif							/* BRIDGE_MCP_H */
