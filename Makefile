# emamba-sim: the build. `make help` lists the targets.

BUILD := build
PYTHON := /usr/bin/python3
# The program runs where it was built; ARCH= gives portable binaries.
ARCH := -march=native
# Those of the compiler's instructions that sim/processor.c asks the processor for.
NEEDS := $(shell $(CC) $(ARCH) -dM -E -x c /dev/null | \
  sed -nE 's/^.define __(SSE4_2|AVX|AVX2|FMA|BMI|BMI2|AVX512F|AVX512BW|AVX512DQ|AVX512VL|AVX512VBMI|AVX512VNNI)__ 1/-DEM_NEEDS_\1/p')
JOBS := $(shell nproc)

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wswitch-enum \
	-Werror -Wno-psabi
FUZZ_CFLAGS := -std=c11 -D_XOPEN_SOURCE=700 -g -Wno-psabi -I. -MMD -MP
CFLAGS := -std=c11 -D_XOPEN_SOURCE=700 -g $(WARNINGS) -I. -MMD -MP
RELEASE := -O3 $(ARCH) -fPIC -fvisibility=hidden
SANITIZED := -O1 -fsanitize=address,undefined -fno-sanitize-recover=all
LDLIBS := -Wl,--as-needed -lcjson -lyaml -lnettle -lsqlite3 -ldl -lm
# libpagmo takes 0.1 s to load: the program opens what needs it where a search does (sim/explore/nsga2_load.c).
NSGA2 := emamba-nsga2.so
BESIDE := -Wl,-rpath,'$$ORIGIN:$$ORIGIN/../lib/emamba'

COVERED := -O1 --coverage
THREADED := -O1 -fsanitize=thread
FUZZED := -O1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
VERSION := $(shell cat VERSION)
COMMIT := $(shell git describe --always --dirty --exclude '*' --abbrev=12 2>/dev/null || echo unknown)

MODELS := $(wildcard models/*/*.c)
SIM := $(wildcard sim/*/*.c)
TEST_SUPPORT := $(wildcard tests/support/*.c tests/oracle/*.c)
TEST_SOURCES := $(wildcard tests/*/test_*.c)
TESTS := $(basename $(notdir $(TEST_SOURCES)))
FUZZERS := $(basename $(notdir $(wildcard tests/fuzz/fuzz_*.c)))

.PHONY: FORCE fpga systemc firmware install uninstall all help deps demo frames checks networks calibrate validate test test-full test-programs lint formal mutate coverage bench retake format clean
.DELETE_ON_ERROR:
.SECONDARY:

all: $(BUILD)/emamba ## build the program (the default)

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  \1\t/' | expand -t 18

deps: ## install what the project needs (Debian packages; as root or with sudo)
	tools/install-deps

# ---- The program, in flavours: release; sanitized and threaded (tests); fuzzed (clang, for the fuzz targets) ----

$(BUILD)/release/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(RELEASE) -c $< -o $@

$(BUILD)/sanitized/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(SANITIZED) -c $< -o $@

$(BUILD)/threaded/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(THREADED) -c $< -o $@

$(BUILD)/covered/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(COVERED) -c $< -o $@

$(BUILD)/fuzzed/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	clang $(FUZZ_CFLAGS) $(FUZZED) -c $< -o $@

# The one C++ of the program. pagmo's headers are no model of warnings.
$(BUILD)/%/sim/explore/nsga2.o: sim/explore/nsga2.cpp $(BUILD)/flags
	@mkdir -p $(@D)
	$(CXX) -std=c++17 -O2 -g -fPIC -fvisibility=hidden -Wall -Wextra -I. -MMD -MP -c $< -o $@

$(BUILD)/$(NSGA2): $(BUILD)/release/sim/explore/nsga2.o
	$(CXX) -shared $< -lpagmo -o $@

$(BUILD)/sanitized/$(NSGA2): $(BUILD)/$(NSGA2)
	@mkdir -p $(@D)
	cp $< $@

# Which processor the RTL is compiled for: the program's own.
$(patsubst %,$(BUILD)/%/sim/lockstep/rtl_recipe.o,release sanitized threaded covered): private CFLAGS += -DEM_ARCH='"$(ARCH)"'
$(BUILD)/fuzzed/sim/lockstep/rtl_recipe.o: private FUZZ_CFLAGS += -DEM_ARCH='"$(ARCH)"'
$(patsubst %,$(BUILD)/%/sim/lockstep/rtl_tools.o,release sanitized threaded covered): private CFLAGS += -DEM_ARCH='"$(ARCH)"'
$(BUILD)/fuzzed/sim/lockstep/rtl_tools.o: private FUZZ_CFLAGS += -DEM_ARCH='"$(ARCH)"'

