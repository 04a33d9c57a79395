# emamba-sim: the build. `make help` lists the targets.

BUILD := build
RTL ?= rtl
PYTHON ?= /usr/bin/python3
# The program runs where it was built; ARCH= gives portable binaries.
ARCH ?= -march=native
# Optimisation of Verilated code: -O3 for speed, -O0 for quick builds of many designs.
RTL_OPT ?= -O3
JOBS ?= $(shell nproc)

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wswitch-enum \
	-Werror -Wno-psabi
CFLAGS := -std=c11 -D_XOPEN_SOURCE=700 -g $(WARNINGS) -Imodels -Isim -Itests -MMD -MP
RELEASE := -O3 $(ARCH)
SANITIZED := -O1 -fsanitize=address,undefined -fno-sanitize-recover=all
LDLIBS := -lcjson -lyaml -ldl -lm

LIBRARY := $(wildcard models/*.c) $(filter-out sim/main.c,$(wildcard sim/*.c))
TESTS := $(basename $(notdir $(wildcard tests/test_*.c)))

.PHONY: all help deps demo frames test lint bench format clean
.DELETE_ON_ERROR:
.SECONDARY:

all: $(BUILD)/emamba ## build the program (the default)

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  \1\t/' | expand -t 18

deps: ## install what the project needs (Debian packages; as root or with sudo)
	tools/install-deps

# ---- The program ----

$(BUILD)/release/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(RELEASE) -c $< -o $@

$(BUILD)/sanitized/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(SANITIZED) -c $< -o $@

$(BUILD)/emamba: $(patsubst %.c,$(BUILD)/release/%.o,$(LIBRARY) sim/main.c)
	$(CC) $(RELEASE) $^ $(LDLIBS) -o $@

$(BUILD)/sanitized/emamba: $(patsubst %.c,$(BUILD)/sanitized/%.o,$(LIBRARY) sim/main.c)
	$(CC) $(SANITIZED) $^ $(LDLIBS) -o $@

# ---- The RTL of one design: build/rtl/<hash>/, whose package emamba has written ----

RTL_SOURCES = $(RTL)/em_pkg.sv $(filter-out $(RTL)/em_pkg.sv,$(sort $(wildcard $(RTL)/*.sv)))
RTL_PROBES = $(sort $(wildcard $(RTL)/probe/*_probe.sv) $(wildcard $(RTL)/probe/em_bind_probe*.sv))
RTL_CHECKS = $(sort $(filter-out $(RTL_PROBES),$(wildcard $(RTL)/probe/*.sv)))
RTL_SHELL := sim/rtl_shell.cpp sim/rtl_port.h

# $(1) library name without .so, $(2) further sources, $(3) further options
define verilate
	verilator --cc --exe --build -j $(JOBS) --top-module em_top --prefix Vem_top -O3 --x-initial unique -Wno-fatal \
	  --Mdir $(@D)/obj-$(1) -CFLAGS "-fPIC -std=c++17 -I$(CURDIR)/sim $(ARCH)" -LDFLAGS "-shared" \
	  -MAKEFLAGS "OPT_FAST=$(RTL_OPT) OPT_SLOW=-O0 OPT_GLOBAL=-O2" $(3) \
	  $(RTL)/em_pkg.sv $(@D)/em_design_pkg.sv $(filter-out $(RTL)/em_pkg.sv,$(RTL_SOURCES)) $(2) \
	  $(CURDIR)/sim/rtl_shell.cpp -o $(CURDIR)/$@
endef

$(BUILD)/rtl/%/libem_rtl.so: $(RTL_SOURCES) $(RTL_PROBES) $(RTL_SHELL)
	$(call verilate,probed,$(RTL_PROBES),)

$(BUILD)/rtl/%/libem_rtl_wave.so: $(RTL_SOURCES) $(RTL_PROBES) $(RTL_CHECKS) $(RTL_SHELL)
	$(call verilate,wave,$(RTL_PROBES) $(RTL_CHECKS),--trace-fst --assert -CFLAGS -DEM_WAVE)

$(BUILD)/rtl/%/libem_rtl_bare.so: $(RTL_SOURCES) $(RTL_SHELL)
	$(call verilate,bare,,)

-include $(shell find $(BUILD)/release $(BUILD)/sanitized -name '*.d' 2>/dev/null)
