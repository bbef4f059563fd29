# palermo: `make help` lists what there is.
BUILD  ?= build/$(CC)
CC     ?= cc
CC     := $(if $(filter default,$(origin CC)),gcc,$(CC))
CSTD    = -std=c17 -D_POSIX_C_SOURCE=200809L
WARN    = -Wall -Wextra -Werror -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
          -Wvla -Wcast-qual -Wpointer-arith -Wundef -Wdouble-promotion -Wformat=2
FLOAT   = -ffp-contract=off
OPT     = -O2 -g
ROOMS   = base io data design estimate indicator assess protect report review cli
SRC    := $(sort $(wildcard $(ROOMS:%=src/%/*.c)))
OBJ    := $(SRC:%.c=$(BUILD)/%.o)
LIBOBJ := $(filter-out $(BUILD)/src/cli/%,$(OBJ))
PKGS    = gsl yaml-0.1 libzip expat icu-i18n icu-uc zlib
CFLAGS_DEPS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
LIBS   := $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lcsv -lxlsxwriter -lm -pthread

.PHONY: all clean
all: $(BUILD)/palermo

$(BUILD)/palermo: $(OBJ)
	$(CC) $(OPT) $(SANFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CSTD) $(WARN) $(FLOAT) $(OPT) $(SANFLAGS) -Iinclude $(CFLAGS_DEPS) -MMD -MP -c $< -o $@

clean:
	rm -rf build

-include $(OBJ:.o=.d)
