//===- Heap.h - What one rendering has made, spent and may still spend ----===//
//
// Every value of a rendering is made here and counted, every instruction and
// every long operation is charged in steps. When a limit is passed, or the
// template does something Python would raise for, `fail` notes the first
// error; whoever computes a value then returns an undefined one and the machine
// stops before its next instruction.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_LIB_CHAT_TEMPLATE_HEAP_H
#define LLMRT_LIB_CHAT_TEMPLATE_HEAP_H

#include "runtime/lib/chat_template/Value.h"

#include <deque>

namespace llmrt::chat {

/// How deeply values may nest; writing and comparing them recurses.
constexpr uint32_t kMaxValueDepth = 200;

class Heap {
public:
  Heap(uint64_t maxSteps, uint64_t maxBytes)
      : stepsLeft(maxSteps), bytesLeft(maxBytes), maxSteps(maxSteps),
        maxBytes(maxBytes) {}
  Heap(const Heap &) = delete;
  Heap &operator=(const Heap &) = delete;

  bool failed() const { return hasFailed; }
  const std::string &error() const { return message; }
  /// Notes an error of the template (the first one counts).
  Value fail(std::string text);
  /// An error of ours: the template is right, we lack something.
  Value unsupported(const std::string &what);
  /// Takes an error back, to be raised later; not one of a passed limit.
  bool takeError(std::string &text);

  /// Charges steps; false once they are used up.
  bool spend(uint64_t steps);
  /// Charges work on that many bytes.
  bool spendBytes(uint64_t bytes) { return spend(1 + bytes / 32); }
  /// Charges memory before it is taken; false when it would be too much.
  bool reserve(uint64_t bytes);
  uint64_t bytesAvailable() const { return bytesLeft; }

  Value text(std::string bytes, bool markup = false);
  Value text(std::string_view bytes, bool markup = false) {
    return text(std::string(bytes), markup);
  }
  Value text(const char *bytes) { return text(std::string(bytes)); }
  Value undefined(std::string message);
  Value list(std::vector<Value> items) { return array(Kind::List, items); }
  Value tuple(std::vector<Value> items) { return array(Kind::Tuple, items); }
  Value range(int64_t start, int64_t stop, int64_t step);
  Value view(View::Part part, const Dict *dict);
  Value generator(std::vector<Value> items, std::string error);
  Value macro(uint32_t function, Frame *outer, const Text *name);
  Value method(MethodId id, std::string_view name, const Value &self);
  Value loop(Loop *&made);
  /// An empty dict or namespace, to be filled by `insert`.
  Value dict(Kind kind = Kind::Dict);
  /// dict[key] = value; false (and failed) when the key cannot be hashed.
  bool insert(Dict &dict, const Value &key, const Value &value);
  bool insert(Dict &dict, std::string_view key, const Value &value) {
    return insert(dict, text(key), value);
  }
  /// The entry of any hashable key, or null.
  const Value *find(const Dict &dict, const Value &key);

  /// How deep a value nests.
  static uint32_t depthOf(const Value &value);

  /// Filters that call filters (`map("map", ...)`) count their depth here.
  uint32_t nestedCalls = 0;

private:
  Value array(Kind kind, std::vector<Value> &items);
  bool checkDepth(uint32_t depth);

  uint64_t stepsLeft, bytesLeft, maxSteps, maxBytes;
  bool hasFailed = false, limitPassed = false;
  std::string message;

  std::deque<Text> texts;
  std::deque<UndefinedCause> causes;
  std::deque<Sequence> sequences;
  std::deque<Dict> dicts;
  std::deque<Range> ranges;
  std::deque<View> views;
  std::deque<Generator> generators;
  std::deque<Macro> macros;
  std::deque<Method> methods;
  std::deque<Loop> loops;
};

/// Text that grows within what the rendering may still take.
class Builder {
public:
  explicit Builder(Heap &heap) : heap(heap) {}
  /// False, and failed, where it would be too much.
  bool add(std::string_view piece);
  bool add(uint64_t count, char c);
  std::string take() { return std::move(bytes); }

private:
  bool fits(uint64_t more);

  Heap &heap;
  std::string bytes;
};

} // namespace llmrt::chat

#endif // LLMRT_LIB_CHAT_TEMPLATE_HEAP_H
