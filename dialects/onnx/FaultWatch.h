//===- FaultWatch.h - A fault of the compiler names a node -----*- C++ -*-===//
//
// A model from anywhere may bring out a defect of libonnx or of a lowering.
// While a FaultWatch lives, a crash, or a node that is worked on without end,
// ends the program with a message that names file and node and exit status 1.
// It is a net beneath the checks, not a substitute for one.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_DIALECTS_ONNX_FAULTWATCH_H
#define LLM_DIALECTS_ONNX_FAULTWATCH_H

#include <csignal>
#include <string_view>

namespace llm::onnx {

/// At most one lives at a time.
class FaultWatch {
public:
  /// `prefix` begins the message: the program and the file.
  explicit FaultWatch(std::string_view prefix);
  ~FaultWatch();
  FaultWatch(const FaultWatch &) = delete;
  FaultWatch &operator=(const FaultWatch &) = delete;

  /// What is worked on from now on: "node 'x' (Conv)". It may take `seconds`
  /// of processor time; 0: any. Without a watch nothing happens.
  static void at(std::string_view place, unsigned seconds = kNodeSeconds);

  static constexpr unsigned kNodeSeconds = 20;

private:
  static constexpr int kSignals[] = {SIGSEGV, SIGBUS,  SIGFPE,
                                     SIGILL,  SIGABRT, SIGVTALRM};
  struct sigaction before[std::size(kSignals)];
  stack_t stackBefore;
};

} // namespace llm::onnx

#endif // LLM_DIALECTS_ONNX_FAULTWATCH_H