VERSION_OBJECTS := $(patsubst %,$(BUILD)/%/models/base/version.o,release sanitized threaded fuzzed covered)
$(VERSION_OBJECTS): private CFLAGS += -DEM_VERSION='"$(VERSION)"' -DEM_COMMIT='"$(COMMIT)"'
$(VERSION_OBJECTS): private FUZZ_CFLAGS += -DEM_VERSION='"$(VERSION)"' -DEM_COMMIT='"$(COMMIT)"'
$(VERSION_OBJECTS): VERSION $(BUILD)/commit

# Written anew only when the commit is another one.
$(BUILD)/commit: FORCE
	@mkdir -p $(@D)
	@echo '$(COMMIT)' | cmp -s - $@ || echo '$(COMMIT)' >$@

# Objects are compiled anew when the flags are others than theirs: make ARCH=... over another build.
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(RELEASE)' | cmp -s - $@ || echo '$(CC) $(RELEASE)' >$@

# Compiled for any processor: it says what this one lacks before anything else runs.
$(BUILD)/release/sim/processor.o: private ARCH :=
$(BUILD)/release/sim/processor.o $(BUILD)/sanitized/sim/processor.o: private CFLAGS += $(NEEDS)

define archives
$(BUILD)/$(1)/libem_models.a: $(MODELS:%.c=$(BUILD)/$(1)/%.o)
$(BUILD)/$(1)/libem_sim.a: $(SIM:%.c=$(BUILD)/$(1)/%.o)
$(BUILD)/$(1)/libem_support.a: $(TEST_SUPPORT:%.c=$(BUILD)/$(1)/%.o)
endef
$(foreach flavour,release sanitized threaded fuzzed covered,$(eval $(call archives,$(flavour))))

%.a:
	@rm -f $@
	$(AR) rcs $@ $^

libraries = $(BUILD)/$(1)/libem_sim.a $(BUILD)/$(1)/libem_models.a

$(BUILD)/emamba: $(BUILD)/release/sim/main.o $(BUILD)/release/sim/processor.o $(call libraries,release) | $(BUILD)/$(NSGA2)
	$(CC) $(RELEASE) $^ $(BESIDE) $(LDLIBS) -o $@

$(BUILD)/sanitized/emamba: $(BUILD)/sanitized/sim/main.o $(BUILD)/sanitized/sim/processor.o $(call libraries,sanitized) | $(BUILD)/sanitized/$(NSGA2)
	$(CC) $(SANITIZED) $^ $(BESIDE) $(LDLIBS) -o $@

# ---- SystemC: the accelerator as a TLM-2.0 component, and a platform around it. The library wants C++17. ----

