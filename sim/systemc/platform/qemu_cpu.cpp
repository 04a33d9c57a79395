#include "sim/systemc/platform/qemu_cpu.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "sim/systemc/firmware/bridge.h"

namespace {

constexpr const char *qemu = "qemu-system-riscv64";
constexpr int not_there = 127;  // exit status of who cannot become QEMU

[[noreturn]] void fail(const std::string &text) {
  SC_REPORT_ERROR("/emamba/firmware", text.c_str());
  std::abort();  // the report throws
}

void write_all(int file, const void *data, size_t bytes) {
  for (const char *at = static_cast<const char *>(data); bytes > 0;) {
    const ssize_t done = ::write(file, at, bytes);
    if (done < 0) {
      fail(std::string("what the firmware is given cannot be written: ") + std::strerror(errno));
    }
    at += done;
    bytes -= static_cast<size_t>(done);
  }
}

// The work as the firmware finds it in its memory: a file without a name.
int work_file(const em_work &work) {
  const uint32_t words[EM_BRIDGE_WORK_WORDS] = {work.image_words, work.frames, work.source, work.destination};
  const int file = memfd_create("work", 0);
  if (file < 0) {
    fail(std::string("no memory for the firmware's work: ") + std::strerror(errno));
  }
  write_all(file, words, sizeof words);
  write_all(file, work.image, size_t{work.image_words} * sizeof *work.image);
  return file;
}

std::string hexadecimal(uint64_t value) {
  char text[32];
  std::snprintf(text, sizeof text, "0x%" PRIx64, value);
  return text;
}

[[noreturn]] void become_qemu(int socket, int work, const std::string &firmware, uint32_t megabytes) {
  const std::string memory = std::to_string(megabytes) + "M";
  const std::string loader =
      "loader,file=/dev/fd/" + std::to_string(work) + ",force-raw=on,addr=" + hexadecimal(EM_BRIDGE_WORK);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  signal(SIGINT, SIG_IGN);  // the platform ends it
  dup2(socket, STDIN_FILENO);
  dup2(socket, STDOUT_FILENO);
  execlp(qemu, qemu, "-machine", "virt", "-m", memory.c_str(), "-display", "none", "-monitor", "none", "-chardev",
         "stdio,id=bridge,signal=off", "-serial", "chardev:bridge", "-bios", firmware.c_str(), "-device",
         loader.c_str(), static_cast<char *>(nullptr));
  _exit(not_there);
}

}  // namespace

em_qemu_cpu::em_qemu_cpu(sc_core::sc_module_name name, const em_work &work, std::string firmware)
    : em_cpu(name, work), firmware_(std::move(firmware)) {
  launch(work);
}

em_qemu_cpu::~em_qemu_cpu() {
  close(socket_);
  if (process_ > 0) {
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
  }
}

void em_qemu_cpu::launch(const em_work &work) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) {
    fail(std::string("no socket for QEMU: ") + std::strerror(errno));
  }
  fcntl(ends[0], F_SETFD, FD_CLOEXEC);
  const int file = work_file(work);
  const auto megabytes = static_cast<uint32_t>(((EM_BRIDGE_WORK - EM_BRIDGE_RAM) >> 20) + (work.image_words >> 18) + 2);
  process_ = fork();
  if (process_ == 0) {
    become_qemu(ends[1], file, firmware_, megabytes);
  }
  close(ends[1]);
  close(file);
  socket_ = ends[0];
  if (process_ < 0) {
    fail(std::string("no process for QEMU: ") + std::strerror(errno));
  }
}

void em_qemu_cpu::ended() {
  int status = 0;
  waitpid(process_, &status, 0);
  process_ = -1;
  fail(WIFEXITED(status) && WEXITSTATUS(status) == not_there
           ? std::string(qemu) + " is not there (Debian: qemu-system-misc)"
           : "QEMU ended before the firmware did");
}

void em_qemu_cpu::receive(void *data, size_t bytes) {
  for (auto *at = static_cast<char *>(data); bytes > 0;) {
    const ssize_t got = read(socket_, at, bytes);
    if (got <= 0) {
      ended();
    }
    at += got;
    bytes -= static_cast<size_t>(got);
  }
}

// status, and the four bytes of *data where there are any.
void em_qemu_cpu::answer(int status, const uint32_t *data) {
  uint8_t message[5] = {static_cast<uint8_t>(status)};
  if (data != nullptr) {
    std::memcpy(message + 1, data, 4);
  }
  const size_t bytes = data != nullptr ? 5 : 1;
  if (send(socket_, message, bytes, MSG_NOSIGNAL) != static_cast<ssize_t>(bytes)) {
    ended();
  }
}

void em_qemu_cpu::read_word() {
  uint64_t address = 0;
  uint32_t data = 0;
  receive(&address, sizeof address);
  const int status = access(false, address, &data);
  answer(status, &data);
}

void em_qemu_cpu::write_word() {
  uint64_t address = 0;
  uint32_t data = 0;
  receive(&address, sizeof address);
  receive(&data, sizeof data);
  answer(access(true, address, &data), nullptr);
}

void em_qemu_cpu::fault() {
  uint64_t words[3] = {};
  receive(words, sizeof words);
  fail("the firmware's exception " + std::to_string(words[0]) + " at " + hexadecimal(words[2]) + ", value " +
       hexadecimal(words[1]) + ": the platform answers 32-bit loads and stores");
}

int em_qemu_cpu::execute(const em_work &, emamba_state *state) {
  while (true) {
    char kind = 0;
    receive(&kind, 1);
    switch (kind) {
      case EM_BRIDGE_READ: read_word(); break;
      case EM_BRIDGE_WRITE: write_word(); break;
      case EM_BRIDGE_WAIT:
        wait_for_dma();
        answer(EMAMBA_OK, nullptr);
        break;
      case EM_BRIDGE_END: {
        int32_t status = EMAMBA_OK;
        receive(&status, sizeof status);
        receive(&state->running, sizeof state->running);
        receive(&state->cycles, sizeof state->cycles);
        receive(&state->tlast_error, sizeof state->tlast_error);
        return status;
      }
      case EM_BRIDGE_FAULT: fault();
      default: fail("the firmware does not speak as sim/systemc/firmware/bridge.h says");
    }
  }
}
