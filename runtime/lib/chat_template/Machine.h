//===- Machine.h - Runs a compiled chat template once ---------------------===//
//
// A stack machine. Macros run on its own stack of frames, so however a template
// recurses, the native stack stays flat. Everything an instruction takes from
// the stack, the frames or the loops is checked, since a damaged blob may hold
// any order of instructions.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_LIB_CHAT_TEMPLATE_MACHINE_H
#define LLMRT_LIB_CHAT_TEMPLATE_MACHINE_H

#include "runtime/lib/chat_template/Calls.h"
#include "runtime/lib/chat_template/Heap.h"
#include "runtime/lib/chat_template/Operators.h"
#include "runtime/lib/chat_template/Program.h"

#include <ctime>
#include <deque>

namespace llmrt::chat {

/// The variables of one call.
struct Frame {
  uint32_t function;
  Frame *outer; ///< of the function it was made in; null for the template
  std::vector<Value> slots;
};

struct MachineLimits {
  uint64_t outputBytes;
  uint32_t callDepth;
};

class Machine {
public:
  /// `inputs` is a Dict of what the template may name.
  Machine(const Program &program, Heap &heap, const Value &inputs,
          const MachineLimits &limits, const std::tm &now, int microsecond)
      : program(program), heap(heap), inputs(inputs), limits(limits), now(now),
        microsecond(microsecond) {}

  /// False when the heap failed; `line` says where.
  bool run(std::string &out, uint32_t &line);

private:
  struct Activation {
    Frame *frame;
    size_t returnTo, stackBase, textBase;
  };

  Value pop();
  Value &top();
  void push(const Value &value);
  bool damaged(const char *what);
  bool write(std::string_view bytes);
  Value *slot(uint32_t number, uint32_t levels);
  Frame *newFrame(uint32_t function, Frame *outer);
  Value resolve(std::string_view name);
  Arguments takeArguments(const Instruction &instruction);
  void addKeywords(Arguments &arguments, const Value &mapping);
  Loop *topLoop();

  void step(const Instruction &instruction);
  void loopStep(Opcode opcode, const Instruction &instruction);
  void call(const Instruction &instruction);
  void callMacro(const Macro &macro, Arguments &arguments);
  void finishCall();
  void concatenate(uint32_t count);
  void unpack(uint32_t count);
  void makeDict(uint32_t count);
  void setMember(std::string_view name);
  bool takeMany(uint32_t count, std::vector<Value> &values);

  const Program &program;
  Heap &heap;
  const Value &inputs;
  MachineLimits limits;
  std::tm now;
  int microsecond;

  size_t next = 0; ///< the instruction to come
  std::vector<Value> stack;
  std::deque<Frame> frames; ///< kept to the end: macros may refer to them
  std::vector<Activation> activations;
  std::vector<std::string> texts; ///< the output, then what is being collected
  uint64_t textBytes = 0;         ///< of all of them
};

} // namespace llmrt::chat

#endif // LLMRT_LIB_CHAT_TEMPLATE_MACHINE_H