SYSTEMC := $(wildcard sim/systemc/*.cpp)
PLATFORM := $(wildcard sim/systemc/platform/*.c sim/systemc/platform/*.cpp) sim/systemc/firmware/program.c
CXXFLAGS := -std=c++17 -g -fvisibility=default -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -Wno-psabi -I. -MMD -MP
SYSTEMC_LDLIBS := $(LDLIBS) -lsystemc -lstdc++
objects = $(patsubst %,$(BUILD)/$(1)/%.o,$(basename $(2)))

$(BUILD)/release/%.o: %.cpp $(BUILD)/flags
	@mkdir -p $(@D)
	$(CXX) $(RELEASE) $(CXXFLAGS) -c $< -o $@

$(BUILD)/sanitized/%.o: %.cpp $(BUILD)/flags
	@mkdir -p $(@D)
	$(CXX) $(CXXFLAGS) $(SANITIZED) -c $< -o $@

$(BUILD)/release/libem_systemc.a: $(call objects,release,$(SYSTEMC))
$(BUILD)/sanitized/libem_systemc.a: $(call objects,sanitized,$(SYSTEMC))

$(BUILD)/emamba-platform: $(call objects,release,$(PLATFORM)) $(BUILD)/release/libem_systemc.a $(call libraries,release)
	$(CXX) $(RELEASE) $^ $(SYSTEMC_LDLIBS) -o $@

$(BUILD)/sanitized/emamba-platform: $(call objects,sanitized,$(PLATFORM)) $(BUILD)/sanitized/libem_systemc.a $(call libraries,sanitized)
	$(CXX) $(SANITIZED) $^ $(SYSTEMC_LDLIBS) -o $@

# The platform's program for RISC-V, and a test's. One source for both: the driver and sim/systemc/firmware.
RISCV_CC := riscv64-unknown-elf-gcc
RISCV_FLAGS := -march=rv64im_zicsr -mabi=lp64 -mcmodel=medany -O2 -std=gnu11 -ffreestanding -nostdlib -Wall -Wextra -Werror \
  -fno-tree-loop-distribute-patterns -I. -Wl,--no-relax -Wl,--build-id=none -Wl,--no-warn-rwx-segments -T sim/systemc/firmware/layout.ld
FIRMWARE_BOARD := sim/systemc/firmware/start.S sim/systemc/firmware/monitor.c sim/systemc/firmware/board.c sim/driver/emamba.c

$(BUILD)/emamba-firmware.elf: sim/systemc/firmware/main.c sim/systemc/firmware/program.c $(FIRMWARE_BOARD)
$(BUILD)/tests/bus_fault.elf: tests/systemc/bus_fault.c $(FIRMWARE_BOARD)
$(BUILD)/emamba-firmware.elf $(BUILD)/tests/bus_fault.elf: $(wildcard sim/systemc/firmware/*.h sim/driver/*.h) sim/systemc/firmware/layout.ld
	@mkdir -p $(@D)
	$(RISCV_CC) $(RISCV_FLAGS) $(filter %.c %.S,$^) -o $@

firmware: $(BUILD)/emamba-firmware.elf ## the platform's program for RISC-V, which QEMU runs (docs/systemc.md)

# Tests of the component: programs of their own, as SystemC has one elaboration a process.
define systemc_test
$(BUILD)/$(1)/systemc-%: $(BUILD)/$(1)/tests/systemc/%.o $(BUILD)/$(1)/sim/systemc/platform/inputs.o $(BUILD)/$(1)/libem_systemc.a $(call libraries,$(1))
	$$(CXX) $(2) $$^ $$(SYSTEMC_LDLIBS) -o $$@
endef
$(eval $(call systemc_test,release,$$(RELEASE)))
$(eval $(call systemc_test,sanitized,$$(SANITIZED)))

SYSTEMC_TESTS := $(BUILD)/release/systemc-component $(BUILD)/sanitized/systemc-component $(BUILD)/release/systemc-sequences

systemc: $(BUILD)/emamba-platform ## the accelerator in SystemC: TLM-2.0 component and virtual platform (docs/systemc.md)

# ---- The library: one object whose internal symbols are local, as an archive and shared ----

SONAME := libemamba.so.$(firstword $(subst ., ,$(VERSION)))

$(BUILD)/libemamba.o: $(patsubst %.c,$(BUILD)/release/%.o,$(wildcard sim/library/*.c)) $(call libraries,release)
	$(CC) -r -nostdlib $^ -o $@
	objcopy --localize-hidden $@

$(BUILD)/libemamba.a: $(BUILD)/libemamba.o

$(BUILD)/libemamba.so: $(BUILD)/libemamba.o
	$(CC) -shared -Wl,-soname,$(SONAME) -Wl,--no-undefined $^ $(LDLIBS) -o $(BUILD)/libemamba.so.$(VERSION)
	ln -sf libemamba.so.$(VERSION) $(BUILD)/$(SONAME)
	ln -sf libemamba.so.$(VERSION) $@

$(BUILD)/manual: $(patsubst %.c,$(BUILD)/release/%.o,$(wildcard tools/manual/*.c)) $(call libraries,release)
	$(CC) $(RELEASE) $^ $(LDLIBS) -o $@

$(BUILD)/manual-%: $(BUILD)/manual
	$(BUILD)/manual $* >$@

$(BUILD)/gate_sim: $(patsubst %.c,$(BUILD)/release/%.o,$(wildcard tools/gate_sim/*.c)) $(call libraries,release)
	$(CC) $(RELEASE) $^ $(LDLIBS) -o $@

# The page that report_html.c takes in.
$(BUILD)/release/sim/report/report_html.o $(BUILD)/sanitized/sim/report/report_html.o $(BUILD)/fuzzed/sim/report/report_html.o $(BUILD)/covered/sim/report/report_html.o: sim/report/report.html
$(patsubst %,$(BUILD)/%/sim/explore/front_page.o,release sanitized threaded fuzzed covered): sim/explore/front.html
$(patsubst %,$(BUILD)/%/sim/campaign/summary.o,release sanitized threaded fuzzed covered): sim/campaign/campaign.html

# ---- Running ----

FMNIST := configs/designs/fmnist.yaml -n configs/networks/fmnist.safetensors -i $(BUILD)/fmnist-test.safetensors

demo: deps ## install, build, and run the default lock-step: 8 Fashion-MNIST test images, model and RTL, every cycle
	@$(MAKE) --no-print-directory $(BUILD)/emamba $(BUILD)/fmnist-test.safetensors
	$(BUILD)/emamba cosim $(FMNIST) --frames 8 --toggles -o $(BUILD)/demo-results.safetensors \
	  --report $(BUILD)/demo-report.json --timeline $(BUILD)/demo-timeline.json
	@$(BUILD)/emamba report $(BUILD)/demo-report.json -q --html $(BUILD)/demo-report.html

frames: $(BUILD)/fmnist-test.safetensors ## convert the installed Fashion-MNIST test images to frames

$(BUILD)/fmnist-test.safetensors: tools/frames.py
	@mkdir -p $(@D)
	$(PYTHON) tools/frames.py -o $@

checks: $(BUILD)/emamba $(BUILD)/fmnist-test.safetensors ## piecewise-linear units and the state of the shipped network against exact arithmetic; pictures
	tools/check.py pwl configs/networks/fmnist.safetensors -i $(BUILD)/fmnist-test.safetensors -o $(BUILD)/pwl.svg
	tools/check.py ssm configs/networks/fmnist.safetensors -i $(BUILD)/fmnist-test.safetensors -o $(BUILD)/ssm.svg

FMNIST_PARTS := $(patsubst %,$(BUILD)/fmnist-%.safetensors,train validation test)
AUGMENT := --mirror --shift 1

networks: ## train and quantise the Fashion-MNIST networks anew, into build/ (more than an hour; docs/networks.md)
	@mkdir -p $(BUILD)
	for part in train validation test; do tools/frames.py fashion-mnist --part $$part -o $(BUILD)/fmnist-$$part.safetensors || exit; done
	tools/train.py $(FMNIST_PARTS) -o $(BUILD)/fmnist-float.safetensors --shape D=32 ED=64 N=4 head_hidden=24 $(AUGMENT) --epochs 60
	tools/quantise.py $(BUILD)/fmnist-float.safetensors $(FMNIST_PARTS) -o $(BUILD)/fmnist.safetensors --epochs 3 $(AUGMENT)
	tools/train.py $(FMNIST_PARTS) -o $(BUILD)/fmnist-small-float.safetensors --shape D=20 ED=40 N=4 head_hidden=15 $(AUGMENT) \
	  --teacher $(BUILD)/fmnist-float.safetensors --epochs 32
	tools/quantise.py $(BUILD)/fmnist-small-float.safetensors $(FMNIST_PARTS) -o $(BUILD)/fmnist-small.safetensors --epochs 3 $(AUGMENT)

retake: $(BUILD)/emamba ## take the shipped designs anew from the exact front, with the constants as they are
	tools/retake.py

DESIGN := configs/designs/tiny.yaml
fpga: $(BUILD)/emamba ## what DESIGN=FILE takes of a ZCU102, and an estimate of its clock there (docs/fpga.md)
	tools/fpga.py $(DESIGN)

bench: $(BUILD)/emamba $(BUILD)/fmnist-test.safetensors $(BUILD)/tests/random_case $(BUILD)/tests/explore_bench ## speeds side by side: model, timing only, RTL, lock-step; exact fronts
	tests/suites/bench.sh
	$(MAKE) --no-print-directory $(BUILD)/emamba-platform
	tests/suites/bench_systemc.sh

calibrate: $(BUILD)/emamba $(BUILD)/gate_sim $(BUILD)/tests/random_case $(BUILD)/fmnist-test.safetensors ## fit the cost model to synthesis and gate-level runs (about an hour the first time)
	$(PYTHON) tools/calibrate.py

validate: $(BUILD)/emamba $(BUILD)/gate_sim $(BUILD)/tests/random_case $(BUILD)/fmnist-test.safetensors ## the shipped fit against designs and runs that it never saw
	$(PYTHON) tools/calibrate.py --validate

# ---- Installing ----

DESTDIR ?=
PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
SHARE := $(PREFIX)/share/emamba
SHARED := $(wildcard docs/schemas/*.json) $(wildcard configs/*/*.yaml configs/*/*.safetensors configs/*/*.units) $(wildcard rtl/*.sv rtl/*.f rtl/probe/*.sv rtl/probe/*.f) \
  sim/lockstep/rtl_shell.cpp sim/lockstep/rtl_port.h
BASH_COMPLETION := $(PREFIX)/share/bash-completion/completions/emamba
ZSH_COMPLETION := $(PREFIX)/share/zsh/site-functions/_emamba

install: $(BUILD)/emamba $(BUILD)/libemamba.so $(BUILD)/libemamba.a $(BUILD)/manual-man $(BUILD)/manual-bash $(BUILD)/manual-zsh ## install program, library and data; PREFIX=/usr/local DESTDIR= LIBDIR=PREFIX/lib
	install -D -m 755 $(BUILD)/emamba '$(DESTDIR)$(PREFIX)/bin/emamba'
	install -D -m 644 $(BUILD)/$(NSGA2) '$(DESTDIR)$(PREFIX)/lib/emamba/$(NSGA2)'
	install -D -m 644 $(BUILD)/libemamba.a '$(DESTDIR)$(LIBDIR)/libemamba.a'
	install -D -m 644 $(BUILD)/libemamba.so.$(VERSION) '$(DESTDIR)$(LIBDIR)/libemamba.so.$(VERSION)'
	ln -sf libemamba.so.$(VERSION) '$(DESTDIR)$(LIBDIR)/$(SONAME)'
	ln -sf $(SONAME) '$(DESTDIR)$(LIBDIR)/libemamba.so'
	install -D -m 644 include/emamba.h '$(DESTDIR)$(PREFIX)/include/emamba.h'
	install -d '$(DESTDIR)$(LIBDIR)/pkgconfig'
	sed -e 's|@PREFIX@|$(PREFIX)|; s|@LIBDIR@|$(LIBDIR)|; s|@VERSION@|$(VERSION)|' tools/emamba.pc.in >'$(DESTDIR)$(LIBDIR)/pkgconfig/emamba.pc'
	for file in $(SHARED); do install -D -m 644 "$$file" "$(DESTDIR)$(SHARE)/$$file" || exit; done
	install -D -m 644 $(BUILD)/manual-man '$(DESTDIR)$(PREFIX)/share/man/man1/emamba.1'
	install -D -m 644 $(BUILD)/manual-bash '$(DESTDIR)$(BASH_COMPLETION)'
	install -D -m 644 $(BUILD)/manual-zsh '$(DESTDIR)$(ZSH_COMPLETION)'

uninstall: ## remove what install put there (same PREFIX, DESTDIR, LIBDIR)
	rm -f '$(DESTDIR)$(PREFIX)/bin/emamba' '$(DESTDIR)$(PREFIX)/include/emamba.h' '$(DESTDIR)$(LIBDIR)/libemamba.a' \
	  '$(DESTDIR)$(LIBDIR)/libemamba.so' '$(DESTDIR)$(LIBDIR)/$(SONAME)' '$(DESTDIR)$(LIBDIR)/libemamba.so.$(VERSION)' \
	  '$(DESTDIR)$(LIBDIR)/pkgconfig/emamba.pc' '$(DESTDIR)$(PREFIX)/share/man/man1/emamba.1' \
	  '$(DESTDIR)$(BASH_COMPLETION)' '$(DESTDIR)$(ZSH_COMPLETION)'
	rm -rf '$(DESTDIR)$(SHARE)' '$(DESTDIR)$(PREFIX)/lib/emamba'

# ---- Tests ----

# $(1) the source without .c: a program of the same base name in tests/, and for unit tests a sanitized one
define test_program
$(BUILD)/tests/$(notdir $(1)): $(BUILD)/release/$(1).o $(BUILD)/release/libem_support.a $(call libraries,release)
	@mkdir -p $$(@D)
	$$(CC) $$(RELEASE) $$^ $$(LDLIBS) -lcmocka -o $$@

$(BUILD)/tests-sanitized/$(notdir $(1)): $(BUILD)/sanitized/$(1).o $(BUILD)/sanitized/libem_support.a $(call libraries,sanitized)
	@mkdir -p $$(@D)
	$$(CC) $$(SANITIZED) $$^ $$(LDLIBS) -lcmocka -o $$@

$(BUILD)/tests-covered/$(notdir $(1)): $(BUILD)/covered/$(1).o $(BUILD)/covered/libem_support.a $(call libraries,covered)
	@mkdir -p $$(@D)
	$$(CC) $$(COVERED) $$^ $$(LDLIBS) -lcmocka -o $$@
endef
$(foreach source,$(TEST_SOURCES) $(wildcard tests/programs/*.c),$(eval $(call test_program,$(source:.c=))))

# NSGA-II is beside the exact fronts there.
$(BUILD)/tests/explore_bench: private LDLIBS += -Wl,-rpath,'$$ORIGIN/..'

$(BUILD)/threaded/threads: $(BUILD)/threaded/tests/library/threads.o $(call libraries,threaded)
	$(CC) $(THREADED) $^ $(LDLIBS) -o $@

$(BUILD)/fuzz/make_seeds: $(BUILD)/release/tests/fuzz/make_seeds.o $(call libraries,release)
	@mkdir -p $(@D)
	$(CC) $(RELEASE) $^ $(LDLIBS) -o $@

$(BUILD)/fuzz/%: $(BUILD)/fuzzed/tests/fuzz/%.o $(call libraries,fuzzed)
	@mkdir -p $(@D)
	clang -fsanitize=fuzzer,address,undefined $^ $(LDLIBS) -o $@

test-programs: $(BUILD)/emamba $(BUILD)/sanitized/emamba $(BUILD)/fmnist-test.safetensors $(BUILD)/tests/random_case $(BUILD)/tests/first_difference $(BUILD)/tests/map_against_rtl $(BUILD)/gate_sim \
  $(TESTS:%=$(BUILD)/tests/%) $(TESTS:%=$(BUILD)/tests-sanitized/%) $(FUZZERS:%=$(BUILD)/fuzz/%) $(BUILD)/fuzz/make_seeds $(BUILD)/emamba-platform $(BUILD)/sanitized/emamba-platform $(BUILD)/emamba-firmware.elf $(BUILD)/tests/bus_fault.elf $(SYSTEMC_TESTS) $(BUILD)/libemamba.so $(BUILD)/libemamba.a $(BUILD)/threaded/threads

test: deps ## install, build and pass all tests; ends with the count
	@$(MAKE) --no-print-directory -j $(JOBS) test-programs
	tests/run

test-full: deps ## the long form: 30 random designs x 20 stall seeds, a text of 512 units in lock-step, a million fuzz runs each
	@$(MAKE) --no-print-directory -j $(JOBS) test-programs
	RANDOM_DESIGNS=30 RANDOM_SEEDS=20 FUZZ_RUNS=1000000 LOCKSTEP_LONG=1 tests/run

formal: ## the long form of the proofs: all parameter sets (docs/verification.md)
	$(PYTHON) tests/formal/prove.py --long

coverage: $(TESTS:%=$(BUILD)/tests-covered/%) ## lines and branches of models/ that the unit tests reach
	find $(BUILD)/covered -name '*.gcda' -delete
	for test in $(TESTS); do $(BUILD)/tests-covered/$$test >/dev/null || exit; done
	gcovr --root . --filter models/ --exclude-throw-branches $(BUILD)/covered/models
	gcovr --root . --filter models/ --branches --exclude-throw-branches $(BUILD)/covered/models | tail -n 3

mutate: $(BUILD)/emamba $(BUILD)/tests/random_case $(BUILD)/tests/first_difference ## 1,500 mutants of the RTL, each in lock-step; it goes on where it was (docs/verification.md)
	tools/mutate.py

lint: ## Verilator -Wall and yosys over the RTL of every design; clang-format over the C
	tests/suites/lint.sh

format: ## format the C
	git ls-files '*.[ch]' | xargs clang-format -i

clean: ## remove everything that was built
	rm -rf $(BUILD)

-include $(shell find $(BUILD)/release $(BUILD)/sanitized $(BUILD)/threaded $(BUILD)/fuzzed -name '*.d' 2>/dev/null)
