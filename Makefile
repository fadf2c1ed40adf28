# scimver: the extension (PGXS) and, beside it, scimver-mcp (src/bridge, a
# Makefile of its own: PGXS cannot build MODULE_big and PROGRAM in one).
EXTENSION = scimver
EXTVERSION = $(shell sed -n "s/^default_version = '\(.*\)'/\1/p" $(srcdir)/scimver.control)
srcdir = .

MODULE_big = scimver
# the rooms of src/, from the ground up: each includes itself and those before it
ROOMS = base core column registry statement query resource history audit decision group operation trigger admin rest tools
ROOM_FOLDERS = $(srcdir)/src $(addprefix $(srcdir)/src/,$(ROOMS))
OBJS = $(patsubst $(srcdir)/%.c,%.o,$(wildcard $(addsuffix /*.c,$(ROOM_FOLDERS))))
# sql/parts: of these make builds the script that CREATE EXTENSION runs, in this order; statements need what
# earlier ones made.  (Beside the script, pg_regress would take a part for the test of its name.)
SQL_PARTS = database versions schemas built_in filters tenants history changes audit leases policies proposals profiles watching idempotency tokens rights triggers tables resources users groups tools http bulk mcp
DATA_built = sql/scimver--$(EXTVERSION).sql
# those of other versions: what was released, and what leads from one to the next
DATA = $(filter-out $(DATA_built),$(patsubst $(srcdir)/%,%,$(wildcard $(srcdir)/sql/scimver--*.sql)))
PG_CPPFLAGS = -I$(srcdir)/src
# our own functions are found first, whatever another library calls its own
SHLIB_LINK = -Wl,-Bsymbolic $(if $(filter openssl,$(SHA256)),-lcrypto)
PG_CFLAGS = -Wall -Wextra -Wno-unused-parameter -Wno-missing-field-initializers

TESTS = $(sort $(wildcard $(srcdir)/test/sql/*.sql))
REGRESS = $(patsubst $(srcdir)/test/sql/%.sql,%,$(TESTS))
REGRESS_OPTS = --inputdir=$(srcdir)/test --load-extension=pgcrypto
ISOLATION = $(patsubst $(srcdir)/test/specs/%.spec,%,$(sort $(wildcard $(srcdir)/test/specs/*.spec)))
ISOLATION_OPTS = --inputdir=$(srcdir)/test

EXTRA_CLEAN = output_iso results tmp_check $(DATA_built).new

# LLVM bitcode would only serve to inline our functions into JIT-compiled
# expressions; nothing here gains from it, and it doubles the build.
override with_llvm = no

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

# SHA-256 (src/base/sha256.c): by OpenSSL where the server has it and its headers are here, else by
# the server's functions; make SHA256=server, or SHA256=openssl, says which
ifndef SHA256
SHA256 := $(shell echo 'int main(void) { return EVP_MD_CTX_new() == 0 || !USE_OPENSSL; }' | \
	$(CC) $(CPPFLAGS) -include pg_config.h -include openssl/evp.h -x c - -o /dev/null $(LDFLAGS) -lcrypto 2>/dev/null && \
	echo openssl || echo server)
endif
src/base/sha256.o: override CPPFLAGS += $(if $(filter openssl,$(SHA256)),-DSCIM_OPENSSL)

$(OBJS): $(wildcard $(addsuffix /*.h,$(ROOM_FOLDERS)))

SQL_FILES = $(SQL_PARTS:%=$(srcdir)/sql/parts/%.sql)
sql: $(DATA_built)
$(DATA_built): $(SQL_FILES) $(srcdir)/scimver.control $(srcdir)/Makefile
	@mkdir -p $(@D)
	{ echo '-- Made by make, of $(SQL_PARTS:%=parts/%.sql): change those, not this.' && \
		for part in $(SQL_FILES); do echo && cat "$$part" || exit 1; done; } >$@.new
	mv $@.new $@

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

.PHONY: sql bridge install-bridge uninstall-bridge clean-bridge
