# scimver: the extension (PGXS) and, beside it, scimver-mcp (src/bridge, a
# Makefile of its own: PGXS cannot build MODULE_big and PROGRAM in one).
EXTENSION = scimver
EXTVERSION = $(shell sed -n "s/^default_version = '\(.*\)'/\1/p" $(srcdir)/scimver.control)
srcdir = .

MODULE_big = scimver
OBJS = $(patsubst $(srcdir)/%.c,%.o,$(wildcard $(srcdir)/src/*.c $(srcdir)/src/core/*.c $(srcdir)/src/store/*.c $(srcdir)/src/tools/*.c))
DATA = $(wildcard $(srcdir)/sql/scimver--*.sql)
PG_CPPFLAGS = -I$(srcdir)/src
# our own functions are found first, whatever another library calls its own
SHLIB_LINK = -Wl,-Bsymbolic
PG_CFLAGS = -Wall -Wextra -Wno-unused-parameter -Wno-missing-field-initializers

TESTS = $(sort $(wildcard $(srcdir)/test/sql/*.sql))
REGRESS = $(patsubst $(srcdir)/test/sql/%.sql,%,$(TESTS))
REGRESS_OPTS = --inputdir=$(srcdir)/test --load-extension=pgcrypto
ISOLATION = $(patsubst $(srcdir)/test/specs/%.spec,%,$(sort $(wildcard $(srcdir)/test/specs/*.spec)))
ISOLATION_OPTS = --inputdir=$(srcdir)/test

EXTRA_CLEAN = output_iso results tmp_check

# LLVM bitcode would only serve to inline our functions into JIT-compiled
# expressions; nothing here gains from it, and it doubles the build.
override with_llvm = no

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

$(OBJS): $(wildcard $(srcdir)/src/*.h $(srcdir)/src/core/*.h $(srcdir)/src/store/*.h $(srcdir)/src/tools/*.h)

all: bridge
bridge:
	$(MAKE) -C $(srcdir)/src/bridge PG_CONFIG=$(PG_CONFIG)
install: install-bridge
install-bridge: bridge
	$(MAKE) -C $(srcdir)/src/bridge install PG_CONFIG=$(PG_CONFIG) DESTDIR=$(DESTDIR)
uninstall: uninstall-bridge
uninstall-bridge:
	$(MAKE) -C $(srcdir)/src/bridge uninstall PG_CONFIG=$(PG_CONFIG) DESTDIR=$(DESTDIR)
clean: clean-bridge
clean-bridge:
	$(MAKE) -C $(srcdir)/src/bridge clean PG_CONFIG=$(PG_CONFIG)

.PHONY: bridge install-bridge uninstall-bridge clean-bridge
