//===- Value.h - What a chat template computes with -----------------------===//
//
// Python's values, as far as templates meet them. A Value is 16 bytes and owns
// nothing: strings and containers live in the Heap of one rendering and go with
// it, so no cycle through a namespace can leak and nothing is freed by
// recursion. All containers but namespaces are immutable, as the sandbox that
// transformers renders in has it.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_LIB_CHAT_TEMPLATE_VALUE_H
#define LLMRT_LIB_CHAT_TEMPLATE_VALUE_H

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace llmrt::chat {

enum class Kind : uint8_t {
  Missing, ///< a variable nothing was assigned to; never leaves a slot
  Undefined,
  None,
  Boolean,
  Integer,
  Float,
  String,
  List,
  Tuple,
  Dict,
  Range,
  View,      ///< dict.keys(), values(), items()
  Generator, ///< what map, select and their like return: read once
  Namespace,
  Macro,
  Loop,
  Method,   ///< a method with its object
  Function, ///< a global function
};

enum class MethodId : uint8_t;
enum class FunctionId : uint8_t;

struct Text;
struct UndefinedCause;
struct Sequence;
struct Dict;
struct Range;
struct View;
struct Generator;
struct Macro;
struct Loop;
struct Method;

struct Value {
  Kind kind = Kind::Undefined;
  bool markup = false; ///< a string marked safe (`|safe`, `|escape`)
  union {
    int64_t integer = 0;
    bool boolean;
    double real;
    const Text *text;
    const UndefinedCause *cause; ///< may be null
    const Sequence *sequence;    ///< List, Tuple
    Dict *dict;                  ///< Dict; Namespace, the only one written to
    const Range *range;
    const View *view;
    Generator *generator;
    const Macro *macro;
    Loop *loop;
    const Method *method;
    FunctionId function;
  };

  static Value none() { return of(Kind::None); }
  static Value missing() { return of(Kind::Missing); }
  static Value of(Kind kind) {
    Value value;
    value.kind = kind;
    return value;
  }
  static Value of(bool boolean) {
    Value value = of(Kind::Boolean);
    value.boolean = boolean;
    return value;
  }
  static Value of(int64_t integer) {
    Value value = of(Kind::Integer);
    value.integer = integer;
    return value;
  }
  static Value of(double real) {
    Value value = of(Kind::Float);
    value.real = real;
    return value;
  }
  static Value of(const Text *text) {
    Value value = of(Kind::String);
    value.text = text;
    return value;
  }

  bool is(Kind other) const { return kind == other; }
  bool isNumber() const {
    return is(Kind::Boolean) || is(Kind::Integer) || is(Kind::Float);
  }
  /// An int in Python's eyes: bool is one.
  bool isIndex() const { return is(Kind::Boolean) || is(Kind::Integer); }
  int64_t index() const { return is(Kind::Boolean) ? boolean : integer; }
  bool isArray() const { return is(Kind::List) || is(Kind::Tuple); }
  inline std::string_view bytes() const; ///< of a String
};
static_assert(sizeof(Value) == 16);

struct Text {
  std::string bytes;
};

inline std::string_view Value::bytes() const { return text->bytes; }

/// Why a value is undefined, for the message when it is used after all.
struct UndefinedCause {
  std::string message;
};

struct Sequence {
  std::vector<Value> items;
  uint32_t depth = 1; ///< 1 + that of its deepest item
};

/// An ordered map. String keys are indexed once there are many.
struct Dict {
  std::vector<std::pair<Value, Value>> entries;
  std::unordered_map<std::string_view, size_t> index;
  uint32_t depth = 1;

  /// The entry of a string key, or null.
  const Value *find(std::string_view key) const;
};

struct Range {
  int64_t start, step, length;
  int64_t stop;
};

struct View {
  enum Part { Keys, Values, Items } part;
  const Dict *dict;
};

/// Items are computed ahead; an error met while doing so is raised only when
/// the reader gets there, as with Python's lazy generators.
struct Generator {
  std::vector<Value> items;
  size_t next = 0;
  std::string error;
  uint32_t depth = 1;
};

struct Frame;
struct Macro {
  uint32_t function;
  Frame *outer;     ///< whose variables its body sees
  const Text *name; ///< null: a call block's body
};

struct Method {
  MethodId id;
  const Text *name;
  Value self;
};

/// A for loop under way, which is also the template's `loop`.
struct Loop {
  const std::vector<Value> *items = nullptr;
  std::vector<Value> storage; ///< holds the items where no one else does
  std::vector<Value> collected;
  std::string error; ///< raised after the last item
  size_t next = 0;
  int64_t index0 = -1;
  bool completed = false; ///< some turn ran to its end
  Value current = Value::missing(), before = Value::missing();
  Value lastChanged = Value::missing();
};

} // namespace llmrt::chat

#endif // LLMRT_LIB_CHAT_TEMPLATE_VALUE_H
