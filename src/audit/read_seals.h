/*
 * read_seals.h
 *		The seals of a tenant as they are stored, and the seqs that came late.
 *
 * All within SPI, and as the owner of the history's tables; what is read is what the
 * active snapshot shows.  Whatever their owner has made of them is told, and is no
 * error.
 */
#ifndef SCIM_AUDIT_READ_SEALS_H
#define SCIM_AUDIT_READ_SEALS_H

#include "postgres.h"

#include "executor/spi.h"

typedef struct ScimStoredSeal
{
	int64		number;
	int64		last_seq;
	int64		row_count;
	bytea	   *hash;			/* whatever stands there; or NULL */
	bool		has_late;
	int64		last_late;		/* then */
	bool		is_odd;			/* it lacks what each has, or has what none has; then only its
								 * number and hash are there, and last_seq, if has_last_seq */
	bool		has_last_seq;
} ScimStoredSeal;

typedef struct ScimSealReader ScimSealReader;

/* Opens the seals of the tenant from that number on: they rise. */
extern ScimSealReader *scim_open_seals(const char *tenant, int64 from);

/* The next one, until the next call; NULL: there is none. */
extern const ScimStoredSeal *scim_next_seal(ScimSealReader *reader);
extern void scim_close_seals(ScimSealReader *reader);

typedef struct ScimLateSeqs ScimLateSeqs;

/* The plan that the next one needs. */
extern SPIPlanPtr scim_prepare_late_seqs(void);

/*
 * Opens the seqs behind that one that came late, of the tenant's seals from one
 * number to another: stretches, in the order of their first seqs.  Those without
 * bounds, which no seal has, are left out.
 */
extern ScimLateSeqs *scim_open_late_seqs(SPIPlanPtr plan, const char *tenant, int64 from, int64 to,
										 int64 behind);

typedef struct ScimLateStretch
{
	int64		first;
	int64		last;
	int64		number;			/* of the seal */
} ScimLateStretch;

/* The next one; false: there is none. */
extern bool scim_next_late_seqs(ScimLateSeqs *reader, ScimLateStretch *late);
extern void scim_close_late_seqs(ScimLateSeqs *reader);

#endif							/* SCIM_AUDIT_READ_SEALS_H */
