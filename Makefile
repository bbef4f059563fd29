# palermo. `make report` and `make test` are all a newcomer needs; `make help` lists the rest.
#
# Sources are found by wildcard: adding a file never touches this page; a new library does.

CC      := $(if $(filter default,$(origin CC)),gcc,$(CC))
SANITIZE =
comma   := ,
NAME    := $(CC)$(if $(SANITIZE),-$(subst $(comma),-,$(SANITIZE)))$(if $(RELEASE),-release)
BUILD   ?= build/$(NAME)
PREFIX  ?= /usr/local
DESTDIR ?=
SHARED  ?= ../shared

CSTD  = -std=c17 -D_POSIX_C_SOURCE=200809L
WARN  = -Wall -Wextra -Werror -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
        -Wvla -Wcast-qual -Wpointer-arith -Wundef -Wdouble-promotion -Wformat=2
FLOAT = -ffp-contract=off
# RELEASE=1 optimizes across files. What is installed and what is measured is built so; the everyday
# build is not, for a changed line should not cost ten seconds of linking.
OPT   = $(if $(RELEASE),-O3 $(if $(findstring gcc,$(CC)),-flto=auto -ffat-lto-objects -fno-semantic-interposition),-O2) -g
SAN   = $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-omit-frame-pointer -fno-sanitize-recover=undefined)
PKGS  = gsl yaml-0.1 libzip expat icu-i18n icu-uc zlib libisal sqlite3 libsodium
PKG_C := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
PKG_L := $(shell pkg-config --libs $(PKGS) 2>/dev/null)
# libzip, libxlsxwriter and ICU are opened when they are needed (src/io/library.c, src/report/order.c).
LIBS  = $(filter-out -lzip,$(PKG_L)) -lcsv -lreadstat -lglpk -lm -pthread
FLAGS = $(CSTD) $(WARN) $(FLOAT) $(OPT) $(SAN) -fPIC -Iinclude $(PKG_C) -MMD -MP

ROOMS   = base io data design estimate indicator assess protect report review cli
SRC    := $(sort $(wildcard $(ROOMS:%=src/%/*.c)))
OBJ    := $(SRC:%.c=$(BUILD)/%.o)
LIBOBJ := $(filter-out $(BUILD)/src/cli/%,$(OBJ))
TESTS  := $(sort $(wildcard tests/unit/*/*.c tests/laws/*.c))
SUPPORT := $(sort $(wildcard tests/support/*.c))
TESTOBJ := $(TESTS:%.c=$(BUILD)/%.o) $(SUPPORT:%.c=$(BUILD)/%.o)
FUZZERS := $(patsubst tests/fuzz/fuzz_%.c,%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))

# What a fresh Debian lacks: to build and run; to test; to test in a browser; to compare speed.
DEPS_REPORT  = gcc libc6-dev pkg-config libgsl-dev libcsv-dev zlib1g-dev libyaml-dev libzip-dev \
               libexpat1-dev libicu-dev libxlsxwriter-dev libreadstat-dev libisal-dev libglpk-dev libsqlite3-dev \
               libsodium-dev fonts-noto-core fonts-droid-fallback
DEPS_TEST    = libcriterion-dev python3-minimal libpython3-stdlib
DEPS_BROWSER = chromium nodejs npm poppler-utils
DEPS_ALL     = clang clang-format clang-tidy libclang-rt-dev

.DEFAULT_GOAL := all
.PHONY: all help report test test-all test-unit golden golden-renew laws tsan fuzz bench lint reference \
        test-browser install uninstall man clean deps-report deps-test deps-browser deps-all format rooms

all: $(BUILD)/palermo ## build the program

help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-16s %s\n", $$1, $$2}' Makefile

# ---- the two that a newcomer needs -----------------------------------------------------------

report: ## install what is missing, build, run the example cycle, say where the draft report lies
	@sh tests/tools/install.sh $(DEPS_REPORT)
	@$(MAKE) --no-print-directory -s -j$$(nproc) all
	@$(BUILD)/palermo run datasets/example/cycle.yaml --out out

test: ## the same set-up, then every test that is done within minutes
	@sh tests/tools/install.sh $(DEPS_REPORT) $(DEPS_TEST)
	@$(MAKE) --no-print-directory -s -j$$(nproc) all test-program
	@BUILD=$(BUILD) SHARED=$(SHARED) SANITIZE=$(SANITIZE) sh tests/tools/run.sh quick

test-all: ## what takes longer too: sanitizers, threads, fuzzing, kills, both compilers, lint
	@sh tests/tools/install.sh $(DEPS_REPORT) $(DEPS_TEST) $(DEPS_ALL)
	@$(MAKE) --no-print-directory -s -j$$(nproc) all test-program
	@BUILD=$(BUILD) SHARED=$(SHARED) sh tests/tools/run.sh all

# ---- building ----------------------------------------------------------------------------------

# Loading shared libraries is most of what a small table costs: what is installed carries those that
# come as archives too, and lies where it was linked. That of libglpk calls libltdl, which Debian has
# beside it without a development package.
LTDL  = $(notdir $(firstword $(wildcard /usr/lib/*/libltdl.so.7)))
GLPK  = $(if $(LTDL),-lglpk -lcolamd -lamd -lsuitesparseconfig -lgmp)
FIXED = $(if $(RELEASE),-no-pie -Wl$(comma)-Bstatic -lgsl -lgslcblas -lcsv -lsqlite3 -lsodium -lyaml -lexpat \
        $(GLPK) -Wl$(comma)-Bdynamic $(LTDL:%=-l:%))
