/*
 * by_index.c
 *		Statements put together at run time that are to follow indexes.
 *
 * A batch of a thousand rows out of a table of fifty thousand: the planner
 * takes reading all of the table for cheaper, and is right for one batch, but
 * not for all of them; and it knows nothing of a column that was empty when it
 * last looked.  It is asked for another plan by settings that hold while it
 * makes this one, and not for what triggers plan while it runs.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "statement/by_index.h"
#include "utils/guc.h"
#include "utils/plancache.h"

static const char *const discouraged[] = {
	"enable_seqscan", "enable_bitmapscan", "enable_hashjoin", "enable_mergejoin", "enable_sort", "jit"
};

static void
make_plan(SPIPlanPtr plan)
{
	int			nesting = NewGUCNestLevel();
	CachedPlan *made;

	for (size_t i = 0; i < lengthof(discouraged); i++)
		(void) set_config_option(discouraged[i], "off", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	made = SPI_plan_get_cached_plan(plan);
	if (made)
		ReleaseCachedPlan(made, NULL);
	AtEOXact_GUC(true, nesting);
}

int
scim_run_by_index(const char *sql, int nargs, Oid *types, Datum *values, const char *nulls, bool read_only)
{
	MemoryContext context = CurrentMemoryContext;
	SPIPlanPtr	plan = SPI_prepare_cursor(sql, nargs, types, CURSOR_OPT_GENERIC_PLAN);
	int			result;

	if (plan == NULL)
		elog(ERROR, "could not prepare \"%s\": %s", sql, SPI_result_code_string(SPI_result));
	make_plan(plan);
	result = SPI_execute_plan(plan, values, nulls, read_only, 0);
	SPI_freeplan(plan);
	/* SPI leaves its own */
	MemoryContextSwitchTo(context);
	return result;
}
