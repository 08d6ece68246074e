//===- Operators.h - Python's operators on template values ----------------===//
//
// Each function fails through the heap where Python would raise, and then
// returns an undefined value or false.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_LIB_CHAT_TEMPLATE_OPERATORS_H
#define LLMRT_LIB_CHAT_TEMPLATE_OPERATORS_H

#include "runtime/lib/chat_template/Heap.h"

namespace llmrt::chat {

/// type(value).__name__
const char *typeName(const Value &value);

/// Raises what using an undefined value raises.
Value failUndefined(Heap &heap, const Value &value);

bool truth(const Value &value);

enum class Comparison : uint8_t {
  Equal,
  NotEqual,
  Less,
  LessEqual,
  Greater,
  GreaterEqual,
  In,
  NotIn,
};

bool equal(Heap &heap, const Value &left, const Value &right);
bool compare(Heap &heap, Comparison operation, const Value &left,
             const Value &right);
bool contains(Heap &heap, const Value &container, const Value &item);
/// Fails for what cannot be the key of a dict.
bool checkHashable(Heap &heap, const Value &key);

enum class Arithmetic : uint8_t {
  Add,
  Subtract,
  Multiply,
  Divide,
  FloorDivide,
  Modulo,
  Power,
};

Value arithmetic(Heap &heap, Arithmetic operation, const Value &left,
                 const Value &right);
Value negative(Heap &heap, const Value &value);
Value positive(Heap &heap, const Value &value);

/// str(value), and repr(value).
bool appendText(Builder &out, Heap &heap, const Value &value);
bool appendRepr(Builder &out, Heap &heap, const Value &value);
std::string textOf(Heap &heap, const Value &value);

/// printf-style formatting: `format % values`.
Value formatPercent(Heap &heap, const Value &format, const Value &values);

/// The items a `for` over the value would see, or null (and failed). A
/// generator is used up; its error, if any, is raised unless `lateError`
/// takes it.
const std::vector<Value> *itemsOf(Heap &heap, const Value &value,
                                  std::string *lateError = nullptr);
bool isIterable(const Value &value);

/// len(value), or -1 and failed.
int64_t lengthOf(Heap &heap, const Value &value);
bool hasLength(const Value &value);

/// sequence[index] of a list, tuple, string or range; false out of range.
bool itemAt(Heap &heap, const Value &value, int64_t index, Value &item);

} // namespace llmrt::chat

#endif // LLMRT_LIB_CHAT_TEMPLATE_OPERATORS_H