$(BUILD)/palermo: $(OBJ)
	$(CC) $(OPT) $(SAN) -Wl,--as-needed -o $@ $^ $(FIXED) $(LIBS)

$(BUILD)/libpalermo.a: $(LIBOBJ)
	rm -f $@ && ar rcsD $@ $^

$(BUILD)/libpalermo.so: $(LIBOBJ)
	$(CC) -shared -Wl,-soname,libpalermo.so.0 $(OPT) $(SAN) -o $@ $^ $(LIBS)

# Libraries that are opened late (src/io/library.c), by the names under which this build found them.
soname = $(or $(shell readelf -d "$$($(CC) -print-file-name=lib$(1).so)" 2>/dev/null | sed -n 's/.*soname: \[\(.*\)\].*/\1/p'),lib$(1).so)
$(BUILD)/src/io/zip.o: FLAGS += -DZIP_SO='"$(call soname,zip)"'
$(BUILD)/src/io/xlsx_out.o: FLAGS += -DXLSXWRITER_SO='"$(call soname,xlsxwriter)"'

$(BUILD)/src/%.o: src/%.c
	@mkdir -p $(@D)
	$(CC) $(FLAGS) -c $< -o $@

# Criterion's macros declare without prototypes first; everything else holds for tests too.
$(BUILD)/tests/%.o: tests/%.c
	@mkdir -p $(@D)
	$(CC) $(filter-out -Wmissing-prototypes -Wcast-qual,$(FLAGS)) -Itests/support -Isrc -c $< -o $@

.PHONY: test-program
test-program: $(BUILD)/tests/run
$(BUILD)/tests/run: $(TESTOBJ) $(filter-out %/main.o,$(OBJ))
	$(CC) $(OPT) $(SAN) -Wl,--as-needed -o $@ $^ $(LIBS) -lxlsxwriter -lcriterion

