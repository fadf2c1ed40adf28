/*
 * inspect_events.c
 *		Are the event triggers there that follow DDL, and do they fire?
 */
#include "postgres.h"

#include "admin/inspect_events.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "registry/extension.h"
#include "utils/builtins.h"

/* What they follow. */
static const char *const events[][2] = {
	{"ddl_command_end", "columns that are renamed are not followed"},
	{"sql_drop", "columns that are mapped can be dropped"},
};

static void
inspect_event(const char *event, const char *consequence, ScimReportProblem report, void *argument)
{
	ScimProblem problem = {.problem = "event trigger"};
	char	   *disabled = NULL;

	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple	tuple = SPI_tuptable->vals[i];
		char	   *name = SPI_getvalue(tuple, SPI_tuptable->tupdesc, 1);
		char	   *enabled = SPI_getvalue(tuple, SPI_tuptable->tupdesc, 3);

		if (strcmp(SPI_getvalue(tuple, SPI_tuptable->tupdesc, 2), event) != 0)
			continue;
		if (enabled[0] == TRIGGER_FIRES_ON_ORIGIN || enabled[0] == TRIGGER_FIRES_ALWAYS)
			return;
		disabled = name;
	}
	if (disabled)
	{
		problem.detail = psprintf("event trigger %s is disabled: %s", quote_identifier(disabled),
								  consequence);
		if (superuser())
			problem.mend = psprintf("ALTER EVENT TRIGGER %s ENABLE", quote_identifier(disabled));
	}
	else
		problem.detail = psprintf("scimver's event trigger on %s is missing: %s", event,
								  consequence);
	report(&problem, argument);
}

void
scim_inspect_event_triggers(ScimReportProblem report, void *argument)
{
	Oid			type = OIDOID;
	Oid			oid = scim_extension_function("scimver", "scim_ddl_trigger", 0, NULL);
	Datum		function = ObjectIdGetDatum(oid);

	if (SPI_execute_with_args("SELECT evtname, evtevent, evtenabled FROM "
							  "pg_catalog.pg_event_trigger"
							  " WHERE evtfoid OPERATOR(pg_catalog.=) $1",
							  1, &type, &function, NULL, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the event triggers");
	for (size_t i = 0; i < lengthof(events); i++)
		inspect_event(events[i][0], events[i][1], report, argument);
	SPI_freetuptable(SPI_tuptable);
}
