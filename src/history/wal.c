/*
 * wal.c
 *		What is visible may still be lost.
 */
#include "postgres.h"

#include "access/xlog.h"
#include "access/xlog_internal.h"
#include "history/wal.h"

/*
 * Behind the last record.  At the beginning of a page the server tells the place behind
 * the page's header, up to which nothing is written yet.
 */
static XLogRecPtr
end_of_wal(void)
{
	XLogRecPtr	end = GetXLogInsertRecPtr();

	if (XLogSegmentOffset(end, wal_segment_size) == SizeOfXLogLongPHD)
		return end - SizeOfXLogLongPHD;
	if (end % XLOG_BLCKSZ == SizeOfXLogShortPHD)
		return end - SizeOfXLogShortPHD;
	return end;
}

void
scim_make_durable(void)
{
	XLogFlush(end_of_wal());
}