-include $(OBJ:.o=.d) $(TESTOBJ:.o=.d) $(wildcard $(BUILD)/plain/tests/*/*.d)

# ---- proving -------------------------------------------------------------------------------------

test-unit: ## unit tests and laws: FILTER='io_*' chooses
	@$(MAKE) --no-print-directory -s -j$$(nproc) all test-program
	@PALERMO_SHARED=$(SHARED) $(BUILD)/tests/run $(if $(FILTER),--filter='$(FILTER)')

golden: ## golden cases: CASE=check/unknown-key chooses
	@$(MAKE) --no-print-directory -s -j$$(nproc) all
	@PALERMO=$(BUILD)/palermo SHARED=$(SHARED) python3 tests/tools/golden.py $(CASE)

golden-renew: ## write what the program prints now into the cases; then read `git diff`
	@$(MAKE) --no-print-directory -s -j$$(nproc) all
	@PALERMO=$(BUILD)/palermo SHARED=$(SHARED) python3 tests/tools/golden.py --renew $(CASE)

reference: ## DIR=FOLDER [SECTION=NAME]: run a folder of reference values through the command line
	@$(MAKE) --no-print-directory -s -j$$(nproc) all
	@PALERMO=$(BUILD)/palermo python3 tests/tools/reference.py $(DIR) $(SECTION)

tsan: ## threaded laws and golden commands under the thread sanitizer
	@$(MAKE) --no-print-directory -s -j$$(nproc) SANITIZE=thread all build/$(CC)-thread/laws
	@build/$(CC)-thread/laws
	@PALERMO=build/$(CC)-thread/palermo SHARED=$(SHARED) python3 tests/tools/golden.py --threads

# The laws need no Criterion: a main of their own runs them (Criterion 2.4.1 crashes at start under
# the thread sanitizer). Of what tests share they take what they call: some of it is Criterion's.
LAWOBJ := $(patsubst %.c,$(BUILD)/plain/%.o,$(sort $(wildcard tests/laws/*.c)) tests/tsan/main.c)
LAWSUP := $(SUPPORT:%.c=$(BUILD)/plain/%.o)
$(BUILD)/plain/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(filter-out -Wmissing-prototypes -Wcast-qual,$(FLAGS)) -DLAW_PLAIN -Itests/support -Isrc -c $< -o $@
$(BUILD)/plain/support.a: $(LAWSUP)
	rm -f $@ && ar rcsD $@ $^
$(BUILD)/laws: $(LAWOBJ) $(BUILD)/plain/support.a $(filter-out %/main.o,$(OBJ))
	$(CC) $(OPT) $(SAN) -Wl,--as-needed -o $@ $^ $(LIBS)

# of each target: all of them together take more than ten minutes
FUZZ_SECONDS ?= 90
fuzz: ## every fuzz target for FUZZ_SECONDS each (clang); FUZZ=csv chooses
	@for f in $(or $(FUZZ),$(FUZZERS)); do \
	    $(MAKE) --no-print-directory -s CC=clang SANITIZE=address,undefined,fuzzer-no-link build/fuzz/$$f && \
	    mkdir -p build/fuzz/corpus/$$f && \
	    build/fuzz/$$f -max_total_time=$(FUZZ_SECONDS) -rss_limit_mb=2048 -timeout=20 -print_final_stats=0 \
	        -artifact_prefix=build/fuzz/$$f- build/fuzz/corpus/$$f tests/fuzz/seeds/$$f 2>build/fuzz/$$f.log \
	    && echo "PASS fuzz $$f ($(FUZZ_SECONDS) s)" || { echo "FAIL fuzz $$f: see build/fuzz/$$f.log"; exit 1; }; \
	done
build/fuzz/%: tests/fuzz/fuzz_%.c $(LIBOBJ)
	@mkdir -p $(@D)
	clang $(filter-out -Wmissing-prototypes -MMD -MP,$(FLAGS)) -fsanitize=fuzzer $^ -o $@ $(LIBS)

test-browser: ## the report of the example cycle in headless Chromium, English and Arabic
	@sh tests/tools/install.sh $(DEPS_REPORT) $(DEPS_BROWSER)
	@$(MAKE) --no-print-directory -s -j$$(nproc) all
	@PALERMO=$(abspath $(BUILD)/palermo) SHARED=$(abspath $(SHARED)) sh tests/browser/run.sh

bench: ## ratios against floor and peers, in one run (benchmarks/README.md)
	@$(MAKE) --no-print-directory -s -j$$(nproc) RELEASE=1 all
	@PALERMO=$(abspath build/$(CC)-release/palermo) SHARED=$(abspath $(SHARED)) sh benchmarks/run.sh

lint: ## clang-format and clang-tidy, kept at zero; rooms that look up
	@clang-format --dry-run --Werror $(SRC) $(wildcard include/palermo/*.h src/*/*.h tests/*/*.c tests/unit/*/*.c benchmarks/*.c)
	@printf '%s\n' $(SRC) | xargs -P $$(nproc) -n 8 sh -c 'clang-tidy --quiet --warnings-as-errors="*" "$$@" -- \
	    $(CSTD) -Iinclude $(PKG_C) 2>/dev/null' clang-tidy
	@sh tests/tools/rooms.sh

rooms: ## print any include that looks up
	@sh tests/tools/rooms.sh

format: ## clang-format everything in place
	@clang-format -i $(SRC) $(wildcard include/palermo/*.h src/*/*.h tests/*/*.c tests/unit/*/*.c benchmarks/*.c)

# ---- installing -------------------------------------------------------------------------------------

COMMANDS = $(shell sed -n 's/^CLI_COMMAND(\(.*\))/\1/p' src/cli/commands.def)

man: all ## write the manual pages beside the commands, from the option tables
	@$(BUILD)/palermo help --man > src/cli/palermo.1
	@for c in $(COMMANDS); do $(BUILD)/palermo help --man $$c > src/cli/palermo-$$c.1; done

install: ## PREFIX= DESTDIR=
	@$(MAKE) --no-print-directory -s -j$$(nproc) RELEASE=1 install-built

.PHONY: install-built
install-built: all $(BUILD)/libpalermo.a $(BUILD)/libpalermo.so
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib/pkgconfig $(DESTDIR)$(PREFIX)/include/palermo \
	    $(DESTDIR)$(PREFIX)/share/palermo $(DESTDIR)$(PREFIX)/share/man/man1 \
	    $(DESTDIR)$(PREFIX)/share/bash-completion/completions $(DESTDIR)$(PREFIX)/share/doc/palermo
	install -m 755 $(BUILD)/palermo $(DESTDIR)$(PREFIX)/bin/palermo
	install -m 644 $(BUILD)/libpalermo.a $(DESTDIR)$(PREFIX)/lib/
	install -m 755 $(BUILD)/libpalermo.so $(DESTDIR)$(PREFIX)/lib/libpalermo.so.0
	ln -sf libpalermo.so.0 $(DESTDIR)$(PREFIX)/lib/libpalermo.so
	install -m 644 include/palermo/*.h include/palermo/*.def $(DESTDIR)$(PREFIX)/include/palermo/
	printf 'prefix=%s\nName: palermo\nDescription: organized-crime indicators with their uncertainty\nVersion: %s\nRequires.private: %s\nLibs: -L$${prefix}/lib -lpalermo\nLibs.private: -lcsv -lreadstat -lglpk -lm -pthread\nCflags: -I$${prefix}/include\n' \
	    '$(PREFIX)' "$$($(BUILD)/palermo --version | cut -d' ' -f2)" '$(PKGS)' > $(DESTDIR)$(PREFIX)/lib/pkgconfig/palermo.pc
	cp -R indicators datasets $(DESTDIR)$(PREFIX)/share/palermo/
	for page in src/cli/*.1; do install -m 644 $$page $(DESTDIR)$(PREFIX)/share/man/man1/; done
	$(BUILD)/palermo help --completion > $(DESTDIR)$(PREFIX)/share/bash-completion/completions/palermo
	install -m 644 README.md CHANGES.md LICENSE $(DESTDIR)$(PREFIX)/share/doc/palermo/

uninstall: ## PREFIX= DESTDIR=
	rm -rf $(DESTDIR)$(PREFIX)/bin/palermo $(DESTDIR)$(PREFIX)/lib/libpalermo.* $(DESTDIR)$(PREFIX)/lib/pkgconfig/palermo.pc \
	    $(DESTDIR)$(PREFIX)/include/palermo $(DESTDIR)$(PREFIX)/share/palermo $(DESTDIR)$(PREFIX)/share/doc/palermo \
	    $(DESTDIR)$(PREFIX)/share/man/man1/palermo*.1 $(DESTDIR)$(PREFIX)/share/bash-completion/completions/palermo

clean: ## remove what was built
	rm -rf build out
