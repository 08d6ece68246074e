//===- Calls.h - Calling filters, tests, methods and functions ------------===//

#ifndef LLMRT_LIB_CHAT_TEMPLATE_CALLS_H
#define LLMRT_LIB_CHAT_TEMPLATE_CALLS_H

#include "runtime/lib/chat_template/Builtins.h"
#include "runtime/lib/chat_template/Heap.h"

#include <ctime>
#include <initializer_list>

namespace llmrt::chat {

/// The arguments of one call.
struct Arguments {
  std::vector<Value> positional;
  std::vector<std::pair<std::string_view, Value>> keywords;

  /// Takes a keyword argument out; `missing` when it was not given.
  Value take(std::string_view name);
};

/// A parameter of a callee: `name` null-terminated, positional-only when it
/// starts with '/', without default when it starts with '*' (or "/*").
/// Fills values[i] per parameter, `missing` where the call gives none.
bool bind(Heap &heap, const char *callee, Arguments &arguments,
          std::initializer_list<const char *> parameters, Value *values);

/// Typed reading of a bound argument; `fallback` where it is missing.
bool integerArgument(Heap &heap, const char *callee, const Value &value,
                     int64_t fallback, int64_t &result);

Value applyFilter(Heap &heap, FilterId id, const Value &value,
                  Arguments &arguments);
bool applyTest(Heap &heap, TestId id, const Value &value, Arguments &arguments);
Value callMethod(Heap &heap, const Method &method, Arguments &arguments);
Value callString(Heap &heap, const Method &method, Arguments &arguments);
/// `now` is what strftime_now shows, as local time.
Value callFunction(Heap &heap, FunctionId id, Arguments &arguments,
                   const std::tm &now, int microsecond);

/// object.name and object[key] as the sandboxed environment looks them up.
Value getAttribute(Heap &heap, const Value &object, std::string_view name);
Value getItem(Heap &heap, const Value &object, const Value &key);
/// object[start:stop:step]; an absent part is None.
Value getSlice(Heap &heap, const Value &object, const Value &start,
               const Value &stop, const Value &step);

/// json.dumps as transformers' tojson calls it.
Value toJson(Heap &heap, const Value &value, Arguments &arguments);

/// format.format(arguments)
Value formatBraces(Heap &heap, const Value &format, Arguments &arguments);

/// sorted(items, key): a stable order of `items` by `keys`.
std::vector<Value> sortedBy(Heap &heap, const std::vector<Value> &items,
                            const std::vector<Value> &keys, bool reverse);

/// round(value, digits) of a float, to nearest even decimal.
double roundedTo(double value, int digits);

} // namespace llmrt::chat

#endif // LLMRT_LIB_CHAT_TEMPLATE_CALLS_H
