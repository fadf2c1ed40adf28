/*
 * seal.h
 *		Sealing what is new in the history of all tenants.
 */
#ifndef SCIM_AUDIT_SEAL_H
#define SCIM_AUDIT_SEAL_H

#include "postgres.h"

/*
 * scim_seal_history from within, whoever calls it and has what snapshot: how many rows
 * were sealed; 0 also while another session does so.
 */
extern int64 scim_seal_new_rows(void);

#endif							/* SCIM_AUDIT_SEAL_H */
