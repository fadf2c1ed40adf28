# The sources of src/base and src/core that run without a server, with the stand-in of
# server.c: all but those named here.  For inclusion; "SRC" names the folder src.
WITH_SERVER = $(addprefix %/,actor.c auth_schemes.c entered.c function_arguments.c left_behind.c narrowed.c procedure.c \
	progress.c protect.c server_error.c session_guard.c settings.c version.c location.c shown_version.c)
CORE = $(filter-out $(WITH_SERVER),$(wildcard $(SRC)/base/*.c $(SRC)/core/*.c))
