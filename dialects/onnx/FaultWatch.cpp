//===- FaultWatch.cpp - A fault of the compiler names a node --------------===//
//
// See FaultWatch.h. Nothing but write and _exit may be called once a signal has
// come, so the message lies ready.
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/FaultWatch.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <sys/time.h>
#include <unistd.h>

using namespace llm::onnx;

namespace {
/// "program: file: node 'x' (Conv)"; what is too long is cut.
char message[8192];
size_t prefixLength, length;
bool isWatching = false;
/// A stack that has overflowed is none to run on.
alignas(16) char signalStack[64 << 10];
} // namespace

static void append(std::string_view text) {
  size_t count = std::min(text.size(), sizeof(message) - length);
  std::memcpy(message + length, text.data(), count);
  length += count;
}

static void say(std::string_view text) {
  while (!text.empty()) {
    ssize_t count = write(STDERR_FILENO, text.data(), text.size());
    if (count <= 0)
      return;
    text.remove_prefix(static_cast<size_t>(count));
  }
}

static void end(int signal) {
  say({message, length});
  say(signal == SIGVTALRM ? ": takes too long"
      : signal == SIGFPE  ? ": the compiler fails on it (arithmetic fault)"
      : signal == SIGABRT ? ": the compiler fails on it (aborted)"
                          : ": the compiler fails on it (memory fault)");
  say("; that is a defect of ours, and the model is probably damaged\n");
  _exit(1);
}

FaultWatch::FaultWatch(std::string_view prefix) {
  length = 0;
  append(prefix.substr(0, sizeof(message) / 2));
  append(": ");
  prefixLength = length;
  isWatching = true;
  stack_t stack = {};
  stack.ss_sp = signalStack;
  stack.ss_size = sizeof(signalStack);
  sigaltstack(&stack, &stackBefore);
  struct sigaction action = {};
  action.sa_handler = end;
  action.sa_flags = SA_ONSTACK;
  for (size_t i = 0; i < std::size(kSignals); ++i)
    sigaction(kSignals[i], &action, &before[i]);
  at("the model", 0);
}

FaultWatch::~FaultWatch() {
  at("", 0);
  isWatching = false;
  for (size_t i = 0; i < std::size(kSignals); ++i)
    sigaction(kSignals[i], &before[i], nullptr);
  sigaltstack(&stackBefore, nullptr);
}

void FaultWatch::at(std::string_view place, unsigned seconds) {
  if (!isWatching)
    return;
  length = prefixLength;
  append(place);
  itimerval clock = {};
  clock.it_value.tv_sec = seconds;
  setitimer(ITIMER_VIRTUAL, &clock, nullptr);
}
