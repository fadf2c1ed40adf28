# The sources of src/base and src/core that run without a server, with the stand-in of
# server.c: all but those named here.  For inclusion; "SRC" names the folder src.
WITH_SERVER = $(addprefix %/,actor.c auth_schemes.c function_arguments.c settings.c procedure.c progress.c protect.c \
	server_error.c version.c location.c shown_version.c)
CORE = $(filter-out $(WITH_SERVER),$(wildcard $(SRC)/base/*.c $(SRC)/core/*.c))
