//===- FaultWatchTest.cpp - What a fault of the compiler ends in ----------===//

#include "dialects/onnx/FaultWatch.h"

#include "gtest/gtest.h"

#include <csignal>
#include <string>

using llm::onnx::FaultWatch;
using testing::ExitedWithCode;

namespace {

void work(void (*fault)(), unsigned seconds = 1) {
  FaultWatch watch("llm-compile: m.onnx");
  FaultWatch::at("node 'a' (Relu)");
  FaultWatch::at("node 'b' (Conv)", seconds);
  fault();
}

void overflow() {
  volatile char room[4096] = {};
  room[0] = 1;
  overflow();
  room[1] = room[0];
}

void spin() {
  for (volatile unsigned i = 0;; ++i) {
  }
}

TEST(FaultWatch, NamesFileAndNode) {
  EXPECT_EXIT(work([] { raise(SIGSEGV); }), ExitedWithCode(1),
              "^llm-compile: m.onnx: node 'b' \\(Conv\\): the compiler fails "
              "on it \\(memory fault\\); .*\n$");
  EXPECT_EXIT(work([] { std::abort(); }), ExitedWithCode(1),
              "'b' \\(Conv\\): the compiler fails on it \\(aborted\\)");
  EXPECT_EXIT(work([] { raise(SIGFPE); }), ExitedWithCode(1),
              "'b' \\(Conv\\): the compiler fails on it \\(arithmetic fault");
}

TEST(FaultWatch, HasAStackOfItsOwn) {
  EXPECT_EXIT(work(overflow), ExitedWithCode(1), "memory fault");
}

TEST(FaultWatch, EndsWhatTakesTooLong) {
  EXPECT_EXIT(work(spin), ExitedWithCode(1),
              "'b' \\(Conv\\): takes too long");
}

TEST(FaultWatch, CutsNamesThatAreTooLong) {
  EXPECT_EXIT(
      {
        FaultWatch watch(std::string(100000, 'f'));
        FaultWatch::at(std::string(100000, 'n'));
        raise(SIGSEGV);
      },
      ExitedWithCode(1), "^f+: n+: the compiler fails");
}

TEST(FaultWatch, LeavesNothingBehind) {
  { FaultWatch watch("llm-compile: m.onnx"); }
  FaultWatch::at("node 'b' (Conv)", 1);
  EXPECT_EXIT(raise(SIGSEGV), testing::KilledBySignal(SIGSEGV), "^$");
}

} // namespace
